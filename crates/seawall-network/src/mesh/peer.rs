//! PeerAuthentication: whether a workload takes plaintext.
//!
//! Source: `security/v1beta1/peer_authentication.proto` of istio/api, `ComposePeerAuthentication` of istio/istio. The
//! narrowest scope decides (workload, namespace, mesh), of several of one scope the oldest, `UNSET` is what the next wider
//! scope says, and `PERMISSIVE` holds where nobody says anything. A selector in the root namespace selects nothing.

use std::collections::BTreeMap;

use seawall_core::{Problem, Route};
use seawall_inventory::{Labels, Place, Resource};
use seawall_yaml::Node;

use super::reading::{MatchLabels, Reading, Refused};

/// What a workload takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MtlsMode {
    /// Plaintext only; a ztunnel takes mutual TLS all the same.
    Disable,
    /// Both.
    #[default]
    Permissive,
    /// Mutual TLS only.
    Strict,
}

impl MtlsMode {
    /// As the API writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            MtlsMode::Disable => "DISABLE",
            MtlsMode::Permissive => "PERMISSIVE",
            MtlsMode::Strict => "STRICT",
        }
    }
}

#[derive(Debug)]
pub(super) struct PeerAuthentication {
    pub(super) resource: Resource,
    namespace: Box<str>,
    selector: MatchLabels,
    /// `None`: unset.
    mode: Option<MtlsMode>,
    ports: BTreeMap<u16, Option<MtlsMode>>,
    /// As written, which sorts by time; `None` where the object says none.
    created: Option<Box<str>>,
}

/// A PeerAuthentication by its place in the list of a mesh.
pub(super) type PeerId = usize;

/// What holds for a workload.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Effective {
    mode: MtlsMode,
    /// Who says so; `None` for the default.
    by: Option<PeerId>,
    /// Ports with a mode of their own, all said by this object.
    ports: Option<(PeerId, BTreeMap<u16, MtlsMode>)>,
    /// Objects that lost against one of the same scope.
    pub(super) outdone: Vec<PeerId>,
}

impl Effective {
    /// What a port takes, and the object that says so.
    /// Without a port: what ports take that have no mode of their own.
    pub(super) fn of_port(&self, port: Option<u16>) -> (MtlsMode, Option<PeerId>) {
        let own = self.ports.as_ref().zip(port);
        let own = own.and_then(|((by, ports), port)| Some((*ports.get(&port)?, Some(*by))));
        own.unwrap_or((self.mode, self.by))
    }

    /// Every object that decides something here.
    pub(super) fn mentioned(&self) -> impl Iterator<Item = PeerId> + '_ {
        self.by.into_iter().chain(self.ports.iter().map(|(by, _)| *by)).chain(self.outdone.iter().copied())
    }

    /// The ports with a mode of their own.
    pub(super) fn ports(&self) -> impl Iterator<Item = (u16, MtlsMode)> + '_ {
        self.ports.iter().flat_map(|(_, ports)| ports.iter().map(|(port, mode)| (*port, *mode)))
    }
}

impl PeerAuthentication {
    pub(super) fn read(resource: &Resource, problems: &mut Vec<Problem>) -> Option<Self> {
        read(&mut Reading::new(resource, problems)).ok()
    }

    /// Whether it is for workloads with certain labels.
    pub(super) fn has_selector(&self) -> bool {
        !self.selector.is_everything()
    }

    /// Whether it sets any mode at all.
    pub(super) fn says_something(&self) -> bool {
        self.mode.is_some() || self.ports.values().any(Option::is_some)
    }

    /// The field that decides a port, for evidence.
    pub(super) fn place(&self, port: Option<u16>) -> Place {
        let mode = Route::root().keys(&["spec", "mtls", "mode"]);
        let own = port.filter(|port| self.ports.contains_key(port));
        let route = match own {
            Some(port) => Route::root().keys(&["spec", "portLevelMtls", &port.to_string()]),
            None if self.resource.root().at(&mode).is_some() => mode,
            None => Route::root().key("spec"),
        };
        Place { resource: self.resource.id(), route }
    }
}

fn read(reading: &mut Reading<'_, '_>) -> Result<PeerAuthentication, Refused> {
    let resource = reading.resource;
    let root = resource.root();
    let mut read = PeerAuthentication {
        resource: resource.clone(),
        namespace: resource.namespace().unwrap_or(crate::model::DEFAULT_NAMESPACE).into(),
        selector: MatchLabels::default(),
        mode: None,
        ports: BTreeMap::new(),
        created: root.path(&["metadata", "creationTimestamp"]).and_then(Node::as_str).map(Into::into),
    };
    let Some(spec) = reading.object(root, "spec")? else { return Ok(read) };
    reading.know(spec, &["selector", "mtls", "portLevelMtls", "portLevelTls"]);
    read.selector = reading.selector(spec)?.unwrap_or_default();
    read.mode = mode(reading, reading_field(spec, "mtls"))?;
    let Some(ports) = reading.object(spec, "portLevelMtls")? else { return Ok(read) };
    if read.selector.is_everything() {
        let cause = "`portLevelMtls` needs a `selector` with labels";
        return Err(reading.refuse(Some(ports), cause));
    }
    if ports.is_empty() {
        return Err(reading.refuse(Some(ports), "`portLevelMtls` must name a port"));
    }
    for (key, value) in ports.entries() {
        let Some(port) = key.parse::<u16>().ok().filter(|port| *port > 0) else {
            return Err(reading.refuse(Some(value), &format!("`{key}` is no port from 1 to 65535")));
        };
        let mode = mode(reading, Some(value))?;
        read.ports.insert(port, mode);
    }
    Ok(read)
}

fn reading_field<'r>(spec: Node<'r>, key: &str) -> Option<Node<'r>> {
    spec.get(key).filter(|node| !node.is_null())
}

fn mode<'r>(reading: &mut Reading<'r, '_>, mtls: Option<Node<'r>>) -> Result<Option<MtlsMode>, Refused> {
    let Some(mtls) = mtls else { return Ok(None) };
    if !mtls.is_map() {
        return Err(reading.refuse(Some(mtls), "a mode must be written as `mode: STRICT`"));
    }
    reading.know(mtls, &["mode"]);
    match mtls.get("mode").map(|node| (node, node.as_str())) {
        None | Some((_, Some("UNSET"))) => Ok(None),
        Some((_, Some("DISABLE"))) => Ok(Some(MtlsMode::Disable)),
        Some((_, Some("PERMISSIVE"))) => Ok(Some(MtlsMode::Permissive)),
        Some((_, Some("STRICT"))) => Ok(Some(MtlsMode::Strict)),
        Some((node, _)) => {
            let cause = "the mode is none of `UNSET`, `DISABLE`, `PERMISSIVE` and `STRICT`";
            Err(reading.refuse(Some(node), cause))
        }
    }
}

/// All PeerAuthentications, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Peers {
    items: Vec<PeerAuthentication>,
    by_namespace: BTreeMap<Box<str>, Vec<PeerId>>,
}

impl Peers {
    pub(super) fn new(mut items: Vec<PeerAuthentication>) -> Self {
        // Equal or unknown ages: by name, as Istio orders what is of one age.
        items.sort_by(|a, b| {
            let key = |one: &PeerAuthentication| {
                (
                    one.created.is_none(),
                    one.created.clone(),
                    one.resource.name().to_owned(),
                    one.namespace.clone(),
                )
            };
            key(a).cmp(&key(b))
        });
        let mut by_namespace: BTreeMap<Box<str>, Vec<PeerId>> = BTreeMap::new();
        for (id, item) in items.iter().enumerate() {
            by_namespace.entry(item.namespace.clone()).or_default().push(id);
        }
        Peers { items, by_namespace }
    }

    pub(super) fn get(&self, id: PeerId) -> Option<&PeerAuthentication> {
        self.items.get(id)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (PeerId, &PeerAuthentication)> {
        self.items.iter().enumerate()
    }

    fn in_namespace(&self, namespace: &str) -> impl Iterator<Item = (PeerId, &PeerAuthentication)> {
        let ids = self.by_namespace.get(namespace).into_iter().flatten();
        ids.filter_map(|id| Some((*id, self.items.get(*id)?)))
    }

    /// What holds for a workload.
    pub(super) fn effective(&self, root: &str, namespace: &str, labels: Labels<'_>) -> Effective {
        let mut effective = Effective::default();
        let mesh = self.in_namespace(root).filter(|(_, one)| !one.has_selector());
        effective.take(mesh);
        if namespace == root {
            return effective;
        }
        let plain = self.in_namespace(namespace).filter(|(_, one)| !one.has_selector());
        effective.take(plain);
        let own = |one: &PeerAuthentication| one.has_selector() && one.selector.selects(labels);
        let narrow = effective.take(self.in_namespace(namespace).filter(|(_, one)| own(one)));
        if let Some((id, one)) = narrow.filter(|(_, one)| !one.ports.is_empty()) {
            let mode = effective.mode;
            let ports = one.ports.iter().map(|(port, own)| (*port, own.unwrap_or(mode))).collect();
            effective.ports = Some((id, ports));
        }
        effective
    }
}

impl Effective {
    /// Takes what the oldest of one scope says, and gives it back.
    fn take<'p>(
        &mut self,
        scope: impl Iterator<Item = (PeerId, &'p PeerAuthentication)>,
    ) -> Option<(PeerId, &'p PeerAuthentication)> {
        let mut scope = scope;
        let (id, oldest) = scope.next()?;
        self.outdone.extend(scope.map(|(id, _)| id));
        if let Some(mode) = oldest.mode {
            (self.mode, self.by) = (mode, Some(id));
        }
        Some((id, oldest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mesh::testing::resources;

    fn peers(text: &str) -> (Peers, Vec<Problem>) {
        let mut problems = Vec::new();
        let read =
            resources(text).iter().filter_map(|one| PeerAuthentication::read(one, &mut problems)).collect();
        (Peers::new(read), problems)
    }

    fn object(namespace: &str, name: &str, created: &str, spec: &str) -> String {
        let created =
            if created.is_empty() { String::new() } else { format!(", creationTimestamp: \"{created}\"") };
        format!(
            "apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {{name: {name}, namespace: \
             {namespace}{created}}}\nspec: {spec}\n---\n"
        )
    }

    fn modes(text: &str, namespace: &str, ports: &[u16]) -> Vec<MtlsMode> {
        let pod = resources("apiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: {app: web}}\nspec: {}\n");
        let effective = peers(text).0.effective("istio-system", namespace, pod[0].labels());
        ports.iter().map(|port| effective.of_port(Some(*port)).0).collect()
    }

    #[test]
    fn the_narrowest_scope_decides() {
        let mesh = object("istio-system", "default", "", "{mtls: {mode: STRICT}}");
        let namespace = object("a", "default", "", "{mtls: {mode: DISABLE}}");
        let workload =
            object("a", "web", "", "{selector: {matchLabels: {app: web}}, mtls: {mode: PERMISSIVE}}");
        let other = object("a", "db", "", "{selector: {matchLabels: {app: db}}, mtls: {mode: STRICT}}");
        assert_eq!(modes("", "a", &[80]), [MtlsMode::Permissive]);
        assert_eq!(modes(&mesh, "a", &[80]), [MtlsMode::Strict]);
        assert_eq!(modes(&[mesh.clone(), namespace.clone()].concat(), "a", &[80]), [MtlsMode::Disable]);
        assert_eq!(modes(&[mesh.clone(), namespace.clone()].concat(), "b", &[80]), [MtlsMode::Strict]);
        assert_eq!(modes(&[mesh, namespace, workload, other].concat(), "a", &[80]), [MtlsMode::Permissive]);
    }

    #[test]
    fn unset_is_what_the_wider_scope_says() {
        let mesh = object("istio-system", "default", "", "{mtls: {mode: STRICT}}");
        let namespace = object("a", "default", "", "{mtls: {mode: UNSET}}");
        let spec = "{selector: {matchLabels: {app: web}}, portLevelMtls: {8080: {mode: DISABLE}, 9090: {mode: UNSET}}}";
        let workload = object("a", "web", "", spec);
        let text = [mesh, namespace, workload].concat();
        assert_eq!(
            modes(&text, "a", &[80, 8080, 9090]),
            [MtlsMode::Strict, MtlsMode::Disable, MtlsMode::Strict]
        );
    }

    #[test]
    fn the_oldest_of_one_scope_wins() {
        let young = object("a", "a", "2026-02-01T00:00:00Z", "{mtls: {mode: STRICT}}");
        let old = object("a", "z", "2026-01-01T00:00:00Z", "{mtls: {mode: DISABLE}}");
        assert_eq!(modes(&[young, old].concat(), "a", &[80]), [MtlsMode::Disable]);
        let (b, a) = (object("a", "b", "", "{mtls: {mode: STRICT}}"), object("a", "a", "", "{}"));
        assert_eq!(modes(&[b, a].concat(), "a", &[80]), [MtlsMode::Permissive]);
    }

    #[test]
    fn a_selector_in_the_root_namespace_selects_nothing() {
        let spec = "{selector: {matchLabels: {app: web}}, mtls: {mode: STRICT}}";
        for namespace in ["a", "istio-system"] {
            let text = object("istio-system", "web", "", spec);
            assert_eq!(modes(&text, namespace, &[80]), [MtlsMode::Permissive], "{namespace}");
        }
    }

    #[test]
    fn what_is_refused_is_not_in_force() {
        for (spec, cause) in [
            ("{mtls: {mode: strict}}", "the mode is none of"),
            ("{mtls: STRICT}", "a mode must be written as"),
            ("{portLevelMtls: {80: {mode: STRICT}}}", "needs a `selector`"),
            ("{selector: {matchLabels: {app: web}}, portLevelMtls: {}}", "must name a port"),
            ("{selector: {matchLabels: {app: web}}, portLevelMtls: {0: {mode: STRICT}}}", "`0` is no port"),
            ("{selector: {matchLabels: {app: 'w*'}}, mtls: {mode: STRICT}}", "no `*`"),
        ] {
            let (peers, problems) = peers(&object("a", "x", "", spec));
            assert_eq!(peers.iter().count(), 0, "{spec}");
            assert!(problems.iter().any(|one| one.message.contains(cause)), "{spec}: {problems:?}");
        }
        let (peers, problems) = peers(&object("a", "x", "", "{mtl: {mode: STRICT}}"));
        assert_eq!((peers.iter().count(), problems.len()), (1, 1), "{problems:?}");
    }
}
