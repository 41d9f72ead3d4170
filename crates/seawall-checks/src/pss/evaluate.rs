//! Judges pods and inventories.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use rayon::prelude::*;
use seawall_core::{
    CheckId, CheckInfo, Confidence, Finding, LocationRole, NotEvaluated, Pillar, Subject, fingerprint,
};
use seawall_inventory::{Inventory, POD_KINDS, PodView, Resource};

use super::control::{Control, Rule, Violation, asked};
use super::exact::{NotEvaluatedReason, Pod};
use super::policy::{Level, Policy, Version};
use crate::Evaluation;
use crate::engine::{GroupKey, Judged, Verdict, conclude, crashed, locate, malformed, unread};
use crate::normal::Normaliser;

/// Judges one pod or pod template: what it violates, in upstream's order; nothing at the level `privileged`.
///
/// # Errors
/// When a field that the standards read has a type with which the API server refuses the object.
pub fn evaluate_pod(
    pod: &PodView<'_>,
    level: Level,
    version: Version,
) -> Result<Vec<Violation>, NotEvaluatedReason> {
    judge(pod, &asked(level, version))
}

fn judge(pod: &PodView<'_>, asked: &[(&Control, Rule)]) -> Result<Vec<Violation>, NotEvaluatedReason> {
    let pod = Pod::decode(*pod)?;
    let violation = |(control, rule): &(&Control, Rule)| {
        let fault = rule(&pod)?;
        Some(Violation {
            control: control.id,
            reason: fault.reason,
            detail: fault.detail,
            places: fault.places,
        })
    };
    Ok(asked.iter().filter_map(violation).collect())
}

/// Judges every pod and pod template of an inventory: one finding for each violated control of a pod, with all its
/// places. A resource whose pod cannot be judged is in `not_evaluated`, under `pss-baseline` or `pss-restricted`: no
/// control of the level is evaluated there.
pub fn evaluate(inventory: &Inventory, policy: Policy) -> Evaluation {
    evaluate_telling(inventory, policy, &mut |_| {})
}

/// The same, and tells every verdict, passes too.
pub fn evaluate_telling(inventory: &Inventory, policy: Policy, tell: &mut dyn FnMut(Verdict)) -> Evaluation {
    let asked = asked(policy.level, policy.version);
    let runner = Runner {
        inventory,
        level: policy.level,
        infos: asked.iter().map(|(control, _)| Arc::new(control.info())).collect(),
        asked,
    };
    let outcomes: Vec<Outcome> =
        inventory.resources().par_iter().map(|resource| runner.resource(resource)).collect();
    let mut judged = Vec::new();
    let refused = POD_KINDS.iter().filter_map(|kind| unread(*kind, inventory));
    let mut not_evaluated: Vec<NotEvaluated> = refused.map(|reason| runner.gap(None, reason)).collect();
    for outcome in outcomes {
        judged.extend(outcome.judged);
        not_evaluated.extend(outcome.not_evaluated);
    }
    conclude(inventory, runner.asked.len(), judged, not_evaluated, tell)
}

#[derive(Default)]
struct Outcome {
    judged: Vec<Judged>,
    not_evaluated: Option<NotEvaluated>,
}

struct Runner<'i> {
    inventory: &'i Inventory,
    level: Level,
    asked: Vec<(&'static Control, Rule)>,
    /// One for each of `asked`.
    infos: Vec<Arc<CheckInfo>>,
}

impl Runner<'_> {
    fn resource(&self, resource: &Resource) -> Outcome {
        if self.asked.is_empty() {
            return Outcome::default();
        }
        if !resource.has_pods() {
            return self.no_verdict(resource, malformed(resource));
        }
        let outcome = catch_unwind(AssertUnwindSafe(|| self.pods(resource)));
        match outcome {
            Ok(Ok(judged)) => Outcome { judged, not_evaluated: None },
            Ok(Err(refused)) => self.no_verdict(resource, Some(refused.to_string())),
            Err(panic) => self.no_verdict(resource, Some(crashed(&*panic as &(dyn Any + Send)))),
        }
    }

    fn no_verdict(&self, resource: &Resource, reason: Option<String>) -> Outcome {
        let not_evaluated = reason.map(|reason| self.gap(Some(resource.subject().clone()), reason));
        Outcome { judged: Vec::new(), not_evaluated }
    }

    fn gap(&self, subject: Option<Subject>, reason: String) -> NotEvaluated {
        let id = match self.level {
            Level::Restricted => "pss-restricted",
            _ => "pss-baseline",
        };
        NotEvaluated { check: CheckId::from_static(id), pillar: Pillar::Nodes, subject, reason }
    }

    fn pods(&self, resource: &Resource) -> Result<Vec<Judged>, NotEvaluatedReason> {
        let slot = |info: &Arc<CheckInfo>| Judged {
            resource: resource.id(),
            check: info.id.clone(),
            pillar: info.pillar,
            severity: info.severity,
            of_pod: true,
            findings: Vec::new(),
        };
        let mut judged: Vec<Judged> = self.infos.iter().map(slot).collect();
        for pod in resource.pods() {
            for violation in judge(&pod, &self.asked)? {
                let at = self.asked.iter().position(|(control, _)| control.id == violation.control);
                let slot = at.and_then(|at| Some((self.infos.get(at)?, judged.get_mut(at)?)));
                if let Some((info, verdict)) = slot {
                    verdict.findings.extend(self.finding(resource, info, violation));
                }
            }
        }
        Ok(judged)
    }

    fn finding(
        &self,
        resource: &Resource,
        info: &Arc<CheckInfo>,
        violation: Violation,
    ) -> Option<(GroupKey, Finding)> {
        let message = violation.text();
        // As for the checks: a pod of an owner that is not here goes by its owner's name.
        let subject =
            self.inventory.absent_controller(resource).unwrap_or_else(|| resource.subject().clone());
        let first = Normaliser::new(resource).route(&violation.places.first()?.route, false).text;
        let place = |place| locate(self.inventory, place, LocationRole::Primary, None, false);
        let finding = Finding {
            check: Arc::clone(info),
            severity: info.severity,
            confidence: Confidence::High,
            subject: subject.clone(),
            resource: resource.id(),
            message: message.clone(),
            linked: Vec::new(),
            fix: None,
            fingerprint: fingerprint(&info.id, &subject, &first, ""),
            waiver: None,
            locations: violation.places.into_iter().map(place).collect(),
        };
        // The detail names every container at fault: an owner and what it owns say the same only when all is the same.
        Some(((violation.control, String::new(), message), finding))
    }
}
