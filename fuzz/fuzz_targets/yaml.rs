//! The YAML reader on any bytes: nothing panics, spans lie in the text, routes lead back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use seawall_yaml::{Limits, Text, comments, read, split, template_marker};

fuzz_target!(|bytes: &[u8]| {
    let (text, _) = Text::from_bytes(bytes);
    let limits = Limits { depth: 64, nodes: 10_000, document_bytes: 1 << 20 };
    let _ = template_marker(text.as_str());
    for span in split(&text) {
        for comment in comments(&text, span) {
            assert!(text.slice(comment).starts_with('#'));
        }
    }
    for document in read(&text, &limits).0 {
        let root = document.tree.root();
        for node in document.tree.nodes() {
            let span = node.span().expect("a text stands behind the tree");
            assert!(text.as_str().get(span.range()).is_some());
            let route = root.route_to(node).expect("a node lies below the root");
            assert_eq!(root.at(&route).map(|found| found.id()), Some(node.id()));
        }
    }
});
