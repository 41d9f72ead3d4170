//! Every generated policy says of an object what its check says, on many random ones.

use std::collections::BTreeMap;

use seawall_checks::{Check, Settings, all};
use seawall_policy::generate::{Options, What, find, generate};

use super::configured::configured;
use super::count::{Count, demand, objects};
use super::forms::Forms;
use super::judge::{Judge, inventory, judges};
use super::native;

/// Policies of which only the verdict is compared. No expression can leave repeats out or put texts together by a key,
/// and what names no namespace is in one when a policy sees it.
const COARSE: [&str; 3] =
    ["secret-env-reference", "workload-default-namespace", "workload-duplicate-env-var"];

/// Policies that judge fewer kinds than their checks.
const NARROW: [&str; 1] = ["admission-bypass-annotation"];

/// The parts of a message, whichever of the two joined them.
fn parts(check: &str, messages: &[String]) -> BTreeMap<String, usize> {
    let mut parts = BTreeMap::new();
    if COARSE.contains(&check) {
        return parts;
    }
    for part in messages.join("; ").split("; ") {
        *parts.entry(part.to_owned()).or_default() += 1;
    }
    parts
}

/// All policies, in every namespace.
fn every_policy(checks: &[&Check], options: &Options) -> Judge {
    let ids = checks.iter().map(|check| check.id.to_owned()).collect();
    let what = What::Checks { name: "all".to_owned(), ids };
    let options = Options { except: Vec::new(), ..options.clone() };
    Judge::new(&generate(&what, &options).unwrap().text)
}

#[test]
fn policies_say_what_their_checks_say() {
    let checks: Vec<&'static Check> =
        all().iter().filter(|entry| find(entry.id).is_some()).map(|entry| entry.check).collect();
    let (settings, parameters) = configured();
    let ways = [
        (Settings::default(), every_policy(&checks, &Options::default())),
        (settings, every_policy(&checks, &Options { parameters, ..Options::default() })),
    ];
    let mut counts: BTreeMap<String, Count> = BTreeMap::new();
    for seed in 0..objects() {
        let Some(forms) = Forms::of(seed) else { continue };
        let (settings, judge) = &ways[usize::from(seed % 3 == 2)];
        for (native, policy) in forms.pairs() {
            let native = native::say(&inventory([native.clone()]), &checks, settings);
            let failures = judge.create(policy.root());
            for check in &checks {
                let narrow = NARROW.contains(&check.id) && !judges(check.id, forms.kind());
                if native.silent.contains(check.id) || narrow {
                    continue;
                }
                let count = counts.entry(check.id.to_owned()).or_default();
                let theirs = native.failed.get(check.id).map(|messages| parts(check.id, messages));
                let ours =
                    failures.get(check.id).map(|message| parts(check.id, std::slice::from_ref(message)));
                match (&theirs, &ours) {
                    (None, None) => count.passed += 1,
                    (Some(theirs), Some(ours)) if theirs == ours => count.failed += 1,
                    _ => count.differ(|| {
                        let written = forms.written();
                        format!("seed {seed}\n  check:  {theirs:?}\n  policy: {ours:?}\n  {written}")
                    }),
                }
            }
        }
    }
    demand(&counts);
}
