//! Selectors as text against an evaluator that knows only how they are built.

use proptest::prelude::*;

use super::parse::Wrong;
use super::*;

const LABELS: [(&str, &str); 3] =
    [("app", "web-1"), ("tier", "front"), ("projectcalico.org/namespace", "shop")];

fn holds(text: &str, labels: &[(&str, &str)]) -> Result<bool, Wrong> {
    let mut words = Words::default();
    let expr = parse(text, Scope::Own, &mut words)?;
    let pairs: Vec<_> = labels.iter().map(|(key, value)| (words.intern(key), words.intern(value))).collect();
    let namespace = words.intern("projectcalico.org/namespace");
    let of = |key: Key| {
        let wanted = match key {
            Key::Own(key) => key,
            Key::NamespaceName => namespace,
            _ => return Known::Absent,
        };
        pairs.iter().find(|(key, _)| *key == wanted).map_or(Known::Absent, |(_, value)| Known::Is(*value))
    };
    Ok(expr.holds(&words, &of).expect("all labels are known"))
}

#[test]
fn means_what_calico_documents() {
    for (text, expected) in [
        ("", true),
        (" \t", true),
        ("all()", true),
        ("all( )", true),
        ("app == 'web-1'", true),
        ("app==\"web-1\"", true),
        ("app == 'web'", false),
        ("none == 'web'", false),
        ("app != 'web'", true),
        ("none != 'web'", true),
        ("app in {'a', 'web-1'}", true),
        ("app in {'a', 'web-1',}", true),
        ("app in {}", false),
        ("app not in {'web-1'}", false),
        ("none not in {'web-1'}", true),
        ("has(tier)", true),
        ("has( none )", false),
        ("!has(none)", true),
        ("! ! has(tier)", true),
        ("app contains 'b-'", true),
        ("app starts with 'web'", true),
        ("app startswith 'eb'", false),
        ("app ends with '-1'", true),
        ("none contains ''", false),
        ("projectcalico.org/namespace == 'shop'", true),
        // `&&` binds more than `||`, `!` more than both.
        ("has(none) && has(none) || has(app)", true),
        ("has(none) && (has(none) || has(app))", false),
        ("!has(none) && has(app)", true),
        ("!(has(none) || has(app))", false),
        ("!app == 'x' && has(app)", true),
        // Words that begin like an operator or a function are labels elsewhere.
        ("alliance != 'x' && hashed != 'y' && in != 'z'", true),
    ] {
        assert_eq!(holds(text, &LABELS), Ok(expected), "{text}");
    }
}

#[test]
fn refuses_with_the_place() {
    for (text, column) in [
        ("app", 4),
        ("app = 'x'", 5),
        ("app == x", 8),
        ("app == 'x", 8),
        ("app == 'x' &&", 14),
        ("app == 'x' & b == 'y'", 12),
        ("(has(a)", 8),
        ("has(a))", 7),
        ("has a", 5),
        ("has()", 5),
        ("app in 'x'", 8),
        ("app in {'x' 'y'}", 13),
        ("app not 'x'", 9),
        ("app starts 'x'", 12),
        ("äpp == 'x'", 1),
        ("app == 'ä' ? 'x'", 12),
        ("app == 'x'\n&& has(b)", 11),
    ] {
        assert_eq!(holds(text, &[]).map_err(|wrong| wrong.column), Err(column), "{text}");
    }
}

#[test]
fn hostile_texts_end() {
    assert!(holds(&"(".repeat(8000), &[]).is_err());
    assert!(holds(&format!("{}has(app){}", "(".repeat(64), ")".repeat(64)), &LABELS).is_err());
    assert_eq!(holds(&format!("{}has(app){}", "(".repeat(63), ")".repeat(63)), &LABELS), Ok(true));
    assert_eq!(holds(&format!("{}has(app)", "!".repeat(4001)), &LABELS), Ok(false));
    assert!(holds(&format!("app == '{}'", "x".repeat(9000)), &[]).is_err());
    let many = vec!["has(app)"; 600].join(" && ");
    assert_eq!(holds(&many, &LABELS), Ok(true));
}

/// An expression as it is built, and its text with every parenthesis.
#[derive(Clone, Debug)]
enum Built {
    Equal(usize, usize),
    Differs(usize, usize),
    In(usize, Vec<usize>),
    NotIn(usize, Vec<usize>),
    Has(usize),
    Starts(usize, usize),
    Ends(usize, usize),
    Contains(usize, usize),
    Not(Box<Built>),
    And(Box<Built>, Box<Built>),
    Or(Box<Built>, Box<Built>),
}

const KEYS: [&str; 3] = ["a", "b/c", "in"];
const VALUES: [&str; 4] = ["", "x", "xy", "yx"];

fn built() -> impl Strategy<Value = Built> {
    let (key, value) = (0..KEYS.len(), 0..VALUES.len());
    let leaf = prop_oneof![
        (key.clone(), value.clone()).prop_map(|(key, value)| Built::Equal(key, value)),
        (key.clone(), value.clone()).prop_map(|(key, value)| Built::Differs(key, value)),
        (key.clone(), prop::collection::vec(value.clone(), 0..3)).prop_map(|(key, all)| Built::In(key, all)),
        (key.clone(), prop::collection::vec(value.clone(), 0..3))
            .prop_map(|(key, all)| Built::NotIn(key, all)),
        key.clone().prop_map(Built::Has),
        (key.clone(), value.clone()).prop_map(|(key, value)| Built::Starts(key, value)),
        (key.clone(), value.clone()).prop_map(|(key, value)| Built::Ends(key, value)),
        (key, value).prop_map(|(key, value)| Built::Contains(key, value)),
    ];
    leaf.prop_recursive(4, 24, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|one| Built::Not(Box::new(one))),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| Built::And(Box::new(a), Box::new(b))),
            (inner.clone(), inner).prop_map(|(a, b)| Built::Or(Box::new(a), Box::new(b))),
        ]
    })
}

impl Built {
    fn text(&self, plain: bool) -> String {
        let set = |values: &[usize]| {
            let values: Vec<String> = values.iter().map(|value| format!("'{}'", VALUES[*value])).collect();
            format!("{{{}}}", values.join(", "))
        };
        // Without parentheses where precedence says the same.
        let inner = |one: &Built, needs: bool| {
            if plain && !needs { one.text(plain) } else { format!("({})", one.text(plain)) }
        };
        match self {
            Built::Equal(key, value) => format!("{} == '{}'", KEYS[*key], VALUES[*value]),
            Built::Differs(key, value) => format!("{} != \"{}\"", KEYS[*key], VALUES[*value]),
            Built::In(key, values) => format!("{} in {}", KEYS[*key], set(values)),
            Built::NotIn(key, values) => format!("{} not in {}", KEYS[*key], set(values)),
            Built::Has(key) => format!("has({})", KEYS[*key]),
            Built::Starts(key, value) => format!("{} starts with '{}'", KEYS[*key], VALUES[*value]),
            Built::Ends(key, value) => format!("{} ends with '{}'", KEYS[*key], VALUES[*value]),
            Built::Contains(key, value) => format!("{} contains '{}'", KEYS[*key], VALUES[*value]),
            Built::Not(one) => format!("!{}", inner(one, matches!(**one, Built::And(..) | Built::Or(..)))),
            Built::And(a, b) => {
                let needs = |one: &Built| matches!(one, Built::Or(..));
                format!("{} && {}", inner(a, needs(a)), inner(b, needs(b)))
            }
            Built::Or(a, b) => format!("{} || {}", inner(a, false), inner(b, false)),
        }
    }

    fn naive(&self, labels: &[Option<usize>]) -> bool {
        let value = |key: &usize| labels[*key].map(|value| VALUES[value]);
        let in_set = |key: &usize, set: &[usize]| {
            value(key).is_some_and(|value| set.iter().any(|one| VALUES[*one] == value))
        };
        match self {
            Built::Equal(key, wanted) => value(key) == Some(VALUES[*wanted]),
            Built::Differs(key, wanted) => value(key) != Some(VALUES[*wanted]),
            Built::In(key, set) => in_set(key, set),
            Built::NotIn(key, set) => !in_set(key, set),
            Built::Has(key) => value(key).is_some(),
            Built::Starts(key, part) => value(key).is_some_and(|value| value.starts_with(VALUES[*part])),
            Built::Ends(key, part) => value(key).is_some_and(|value| value.ends_with(VALUES[*part])),
            Built::Contains(key, part) => value(key).is_some_and(|value| value.contains(VALUES[*part])),
            Built::Not(one) => !one.naive(labels),
            Built::And(a, b) => a.naive(labels) && b.naive(labels),
            Built::Or(a, b) => a.naive(labels) || b.naive(labels),
        }
    }
}

proptest! {
    #[test]
    fn texts_mean_what_they_were_built_from(
        built in built(),
        labels in prop::collection::vec(prop::option::of(0..VALUES.len()), KEYS.len()),
    ) {
        let pairs: Vec<(&str, &str)> =
            KEYS.iter().zip(&labels).filter_map(|(key, value)| Some((*key, VALUES[(*value)?]))).collect();
        for plain in [false, true] {
            let text = built.text(plain);
            prop_assert_eq!(holds(&text, &pairs), Ok(built.naive(&labels)), "{}", text);
        }
    }

    #[test]
    fn what_is_unknown_decides_only_where_it_does_not_matter(
        built in built(),
        labels in prop::collection::vec(prop::option::of(prop::option::of(0..VALUES.len())), KEYS.len()),
    ) {
        let mut words = Words::default();
        let expr = parse(&built.text(true), Scope::Own, &mut words).unwrap();
        let keys: Vec<Word> = KEYS.iter().map(|key| words.intern(key)).collect();
        let values: Vec<Word> = VALUES.iter().map(|value| words.intern(value)).collect();
        let of = |key: Key| {
            let at = keys.iter().position(|one| Key::Own(*one) == key).unwrap();
            match labels[at] {
                None => Known::Unknown,
                Some(None) => Known::Absent,
                Some(Some(value)) => Known::Is(values[value]),
            }
        };
        if let Some(answer) = expr.holds(&words, &of) {
            // Then every way to fill in what is unknown gives the same.
            for fill in 0..5usize.pow(3) {
                let filled: Vec<Option<usize>> = labels.iter().enumerate().map(|(at, label)| {
                    label.unwrap_or((fill / 5usize.pow(at as u32) % 5).checked_sub(1))
                }).collect();
                prop_assert_eq!(built.naive(&filled), answer);
            }
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,80}") {
        let mut words = Words::default();
        let _ = parse(&text, Scope::Own, &mut words);
    }
}
