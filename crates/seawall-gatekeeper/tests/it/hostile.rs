//! Whatever is in a file, reading and judging end, and nothing panics.

use std::time::Duration;

use proptest::prelude::*;
use seawall_gatekeeper::Gatekeeper;
use seawall_inventory::Inventory;

use crate::support::{create, inventory, places, read, told};

const POLICIES: &str = include_str!("data/owner.yaml");
const POD: &str = include_str!("data/pod.yaml");

/// No clock is read here: without the limit this would run for years.
#[test]
fn a_rule_that_never_ends_is_no_verdict() {
    let slow = POLICIES.replace(
        "value := labels[key]",
        "n := numbers.range(1, 60000); m := n; count([1 | n[_] < 0; m[_] < 0; n[_] < 0]) == 0; value := labels[key]",
    );
    let slow = slow.replace("n[_] < 0;", "n[_] > 0;");
    assert_ne!(slow, POLICIES);
    let texts = inventory(&[("policies.yaml", &slow)], false);
    let (set, problems) = Gatekeeper::read_within(&texts, Duration::from_millis(5));
    assert_eq!(places(&problems), "");
    let said = told(&create(&set, POD, &Inventory::default()));
    assert!(said.starts_with("not judged gatekeeper/OwnedBy/"), "{said}");
    assert!(said.contains("exceeded") || said.contains("time"), "{said}");
}

#[test]
fn texts_that_are_too_long_or_too_deep_are_errors() {
    let long = format!("{}\n# {}", "package x\nviolation[{\"msg\": \"m\"}] { true }", "x".repeat(300_000));
    let wide = format!("package x\nviolation[{{\"msg\": \"m\"}}] {{ \"{}\" == \"\" }}", "x".repeat(9000));
    let calls = format!(
        "package x\nviolation[{{\"msg\": \"m\"}}] {{ {}1{} }}",
        "count(".repeat(500),
        ")".repeat(500)
    );
    let sum = format!("package x\nviolation[{{\"msg\": \"m\"}}] {{ {}1 > 2 }}", "1 +\n ".repeat(60_000));
    for rego in [long, wide, calls, sum] {
        let quoted = rego.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        let text = format!(
            "{{apiVersion: templates.gatekeeper.sh/v1, kind: ConstraintTemplate, metadata: {{name: x}}, spec: {{crd: {{spec: {{names: \
             {{kind: X}}}}}}, targets: [{{target: admission.k8s.gatekeeper.sh, rego: \"{quoted}\"}}]}}}}"
        );
        let (set, problems) = read(&text);
        assert!(set.is_empty() && problems.len() == 1, "{}", places(&problems));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    /// Pieces of Rego in any order.
    #[test]
    fn any_rego_is_read_or_refused(pieces in proptest::collection::vec(prop_oneof![
        "[ -~]{0,8}",
        Just("not f(".to_owned()), Just(") ".to_owned()), Just("{".to_owned()), Just("}".to_owned()),
        Just("[".to_owned()), Just("]".to_owned()), Just("\n".to_owned()), Just("input.review".to_owned()),
        Just("data.inventory".to_owned()), Just(" := ".to_owned()), Just("x[_]".to_owned()), Just("\"é\"".to_owned()),
        Just(" with input as ".to_owned()), Just("some x in ".to_owned()), Just("every k, v in ".to_owned()),
        Just(" | ".to_owned()), Just("f(x) { ".to_owned()), Just("violation[{\"msg\": ".to_owned()),
        Just("sprintf(\"%v\", [".to_owned()), Just(" in ".to_owned()), Just("else = ".to_owned()),
    ], 0..24)) {
        let rego = format!("package x\n{}", pieces.concat());
        let text = policies(&rego);
        let (set, _) = read(&text);
        create(&set, POD, &Inventory::default());
    }

    /// A byte of a template or constraint is another one.
    #[test]
    fn any_file_is_read_or_refused(place in 0..POLICIES.len(), byte in "[ -~]", cut in any::<bool>()) {
        prop_assume!(POLICIES.is_char_boundary(place));
        let mut text = POLICIES.to_owned();
        if cut { text.truncate(place) } else { text.replace_range(place..=place, &byte) }
        let (set, _) = read(&text);
        create(&set, POD, &Inventory::default());
    }
}

/// A template with such a text, and a constraint.
fn policies(rego: &str) -> String {
    let quoted: String = rego
        .chars()
        .map(|c| match c {
            '"' | '\\' => format!("\\{c}"),
            '\n' => "\\n".to_owned(),
            other => other.to_string(),
        })
        .collect();
    format!(
        "{{apiVersion: templates.gatekeeper.sh/v1, kind: ConstraintTemplate, metadata: {{name: x}}, spec: {{crd: {{spec: {{names: \
         {{kind: X}}}}}}, targets: [{{target: admission.k8s.gatekeeper.sh, rego: \"{quoted}\"}}]}}}}\n---\n{{apiVersion: \
         constraints.gatekeeper.sh/v1beta1, kind: X, metadata: {{name: x}}}}\n"
    )
}
