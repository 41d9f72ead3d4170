//! No generated policy is accused of a mistake.

use std::sync::Arc;

use seawall_policy::generate::{ConfigMap, Mode, Options, What, generate, policies};
use seawall_policy::lint::lint;

use super::judge::{documents, inventory};

fn accused(what: &What, options: &Options) -> Vec<String> {
    let text = generate(what, options).unwrap().text;
    let inventory = inventory(documents(&text).into_iter().map(Arc::new));
    let told = |lint: &seawall_inventory::Lint| {
        let name = inventory.get(lint.place.resource).map_or("", |resource| resource.name()).to_owned();
        format!("{name}: {} @ {}: {}", lint.rule.id, lint.place.route, lint.message)
    };
    lint(&inventory).iter().map(told).collect()
}

#[test]
fn no_generated_policy_is_accused_of_a_mistake() {
    let map = ConfigMap { namespace: "seawall".to_owned(), name: "policies".to_owned() };
    let mut all = Vec::new();
    for policy in policies() {
        let what = What::Check(policy.id().to_owned());
        all.extend(accused(&what, &Options { mode: Mode::Enforce, ..Options::default() }));
        let options = Options { config_map: Some(map.clone()), ..Options::default() };
        all.extend(accused(&what, &options));
    }
    all.sort();
    all.dedup();
    assert!(all.is_empty(), "{}", all.join("\n"));
}
