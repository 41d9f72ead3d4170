//! Names of endpoints, and endpoints by name.

use std::net::IpAddr;

use seawall_inventory::GroupKind;

use super::connect::Target;
use crate::model::{ClassId, DEFAULT_NAMESPACE, Endpoint, EndpointId, Network, ObjectKey, SERVICE_ACCOUNT};
use crate::ports::Protocol;

/// An endpoint to be looked at.
#[derive(Clone, Copy)]
pub struct EndpointView<'n> {
    pub(super) network: &'n Network,
    pub(super) endpoint: &'n Endpoint,
}

impl<'n> EndpointView<'n> {
    /// The namespace of the object.
    pub fn namespace(&self) -> &'n str {
        self.network.namespace_text(self.endpoint.key)
    }

    /// The name of the object.
    pub fn name(&self) -> &'n str {
        self.network.words.text(self.endpoint.key.name)
    }

    /// The kind of the object: `Pod`, or that of the template.
    pub fn kind(&self) -> &'n str {
        self.network.words.text(self.endpoint.key.kind)
    }

    /// The API group of the object.
    pub fn group(&self) -> &'n str {
        self.network.words.text(self.endpoint.key.group)
    }

    /// Whether it is a pod, not a template that stands for pods.
    pub fn is_pod(&self) -> bool {
        self.endpoint.is_pod
    }

    /// Kind and name of the top owner, here or only named; of the object itself without an owner.
    pub fn workload(&self) -> (&'n str, &'n str) {
        let top = self.network.owners.top(self.endpoint.key);
        (self.network.words.text(top.kind), self.network.words.text(top.name))
    }

    /// Whether it runs in its node's network.
    pub fn host_network(&self) -> bool {
        self.endpoint.host_network
    }

    /// The node, when it is known.
    pub fn node(&self) -> Option<&'n str> {
        self.endpoint.node.map(|node| self.network.words.text(node))
    }

    /// The address, when it is known; that of the node for a pod in its network.
    pub fn address(&self) -> Option<IpAddr> {
        self.network.address_of(self.endpoint)
    }

    /// The labels.
    pub fn labels(&self) -> impl Iterator<Item = (&'n str, &'n str)> + use<'n> {
        let words = &self.network.words;
        let labels = self.endpoint.labels.iter().map(|(key, value)| (words.text(*key), words.text(*value)));
        labels.filter(|(key, _)| *key != SERVICE_ACCOUNT)
    }

    /// The ports that have names: name, protocol, number.
    pub fn named_ports(&self) -> impl Iterator<Item = (&'n str, Protocol, u16)> + use<'n> {
        let words = &self.network.words;
        self.endpoint.ports.iter().map(|port| (words.text(port.name), port.protocol, port.number))
    }

    /// The class, `None` when it takes no part.
    pub fn class(&self) -> Option<ClassId> {
        self.endpoint.class
    }
}

/// A text that names no target.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoSuchTarget {
    /// Nothing has this name.
    #[error("no pod or workload is named `{0}`")]
    Unknown(String),
    /// It is here but takes no part.
    #[error("`{0}` has no pods: it is finished, or scaled to nothing")]
    NoPods(String),
    /// Not one of the forms.
    #[error(
        "`{0}` is no target: expected `namespace/pod`, `namespace/name[Kind]`, `Kind/namespace/name` or an address"
    )]
    Form(String),
}

impl Network {
    /// The endpoint that an object is or stands for, whether it takes part or not.
    pub fn endpoint_of(
        &self,
        kind: GroupKind<'_>,
        namespace: Option<&str>,
        name: &str,
    ) -> Option<EndpointId> {
        let key = ObjectKey {
            group: self.words.find(kind.group)?,
            kind: self.words.find(kind.kind)?,
            namespace: self.words.find(namespace.unwrap_or(DEFAULT_NAMESPACE))?,
            name: self.words.find(name)?,
        };
        Some(self.owners.get(key)?.endpoint)
    }

    /// The endpoints that a text names: `namespace/pod`, `namespace/name[Kind]` or `Kind/namespace/name` for all pods of
    /// a workload, or an address.
    ///
    /// # Errors
    /// When the text names nothing that takes part.
    pub fn find(&self, text: &str) -> Result<Vec<Target>, NoSuchTarget> {
        if let Ok(address) = text.parse() {
            return Ok(vec![Target::Address(address)]);
        }
        let form = || NoSuchTarget::Form(text.to_owned());
        let (kind, namespace, name) = match text.split('/').collect::<Vec<_>>().as_slice() {
            [kind, namespace, name] => (Some(*kind), *namespace, *name),
            [namespace, name] => match name.strip_suffix(']').and_then(|name| name.split_once('[')) {
                Some((name, kind)) => (Some(kind), *namespace, name),
                None => (None, *namespace, *name),
            },
            _ => return Err(form()),
        };
        if namespace.is_empty() || name.is_empty() {
            return Err(form());
        }
        let named = |id: &EndpointId| {
            let Some(view) = self.endpoint(*id).filter(|view| view.namespace() == namespace) else {
                return false;
            };
            let top = view.workload();
            let fits = |(own_kind, own_name): (&str, &str)| {
                own_name == name && kind.is_none_or(|kind| kind.eq_ignore_ascii_case(own_kind))
            };
            fits((view.kind(), view.name())) || fits(top)
        };
        let all: Vec<EndpointId> = self.endpoints.ids().filter(named).collect();
        let live: Vec<Target> =
            all.iter().filter(|id| self.class_of(**id).is_some()).map(|id| Target::Endpoint(*id)).collect();
        match (all.is_empty(), live.is_empty()) {
            (true, _) => Err(NoSuchTarget::Unknown(text.to_owned())),
            (false, true) => Err(NoSuchTarget::NoPods(text.to_owned())),
            (false, false) => Ok(live),
        }
    }
}
