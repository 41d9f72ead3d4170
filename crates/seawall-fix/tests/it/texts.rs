//! What happens to texts: nothing but the fix.

use seawall_fix::Reason;

use super::{fixed, inventory, judge, text_after};

const HARDENED: [&str; 3] =
    ["pod-allow-privilege-escalation", "pod-capability-drop-all-missing", "pod-seccomp-missing"];

#[test]
fn fixes_of_several_checks_become_one_edit_of_a_commented_file() {
    let before = "# Deployed by hand.\napiVersion: v1\nkind: Pod\nmetadata: {name: web} # the front\nspec:\n  # One container, for now.\n  containers:\n  - name: web\n    image: r.example/web:1 # pinned\n    # ports: see the Service\n    securityContext:\n      runAsUser: 1000\n";
    let after = "# Deployed by hand.\napiVersion: v1\nkind: Pod\nmetadata: {name: web} # the front\nspec:\n  # One container, for now.\n  containers:\n  - name: web\n    image: r.example/web:1 # pinned\n    # ports: see the Service\n    securityContext:\n      runAsUser: 1000\n      allowPrivilegeEscalation: false\n      capabilities:\n        drop:\n          - ALL\n  securityContext:\n    seccompProfile:\n      type: RuntimeDefault\n";
    assert_eq!(text_after(before, &HARDENED), after);
    assert_eq!(text_after(after, &HARDENED), after, "a second run finds nothing to do");
}

#[test]
fn line_ends_byte_order_marks_and_other_documents_stay() {
    let before = "\u{feff}---\r\napiVersion: v1\r\nkind: Pod\r\nmetadata: {name: a}\r\nspec:\r\n  hostPID: true\r\n  containers: []\r\n---\r\n# nothing here\r\n---\r\nkind: Other\r\nthing: [ 1,2 ]\r\n---\r\napiVersion: v1\r\nkind: Pod\r\nmetadata: {name: b}\r\nspec: {hostPID: true, containers: []}";
    let after = before.replacen("  hostPID: true\r\n", "", 1).replace("{hostPID: true, ", "{");
    assert_eq!(text_after(before, &["pod-host-pid"]), after);
}

#[test]
fn json_stays_json() {
    let before = "{\n  \"apiVersion\": \"v1\",\n  \"kind\": \"Pod\",\n  \"metadata\": {\"name\": \"a\"},\n  \"spec\": {\"containers\": [{\"name\": \"a\", \"image\": \"r/a:1\"}]}\n}\n";
    let after = before.replace(
        "\"image\": \"r/a:1\"",
        "\"image\": \"r/a:1\", \"securityContext\": {\"allowPrivilegeEscalation\": false}",
    );
    assert_eq!(text_after(before, &["pod-allow-privilege-escalation"]), after);
}

#[test]
fn items_of_a_list_are_objects() {
    let before = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: a}\n  spec:\n    hostPID: true\n    containers: []\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: b}\n  spec:\n    hostIPC: true\n    hostPID: true # why?\n    containers: []\n";
    let after = before
        .replace("    hostPID: true\n", "")
        .replace("    hostPID: true # why?\n", "")
        .replace("    hostIPC: true\n", "");
    assert_eq!(text_after(before, &["pod-host-pid", "pod-host-ipc"]), after);
}

#[test]
fn what_an_anchor_shares_is_not_changed() {
    let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  hostPID: true\n  containers:\n  - name: a\n    image: r/a:1\n    securityContext: &context\n      readOnlyRootFilesystem: true\n  - name: b\n    image: r/b:1\n    securityContext: *context\n";
    let world = inventory(&[("a.yaml", text)]);
    let outcome = fixed(&world, &["pod-allow-privilege-escalation", "pod-host-pid"]);
    assert_eq!(outcome.fixed.len(), 1, "the others do not suffer");
    assert_eq!(outcome.files[0].after.as_str(), text.replace("  hostPID: true\n", ""));
    let reasons: Vec<&str> = outcome.left.iter().map(|left| left.reason.word()).collect();
    assert_eq!(reasons, ["shared", "shared"]);
    assert!(outcome.left[0].reason.to_string().contains("is shared through an anchor or a merge key"));
}

#[test]
fn the_order_of_findings_does_not_matter() {
    let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  hostPID: true\n  hostNetwork: true\n  containers:\n  - name: a\n    image: r/a:1\n    securityContext:\n      privileged: true\n      capabilities: {add: [SYS_ADMIN, NET_RAW, CHOWN]}\n";
    let checks = [
        "pod-host-pid",
        "pod-host-network",
        "pod-privileged",
        "pod-capability-any-added",
        "pod-capability-net-raw",
        "pod-capability-sys-admin",
        "pod-capability-drop-all-missing",
        "pod-allow-privilege-escalation",
        "pod-seccomp-missing",
        "pod-writable-root-filesystem",
    ];
    let world = inventory(&[("a.yaml", text)]);
    let forth = fixed(&world, &checks);
    let backwards = |inventory: &_| {
        let mut evaluation = judge(inventory, &checks);
        evaluation.findings.reverse();
        evaluation
    };
    let back = seawall_fix::fix(&world, &backwards, &super::all, seawall_core::FixRisk::High);
    assert_eq!(forth.files[0].after.as_str(), back.files[0].after.as_str());
    assert!(forth.left.iter().all(|left| left.reason == Reason::NoFix), "{:?}", forth.left);
    // What privileges allowed had to wait for the second round.
    assert!(forth.files[0].after.as_str().contains("allowPrivilegeEscalation: false"));
    let again = inventory(&[("a.yaml", forth.files[0].after.as_str())]);
    assert!(fixed(&again, &checks).is_empty());
}

#[test]
fn variants_of_one_object_are_fixed_each() {
    let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  hostPID: true\n  containers: []\n";
    let world = inventory(&[("base.yaml", text), ("overlay.yaml", text)]);
    let outcome = fixed(&world, &["pod-host-pid"]);
    assert_eq!((outcome.fixed.len(), outcome.files.len(), outcome.left.len()), (2, 2, 0));
}
