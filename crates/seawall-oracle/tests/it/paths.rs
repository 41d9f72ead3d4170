//! The model of attack paths against the oracle.

use std::collections::BTreeSet;

use seawall_inventory::{GroupKind, InventoryBuilder};
use seawall_oracle::attacked::{Attacked, attacked};
use seawall_oracle::clusters::Dice;
use seawall_oracle::paths;
use seawall_paths::{Filter, Model};
use serde_json::Value;

use crate::world::resource;

/// How many clusters are made, unless `SEAWALL_ORACLE_CLUSTERS` says otherwise.
const CLUSTERS: u64 = 1_500;

pub(crate) type Pairs = BTreeSet<(String, String)>;

#[expect(clippy::disallowed_methods, reason = "how long to search is for whoever runs the tests to say")]
pub(crate) fn clusters() -> u64 {
    std::env::var("SEAWALL_ORACLE_CLUSTERS").ok().and_then(|text| text.parse().ok()).unwrap_or(CLUSTERS)
}

pub(crate) fn built(objects: &[Value], version: Option<(u32, u32)>) -> Model {
    let mut builder = InventoryBuilder::new();
    if let Some((major, minor)) = version {
        builder.server_version(major, minor);
    }
    objects.iter().for_each(|object| builder.push(resource(object)));
    Model::build(&builder.build()).0
}

pub(crate) fn answered(model: &Model) -> Pairs {
    model.pairs(&Filter::default()).unwrap().into_iter().map(|pair| (pair.from, pair.sink)).collect()
}

/// What only one of the two says: `+` the room, `-` the oracle.
fn difference(objects: &[Value], version: Option<(u32, u32)>) -> Vec<String> {
    let (own, expected) = (answered(&built(objects, version)), paths::pairs(objects, version));
    let word = |mark: &str, (from, sink): &(String, String)| format!("{mark} {from} → {sink}");
    let more = own.difference(&expected).map(|pair| word("+", pair));
    more.chain(expected.difference(&own).map(|pair| word("-", pair))).collect()
}

/// The fewest objects that still show one difference of a cluster, dropped one at a time.
fn smallest(cluster: &Attacked) -> (Vec<Value>, String) {
    let mut objects = cluster.objects.clone();
    let wanted = difference(&objects, cluster.version).remove(0);
    let mut at = 0;
    while at < objects.len() {
        let mut fewer = objects.clone();
        fewer.remove(at);
        if difference(&fewer, cluster.version).contains(&wanted) {
            objects = fewer;
        } else {
            at += 1;
        }
    }
    (objects, wanted)
}

#[test]
fn random_clusters_have_the_same_paths() {
    let (mut pairs, mut sinks) = (0, BTreeSet::new());
    for seed in 0..clusters() {
        let cluster = attacked(&mut Dice::new(seed));
        let expected = paths::pairs(&cluster.objects, cluster.version);
        if answered(&built(&cluster.objects, cluster.version)) != expected {
            let (objects, found) = smallest(&cluster);
            let text: Vec<String> = objects.iter().map(Value::to_string).collect();
            panic!("cluster {seed} of version {:?}: {found}\n{}", cluster.version, text.join("\n"));
        }
        pairs += expected.len();
        sinks.extend(expected.into_iter().map(|(_, sink)| sink));
    }
    // Clusters in which nothing is reached would prove nothing.
    assert!(pairs > 3 * usize::try_from(clusters()).unwrap(), "{pairs} pairs");
    assert!(sinks.len() > 8, "{sinks:?}");
}

fn identity(object: &Value) -> (String, String, Option<String>, String) {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let version = text(&object["apiVersion"]).unwrap();
    let group = version.split_once('/').map_or("", |(group, _)| group).to_owned();
    let metadata = &object["metadata"];
    (group, text(&object["kind"]).unwrap(), text(&metadata["namespace"]), text(&metadata["name"]).unwrap())
}

pub(crate) fn put(model: &mut Model, objects: &mut Vec<Value>, object: Value) {
    objects.retain(|old| identity(old) != identity(&object));
    model.apply(&resource(&object));
    objects.push(object);
}

pub(crate) fn take(model: &mut Model, objects: &mut Vec<Value>, at: usize) {
    let (group, kind, namespace, name) = identity(&objects.remove(at));
    model.delete(GroupKind::new(&group, &kind), namespace.as_deref(), &name);
}

/// Objects come and go one at a time, as in a cluster that is watched, and the answers stay those of the oracle.
#[test]
fn objects_that_come_and_go_one_by_one_leave_the_same_paths() {
    for seed in 0..clusters() / 10 {
        let mut dice = Dice::new(seed);
        let version = attacked(&mut dice).version;
        let (mut model, mut objects) = (built(&[], version), Vec::new());
        for _ in 0..3 {
            for (number, object) in attacked(&mut dice).objects.into_iter().enumerate() {
                put(&mut model, &mut objects, object);
                if number % 12 == 11 {
                    agree(seed, &model, &objects, version);
                }
            }
            while objects.len() > 12 && !dice.once_in(15) {
                let at = dice.below(objects.len());
                take(&mut model, &mut objects, at);
            }
            agree(seed, &model, &objects, version);
        }
    }
}

/// A history that goes wrong where a fresh build does not is told from a cluster that is answered wrongly.
fn agree(seed: u64, model: &Model, objects: &[Value], version: Option<(u32, u32)>) {
    let (own, expected) = (answered(model), paths::pairs(objects, version));
    if own != expected {
        let fresh = answered(&built(objects, version));
        let more: Vec<_> = own.symmetric_difference(&expected).collect();
        let text: Vec<String> = objects.iter().map(Value::to_string).collect();
        let word = if fresh == own { "a fresh build too" } else { "a fresh build does not" };
        panic!("history {seed}: {more:?} differ, {word}\n{}", text.join("\n"));
    }
}

/// What one change adds and removes, as `seawall paths what-if` says it.
#[test]
fn a_change_adds_and_removes_what_the_oracle_says() {
    let mut changed = 0;
    for seed in 0..clusters() / 3 {
        let mut dice = Dice::new(seed);
        let Attacked { mut objects, version } = attacked(&mut dice);
        let mut model = built(&objects, version);
        let (before, expected_before) = (answered(&model), paths::pairs(&objects, version));
        let other = attacked(&mut dice).objects;
        match dice.once_in(2) {
            true => {
                let at = dice.below(objects.len());
                take(&mut model, &mut objects, at);
            }
            false => put(&mut model, &mut objects, other[dice.below(other.len())].clone()),
        }
        let (after, expected_after) = (answered(&model), paths::pairs(&objects, version));
        let gap = |a: &Pairs, b: &Pairs| -> Pairs { a.difference(b).cloned().collect() };
        assert_eq!(gap(&after, &before), gap(&expected_after, &expected_before), "cluster {seed}: added");
        assert_eq!(gap(&before, &after), gap(&expected_before, &expected_after), "cluster {seed}: removed");
        changed += usize::from(before != after);
    }
    // Changes that change nothing would prove nothing.
    assert!(changed * 20 > usize::try_from(clusters()).unwrap() / 3, "{changed} changes matter");
}

/// The objects without what a change of a cut takes away: a binding, or a rule of a role.
fn without(objects: &[Value], object: &str, route: &str) -> Option<Vec<Value>> {
    let is = |own: &Value| {
        let (_, kind, namespace, name) = identity(own);
        let word = namespace.map_or(format!("{kind}/{name}"), |space| format!("{kind}/{space}/{name}"));
        word == object
    };
    if object.contains("Binding/") {
        return Some(objects.iter().filter(|own| !is(own)).cloned().collect());
    }
    let rule: usize = route.strip_prefix("rules[")?.strip_suffix(']')?.parse().ok()?;
    let mut objects = objects.to_vec();
    objects.iter_mut().find(|own| is(own))?["rules"].as_array_mut()?.remove(rule);
    Some(objects)
}

/// Taking away what a cut names severs its starts, and one change alone leaves no more than the cut says.
#[test]
fn a_cut_severs_what_it_says() {
    let mut severed = 0;
    for seed in 0..clusters() / 3 {
        let Attacked { objects, version } = attacked(&mut Dice::new(seed));
        let filter = Filter { from: Vec::new(), to: vec!["cluster-admin".to_owned()] };
        let model = built(&objects, version);
        let cut = model.cut(&filter, None).unwrap();
        let reach = |objects: &[Value]| -> BTreeSet<String> {
            let pairs = paths::pairs(objects, version).into_iter();
            pairs.filter(|(_, sink)| sink == "cluster-admin").map(|(from, _)| from).collect()
        };
        let starts = reach(&objects);
        assert_eq!(cut.starts, starts.len(), "cluster {seed}");
        for change in &cut.changes {
            let Some(fewer) = without(&objects, &change.object, &change.route) else { continue };
            let left = reach(&fewer).intersection(&starts).count();
            assert!(left <= change.survive, "cluster {seed}: {left} survive {change:?}");
        }
        // Roles lose the last rule first, so that the places of the others stay.
        let mut changes = cut.changes.clone();
        changes.sort_by(|a, b| b.route.cmp(&a.route));
        let fewer = changes
            .iter()
            .try_fold(objects, |objects, change| without(&objects, &change.object, &change.route));
        if let Some(fewer) = fewer.filter(|_| !starts.is_empty()) {
            let left: Vec<String> = reach(&fewer).intersection(&starts).cloned().collect();
            assert!(
                left.iter().all(|start| cut.uncut.contains(start)),
                "cluster {seed}: {left:?} {:#?}",
                cut.changes
            );
            severed += 1;
        }
    }
    assert!(
        severed * 30 > usize::try_from(clusters()).unwrap() / 3,
        "{severed} cuts are of bindings and rules"
    );
}
