//! Whether a pod that owns its node would be let in: Pod Security admission by the labels of namespaces, and admission
//! policies whose text is known to refuse such pods.
//!
//! Levels above `privileged` refuse privileged containers, host namespaces and host paths. Defaults that the API server
//! reads from a file are not in the cluster's objects; webhooks and policies of any other text are not judged: where there
//! are any the step is less sure.

use seawall_checks::pss::Level;
use seawall_core::Confidence;

use crate::facts::admission::{Forbids, Judged};
use crate::names::Name;
use crate::rules::Assembly;
use crate::vertex::Place;

/// What admission says of a privileged pod.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gate {
    pub(crate) open: bool,
    pub(crate) confidence: Confidence,
    pub(crate) text: Name,
    /// What keeps it shut.
    pub(crate) by: Shut,
    /// What policies do of that, whatever the level.
    pub(crate) policies: Policies,
}

/// Policies that keep a gate shut, and whether it would open without some of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Policies {
    pub(crate) shut: bool,
    /// Without Kubernetes' own policies it would be open.
    pub(crate) by_native: bool,
    /// The same without the ClusterPolicies of Kyverno.
    pub(crate) by_kyverno: bool,
}

impl Policies {
    fn of(judged: &Judged) -> Self {
        let shut = judged.forbids.covers(Forbids::ALL);
        Policies {
            shut,
            by_native: shut && !judged.without_native.covers(Forbids::ALL),
            by_kyverno: shut && !judged.without_kyverno.covers(Forbids::ALL),
        }
    }
}

/// What keeps a gate shut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shut {
    /// Nothing does.
    Nothing,
    /// The level of the namespace, whatever policies say.
    Level,
    /// Policies alone.
    Policies,
}

impl Assembly<'_> {
    /// The gate of one namespace, or of the most open one of the cluster.
    pub(crate) fn gate(&mut self, place: Place) -> Gate {
        if let Some(known) = self.gates.get(&place) {
            return *known;
        }
        let gate = self.gate_at(place);
        self.gates.insert(place, gate);
        gate
    }

    /// The same without policies: those that are judged are about pods that are made, not about debug containers.
    pub(crate) fn level_gate(&mut self, place: Place) -> Gate {
        let gate = self.gate(place);
        if gate.by != Shut::Policies {
            return gate;
        }
        let text = self.names.text(gate.text).to_owned();
        let text = format!("no Pod Security level is enforced; pods are {text}, debug containers may not be");
        Gate {
            open: true,
            confidence: Confidence::Medium,
            text: self.names.intern(&text),
            by: Shut::Nothing,
            ..gate
        }
    }

    fn gate_at(&mut self, place: Place) -> Gate {
        match place {
            Place::Namespace(namespace) => self.gate_of(namespace),
            Place::Cluster => {
                let (mut opened, mut closed): (Option<Gate>, _) = (None, None);
                for namespace in self.namespaces() {
                    let gate = self.gate_of(namespace);
                    if gate.open && opened.is_none_or(|opened| gate.confidence > opened.confidence) {
                        opened = Some(gate);
                    }
                    if opened.is_some_and(|opened| opened.confidence == Confidence::High) {
                        break;
                    }
                    closed = Some(closed.map_or(gate, |closed| most_open(closed, gate)));
                }
                opened.or(closed).unwrap_or_else(|| {
                    let text = "no namespace is known to enforce a Pod Security level";
                    self.opened(text, Known::No, &Judged::default())
                })
            }
        }
    }

    fn gate_of(&mut self, namespace: Name) -> Gate {
        let name = self.names.text(namespace).to_owned();
        let Some(facts) = self.facts.namespaces.get(&namespace) else {
            let text = format!("namespace `{name}` is not here: its Pod Security level is unknown");
            return self.opened(&text, Known::No, &Judged::default());
        };
        let judged = self.facts.admission.judge(self.names, namespace, &facts.labels);
        match &facts.enforce {
            Some((written, level)) if *level != Level::Privileged => {
                let written = printable(written);
                let text = format!(
                    "namespace `{name}` enforces the Pod Security level `{written}`, which refuses such pods"
                );
                self.shut(&text, Shut::Level, &judged)
            }
            _ if judged.forbids.covers(Forbids::ALL) => {
                let text = format!("refused by {}", judged.by.join(", "));
                self.shut(&text, Shut::Policies, &judged)
            }
            Some(_) => {
                let text = format!("namespace `{name}` enforces the Pod Security level `privileged`");
                self.opened(&text, Known::Yes, &judged)
            }
            None => self.opened(
                &format!("namespace `{name}` enforces no Pod Security level"),
                Known::Yes,
                &judged,
            ),
        }
    }

    fn shut(&mut self, text: &str, by: Shut, judged: &Judged) -> Gate {
        let (text, policies) = (self.names.intern(text), Policies::of(judged));
        Gate { open: false, confidence: Confidence::Low, text, by, policies }
    }

    fn opened(&mut self, text: &str, known: Known, judged: &Judged) -> Gate {
        let others = self.facts.admitting.len().saturating_sub(self.facts.admission.judged());
        let mut text = text.to_owned();
        if !judged.by.is_empty() {
            text.push_str(&format!("; {} forbid only a part of what owns a node", judged.by.join(", ")));
        }
        if others > 0 {
            text.push_str(&format!(
                "; {others} admission policies and webhooks may refuse such pods and are not judged"
            ));
        }
        let sure = known == Known::Yes && others == 0;
        let confidence = if sure { Confidence::High } else { Confidence::Medium };
        let (text, policies) = (self.names.intern(&text), Policies::default());
        Gate { open: true, confidence, text, by: Shut::Nothing, policies }
    }
}

/// Of two closed gates what opens one of them opens both.
fn most_open(a: Gate, b: Gate) -> Gate {
    let past = |pick: fn(Policies) -> bool| {
        [a, b].iter().any(|gate| gate.by == Shut::Policies && pick(gate.policies))
    };
    let policies = Policies {
        shut: a.policies.shut && b.policies.shut,
        by_native: past(|policies| policies.by_native),
        by_kyverno: past(|policies| policies.by_kyverno),
    };
    let by = if [a, b].iter().any(|gate| gate.by == Shut::Policies) { Shut::Policies } else { Shut::Level };
    Gate { by, policies, ..a }
}

/// Whether the namespace is here.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    Yes,
    No,
}

/// A label's value as it goes into a message.
fn printable(text: &str) -> String {
    text.chars().take(63).filter(|c| !c.is_control()).collect()
}
