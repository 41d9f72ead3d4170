//! Secure defaults of new pods, where a namespace or the configuration asks for them.
//!
//! Invariants, above all what is absent:
//! - only pods, and only while they are made: their fields cannot be changed later, and templates stay as they were written,
//!   so that whoever compares them with a repository finds no difference;
//! - a rule of the configuration decides before the label of the namespace, which its tenants may set;
//! - a namespace that is not known, or whose label is not understood, is a gap.

use seawall_inventory::GroupKind;
use seawall_policy::admission::{Decision, NotJudged, Operation, Request};
use seawall_policy::defaults::{Chosen, DEFAULTS, TokenOfAccount, fill};
use seawall_schema::Value;
use seawall_waivers::Glob;
use seawall_yaml::Node;

use crate::judge::{Around, Changer};

/// The label by which a namespace asks for defaults: words with dots between them.
pub const DEFAULTS_LABEL: &str = "admission.seawall.dev/defaults";

/// Defaults for some namespaces, whatever their labels say.
#[derive(Clone, Debug)]
pub struct DefaultsRule {
    /// The namespaces.
    pub namespaces: Vec<Glob>,
    /// The defaults; none are wanted when there are none.
    pub apply: Chosen,
}

/// Which pods get which defaults.
#[derive(Clone, Debug)]
pub struct Defaults {
    rules: Vec<DefaultsRule>,
    ids: Vec<String>,
}

const FAMILY: &str = "defaults";

/// The id of a default, by which modes are set for it.
fn id(name: &str) -> String {
    format!("{FAMILY}/{name}")
}

impl Defaults {
    /// Defaults where rules say so, the first that fits, and where none fits by the labels of namespaces.
    pub fn new(rules: Vec<DefaultsRule>) -> Self {
        Defaults { rules, ids: DEFAULTS.iter().map(|one| id(one.name)).collect() }
    }

    /// Those that a namespace gets. `label` says what its label is, when the namespace is known.
    ///
    /// # Errors
    /// Why it cannot be said.
    pub fn of<'l>(
        &self,
        namespace: &str,
        label: impl FnOnce() -> Option<Option<&'l str>>,
    ) -> Result<Chosen, String> {
        let fits = |rule: &&DefaultsRule| rule.namespaces.iter().any(|glob| glob.matches(namespace));
        if let Some(rule) = self.rules.iter().find(fits) {
            return Ok(rule.apply.clone());
        }
        match label() {
            None => Err(format!(
                "namespace `{}` is not known, and its label decides which defaults are wanted",
                namespace.escape_debug()
            )),
            Some(None) => Ok(Chosen::default()),
            Some(Some(label)) => Chosen::of_label(label).map_err(|unknown| {
                format!("label `{DEFAULTS_LABEL}` of namespace `{}`: {unknown}", namespace.escape_debug())
            }),
        }
    }
}

impl Changer for Defaults {
    fn family(&self) -> &str {
        FAMILY
    }

    fn ids(&self) -> &[String] {
        &self.ids
    }

    fn change(&self, request: &Request<'_>, around: &Around<'_>, counts: &dyn Fn(&str) -> bool) -> Decision {
        let (group, _, resource) = request.resource;
        let makes = request.operation == Operation::Create && request.subresource.is_empty();
        let pod = request.object.filter(|_| makes && (group, resource) == ("", "pods"));
        let Some(pod) = pod else { return Decision::default() };
        let known = around.namespace(request.namespace);
        match self.of(request.namespace, || known.map(|namespace| namespace.labels().get(DEFAULTS_LABEL))) {
            Ok(chosen) => filled(pod, &chosen.only(|one| counts(&id(one.name))), request, around),
            Err(reason) => Decision {
                not_judged: vec![NotJudged { policy: FAMILY.to_owned(), binding: String::new(), reason }],
                ..Decision::default()
            },
        }
    }
}

fn filled(pod: Node<'_>, chosen: &Chosen, request: &Request<'_>, around: &Around<'_>) -> Decision {
    let Some(mut object) = Value::of(pod).filter(|_| !chosen.is_empty()) else { return Decision::default() };
    let account = account(pod, request, around);
    let names = object.get_mut("spec").map(|spec| fill(spec, chosen, account)).unwrap_or_default();
    if names.is_empty() {
        return Decision::default();
    }
    let changed = names.into_iter().map(id).collect();
    Decision { object: Some(object.to_tree()), changed, ..Decision::default() }
}

/// What the account of a pod says of its token, as far as it is known.
fn account(pod: Node<'_>, request: &Request<'_>, around: &Around<'_>) -> TokenOfAccount {
    let name =
        pod.path(&["spec", "serviceAccountName"]).and_then(Node::as_str).filter(|name| !name.is_empty());
    let kind = GroupKind::new("", "ServiceAccount");
    let found = around.known.inventory.find(kind, Some(request.namespace), name.unwrap_or("default"));
    match found.and_then(|account| account.root().bool("automountServiceAccountToken")) {
        Some(_) => TokenOfAccount::Said,
        None => TokenOfAccount::Unsaid,
    }
}
