//! What is not proposed, and why. The judges here are made up, to do what no good check does.

use std::sync::Arc;

use seawall_core::{CheckId, Date, Finding, FixRisk, NotEvaluated, Pillar, Waiver, fingerprint};
use seawall_fix::{Outcome, Reason, fix};
use seawall_inventory::Inventory;

use super::{all, inventory, judge, pod};

const PID: &str = "pod-host-pid";

fn has_host_pid(inventory: &Inventory, name: &str) -> bool {
    let mut pods = inventory.resources().iter().filter(|one| one.name() == name).flat_map(|one| one.pods());
    pods.any(|pod| pod.host_flag("hostPID"))
}

/// Another finding on the same object.
fn other(finding: &Finding, id: &'static str) -> Finding {
    let mut info = (*finding.check).clone();
    info.id = CheckId::from_static(id);
    let fingerprint = fingerprint(&info.id, &finding.subject, "x", "");
    Finding {
        check: Arc::new(info),
        fingerprint,
        fix: None,
        message: "is worse".to_owned(),
        ..finding.clone()
    }
}

fn reasons(outcome: &Outcome) -> Vec<Reason> {
    outcome.left.iter().map(|left| left.reason.clone()).collect()
}

#[test]
fn a_fix_that_cures_nothing() {
    let world = inventory(&[("a.yaml", &pod("{hostPID: true, containers: []}"))]);
    let stubborn = judge(&world, &[PID]);
    let outcome = fix(&world, &|_| stubborn.clone(), &all, FixRisk::High);
    assert!(outcome.is_empty() && outcome.files.is_empty());
    assert_eq!(reasons(&outcome), [Reason::Stays]);
}

#[test]
fn a_fix_with_which_something_new_is_wrong() {
    let world = inventory(&[("a.yaml", &pod("{hostPID: true, containers: []}"))]);
    let first = judge(&world, &[PID]);
    let judge = |inventory: &Inventory| {
        let mut evaluation = judge(inventory, &[PID]);
        if !has_host_pid(inventory, "web") {
            evaluation.findings.push(other(&first.findings[0], "pod-worse"));
        }
        evaluation
    };
    let outcome = fix(&world, &judge, &all, FixRisk::High);
    assert!(outcome.is_empty());
    let reason = &reasons(&outcome)[0];
    assert_eq!(reason.to_string(), "fix refused: with it `pod-worse` fails on Pod/web: is worse");
}

#[test]
fn a_fix_after_which_a_check_has_no_verdict() {
    let world = inventory(&[("a.yaml", &pod("{hostPID: true, containers: []}"))]);
    let judge = |inventory: &Inventory| {
        let mut evaluation = judge(inventory, &[PID]);
        if !has_host_pid(inventory, "web") {
            evaluation.not_evaluated.push(NotEvaluated {
                check: CheckId::from_static("pod-worse"),
                pillar: Pillar::Nodes,
                subject: None,
                reason: "it crashed".to_owned(),
            });
        }
        evaluation
    };
    let outcome = fix(&world, &judge, &all, FixRisk::High);
    assert!(outcome.is_empty());
    assert_eq!(reasons(&outcome)[0].word(), "no-verdict");
}

/// The one edit would cure both findings: the one that somebody accepted must stay, so the other stays too.
#[test]
fn what_somebody_accepted_is_not_changed_by_the_way() {
    let world = inventory(&[("a.yaml", &pod("{containers: [{name: ping, image: 'r/p:1'}]}"))]);
    let waiver = Arc::new(Waiver {
        owner: None,
        reason: "it pings".to_owned(),
        until: "2999-01-31".parse::<Date>().unwrap(),
        file: None,
        position: None,
    });
    let judge = |inventory: &Inventory| {
        let mut evaluation = judge(inventory, &["pod-capability-net-raw", "pod-capability-drop-all-missing"]);
        for finding in &mut evaluation.findings {
            if finding.check.id.as_str() == "pod-capability-net-raw" {
                finding.waiver = Some(Arc::clone(&waiver));
            }
        }
        evaluation
    };
    let outcome = fix(&world, &judge, &all, FixRisk::High);
    assert!(outcome.is_empty());
    let reasons = reasons(&outcome);
    assert_eq!(reasons.len(), 1, "what is accepted is not left to do");
    assert_eq!(reasons[0].word(), "accepted");
    assert!(reasons[0].to_string().contains("it pings"));
}

/// Of many fixes only the one that does harm is refused.
#[test]
fn harm_is_traced_to_its_fix() {
    let files: Vec<(String, String)> = (0..20)
        .map(|number| {
            let text =
                pod("{hostPID: true, hostIPC: true, containers: []}").replace("web", &format!("p{number}"));
            (format!("{number:02}.yaml"), text)
        })
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let world = inventory(&files);
    let checks = [PID, "pod-host-ipc"];
    let first = judge(&world, &checks);
    let witness = first.findings.iter().find(|finding| &*finding.subject.name == "p3").unwrap();
    let judge = |inventory: &Inventory| {
        let mut evaluation = judge(inventory, &checks);
        if !has_host_pid(inventory, "p7") {
            // The harm shows on another object than the fix that does it.
            evaluation.findings.push(other(witness, "pod-worse"));
        }
        evaluation
    };
    let outcome = fix(&world, &judge, &all, FixRisk::High);
    assert_eq!(outcome.fixed.len(), 39);
    assert_eq!(outcome.left.len(), 1);
    let left = &outcome.left[0];
    assert_eq!((&*left.finding.subject.name, left.finding.check.id.as_str()), ("p7", PID));
    assert_eq!(left.reason.word(), "new-finding");
}

#[test]
fn risk_is_asked_for() {
    let world = inventory(&[("a.yaml", &pod("{hostPID: true, containers: [{name: a, image: 'r/a:1'}]}"))]);
    let checks = [PID, "pod-allow-privilege-escalation", "image-not-pinned-by-digest"];
    let outcome = fix(&world, &|inventory| judge(inventory, &checks), &all, FixRisk::Low);
    assert_eq!(outcome.fixed.len(), 1);
    let mut words: Vec<&str> = outcome.left.iter().map(|left| left.reason.word()).collect();
    words.sort_unstable();
    assert_eq!(words, ["no-fix", "risky"]);
    assert!(outcome.left.iter().all(|left| !left.reason.is_refusal()));
}

#[test]
fn only_what_is_wanted_is_fixed_and_everything_judges() {
    let world = inventory(&[("a.yaml", &pod("{hostPID: true, hostIPC: true, containers: []}"))]);
    let judge = |inventory: &Inventory| judge(inventory, &[PID, "pod-host-ipc"]);
    let outcome = fix(&world, &judge, &|finding| finding.check.id.as_str() == PID, FixRisk::High);
    assert_eq!((outcome.fixed.len(), outcome.left.len(), outcome.after.findings.len()), (1, 0, 1));
}
