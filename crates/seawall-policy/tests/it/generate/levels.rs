//! A generated level says of a pod what the Pod Security Standards say.

use std::collections::BTreeMap;

use seawall_checks::pss;
use seawall_policy::generate::{Level, Options, What, find, generate, policies};

use super::count::{Count, demand, objects};
use super::forms::Forms;
use super::judge::{Judge, inventory, judges};
use super::native;

fn compare(level: Level, own: pss::Level) {
    let options = Options { except: Vec::new(), ..Options::default() };
    let text = generate(&What::PodSecurity(level), &options).unwrap().text;
    let judge = Judge::new(&text);
    let controls: Vec<&str> =
        policies().iter().map(|policy| policy.id()).filter(|id| text.contains(&format!("{id}:"))).collect();
    assert!(controls.iter().all(|id| find(id).is_some_and(|policy| policy.level() <= Some(level))));
    let mut counts: BTreeMap<String, Count> = BTreeMap::new();
    for seed in 0..objects() {
        let Some(forms) = Forms::of(seed).filter(|forms| judges("pss-privileged", forms.kind())) else {
            continue;
        };
        for (native, policy) in forms.pairs() {
            let violated = native::violated(&inventory([native.clone()]), own);
            let Some(violated) = violated else { continue };
            let failures = judge.create(policy.root());
            for control in &controls {
                let count = counts.entry((*control).to_owned()).or_default();
                match (violated.contains(control), failures.get(*control)) {
                    (false, None) => count.passed += 1,
                    (true, Some(_)) => count.failed += 1,
                    (theirs, ours) => count.differ(|| {
                        format!(
                            "seed {seed}\n  standard: {theirs}\n  policy: {ours:?}\n  {}",
                            forms.written()
                        )
                    }),
                }
            }
        }
    }
    demand(&counts);
}

#[test]
fn baseline_says_what_the_standard_says() {
    compare(Level::Baseline, pss::Level::Baseline);
}

#[test]
fn restricted_says_what_the_standard_says() {
    compare(Level::Restricted, pss::Level::Restricted);
}
