//! Where keys and values stand.

use seawall_yaml::{Kind, Limits, Node, Span, Style, Text, TreeBuilder, read};

fn tree(text: &str) -> seawall_yaml::Tree {
    let (mut documents, problems) = read(&Text::new(text), &Limits::default());
    assert!(
        problems.iter().all(|problem| problem.severity < seawall_core::ProblemSeverity::Error),
        "{problems:?}"
    );
    documents.remove(0).tree
}

fn key<'t>(node: Node<'t>) -> &'t str {
    node.tree().text().unwrap().slice(node.key_span().unwrap())
}

#[test]
fn spans_are_what_is_written() {
    let text = "# c\n\"a\": 'x'   # c\nb:   \n  - 1\n  - {c: d, e}\n\n# c\n&k !!str f: &v |2-  # c\n    g\n   h\n\n\n? i j\n: k\n  l\n0x1F: \"m\\n\"\nnn:\no: p:q\n";
    let tree = tree(text);
    let root = tree.root();
    let entries: Vec<_> =
        root.entries().map(|(name, node)| (name, key(node), node.source().unwrap())).collect();
    assert_eq!(
        entries,
        [
            ("a", "\"a\"", "'x'"),
            ("b", "b", "- 1\n  - {c: d, e}"),
            ("f", "f", "|2-  # c\n    g\n   h"),
            ("i j", "i j", "k\n  l"),
            ("31", "0x1F", "\"m\\n\""),
            ("nn", "nn", ""),
            ("o", "o", "p:q"),
        ]
    );
    assert!(root.source().unwrap().starts_with("\"a\"") && root.source().unwrap().ends_with("p:q"));
    let flow = root.list("b").nth(1).unwrap();
    assert_eq!(flow.source(), Some("{c: d, e}"));
    assert_eq!(flow.entries().map(|(_, node)| key(node)).collect::<Vec<_>>(), ["c", "e"]);
    assert_eq!(root.str("f"), Some("  g\n h"));
}

#[test]
fn shared_nodes_point_at_their_anchor() {
    let tree = tree("a: &a {b: c}\nd: *a\ne: {<<: *a, f: g}\n");
    let root = tree.root();
    let d = root.get("d").unwrap();
    assert!(d.is_shared() && d.get("b").unwrap().is_shared());
    assert_eq!((key(d), d.source()), ("d", Some("{b: c}")));
    let b = root.path(&["e", "b"]).unwrap();
    assert!(b.is_merged() && !root.path(&["e", "f"]).unwrap().is_shared());
    assert_eq!((key(b), b.source()), ("b", Some("c")));
}

#[test]
fn keys_far_before_their_values_are_found_in_copies_too() {
    let far = "#\n".repeat(40_000);
    let tree = tree(&format!("x: &x\n  key:\n{far}    value\nv: *x\nw: {{<<: *x}}\n"));
    for place in ["x", "v", "w"] {
        assert_eq!(key(tree.root().path(&[place, "key"]).unwrap()), "key", "{place}");
    }
}

#[test]
fn large_maps_know_their_duplicates() {
    for size in [3, 16, 17, 40] {
        let mut text: String = (0..size).map(|n| format!("k{n}: {n}\n")).collect();
        text.push_str("k0: x\nk2: w\nk0: z\n");
        let tree = tree(&text);
        assert_eq!(tree.root().len(), size);
        assert_eq!((tree.root().str("k0"), tree.root().str("k2")), (Some("z"), Some("w")));
        assert_eq!(tree.root().entries().count(), size);
    }
}

#[test]
fn a_builder_copies_and_counts() {
    let mut builder = TreeBuilder::new(None);
    let span = Span::default();
    builder.open(Kind::Map, Style::Plain, 0);
    builder.key("a", None);
    let list = builder.open(Kind::Seq, Style::Plain, 0);
    builder.int(1, span);
    builder.str("x", Style::Plain, span);
    builder.close(0);
    builder.key("b", None);
    assert!(builder.copy(list, 6).is_none());
    assert!(builder.copy(list, 7).is_some());
    assert!(builder.has_key("a") && !builder.has_key("c"));
    assert_eq!(builder.children(list).len(), 2);
    builder.close(0);
    let tree = builder.finish();
    assert_eq!(format!("{:?}", tree.root()), r#"{"a": [1, "x"], "b": [1, "x"]}"#);
    for node in tree.nodes() {
        let route = tree.root().route_to(node).unwrap();
        assert_eq!(tree.root().at(&route).unwrap().id(), node.id());
    }
}
