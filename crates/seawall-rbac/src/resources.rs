//! What people write for a resource: `deploy`, `deployments.apps`, `pods/exec`, `/healthz`.

use seawall_inventory::{GroupKind, Inventory};
use seawall_yaml::Node;

use crate::Request;

/// Resource, singular or short names, API group, whether it has a namespace (`kubectl api-resources` of 1.36).
const BUILT_IN: &[(&str, &str, &str, bool)] = &[
    ("bindings", "binding", "", true),
    ("componentstatuses", "componentstatus cs", "", false),
    ("configmaps", "configmap cm", "", true),
    ("endpoints", "ep", "", true),
    ("events", "event ev", "", true),
    ("groups", "group", "", false),
    ("limitranges", "limitrange limits", "", true),
    ("namespaces", "namespace ns", "", false),
    ("nodes", "node no", "", false),
    ("persistentvolumeclaims", "persistentvolumeclaim pvc", "", true),
    ("persistentvolumes", "persistentvolume pv", "", false),
    ("pods", "pod po", "", true),
    ("podtemplates", "podtemplate", "", true),
    ("replicationcontrollers", "replicationcontroller rc", "", true),
    ("resourcequotas", "resourcequota quota", "", true),
    ("secrets", "secret", "", true),
    ("serviceaccounts", "serviceaccount sa", "", true),
    ("services", "service svc", "", true),
    ("users", "user", "", false),
    ("mutatingadmissionpolicies", "mutatingadmissionpolicy", "admissionregistration.k8s.io", false),
    (
        "mutatingadmissionpolicybindings",
        "mutatingadmissionpolicybinding",
        "admissionregistration.k8s.io",
        false,
    ),
    ("mutatingwebhookconfigurations", "mutatingwebhookconfiguration", "admissionregistration.k8s.io", false),
    ("validatingadmissionpolicies", "validatingadmissionpolicy", "admissionregistration.k8s.io", false),
    (
        "validatingadmissionpolicybindings",
        "validatingadmissionpolicybinding",
        "admissionregistration.k8s.io",
        false,
    ),
    (
        "validatingwebhookconfigurations",
        "validatingwebhookconfiguration",
        "admissionregistration.k8s.io",
        false,
    ),
    ("customresourcedefinitions", "customresourcedefinition crd crds", "apiextensions.k8s.io", false),
    ("apiservices", "apiservice", "apiregistration.k8s.io", false),
    ("controllerrevisions", "controllerrevision", "apps", true),
    ("daemonsets", "daemonset ds", "apps", true),
    ("deployments", "deployment deploy", "apps", true),
    ("replicasets", "replicaset rs", "apps", true),
    ("statefulsets", "statefulset sts", "apps", true),
    ("selfsubjectreviews", "selfsubjectreview", "authentication.k8s.io", false),
    ("tokenreviews", "tokenreview", "authentication.k8s.io", false),
    ("uids", "uid", "authentication.k8s.io", false),
    ("userextras", "userextra", "authentication.k8s.io", false),
    ("localsubjectaccessreviews", "localsubjectaccessreview", "authorization.k8s.io", true),
    ("selfsubjectaccessreviews", "selfsubjectaccessreview", "authorization.k8s.io", false),
    ("selfsubjectrulesreviews", "selfsubjectrulesreview", "authorization.k8s.io", false),
    ("subjectaccessreviews", "subjectaccessreview", "authorization.k8s.io", false),
    ("horizontalpodautoscalers", "horizontalpodautoscaler hpa", "autoscaling", true),
    ("cronjobs", "cronjob cj", "batch", true),
    ("jobs", "job", "batch", true),
    ("certificatesigningrequests", "certificatesigningrequest csr", "certificates.k8s.io", false),
    ("clustertrustbundles", "clustertrustbundle", "certificates.k8s.io", false),
    ("signers", "signer", "certificates.k8s.io", false),
    ("leases", "lease", "coordination.k8s.io", true),
    ("endpointslices", "endpointslice", "discovery.k8s.io", true),
    ("flowschemas", "flowschema", "flowcontrol.apiserver.k8s.io", false),
    ("prioritylevelconfigurations", "prioritylevelconfiguration", "flowcontrol.apiserver.k8s.io", false),
    ("nodes", "nodemetrics", "metrics.k8s.io", false),
    ("ingressclasses", "ingressclass", "networking.k8s.io", false),
    ("ingresses", "ingress ing", "networking.k8s.io", true),
    ("ipaddresses", "ipaddress ip", "networking.k8s.io", false),
    ("networkpolicies", "networkpolicy netpol", "networking.k8s.io", true),
    ("servicecidrs", "servicecidr", "networking.k8s.io", false),
    ("runtimeclasses", "runtimeclass", "node.k8s.io", false),
    ("poddisruptionbudgets", "poddisruptionbudget pdb", "policy", true),
    ("clusterrolebindings", "clusterrolebinding", "rbac.authorization.k8s.io", false),
    ("clusterroles", "clusterrole", "rbac.authorization.k8s.io", false),
    ("rolebindings", "rolebinding", "rbac.authorization.k8s.io", true),
    ("roles", "role", "rbac.authorization.k8s.io", true),
    ("deviceclasses", "deviceclass", "resource.k8s.io", false),
    ("resourceclaims", "resourceclaim", "resource.k8s.io", true),
    ("resourceclaimtemplates", "resourceclaimtemplate", "resource.k8s.io", true),
    ("resourceslices", "resourceslice", "resource.k8s.io", false),
    ("priorityclasses", "priorityclass pc", "scheduling.k8s.io", false),
    ("csidrivers", "csidriver", "storage.k8s.io", false),
    ("csinodes", "csinode", "storage.k8s.io", false),
    ("csistoragecapacities", "csistoragecapacity", "storage.k8s.io", true),
    ("storageclasses", "storageclass sc", "storage.k8s.io", false),
    ("volumeattachments", "volumeattachment", "storage.k8s.io", false),
    ("volumeattributesclasses", "volumeattributesclass vac", "storage.k8s.io", false),
    ("storageversionmigrations", "storageversionmigration", "storagemigration.k8s.io", false),
];

/// Whether a resource (or its subresource) lies in namespaces; those that are not built in do as far as is known.
pub(crate) fn is_namespaced(group: &str, resource: &str) -> bool {
    let resource = resource.split('/').next().unwrap_or("");
    let built_in = BUILT_IN.iter().find(|(plural, _, of, _)| *of == group && *plural == resource);
    built_in.is_none_or(|(_, _, _, namespaced)| *namespaced)
}

/// A resource that somebody wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// A path that is no resource.
    Path(String),
    /// A resource.
    Resource {
        /// Its API group.
        group: String,
        /// `pods`, or `pods/exec`.
        resource: String,
        /// Whether it has a namespace; `None` when nothing says.
        namespaced: Option<bool>,
    },
}

impl Written {
    /// Reads `pods`, `po`, `pods/exec`, `deployments.apps`, `deployments.apps/scale`, `*` or `/path`. Without a group the
    /// built-in resource of the name is meant, else the custom one that a CustomResourceDefinition of the inventory
    /// defines, else one of the core group.
    pub fn parse(text: &str, inventory: &Inventory) -> Self {
        if text.starts_with('/') {
            return Written::Path(text.to_owned());
        }
        let (name, sub) = text.split_once('/').map_or((text, None), |(name, sub)| (name, Some(sub)));
        let (name, asked) = name.split_once('.').map_or((name, None), |(name, group)| (name, Some(group)));
        let named = |names: &str| names.split(' ').any(|other| other == name);
        let fits = |group: &str| asked.is_none_or(|asked| asked == group);
        let built_in = BUILT_IN
            .iter()
            .find(|(plural, others, group, _)| fits(group) && (*plural == name || named(others)))
            .map(|(plural, _, group, namespaced)| {
                ((*group).to_owned(), (*plural).to_owned(), Some(*namespaced))
            });
        let (group, resource, namespaced) = built_in
            .or_else(|| custom(name, asked, inventory))
            .unwrap_or_else(|| (asked.unwrap_or("").to_owned(), name.to_owned(), None));
        let resource = match sub {
            Some(sub) => format!("{resource}/{sub}"),
            None => resource,
        };
        Written::Resource { group, resource, namespaced }
    }

    /// The request for it, without a namespace and a name.
    pub fn request(&self, verb: &str) -> Request {
        match self {
            Written::Path(path) => Request::path(verb, path),
            Written::Resource { group, resource, .. } => Request::resource(verb, group, resource),
        }
    }
}

/// What a CustomResourceDefinition calls so.
fn custom(name: &str, asked: Option<&str>, inventory: &Inventory) -> Option<(String, String, Option<bool>)> {
    let crds = inventory.of_kind_any_group("CustomResourceDefinition");
    let crds = crds
        .filter(|crd| crd.group_kind() == GroupKind::new("apiextensions.k8s.io", "CustomResourceDefinition"));
    let mut found = crds.filter_map(|crd| {
        let spec = crd.root().get("spec")?;
        let (group, names) = (spec.str("group")?, spec.get("names")?);
        let plural = names.str("plural")?;
        let short = names.list("shortNames").filter_map(Node::as_str).any(|short| short == name);
        let meant = plural == name || names.str("singular") == Some(name) || short;
        let here = asked.is_none_or(|asked| asked == group);
        (meant && here)
            .then(|| (group.to_owned(), plural.to_owned(), Some(spec.str("scope") != Some("Cluster"))))
    });
    found.next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_kubectl_does() {
        let none = Inventory::default();
        for (text, group, resource) in [
            ("pods", "", "pods"),
            ("po", "", "pods"),
            ("pods/exec", "", "pods/exec"),
            ("deploy", "apps", "deployments"),
            ("deployments.apps/scale", "apps", "deployments/scale"),
            ("pods.metrics.k8s.io", "metrics.k8s.io", "pods"),
            ("widgets.example.com", "example.com", "widgets"),
            ("widgets", "", "widgets"),
            ("*", "", "*"),
        ] {
            let Written::Resource { group: got, resource: name, .. } = Written::parse(text, &none) else {
                panic!("{text}")
            };
            assert_eq!((got.as_str(), name.as_str()), (group, resource), "{text}");
        }
        assert_eq!(Written::parse("/healthz", &none), Written::Path("/healthz".into()));
        assert!(BUILT_IN.is_sorted_by_key(|(plural, _, group, _)| (*group, *plural)));
    }
}
