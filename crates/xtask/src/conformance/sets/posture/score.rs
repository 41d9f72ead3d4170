//! Compares reported objects with expected ones.

use serde::Deserialize;
use serde_json::Value;

use crate::conformance::verdict::{Outcome, Score, Verdict};

/// An object by name.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Object {
    pub(super) kind: String,
    #[serde(default)]
    pub(super) namespace: String,
    pub(super) name: String,
}

impl PartialEq for Object {
    /// An object without a namespace is in `default`.
    fn eq(&self, other: &Self) -> bool {
        let home = |namespace: &'_ str| {
            if namespace.is_empty() { "default".to_owned() } else { namespace.to_owned() }
        };
        self.kind == other.kind && self.name == other.name && home(&self.namespace) == home(&other.namespace)
    }
}

impl std::fmt::Display for Object {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Object { kind, namespace, name } = self;
        if namespace.is_empty() { write!(f, "{kind}/{name}") } else { write!(f, "{kind}/{namespace}/{name}") }
    }
}

/// An object that must be reported.
#[derive(Debug, Deserialize)]
pub(super) struct Expected {
    #[serde(flatten)]
    object: Object,
    #[serde(default)]
    paths: Vec<String>,
    #[serde(default)]
    fixes: Vec<ExpectedFix>,
    /// A finding on one of these counts as well.
    #[serde(default)]
    also: Vec<Also>,
}

#[derive(Debug, Deserialize)]
struct Also {
    #[serde(flatten)]
    object: Object,
    #[serde(default)]
    paths: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct ExpectedFix {
    path: String,
    value: String,
}

/// Stands for any sensible value.
const ANY_VALUE: &str = "YOUR_VALUE";

/// What a case asserts.
pub(super) struct Labels {
    pub(super) expect_fail: Vec<Expected>,
    pub(super) expect_pass: Vec<Object>,
}

/// What the check said.
pub(super) struct Said {
    pub(super) reported: Vec<Reported>,
    pub(super) gaps: Vec<Gap>,
}

/// One finding.
pub(super) struct Reported {
    pub(super) subject: Object,
    pub(super) linked: Vec<Object>,
    pub(super) routes: Vec<String>,
    pub(super) changes: Vec<Change>,
}

/// One edit of a proposed fix.
pub(super) struct Change {
    pub(super) route: String,
    /// The value becomes a new item of the list at the route.
    pub(super) appends: bool,
    /// `None` removes what is at the route.
    pub(super) value: Option<Value>,
}

/// Something without a verdict: an object, or the whole case.
pub(super) struct Gap {
    pub(super) object: Option<Object>,
    pub(super) reason: String,
}

impl Reported {
    fn is_about(&self, object: &Object) -> bool {
        self.subject == *object || self.linked.contains(object)
    }
}

impl Expected {
    fn is_met_by(&self, finding: &Reported) -> bool {
        finding.is_about(&self.object) || self.also.iter().any(|also| finding.is_about(&also.object))
    }

    fn names(&self, object: &Object) -> bool {
        self.object == *object || self.also.iter().any(|also| also.object == *object)
    }

    /// The expected paths: those of the object and those of the others on which a finding counts.
    fn all_paths(&self) -> impl Iterator<Item = &str> {
        let others = self.also.iter().flat_map(|also| &also.paths);
        self.paths.iter().chain(others).map(String::as_str)
    }
}

/// A case passes when all expected objects are reported and no forbidden one is the subject of a finding.
pub(super) fn score(labels: &Labels, said: &Said) -> Verdict {
    let mut faults = Vec::new();
    let (mut reported, mut forbidden) = (0, 0);
    let mut scores = Vec::new();
    for expected in &labels.expect_fail {
        let met: Vec<&Reported> =
            said.reported.iter().filter(|finding| expected.is_met_by(finding)).collect();
        if met.is_empty() {
            faults.push(format!("{} is not reported", expected.object));
        } else {
            reported += 1;
        }
        scores.extend(second_scores(expected, &met));
    }
    for object in &labels.expect_pass {
        if said.reported.iter().any(|finding| finding.subject == *object) {
            forbidden += 1;
            faults.push(format!("{object} is reported"));
        }
    }
    scores.push(Score {
        name: "recall (expected objects reported)",
        hit: reported,
        of: labels.expect_fail.len() as u64,
    });
    scores.push(Score {
        name: "precision (objects reported that are expected)",
        hit: reported,
        of: reported + forbidden,
    });
    let judged = |object: &Object| {
        labels.expect_fail.iter().any(|expected| expected.names(object))
            || labels.expect_pass.contains(object)
    };
    let gap = said.gaps.iter().find(|gap| gap.object.as_ref().is_none_or(judged));
    let outcome = match gap {
        // What is reported although it must not be is wrong, whatever else could not be judged.
        Some(gap) if forbidden == 0 => Outcome::NotEvaluated(gap.reason.clone()),
        _ if faults.is_empty() => Outcome::Passed,
        _ => Outcome::Failed(faults.join("; ")),
    };
    Verdict { outcome, scores }
}

fn second_scores(expected: &Expected, met: &[&Reported]) -> Vec<Score> {
    let mut scores = Vec::new();
    if expected.all_paths().next().is_some() {
        let routes = met.iter().flat_map(|finding| &finding.routes).map(|route| unquoted(route));
        let hit =
            routes.into_iter().any(|route| expected.all_paths().any(|path| covers(&route, &unquoted(path))));
        scores.push(Score {
            name: "paths (a reported route is or contains an expected one)",
            hit: hit.into(),
            of: 1,
        });
    }
    if !expected.fixes.is_empty() {
        let changes = || met.iter().flat_map(|finding| &finding.changes);
        let hit = expected.fixes.iter().any(|fix| changes().any(|change| fix.is_met_by(change)));
        scores.push(Score { name: "fixes (same path and value)", hit: hit.into(), of: 1 });
    }
    scores
}

/// Upstream writes keys with dots in brackets without quotes.
fn unquoted(route: &str) -> String {
    route.replace("[\"", "[").replace("\"]", "]")
}

/// Whether a route is another one or leads towards it.
fn covers(route: &str, path: &str) -> bool {
    path.strip_prefix(route).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

impl ExpectedFix {
    fn is_met_by(&self, change: &Change) -> bool {
        let Some(value) = &change.value else { return false };
        let route = unquoted(&change.route);
        let path = unquoted(&self.path);
        let same_place = if change.appends {
            path.strip_prefix(&route).is_some_and(|item| item.starts_with('[') && item.ends_with(']'))
        } else {
            path == route
        };
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        same_place && (self.value == ANY_VALUE || self.value == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(text: &str) -> Object {
        let parts: Vec<&str> = text.split('/').collect();
        match parts[..] {
            [kind, name] => Object { kind: kind.into(), namespace: String::new(), name: name.into() },
            [kind, namespace, name] => {
                Object { kind: kind.into(), namespace: namespace.into(), name: name.into() }
            }
            _ => panic!("not an object: {text}"),
        }
    }

    fn expected(text: &str) -> Expected {
        Expected { object: object(text), paths: vec![], fixes: vec![], also: vec![] }
    }

    fn finding(subject: &str, linked: &[&str]) -> Reported {
        Reported {
            subject: object(subject),
            linked: linked.iter().map(|text| object(text)).collect(),
            routes: vec!["spec.containers[0].securityContext".into()],
            changes: vec![],
        }
    }

    fn outcome(
        fail: Vec<Expected>,
        pass: &[&str],
        reported: Vec<Reported>,
        gaps: &[Option<&str>],
    ) -> Outcome {
        let gap = |of: &Option<&str>| Gap { object: of.map(object), reason: "why".into() };
        let labels =
            Labels { expect_fail: fail, expect_pass: pass.iter().map(|text| object(text)).collect() };
        score(&labels, &Said { reported, gaps: gaps.iter().map(gap).collect() }).outcome
    }

    #[test]
    fn expected_objects_must_be_reported_and_forbidden_ones_not() {
        let failed = |why: &str| Outcome::Failed(why.to_owned());
        assert_eq!(outcome(vec![], &["Pod/a"], vec![], &[]), Outcome::Passed);
        assert_eq!(outcome(vec![expected("Pod/a")], &[], vec![finding("Pod/a", &[])], &[]), Outcome::Passed);
        assert_eq!(outcome(vec![expected("Pod/a")], &[], vec![], &[]), failed("Pod/a is not reported"));
        assert_eq!(
            outcome(vec![], &["Pod/a"], vec![finding("Pod/default/a", &[])], &[]),
            failed("Pod/a is reported")
        );
        // What a label neither expects nor forbids is not judged; nor is a forbidden object that only takes part.
        assert_eq!(outcome(vec![], &["Pod/a"], vec![finding("Pod/b", &["Pod/a"])], &[]), Outcome::Passed);
        assert_eq!(
            outcome(vec![expected("Role/n/r")], &[], vec![finding("RoleBinding/n/b", &["Role/n/r"])], &[]),
            Outcome::Passed
        );
        let also =
            Expected { also: vec![Also { object: object("Role/n/r"), paths: vec![] }], ..expected("User/u") };
        assert_eq!(outcome(vec![also], &[], vec![finding("Role/n/r", &[])], &[]), Outcome::Passed);
        assert_eq!(
            outcome(vec![expected("Pod/x/a")], &["Pod/y/a"], vec![finding("Pod/y/a", &[])], &[]),
            failed("Pod/x/a is not reported; Pod/y/a is reported")
        );
    }

    #[test]
    fn gaps_are_no_passes() {
        let unsure = Outcome::NotEvaluated("why".to_owned());
        assert_eq!(outcome(vec![], &["Pod/a"], vec![], &[Some("Pod/a")]), unsure);
        assert_eq!(outcome(vec![], &["Pod/a"], vec![], &[None]), unsure);
        assert_eq!(outcome(vec![], &["Pod/a"], vec![], &[Some("Pod/b")]), Outcome::Passed);
        assert_eq!(outcome(vec![expected("Pod/a")], &[], vec![], &[Some("Pod/a")]), unsure);
        let wrong = outcome(vec![], &["Pod/a"], vec![finding("Pod/a", &[])], &[None]);
        assert_eq!(wrong, Outcome::Failed("Pod/a is reported".to_owned()));
    }

    #[test]
    fn paths_and_fixes_are_second_scores() {
        let fix = |path: &str, value: &str| ExpectedFix { path: path.into(), value: value.into() };
        let change = |route: &str, appends, value| Change { route: route.into(), appends, value };
        let scores = |expected: Expected, reported: Reported| -> Vec<u64> {
            second_scores(&expected, &[&reported]).iter().map(|score| score.hit).collect()
        };
        for (path, hit) in [
            ("spec.containers[0].securityContext.privileged", 1),
            ("spec.containers[0].securityContext", 1),
            ("spec.containers[0].securityContextual", 0),
            ("spec.containers[0]", 0),
        ] {
            let expected = Expected { paths: vec![path.into()], ..expected("Pod/a") };
            assert_eq!(scores(expected, finding("Pod/a", &[])), [hit], "{path}");
        }
        for (wanted, change, hit) in [
            (fix("spec.hostPID", "false"), change("spec.hostPID", false, Some(Value::Bool(false))), 1),
            (fix("spec.hostPID", "true"), change("spec.hostPID", false, Some(Value::Bool(false))), 0),
            (fix("a[b.c/d]", "YOUR_VALUE"), change("a[\"b.c/d\"]", false, Some(Value::from(3))), 1),
            (fix("drop[0]", "ALL"), change("drop", true, Some(Value::from("ALL"))), 1),
            (fix("drop", "ALL"), change("drop", true, Some(Value::from("ALL"))), 0),
            (fix("x", "YOUR_VALUE"), change("x", false, None), 0),
        ] {
            let reported = Reported { changes: vec![change], ..finding("Pod/a", &[]) };
            let expected = Expected { fixes: vec![wanted], ..expected("Pod/a") };
            assert_eq!(scores(expected, reported), [hit]);
        }
    }
}
