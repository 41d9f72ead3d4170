//! Compares what is said of a cluster with the labels.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::engine::{Reached, Said, Step};
use crate::conformance::verdict::{Outcome, Score, Verdict};

/// What a case asserts.
#[derive(Deserialize)]
pub(super) struct Labels {
    complete: bool,
    expected: Vec<Label>,
    deny: Vec<Label>,
}

/// One finding that is expected or forbidden.
#[derive(Clone, Default, Deserialize)]
struct Label {
    technique: String,
    subject: Option<String>,
    object: Option<String>,
    scope: Option<String>,
    #[serde(default)]
    detail: Detail,
    min_hops: Option<usize>,
    #[serde(default)]
    through: Vec<String>,
    alternate: Option<Alternate>,
    #[serde(default)]
    adjudication: String,
}

#[derive(Clone, Default, Deserialize)]
struct Detail {
    from_namespace: Option<String>,
    volume: Option<String>,
}

#[derive(Clone, Deserialize)]
struct Alternate {
    min_hops: Option<usize>,
    #[serde(default)]
    adjudication: String,
}

/// The primitive of a technique that is one step of a right.
fn primitive(technique: &str) -> Option<&'static str> {
    Some(match technique {
        "bound-cluster-admin" => "A01",
        "pod-create-token" => "A04",
        "pod-create-node" => "A05",
        "workload-write-token" => "A06",
        "pod-exec" => "A08",
        "port-forward" => "A10",
        "ephemeral-container" => "A11",
        "pod-steal" => "A15",
        "secrets-get" => "A16",
        "secrets-list" => "A17",
        "secret-mint-token" => "A18",
        "operator-reconcile" => "A52",
        "privileged-container" => "B01",
        "pv-host-path" => "B20",
        _ => return None,
    })
}

/// The sink of a technique that is a whole way.
fn sink(technique: &str) -> Option<&'static str> {
    Some(match technique {
        "path-cluster-admin" => "cluster-admin",
        "path-node" => "node-root",
        "path-kube-system-secrets" => "kube-system-secrets",
        _ => return None,
    })
}

/// A case passes when all correct findings are said and nothing that is denied, upstream's only or, in complete cases,
/// about another subject.
pub(super) fn score(labels: &Labels, said: &Said) -> Verdict {
    let mut wrong = Vec::new();
    let (mut found, mut of, mut quiet) = (0, 0, 0);
    for label in &labels.expected {
        match label.adjudication.as_str() {
            "correct" => {
                of += 1;
                match says(label, said) {
                    Ok(()) => found += 1,
                    Err(why) => wrong.push(format!("missed {}: {why}", word(label))),
                }
            }
            "upstream-only" if says(label, said).is_ok() => wrong.push(format!("says {}", word(label))),
            _ => {}
        }
    }
    for label in &labels.deny {
        if says(label, said).is_ok() {
            wrong.push(format!("says {}, which is denied", word(label)));
        } else {
            quiet += 1;
        }
    }
    if labels.complete {
        let listed: BTreeSet<&str> =
            labels.expected.iter().filter_map(|label| label.subject.as_deref()).collect();
        let others = escalating(said).into_iter().filter(|subject| !listed.contains(subject.as_str()));
        wrong.extend(others.map(|subject| format!("{subject} is no subject with an escalation")));
    }
    let outcome = if wrong.is_empty() { Outcome::Passed } else { Outcome::Failed(wrong.join("; ")) };
    let scores = vec![
        Score { name: "expected findings", hit: found, of },
        Score { name: "denied findings left unsaid", hit: quiet, of: labels.deny.len() as u64 },
    ];
    Verdict { outcome, scores }
}

fn word(label: &Label) -> String {
    let about = label.subject.as_ref().or(label.object.as_ref()).map_or("", String::as_str);
    format!("{} of {about}", label.technique)
}

/// Subjects with a right that opens a step, or a way to a sink.
fn escalating(said: &Said) -> BTreeSet<String> {
    let identity =
        |word: &str| ["ServiceAccount/", "User/", "Group/"].iter().any(|kind| word.starts_with(kind));
    let steps = said.steps.iter().filter(|step| step.primitive.starts_with('A') && identity(&step.from));
    let ways = said.reached.iter().filter(|reached| identity(&reached.from));
    steps.map(|step| step.from.clone()).chain(ways.map(|way| way.from.clone())).collect()
}

fn says(label: &Label, said: &Said) -> Result<(), String> {
    if let Some(sink) = sink(&label.technique) {
        return reaches(label, sink, said);
    }
    if let Some(primitive) = primitive(&label.technique) {
        let fits = |step: &&Step| step.primitive == primitive && is_about(label, step);
        return said
            .steps
            .iter()
            .any(|step| fits(&step))
            .then_some(())
            .ok_or_else(|| format!("no such {primitive}"));
    }
    let subject = label.subject.as_deref().unwrap_or("");
    let object = label.object.as_deref().unwrap_or("");
    let is = match label.technique.as_str() {
        "secrets-cross-namespace" => {
            let own = subject.split('/').nth(1).unwrap_or("");
            said.steps.iter().any(|step| {
                ["A16", "A17"].contains(&step.primitive)
                    && step.from == subject
                    && step.scope != own
                    && label.scope.as_ref().is_none_or(|scope| *scope == step.scope)
            })
        }
        "workload-with-dangerous-sa" => {
            let uses = |step: &Step| step.primitive == "C09" && step.to == subject;
            said.steps.iter().any(uses) && escalating(said).contains(subject)
        }
        "dangling-role" => said
            .roleless
            .iter()
            .any(|(binding, subjects)| binding == object && subjects.iter().any(|own| own == subject)),
        "dangling-subject" => {
            said.nobody.iter().any(|(binding, account)| binding == object && account == subject)
        }
        "imds-reachable" => said.metadata.contains(object),
        "namespace-without-policy" => said.ungoverned.contains(object),
        "cross-namespace-allow" => {
            let from = label.detail.from_namespace.as_deref().unwrap_or("");
            said.across.iter().any(|(policy, namespace)| policy == object && namespace == from)
        }
        other => return Err(format!("the technique `{other}` is not known")),
    };
    is.then_some(()).ok_or_else(|| "not said".to_owned())
}

fn is_about(label: &Label, step: &Step) -> bool {
    let by_subject = label.subject.as_ref().is_none_or(|subject| *subject == step.from);
    // A container goes by its workload: `Deployment/ns/app` is `Container/ns/app/…`.
    let by_object = label.object.as_ref().is_none_or(|object| {
        let place = object.split_once('/').map_or("", |(_, rest)| rest);
        let own = step.from.split_once('/').map_or("", |(_, rest)| rest);
        step.to == *object
            || own == place
            || own.strip_prefix(place).is_some_and(|rest| rest.starts_with('/'))
    });
    let by_scope = label.scope.as_ref().is_none_or(|scope| *scope == step.scope);
    let by_volume = label.detail.volume.as_ref().is_none_or(|volume| {
        step.evidence.iter().any(|place| place.starts_with(&format!("PersistentVolume/{volume} ")))
    });
    by_subject && by_object && by_scope && by_volume
}

fn reaches(label: &Label, sink: &str, said: &Said) -> Result<(), String> {
    let subject = label.subject.as_deref().unwrap_or("");
    let fits = |way: &&Reached| way.from == subject && way.sink == sink;
    let way = said.reached.iter().find(fits).ok_or_else(|| format!("no way to {sink}"))?;
    if way.primitives.len() < label.min_hops.unwrap_or(0) {
        return Err(format!("only {} steps", way.primitives.len()));
    }
    let mut rest = way.primitives.iter();
    for technique in &label.through {
        let wanted = primitive(technique).unwrap_or("");
        if !rest.any(|primitive| *primitive == wanted) {
            return Err(format!("not through {technique}"));
        }
    }
    match (&label.alternate, way.alternate) {
        (None, _) => Ok(()),
        (Some(alternate), None) if alternate.adjudication == "upstream-only" => Ok(()),
        (Some(alternate), Some(_)) if alternate.adjudication == "upstream-only" => {
            Err("an alternate way is said to survive".to_owned())
        }
        (Some(_), None) => Err("no alternate way is said to survive".to_owned()),
        (Some(alternate), Some(steps)) if steps < alternate.min_hops.unwrap_or(0) => {
            Err(format!("the alternate way has only {steps} steps"))
        }
        (Some(_), Some(_)) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(technique: &str, subject: &str, adjudication: &str) -> Label {
        Label {
            technique: technique.into(),
            subject: Some(subject.into()),
            adjudication: adjudication.into(),
            ..Label::default()
        }
    }

    fn said() -> Said {
        let step = |primitive, from: &str| Step {
            primitive,
            from: from.into(),
            to: "secrets of namespace b".into(),
            scope: "b".into(),
            evidence: Vec::new(),
        };
        Said { steps: vec![step("A17", "ServiceAccount/a/reader")], ..Said::default() }
    }

    #[test]
    fn recall_denial_and_completeness_decide() {
        let reader = "ServiceAccount/a/reader";
        let right = label("secrets-list", reader, "correct");
        let case = |expected: Vec<Label>, deny: Vec<Label>, complete| {
            score(&Labels { complete, expected, deny }, &said()).outcome
        };
        assert_eq!(case(vec![right.clone()], vec![], true), Outcome::Passed);
        assert!(matches!(
            case(vec![label("secrets-get", reader, "correct")], vec![], false),
            Outcome::Failed(_)
        ));
        assert!(matches!(
            case(vec![label("secrets-list", reader, "upstream-only")], vec![], false),
            Outcome::Failed(_)
        ));
        assert_eq!(case(vec![label("secrets-get", reader, "conditional")], vec![], false), Outcome::Passed);
        assert!(matches!(case(vec![], vec![right], false), Outcome::Failed(_)));
        assert!(matches!(case(vec![], vec![], true), Outcome::Failed(_)));
    }

    #[test]
    fn another_namespace_is_another_scope() {
        let across = label("secrets-cross-namespace", "ServiceAccount/a/reader", "correct");
        assert!(says(&across, &said()).is_ok());
        let own = label("secrets-cross-namespace", "ServiceAccount/b/reader", "correct");
        assert!(says(&own, &said()).is_err());
    }
}
