//! Candidates among workloads, namespaces, services and secrets.

use seawall_checks::pss::{Level, Version, evaluate_pod};
use seawall_core::{Edit, FixValue, Route};
use seawall_inventory::Resource;
use seawall_rbac::Subject;

use crate::path::Evidence;
use crate::plan::candidate::{Candidate, ChangeKind, Risk, RiskLevel};
use crate::plan::change::ObjectChange;
use crate::plan::harden::{Hardening, hardened, without_token};
use crate::plan::propose::{Proposer, plural, some};

const LABEL: &str = "pod-security.kubernetes.io/enforce";

impl Proposer<'_> {
    /// Closes the ways of a workload's pods to the node.
    pub(super) fn harden(&self, workload: &str) -> Option<Candidate> {
        let (hardening, changes, follows) = self.edits(workload, &|resource| Some(hardened(resource)))?;
        let restarts = self.site.pods(workload).max(1);
        let system = workload.contains("/kube-system/");
        let risk = if system {
            let reason = "agents of nodes in `kube-system` usually need the node".to_owned();
            Risk { level: RiskLevel::High, reason }
        } else if workload.starts_with("DaemonSet/") {
            let reason = "a DaemonSet that reaches the node often does its work there".to_owned();
            Risk { level: RiskLevel::High, reason }
        } else {
            let reason =
                "whether the program needs the node is in no object: try it where it hurts nobody".to_owned();
            Risk { level: RiskLevel::Medium, reason }
        };
        let pod = self.state.find(workload)?.pods().next()?;
        let route = pod.place(&[]).route.to_string();
        Some(Candidate {
            kind: ChangeKind::HardenPod,
            title: format!("close the ways of {workload} to its node: {}", hardening.words.join(", ")),
            changes,
            follows,
            effort: 1 + u64::from(self.site.manager(workload).is_some()),
            restarts,
            used_by: self.managed(workload),
            risk,
            mitigation: "if it needs the node: run it on nodes where no pod with a strong account runs, pin its image by \
                         digest, and let nobody exec into it"
                .to_owned(),
            evidence: vec![Evidence { object: workload.to_owned(), route }],
        })
    }

    /// Keeps the token of the account out of a workload's pods.
    pub(super) fn token(&self, workload: &str, account: &Subject) -> Option<Candidate> {
        let (_, changes, follows) = self.edits(workload, &|resource| without_token(resource))?;
        let used = self.prices.as_ref().and_then(|prices| prices.usage().of_subject(account));
        let risk = match (self.observed(), used) {
            (Some(span), Some(used)) => Risk {
                level: RiskLevel::High,
                reason: format!("{account} made {} in the {span} observed", plural_of(used.count, "request")),
            },
            (Some(span), None) => Risk {
                level: RiskLevel::Medium,
                reason: format!("{account} made no request in the {span} observed"),
            },
            (None, _) => Risk {
                level: RiskLevel::High,
                reason: "whether the program calls the API was not observed: see `--audit`".to_owned(),
            },
        };
        let pod = self.state.find(workload)?.pods().next()?;
        let route = pod.place(&["serviceAccountName"]).route.to_string();
        Some(Candidate {
            kind: ChangeKind::NoToken,
            title: format!("give {workload} no token of {account}"),
            changes,
            follows,
            effort: 2 + u64::from(self.site.manager(workload).is_some()),
            restarts: self.site.pods(workload).max(1),
            used_by: self.managed(workload),
            risk,
            mitigation: format!(
                "if it calls the API: let it run as an account of its own with fewer rights than {account}"
            ),
            evidence: vec![Evidence { object: workload.to_owned(), route }],
        })
    }

    /// Edits of a workload, and of what controllers made of it.
    fn edits(
        &self,
        workload: &str,
        of: &dyn Fn(&Resource) -> Option<Hardening>,
    ) -> Option<(Hardening, Vec<ObjectChange>, Vec<ObjectChange>)> {
        let own = of(self.state.find(workload)?)?;
        let mut follows = Vec::new();
        for word in self.site.made(workload) {
            let edits = of(self.state.find(word)?)?.edits;
            if !edits.is_empty() {
                follows.push(ObjectChange::Edit(word.clone(), edits));
            }
        }
        if own.edits.is_empty() {
            return None;
        }
        let changes = vec![ObjectChange::Edit(workload.to_owned(), own.edits.clone())];
        Some((own, changes, follows))
    }

    fn managed(&self, workload: &str) -> Vec<String> {
        let manager = self.site.manager(workload);
        manager
            .map(|manager| format!("{manager} makes it and may write it again: change it there"))
            .into_iter()
            .collect()
    }

    /// Has a namespace refuse pods that own nodes.
    pub(super) fn label(&self, namespace: &str) -> Option<Candidate> {
        let word = format!("Namespace/{namespace}");
        self.state.find(&word)?;
        let here = |resource: &&Resource| {
            resource.namespace().unwrap_or("default") == namespace && resource.has_pods()
        };
        let objects = || self.state.objects().filter(|(_, resource)| here(resource));
        let refused: Vec<String> = objects()
            .filter(|(_, resource)| {
                resource.pods().any(|pod| {
                    // What cannot be judged counts as refused.
                    evaluate_pod(&pod, Level::Baseline, Version::LATEST).map_or(true, |list| !list.is_empty())
                })
            })
            .map(|(word, _)| self.site.owner(word).to_owned())
            .collect::<std::collections::BTreeSet<String>>()
            .into_iter()
            .collect();
        let risk = match refused.len() {
            0 => Risk {
                level: RiskLevel::Low,
                reason: "everything that runs there complies: nothing is refused".to_owned(),
            },
            count => Risk {
                level: RiskLevel::High,
                reason: format!(
                    "{} there would be refused at the next start: {}",
                    plural(count, "workload"),
                    some(&refused, 3)
                ),
            },
        };
        let route = Route::root().keys(&["metadata", "labels", LABEL]);
        let edit = Edit::Set { route, value: FixValue::from("baseline") };
        Some(Candidate {
            kind: ChangeKind::EnforceLevel,
            title: format!("let {word} refuse pods that own nodes: enforce `baseline`"),
            changes: vec![ObjectChange::Edit(word.clone(), vec![edit])],
            follows: Vec::new(),
            effort: 1,
            restarts: 0,
            used_by: Vec::new(),
            risk,
            mitigation: "if something there needs the node: move it to a namespace of its own, which nobody else writes to"
                .to_owned(),
            evidence: vec![Evidence { object: word, route: "metadata.labels".to_owned() }],
        })
    }

    /// Closes a way in from the outside.
    pub(super) fn expose(&self, object: &str, route: &str) -> Option<Candidate> {
        let resource = self.state.find(object)?;
        let edits = match (resource.kind(), route) {
            ("Service", "spec.type") => {
                vec![Edit::Set { route: route.parse().ok()?, value: FixValue::from("ClusterIP") }]
            }
            ("Service", "spec.externalIPs") => vec![Edit::Remove { route: route.parse().ok()? }],
            _ => return None,
        };
        Some(Candidate {
            kind: ChangeKind::CloseExposure,
            title: format!("do not expose {object} outside the cluster"),
            changes: vec![ObjectChange::Edit(object.to_owned(), edits)],
            follows: Vec::new(),
            effort: 1,
            restarts: 0,
            used_by: Vec::new(),
            risk: Risk {
                level: RiskLevel::High,
                reason: "clients outside lose their way in; who they are is in no object".to_owned(),
            },
            mitigation: "if clients outside need it: put an authenticating proxy before it, or let \
                         `loadBalancerSourceRanges` name them"
                .to_owned(),
            evidence: vec![Evidence { object: object.to_owned(), route: route.to_owned() }],
        })
    }

    /// Takes a stored token away.
    pub(super) fn secret(&self, word: &str) -> Option<Candidate> {
        self.state.find(word)?;
        Some(Candidate {
            kind: ChangeKind::DeleteToken,
            title: format!("take away the token in {word}"),
            changes: vec![ObjectChange::Delete(word.to_owned())],
            follows: Vec::new(),
            effort: 1,
            restarts: 0,
            used_by: Vec::new(),
            risk: Risk {
                level: RiskLevel::Medium,
                reason: "whoever holds a copy of the token can use it no longer; who that is is in no object"
                    .to_owned(),
            },
            mitigation: "if something needs a token: request short-lived ones (`kubectl create token`)"
                .to_owned(),
            evidence: vec![Evidence { object: word.to_owned(), route: "type".to_owned() }],
        })
    }
}

fn plural_of(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
