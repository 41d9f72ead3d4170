//! The Pod Security Standards as Pod Security admission applies them: by labels of namespaces, with exemptions.
//!
//! Source of the rules, their order and texts: `k8s.io/pod-security-admission`, packages `admission` and `api`. What differs
//! is said here: a namespace that is not known is a gap and no internal error, and pods that are not all known are said to
//! be so.

mod existing;
mod labels;
mod update;

use std::sync::Arc;

use seawall_checks::pss::{Level, Policy, Version, Violation, enforce_message, evaluate_pod, warn_message};
use seawall_inventory::{Inventory, PodView, Resource};
use seawall_policy::admission::{Decision, Denial, NotJudged, Operation, Reason, Request};

use crate::judge::{Around, Judge};
use labels::LabelFault;
pub use labels::{NamespacePolicy, label_policy};

/// The family, and the id of its one policy.
pub(crate) const NAME: &str = "pod-security";

/// What every key of an annotation begins with.
const PREFIX: &str = "pod-security.kubernetes.io/";

/// Who is not judged, in the order in which it is asked.
#[derive(Clone, Debug, Default)]
pub struct Exemptions {
    /// Names of namespaces.
    pub namespaces: Vec<String>,
    /// Names of users.
    pub users: Vec<String>,
    /// Names of runtime classes.
    pub runtime_classes: Vec<String>,
}

/// Pod Security admission.
#[derive(Clone, Debug, Default)]
pub struct PodSecurity {
    /// What holds where a namespace says nothing.
    pub defaults: NamespacePolicy,
    /// Who is not judged.
    pub exemptions: Exemptions,
}

/// Resources with pod templates: group and plural name (`defaultPodSpecResources`).
const CONTROLLERS: [(&str, &str); 8] = [
    ("", "replicationcontrollers"),
    ("", "podtemplates"),
    ("apps", "replicasets"),
    ("apps", "deployments"),
    ("apps", "statefulsets"),
    ("apps", "daemonsets"),
    ("batch", "jobs"),
    ("batch", "cronjobs"),
];

/// Subresources of pods that change no pod; an unknown one is judged (`ignoredPodSubresources`).
const IGNORED: [&str; 8] = ["exec", "attach", "binding", "eviction", "log", "portforward", "proxy", "status"];

/// Whether what is judged is a pod, which can be refused, or makes pods, which is only spoken of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Judged {
    Pod,
    Controller,
}

impl Judge for PodSecurity {
    fn name(&self) -> &str {
        NAME
    }

    fn policies(&self) -> usize {
        1
    }

    fn judge(&self, request: &Request<'_>, around: &Around<'_>) -> Decision {
        let mut decision = Decision::default();
        if !matches!(request.operation, Operation::Create | Operation::Update) {
            return decision;
        }
        let subresource = request.request_subresource.unwrap_or(request.subresource);
        let (group, _, resource) = request.resource;
        match (group, resource) {
            ("", "namespaces") if subresource.is_empty() => self.namespace(request, around, &mut decision),
            ("", "pods") if !IGNORED.contains(&subresource) => {
                self.object(Judged::Pod, request, around, &mut decision)
            }
            place if CONTROLLERS.contains(&place) && subresource.is_empty() => {
                self.object(Judged::Controller, request, around, &mut decision);
            }
            _ => {}
        }
        decision
    }
}

impl PodSecurity {
    fn exempts_namespace(&self, name: &str) -> bool {
        !name.is_empty() && self.exemptions.namespaces.iter().any(|exempt| exempt == name)
    }

    fn object(&self, judged: Judged, request: &Request<'_>, around: &Around<'_>, out: &mut Decision) {
        if self.exempts_namespace(request.namespace) {
            return annotate(out, "exempt", "namespace");
        }
        if self.exemptions.users.iter().any(|user| !user.is_empty() && user == request.user.name) {
            return annotate(out, "exempt", "user");
        }
        let Some(namespace) = around.namespace(request.namespace) else {
            let reason = format!("failed to lookup namespace \"{}\"", request.namespace.escape_debug());
            return refuse_to_judge(judged, &reason, out);
        };
        let (policy, faults) = label_policy(namespace.labels(), self.defaults);
        if faults.is_empty() {
            match judged {
                Judged::Pod if policy.is_privileged() => {
                    let latest = Policy::new(Level::Privileged, Version::LATEST);
                    return annotate(out, "enforce-policy", &latest.to_string());
                }
                Judged::Controller if policy.speaks_of_nothing() => return,
                _ => {}
            }
        }
        let Some(object) = request.object.and_then(|object| around.resource(object)) else {
            return refuse_to_judge(judged, "failed to decode object", out);
        };
        if judged == Judged::Pod && request.operation == Operation::Update {
            match request.old_object {
                Some(old) if !update::is_significant(object.root(), old) => return,
                // Whether the update counts is asked once it is known that something is wrong.
                Some(_) => {}
                None if request.unseen.old_object => {}
                None => return refuse_to_judge(judged, "failed to decode old object", out),
            }
        }
        match object.pods().next() {
            Some(pod) => self.pod(judged, policy, &faults, &pod, request, out),
            // A ReplicationController may have no template.
            None if judged == Judged::Controller => {}
            None => refuse_to_judge(judged, "failed to decode pod", out),
        }
    }

    fn pod(
        &self,
        judged: Judged,
        policy: NamespacePolicy,
        faults: &[LabelFault],
        pod: &PodView<'_>,
        request: &Request<'_>,
        out: &mut Decision,
    ) {
        if self.exempts_runtime(pod) {
            return annotate(out, "exempt", "runtimeClass");
        }
        if !faults.is_empty() {
            annotate(out, "error", &format!("Failed to parse policy: {}", labels::together(faults)));
        }
        let asked = |policy: Policy| evaluate_pod(pod, policy.level, policy.version);
        if judged == Judged::Pod {
            annotate(out, "enforce-policy", &policy.enforce.to_string());
            match asked(policy.enforce) {
                Ok(violations) if !violations.is_empty() && request.unseen.old_object => {
                    let reason = format!(
                        "it violates {}, and whether the update is one that counts depends on the pod before it, which is not known",
                        policy.enforce
                    );
                    return refuse_to_judge(judged, &reason, out);
                }
                Ok(violations) if !violations.is_empty() => {
                    out.denials.push(forbidden(request, policy.enforce, &violations));
                }
                Ok(_) => {}
                Err(reason) => {
                    return refuse_to_judge(judged, &format!("failed to decode object: {reason}"), out);
                }
            }
        }
        match asked(policy.audit) {
            Ok(violations) if !violations.is_empty() => {
                annotate(out, "audit-violations", &warn_message(policy.audit, &violations));
            }
            Ok(_) => {}
            Err(reason) => {
                return refuse_to_judge(judged, &format!("failed to decode object: {reason}"), out);
            }
        }
        // Who is refused needs no warning beside it.
        if out.denials.is_empty()
            && let Ok(violations) = asked(policy.warn)
            && !violations.is_empty()
        {
            out.warnings.push(warn_message(policy.warn, &violations));
        }
    }

    fn exempts_runtime(&self, pod: &PodView<'_>) -> bool {
        let class = pod.spec().str("runtimeClassName").filter(|class| !class.is_empty());
        class.is_some_and(|class| self.exemptions.runtime_classes.iter().any(|exempt| exempt == class))
    }

    fn namespace(&self, request: &Request<'_>, around: &Around<'_>, out: &mut Decision) {
        let Some(object) = request.object.and_then(|object| around.resource(object)) else {
            return refuse_to_judge(Judged::Pod, "failed to decode object", out);
        };
        let (policy, faults) = label_policy(object.labels(), self.defaults);
        if request.operation == Operation::Create {
            if !faults.is_empty() {
                out.denials.push(invalid(request, &faults));
            } else if self.exempts_namespace(request.namespace) {
                out.warnings.extend(self.exempt_warning(&object, policy));
            }
            return;
        }
        let Some(old) = request.old_object.and_then(|object| around.resource(object)) else {
            let unseen = request.unseen.old_object;
            if unseen && faults.is_empty() && policy.enforce.level == Level::Privileged {
                // Nobody is refused or warned for it, whatever was there before.
                return;
            }
            let reason = match unseen {
                true => {
                    "what its labels change depends on the namespace as it was before, which is not known"
                }
                false => "failed to decode old object",
            };
            return refuse_to_judge(Judged::Pod, reason, out);
        };
        let (before, faults_before) = label_policy(old.labels(), self.defaults);
        if !faults.is_empty() && faults != faults_before {
            out.denials.push(invalid(request, &faults));
            return;
        }
        let (now, then) = (policy.enforce, before.enforce);
        let is_relaxed = now.version == then.version && now.level <= then.level;
        if now == then || now.level == Level::Privileged || is_relaxed {
            return;
        }
        let warnings = if self.exempts_namespace(request.namespace) {
            self.exempt_warning(&object, policy).into_iter().collect()
        } else {
            let ask = |inventory: &Inventory| {
                existing::warnings(inventory, object.name(), now, around.budget, |pod| {
                    self.exempts_runtime(pod)
                })
            };
            ask(&around.known.inventory)
        };
        out.warnings.extend(warnings);
    }

    /// What somebody is told who labels a namespace that is exempt (`exemptNamespaceWarning`).
    fn exempt_warning(&self, namespace: &Resource, policy: NamespacePolicy) -> Option<String> {
        if policy.is_privileged() || policy.is_like(self.defaults) {
            return None;
        }
        let labels = namespace.labels();
        let said = |mode: &str, policy: Policy| {
            let level = labels.get(&format!("{PREFIX}{mode}"));
            let version = labels.get(&format!("{PREFIX}{mode}-version"));
            let explicit = level.is_some() || version.is_some();
            (policy.level != Level::Privileged && explicit).then(|| format!("{mode}={policy}"))
        };
        let modes = [said("enforce", policy.enforce), said("audit", policy.audit), said("warn", policy.warn)];
        let modes: Vec<String> = modes.into_iter().flatten().collect();
        let (name, modes) = (namespace.name().escape_debug(), modes.join(", "));
        Some(format!(
            "namespace \"{name}\" is exempt from Pod Security, and the policy ({modes}) will be ignored"
        ))
    }
}

fn annotate(out: &mut Decision, key: &str, value: &str) {
    out.audit_annotations.push((format!("{PREFIX}{key}"), value.to_owned()));
}

/// What cannot be judged is a gap for a pod; of a controller it is only noted, for it is never refused.
fn refuse_to_judge(judged: Judged, reason: &str, out: &mut Decision) {
    match judged {
        Judged::Pod => out.not_judged.push(NotJudged {
            policy: NAME.to_owned(),
            binding: String::new(),
            reason: reason.to_owned(),
        }),
        Judged::Controller => annotate(out, "error", reason),
    }
}

/// As `apierrors.NewForbidden` says it.
fn forbidden(request: &Request<'_>, policy: Policy, violations: &[Violation]) -> Denial {
    let (group, _, resource) = request.resource;
    let resource = if group.is_empty() { resource.to_owned() } else { format!("{resource}.{group}") };
    let name =
        if request.name.is_empty() { String::new() } else { format!(" \"{}\"", request.name.escape_debug()) };
    let message = format!("{resource}{name} is forbidden: {}", enforce_message(policy, violations));
    Denial { policy: NAME.into(), binding: Arc::default(), code: 403, reason: Reason::Forbidden, message }
}

/// As `apierrors.NewInvalid` says it.
fn invalid(request: &Request<'_>, faults: &[LabelFault]) -> Denial {
    let (name, faults) = (request.name.escape_debug(), labels::together(faults));
    let message = format!("{} \"{name}\" is invalid: {faults}", request.kind.2);
    Denial { policy: NAME.into(), binding: Arc::default(), code: 422, reason: Reason::Invalid, message }
}
