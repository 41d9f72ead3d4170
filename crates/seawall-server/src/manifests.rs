//! The webhook configurations that make an API server ask.

use std::fmt::Write as _;

use seawall_policy::admission::Operation;
use seawall_policy::vap::ResourceRule;

use crate::exempt::{BUILT_IN, Exemptions, Exempts};
use crate::judge::{DEFAULTS_LABEL, Hook};
use crate::review::json_text;

/// What the configurations are to say.
#[derive(Clone, Debug)]
pub struct Manifests {
    /// The service that the server is behind.
    pub service: String,
    /// Its namespace.
    pub namespace: String,
    /// Its port.
    pub port: u16,
    /// Where the server is found that is behind no service: `https://host:port`. Then service and port do not count.
    pub url: Option<String>,
    /// What is trusted, PEM. Without it the field is left out: whoever fills it in keeps it when this is applied again.
    pub bundle: Option<String>,
    /// What may be changed; nobody is asked to when that is nothing.
    pub changed: Changed,
    /// What is never judged.
    pub exemptions: Exemptions,
}

/// What may be changed.
#[derive(Clone, Debug, Default)]
pub struct Changed {
    /// What policies speak about.
    pub policies: Vec<ResourceRule>,
    /// Which new pods get secure defaults.
    pub pods: Pods,
    /// Whether tags of images become digests, in pods and in whatever makes them.
    pub images: bool,
}

/// Which new pods get secure defaults.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pods {
    /// None.
    #[default]
    None,
    /// Those of namespaces that ask for it by their label.
    Labelled,
    /// All that any rule or label may name.
    All,
}

impl Changed {
    fn rules(&self) -> Vec<ResourceRule> {
        let new = [Operation::Create];
        let written = [Operation::Create, Operation::Update];
        let mut rules = self.policies.clone();
        if self.pods != Pods::None && !self.images {
            rules.push(namespaced(&new, "", &["pods"]));
        }
        if self.images {
            let core = ["pods", "pods/ephemeralcontainers", "podtemplates", "replicationcontrollers"];
            rules.push(namespaced(&written, "", &core));
            let apps = ["daemonsets", "deployments", "replicasets", "statefulsets"];
            rules.push(namespaced(&written, "apps", &apps));
            rules.push(namespaced(&written, "batch", &["cronjobs", "jobs"]));
        }
        let mut each: Vec<ResourceRule> = Vec::with_capacity(rules.len());
        for rule in rules {
            if !each.contains(&rule) {
                each.push(rule);
            }
        }
        each
    }

    /// Whether the label of a namespace decides alone whether anybody is asked.
    fn is_by_label(&self) -> bool {
        self.policies.is_empty() && self.pods == Pods::Labelled && !self.images
    }
}

/// What is written in namespaces, in version 1 of a group.
fn namespaced(operations: &[Operation], group: &str, resources: &[&str]) -> ResourceRule {
    ResourceRule {
        operations: operations.to_vec(),
        groups: vec![group.to_owned()],
        versions: vec!["v1".to_owned()],
        resources: resources.iter().map(|&resource| resource.to_owned()).collect(),
        namespaced: Some(true),
    }
}

/// The label by which a namespace asks that nothing happens in it while the server is down.
pub const OPT_IN: &str = "admission.seawall.dev/enforce";

/// An entry of a configuration.
struct Entry {
    name: &'static str,
    /// Whether the namespace must have asked for it.
    opted_in: bool,
    failure_policy: &'static str,
    why: &'static str,
}

/// Every request meets one entry: namespaces that opted in the second, everything else the first.
const ENTRIES: [Entry; 2] = [
    Entry {
        name: "admission.seawall.dev",
        opted_in: false,
        failure_policy: "Ignore",
        why: "Namespaces that did not opt in, and what is in no namespace: when the server is down they go on unjudged.",
    },
    Entry {
        name: "enforce.admission.seawall.dev",
        opted_in: true,
        failure_policy: "Fail",
        why: "Namespaces that opted in: when the server is down nothing is created or changed in them.",
    },
];

impl Manifests {
    /// The configurations as YAML.
    pub fn to_yaml(&self) -> String {
        let mut out = String::new();
        let any = |word: &str| vec![word.to_owned()];
        let everything = ResourceRule {
            operations: vec![Operation::Create, Operation::Update],
            groups: any("*"),
            versions: any("*"),
            resources: any("*/*"),
            namespaced: None,
        };
        // A Namespace has itself for its namespace: whoever labels it has it judged all the same.
        let namespaces = ResourceRule {
            resources: vec!["namespaces".to_owned(), "namespaces/*".to_owned()],
            namespaced: Some(false),
            groups: any(""),
            ..everything.clone()
        };
        self.configuration(Hook::Validate, &[everything, namespaces], &mut out);
        let changed = self.changed.rules();
        if !changed.is_empty() {
            self.configuration(Hook::Mutate, &changed, &mut out);
        }
        out
    }

    fn configuration(&self, hook: Hook, rules: &[ResourceRule], out: &mut String) {
        let kind = match hook {
            Hook::Mutate => "MutatingWebhookConfiguration",
            Hook::Validate => "ValidatingWebhookConfiguration",
        };
        _ = write!(
            out,
            "---\napiVersion: admissionregistration.k8s.io/v1\nkind: {kind}\nmetadata:\n  name: seawall-{}\nwebhooks:\n",
            hook.name()
        );
        for entry in &ENTRIES {
            // What is in no namespace is in none that opted in, but for namespaces themselves. Everything else is covered
            // where nobody opted in.
            let apply = |rule: &&ResourceRule| match (hook, entry.opted_in) {
                (Hook::Validate, true) => true,
                (Hook::Validate, false) => rule.namespaced.is_none(),
                (Hook::Mutate, opted_in) => !opted_in || rule.namespaced != Some(false),
            };
            let rules: Vec<&ResourceRule> = rules.iter().filter(apply).collect();
            if !rules.is_empty() {
                self.entry(hook, entry, &rules, out);
            }
        }
    }

    fn entry(&self, hook: Hook, entry: &Entry, rules: &[&ResourceRule], out: &mut String) {
        let operator = if entry.opted_in { "In" } else { "NotIn" };
        let path = hook.name();
        let place = match &self.url {
            Some(url) => format!("url: {}", quoted(&format!("{}/{path}", url.trim_end_matches('/')))),
            None => format!(
                "service: {{name: {}, namespace: {}, port: {}, path: /{path}}}",
                quoted(&self.service),
                quoted(&self.namespace),
                self.port
            ),
        };
        _ = write!(
            out,
            "  # {why}\n  - name: {name}\n    admissionReviewVersions: [v1]\n    sideEffects: None\n    matchPolicy: Equivalent\n    \
             failurePolicy: {policy}\n    timeoutSeconds: 5\n    clientConfig:\n      {place}\n{bundle}    rules:\n",
            why = entry.why,
            name = entry.name,
            policy = entry.failure_policy,
            bundle = self.bundle.as_ref().map_or(String::new(), |bundle| {
                format!("      caBundle: {}\n", seawall_yaml::encode_base64(bundle.as_bytes()))
            }),
        );
        rules.iter().for_each(|one| rule(one, entry, out));
        if hook == Hook::Mutate {
            out.push_str("    reinvocationPolicy: IfNeeded\n");
        }
        _ = write!(
            out,
            "    namespaceSelector:\n      matchExpressions:\n        - {{key: {OPT_IN}, operator: {operator}, values: [\"true\"]}}\n        \
             - {{key: kubernetes.io/metadata.name, operator: NotIn, values: [{}]}}\n",
            list(&self.namespaces())
        );
        if hook == Hook::Mutate && self.changed.is_by_label() {
            _ = writeln!(out, "        - {{key: {DEFAULTS_LABEL}, operator: Exists}}");
        }
        out.push_str("    matchConditions:\n      # What keeps a cluster alive is not even asked about.\n");
        _ = writeln!(out, "      - name: not-exempt\n        expression: >-\n          {}", condition());
    }

    fn namespaces(&self) -> Vec<&str> {
        let exempt = &self.exemptions;
        let built_in =
            BUILT_IN.iter().filter(|row| !exempt.is_lifted(row)).filter_map(|row| match row.exempts {
                Exempts::Namespace(name) => Some(name),
                Exempts::OwnNamespace => Some(self.namespace.as_str()),
                _ => None,
            });
        built_in.chain(exempt.namespaces.iter().map(String::as_str)).collect()
    }
}

/// A rule, of what is in namespaces only where these opted in.
fn rule(rule: &ResourceRule, entry: &Entry, out: &mut String) {
    let scope = match rule.namespaced {
        Some(false) => "Cluster",
        None if !entry.opted_in => "\"*\"",
        None | Some(true) => "Namespaced",
    };
    let operations: Vec<&str> = rule.operations.iter().map(|operation| operation.name()).collect();
    _ = writeln!(
        out,
        "      - operations: [{}]\n        apiGroups: [{}]\n        apiVersions: [{}]\n        resources: [{}]\n        scope: {scope}",
        operations.join(", "),
        list(&rule.groups),
        list(&rule.versions),
        list(&rule.resources),
    );
}

fn list(texts: &[impl AsRef<str>]) -> String {
    texts.iter().map(|text| quoted(text.as_ref())).collect::<Vec<_>>().join(", ")
}

/// The resources of the built-in rows, in the API server's own language. A request for a whole object has no field
/// `subResource`.
pub(crate) fn condition() -> String {
    let mut wholes = Vec::new();
    let mut parts = Vec::new();
    let mut groups = Vec::new();
    let mut subresources = Vec::new();
    for row in BUILT_IN {
        match row.exempts {
            Exempts::Resource(group, "*", _) => groups.push(quoted(group)),
            Exempts::Resource(group, resource, "*") => wholes.push(quoted(&format!("{group}/{resource}"))),
            Exempts::Resource(group, resource, part) => {
                parts.push(quoted(&format!("{group}/{resource}/{part}")))
            }
            Exempts::Subresource(part) => subresources.push(quoted(part)),
            Exempts::Namespace(_) | Exempts::Group(_) | Exempts::OwnNamespace => {}
        }
    }
    let resource = "request.resource.group + '/' + request.resource.resource";
    format!(
        "!(request.resource.group in [{}] || {resource} in [{}] ||\n          \
         has(request.subResource) && ({resource} + '/' + request.subResource in [{}] ||\n          \
         request.subResource in [{}]))",
        groups.join(", "),
        wholes.join(", "),
        parts.join(", "),
        subresources.join(", ")
    )
}

fn quoted(text: &str) -> String {
    let mut out = String::new();
    json_text(text, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use seawall_policy::vap::{PolicySet, World};
    use seawall_yaml::{Limits, NodeId, Text, read};

    use super::*;
    use crate::review::{Review, ReviewLimits};

    /// A policy that refuses whatever meets the condition.
    fn asks() -> PolicySet {
        let condition = condition();
        let text = format!(
            "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: {{name: asks}}\nspec:\n  \
             failurePolicy: Ignore\n  matchConstraints:\n    resourceRules: [{{apiGroups: ['*'], apiVersions: ['*'], \
             operations: [CREATE], resources: ['*/*']}}]\n  matchConditions:\n      - name: asked\n        expression: >-\n          \
             {condition}\n  validations: [{{expression: 'false'}}]\n---\napiVersion: admissionregistration.k8s.io/v1\nkind: \
             ValidatingAdmissionPolicyBinding\nmetadata: {{name: asks}}\nspec: {{policyName: asks, validationActions: [Deny]}}\n"
        );
        let (documents, problems) = read(&Text::new(&*text), &Limits::default());
        assert!(problems.is_empty(), "{problems:?}");
        let mut builder = seawall_inventory::InventoryBuilder::new();
        for document in documents {
            let kind = seawall_core::OriginKind::File;
            let origin = seawall_core::Origin { file: "t".into(), document: 0, line: 1, kind };
            let tree = std::sync::Arc::new(document.tree);
            builder.push(seawall_inventory::Resource::new(tree, NodeId::ROOT, origin, None).unwrap());
        }
        let (set, problems) = PolicySet::read(&builder.build());
        assert!(problems.is_empty() && set.len() == 1, "{problems:?}");
        set
    }

    #[test]
    fn an_api_server_asks_about_what_is_not_exempt() {
        let (set, nothing) = (asks(), seawall_inventory::Inventory::default());
        let world = World::new(&nothing, None);
        for (group, resource, part) in [
            ("", "pods", ""),
            ("", "pods", "ephemeralcontainers"),
            ("", "pods", "binding"),
            ("", "pods", "status"),
            ("", "nodes", ""),
            ("", "serviceaccounts", ""),
            ("", "serviceaccounts", "token"),
            ("apps", "deployments", ""),
            ("apps", "deployments", "scale"),
            ("coordination.k8s.io", "leases", ""),
            ("admissionregistration.k8s.io", "validatingwebhookconfigurations", ""),
        ] {
            // As the API server writes it: what is empty is left out.
            let part_json =
                if part.is_empty() { String::new() } else { format!(r#""subResource":"{part}","#) };
            let body = format!(
                r#"{{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{{"uid":"u",{part_json}"kind":{{"group":"{group}","version":"v1","kind":"X"}},"resource":{{"group":"{group}","version":"v1","resource":"{resource}"}},"operation":"CREATE","userInfo":{{"username":"alice"}},"object":{{}}}}}}"#
            );
            let review = Review::read(body.as_bytes(), &ReviewLimits::default()).unwrap();
            let request = review.request();
            let exempt = Exemptions::default().of(&request).is_some();
            let asked = !set.judge(&request, &world).is_allowed();
            assert_eq!(asked, !exempt, "{group} {resource} {part}");
        }
    }
}
