//! Selectors of endpoints. A key may name the source of a label (`k8s:app`, `any:app`, `reserved:host`), and some keys stand
//! for what is not a label of the pod: its namespace, that namespace's labels, its service account, its cluster.

use seawall_yaml::Node;

use super::{Front, PeerKey, Refused, Scope};
use crate::model::{NAME_LABEL, SERVICE_ACCOUNT};
use crate::selector::{Asked, LabelSelector, Operator, asked, check_key};

/// The namespace of a pod.
const NAMESPACE: &str = "io.kubernetes.pod.namespace";
/// What stands before a label of the namespace.
const NAMESPACE_LABELS: &str = "io.cilium.k8s.namespace.labels.";
/// The service account of a pod.
const ACCOUNT: &str = "io.cilium.k8s.policy.serviceaccount";
/// The cluster of a pod, where several are joined.
const CLUSTER: &str = "io.cilium.k8s.policy.cluster";

/// Where the label of a key comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// Any, which for pods is Kubernetes.
    Any,
    /// Kubernetes.
    Kubernetes,
    /// Cilium itself, for what is no pod.
    Reserved,
    /// Something that pods and entities of the model have no labels of.
    Elsewhere,
}

/// A selector as written; keys without their sources.
pub(super) struct Selector<'r> {
    parts: Vec<(Source, Asked<'r>)>,
}

impl Selector<'_> {
    fn names(&self, key: impl Fn(&str) -> bool) -> bool {
        self.parts.iter().any(|(source, part)| *source != Source::Reserved && key(part.key))
    }

    /// Whether it is bound to no namespace, so that what is no pod may be selected too.
    pub(super) fn is_free(&self, namespaced: bool) -> bool {
        self.parts.iter().any(|(source, _)| *source == Source::Reserved)
            || self.names(|key| key == NAMESPACE)
            || namespaced && self.names(|key| key.starts_with(NAMESPACE_LABELS))
    }

    /// Whether it speaks of a label of Cilium's own.
    pub(super) fn names_reserved(&self, label: &str) -> bool {
        self.parts.iter().any(|(source, part)| *source == Source::Reserved && part.key == label)
    }

    /// Whether it selects what has one label only, of Cilium's own.
    pub(super) fn selects_reserved(&self, label: &str) -> bool {
        self.parts.iter().all(|(source, part)| {
            part.holds((*source == Source::Reserved && part.key == label).then_some(""))
        })
    }

    /// Ignores the namespace that a pair asks for; says whether it was another one.
    pub(super) fn drop_namespaces(&mut self, own: &str) -> bool {
        let mut others = false;
        self.parts.retain(|(source, part)| {
            let pair = *source == Source::Kubernetes && part.key == NAMESPACE && part.is_pair;
            others |= pair && !part.values.contains(&own);
            !pair
        });
        others
    }
}

impl<'r> Front<'_, 'r, '_> {
    pub(super) fn read_selector(&mut self, node: Node<'r>) -> Result<Selector<'r>, Refused> {
        let asked = asked(node).map_err(|cause| self.reading.refuse(Some(node), &cause))?;
        let mut parts = Vec::with_capacity(asked.len());
        for part in asked {
            let (source, key) = split_source(part.key);
            check_key(key).map_err(|cause| self.reading.refuse(Some(node), &cause))?;
            if let Some(name) = key.strip_prefix("k8s.").filter(|name| is_pseudo(name)) {
                let cause = format!("`{key}` is a label that hardly any pod has: `k8s:{name}` may be meant");
                self.reading.warn(node, &cause);
            }
            if key == CLUSTER {
                self.reading.warn(node, "names of clusters are not known: every one is read as this cluster");
            }
            parts.push((source, Asked { key, ..part }));
        }
        Ok(Selector { parts })
    }

    /// A selector by plain keys, of Services, groups and nodes.
    pub(super) fn plain_selector(&mut self, node: Node<'r>) -> Result<LabelSelector, Refused> {
        let selector = self.read_selector(node)?;
        let words = &mut *self.reading.words;
        Ok(LabelSelector::of(selector.parts.iter().map(|(_, part)| part.interned(part.key, words)).collect()))
    }

    /// The pods that a selector selects, `None` when no pod can be selected; `bound` to the policy's own namespace.
    pub(super) fn pods(&mut self, selector: &Selector<'r>, bound: bool) -> Option<PeerKey> {
        let words = &mut *self.reading.words;
        let (mut scope, mut pods) = (Vec::new(), Vec::new());
        for (source, part) in &selector.parts {
            match part.key {
                _ if matches!(source, Source::Reserved | Source::Elsewhere) => {
                    if !part.holds(None) {
                        return None;
                    }
                }
                NAMESPACE => scope.push(part.interned(NAME_LABEL, words)),
                ACCOUNT => pods.push(part.interned(SERVICE_ACCOUNT, words)),
                CLUSTER if part.operator == Operator::DoesNotExist => return None,
                CLUSTER => {}
                key => match key.strip_prefix(NAMESPACE_LABELS) {
                    Some(label) => scope.push(part.interned(label, words)),
                    None => pods.push(part.interned(key, words)),
                },
            }
        }
        let pods = LabelSelector::of(pods);
        let own = self.own.as_deref().filter(|_| bound);
        if scope.is_empty()
            && let Some(own) = own
        {
            return Some(PeerKey::Pods { scope: Scope::One(words.intern(own)), pods });
        }
        if let Some(own) = own {
            let own = Asked { key: NAME_LABEL, operator: Operator::In, values: vec![own], is_pair: true };
            scope.push(own.interned(NAME_LABEL, words));
        }
        Some(PeerKey::Pods { scope: Scope::Matching(LabelSelector::of(scope)), pods })
    }
}

/// Whether a key stands for what is no label of the pod.
fn is_pseudo(key: &str) -> bool {
    matches!(key, NAMESPACE | ACCOUNT | CLUSTER) || key.starts_with(NAMESPACE_LABELS)
}

fn split_source(key: &str) -> (Source, &str) {
    match key.split_once(':') {
        None => (Source::Any, key),
        Some(("any", key)) => (Source::Any, key),
        Some(("k8s", key)) => (Source::Kubernetes, key),
        Some(("reserved", key)) => (Source::Reserved, key),
        Some((_, key)) => (Source::Elsewhere, key),
    }
}
