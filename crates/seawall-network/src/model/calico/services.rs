//! Services as rules name them: their pods, and the ports of these.

use std::collections::HashMap;

use seawall_inventory::Resource;
use seawall_yaml::Node;

use super::Network;
use crate::policy::{NamedPort, RulePorts};
use crate::ports::{PortSet, Protocol};
use crate::selector::{LabelSelector, Operator, Requirement, pairs};
use crate::words::Word;

/// A Service as rules name it.
#[derive(Clone, Debug)]
pub(crate) struct CalicoService {
    /// Its pods; `None` without a selector.
    pub(crate) pods: Option<LabelSelector>,
    /// The ports of its pods.
    pub(crate) ports: RulePorts,
}

/// Services by namespace and name.
#[derive(Debug, Default)]
pub(crate) struct CalicoServices(pub(super) HashMap<(Word, Word), CalicoService>);

impl CalicoServices {
    pub(crate) fn get(&self, namespace: Word, name: Word) -> Option<&CalicoService> {
        self.0.get(&(namespace, name))
    }
}

impl Network {
    pub(super) fn read_service(&mut self, resource: &Resource) -> CalicoService {
        let spec = resource.root().get("spec");
        let selector = spec.and_then(|spec| spec.get("selector")).filter(|node| !node.is_empty());
        let words = &mut self.words;
        let pods = selector.map(|selector| {
            let pairs =
                pairs(selector.entries().filter_map(|(key, value)| Some((key, value.as_str()?))), words);
            let requirements = pairs.into_iter().map(|(key, value)| Requirement {
                key,
                operator: Operator::In,
                values: Box::new([value]),
            });
            LabelSelector(requirements.collect())
        });
        let mut ports = RulePorts::default();
        let mut named = Vec::new();
        for port in spec.into_iter().flat_map(|spec| spec.list("ports")) {
            let Some(protocol) = Protocol::of_api(port.str("protocol").unwrap_or("TCP")) else { continue };
            let target = port.get("targetPort").filter(|target| !target.is_null());
            match target.and_then(Node::as_str).filter(|text| text.parse::<u16>().is_err()) {
                Some(name) => {
                    named.push(NamedPort { name: words.intern(name), protocol: Some(protocol) });
                }
                None => {
                    let number = target.or_else(|| port.get("port"));
                    let number = number.and_then(|node| {
                        let number = node.as_i64().and_then(|number| u16::try_from(number).ok());
                        number.or_else(|| node.as_str()?.parse().ok())
                    });
                    let Some(number) = number else { continue };
                    ports.fixed = ports.fixed.union(&PortSet::port(protocol, number));
                }
            }
        }
        named.sort_unstable();
        named.dedup();
        ports.named = named.into_boxed_slice();
        CalicoService { pods, ports }
    }
}
