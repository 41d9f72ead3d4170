//! A text, and edits of places in it: no panic, and what is given fits the text. That it means what was intended
//! the editor proves itself.
#![no_main]

use libfuzzer_sys::fuzz_target;
use seawall_core::{Edit, FixValue, Route};
use seawall_yaml::{Kind, Limits, Node, Text, edit, read};

fuzz_target!(|input: (u8, u8, &str)| {
    let (which, what, text) = input;
    let text = Text::new(text);
    let limits = Limits { depth: 64, nodes: 10_000, document_bytes: 1 << 16 };
    for document in read(&text, &limits).0 {
        let route = place(document.tree.root(), which);
        let value = FixValue::Map(vec![("a".to_owned(), FixValue::List(vec!["yes".into(), true.into()]))]);
        let edits = [match what % 4 {
            0 => Edit::Set { route, value: "new: value".into() },
            1 => Edit::Set { route: route.keys(&["new", "key"]), value },
            2 => Edit::Append { route, value },
            _ => Edit::Remove { route },
        }];
        if let Ok(edited) = edit::apply(&document.tree, &edits) {
            assert_eq!(edit::splice(text.as_str(), &edited.edits), Some(edited.text));
        }
    }
});

/// The place that is reached by going down always to the same child, modulo their number.
fn place(root: Node<'_>, which: u8) -> Route {
    let mut route = Route::root();
    let mut node = root;
    while !node.is_empty() && route.steps().len() < usize::from(which % 8) {
        let at = usize::from(which) % node.len();
        let next = match node.kind() {
            Kind::Map => node.entries().nth(at).map(|(key, below)| (route.clone().key(key), below)),
            _ => node.items().nth(at).map(|below| (route.clone().index(at), below)),
        };
        let Some((longer, below)) = next else { break };
        (route, node) = (longer, below);
    }
    route
}
