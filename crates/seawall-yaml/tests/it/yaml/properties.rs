//! What holds for every text.

use proptest::prelude::*;
use seawall_yaml::{Limits, Text, comments, read, split, template_marker};

use super::generate::{Random, body};

fn check(text: &str) {
    let text = Text::new(text);
    let limits = Limits { depth: 64, nodes: 10_000, document_bytes: 1 << 20 };
    let _ = template_marker(text.as_str());
    let mut end = 0;
    for span in split(&text) {
        assert!(span.start >= end && span.end > span.start && span.end <= text.len());
        end = span.end;
        for comment in comments(&text, span) {
            assert!(
                text.slice(comment).starts_with('#')
                    && comment.start >= span.start
                    && comment.end <= span.end
            );
        }
    }
    let (documents, problems) = read(&text, &limits);
    for problem in problems {
        assert!(problem.position.is_none_or(|at| at.line >= 1 && at.column >= 1));
    }
    for document in documents {
        let root = document.tree.root();
        for node in document.tree.nodes() {
            let span = node.span().unwrap();
            assert!(span.start <= span.end && text.as_str().get(span.range()).is_some(), "{node:?} {span:?}");
            if let Some(key) = node.key_span() {
                assert!(text.as_str().get(key.range()).is_some(), "{key:?}");
            }
            if !node.is_shared() {
                assert!(span.start >= document.span.start && span.end <= document.span.end);
            }
            let route = root.route_to(node).unwrap();
            assert_eq!(root.at(&route).unwrap().id(), node.id(), "{route}");
        }
    }
}

#[test]
fn generated_texts_keep_the_promises() {
    let mut random = Random::new(3);
    for _ in 0..5000 {
        check(&body(&mut random));
    }
}

proptest! {
    #[test]
    fn any_text_keeps_the_promises(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn any_yaml_like_text_keeps_the_promises(text in "([a-c]|[-:?,\\[\\]{}#&*!|>'\"%@`.=<~] ?|[ \t]|\r?\n[ ]{0,6}|é|\u{2028}|\u{85}|\u{feff}){0,60}") {
        check(&text);
    }
}
