//! Objects on which policies are tried: what an API server would hand to a policy, and what it takes.
//!
//! Invariant: every object is valid for the API server of this release, so that a policy that fails on one can be made to fail
//! by whoever may create such objects.

use std::sync::{LazyLock, OnceLock};

use seawall_schema::{Schemas, Value};
use seawall_yaml::{Limits, Text, Tree, read};

use crate::admission::as_created;

/// An object as policies see it.
#[derive(Debug)]
pub(crate) struct Witness {
    pub(crate) tree: Tree,
    /// What there is to say of it.
    pub(crate) about: &'static str,
    large: OnceLock<Option<Tree>>,
}

impl Witness {
    /// The same with many containers; `None` for what makes no pods.
    pub(crate) fn large(&self) -> Option<&Tree> {
        self.large.get_or_init(|| large(&self.tree)).as_ref()
    }
}

/// All of them.
pub(crate) static WITNESSES: LazyLock<Vec<Witness>> = LazyLock::new(|| {
    let schemas = Schemas::builtin();
    let (documents, _) = read(&Text::new(include_str!("witness.yaml")), &Limits::default());
    let mut all: Vec<Witness> = Vec::new();
    for document in documents {
        let root = document.tree.root();
        let Ok(Some(tree)) = as_created(root, &schemas) else { continue };
        let repeated = all.iter().any(|own| {
            let other = own.tree.root();
            (other.str("kind"), other.str("apiVersion")) == (root.str("kind"), root.str("apiVersion"))
        });
        let about = if repeated { "whose optional parts are empty" } else { "without what is optional" };
        all.push(Witness { tree, about, large: OnceLock::new() });
    }
    all
});

/// Pods and their makers with this many containers, and with lists in each: what a policy costs on something large.
pub(crate) const CONTAINERS: usize = 50;
const VARIABLES: usize = 40;
const VOLUMES: usize = 40;

fn large(object: &Tree) -> Option<Tree> {
    const PLACES: [&[&str]; 4] = [
        &["spec", "jobTemplate", "spec", "template", "spec"],
        &["spec", "template", "spec"],
        &["template", "spec"],
        &["spec"],
    ];
    let mut object = Value::of(object.root())?;
    let place = PLACES
        .into_iter()
        .find(|place| object.path(place).is_some_and(|own| own.get("containers").is_some()))?;
    let spec = object.path_mut(place)?;
    let text = |text: String| Value::Str(text.into());
    let record = |fields: Vec<(&'static str, Value<'static>)>| {
        let mut map = Value::map();
        for (key, value) in fields {
            map.set(key, value);
        }
        map
    };
    let list =
        |count: usize, item: &dyn Fn(usize) -> Value<'static>| Value::List((0..count).map(item).collect());
    let container = |place: usize| {
        record(vec![
            ("name", text(format!("container-{place}"))),
            ("image", text(format!("registry.example/team/application-{place}:1.2.3"))),
            ("args", list(10, &|place| text(format!("--argument-{place}=a-value-of-some-length")))),
            (
                "env",
                list(VARIABLES, &|place| {
                    record(vec![
                        ("name", text(format!("VARIABLE_{place}"))),
                        ("value", text("a value of some length".into())),
                    ])
                }),
            ),
            (
                "ports",
                list(5, &|place| {
                    record(vec![("containerPort", Value::Int(8000 + i64::try_from(place).unwrap_or(0)))])
                }),
            ),
            (
                "volumeMounts",
                list(VOLUMES, &|place| {
                    record(vec![
                        ("name", text(format!("volume-{place}"))),
                        ("mountPath", text(format!("/mnt/volume-{place}"))),
                    ])
                }),
            ),
        ])
    };
    spec.set("containers", list(CONTAINERS, &container));
    spec.set(
        "volumes",
        list(VOLUMES, &|place| {
            record(vec![("name", text(format!("volume-{place}"))), ("emptyDir", Value::map())])
        }),
    );
    let tree = object.to_tree();
    as_created(tree.root(), &Schemas::builtin()).ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_object_is_one_that_policies_see() {
        let documents = include_str!("witness.yaml").split("\n---\n").count();
        assert_eq!(WITNESSES.len(), documents);
        let pods = WITNESSES.iter().filter_map(Witness::large).count();
        assert_eq!(pods, 11);
    }
}
