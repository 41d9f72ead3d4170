//! What one permission opens by itself (table A).

use std::collections::BTreeSet;

use seawall_core::Confidence;

use crate::Primitive;
use crate::graph::build::Step;
use crate::names::Name;
use crate::rights::{Holding, Permission};
use crate::rules::network::SERVICE;
use crate::rules::{Assembly, operators};
use crate::vertex::{Place, Vertex};

/// Since this minor version a WebSocket to `pods/exec` needs `create`; before, `get` was enough.
const EXEC_NEEDS_CREATE: u32 = 35;

impl Assembly<'_> {
    /// The steps from a rule that gives `held` at `place`.
    pub(crate) fn opened_by(&mut self, held: &Holding, place: Place, rule: u32) {
        let names = held.names.as_deref();
        match held.permission {
            Permission::PodCreate => {
                self.runs_pods(Primitive::A04, place, rule);
                self.owns_nodes(Primitive::A05, place, rule);
            }
            Permission::WorkloadCreate => {
                self.runs_pods(Primitive::A06, place, rule);
                self.owns_nodes(Primitive::A05, place, rule);
            }
            Permission::WorkloadUpdate => {
                for place in self.worked(place, names) {
                    self.runs_pods(Primitive::A06, place, rule);
                    self.owns_nodes(Primitive::A05, place, rule);
                }
            }
            Permission::PodUpdate => self.over_pods(Step::new(Primitive::A07), place, names, rule),
            Permission::PodExec => self.over_pods(Step::new(Primitive::A08), place, names, rule),
            Permission::PodAttach => self.over_pods(Step::new(Primitive::A09), place, names, rule),
            Permission::PodExecByGet => {
                if let Some(step) = self.by_get(Primitive::A08) {
                    self.over_pods(step, place, names, rule);
                }
            }
            Permission::PodAttachByGet => {
                if let Some(step) = self.by_get(Primitive::A09) {
                    self.over_pods(step, place, names, rule);
                }
            }
            Permission::PodDebug => {
                self.over_pods(Step::new(Primitive::A11), place, names, rule);
                self.debugs_nodes(place, names, rule);
            }
            Permission::PodForward => self.reaches(Step::new(Primitive::A10), place, held, rule),
            Permission::PodForwardByGet => {
                if let Some(step) = self.by_get(Primitive::A10) {
                    self.reaches(step, place, held, rule);
                }
            }
            Permission::PodProxy | Permission::ServiceProxy => {
                self.reaches(Step::new(Primitive::A12), place, held, rule)
            }
            Permission::SecretList => self.over(Vertex::Secrets(place), Step::new(Primitive::A17), rule),
            Permission::SecretGet => self.over_secrets(place, names, rule),
            Permission::TokenCreate => self.over_accounts(Primitive::A20, place, names, rule),
            Permission::ImpersonateAccount => self.over_accounts(Primitive::A22, place, names, rule),
            Permission::ImpersonateUser => match names {
                None => self.over(Vertex::Users, Step::new(Primitive::A22), rule),
                Some(names) => {
                    names
                        .iter()
                        .for_each(|name| self.over(Vertex::User(*name), Step::new(Primitive::A22), rule));
                }
            },
            Permission::NodeProxy => match names {
                None => self.over(Vertex::Pods(Place::Cluster), Step::new(Primitive::A37), rule),
                Some(names) => {
                    names
                        .iter()
                        .for_each(|name| self.over(Vertex::PodsOn(*name), Step::new(Primitive::A37), rule));
                }
            },
            Permission::MutateByWebhook => {
                let gates = self.names.intern("needs a server that the API server reaches");
                let step = Step::new(Primitive::A31).sure(Confidence::Medium).gated(Some(gates));
                self.over(Vertex::Accounts(Place::Cluster), step, rule);
                self.over(Vertex::Nodes, step, rule);
                self.sees_secrets(rule);
            }
            Permission::ReadByWebhook => self.sees_secrets(rule),
            Permission::AwsAuth if self.facts.has_aws_auth && self.in_kube_system(place) => {
                self.over(Vertex::SystemMasters, Step::new(Primitive::A41), rule);
            }
            Permission::ServerWrite => self.hijacks_servers(rule),
            Permission::DefinitionChange => self.changes_definitions(rule),
            Permission::IngressWrite => self.writes_ingress(place, rule),
            Permission::AccountWrite => self.takes_cloud_roles(rule),
            Permission::EndpointWrite => {
                let gates =
                    self.names.intern("by a Service in the namespace that something outside connects to");
                let step = Step::new(Primitive::A44).gated(Some(gates)).attenuated();
                self.over(Vertex::Endpoints(Place::Cluster), step, rule);
            }
            Permission::NodeConfig
                if self.in_kube_system(place) && !self.facts.control.kubelets.is_empty() =>
            {
                let gates = self.names.intern("takes hold when `kubeadm` next upgrades or joins a node");
                let step = Step::new(Primitive::A43).gated(Some(gates)).attenuated();
                self.over(Vertex::Nodes, step, rule);
            }
            Permission::Operator(row) => {
                for account in operators::accounts(self, row) {
                    let step = operators::step(self, row);
                    self.over(account, step, rule);
                }
            }
            _ => {}
        }
    }

    /// Whoever stands for an API group is asked what its objects are (A33).
    ///
    /// Source: CVE-2022-3172, repaired in 1.22.14, 1.23.11, 1.24.5 and 1.25.1, by which clients' credentials are sent on.
    fn hijacks_servers(&mut self, rule: u32) {
        if self.version.is_some_and(|version| version < (1, 22)) {
            let gates = self.names.intern("CVE-2022-3172: clients are sent on with their credentials");
            let step = Step::new(Primitive::A33).sure(Confidence::Low).gated(Some(gates));
            self.over(Vertex::Users, step, rule);
            self.over(Vertex::Accounts(Place::Cluster), step, rule);
        }
        let gates = self.names.intern("the API server writes the entries of custom resources back");
        self.over_operators(Step::new(Primitive::A33).gated(Some(gates)).attenuated(), rule);
    }

    /// An account with the annotation of another one is taken for it where the cloud's trust policy is wide (A21).
    fn takes_cloud_roles(&mut self, rule: u32) {
        let facts = self.facts;
        let roles: BTreeSet<&str> = facts
            .accounts
            .values()
            .flat_map(|account| &account.cloud)
            .map(|(_, _, role)| role.as_str())
            .collect();
        let gates = self.names.intern("needs a trust policy of the cloud that takes any account");
        let step = Step::new(Primitive::A21).gated(Some(gates)).attenuated();
        for role in roles {
            let role = self.names.intern(role);
            self.over(Vertex::CloudRole(role), step, rule);
        }
    }

    pub(crate) fn over(&mut self, to: Vertex, step: Step, from: u32) {
        let to = self.vertex(to);
        self.graph.step(from, to, step);
    }

    /// Webhooks of both kinds are asked about every secret.
    fn sees_secrets(&mut self, rule: u32) {
        let gates =
            self.names.intern("sees secrets as they are written, by a server that the API server reaches");
        let step = Step::new(Primitive::A31).sure(Confidence::Low).gated(Some(gates));
        self.over(Vertex::Secrets(Place::Cluster), step, rule);
    }

    /// Pods run as any account of the namespace and mount its secrets.
    fn runs_pods(&mut self, primitive: Primitive, place: Place, rule: u32) {
        self.over(Vertex::Accounts(place), Step::new(primitive), rule);
        let gates = self.names.intern("the names of the secrets must be known");
        let step = Step::new(primitive).sure(Confidence::Medium).gated(Some(gates));
        self.over(Vertex::Secrets(place), step, rule);
        self.makes_pods(primitive, rule);
    }

    /// Pods of one's own lead on where a runtime has a flaw.
    pub(crate) fn makes_pods(&mut self, primitive: Primitive, from: u32) {
        if let Some(own) = self.graph.known(Vertex::NewPods) {
            self.graph.step(from, own, Step::new(primitive));
        }
    }

    /// Pods own nodes where admission lets them.
    pub(crate) fn owns_nodes(&mut self, primitive: Primitive, place: Place, rule: u32) {
        let gate = self.gate(place);
        let step = Step::new(primitive).sure(gate.confidence).gated(Some(gate.text));
        let step = if gate.open { step } else { step.attenuated() };
        self.over(Vertex::Nodes, step, rule);
    }

    /// A debug container may be privileged where admission lets it, on the nodes that the pods run on.
    fn debugs_nodes(&mut self, place: Place, names: Option<&[Name]>, rule: u32) {
        if let Some(names) = names {
            self.debugs_nodes_of(place, names, rule);
            return;
        }
        self.tables.looked_up.debugged.insert(place);
        let nodes: BTreeSet<Option<Name>> = match place {
            Place::Cluster => self.index.nodes.values().flatten().copied().collect(),
            Place::Namespace(namespace) => self.index.nodes.get(&namespace).cloned().unwrap_or_default(),
        };
        self.debugs(place, nodes, rule);
    }

    /// The same for pods of given names.
    fn debugs_nodes_of(&mut self, place: Place, names: &[Name], rule: u32) {
        let kind = self.names.intern("Pod");
        self.tables.looked_up.pods.extend(names);
        for namespace in self.at(place) {
            let pods = names.iter().filter_map(|name| self.facts.pods.get(&(kind, namespace, *name)));
            let nodes: BTreeSet<Option<Name>> = pods.map(|pod| pod.node).collect();
            self.debugs(Place::Namespace(namespace), nodes, rule);
        }
    }

    fn debugs(&mut self, place: Place, nodes: BTreeSet<Option<Name>>, rule: u32) {
        let gate = self.level_gate(place);
        let step = Step::new(Primitive::A11).sure(gate.confidence).gated(Some(gate.text));
        let step = if gate.open { step } else { step.attenuated() };
        if place == Place::Cluster && !nodes.is_empty() {
            self.over(Vertex::Nodes, step, rule);
            return;
        }
        for node in nodes {
            self.over(node.map_or(Vertex::SomeNode, Vertex::Node), step, rule);
        }
    }

    /// Whether `get` opens a WebSocket, by the version of the API server or, where that is not known, of the kubelets:
    /// they are never newer, and at most three minor versions older.
    fn by_get(&mut self, primitive: Primitive) -> Option<Step> {
        const SKEW: u32 = 3;
        let kubelets = self.facts.nodes.values().filter_map(|node| node.minor).max();
        let (step, text) = match (self.version, kubelets) {
            (Some((1, minor)), _) if minor < EXEC_NEEDS_CREATE => {
                (Step::new(primitive), format!("the API server is 1.{minor}"))
            }
            (Some(_), _) => return None,
            (None, Some(minor)) if minor >= EXEC_NEEDS_CREATE => return None,
            (None, Some(minor)) if minor + SKEW < EXEC_NEEDS_CREATE => {
                (Step::new(primitive), format!("the newest kubelet is 1.{minor}"))
            }
            _ => {
                let step = Step::new(primitive).sure(Confidence::Medium);
                (step, "the version of the API server is not known".to_owned())
            }
        };
        let text = format!("{text}: `get` opens a WebSocket before 1.{EXEC_NEEDS_CREATE}");
        Some(step.gated(Some(self.names.intern(&text))))
    }

    fn over_pods(&mut self, step: Step, place: Place, names: Option<&[Name]>, rule: u32) {
        let Some(names) = names else {
            self.over(Vertex::Pods(place), step, rule);
            return;
        };
        self.tables.looked_up.pods.extend(names);
        let kind = self.names.intern("Pod");
        for namespace in self.at(place) {
            for name in names {
                if let Some(pod) = self.graph.known(Vertex::Pod { kind, namespace, name: *name }) {
                    self.graph.step(rule, pod, step);
                }
            }
        }
    }

    fn over_secrets(&mut self, place: Place, names: Option<&[Name]>, rule: u32) {
        let Some(names) = names else {
            let gates = self.names.intern("the names of the secrets must be known");
            let step = Step::new(Primitive::A16).sure(Confidence::Medium).gated(Some(gates));
            self.over(Vertex::Secrets(place), step, rule);
            return;
        };
        self.tables.looked_up.secrets.extend(names);
        for namespace in self.at(place) {
            for name in names {
                // At cluster scope a name means that secret of every namespace: only those that are here count.
                if matches!(place, Place::Namespace(_))
                    || self.facts.secrets.contains_key(&(namespace, *name))
                {
                    self.over(Vertex::Secret { namespace, name: *name }, Step::new(Primitive::A16), rule);
                }
            }
        }
    }

    fn over_accounts(&mut self, primitive: Primitive, place: Place, names: Option<&[Name]>, rule: u32) {
        let Some(names) = names else {
            self.over(Vertex::Accounts(place), Step::new(primitive), rule);
            return;
        };
        for namespace in self.at(place) {
            for name in names {
                if self.facts.accounts.contains_key(&(namespace, *name)) {
                    self.over(Vertex::Account { namespace, name: *name }, Step::new(primitive), rule);
                }
            }
        }
    }

    /// All ports of a place, or those of pods or services of given names.
    fn reaches(&mut self, step: Step, place: Place, held: &Holding, rule: u32) {
        let Some(names) = held.names.as_deref() else {
            self.over(Vertex::Endpoints(place), step, rule);
            return;
        };
        let facts = self.facts;
        self.tables.looked_up.pods.extend(names);
        let of_services = held.permission == Permission::ServiceProxy;
        let kind = self.names.intern(if of_services { SERVICE } else { "Pod" });
        for namespace in self.at(place) {
            for owner in names {
                let ports: Vec<Name> = if of_services {
                    self.index.served.get(&(namespace, *owner)).cloned().unwrap_or_default()
                } else {
                    let pod = facts.pods.get(&(kind, namespace, *owner));
                    let containers = pod.into_iter().flat_map(|pod| pod.containers.iter());
                    let ports = containers.flat_map(|container| container.ports.iter());
                    ports.map(|port| self.port_word(port)).collect()
                };
                for port in ports {
                    self.over(Vertex::Endpoint { kind, namespace, owner: *owner, port }, step, rule);
                }
            }
        }
    }

    /// The namespaces of a place.
    pub(crate) fn at(&self, place: Place) -> Vec<Name> {
        match place {
            Place::Namespace(namespace) => vec![namespace],
            Place::Cluster => self.namespaces(),
        }
    }

    /// Where there is a workload to change. For those of the whole cluster one anywhere will do.
    fn worked(&mut self, place: Place, names: Option<&[Name]>) -> Vec<Place> {
        let Some(names) = names else {
            return if self.has_workload(place) { vec![place] } else { Vec::new() };
        };
        self.tables.looked_up.workloads = true;
        self.index.worked_by(names, place).into_iter().map(Place::Namespace).collect()
    }

    /// Whether there is a workload to change.
    pub(crate) fn has_workload(&self, place: Place) -> bool {
        match place {
            Place::Cluster => !self.index.worked.is_empty(),
            Place::Namespace(namespace) => self.index.worked.contains(&namespace),
        }
    }
}
