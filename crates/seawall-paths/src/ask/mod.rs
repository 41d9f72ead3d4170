//! Questions to the model.

mod attacks;
mod cut;
mod paths;

use std::collections::BTreeSet;

pub use attacks::Attack;
pub use cut::{Change, CutReport, Pricing, Window};
pub(crate) use cut::{UsePrices, window};
pub use paths::{Link, Pair, PathDag};

use crate::model::Model;
use crate::search::{Found, Search, ThroughAdmin, Without, find};
use crate::vertex::Vertex;
use crate::words::{self, Called};

/// Which starts and sinks are asked about; empty means the default ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// `Pod/shop/web`, `internet`, `ServiceAccount/ci/bot`, or a kind alone: `Pod`.
    pub from: Vec<String>,
    /// A sink (`cluster-admin`, `namespace-admin:shop`, `node-root`), or any vertex.
    pub to: Vec<String>,
}

/// A name that is nowhere in the graph.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is nowhere in the graph")]
pub struct Unknown {
    /// What was asked for.
    pub name: String,
}

impl Model {
    pub(crate) fn found(&self, filter: &Filter) -> Result<Vec<Found>, Unknown> {
        let made = self.made();
        let starts = self.starts(&filter.from)?;
        let sinks = self.sinks(&filter.to)?;
        let named = !filter.to.is_empty();
        let through = if named { ThroughAdmin::GoesOn } else { ThroughAdmin::Ends };
        let search = Search::new(&made.graph, Without::default(), through);
        Ok(find(&search, (&starts, &sinks), &made.tables.owners, named))
    }

    /// The vertices that a start filter means.
    fn starts(&self, words: &[String]) -> Result<Vec<u32>, Unknown> {
        let made = self.made();
        if words.is_empty() {
            let all = made.graph.vertices().filter(|(id, vertex)| vertex.is_start() && !self.is_kubelet(*id));
            return Ok(all.map(|(id, _)| id).collect());
        }
        let mut starts = BTreeSet::new();
        for word in words {
            if let Some(named) = made.named(word) {
                starts.insert(named);
                continue;
            }
            let outer = made.graph.vertices().filter(|(_, vertex)| !vertex.is_inner());
            let fits = |id: u32| made.begins(id, word) != Called::Otherwise;
            let found: Vec<u32> = outer.map(|(id, _)| id).filter(|id| fits(*id)).collect();
            if found.is_empty() {
                return Err(Unknown { name: word.clone() });
            }
            starts.extend(found);
        }
        Ok(starts.into_iter().collect())
    }

    /// The user of a kubelet is what a node is, nobody who starts.
    fn is_kubelet(&self, id: u32) -> bool {
        let made = self.made();
        match made.graph.vertex(id) {
            Vertex::User(name) => made.names.text(name).starts_with("system:node:"),
            _ => false,
        }
    }

    pub(crate) fn sinks(&self, words: &[String]) -> Result<Vec<u32>, Unknown> {
        let made = self.made();
        if words.is_empty() {
            return Ok(made
                .graph
                .vertices()
                .filter(|(_, vertex)| vertex.is_sink())
                .map(|(id, _)| id)
                .collect());
        }
        let mut sinks = BTreeSet::new();
        for word in words {
            if let Some(sink) = Vertex::of_sink_word(word) {
                // A sink that nothing leads to is no mistake.
                sinks.extend(made.graph.id(sink));
                continue;
            }
            let fits = |(id, vertex): &(u32, Vertex)| {
                // Of ports that differ only in the kind of their owner a word without it means all.
                let owned = matches!(vertex, Vertex::Endpoint { .. });
                let is_meant = |called| called == Called::So || owned && called == Called::Longer;
                vertex.sink_word(&made.names).as_deref() == Some(word)
                    || !vertex.is_inner() && is_meant(made.begins(*id, word))
            };
            let found: Vec<u32> = made.graph.vertices().filter(fits).map(|(id, _)| id).collect();
            if found.is_empty() && !is_sink_word(word) {
                return Err(Unknown { name: word.clone() });
            }
            sinks.extend(found);
        }
        Ok(sinks.into_iter().collect())
    }

    /// A vertex in words, the parts of steps too.
    pub(crate) fn label(&self, id: u32) -> String {
        let made = self.made();
        match words::evidence_of(self, made, id) {
            Some(evidence) if evidence.route == "subjects" => evidence.object,
            Some(evidence) => format!("{} {}", evidence.object, evidence.route),
            None => match made.graph.vertex(id) {
                Vertex::Rights { role, place } => {
                    let role = made.tables.roles.get(role as usize);
                    let role = role.map(|role| self.rbac.role_name(*role).to_string()).unwrap_or_default();
                    format!("rights of {role} in {}", made.place(place))
                }
                Vertex::All(number) => format!("all of #{number}"),
                _ => made.word(id),
            },
        }
    }
}

/// Whether a word is that of a sink of some namespace or cloud, whether there is one or not.
fn is_sink_word(word: &str) -> bool {
    word.starts_with("namespace-admin:") || word.starts_with("cloud-role:")
}
