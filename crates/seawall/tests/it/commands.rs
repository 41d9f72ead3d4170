//! The other commands.

use crate::seawall;

#[test]
fn every_check_can_be_explained() {
    let ids = seawall(&["checks", "-o", "ids"]);
    assert_eq!(ids.code, 0);
    let ids: Vec<&str> = ids.out.lines().collect();
    assert!(ids.len() >= 50);
    for id in ids {
        let page = seawall(&["explain", id]);
        assert_eq!(page.code, 0, "{id}: {}", page.err);
        assert!(page.out.starts_with(&format!("# {id}\n")), "{id}");
        assert!(!page.out.contains("# finding:"), "{id}: test marks are not for readers");
    }
}

#[test]
fn a_mistyped_check_gets_a_hint() {
    let run = seawall(&["explain", "pod-privilege"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("no check is called `pod-privilege`; did you mean `pod-"), "{}", run.err);
}

#[test]
fn checks_can_be_filtered() {
    let rbac = seawall(&["checks", "area:rbac", "-o", "ids"]).out;
    assert!(rbac.lines().count() > 5 && rbac.lines().all(|id| id.starts_with("rbac-")));
    let critical = seawall(&["checks", "--severity", "critical", "-o", "json"]).json();
    assert!(critical.as_array().unwrap().iter().all(|check| check["severity"] == "critical"));
}

#[test]
fn completions_and_man_pages_are_made() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(seawall(&["completions", shell]).out.contains("seawall"), "{shell}");
    }
    assert!(seawall(&["man"]).out.contains(".TH seawall"));
    assert!(seawall(&["man", "scan"]).out.contains("fail\\-on"));
    assert_eq!(seawall(&["man", "nope"]).code, 2);
    assert!(seawall(&["version"]).out.starts_with("seawall 0."));
}
