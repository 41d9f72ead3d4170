//! The cluster as lists of what can be held.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::json::{at, list, name, namespace, of_kind, text, texts};

use super::control::{allows_all, components};
use super::fact::{Fact, Machine};
use super::operators::kyverno_refuses;
use super::pod::{Pod, pods, runs};
use super::rbac::{Binding, Role, Subject, bindings, roles};

/// All that the steps look at.
pub(super) struct World<'v> {
    pub(super) objects: &'v [Value],
    /// Of the API server, when it is known.
    pub(super) version: Option<(u32, u32)>,
    pub(super) pods: Vec<Pod<'v>>,
    pub(super) roles: Vec<Role<'v>>,
    pub(super) bindings: Vec<Binding<'v>>,
    /// Every namespace that is here, or that holds something steps are made of.
    pub(super) namespaces: BTreeSet<&'v str>,
    /// Namespace and name of every service account that is there; `default` is in every namespace.
    pub(super) accounts: BTreeSet<(&'v str, &'v str)>,
    /// The same for those that are only bound or run as.
    named: BTreeSet<(&'v str, &'v str)>,
    pub(super) users: BTreeSet<&'v str>,
    pub(super) groups: BTreeSet<&'v str>,
    /// Every node that is there or that a pod runs on.
    pub(super) nodes: BTreeSet<&'v str>,
    /// What `aws-auth` maps: the role, and the identity it is taken for.
    mapped: Vec<(String, Subject<'static>, String)>,
}

impl<'v> World<'v> {
    pub(super) fn read(objects: &'v [Value], version: Option<(u32, u32)>) -> Self {
        let roles = roles(objects);
        let bindings = bindings(objects, &roles);
        let pods = pods(objects);
        let mut world = World {
            objects,
            version,
            namespaces: namespaces(objects),
            accounts: of_kind(objects, "ServiceAccount")
                .map(|object| (namespace(object), name(object)))
                .collect(),
            named: BTreeSet::new(),
            users: BTreeSet::new(),
            // Kubelets are in it, whoever names it.
            groups: BTreeSet::from(["system:nodes"]),
            nodes: of_kind(objects, "Node").map(name).collect(),
            mapped: mapped(objects),
            pods,
            roles,
            bindings,
        };
        world.accounts.extend(world.namespaces.iter().map(|namespace| (*namespace, "default")));
        for subject in world.bindings.iter().flat_map(|binding| &binding.subjects) {
            match *subject {
                Subject::User(name) => drop(world.users.insert(name)),
                Subject::Group(name) => drop(world.groups.insert(name)),
                Subject::Account(namespace, name) => drop(world.named.insert((namespace, name))),
            }
        }
        for secret in of_kind(objects, "Secret")
            .filter(|secret| text(secret, &["type"]).ends_with("service-account-token"))
        {
            let account = text(secret, &["metadata", "annotations", "kubernetes.io/service-account.name"]);
            world.named.insert((namespace(secret), account));
        }
        for pod in &world.pods {
            world.named.insert((pod.namespace, pod.account()));
            if let Machine::Named(node) = pod.machine {
                world.nodes.insert(node);
            }
        }
        // Who asks nobody is asked by everybody.
        let asks_nobody = components(&world, "kube-apiserver").any(allows_all);
        if asks_nobody {
            world.groups.insert("system:authenticated");
        }
        world
    }

    /// Everything an attacker may start with.
    pub(super) fn starts(&self) -> Vec<Fact<'_>> {
        let mut starts = vec![Fact::Internet];
        starts.extend((0..self.pods.len()).map(Fact::Pod));
        let accounts = self.accounts.union(&self.named);
        starts.extend(accounts.map(|(namespace, name)| Fact::Account(namespace, name)));
        // Who is in `system:masters` holds the cluster by default.
        let mapped = |wanted: fn(&Subject<'_>) -> bool| {
            self.mapped.iter().filter(move |(_, kind, _)| wanted(kind)).map(|(.., name)| name.as_str())
        };
        let users: BTreeSet<&str> =
            self.persons().chain(mapped(|kind| matches!(kind, Subject::User(_)))).collect();
        starts.extend(users.into_iter().map(Fact::User));
        let groups = mapped(|kind| matches!(kind, Subject::Group(_)));
        let groups: BTreeSet<&str> = self.groups.iter().copied().chain(groups).collect();
        starts.extend(groups.into_iter().filter(|name| *name != "system:masters").map(Fact::Group));
        starts
    }

    /// The users but those of kubelets, which are what a node is and nothing without their group.
    pub(super) fn persons(&self) -> impl Iterator<Item = &'v str> {
        self.users.iter().copied().filter(|name| !name.starts_with("system:node:"))
    }

    /// A start in words.
    pub(super) fn word(&self, fact: Fact<'_>) -> String {
        match fact {
            Fact::User(name) => format!("User/{name}"),
            Fact::Group(name) => format!("Group/{name}"),
            Fact::Account(namespace, name) => format!("ServiceAccount/{namespace}/{name}"),
            Fact::Pod(number) => match self.pods.get(number) {
                Some(pod) => format!("{}/{}/{}", pod.kind, pod.namespace, pod.name),
                None => String::new(),
            },
            _ => "internet".to_owned(),
        }
    }

    /// The numbers of the pods on a machine.
    pub(super) fn pods_on(&self, machine: Machine<'_>) -> Vec<usize> {
        (0..self.pods.len())
            .filter(|number| self.pods.get(*number).is_some_and(|pod| pod.machine == machine))
            .collect()
    }

    /// All machines: the nodes, and wherever pods that are not placed will run.
    pub(super) fn machines(&self) -> BTreeSet<Machine<'_>> {
        let named = self.nodes.iter().map(|name| Machine::Named(name));
        named.chain(self.pods.iter().map(|pod| pod.machine)).collect()
    }

    /// Whether a privileged pod is let in: by the namespace's Pod Security level, and by policies that are known.
    pub(super) fn lets_privileged_in(&self, wanted: &str) -> bool {
        self.lets_by_level(wanted) && !self.refuses(wanted)
    }

    /// Whether policies keep privileged pods out; of a namespace that is not here nothing is known.
    pub(super) fn refuses(&self, wanted: &str) -> bool {
        of_kind(self.objects, "Namespace").any(|object| name(object) == wanted)
            && kyverno_refuses(self, wanted)
    }

    /// Whether the namespace's Pod Security level lets a privileged pod in.
    pub(super) fn lets_by_level(&self, wanted: &str) -> bool {
        let space = of_kind(self.objects, "Namespace").find(|object| name(object) == wanted);
        let level = space
            .map_or("", |space| text(space, &["metadata", "labels", "pod-security.kubernetes.io/enforce"]));
        level.is_empty() || level == "privileged"
    }

    /// Whether `get` opens a connection that `create` should: before 1.35, as far as is known.
    pub(super) fn opens_by_get(&self) -> bool {
        if let Some(version) = self.version {
            return version < (1, 35);
        }
        // A kubelet is never newer than the API server.
        let newest = of_kind(self.objects, "Node")
            .filter_map(|node| minor(text(node, &["status", "nodeInfo", "kubeletVersion"])))
            .max();
        newest.is_none_or(|minor| minor < 35)
    }

    /// The identities that the cluster takes a cloud role for.
    pub(super) fn taken_for(&self, role: &str) -> Vec<Fact<'_>> {
        let mapped = self.mapped.iter().filter(|(own, ..)| own == role);
        mapped
            .map(|(_, kind, name)| match kind {
                Subject::Group(_) if name == "system:masters" => Fact::SystemMasters,
                Subject::Group(_) => Fact::Group(name),
                _ => Fact::User(name),
            })
            .collect()
    }

    /// An object by kind, namespace and name.
    pub(super) fn find(&self, kind: &str, space: &str, wanted: &str) -> Option<&'v Value> {
        of_kind(self.objects, kind).find(|object| namespace(object) == space && name(object) == wanted)
    }

    /// Whether a machine runs the control plane: by label or taint.
    pub(super) fn is_control_plane(&self, machine: Machine<'_>) -> bool {
        const ROLES: &[&str] = &["node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"];
        let Machine::Named(wanted) = machine else { return false };
        of_kind(self.objects, "Node").filter(|node| name(node) == wanted).any(|node| {
            ROLES.iter().any(|role| {
                at(node, &["metadata", "labels", role]).is_some()
                    || list(node, &["spec", "taints"]).iter().any(|taint| text(taint, &["key"]) == *role)
            })
        })
    }
}

fn minor(version: &str) -> Option<u32> {
    version.strip_prefix("v1.")?.split('.').next()?.parse().ok()
}

/// The namespaces that are here or that hold something steps are made of.
fn namespaces(objects: &[Value]) -> BTreeSet<&str> {
    const INSIDE: &[&str] = &["ServiceAccount", "Secret", "RoleBinding"];
    let spaces = of_kind(objects, "Namespace").map(name);
    let inside = objects.iter().filter(|object| INSIDE.contains(&text(object, &["kind"])) || runs(object));
    spaces.chain(inside.map(namespace)).collect()
}

fn mapped(objects: &[Value]) -> Vec<(String, Subject<'static>, String)> {
    let auth = of_kind(objects, "ConfigMap")
        .find(|object| namespace(object) == "kube-system" && name(object) == "aws-auth");
    let Some(auth) = auth else { return Vec::new() };
    let entries: Value = serde_json::from_str(text(auth, &["data", "mapRoles"])).unwrap_or(Value::Null);
    let mut mapped = Vec::new();
    for entry in list(&entries, &[]) {
        let role = text(entry, &["rolearn"]);
        for group in texts(entry, &["groups"]) {
            mapped.push((role.to_owned(), Subject::Group(""), group.to_owned()));
        }
        match text(entry, &["username"]) {
            "" => {}
            user => mapped.push((role.to_owned(), Subject::User(""), user.to_owned())),
        }
    }
    mapped
}
