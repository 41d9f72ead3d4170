//! Pod Security levels that namespaces enforce.

use seawall_core::{Fix, FixRisk, Route};
use seawall_inventory::{GroupKind, Inventory, Place, Resource};
use seawall_yaml::Node;

use crate::{Setting, SettingDefault, Verdicts};

/// The label that says what the API server refuses.
pub(crate) const ENFORCE: &str = "pod-security.kubernetes.io/enforce";

/// The setting of exempt namespaces.
const EXEMPT: &str = "exemptNamespaces";

/// The settings of the checks that judge namespaces.
pub(crate) const SETTINGS: &[Setting] = &[Setting {
    name: EXEMPT,
    doc: "namespaces that are not judged, because what runs there is a part of the cluster",
    default: SettingDefault::Strings(&["kube-system", "kube-public", "kube-node-lease"]),
}];

/// Whether the settings exempt a namespace.
pub(crate) fn is_exempt(namespace: &Resource, out: &Verdicts<'_>) -> bool {
    out.settings().strings(EXEMPT).contains(&namespace.name())
}

/// Where the label of a namespace stands, or should.
pub(crate) fn place(namespace: &Resource) -> Place {
    Place { resource: namespace.id(), route: Route::root().keys(&["metadata", "labels", ENFORCE]) }
}

/// The level of a namespace: that of its label, else the default of the admission plugin where its configuration is here.
pub(crate) fn level<'i>(namespace: &'i Resource, inventory: &'i Inventory) -> Option<&'i str> {
    namespace.labels().get(ENFORCE).or_else(|| default_level(inventory))
}

/// The level for namespaces without a label, in the configuration of the plugin `PodSecurity`.
fn default_level(inventory: &Inventory) -> Option<&str> {
    let plugins = inventory
        .of_kind(GroupKind::new("apiserver.config.k8s.io", "AdmissionConfiguration"))
        .flat_map(|config| config.root().list("plugins"))
        .filter(|plugin| plugin.str("name") == Some("PodSecurity"))
        .filter_map(|plugin| plugin.get("configuration"));
    let files = inventory
        .of_kind(GroupKind::new("pod-security.admission.config.k8s.io", "PodSecurityConfiguration"))
        .map(Resource::root);
    plugins.chain(files).find_map(|config| config.path(&["defaults", "enforce"]).and_then(Node::as_str))
}

/// Fails a namespace that enforces none of `accepted`; the first of them is the fix.
pub(crate) fn fail_below(namespace: &Resource, accepted: &[&'static str], out: &mut Verdicts<'_>) {
    if is_exempt(namespace, out) {
        return out.not_applicable();
    }
    let Some(wanted) = accepted.first() else { return };
    let message = match level(namespace, out.inventory()) {
        Some(level) if accepted.contains(&level) => return,
        Some(level) => format!("namespace enforces the level `{level}`, not `{wanted}`"),
        None => format!("namespace does not enforce the level `{wanted}`"),
    };
    let place = place(namespace);
    let fix = Fix::set(FixRisk::High, place.route.clone(), *wanted);
    out.fail(place, message).fix(fix);
}
