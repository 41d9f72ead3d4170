//! The set of resources and its indexes.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use seawall_core::{ResourceId, Subject};
use seawall_yaml::{Node, Tree};

use crate::aggregation::{Aggregation, MAX_REACHED, Reached};
use crate::variants::{nearest, speaks_for};
use crate::view::{BindingView, PodView, RoleRef, RoleView, SubjectKind};
use crate::{GroupKind, Resource, Selector};

/// What the reason begins with for which a kind is refused that is never read.
pub const LEFT_OUT: &str = "not part of a snapshot: ";

/// What is known about a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// Every object of the kind is here: an object that is not here does not exist.
    Complete,
    /// Some objects may be elsewhere: absence proves nothing.
    Partial,
    /// The kind could not be read, and why.
    Refused(String),
}

/// Collects resources and what is known of their kinds.
#[derive(Debug, Default)]
pub struct InventoryBuilder {
    resources: Vec<Resource>,
    words: HashMap<Box<str>, Arc<str>>,
    complete: bool,
    complete_kinds: BTreeSet<(String, String)>,
    partial_kinds: BTreeSet<(String, String)>,
    refused: BTreeMap<(String, String), String>,
    refused_groups: BTreeMap<String, String>,
    server_version: Option<(u32, u32)>,
    api_documents: Vec<Arc<Tree>>,
}

impl InventoryBuilder {
    /// A builder for a partial inventory.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a resource; words that repeat (kinds, namespaces) are stored once.
    pub fn push(&mut self, mut resource: Resource) {
        let id = ResourceId(u32::try_from(self.resources.len()).unwrap_or(u32::MAX));
        resource.set_id(id);
        let mut share = |word: &Arc<str>| match self.words.get(&**word) {
            Some(shared) => Arc::clone(shared),
            None => {
                self.words.insert((&**word).into(), Arc::clone(word));
                Arc::clone(word)
            }
        };
        let subject = resource.subject_mut();
        subject.api_version = share(&subject.api_version);
        subject.kind = share(&subject.kind);
        subject.namespace = subject.namespace.as_ref().map(&mut share);
        self.resources.push(resource);
    }

    /// Every kind that is neither refused nor partial is complete: the source is a cluster that answered about all of them.
    pub fn complete(&mut self) {
        self.complete = true;
    }

    /// All objects of this kind are here, unless it is refused.
    pub fn complete_kind(&mut self, kind: GroupKind<'_>) {
        if !self.complete_kinds.iter().any(|(group, name)| group == kind.group && name == kind.kind) {
            self.complete_kinds.insert((kind.group.to_owned(), kind.kind.to_owned()));
        }
    }

    /// Some objects of this kind are elsewhere (only some namespaces were read), whatever else is said of it.
    pub fn partial_kind(&mut self, kind: GroupKind<'_>) {
        self.partial_kinds.insert((kind.group.to_owned(), kind.kind.to_owned()));
    }

    /// An API group whose kinds could not even be listed: nothing is known of those that are not complete by themselves.
    pub fn refuse_group(&mut self, group: &str, reason: &str) {
        self.refused_groups.insert(group.to_owned(), reason.to_owned());
    }

    /// A kind that could not be read.
    pub fn refuse(&mut self, kind: GroupKind<'_>, reason: &str) {
        self.refused.insert((kind.group.to_owned(), kind.kind.to_owned()), reason.to_owned());
    }

    /// The version of the API server, when known.
    pub fn server_version(&mut self, major: u32, minor: u32) {
        self.server_version = Some((major, minor));
    }

    /// Adds an OpenAPI document of the API server.
    pub fn api_document(&mut self, document: Arc<Tree>) {
        self.api_documents.push(document);
    }

    /// The inventory.
    pub fn build(self) -> Inventory {
        Inventory {
            newest_kubelet: newest_kubelet(&self.resources),
            by_kind: by_kind(&self.resources),
            resources: self.resources,
            complete: self.complete,
            complete_kinds: self.complete_kinds,
            partial_kinds: self.partial_kinds,
            refused: self.refused,
            refused_groups: self.refused_groups,
            server_version: self.server_version,
            api_documents: self.api_documents,
            names: OnceLock::new(),
            by_namespace: OnceLock::new(),
            pods: OnceLock::new(),
            bindings: OnceLock::new(),
            bound_accounts: OnceLock::new(),
            aggregation: OnceLock::new(),
        }
    }
}

fn by_kind(resources: &[Resource]) -> HashMap<Box<str>, Vec<ResourceId>> {
    let mut by_kind: HashMap<Box<str>, Vec<ResourceId>> = HashMap::new();
    for resource in resources {
        match by_kind.get_mut(resource.kind()) {
            Some(ids) => ids.push(resource.id()),
            None => {
                by_kind.insert(resource.kind().into(), vec![resource.id()]);
            }
        }
    }
    by_kind
}

type NameIndex = HashMap<Identity, Vec<ResourceId>>;

/// Resources by kind and namespace.
type NamespaceIndex = HashMap<Box<str>, HashMap<Box<str>, Vec<ResourceId>>>;

/// Group, kind, namespace and name in one text.
type Identity = Box<str>;

/// Namespace, label key, label value.
type LabelPair = (Box<str>, Box<str>, Box<str>);

/// Namespace and name of a service account.
type Account = (Box<str>, Box<str>);

/// Pods by namespace and label pair: those of one pair, and all of a namespace.
#[derive(Debug, Default)]
struct PodIndex {
    by_namespace: HashMap<Box<str>, Vec<ResourceId>>,
    by_label: HashMap<LabelPair, Vec<ResourceId>>,
    by_service_account: HashMap<Account, Vec<ResourceId>>,
}

/// An immutable, indexed set of resources. Indexes are made when first asked for.
#[derive(Debug, Default)]
pub struct Inventory {
    resources: Vec<Resource>,
    by_kind: HashMap<Box<str>, Vec<ResourceId>>,
    complete: bool,
    complete_kinds: BTreeSet<(String, String)>,
    partial_kinds: BTreeSet<(String, String)>,
    refused: BTreeMap<(String, String), String>,
    refused_groups: BTreeMap<String, String>,
    server_version: Option<(u32, u32)>,
    api_documents: Vec<Arc<Tree>>,
    /// The newest version among the kubelets of nodes.
    newest_kubelet: Option<(u32, u32)>,
    names: OnceLock<NameIndex>,
    by_namespace: OnceLock<NamespaceIndex>,
    pods: OnceLock<PodIndex>,
    bindings: OnceLock<HashMap<ResourceId, Vec<ResourceId>>>,
    bound_accounts: OnceLock<HashSet<Account>>,
    aggregation: OnceLock<Aggregation>,
}

/// Roles that are made of each other.
pub struct RelatedRoles<'i> {
    /// The roles, in the order read, without the one that was asked for.
    pub roles: Vec<RoleView<'i>>,
    /// The role itself, or another of a circle that comes to the same roles, each counted with its own: what was found
    /// out for that one need not be found out again.
    pub like: ResourceId,
    /// Whether there are more than were followed ([`RelatedRoles::MAX`]): absence proves nothing.
    pub cut: bool,
}

impl RelatedRoles<'_> {
    /// How many roles are followed.
    pub const MAX: usize = MAX_REACHED;
}

/// The namespace that an unset one joins with.
const DEFAULT: &str = "default";

fn identity(kind: GroupKind<'_>, namespace: Option<&str>, name: &str) -> Identity {
    let namespace = if crate::is_cluster_scoped(kind) { "" } else { joined(namespace) };
    [kind.group, kind.kind, namespace, name].join("\0").into()
}

fn joined(namespace: Option<&str>) -> &str {
    namespace.unwrap_or(DEFAULT)
}

impl Inventory {
    /// The same inventory with one more resource, and its number. The numbers of the others stay; indexes are made anew.
    #[must_use]
    pub fn with(self, mut resource: Resource) -> (Self, ResourceId) {
        let id = ResourceId(u32::try_from(self.resources.len()).unwrap_or(u32::MAX));
        resource.set_id(id);
        let Inventory { mut resources, mut by_kind, .. } = self;
        by_kind.entry(resource.kind().into()).or_default().push(id);
        resources.push(resource);
        let with = Inventory {
            resources,
            by_kind,
            complete: self.complete,
            complete_kinds: self.complete_kinds,
            partial_kinds: self.partial_kinds,
            refused: self.refused,
            refused_groups: self.refused_groups,
            server_version: self.server_version,
            api_documents: self.api_documents,
            ..Inventory::default()
        };
        (with, id)
    }

    /// A copy with more resources, behind the others. Trees are shared, indexes are made anew.
    #[must_use]
    pub fn joined_with(&self, new: impl IntoIterator<Item = Resource>) -> Self {
        let mut resources = self.resources.clone();
        for mut resource in new {
            resource.set_id(ResourceId(u32::try_from(resources.len()).unwrap_or(u32::MAX)));
            resources.push(resource);
        }
        self.holding(resources)
    }

    /// A copy in which these stand in the place of the resources with their numbers; a number without a resource is left
    /// out. Trees are shared, indexes are made anew.
    #[must_use]
    pub fn replacing(&self, new: impl IntoIterator<Item = (ResourceId, Resource)>) -> Self {
        let mut resources = self.resources.clone();
        for (id, mut resource) in new {
            if let Some(place) = resources.get_mut(id.0 as usize) {
                resource.set_id(id);
                *place = resource;
            }
        }
        self.holding(resources)
    }

    /// The same with other resources.
    fn holding(&self, resources: Vec<Resource>) -> Self {
        Inventory {
            newest_kubelet: newest_kubelet(&resources),
            by_kind: by_kind(&resources),
            resources,
            complete: self.complete,
            complete_kinds: self.complete_kinds.clone(),
            partial_kinds: self.partial_kinds.clone(),
            refused: self.refused.clone(),
            refused_groups: self.refused_groups.clone(),
            server_version: self.server_version,
            api_documents: self.api_documents.clone(),
            ..Inventory::default()
        }
    }

    /// A builder that begins with the kinds of this inventory that are to stay: their resources, and what is known of
    /// them. What is known of the server stays.
    pub fn keeping(&self, keep: impl Fn(GroupKind<'_>) -> bool) -> InventoryBuilder {
        let stays = |(group, kind): &(String, String)| keep(GroupKind::new(group, kind));
        let kinds =
            |kinds: &BTreeSet<(String, String)>| kinds.iter().filter(|kind| stays(kind)).cloned().collect();
        let mut builder = InventoryBuilder {
            complete: self.complete,
            complete_kinds: kinds(&self.complete_kinds),
            partial_kinds: kinds(&self.partial_kinds),
            refused: self
                .refused
                .iter()
                .filter(|(kind, _)| stays(kind))
                .map(|(kind, reason)| (kind.clone(), reason.clone()))
                .collect(),
            refused_groups: self.refused_groups.clone(),
            server_version: self.server_version,
            api_documents: self.api_documents.clone(),
            ..InventoryBuilder::default()
        };
        let staying = self.resources.iter().filter(|resource| keep(resource.group_kind()));
        staying.cloned().for_each(|resource| builder.push(resource));
        builder
    }

    /// All resources, in the order read.
    pub fn resources(&self) -> &[Resource] {
        &self.resources
    }

    /// The resource with this number.
    pub fn get(&self, id: ResourceId) -> Option<&Resource> {
        self.resources.get(id.0 as usize)
    }

    /// The resources of a kind, in the order read.
    pub fn of_kind<'i>(&'i self, kind: GroupKind<'i>) -> impl Iterator<Item = &'i Resource> {
        self.of_kind_any_group(kind.kind).filter(move |resource| resource.group() == kind.group)
    }

    /// The resources of a kind in any group, in the order read.
    pub fn of_kind_any_group<'i>(&'i self, kind: &str) -> impl Iterator<Item = &'i Resource> + use<'i> {
        self.by_kind.get(kind).into_iter().flatten().filter_map(|id| self.get(*id))
    }

    /// The resources of a kind in a namespace, in the order read; an unset namespace joins with `default`.
    pub fn of_kind_in<'i>(
        &'i self,
        kind: GroupKind<'i>,
        namespace: Option<&str>,
    ) -> impl Iterator<Item = &'i Resource> + use<'i> {
        let index = self.by_namespace.get_or_init(|| {
            let mut index = NamespaceIndex::new();
            for resource in &self.resources {
                let homes = index.entry(resource.kind().into()).or_default();
                homes.entry(joined(resource.namespace()).into()).or_default().push(resource.id());
            }
            index
        });
        let ids = index.get(kind.kind).and_then(|homes| homes.get(joined(namespace)));
        let found = ids.into_iter().flatten().filter_map(|id| self.get(*id));
        found.filter(move |resource| resource.group() == kind.group)
    }

    /// What is known about a kind.
    pub fn completeness(&self, kind: GroupKind<'_>) -> Completeness {
        // Of most inventories nothing is said kind by kind, and checks ask very often.
        let says_nothing = self.refused.is_empty()
            && self.partial_kinds.is_empty()
            && self.complete_kinds.is_empty()
            && self.refused_groups.is_empty();
        if says_nothing {
            return if self.complete { Completeness::Complete } else { Completeness::Partial };
        }
        let kind = (kind.group.to_owned(), kind.kind.to_owned());
        match self.refused.get(&kind) {
            Some(reason) => Completeness::Refused(reason.clone()),
            None if self.partial_kinds.contains(&kind) => Completeness::Partial,
            None if self.complete_kinds.contains(&kind) => Completeness::Complete,
            None => match self.refused_groups.get(&kind.0) {
                Some(reason) => Completeness::Refused(reason.clone()),
                None if self.complete => Completeness::Complete,
                None => Completeness::Partial,
            },
        }
    }

    /// The kinds that are never read, because they are no state: a part of what [`Inventory::refused`] gives.
    pub fn left_out(&self) -> impl Iterator<Item = GroupKind<'_>> {
        self.refused().filter(|(_, reason)| reason.starts_with(LEFT_OUT)).map(|(kind, _)| kind)
    }

    /// The kinds that could not be read: group, kind, reason.
    pub fn refused(&self) -> impl Iterator<Item = (GroupKind<'_>, &str)> {
        self.refused.iter().map(|((group, kind), reason)| (GroupKind::new(group, kind), reason.as_str()))
    }

    /// Major and minor version of the API server, when known.
    pub fn server_version(&self) -> Option<(u32, u32)> {
        self.server_version
    }

    /// The OpenAPI documents of the API server, one a group and version, as far as they were read.
    pub fn api_documents(&self) -> &[Arc<Tree>] {
        &self.api_documents
    }

    /// The same with more OpenAPI documents, behind the others.
    #[must_use]
    pub fn described_by(mut self, documents: impl IntoIterator<Item = Arc<Tree>>) -> Self {
        self.api_documents.extend(documents);
        self
    }

    /// Whether the API server is known to be of this version or a newer one: from its own version or, where that is not
    /// here, from those of kubelets, which are never newer (Kubernetes, Version Skew Policy).
    pub fn server_is_at_least(&self, version: (u32, u32)) -> bool {
        self.server_version.or(self.newest_kubelet).is_some_and(|known| known >= version)
    }

    /// Whether two objects end up in the same namespace. An unset namespace joins with an unset one and with
    /// `default`, where kubectl puts it unless told otherwise.
    pub fn same_namespace(a: Option<&str>, b: Option<&str>) -> bool {
        joined(a) == joined(b)
    }

    /// The resource of a kind by name, the first of its variants; `namespace` is ignored for cluster-scoped kinds.
    pub fn find<'i>(
        &'i self,
        kind: GroupKind<'_>,
        namespace: Option<&str>,
        name: &str,
    ) -> Option<&'i Resource> {
        self.variants(kind, namespace, name).next()
    }

    /// The resource that a reference in `from` means: of several variants of one name (base and overlay, two rendered
    /// installations) the one in the same file, else the one whose folder is nearest.
    pub fn find_near<'i>(
        &'i self,
        from: &Resource,
        kind: GroupKind<'_>,
        namespace: Option<&str>,
        name: &str,
    ) -> Option<&'i Resource> {
        nearest(from, self.variants(kind, namespace, name))
    }

    /// All resources of one identity, in the order read.
    fn variants<'i>(
        &'i self,
        kind: GroupKind<'_>,
        namespace: Option<&str>,
        name: &str,
    ) -> impl Iterator<Item = &'i Resource> {
        let names = self.names.get_or_init(|| {
            let mut names = NameIndex::new();
            for resource in &self.resources {
                let key = identity(resource.group_kind(), resource.namespace(), resource.name());
                names.entry(key).or_default().push(resource.id());
            }
            names
        });
        let ids = names.get(&identity(kind, namespace, name));
        ids.into_iter().flatten().filter_map(|id| self.get(*id))
    }

    /// The pods (and pod templates) in the namespace of `from` that its selector selects, in the order read. Of variants
    /// of one workload only the nearest counts, and only where no variant of `from` stands nearer.
    pub fn selected_pods<'i>(&'i self, from: &Resource, selector: Selector<'_>) -> Vec<PodView<'i>> {
        let index = self.pods.get_or_init(|| self.index_pods());
        let namespace = joined(from.namespace());
        let candidates = match selector.required_pair() {
            Some((key, value)) => index.by_label.get(&(namespace.into(), key.into(), value.into())),
            None => index.by_namespace.get(namespace),
        };
        let resources = candidates.into_iter().flatten().filter_map(|id| self.get(*id));
        let meant = resources.filter(|resource| {
            let (kind, own) = (resource.group_kind(), from.group_kind());
            self.find_near(from, kind, resource.namespace(), resource.name())
                .is_some_and(|near| near.id() == resource.id())
                && speaks_for(from, self.variants(own, from.namespace(), from.name()), resource)
        });
        meant.flat_map(Resource::pods).filter(|pod| selector.matches(pod.labels())).collect()
    }

    /// The pods (and pod templates) that run as a service account, in the order read.
    pub fn pods_of_service_account<'i>(&'i self, namespace: Option<&str>, name: &str) -> Vec<PodView<'i>> {
        let index = self.pods.get_or_init(|| self.index_pods());
        let ids = index.by_service_account.get(&(joined(namespace).into(), name.into()));
        let resources = ids.into_iter().flatten().filter_map(|id| self.get(*id));
        resources.flat_map(Resource::pods).filter(|pod| pod.service_account() == name).collect()
    }

    /// Whether a binding that is here names a service account, by itself and not through a group.
    pub fn is_bound(&self, namespace: Option<&str>, name: &str) -> bool {
        let accounts = self.bound_accounts.get_or_init(|| {
            let mut accounts = HashSet::new();
            for binding in self.resources.iter().filter_map(BindingView::of) {
                let home = binding.resource().namespace();
                for subject in
                    binding.subjects().filter(|subject| subject.kind == SubjectKind::ServiceAccount)
                {
                    let namespace = joined(subject.namespace.or(home));
                    accounts.insert((namespace.into(), subject.name.into()));
                }
            }
            accounts
        });
        accounts.contains(&(joined(namespace).into(), name.into()))
    }

    fn index_pods(&self) -> PodIndex {
        let mut index = PodIndex::default();
        for resource in self.resources.iter().filter(|resource| resource.has_pods()) {
            let namespace = joined(resource.namespace());
            index.by_namespace.entry(namespace.into()).or_default().push(resource.id());
            for pod in resource.pods() {
                let account = (namespace.into(), pod.service_account().into());
                let ids = index.by_service_account.entry(account).or_default();
                if ids.last() != Some(&resource.id()) {
                    ids.push(resource.id());
                }
            }
            for (key, value) in resource.pods().flat_map(|pod| pod.labels().iter().collect::<Vec<_>>()) {
                let ids = index.by_label.entry((namespace.into(), key.into(), value.into())).or_default();
                if ids.last() != Some(&resource.id()) {
                    ids.push(resource.id());
                }
            }
        }
        index
    }

    /// The role that a binding refers to, when it is here.
    pub fn role_of<'i>(&'i self, binding: &BindingView<'_>) -> Option<RoleView<'i>> {
        let RoleRef { kind, name } = binding.role_ref()?;
        let kind = GroupKind::new("rbac.authorization.k8s.io", kind);
        let binding = binding.resource();
        RoleView::of(self.find_near(binding, kind, binding.namespace(), name)?)
    }

    /// The bindings that refer to a role, in the order read.
    pub fn bindings_of<'i>(&'i self, role: &RoleView<'_>) -> Vec<BindingView<'i>> {
        let index = self.bindings.get_or_init(|| {
            let mut index: HashMap<ResourceId, Vec<ResourceId>> = HashMap::new();
            for binding in self.resources.iter().filter_map(BindingView::of) {
                if let Some(role) = self.role_of(&binding) {
                    index.entry(role.resource().id()).or_default().push(binding.resource().id());
                }
            }
            index
        });
        let ids = index.get(&role.resource().id());
        ids.into_iter().flatten().filter_map(|id| BindingView::of(self.get(*id)?)).collect()
    }

    fn aggregation(&self) -> &Aggregation {
        self.aggregation.get_or_init(|| {
            let roles = self.of_kind(GroupKind::new("rbac.authorization.k8s.io", "ClusterRole"));
            Aggregation::of(&roles.collect::<Vec<_>>())
        })
    }

    fn related_roles(&self, reached: Reached) -> RelatedRoles<'_> {
        let Reached { roles, like, cut } = reached;
        let roles = roles.into_iter().filter_map(|id| RoleView::of(self.get(id)?)).collect();
        RelatedRoles { roles, like, cut }
    }

    /// The ClusterRoles that an aggregated ClusterRole is made of, directly or through others.
    pub fn parts_of<'i>(&'i self, role: &RoleView<'_>) -> RelatedRoles<'i> {
        self.related_roles(self.aggregation().parts_of(role.resource().id()))
    }

    /// Whether one of the ClusterRoles that a role is made of is not aggregated itself.
    pub fn has_plain_part(&self, role: &RoleView<'_>) -> bool {
        self.aggregation().has_plain_part(role.resource().id())
    }

    /// The aggregated ClusterRoles that a ClusterRole is part of, directly or through others.
    pub fn wholes_of<'i>(&'i self, role: &RoleView<'_>) -> RelatedRoles<'i> {
        self.related_roles(self.aggregation().wholes_of(role.resource().id()))
    }

    /// The controller of a resource, when it is here.
    pub fn controller_of(&self, resource: &Resource) -> Option<&Resource> {
        let owner = controller_reference(resource)?;
        let version = owner.str("apiVersion")?;
        let group = version.split_once('/').map_or("", |(group, _)| group);
        let found = self.find_near(
            resource,
            GroupKind::new(group, owner.str("kind")?),
            resource.namespace(),
            owner.str("name")?,
        )?;
        // A namesake that was made again later is another object.
        let uid = found.metadata().and_then(|metadata| metadata.str("uid"));
        (uid.is_none() || owner.str("uid").is_none() || uid == owner.str("uid")).then_some(found)
    }

    /// The controller that a resource names when it is not here; a Node, which owns static pods, does not count.
    pub fn absent_controller(&self, resource: &Resource) -> Option<Subject> {
        let owner = controller_reference(resource).filter(|owner| owner.str("kind") != Some("Node"))?;
        if self.controller_of(resource).is_some() {
            return None;
        }
        Some(Subject {
            api_version: owner.str("apiVersion")?.into(),
            kind: owner.str("kind")?.into(),
            namespace: resource.namespace().map(Into::into),
            name: owner.str("name")?.into(),
        })
    }

    /// The last controller that is here, following ownership upwards; `None` without any, and for members of a circle,
    /// which nobody owns.
    pub fn top_owner(&self, resource: &Resource) -> Option<&Resource> {
        // Pod → ReplicaSet → Deployment → custom resource → one of its own: longer chains are circles.
        const MAX_OWNERS: usize = 8;
        let mut top = self.controller_of(resource)?;
        for _ in 0..MAX_OWNERS {
            match self.controller_of(top) {
                Some(next) => top = next,
                None => return Some(top),
            }
        }
        None
    }
}

fn controller_reference(resource: &Resource) -> Option<Node<'_>> {
    resource.metadata()?.list("ownerReferences").find(|owner| owner.bool("controller") == Some(true))
}

/// The newest version among the kubelets of nodes.
fn newest_kubelet(resources: &[Resource]) -> Option<(u32, u32)> {
    let is_node = |resource: &&Resource| resource.kind() == "Node" && resource.group().is_empty();
    resources.iter().filter(is_node).filter_map(kubelet_version).max()
}

/// Major and minor of the kubelet of a node: of `v1.36.2-gke.1` they are 1 and 36.
fn kubelet_version(node: &Resource) -> Option<(u32, u32)> {
    let text = node.root().path(&["status", "nodeInfo"])?.str("kubeletVersion")?;
    let mut parts = text.strip_prefix('v')?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}
