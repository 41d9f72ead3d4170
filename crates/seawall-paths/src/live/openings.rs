//! Whether ways in from the internet stay as they are when a pod comes or goes, and behind which Services it stands.
//!
//! A pod changes no way in when no Service that is open to the outside selects it, or when the other pods behind that
//! Service are all alike to the network room and one of them runs for the same workload.

use seawall_inventory::{GroupKind, InventoryBuilder, Resource, Selector};
use seawall_network::exposure::{is_labelled_as_proxy, served_ports};
use seawall_yaml::Node;

use super::index::Key;
use crate::model::Model;
use crate::names::Name;
use crate::rules::index::port_word;
use crate::rules::part::Behind;

const SERVICE: GroupKind<'static> = GroupKind::new("", "Service");
const POD: GroupKind<'static> = GroupKind::new("", "Pod");

impl Model {
    /// Whether an object that makes pods opens nothing and holds nothing back, with the network room as it is now.
    pub(super) fn openings_stay(&self, resource: &Resource) -> bool {
        let Some(live) = &self.live else { return false };
        let namespace = resource.namespace().unwrap_or("default");
        if live.is_sliced(namespace, resource.name()) {
            return false;
        }
        let mut pods = resource.pods();
        let Some(pod) = pods.next() else { return true };
        if pods.next().is_some()
            || is_on_node(resource)
            || !live.mentioned.is_empty() && is_labelled_as_proxy(&pod)
        {
            return false;
        }
        let is_pod = resource.group_kind() == POD;
        self.ways.objects_in(SERVICE, namespace).all(|service| {
            !selector(service).matches(pod.labels())
                || !self.is_open(service)
                || is_pod && self.has_twin(service, resource)
        })
    }

    /// Whether a Service may be a way in, or stand behind one.
    fn is_open(&self, service: &Resource) -> bool {
        let spec = service.root().get("spec");
        let kind = spec.and_then(|spec| spec.str("type")).unwrap_or("ClusterIP");
        let external = spec.is_some_and(|spec| spec.list("externalIPs").next().is_some());
        let mentioned = self.live.as_ref().is_none_or(|live| live.mentioned.contains(service.name()));
        !matches!(kind, "ClusterIP" | "ExternalName") || external || mentioned
    }

    /// Whether all other pods behind a Service are alike to a pod, and one of them is of its workload.
    fn has_twin(&self, service: &Resource, pod: &Resource) -> bool {
        let network = &self.network;
        let seen = |pod: &Resource| {
            let id = network.endpoint_of(POD, pod.namespace(), pod.name())?;
            Some((network.class_of(id)?, network.endpoint(id)?.workload()))
        };
        let Some((class, workload)) = seen(pod) else { return false };
        let mut found = false;
        for other in self.ways.objects_in(POD, pod.namespace().unwrap_or("default")) {
            let selected = || other.pods().any(|view| selector(service).matches(view.labels()));
            if other.name() == pod.name() || !selected() {
                continue;
            }
            match seen(other) {
                Some((own, above)) if own == class => found |= above == workload,
                _ => return false,
            }
        }
        found
    }

    /// The ports of Services that these objects stand behind.
    pub(super) fn behind(&mut self, shown: &[Key]) -> Option<Vec<Behind>> {
        let Some((_, namespace, _)) = shown.first().copied() else { return Some(Vec::new()) };
        let mut builder = InventoryBuilder::new();
        let mut any = false;
        let space = self.names.text(namespace).to_owned();
        for service in self.ways.objects_in(SERVICE, &space) {
            any = true;
            builder.push(service.clone());
        }
        if !any {
            return Some(Vec::new());
        }
        for key in shown {
            let (kind, namespace, name) = self.texts(*key);
            let kind = GroupKind::new(super::group_of(kind)?, kind);
            builder.push(self.ways.kept_object(kind, Some(namespace), name)?.clone());
        }
        let inventory = builder.build();
        let mut behind = Vec::new();
        for served in served_ports(&inventory).iter().filter(|served| !served.pods.is_empty()) {
            let name: Name = self.names.intern(inventory.get(served.service)?.name());
            let port = port_word(served, &mut self.names);
            for end in &served.pods {
                let pod = inventory.get(end.pod)?;
                let own = [pod.kind(), pod.namespace().unwrap_or("default"), pod.name()];
                let pod = own.map(|text| self.names.intern(text)).into();
                let (service, protocol, end) = ((namespace, name), served.protocol, end.clone());
                behind.push(Behind { service, port, protocol, pod, end });
            }
        }
        Some(behind)
    }
}

/// Whether pods of an object share the network of their node, or open a port of it.
pub(super) fn is_on_node(resource: &Resource) -> bool {
    let port = |port: Node<'_>| port.get("hostPort").is_some();
    resource.pods().any(|pod| {
        let mut containers = pod.containers();
        pod.host_flag("hostNetwork") || containers.any(|container| container.node().list("ports").any(port))
    })
}

fn selector(service: &Resource) -> Selector<'_> {
    Selector::service(service.root().path(&["spec", "selector"]))
}
