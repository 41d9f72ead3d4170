//! JSON: against `serde_json`, against Go's rules, and against hostile input.

use proptest::prelude::*;
use seawall_core::{Position, Problem, ProblemSeverity};
use seawall_yaml::json::{JsonReader, read_json, read_json_bytes};
use seawall_yaml::{Kind, Limits, Node, Span, Text, Tree};
use serde_json::Value;

fn read(text: &str) -> (Option<Tree>, Vec<Problem>) {
    read_json_bytes(text.as_bytes(), &Limits::default())
}

fn good(text: &str) -> Tree {
    let (tree, problems) = read(text);
    assert!(problems.is_empty(), "{text}: {problems:?}");
    tree.unwrap()
}

fn written(node: Node<'_>) -> String {
    let mut out = String::new();
    node.write_json(&mut out);
    out
}

fn messages(problems: &[Problem]) -> Vec<String> {
    let place = |p: Option<Position>| p.map_or(String::new(), |p| format!("{}:{}: ", p.line, p.column));
    problems.iter().map(|p| format!("{}{}", place(p.position), p.message)).collect()
}

/// `null` of serde's `Value` never loses a float: both print the shortest form.
fn same(node: Node<'_>, value: &Value) -> bool {
    match value {
        Value::Null => node.is_null(),
        Value::Bool(b) => node.as_bool() == Some(*b),
        Value::String(s) => node.as_str() == Some(s),
        Value::Number(n) if n.is_f64() => node.kind() == Kind::Float && node.as_f64() == n.as_f64(),
        Value::Number(n) => n.as_i64().map_or(node.as_u64() == n.as_u64(), |i| node.as_i64() == Some(i)),
        Value::Array(items) => {
            node.is_seq() && node.len() == items.len() && node.items().zip(items).all(|(n, v)| same(n, v))
        }
        Value::Object(map) => {
            node.is_map()
                && node.len() == map.len()
                && map.iter().all(|(key, value)| node.entry(key).is_some_and(|n| same(n, value)))
        }
    }
}

/// Whether two trees are equal when `1.0` and `1` are: the writer, like Go, writes whole floats without a point.
fn same_but_whole(a: Node<'_>, b: Node<'_>) -> bool {
    match b.kind() {
        Kind::Float => a.as_f64() == b.as_f64(),
        Kind::Seq => a.len() == b.len() && a.items().zip(b.items()).all(|(a, b)| same_but_whole(a, b)),
        Kind::Map => {
            a.len() == b.len()
                && a.entries().zip(b.entries()).all(|((k, a), (l, b))| k == l && same_but_whole(a, b))
        }
        kind => a.kind() == kind && written(a) == written(b),
    }
}

#[test]
fn values_of_every_kind() {
    let text = r#" {"a":[1,-2,1.5,true,false,null,"x",{},[]],"b":{"c":"d"}} "#;
    assert_eq!(written(good(text).root()), text.trim());
    for text in ["null", "true", "0", "\"\"", "[]", "{}", "[[[]]]", "1e-7"] {
        assert_eq!(written(good(text).root()), text);
    }
}

#[test]
fn strings_unescape_as_go_does() {
    let cases = [
        (r#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
        (r#""\u00fc\u4e2d\ud83d\ude00""#, "ü中😀"),
        (r#""\ud800""#, "\u{fffd}"),
        (r#""\ud800\u0041x""#, "\u{fffd}Ax"),
        (r#""\ude00\ud83d""#, "\u{fffd}\u{fffd}"),
        (r#""\ud83d\ud83d\ude00""#, "\u{fffd}😀"),
        ("\"\u{7f} ü 😀\"", "\u{7f} ü 😀"),
    ];
    for (text, want) in cases {
        assert_eq!(good(text).root().as_str(), Some(want), "{text}");
    }
}

#[test]
fn invalid_utf8_is_replaced_byte_by_byte_and_told() {
    let (tree, problems) = read_json_bytes(b"{\"a\": \"x\xe2\x82y\xff\"}", &Limits::default());
    assert_eq!(tree.unwrap().root().entry("a").unwrap().as_str(), Some("x\u{fffd}\u{fffd}y\u{fffd}"));
    assert_eq!(messages(&problems), ["1:9: invalid UTF-8: Kubernetes reads such bytes as U+FFFD"]);
    assert_eq!(problems[0].severity, ProblemSeverity::Warning);
}

#[test]
fn the_last_duplicate_wins_and_is_told() {
    let (tree, problems) = read("{\"a\": 1,\n \"b\": {\"x\": 1, \"x\": 2},\n \"a\": [3]}");
    assert_eq!(written(tree.unwrap().root()), r#"{"b":{"x":2},"a":[3]}"#);
    assert_eq!(
        messages(&problems),
        ["2:16: duplicate key `x`: the last one counts", "3:2: duplicate key `a`: the last one counts"]
    );
    // The same beyond the size at which a map is searched by hash, and with keys of all lengths.
    let keys: Vec<String> = (0..100).map(|n| "x".repeat(n)).collect();
    let twice: Vec<String> = keys.iter().chain(&keys).map(|key| format!("\"{key}\":{}", key.len())).collect();
    let (tree, problems) = read(&format!("{{{}}}", twice.join(",")));
    let tree = tree.unwrap();
    assert_eq!(tree.root().len(), 100);
    assert!(keys.iter().all(|key| tree.root().entry(key).unwrap().as_i64() == Some(key.len() as i64)));
    assert_eq!(problems.len(), 64, "the number of problems is bounded");
}

#[test]
fn what_json_is_not() {
    let cases = [
        ("", "no JSON value"),
        ("  \n", "no JSON value"),
        ("{", "1:2: not JSON: the text ends inside a value"),
        ("\"abc", "1:5: not JSON: the text ends inside a value"),
        ("[1,\n 2 3]", "2:4: not JSON: expected `,` or `]`, found `3`"),
        ("{\"a\" 1}", "1:6: not JSON: expected `:`, found `1`"),
        ("{\"a\":1,}", "1:8: not JSON: expected a key in double quotes, found `}`"),
        ("[1,]", "1:4: not JSON: expected a value, found `]`"),
        ("{a: 1}", "1:2: not JSON: expected a key in double quotes, found `a`"),
        ("NaN", "1:1: not JSON: expected a value, found `N`"),
        ("[Infinity]", "1:2: not JSON: expected a value, found `I`"),
        ("nul", "1:4: not JSON: the text ends inside a value"),
        ("nulL", "1:4: not JSON: expected `true`, `false` or `null`, found `L`"),
        ("/* c */ 1", "1:1: not JSON: expected a value, found `/`"),
        ("[1] // c", "1:5: text after the end of the JSON value"),
        ("1 2", "1:3: text after the end of the JSON value"),
        ("01", "1:2: not JSON: expected a digit, found `1`"),
        ("[1e400]", "1:2: the number `1e400` is out of range"),
        ("\"a\nb\"", "1:3: not JSON: a control character in a string"),
        (r#""\x""#, "1:2: not JSON: an escape that does not exist"),
        (r#""\u12g4""#, "1:2: not JSON: an escape that does not exist"),
        (r#""\u12"#, "1:2: not JSON: an escape that does not exist"),
        ("\"\\", "1:2: not JSON: an escape that does not exist"),
        ("}", "1:1: not JSON: expected a value, found `}`"),
        ("[}", "1:2: not JSON: expected a value, found `}`"),
        ("\u{1b}[31m", "1:1: not JSON: expected a value, found `\\u{1b}`"),
    ];
    for (text, want) in cases {
        let (_, problems) = read(text);
        assert_eq!(messages(&problems), [want], "{text}");
        assert_eq!(problems[0].severity, ProblemSeverity::Error);
    }
}

#[test]
fn budgets_hold() {
    let limits = Limits { depth: 10, nodes: 50, document_bytes: 1000 };
    let cases = [
        ("[".repeat(10) + &"]".repeat(10), None),
        ("[".repeat(11) + &"]".repeat(11), Some("1:11: nested deeper than 10 levels")),
        ("{\"a\":".repeat(1_000_000), Some("1:51: nested deeper than 10 levels")),
        (format!("[{}0]", "0,".repeat(60)), Some("1:100: more than 50 values in one document")),
        (format!("[\"{}\"]", "x".repeat(2000)), Some("1:1: a JSON value of more than 1000 bytes")),
    ];
    for (text, want) in cases {
        let (tree, problems) = read_json_bytes(text.as_bytes(), &limits);
        assert_eq!(messages(&problems), Vec::from_iter(want));
        assert_eq!(tree.is_some(), want.is_none());
    }
    let deep = "[".repeat(100_000);
    assert!(read(&deep).0.is_none());
}

#[test]
fn spans_point_at_what_is_written() {
    let text = Text::new("  {\"kind\" : \"Pod\",\n \"n\":[ 12, {\"\\u0061\":true} ]} tail");
    let (read, problems) = read_json(&text, Span { start: 0, end: text.len() }, &Limits::default());
    let (tree, end) = read.unwrap();
    assert!(problems.is_empty());
    assert_eq!(text.slice(Span { start: end, end: text.len() }), " tail");
    let root = tree.root();
    assert_eq!(root.source().unwrap(), text.slice(Span { start: 2, end }));
    let kind = root.entry("kind").unwrap();
    assert_eq!(kind.source(), Some("\"Pod\""));
    assert_eq!(text.slice(kind.key_span().unwrap()), "\"kind\"");
    let n = root.entry("n").unwrap();
    assert_eq!(n.source(), Some("[ 12, {\"\\u0061\":true} ]"));
    assert_eq!(n.items().next().unwrap().source(), Some("12"));
    let a = n.items().nth(1).unwrap().entry("a").unwrap();
    assert_eq!(text.slice(a.key_span().unwrap()), "\"\\u0061\"");
    assert_eq!(a.source(), Some("true"));
    let (read, problems) = read_json(&text, Span { start: end, end: text.len() }, &Limits::default());
    assert!(read.is_none());
    assert_eq!(messages(&problems), ["2:32: not JSON: expected `true`, `false` or `null`, found `a`"]);
}

#[test]
fn a_span_bounds_the_reading() {
    let text = Text::new("[1][2]");
    let (read, _) = read_json(&text, Span { start: 0, end: 2 }, &Limits::default());
    assert!(read.is_none());
    let (read, problems) = read_json(&text, Span { start: 3, end: 6 }, &Limits::default());
    assert_eq!(problems, []);
    assert_eq!(written(read.unwrap().0.root()), "[2]");
    let (read, problems) = read_json(&text, Span { start: 6, end: 99 }, &Limits::default());
    assert!(read.is_none() && problems.is_empty());
}

const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

#[test]
fn bodies_that_repeat_the_object_are_left_out() {
    let object = format!(
        r#"{{"metadata":{{"annotations":{{"a":"b","{LAST_APPLIED}":"{{}}"}},"managedFields":[{{"x":[1,{{}}]}},2],"name":"n"}},"kind":"Pod"}}"#
    );
    let lean = r#"{"metadata":{"annotations":{"a":"b"},"name":"n"},"kind":"Pod"}"#;
    let list = format!(r#"{{"items":[{object},{{"items":[{object}]}}],"kind":"List"}}"#);
    let lean_list = format!(r#"{{"items":[{lean},{{"items":[{lean}]}}],"kind":"List"}}"#);
    for (text, want) in [(object.as_str(), lean), (&list, &lean_list)] {
        let tree = good(text);
        assert_eq!(written(tree.root()), want);
        assert!(tree.dropped().managed_fields && tree.dropped().last_applied);
    }
    // The same names elsewhere are data.
    for text in [
        r#"{"managedFields":[1],"spec":{"metadata":{"managedFields":[1]}}}"#.to_owned(),
        format!(r#"{{"annotations":{{"{LAST_APPLIED}":"x"}},"data":{{"{LAST_APPLIED}":"x"}}}}"#),
    ] {
        let tree = good(&text);
        assert_eq!(written(tree.root()), text);
        assert_eq!(tree.dropped(), Default::default());
    }
    // What is left out must still be JSON, within the same budgets.
    assert!(read(r#"{"metadata":{"managedFields":[1}}"#).0.is_none());
    assert!(read(&(r#"{"metadata":{"managedFields":"#.to_owned() + &"[".repeat(5000))).0.is_none());
}

#[test]
fn a_reader_forgets_what_it_read() {
    let limits = Limits::default();
    let mut reader = JsonReader::new();
    let first = reader.read_bytes(br#"{"metadata":{"managedFields":1},"odd-key":{"a":1,"a":2}}"#, &limits);
    assert!(first.0.unwrap().dropped().managed_fields);
    assert!(reader.read_bytes(br#"{"odd-key":[{"#, &limits).0.is_none());
    let (tree, problems) = reader.read_bytes(br#"{"other-key":"x","a":1}"#, &limits);
    let tree = tree.unwrap();
    assert!(problems.is_empty());
    assert_eq!(written(tree.root()), r#"{"other-key":"x","a":1}"#);
    assert_eq!(tree.dropped(), Default::default());
}

#[test]
fn a_byte_order_mark_is_skipped() {
    assert_eq!(written(good("\u{feff}{\"a\":1}").root()), "{\"a\":1}");
}

#[test]
fn a_typical_object_stays_small() {
    let text = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","namespace":"shop","labels":{"app":"web","example.org/x":"z"}},"spec":{"serviceAccountName":"web","containers":[{"name":"web","image":"registry.example/web:1","ports":[{"containerPort":80}],"securityContext":{"privileged":false,"runAsUser":1000,"capabilities":{"drop":["ALL"]}},"resources":{"limits":{"cpu":"1","memory":"1Gi"}}}]}}"#;
    let tree = good(text);
    assert!(tree.len() >= 25);
    assert!(tree.heap_bytes() + size_of::<Tree>() < 2048 - text.len(), "{}", tree.heap_bytes());
}

#[test]
fn reads_a_busy_cluster_as_serde_json_does() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpus/cluster/busy.jsonl.zst");
    let Ok(packed) = std::fs::read(path) else {
        println!("skipped: {path} is not there");
        return;
    };
    let lines = String::from_utf8(unpack(&packed)).unwrap();
    let mut reader = JsonReader::new();
    let mut count = 0;
    for line in lines.lines() {
        let (tree, problems) = reader.read_bytes(line.as_bytes(), &Limits::default());
        assert!(problems.is_empty(), "{problems:?}");
        let tree = tree.unwrap();
        let mut value: Value = serde_json::from_str(line).unwrap();
        if tree.dropped().last_applied {
            value["metadata"]["annotations"].as_object_mut().unwrap().remove(LAST_APPLIED);
        }
        assert!(same(tree.root(), &value), "{line}");
        let again: Value = serde_json::from_str(&written(tree.root())).unwrap();
        assert_eq!(again, value);
        count += 1;
    }
    assert_eq!(count, 979);
}

fn any_value() -> impl Strategy<Value = Value> {
    let key =
        prop_oneof!["[a-z]{0,3}", Just("metadata".to_owned()), Just("items".to_owned()), any::<String>()];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_filter("finite", |f| f.is_finite()).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 60, 8, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::vec((key.clone(), inner), 0..24)
                .prop_map(|m| Value::Object(m.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_json_reads_and_writes_as_itself(value in any_value(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        let tree = good(&text);
        prop_assert!(same(tree.root(), &value), "{text}");
        prop_assert!(same_but_whole(good(&written(tree.root())).root(), tree.root()), "{text}");
        let shared = Text::new(text.as_str());
        let (read, _) = read_json(&shared, Span { start: 0, end: shared.len() }, &Limits::default());
        prop_assert_eq!(written(read.unwrap().0.root()), written(tree.root()));
    }

    #[test]
    fn accepts_what_serde_json_accepts(bytes in proptest::collection::vec(
        proptest::sample::select(br#"{}[],:"\ \t09-.eEu1atruefalsn"#.to_vec()), 0..24)) {
        let (tree, problems) = read_json_bytes(&bytes, &Limits::default());
        let accepted = tree.is_some() && problems.iter().all(|p| p.severity != ProblemSeverity::Error);
        let lone_half = bytes.windows(2).any(|w| w == b"\\u");
        if !lone_half {
            prop_assert_eq!(accepted, serde_json::from_slice::<Value>(&bytes).is_ok());
        }
    }
}

fn unpack(packed: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut reader = ruzstd::decoding::StreamingDecoder::new(packed).unwrap();
    std::io::Read::read_to_end(&mut reader, &mut bytes).unwrap();
    bytes
}
