//! Changes of a decoded object, made in the object that came in: decoded again it is what was made.

use seawall_policy::defaults::{Chosen, TokenOfAccount, fill};
use seawall_schema::patch::{apply_patch, diff, rebase};
use seawall_schema::{Admission, Value, admitted};
use seawall_yaml::Tree;

use crate::generate::count::objects;
use crate::generate::forms::{Forms, SCHEMAS};

fn decoded(tree: &Tree) -> Tree {
    let schema = SCHEMAS.of_object(tree.root()).unwrap();
    admitted(tree, schema, Admission::default()).tree
}

/// Fills in defaults, puts a container before the others, and takes things away.
fn changed(mut pod: Value<'static>) -> Value<'static> {
    let all = Chosen::of(["restricted", "no-token", "read-only-root"]).unwrap();
    if let Some(spec) = pod.get_mut("spec") {
        fill(spec, &all, TokenOfAccount::Unsaid);
        spec.remove("affinity");
        if let Some(Value::List(containers)) = spec.get_mut("containers") {
            if let Some(first) = containers.first_mut() {
                first.remove("env");
                // Not the image: on it depends a default, which an API server has filled in before it asks.
                first.set("workingDir", Value::str("/other"));
            }
            let mut side = Value::map();
            side.set("name", Value::str("before"));
            side.set("image", Value::str("r/s:1"));
            containers.insert(0, side);
        }
    }
    pod
}

#[test]
fn what_was_changed_in_a_decoded_object_is_changed_in_the_one_that_came_in() {
    let mut tried = 0;
    for seed in 0..objects() {
        let Some(forms) = Forms::of(seed) else { continue };
        let [(raw, _), _] = forms.pairs();
        if raw.root().str("kind") != Some("Pod") {
            continue;
        }
        let original = Value::of(raw.root()).unwrap();
        let from = decoded(raw);
        let from = Value::of(from.root()).unwrap().into_owned();
        let to = decoded(&changed(from.clone()).to_tree());
        let to = Value::of(to.root()).unwrap();
        let made = rebase(&original, &from, &to).unwrap_or_else(|| original.clone());
        let again = decoded(&made.to_tree());
        let again = Value::of(again.root()).unwrap();
        assert!(again.means(&to), "seed {seed}: {:?}\n{}", diff(&again, &to), forms.written());
        // So it is as a patch.
        let mut patched = original.clone();
        apply_patch(&mut patched, &diff(&original, &made)).unwrap();
        assert!(patched.means(&made), "seed {seed}: {}", forms.written());
        assert!(rebase(&original, &from, &from).is_none());
        tried += 1;
    }
    assert!(tried > 300, "{tried}");
}
