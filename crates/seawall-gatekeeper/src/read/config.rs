//! Gatekeeper's own settings (`Config`, `config.gatekeeper.sh`): the namespaces that it leaves alone.
//!
//! Sources: `apis/config/v1alpha1/config_types.go`, `pkg/controller/config/process/excluder.go`.

use seawall_yaml::Node;

use super::field::{list, only, texts};
use crate::fault::Fault;
use crate::judge::Point;
use crate::matching::Wildcard;

/// The namespaces that are left alone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Config {
    webhook: Vec<Wildcard>,
    audit: Vec<Wildcard>,
    sync: Vec<Wildcard>,
}

impl Config {
    /// Whether a namespace is left alone at a point.
    pub(crate) fn exempts(&self, point: Point, namespace: &str) -> bool {
        let list = match point {
            Point::Webhook => &self.webhook,
            Point::Audit => &self.audit,
        };
        list.iter().any(|own| own.matches(namespace))
    }

    /// Whether objects of a namespace are kept out of `data.inventory`.
    pub(crate) fn hides(&self, namespace: &str) -> bool {
        self.sync.iter().any(|own| own.matches(namespace))
    }

    /// Takes what an object says. What is synchronised (`spec.sync`) is no matter here: the inventory holds what it holds.
    pub(crate) fn read(&mut self, root: Node<'_>, faults: &mut Vec<Fault>) {
        let Some(spec) = root.get("spec") else { return };
        for entry in list(spec, "match", faults) {
            only(entry, "an item of `match`", &["excludedNamespaces", "processes"], faults);
            let excluded = texts(entry, "excludedNamespaces", faults);
            for process in texts(entry, "processes", faults) {
                let lists: Vec<&mut Vec<Wildcard>> = match process {
                    "*" => vec![&mut self.webhook, &mut self.audit, &mut self.sync],
                    "webhook" => vec![&mut self.webhook],
                    "audit" => vec![&mut self.audit],
                    "sync" => vec![&mut self.sync],
                    "mutation-webhook" => Vec::new(),
                    other => {
                        faults.push(Fault::at(entry, format!("process `{other}` is not known")));
                        continue;
                    }
                };
                for list in lists {
                    list.extend(excluded.iter().map(|name| Wildcard::new(name)));
                }
            }
        }
    }
}
