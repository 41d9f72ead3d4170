//! Any bytes as JSON: no panic, both ways of reading agree, and what is written reads as the same again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use seawall_yaml::json::{read_json, read_json_bytes};
use seawall_yaml::{Limits, Span, Text};

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { depth: 64, nodes: 10_000, document_bytes: 1 << 20 };
    let (tree, _) = read_json_bytes(bytes, &limits);
    let mut written = String::new();
    if let Some(tree) = &tree {
        tree.root().write_json(&mut written);
        let (again, problems) = read_json_bytes(written.as_bytes(), &limits);
        assert!(problems.is_empty(), "{problems:?}");
        let mut twice = String::new();
        again.expect("written JSON is JSON").root().write_json(&mut twice);
        // A float that is minus zero is written `-0`, which reads as the whole number 0: Kubernetes does the same.
        assert!(written == twice || written.contains("-0"), "{written} {twice}");
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let text = Text::new(text);
    let (read, _) = read_json(&text, Span { start: 0, end: text.len() }, &limits);
    assert_eq!(read.is_some(), tree.is_some());
    if let Some((tree, _)) = read {
        let mut other = String::new();
        tree.root().write_json(&mut other);
        assert_eq!(written, other);
    }
});
