//! Upstream's own fixtures, where they lie beside the repository.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use seawall_checks::pss::Level::Restricted;
use seawall_checks::pss::{Level, Version, evaluate_pod};
use seawall_inventory::{PodView, Resource};
use seawall_yaml::{Limits, Node, Text, read};

use super::origin;

#[test]
fn upstreams_fixtures_hold() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance/pss");
    if !dir.is_dir() {
        eprintln!("skipped: no {}", dir.display());
        return;
    }
    let mut verdicts = 0;
    let mut wrong = Vec::new();
    let (mut rejected, mut named) = (0, 0);
    let mut by_count: BTreeMap<u32, u32> = BTreeMap::new();
    for file in ["baseline.jsonl", "restricted.jsonl"] {
        let text = std::fs::read_to_string(dir.join(file)).unwrap();
        for line in text.lines() {
            let (mut documents, problems) = read(&Text::new(line), &Limits::default());
            assert!(problems.is_empty(), "{problems:?}");
            let tree = Arc::new(documents.remove(0).tree);
            let case = tree.root();
            let object = case.get("pod").unwrap().id();
            let resource = Resource::new(Arc::clone(&tree), object, origin(0), None).unwrap();
            let pod = resource.pods().next().unwrap();
            let level: Level = case.str("level").unwrap().parse().unwrap();
            for version in case.list("versions").filter_map(Node::as_str) {
                verdicts += 1;
                match fault(case, &pod, level, version.parse().unwrap()) {
                    Ok(controls) if controls > 0 => {
                        rejected += 1;
                        named += controls;
                        *by_count.entry(controls).or_default() += 1;
                    }
                    Ok(_) => {}
                    Err(fault) => {
                        wrong.push(format!("{} at {version}: {fault}", case.str("case").unwrap()));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {verdicts} verdicts are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(verdicts, 3821);
    eprintln!(
        "pss: {verdicts} verdicts hold; {:.3} controls a rejected pair ({by_count:?})",
        f64::from(named) / f64::from(rejected)
    );
}

/// How many controls were named, when the verdict is the expected one.
fn fault(case: Node<'_>, pod: &PodView<'_>, level: Level, version: Version) -> Result<u32, String> {
    let violations = evaluate_pod(pod, level, version).map_err(|reason| reason.to_string())?;
    let allowed = case.bool("allowed").unwrap();
    let named: Vec<String> =
        violations.iter().map(|violation| violation.control.to_ascii_lowercase()).collect();
    if named.is_empty() != allowed {
        return Err(format!("allowed should be {allowed}, named {named:?}"));
    }
    let check = case.str("check").unwrap();
    let stricter = match check {
        "capabilities_baseline" => "capabilities_restricted",
        "seccompprofile_baseline" => "seccompprofile_restricted",
        "procmount" => "procmount_restricted",
        "hostpathvolumes" => "restrictedvolumes",
        check => check,
    };
    if !allowed && !named.iter().any(|name| name == check || (level == Restricted && name == stricter)) {
        return Err(format!("`{check}` is not among {named:?}"));
    }
    u32::try_from(named.len()).map_err(|error| error.to_string())
}
