//! Suites of `gator verify` over a folder that an environment variable names: the public library of templates, or anybody's
//! own. Nothing of it is part of this project.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use regex::Regex;
use seawall_gatekeeper::{Gatekeeper, Point};
use seawall_policy::admission::{Decision, Operation, Request, User};
use seawall_yaml::{Node, Tree};

use crate::support::{inventory, request, trees};

const FOLDER: &str = "SEAWALL_GATEKEEPER_LIBRARY";

/// Every case of every suite is decided as its assertions say.
#[test]
fn suites_of_a_library() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        eprintln!("skipped: {FOLDER} names no folder with suites of `gator verify`");
        return;
    };
    let mut suites = Vec::new();
    find(Path::new(&folder), &mut suites);
    suites.sort();
    assert!(!suites.is_empty(), "{FOLDER} holds no suite.yaml");
    let (mut passed, mut missed) = (0, Vec::new());
    for suite in &suites {
        for (case, result) in run(suite) {
            match result {
                Ok(()) => passed += 1,
                Err(why) => missed.push(format!("{}: {case}: {why}", suite.display())),
            }
        }
    }
    eprintln!("{} suites: {passed} cases of {} as expected", suites.len(), passed + missed.len());
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

fn find(folder: &Path, suites: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            find(&entry, suites);
        } else if entry.file_name().is_some_and(|name| name == "suite.yaml") {
            suites.push(entry);
        }
    }
}

fn run(suite: &Path) -> Vec<(String, Result<(), String>)> {
    let folder = suite.parent().unwrap();
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap_or_default();
    let tree = trees(&std::fs::read_to_string(suite).unwrap()).remove(0);
    let mut results = Vec::new();
    for test in tree.root().list("tests") {
        let name = test.str("name").unwrap_or_default();
        let template = read(test.str("template").unwrap_or_default());
        let constraint = read(test.str("constraint").unwrap_or_default());
        let policies = inventory(&[("template.yaml", &template), ("constraint.yaml", &constraint)], false);
        let (set, problems) = Gatekeeper::read(&policies);
        for case in test.list("cases").filter(|case| case.bool("skip") != Some(true)) {
            let label = format!("{name}/{}", case.str("name").unwrap_or_default());
            let result = if set.len() == 1 {
                decide(&set, case, &read).and_then(|decision| check(case, &decision))
            } else {
                Err(crate::support::places(&problems))
            };
            results.push((label, result));
        }
    }
    results
}

fn decide(set: &Gatekeeper, case: Node<'_>, read: &dyn Fn(&str) -> String) -> Result<Decision, String> {
    let object = trees(&read(case.str("object").unwrap_or_default()));
    let Some(object) = object.first() else { return Err("no object".to_owned()) };
    let others: BTreeMap<String, String> =
        case.list("inventory").filter_map(Node::as_str).map(|name| (name.to_owned(), read(name))).collect();
    let others: Vec<(&str, &str)> =
        others.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let known = inventory(&others, true);
    let root = object.root();
    let decision = match root.str("kind") {
        Some("AdmissionReview") => set.judge(&review(object), &known, Point::Audit),
        _ => set.judge(&request(root, Operation::Create), &known, Point::Audit),
    };
    match decision.not_judged.first() {
        Some(gap) => Err(format!("not judged: {}", gap.reason)),
        None => Ok(decision),
    }
}

fn review(tree: &Tree) -> Request<'_> {
    let asked = tree.root().get("request").unwrap();
    let object = asked.get("object").or(asked.get("oldObject")).unwrap();
    let user = asked.get("userInfo");
    let operation = asked.str("operation").and_then(Operation::of).unwrap_or(Operation::Create);
    Request {
        object: asked.get("object"),
        old_object: asked.get("oldObject"),
        user: User {
            name: user.and_then(|user| user.str("username")).unwrap_or_default(),
            groups: user.into_iter().flat_map(|user| user.list("groups")).filter_map(Node::as_str).collect(),
            ..User::default()
        },
        operation,
        ..request(object, operation)
    }
}

/// Source: `pkg/gator/verify/assertion.go`.
fn check(case: Node<'_>, decision: &Decision) -> Result<(), String> {
    let messages: Vec<&str> = decision.failures.iter().map(|failure| &*failure.message).collect();
    for assertion in case.list("assertions") {
        let pattern = assertion.str("message").map(|pattern| Regex::new(pattern).unwrap());
        let count =
            messages.iter().filter(|text| pattern.as_ref().is_none_or(|own| own.is_match(text))).count();
        let violations = assertion.get("violations");
        let holds = match violations.and_then(Node::as_i64) {
            Some(wanted) => i64::try_from(count) == Ok(wanted),
            None => match violations.map(|node| (node.as_bool(), node.as_str())) {
                Some((Some(false), _) | (_, Some("no"))) => count == 0,
                _ => count > 0,
            },
        };
        if !holds {
            return Err(format!("{assertion:?}: got {messages:?}"));
        }
    }
    Ok(())
}
