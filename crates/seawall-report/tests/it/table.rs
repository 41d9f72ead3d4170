//! What people see.

use seawall_core::{Pillar, Severity};
use seawall_report::{Format, RenderOptions, Timings};

use crate::support::{Fail, Run, SHOP, check, shop, snapshot};

#[test]
fn a_real_run() {
    insta::assert_snapshot!(Run::of(SHOP).judged("pod-privileged").table());
}

#[test]
fn findings_of_every_shape() {
    insta::assert_snapshot!(shop().table());
}

/// A container without a security context: one excerpt, one fix, counted once.
#[test]
fn findings_with_one_cause_are_told_together() {
    let checks = [
        "pod-allow-privilege-escalation",
        "pod-capability-drop-all-missing",
        "pod-capability-net-raw",
        "pod-host-pid",
        "pod-run-as-non-root",
        "pod-seccomp-missing",
    ];
    insta::assert_snapshot!(Run::of(BARE).judged_by(&checks).table());
}

/// What is missing in a block that is there has the block for its cause.
#[test]
fn what_a_block_lacks_is_told_together() {
    let checks = ["pod-allow-privilege-escalation", "pod-writable-root-filesystem", "pod-privileged"];
    insta::assert_snapshot!(Run::of(HALF).judged_by(&checks).findings());
}

const BARE: &[(&str, &str)] = &[(
    "web.yaml",
    "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  hostPID: true\n  containers:\n    - name: web\n      image: web:1\n",
)];

const HALF: &[(&str, &str)] = &[(
    "web.yaml",
    "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n    - name: web\n      image: web:1\n      securityContext:\n        runAsUser: 10001\n",
)];

#[test]
fn quiet_is_one_line_a_finding() {
    let options = RenderOptions { quiet: true, ..RenderOptions::default() };
    insta::assert_snapshot!(shop().render(Format::Table, &options));
    insta::assert_snapshot!(snapshot().render(Format::Table, &options), @r"
    cluster.jsonl.zst: Secret/shop/token: low[secret-type]: the type says nothing
    cluster.jsonl.zst: Secret/shop/token: low[secret-type]: may be changed
    cluster.jsonl.zst: Secret/shop/token: low[secret-type]: a weak password
    ");
}

#[test]
fn without_a_text_the_route_and_the_value_stand_for_the_excerpt() {
    insta::assert_snapshot!(snapshot().findings());
}

#[test]
fn nothing_found_and_nothing_read() {
    insta::assert_snapshot!(Run::of(&[]).table());
}

#[test]
fn times_are_shown_when_given() {
    let mut run = Run::of(&[]);
    run.timings = Some(Timings { stages: vec![("read".into(), std::time::Duration::from_micros(12_345))] });
    assert!(run.table().ends_with("     12.3 ms  read\n"), "{}", run.table());
    assert_eq!(run.json()["timings"]["read"], 12.345);
}

/// Line ends, tabs, wide characters and a byte order mark do not move the caret.
#[test]
fn carets_stay_under_what_they_mean() {
    let file = "\u{feff}apiVersion: v1\r\nkind: Pod\r\nmetadata:\r\n  name: 世界 # 世\r\nspec: {hostPID:\ttrue, \"世\": é}\r\n";
    let mut run = Run::of(&[("wide.yaml", file)]);
    let check = check("pod-host-pid", Pillar::Nodes, Severity::Info);
    for route in ["apiVersion", "metadata.name", "spec.hostPID", "spec[\"世\"]", "spec.hostIPC"] {
        run.fail(Fail::new(&check, (0, route), route));
    }
    insta::assert_snapshot!(run.findings());
}

#[test]
fn long_lines_are_trimmed_to_the_width() {
    let file = format!(
        "{{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{{\"name\":\"a\",\"annotations\":{{\"x\":\"{}\"}}}},\"spec\":{{\"hostPID\":true,\"y\":\"{}\"}}}}",
        "a".repeat(6_000),
        "b".repeat(6_000)
    );
    let mut run = Run::of(&[("one-line.json", &file)]);
    let check = check("pod-host-pid", Pillar::Nodes, Severity::Info);
    run.fail(Fail::new(&check, (0, "metadata.name"), "near the start"));
    run.fail(Fail::new(&check, (0, "metadata.annotations.x"), "longer than a line"));
    run.fail(Fail::new(&check, (0, "spec.hostPID"), "in the middle"));
    let options = RenderOptions { width: 60, ..RenderOptions::default() };
    let table = run.render(Format::Table, &options);
    insta::assert_snapshot!(&table[..table.find("\nscores\n").unwrap()]);
}

#[test]
fn colour_adds_nothing_but_colour() {
    let plain = shop().table();
    let options = RenderOptions { color: true, ..RenderOptions::default() };
    let colored = shop().render(Format::Table, &options);
    let mut bare = String::new();
    let mut rest = colored.as_str();
    while let Some((before, sequence)) = rest.split_once('\x1b') {
        bare.push_str(before);
        rest = sequence.split_once('m').unwrap().1;
    }
    bare.push_str(rest);
    assert_eq!(bare, plain);
    assert_ne!(colored, plain);
}
