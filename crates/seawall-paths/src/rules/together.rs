//! What several permissions open together, held by one identity or by several.
//!
//! A role that holds all of them gets a plain step. Where a role holds only a part, a conjunction is added: it is reached
//! when all premises are, by whichever identities.

use std::collections::{BTreeMap, BTreeSet};

use seawall_core::Confidence;

use crate::Primitive;
use crate::graph::{Evidence, build::Step};
use crate::names::Name;
use crate::rights::Permission;
use crate::rules::{Assembly, gate::Shut, grants::Grant, pods::escape_step};
use crate::vertex::{Place, Vertex};

use Permission as P;

/// A rule over permissions at one place; a permission at cluster scope holds in every namespace.
struct Joint {
    primitive: Primitive,
    premises: &'static [P],
    /// Permissions that only exist at cluster scope.
    opens: Opens,
}

#[derive(Clone, Copy)]
enum Opens {
    ClusterAdmin,
    NamespaceAdmin,
    Masters,
    Accounts,
    Anybody,
    UsersAndGroups,
    Kubelets,
    AccountsAndNodes,
    Nodes,
    /// The same, where policies alone keep such pods out.
    NodesPastPolicies,
    RolesOfNamespace,
    /// The pods, for who holds a node as well.
    PodsToNode,
}

const JOINTS: &[Joint] = &[
    Joint {
        primitive: Primitive::A22,
        premises: &[P::ImpersonateMasters, P::ImpersonateUser],
        opens: Opens::Masters,
    },
    Joint {
        primitive: Primitive::A22,
        premises: &[P::ImpersonateMasters, P::ImpersonateAccount],
        opens: Opens::Masters,
    },
    Joint {
        primitive: Primitive::A22,
        premises: &[P::ImpersonateGroup, P::ImpersonateUser],
        opens: Opens::UsersAndGroups,
    },
    Joint {
        primitive: Primitive::A24,
        premises: &[P::EscalateClusterRole, P::UpdateClusterRole],
        opens: Opens::ClusterAdmin,
    },
    Joint {
        primitive: Primitive::A24,
        premises: &[P::EscalateRole, P::UpdateRole],
        opens: Opens::NamespaceAdmin,
    },
    Joint {
        primitive: Primitive::A25,
        premises: &[P::CreateClusterRoleBinding, P::BindClusterRole],
        opens: Opens::ClusterAdmin,
    },
    Joint {
        primitive: Primitive::A25,
        premises: &[P::UpdateClusterRoleBinding, P::BindClusterRole],
        opens: Opens::ClusterAdmin,
    },
    Joint {
        primitive: Primitive::A25,
        premises: &[P::CreateRoleBinding, P::BindClusterRole],
        opens: Opens::NamespaceAdmin,
    },
    Joint {
        primitive: Primitive::A25,
        premises: &[P::CreateRoleBinding, P::BindRole],
        opens: Opens::RolesOfNamespace,
    },
    Joint { primitive: Primitive::A18, premises: &[P::SecretCreate, P::SecretGet], opens: Opens::Accounts },
    Joint { primitive: Primitive::A18, premises: &[P::SecretCreate, P::SecretList], opens: Opens::Accounts },
    Joint {
        primitive: Primitive::A28,
        premises: &[P::RequestCreate, P::RequestApprove, P::SignerClient],
        opens: Opens::Anybody,
    },
    Joint {
        primitive: Primitive::A29,
        premises: &[P::RequestCreate, P::RequestApprove, P::SignerKubelet],
        opens: Opens::Kubelets,
    },
    Joint {
        primitive: Primitive::A31,
        premises: &[P::MutationPolicy, P::MutationBinding],
        opens: Opens::AccountsAndNodes,
    },
    Joint { primitive: Primitive::A35, premises: &[P::NamespaceUpdate, P::PodCreate], opens: Opens::Nodes },
    Joint {
        primitive: Primitive::A35,
        premises: &[P::NamespaceUpdate, P::WorkloadCreate],
        opens: Opens::Nodes,
    },
    Joint {
        primitive: Primitive::A39,
        premises: &[P::VolumeCreate, P::ClaimCreate, P::PodCreate],
        opens: Opens::Nodes,
    },
    Joint {
        primitive: Primitive::A32,
        premises: &[P::PolicyWeaken, P::PodCreate],
        opens: Opens::NodesPastPolicies,
    },
    Joint {
        primitive: Primitive::A32,
        premises: &[P::PolicyWeaken, P::WorkloadCreate],
        opens: Opens::NodesPastPolicies,
    },
    Joint {
        primitive: Primitive::A32,
        premises: &[P::KyvernoWeaken, P::PodCreate],
        opens: Opens::NodesPastPolicies,
    },
    Joint {
        primitive: Primitive::A32,
        premises: &[P::KyvernoWeaken, P::WorkloadCreate],
        opens: Opens::NodesPastPolicies,
    },
    Joint { primitive: Primitive::A14, premises: &[P::PodBind, P::PodRemove], opens: Opens::PodsToNode },
    Joint { primitive: Primitive::A15, premises: &[P::NodeChange, P::PodRemove], opens: Opens::PodsToNode },
];

/// Permissions over objects without a namespace: they hold at cluster scope only.
const CLUSTER_ONLY: &[P] = &[
    P::ImpersonateUser,
    P::ImpersonateGroup,
    P::ImpersonateMasters,
    P::EscalateClusterRole,
    P::UpdateClusterRole,
    P::CreateClusterRoleBinding,
    P::UpdateClusterRoleBinding,
    P::RequestCreate,
    P::RequestApprove,
    P::SignerClient,
    P::SignerKubelet,
    P::MutationPolicy,
    P::MutationBinding,
    P::VolumeCreate,
    P::NodeChange,
    P::PolicyWeaken,
    P::KyvernoWeaken,
];

/// Grants by permission and place; only those for all objects join with others.
struct Index<'g> {
    whole: BTreeMap<(P, Place), Vec<&'g Grant>>,
    named: BTreeMap<P, Vec<&'g Grant>>,
}

impl<'g> Index<'g> {
    fn of(grants: &'g [Grant]) -> Self {
        let mut index = Index { whole: BTreeMap::new(), named: BTreeMap::new() };
        for grant in grants {
            match grant.names {
                None => index.whole.entry((grant.permission, grant.place)).or_default().push(grant),
                Some(_) => index.named.entry(grant.permission).or_default().push(grant),
            }
        }
        index
    }

    /// The grants that hold at a place.
    fn at(&self, permission: P, place: Place) -> impl Iterator<Item = &'g Grant> {
        let everywhere = (place != Place::Cluster).then_some(Place::Cluster);
        let places = std::iter::once(place).chain(everywhere);
        places.flat_map(move |place| self.whole.get(&(permission, place)).into_iter().flatten().copied())
    }

    /// The places where a premise is granted: what cluster scope adds everywhere needs no place of its own.
    fn places(&self, premises: &[P]) -> BTreeSet<Place> {
        let own = premises.iter().flat_map(|premise| {
            let from = (*premise, Place::Cluster);
            self.whole.range(from..).take_while(move |((permission, _), _)| permission == premise)
        });
        own.map(|((_, place), _)| *place).collect()
    }
}

impl Assembly<'_> {
    pub(crate) fn together(&mut self, grants: &[Grant]) {
        let index = Index::of(grants);
        for joint in JOINTS {
            let cluster_only = joint.premises.iter().all(|premise| CLUSTER_ONLY.contains(premise))
                || matches!(joint.opens, Opens::ClusterAdmin);
            for place in index.places(joint.premises) {
                if place == Place::Cluster || !cluster_only {
                    self.join(joint, place, &index);
                }
            }
        }
        self.named_roles(&index);
        self.named_escalation(&index);
        self.log_links(&index);
    }

    fn join(&mut self, joint: &Joint, place: Place, index: &Index<'_>) {
        let holders: Vec<Vec<&Grant>> =
            joint.premises.iter().map(|premise| index.at(*premise, place).collect()).collect();
        if holders.iter().any(Vec::is_empty) || self.is_idle(joint, place) {
            return;
        }
        let targets = self.opened_together(joint, place, index);
        if targets.is_empty() {
            return;
        }
        let whole = |rights: u32| holders.iter().all(|list| list.iter().any(|grant| grant.rights == rights));
        let needs_node = matches!(joint.opens, Opens::PodsToNode);
        let mut alone: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for grant in holders.iter().flatten().filter(|grant| whole(grant.rights)) {
            alone.entry(grant.rights).or_default().push(grant.rule);
        }
        let step = self.joint_step(joint);
        if !needs_node {
            for rules in alone.values() {
                // At cluster scope the same role opened the whole cluster already.
                let here =
                    holders.iter().flatten().any(|grant| rules.contains(&grant.rule) && grant.place == place);
                if here {
                    self.joined_alone(rules, &targets, step);
                }
            }
        }
        // Anybody who holds one of the premises then holds all of them.
        let some_is_whole =
            holders.iter().any(|list| list.iter().all(|grant| alone.contains_key(&grant.rights)));
        if some_is_whole && !needs_node {
            return;
        }
        let mut premises: Vec<u32> =
            joint.premises.iter().map(|premise| self.held(*premise, place, index)).collect();
        if needs_node {
            premises.push(self.vertex(Vertex::NodeRoot));
        }
        let all = self.graph.all(premises);
        targets.iter().for_each(|to| self.graph.step(all, *to, step));
    }

    /// One role holds all premises: a plain step from its rule, with the other rules as evidence.
    fn joined_alone(&mut self, rules: &[u32], targets: &[u32], step: Step) {
        let Some((first, others)) = rules.split_first() else { return };
        let others: BTreeSet<u32> = others.iter().copied().filter(|rule| rule != first).collect();
        let also = others.iter().next().map(|other| {
            let route = self.names.intern("rules");
            Evidence::Field { object: *other, route }
        });
        for to in targets {
            let step = Step { evidence: step.evidence.or(also), ..step };
            self.graph.step(*first, *to, step);
        }
    }

    /// The vertex of a permission at a place, with the rules that give it.
    fn held(&mut self, permission: P, place: Place, index: &Index<'_>) -> u32 {
        let place = if CLUSTER_ONLY.contains(&permission) { Place::Cluster } else { place };
        let vertex = Vertex::Held { permission, place, name: None };
        if let Some(known) = self.graph.known(vertex) {
            return known;
        }
        let vertex = self.vertex(vertex);
        for grant in index.at(permission, place) {
            self.graph.step(grant.rule, vertex, Step::structure());
        }
        vertex
    }

    /// Whether the conjunction adds nothing to what one of its premises opens anyway.
    fn is_idle(&mut self, joint: &Joint, place: Place) -> bool {
        let by = match joint.opens {
            Opens::NodesPastPolicies => [Shut::Nothing, Shut::Level],
            // A label of the namespace takes no policy away.
            Opens::Nodes if joint.primitive == Primitive::A35 => [Shut::Nothing, Shut::Policies],
            Opens::Nodes => [Shut::Nothing; 2],
            _ => return false,
        };
        by.contains(&self.gate(place).by)
    }

    fn joint_step(&mut self, joint: &Joint) -> Step {
        let step = Step::new(joint.primitive);
        match joint.primitive {
            Primitive::A31 => step.sure(Confidence::Medium),
            Primitive::A14 | Primitive::A15 | Primitive::A32 | Primitive::A39 => {
                step.sure(Confidence::Medium)
            }
            _ => step,
        }
    }

    fn opened_together(&mut self, joint: &Joint, place: Place, index: &Index<'_>) -> Vec<u32> {
        let vertices = match (joint.opens, place) {
            (Opens::ClusterAdmin, _) => vec![Vertex::ClusterAdmin],
            (Opens::NamespaceAdmin, Place::Namespace(namespace)) => vec![Vertex::NamespaceAdmin(namespace)],
            (Opens::NamespaceAdmin, Place::Cluster) => vec![Vertex::NamespaceAdmins],
            (Opens::Masters, _) => vec![Vertex::SystemMasters],
            (Opens::Accounts, _) => vec![Vertex::Accounts(place)],
            (Opens::Anybody, _) => vec![Vertex::Users, Vertex::Groups, Vertex::Accounts(Place::Cluster)],
            (Opens::UsersAndGroups, _) => vec![Vertex::Users, Vertex::Groups],
            (Opens::Kubelets, _) => vec![Vertex::Kubelets],
            (Opens::AccountsAndNodes, _) => vec![Vertex::Accounts(Place::Cluster), Vertex::Nodes],
            (Opens::Nodes | Opens::NodesPastPolicies, _) => vec![Vertex::Nodes],
            (Opens::PodsToNode, _) => vec![Vertex::Pods(place)],
            (Opens::RolesOfNamespace, _) => Vec::new(),
        };
        let mut targets: Vec<u32> = vertices.into_iter().map(|vertex| self.vertex(vertex)).collect();
        if matches!(joint.opens, Opens::RolesOfNamespace) {
            targets = self.roles_of(place, index);
        }
        targets
    }

    /// The Roles of a namespace that hold anything.
    fn roles_of(&mut self, place: Place, index: &Index<'_>) -> Vec<u32> {
        let rights = index.whole.iter().filter(|((_, at), _)| *at == place).flat_map(|(_, grants)| grants);
        let mut targets: BTreeSet<u32> = rights.map(|grant| grant.rights).collect();
        if place == Place::Cluster {
            targets.clear();
        }
        let own = self.unbound_roles(place);
        targets.extend(own);
        targets.into_iter().collect()
    }

    /// Roles of a namespace that grant everything there, bound or not.
    fn unbound_roles(&mut self, place: Place) -> Vec<u32> {
        let Place::Namespace(namespace) = place else { return Vec::new() };
        let rbac = self.rbac;
        let text = self.names.text(namespace).to_owned();
        let mut targets = Vec::new();
        for role in rbac.roles() {
            if role.namespace().is_some_and(|own| rbac.text(own) == text) {
                let holdings = self.holdings(role.rule_set());
                if holdings.everything.is_some() || holdings.admin {
                    targets.push(self.vertex(Vertex::NamespaceAdmin(namespace)));
                }
            }
        }
        targets.dedup();
        targets
    }

    /// `bind` on roles of given names, for who may also make bindings.
    fn named_roles(&mut self, index: &Index<'_>) {
        let named = index.named.get(&P::BindClusterRole).cloned().unwrap_or_default();
        for bind in named {
            let names: Vec<Name> = bind.names.iter().flatten().copied().collect();
            let mut ways: Vec<(P, Place)> = Vec::new();
            if bind.place == Place::Cluster {
                ways.push((P::CreateClusterRoleBinding, Place::Cluster));
                ways.extend(
                    index
                        .places(&[P::CreateRoleBinding])
                        .into_iter()
                        .map(|place| (P::CreateRoleBinding, place)),
                );
            } else {
                ways.push((P::CreateRoleBinding, bind.place));
            }
            for (create, place) in ways {
                if index.at(create, place).next().is_none() {
                    continue;
                }
                let targets = self.cluster_roles(&names, create, place, index);
                if targets.is_empty() {
                    continue;
                }
                let held = Vertex::Held {
                    permission: P::BindClusterRole,
                    place: bind.place,
                    name: names.first().copied(),
                };
                let held = self.vertex(held);
                self.graph.step(bind.rule, held, Step::structure());
                let create = self.held(create, place, index);
                let all = self.graph.all(vec![held, create]);
                targets.iter().for_each(|to| self.graph.step(all, *to, Step::new(Primitive::A25)));
            }
        }
    }

    /// `escalate` and a right to change on roles of given names: whoever is bound to such a role then holds everything
    /// where the binding puts it. The role that gives the right may be one of them.
    fn named_escalation(&mut self, index: &Index<'_>) {
        for (escalate, update) in
            [(P::EscalateClusterRole, P::UpdateClusterRole), (P::EscalateRole, P::UpdateRole)]
        {
            let named = index.named.get(&escalate).into_iter().chain(index.named.get(&update)).flatten();
            let rights: BTreeSet<u32> = named.map(|grant| grant.rights).collect();
            if rights.is_empty() {
                continue;
            }
            let held = |permission: P| -> Vec<&Grant> {
                let whole =
                    index.whole.iter().filter(|((own, _), _)| *own == permission).flat_map(|(_, list)| list);
                whole.chain(index.named.get(&permission).into_iter().flatten()).copied().collect()
            };
            let updates = held(update);
            for may in held(escalate).into_iter().filter(|grant| rights.contains(&grant.rights)) {
                for change in updates.iter().filter(|change| change.rights == may.rights) {
                    let names = match (&may.names, &change.names) {
                        (Some(own), Some(other)) => {
                            own.iter().filter(|name| other.contains(name)).copied().collect()
                        }
                        (Some(names), None) | (None, Some(names)) => names.to_vec(),
                        // For all objects: a joint of its own.
                        (None, None) => Vec::new(),
                    };
                    self.escalated(&names, escalate, may, change);
                }
            }
        }
    }

    fn escalated(&mut self, names: &[Name], escalate: P, may: &Grant, change: &Grant) {
        for name in names {
            let text = self.names.text(*name).to_owned();
            let namespace = match (escalate, may.place) {
                (P::EscalateClusterRole, _) => None,
                (_, Place::Namespace(namespace)) => Some(self.names.text(namespace).to_owned()),
                (_, Place::Cluster) => continue,
            };
            let Some(role) = self.rbac.find_role(namespace.as_deref(), &text) else { continue };
            let number = self.tables.role(role.id());
            for (rights, place) in self.rights_of(number) {
                let sink = match place {
                    Place::Cluster => Vertex::ClusterAdmin,
                    Place::Namespace(namespace) => Vertex::NamespaceAdmin(namespace),
                };
                let to = self.vertex(sink);
                if rights == may.rights {
                    self.joined_alone(&[may.rule, change.rule], &[to], Step::new(Primitive::A24));
                } else {
                    let all = self.graph.all(vec![may.rule, change.rule, rights]);
                    self.graph.step(all, to, Step::new(Primitive::A24));
                }
            }
        }
    }

    /// Where bindings put a role.
    fn rights_of(&self, number: u32) -> Vec<(u32, Place)> {
        let vertices = (0u32..).zip(self.graph.vertices());
        let own = vertices.filter_map(|(id, vertex)| match vertex {
            Vertex::Rights { role, place } if *role == number => Some((id, *place)),
            _ => None,
        });
        own.collect()
    }

    /// What the named ClusterRoles give where a binding of the kind puts them.
    fn cluster_roles(&mut self, roles: &[Name], create: P, place: Place, index: &Index<'_>) -> Vec<u32> {
        let rbac = self.rbac;
        let mut targets = Vec::new();
        for name in roles {
            let text = self.names.text(*name).to_owned();
            let Some(role) = rbac.find_role(None, &text) else {
                if text == "cluster-admin" {
                    targets.extend(self.everything_at(create, place));
                }
                continue;
            };
            let holdings = self.holdings(role.rule_set());
            if holdings.everything.is_some() || holdings.admin {
                targets.extend(self.everything_at(create, place));
            }
            let number = self.tables.role(role.id());
            let known = index.whole.values().flatten().map(|grant| grant.rights);
            let same = known.filter(|rights| {
                matches!(self.graph.vertices().get(*rights as usize),
                    Some(Vertex::Rights { role, place: at }) if *role == number && *at == place)
            });
            targets.extend(same.collect::<BTreeSet<u32>>());
        }
        targets.sort_unstable();
        targets.dedup();
        targets
    }

    fn everything_at(&mut self, create: P, place: Place) -> Vec<u32> {
        let vertex = match (create, place) {
            (P::CreateClusterRoleBinding, _) => Vertex::ClusterAdmin,
            (_, Place::Namespace(namespace)) => Vertex::NamespaceAdmin(namespace),
            (_, Place::Cluster) => Vertex::NamespaceAdmins,
        };
        vec![self.vertex(vertex)]
    }

    /// A link in `/var/log` of the node, read through the log of a pod (A13).
    fn log_links(&mut self, index: &Index<'_>) {
        let facts = self.facts;
        for ((kind, namespace, name), pod) in &facts.pods {
            let escapes = pod.containers.iter().flat_map(|container| {
                let own = container.escapes.iter().filter(|escape| escape.primitive == Primitive::A13);
                own.map(move |escape| (container.name, escape))
            });
            for (container, escape) in escapes {
                let place = Place::Namespace(*namespace);
                let vertex = Vertex::Pod { kind: *kind, namespace: *namespace, name: *name };
                let Some(pod_vertex) = self.graph.known(vertex) else { continue };
                let Some(from) = self.graph.known(Vertex::Container { pod: pod_vertex, name: container })
                else {
                    continue;
                };
                if index.at(P::PodLog, place).next().is_none() {
                    continue;
                }
                let held = self.held(P::PodLog, place, index);
                let all = self.graph.all(vec![from, held]);
                let to = self.vertex(Vertex::NodeFiles(pod.node));
                self.graph.step(all, to, escape_step(escape, pod_vertex));
            }
        }
    }
}
