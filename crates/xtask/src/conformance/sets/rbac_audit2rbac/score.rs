//! Compares rules with the labels, and counts what a log's roles allow.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::engine::{Covered, Said};
use crate::conformance::verdict::{Outcome, Score, Verdict};

/// The rules that a case expects.
#[derive(Debug, Deserialize)]
pub(super) struct Expected {
    cluster_rules: Vec<Rule>,
    namespace_rules: BTreeMap<String, Vec<Rule>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
struct Rule {
    verbs: Vec<String>,
    api_groups: Vec<String>,
    resources: Vec<String>,
    resource_names: Vec<String>,
    #[serde(rename = "nonResourceURLs")]
    non_resource_urls: Vec<String>,
}

/// A rule of one resource or path, all lists sorted: scope, verbs, group, resource or path, names.
type One = (String, BTreeSet<String>, String, String, BTreeSet<String>);

fn split(
    scope: &str,
    verbs: &[String],
    groups: &[String],
    resources: &[String],
    names: &[String],
    paths: &[String],
) -> Vec<One> {
    let set = |texts: &[String]| texts.iter().cloned().collect::<BTreeSet<String>>();
    let mut split: Vec<One> = Vec::new();
    for group in groups {
        for resource in resources {
            split.push((scope.to_owned(), set(verbs), group.clone(), resource.clone(), set(names)));
        }
    }
    for path in paths {
        split.push((scope.to_owned(), set(verbs), "path".to_owned(), path.clone(), BTreeSet::new()));
    }
    split
}

fn expected(labels: &Expected) -> BTreeSet<One> {
    let cluster = labels.cluster_rules.iter().map(|rule| ("*", rule));
    let inside = labels.namespace_rules.iter();
    let inside = inside.flat_map(|(namespace, rules)| rules.iter().map(|rule| (namespace.as_str(), rule)));
    let one = |(scope, rule): (&str, &Rule)| {
        let Rule { verbs, api_groups, resources, resource_names, non_resource_urls } = rule;
        split(scope, verbs, api_groups, resources, resource_names, non_resource_urls)
    };
    cluster.chain(inside).flat_map(one).collect()
}

fn words(rules: &BTreeSet<One>, without: &BTreeSet<One>) -> String {
    let word = |(scope, verbs, group, what, names): &One| {
        let list = |set: &BTreeSet<String>| set.iter().map(String::as_str).collect::<Vec<_>>().join(",");
        format!("{scope}: {} {group}/{what} [{}]", list(verbs), list(names))
    };
    rules.difference(without).map(word).collect::<Vec<_>>().join("; ")
}

/// A case passes when the rules are equal as sets.
pub(super) fn rules(labels: &Expected, said: Result<Vec<Said>, String>) -> Verdict {
    let said = match said {
        Ok(said) => said,
        Err(reason) => return Outcome::NotEvaluated(reason).into(),
    };
    let expected = expected(labels);
    let said: BTreeSet<One> = said
        .iter()
        .flat_map(|rule| {
            let groups: Vec<String> = rule.group.iter().cloned().collect();
            let scope = rule.namespace.as_deref().unwrap_or("*");
            split(scope, &rule.verbs, &groups, &rule.resources, &rule.names, &rule.paths)
        })
        .collect();
    if said == expected {
        return Outcome::Passed.into();
    }
    let why = format!("missing: {}; not expected: {}", words(&expected, &said), words(&said, &expected));
    Outcome::Failed(why).into()
}

/// A log passes when every request is allowed.
pub(super) fn coverage(covered: Result<Covered, String>) -> Verdict {
    let Covered { asked, refused, excess } = match covered {
        Ok(covered) => covered,
        Err(reason) => return Outcome::NotEvaluated(reason).into(),
    };
    let outcome = match refused.as_slice() {
        [] => Outcome::Passed,
        refused => Outcome::Failed(format!("not allowed: {}", refused.join("; "))),
    };
    let hit = (asked - refused.len()) as u64;
    let scores = vec![
        Score { name: "requests of the log that are allowed", hit, of: asked as u64 },
        Score { name: "combinations allowed and never requested, a request", hit: excess, of: asked as u64 },
    ];
    Verdict { outcome, scores }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels() -> Expected {
        serde_json::from_str(
            r#"{"cluster_rules": [{"verbs": ["list", "get"], "apiGroups": [""], "resources": ["pods", "nodes"]}],
                "namespace_rules": {"a": [{"verbs": ["get"], "apiGroups": [""], "resources": ["pods"], "resourceNames": ["x"]}]}}"#,
        )
        .unwrap()
    }

    fn said(namespace: Option<&str>, verbs: &[&str], resource: &str, names: &[&str]) -> Said {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Said {
            namespace: namespace.map(str::to_owned),
            verbs: owned(verbs),
            group: Some(String::new()),
            resources: vec![resource.to_owned()],
            names: owned(names),
            paths: Vec::new(),
        }
    }

    #[test]
    fn rules_are_compared_as_sets() {
        let right = vec![
            said(Some("a"), &["get"], "pods", &["x"]),
            said(None, &["get", "list"], "nodes", &[]),
            said(None, &["get", "list"], "pods", &[]),
        ];
        assert_eq!(rules(&labels(), Ok(right.clone())).outcome, Outcome::Passed);
        let fewer = rules(&labels(), Ok(right[1..].to_vec())).outcome;
        assert_eq!(fewer, Outcome::Failed("missing: a: get /pods [x]; not expected: ".into()));
        let wider = [right.clone(), vec![said(None, &["get"], "secrets", &[])]].concat();
        assert!(matches!(rules(&labels(), Ok(wider)).outcome, Outcome::Failed(_)));
        assert!(matches!(rules(&labels(), Err("why".into())).outcome, Outcome::NotEvaluated(_)));
    }

    #[test]
    fn a_log_passes_when_all_is_allowed() {
        let covered = |refused: &[&str]| {
            coverage(Ok(Covered {
                asked: 3,
                refused: refused.iter().map(|r| (*r).to_owned()).collect(),
                excess: 0,
            }))
            .outcome
        };
        assert_eq!(covered(&[]), Outcome::Passed);
        assert_eq!(covered(&["x"]), Outcome::Failed("not allowed: x".into()));
    }
}
