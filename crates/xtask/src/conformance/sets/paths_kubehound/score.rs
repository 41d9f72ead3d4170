//! Compares steps with the edges that are expected.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::engine::Said;
use crate::conformance::verdict::{Outcome, Score, Verdict};

/// What an edge test asserts.
#[derive(Deserialize)]
pub(super) struct Labels {
    primitive: String,
    from: String,
    to: String,
    scope: String,
    #[serde(rename = "match")]
    how: String,
    paths: Vec<(String, String)>,
    #[serde(default)]
    adjudication: String,
}

type Pair = (String, String);

impl Labels {
    /// Upstream's edges need token Secrets, of which the cluster has none: a precise engine reports none of them.
    fn is_upstream_only(&self) -> bool {
        self.adjudication.contains("Score as upstream-only")
    }

    fn is(&self, primitive: &str) -> bool {
        self.primitive.split('/').any(|own| own == primitive)
    }
}

/// A case passes when every expected edge is found and, for exact ones, no other within the scope.
pub(super) fn score(labels: &Labels, said: &[Said]) -> Verdict {
    if labels.primitive == "-" {
        return silent(labels, said);
    }
    let found: BTreeSet<Pair> = said
        .iter()
        .filter(|said| labels.is(said.primitive) && in_scope(labels, said))
        .flat_map(|said| pairs(labels, said))
        .collect();
    let expected: BTreeSet<Pair> = labels.paths.iter().cloned().collect();
    let upstream = expected.iter().filter(|pair| found.contains(*pair)).count() as u64;
    let raw = Score { name: "edges that upstream expects", hit: upstream, of: expected.len() as u64 };
    let outcome = if labels.is_upstream_only() {
        let through = tokens(labels, said);
        match (found.is_empty() && through.is_empty(), reads_secrets(labels, said)) {
            (true, true) => Outcome::Passed,
            (true, false) => Outcome::Failed("the right to read Secrets of `default` is missed".to_owned()),
            (false, _) => {
                let gains: Vec<String> =
                    found.iter().chain(&through).map(|(from, to)| format!("{from} → {to}")).collect();
                Outcome::Failed(format!(
                    "gains a ServiceAccount without a token Secret: {}",
                    gains.join(", ")
                ))
            }
        }
    } else {
        compare(labels, &expected, &found)
    };
    Verdict { outcome, scores: vec![raw] }
}

fn compare(labels: &Labels, expected: &BTreeSet<Pair>, found: &BTreeSet<Pair>) -> Outcome {
    let word = |(from, to): &Pair| format!("{from} → {to}");
    let mut wrong: Vec<String> =
        expected.difference(found).map(|pair| format!("missed {}", word(pair))).collect();
    if labels.how == "exact" {
        wrong.extend(found.difference(expected).map(|pair| format!("also {}", word(pair))));
    }
    if wrong.is_empty() { Outcome::Passed } else { Outcome::Failed(wrong.join("; ")) }
}

/// The control pod: no step but that of acting as its own ServiceAccount.
fn silent(labels: &Labels, said: &[Said]) -> Verdict {
    let own = |said: &&Said| last(&said.from) == labels.scope && is_class(&said.from, &labels.from);
    let tolerated = |said: &Said| said.primitive == "C09" && said.set == "ServiceAccount/default/default";
    // Whether an address of a cloud answers in this cluster is not known; it is neither escape, identity nor secret.
    let reach = |said: &Said| said.primitive == "D04";
    let steps: Vec<String> = said
        .iter()
        .filter(own)
        .filter(|said| !tolerated(said) && !reach(said))
        .map(|said| format!("{} → {}", said.primitive, said.set))
        .collect();
    if steps.is_empty() { Outcome::Passed.into() } else { Outcome::Failed(steps.join("; ")).into() }
}

fn in_scope(labels: &Labels, said: &Said) -> bool {
    match labels.from.as_str() {
        "PermissionSet" => said.namespace.as_deref() == Some("default"),
        "Volume" => {
            said.set.starts_with("ServiceAccount/default/") && said.set != "ServiceAccount/default/default"
        }
        class => is_class(&said.from, class),
    }
}

fn pairs(labels: &Labels, said: &Said) -> Vec<Pair> {
    let targets = said.to.iter().filter(|to| is_class(to, &labels.to)).map(|to| last(to));
    let sources: Vec<String> = match (labels.from.as_str(), &said.by) {
        ("PermissionSet", Some((role, binding))) => vec![format!("{role}::{binding}")],
        ("PermissionSet", None) => Vec::new(),
        ("Volume", _) => vec![format!("token volume of a pod using {}", last(&said.set))],
        // An endpoint goes by the name of its Service or of its port.
        ("Endpoint", _) => said.from.split('/').skip(2).map(str::to_owned).collect(),
        _ => vec![last(&said.from)],
    };
    targets.flat_map(|to| sources.iter().map(move |from| (from.clone(), to.clone()))).collect()
}

/// ServiceAccounts gained through a Secret that the right reads.
fn tokens(labels: &Labels, said: &[Said]) -> BTreeSet<Pair> {
    let readers = said.iter().filter(|said| labels.is(said.primitive) && in_scope(labels, said));
    let mut through = BTreeSet::new();
    for reader in readers {
        let held = said.iter().filter(|said| said.primitive == "C09" && reader.to.contains(&said.from));
        through.extend(held.map(|held| (reader.set.clone(), held.set.clone())));
    }
    through
}

/// The expected sources read the Secrets of the namespace.
fn reads_secrets(labels: &Labels, said: &[Said]) -> bool {
    labels.paths.iter().all(|(source, _)| {
        said.iter().any(|said| {
            let by = said.by.as_ref().map(|(role, binding)| format!("{role}::{binding}"));
            labels.is(said.primitive)
                && by.as_deref() == Some(source)
                && said.set == "secrets of namespace default"
        })
    })
}

fn is_class(word: &str, class: &str) -> bool {
    let kind = word.split('/').next().unwrap_or("");
    match class {
        "any" => true,
        "Identity" => matches!(kind, "ServiceAccount" | "Group" | "User"),
        class => kind == class,
    }
}

fn last(word: &str) -> String {
    word.rsplit('/').next().unwrap_or(word).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(how: &str, paths: &[(&str, &str)]) -> Labels {
        Labels {
            primitive: "A08".into(),
            from: "PermissionSet".into(),
            to: "Pod".into(),
            scope: String::new(),
            how: how.into(),
            paths: paths.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())).collect(),
            adjudication: String::new(),
        }
    }

    fn said(primitive: &'static str, namespace: &str, to: &[&str]) -> Said {
        Said {
            primitive,
            from: "ServiceAccount/default/a".into(),
            by: Some(("role".into(), "binding".into())),
            namespace: Some(namespace.into()),
            to: to.iter().map(|to| (*to).to_owned()).collect(),
            set: "pods of namespace default".into(),
        }
    }

    #[test]
    fn exact_edges_allow_no_others() {
        let two = [
            said("A08", "default", &["Pod/default/web", "Pod/default/db"]),
            said("A08", "other", &["Pod/other/x"]),
        ];
        let one = [("role::binding", "web")];
        assert_eq!(score(&labels("superset", &one), &two).outcome, Outcome::Passed);
        assert_eq!(
            score(&labels("exact", &one), &two).outcome,
            Outcome::Failed("also role::binding → db".to_owned())
        );
        assert_eq!(
            score(&labels("superset", &[("role::other", "web")]), &two).outcome,
            Outcome::Failed("missed role::other → web".to_owned())
        );
    }

    #[test]
    fn the_control_pod_may_only_be_itself() {
        let control = Labels {
            primitive: "-".into(),
            from: "Container".into(),
            scope: "c".into(),
            ..labels("exact", &[])
        };
        let step = |primitive: &'static str, set: &str| Said {
            primitive,
            from: "Container/default/c/c".into(),
            by: None,
            namespace: None,
            to: vec![set.to_owned()],
            set: set.to_owned(),
        };
        assert_eq!(
            score(&control, &[step("C09", "ServiceAccount/default/default")]).outcome,
            Outcome::Passed
        );
        assert_eq!(
            score(&control, &[step("B01", "Node/a")]).outcome,
            Outcome::Failed("B01 → Node/a".to_owned())
        );
    }
}
