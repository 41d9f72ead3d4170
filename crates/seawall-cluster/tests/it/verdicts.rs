//! The same verdicts live and from a file, and exactly the checks that need a refused kind are not evaluated.

use std::collections::BTreeSet;
use std::path::Path;

use seawall_checks::{Evaluation, Judge, Profile, Settings, evaluate, pick};
use seawall_inventory::{GroupKind, Inventory};
use seawall_sources::{SourceLimits, Target, load};
use serde_json::Value;

use crate::stand::{Kind, Stand, status};
use crate::support::{live, load_file, options, snapshot};

fn judge(inventory: &Inventory) -> Evaluation {
    evaluate(inventory, &pick(Profile::All, &[], &[]), &Settings::default())
}

/// What must not depend on where the objects came from: everything.
fn verdicts(inventory: &Inventory) -> Vec<String> {
    let evaluation = judge(inventory);
    let mut verdicts: Vec<String> =
        evaluation.findings.iter().map(|finding| format!("{finding:?}")).collect();
    verdicts.extend(evaluation.not_evaluated.iter().map(|missing| format!("{missing:?}")));
    verdicts.push(format!("{:?} {:?}", evaluation.coverage, evaluation.tallies));
    verdicts
}

/// The objects of a file or folder as a cluster that a stand-in can serve.
fn cluster_of(path: &Path) -> Vec<Kind> {
    let inventory =
        load(&[Target::parse(path.to_str().unwrap()).unwrap()], &SourceLimits::default()).inventory;
    let mut kinds: Vec<Kind> = Vec::new();
    for resource in inventory.resources() {
        let mut json = String::new();
        resource.root().write_json(&mut json);
        let item: Value = serde_json::from_str(&json).unwrap();
        let leak = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
        let (group, kind) = (resource.group().to_owned(), resource.kind().to_owned());
        let version = item["apiVersion"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        let own = kinds
            .iter()
            .position(|other| other.group == group && other.kind == kind && other.version == version);
        let own = own.unwrap_or_else(|| {
            let plural = leak(format!("{}s", kind.to_lowercase()));
            kinds.push(Kind {
                version: leak(version),
                stated: true,
                ..Kind::new(leak(group), leak(kind), plural, vec![])
            });
            kinds.len() - 1
        });
        kinds[own].items.push(item);
    }
    // One version a kind, as in a cluster.
    let mut seen = BTreeSet::new();
    kinds.retain(|kind| seen.insert((kind.group, kind.kind)));
    let versions: BTreeSet<_> = kinds.iter().map(|kind| (kind.group, kind.version)).collect();
    for (group, version) in versions {
        let first = kinds.iter().find(|kind| kind.group == group).unwrap().version;
        kinds.retain(|kind| kind.group != group || kind.version != version || version == first);
    }
    kinds
}

fn same_verdicts(path: &Path, least: usize) {
    let stand = Stand::new(cluster_of(path));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.jsonl.zst");
    snapshot(&stand, &file, &seawall_cluster::Options { page: 50, ..options().0 }).unwrap();
    let (live, file) = (live(&stand).0, load_file(&file));
    let (live, file) = (verdicts(&live.inventory), verdicts(&file.inventory));
    assert!(live.len() > least, "only {} verdicts", live.len());
    for (live, file) in live.iter().zip(&file) {
        assert_eq!(live, file);
    }
    assert_eq!(live.len(), file.len());
}

#[test]
fn verdicts_are_the_same_live_and_from_a_file() {
    same_verdicts(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples"), 5);
}

#[test]
fn verdicts_on_a_busy_cluster_are_the_same_live_and_from_a_file() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/cluster/busy.jsonl.zst");
    if !path.exists() {
        println!("skipped: no corpus beside the project");
        return;
    }
    same_verdicts(&path, 200);
}

/// Every check that names the kind is not evaluated, and no other is because of it.
#[test]
fn a_refused_kind_stops_exactly_the_checks_that_need_it() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let rbac = |kind| {
        Kind::new(
            "rbac.authorization.k8s.io",
            kind,
            Box::leak(format!("{}s", kind.to_lowercase()).into_boxed_str()),
            vec![],
        )
    };
    for (group, kind) in
        [("", "Secret"), ("rbac.authorization.k8s.io", "RoleBinding"), ("networking.k8s.io", "NetworkPolicy")]
    {
        let mut kinds = cluster_of(&examples);
        kinds.retain(|other| (other.group, other.kind) != (group, kind));
        kinds.push(match group {
            "rbac.authorization.k8s.io" => rbac(kind),
            _ => Kind::new(
                group,
                kind,
                Box::leak(format!("{}s", kind.to_lowercase()).into_boxed_str()),
                vec![],
            ),
        });
        let plural = format!("/{}s?", kind.to_lowercase());
        let stand = Stand::faulty(kinds, move |target, _| {
            target.contains(&plural).then(|| status(403, "Forbidden", "not you"))
        });
        let inventory = live(&stand).0.inventory;
        let refused = GroupKind::new(group, kind);
        let missing: BTreeSet<&str> = judge(&inventory)
            .not_evaluated
            .iter()
            // What looks up single references of an object says so of the object.
            .filter(|missing| missing.subject.is_none() && missing.reason.contains("status 403: not you"))
            .map(|missing| seawall_checks::find(&missing.check.to_string()).unwrap().check.id)
            .collect();
        let needing: BTreeSet<&str> = pick(Profile::All, &[], &[])
            .iter()
            .filter(|check| {
                check.needs.contains(&refused)
                    || matches!(check.judge, Judge::Resource(kinds, _) if kinds.contains(&refused))
            })
            .map(|check| check.id)
            .collect();
        assert_eq!(missing, needing, "{kind}");
    }
}
