//! Pods, containers, their ways out (table B), tokens (C09), and nodes (C01, C02, C04).

use std::collections::{BTreeMap, BTreeSet};

use seawall_core::Confidence;

use crate::Primitive;
use crate::facts::{ContainerFacts, Escape, Landing, PodFacts, SecretFacts};
use crate::graph::{Evidence, build::Step};
use crate::names::Name;
use crate::rules::Assembly;
use crate::vertex::{Place, Vertex};

type Key = (Name, Name, Name);

/// How many owners are followed: pod, ReplicaSet, Deployment, custom resource, one of its own; longer chains are circles.
pub(crate) const MAX_OWNERS: usize = 8;

impl Assembly<'_> {
    /// Pods and containers. Of a workload and its pods only the pods count.
    pub(crate) fn pods(&mut self) {
        let facts = self.facts;
        let covered = self.covered();
        let pod_kind = self.names.intern("Pod");
        for (key, pod) in &facts.pods {
            let owned = pod.owner.is_some_and(|(kind, name)| facts.pods.contains_key(&(kind, key.1, name)));
            if key.0 == pod_kind || !owned && !covered.contains(key) {
                self.shown_pod(*key, pod);
            }
        }
    }

    /// A pod, or a workload that stands for its own.
    pub(crate) fn shown_pod(&mut self, key: Key, pod: &PodFacts) {
        if let Some((kind, name)) = pod.owner {
            let vertex = self.vertex(Vertex::Pod { kind: key.0, namespace: key.1, name: key.2 });
            let owner = self.tables.owner((kind, key.1, name));
            self.tables.owners.insert(vertex, owner);
        }
        self.pod(key, pod);
    }

    /// Workloads that have pods here.
    fn covered(&mut self) -> BTreeSet<Key> {
        let pod_kind = self.names.intern("Pod");
        let mut covered = BTreeSet::new();
        for (key, pod) in self.facts.pods.iter().filter(|(key, _)| key.0 == pod_kind) {
            let mut owner = pod.owner;
            for _ in 0..MAX_OWNERS {
                let Some((kind, name)) = owner else { break };
                let above = (kind, key.1, name);
                covered.insert(above);
                owner = self.facts.pods.get(&above).and_then(|facts| facts.owner);
            }
        }
        covered
    }

    fn pod(&mut self, (kind, namespace, name): Key, facts: &PodFacts) {
        let pod = self.vertex(Vertex::Pod { kind, namespace, name });
        let set = self.vertex(Vertex::Pods(Place::Namespace(namespace)));
        self.graph.step(set, pod, Step::structure());
        let node = match facts.node {
            Some(node) => self.vertex(Vertex::Node(node)),
            None => self.vertex(Vertex::SomeNode),
        };
        self.placed(pod, node, facts);
        self.vertex(Vertex::Account { namespace, name: facts.account });
        let token = self.account_token(namespace, facts);
        for container in &facts.containers {
            let vertex = self.vertex(Vertex::Container { pod, name: container.name });
            self.graph.step(pod, vertex, Step::structure());
            self.container(vertex, (pod, node, namespace), facts, container);
            if token || container.token {
                let account = self.vertex(Vertex::Account { namespace, name: facts.account });
                let route = self.names.intern("spec.serviceAccountName");
                let because = Evidence::Field { object: pod, route };
                self.graph.step(vertex, account, Step::new(Primitive::C09).because(because));
            }
        }
        // A pod without containers in a dump still runs with its account.
        if facts.containers.is_empty() && token {
            let account = self.vertex(Vertex::Account { namespace, name: facts.account });
            let route = self.names.intern("spec.serviceAccountName");
            let because = Evidence::Field { object: pod, route };
            self.graph.step(pod, account, Step::new(Primitive::C09).because(because));
        }
    }

    /// Who owns the node owns the pod.
    fn placed(&mut self, pod: u32, node: u32, facts: &PodFacts) {
        if let Some(name) = facts.node {
            let on = self.vertex(Vertex::PodsOn(name));
            self.graph.step(on, pod, Step::structure());
            return;
        }
        let all = self.vertex(Vertex::Nodes);
        let gates = Some(self.names.intern("the pod is not placed yet: it runs on one of the nodes"));
        let step = Step::new(Primitive::C01).sure(Confidence::Medium).gated(gates);
        self.graph.step(all, pod, step);
        if facts.daemon {
            self.graph.step(node, pod, step);
        }
    }

    /// Whether the token of the account is mounted into every container: the pod's word goes before the account's.
    fn account_token(&self, namespace: Name, facts: &PodFacts) -> bool {
        let account = self.facts.accounts.get(&(namespace, facts.account));
        facts.automount.or_else(|| account.and_then(|account| account.automount)).unwrap_or(true)
    }

    fn container(
        &mut self,
        vertex: u32,
        (pod, node, namespace): (u32, u32, Name),
        facts: &PodFacts,
        container: &ContainerFacts,
    ) {
        for escape in &container.escapes {
            if escape.primitive != Primitive::A13 {
                let to = self.landing(escape.landing, pod, node, facts);
                self.graph.step(vertex, to, escape_step(escape, pod));
                if let (Some(route), Landing::Node | Landing::Files) =
                    (facts.on_control_plane, escape.landing)
                {
                    self.reads_control_plane(vertex, (pod, route), escape);
                }
            }
        }
        for secret in &container.secrets {
            let to = self.vertex(Vertex::Secret { namespace, name: *secret });
            self.graph.step(vertex, to, Step::structure());
        }
        self.claims(vertex, (pod, node, namespace), facts, container);
    }

    /// What leaves a pod that can only run on control-plane nodes reads their files, the keys of the cluster among them.
    fn reads_control_plane(&mut self, vertex: u32, (pod, route): (u32, Name), escape: &Escape) {
        let files = self.vertex(Vertex::ControlPlaneFiles);
        let fields = [escape.route, route].map(|route| Evidence::Field { object: pod, route });
        self.graph.step_along(vertex, files, escape_step(escape, pod), fields.into());
    }

    pub(crate) fn landing(&mut self, landing: Landing, pod: u32, node: u32, facts: &PodFacts) -> u32 {
        match landing {
            Landing::Node => node,
            Landing::Files => self.vertex(Vertex::NodeFiles(facts.node)),
            Landing::Tokens => match facts.node {
                Some(name) => self.vertex(Vertex::TokensOn(name)),
                None => self.vertex(Vertex::NodeFiles(None)),
            },
            Landing::Siblings => pod,
        }
    }

    /// Nodes: what runs there, whom the kubelet is, what it holds.
    pub(crate) fn nodes(&mut self) {
        let sink = self.vertex(Vertex::NodeRoot);
        let admin = self.vertex(Vertex::ClusterAdmin);
        let all = self.vertex(Vertex::Nodes);
        let kubelets = self.vertex(Vertex::Kubelets);
        let some = self.vertex(Vertex::SomeNode);
        self.graph.step(some, sink, Step::structure());
        let files = self.vertex(Vertex::ControlPlaneFiles);
        let gates =
            self.names.intern("the pod is not placed yet: it is told to run on control-plane nodes only");
        let step = Step::new(Primitive::C04).sure(Confidence::Medium).gated(Some(gates));
        self.graph.step(files, admin, step);
        let here: BTreeSet<Name> = self
            .facts
            .nodes
            .keys()
            .copied()
            .chain(self.facts.pods.values().filter_map(|pod| pod.node))
            .collect();
        if here.is_empty() {
            self.graph.step(all, some, Step::structure());
        }
        let group = self.names.intern("system:nodes");
        let group = self.vertex(Vertex::Group(group));
        for name in here {
            let node = self.vertex(Vertex::Node(name));
            let files = self.vertex(Vertex::NodeFiles(Some(name)));
            let pods = self.vertex(Vertex::PodsOn(name));
            let tokens = self.vertex(Vertex::TokensOn(name));
            let user = self.kubelet(name);
            self.graph.step(all, node, Step::structure());
            self.graph.step(node, sink, Step::structure());
            self.graph.step(node, pods, Step::new(Primitive::C01));
            self.graph.step(node, files, Step::structure());
            self.graph.step(node, user, Step::new(Primitive::C02));
            self.graph.step(node, group, Step::new(Primitive::C02));
            self.graph.step(files, user, Step::new(Primitive::C02));
            self.graph.step(files, tokens, Step::new(Primitive::B15));
            self.graph.step(kubelets, user, Step::structure());
            self.graph.step(user, group, Step::structure());
            // The Node authorizer lets a kubelet ask for the tokens of its pods' accounts and read their secrets.
            self.graph.step(user, tokens, Step::new(Primitive::C02));
            if self.facts.nodes.get(&name).is_some_and(|facts| facts.control_plane) {
                let root = self.vertex(Vertex::ControlPlaneRoot);
                self.graph.step(node, root, Step::structure());
                self.graph.step(node, admin, Step::new(Primitive::C04));
                self.graph.step(files, admin, Step::new(Primitive::C04));
            }
        }
        self.tokens();
    }

    fn tokens(&mut self) {
        let facts = self.facts;
        self.tokens_of(facts.pods.iter());
    }

    /// The accounts of the pods of each node, each once; of a node all pods must be given.
    pub(crate) fn tokens_of<'f>(&mut self, pods: impl Iterator<Item = (&'f Key, &'f PodFacts)>) {
        let mut on: BTreeMap<(Name, Name, Name), bool> = BTreeMap::new();
        let mut read: BTreeSet<(Name, Name, Name)> = BTreeSet::new();
        for ((_, namespace, _), pod) in pods {
            let Some(node) = pod.node else { continue };
            let mounts = self.account_token(*namespace, pod) || pod.containers.iter().any(|own| own.token);
            *on.entry((node, *namespace, pod.account)).or_default() |= mounts;
            let secrets = pod.containers.iter().flat_map(|container| container.secrets.iter());
            read.extend(secrets.map(|secret| (node, *namespace, *secret)));
        }
        for ((node, namespace, name), mounted) in on {
            let account = self.vertex(Vertex::Account { namespace, name });
            // What no pod mounts lies on no disk, but the kubelet may ask for it.
            let (from, step) = match mounted {
                true => (self.vertex(Vertex::TokensOn(node)), Step::structure()),
                false => (self.kubelet(node), Step::new(Primitive::C02)),
            };
            self.graph.step(from, account, step);
        }
        for (node, namespace, name) in read {
            let (kubelet, secret) = (self.kubelet(node), self.vertex(Vertex::Secret { namespace, name }));
            self.graph.step(kubelet, secret, Step::new(Primitive::C02));
        }
    }

    /// The user that the kubelet of a node is.
    fn kubelet(&mut self, node: Name) -> u32 {
        let user = format!("system:node:{}", self.names.text(node));
        let user = self.names.intern(&user);
        self.vertex(Vertex::User(user))
    }

    /// Sets of accounts, secrets and pods, and what secrets are.
    pub(crate) fn accounts_and_secrets(&mut self) {
        let facts = self.facts;
        let default = self.names.intern("default");
        let (all_accounts, all_secrets, all_pods) = (
            self.vertex(Vertex::Accounts(Place::Cluster)),
            self.vertex(Vertex::Secrets(Place::Cluster)),
            self.vertex(Vertex::Pods(Place::Cluster)),
        );
        let sink = self.vertex(Vertex::AllSecrets);
        self.graph.step(all_secrets, sink, Step::structure());
        for namespace in self.namespaces() {
            let place = Place::Namespace(namespace);
            let accounts = self.vertex(Vertex::Accounts(place));
            let secrets = self.vertex(Vertex::Secrets(place));
            let pods = self.vertex(Vertex::Pods(place));
            self.graph.step(all_accounts, accounts, Step::structure());
            self.graph.step(all_secrets, secrets, Step::structure());
            self.graph.step(all_pods, pods, Step::structure());
            if !facts.accounts.contains_key(&(namespace, default)) {
                let account = self.vertex(Vertex::Account { namespace, name: default });
                self.graph.step(accounts, account, Step::structure());
            }
            if self.names.text(namespace) == "kube-system" {
                let sink = self.vertex(Vertex::KubeSystemSecrets);
                self.graph.step(secrets, sink, Step::structure());
            }
        }
        for (namespace, name) in facts.accounts.keys() {
            let accounts = self.vertex(Vertex::Accounts(Place::Namespace(*namespace)));
            let account = self.vertex(Vertex::Account { namespace: *namespace, name: *name });
            self.graph.step(accounts, account, Step::structure());
        }
        for (key, secret) in &facts.secrets {
            self.secret(*key, secret);
        }
    }

    pub(crate) fn secret(&mut self, (namespace, name): (Name, Name), secret: &SecretFacts) {
        let set = self.vertex(Vertex::Secrets(Place::Namespace(namespace)));
        let vertex = self.vertex(Vertex::Secret { namespace, name });
        self.graph.step(set, vertex, Step::structure());
        let because = Evidence::Field { object: vertex, route: self.names.intern("type") };
        match secret {
            SecretFacts::Token(account) => {
                let account = self.vertex(Vertex::Account { namespace, name: *account });
                self.graph.step(vertex, account, Step::new(Primitive::C09).because(because));
            }
            SecretFacts::Bootstrap => {
                let group = self.names.intern("system:bootstrappers");
                let group = self.vertex(Vertex::Group(group));
                let step = Step::new(Primitive::C10).because(because);
                self.graph.step(vertex, group, step);
                let kubelets = self.vertex(Vertex::Kubelets);
                let gates =
                    self.names.intern("needs a cluster that approves certificates of kubelets by itself");
                self.graph.step(vertex, kubelets, step.sure(Confidence::Medium).gated(Some(gates)));
            }
            SecretFacts::CloudKeys(key) => self.cloud_keys(vertex, key),
            SecretFacts::Kubeconfig => self.kubeconfig(vertex),
            SecretFacts::Other => {}
        }
    }
}

pub(crate) fn escape_step(escape: &Escape, pod: u32) -> Step {
    Step {
        attenuated: escape.attenuated,
        ..Step::new(escape.primitive)
            .sure(escape.confidence)
            .because(Evidence::Field { object: pod, route: escape.route })
            .gated(escape.gates)
    }
}
