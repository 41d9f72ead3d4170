//! Whether a pod that owns its node would be let in: Pod Security admission by the labels of namespaces.
//!
//! Levels above `privileged` refuse privileged containers, host namespaces and host paths. Defaults that the API server
//! reads from a file are not in the cluster's objects, and neither webhooks nor other policies are judged here: where there
//! are any the step is less sure.

use seawall_checks::pss::Level;
use seawall_core::Confidence;

use crate::names::Name;
use crate::rules::Assembly;
use crate::vertex::Place;

/// What admission says of a privileged pod.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gate {
    pub(crate) open: bool,
    pub(crate) confidence: Confidence,
    pub(crate) text: Name,
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

    fn gate_at(&mut self, place: Place) -> Gate {
        match place {
            Place::Namespace(namespace) => self.gate_of(namespace),
            Place::Cluster => {
                let mut closed = None;
                for namespace in self.namespaces() {
                    let gate = self.gate_of(namespace);
                    if gate.open {
                        return gate;
                    }
                    closed = Some(gate);
                }
                closed.unwrap_or_else(|| {
                    self.opened("no namespace is known to enforce a Pod Security level", false)
                })
            }
        }
    }

    fn gate_of(&mut self, namespace: Name) -> Gate {
        let name = self.names.text(namespace).to_owned();
        let Some(facts) = self.facts.namespaces.get(&namespace) else {
            return self.opened(
                &format!("namespace `{name}` is not here: its Pod Security level is unknown"),
                false,
            );
        };
        match &facts.enforce {
            None => self.opened(&format!("namespace `{name}` enforces no Pod Security level"), true),
            Some((_, Level::Privileged)) => {
                self.opened(&format!("namespace `{name}` enforces the Pod Security level `privileged`"), true)
            }
            Some((written, _)) => {
                let written = printable(written);
                let text = format!(
                    "namespace `{name}` enforces the Pod Security level `{written}`, which refuses such pods"
                );
                Gate { open: false, confidence: Confidence::Low, text: self.names.intern(&text) }
            }
        }
    }

    fn opened(&mut self, text: &str, known: bool) -> Gate {
        let others = self.facts.admission.len();
        let mut text = text.to_owned();
        if others > 0 {
            text.push_str(&format!(
                "; {others} admission policies and webhooks may refuse such pods and are not judged"
            ));
        }
        let sure = known && others == 0;
        let confidence = if sure { Confidence::High } else { Confidence::Medium };
        Gate { open: true, confidence, text: self.names.intern(&text) }
    }
}

/// A label's value as it goes into a message.
fn printable(text: &str) -> String {
    text.chars().take(63).filter(|c| !c.is_control()).collect()
}
