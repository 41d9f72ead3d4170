//! Where a right comes from: binding, role, rule, and the line when there is a text.

use seawall_core::Route;
use seawall_inventory::{GroupKind, Inventory, Resource};
use seawall_rbac::{BindingId, Grant, ObjectRef, Rbac, Rule, Scope, Sym};
use serde_json::{Value, json};

/// What finds the places of objects.
pub(super) struct Evidence<'m> {
    pub(super) rbac: &'m Rbac,
    pub(super) inventory: &'m Inventory,
}

impl Evidence<'_> {
    fn resource(&self, object: ObjectRef<'_>) -> Option<&Resource> {
        let kind = GroupKind::new("rbac.authorization.k8s.io", object.kind);
        self.inventory.find(kind, object.namespace, object.name)
    }

    /// The file and line of a place of an object; empty without a text.
    fn place_words(&self, object: ObjectRef<'_>, route: &Route) -> String {
        let place = self.resource(object).and_then(|own| Some((own, own.position(route)?)));
        place.map_or(String::new(), |(own, at)| format!(" ({}:{})", own.origin().file, at.line))
    }

    /// The same place as data: the file is `null` for what was not read, line and column without a text.
    fn location(&self, object: ObjectRef<'_>, route: &Route) -> Value {
        let resource = self.resource(object);
        let position = resource.and_then(|resource| resource.position(route));
        json!({
            "route": route.to_string(),
            "file": resource.map(|resource| &*resource.origin().file),
            "line": position.map(|position| position.line),
            "column": position.map(|position| position.column),
        })
    }

    /// `ClusterRoleBinding/a (x.yaml:3) → ClusterRole/b rule 2 (x.yaml:9)`; rules are counted from 1.
    pub(super) fn words(&self, binding: BindingId, rule: Option<u32>) -> String {
        let Some(binding) = self.rbac.binding(binding) else { return String::new() };
        let name = self.rbac.binding_name(binding);
        let mut words = format!("{name}{}", self.place_words(name, &Route::root().key("roleRef")));
        let Some(role) = binding.role() else { return words };
        let called = self.rbac.role_name(role);
        let Some(role) = self.rbac.role(role) else { return words + &format!(" → {called} (missing)") };
        let evidence = rule.and_then(|rule| self.rbac.rule_evidence(role, rule as usize));
        match evidence {
            None => words.push_str(&format!(" → {called}{}", self.place_words(called, &Route::root()))),
            Some(evidence) => {
                let route = Route::root().key("rules").index(evidence.rule as usize);
                if evidence.role != called {
                    words.push_str(&format!(" → {called}"));
                }
                let place = self.place_words(evidence.role, &route);
                words.push_str(&format!(" → {} rule {}{place}", evidence.role, evidence.rule + 1));
            }
        }
        if role.is_assumed() {
            words.push_str(" (comes with every control plane)");
        }
        words
    }

    /// The same as data.
    pub(super) fn json(&self, binding: BindingId, rule: Option<u32>) -> Value {
        let Some(binding) = self.rbac.binding(binding) else { return Value::Null };
        let name = self.rbac.binding_name(binding);
        let role = binding.role().map(|role| self.rbac.role_name(role).to_string());
        let found = self.rbac.role_of(binding);
        let evidence = found.zip(rule).and_then(|(role, rule)| self.rbac.rule_evidence(role, rule as usize));
        let text = found.zip(rule).and_then(|(role, rule)| {
            let rules = self.rbac.rules(role.rule_set());
            Some(rule_words(self.rbac, rules.get(rule as usize)?))
        });
        json!({
            "binding": name.to_string(),
            "location": self.location(name, &Route::root().key("roleRef")),
            "role": role,
            "role_exists": found.is_some(),
            "assumed": found.is_some_and(seawall_rbac::Role::is_assumed),
            "rule": evidence.map(|evidence| {
                json!({
                    "role": evidence.role.to_string(),
                    "index": evidence.rule,
                    "grants": text,
                    "location": self.location(evidence.role, &Route::root().key("rules").index(evidence.rule as usize)),
                })
            }),
            "expected": binding.is_expected() && found.is_some_and(seawall_rbac::Role::is_expected),
        })
    }

    pub(super) fn grant_words(&self, grant: Grant) -> String {
        match grant {
            Grant::Masters => "members of system:masters may do everything, whatever bindings say".to_owned(),
            Grant::Rule { binding, rule, .. } => self.words(binding, Some(rule)),
        }
    }

    pub(super) fn grant_json(&self, grant: Grant) -> Value {
        match grant {
            Grant::Masters => json!({"group": seawall_rbac::MASTERS}),
            Grant::Rule { binding, subject, rule } => {
                let mut value = self.json(binding, Some(rule));
                if let Value::Object(fields) = &mut value {
                    let subject = self.rbac.subject(subject).map(ToString::to_string);
                    fields.insert("subject".to_owned(), json!(subject));
                }
                value
            }
        }
    }
}

/// `get, list on pods, services named web`; groups other than the core one follow the resources.
pub(super) fn rule_words(rbac: &Rbac, rule: &Rule) -> String {
    let list = |list: &[Sym]| list.iter().map(|sym| rbac.text(*sym).to_owned()).collect::<Vec<_>>();
    right_words(
        &list(rule.groups()),
        &list(rule.resources()),
        &list(rule.urls()),
        &list(rule.verbs()),
        &list(rule.names()),
    )
}

/// The same for the lists of a rule.
pub(super) fn right_words(
    groups: &[String],
    resources: &[String],
    paths: &[String],
    verbs: &[String],
    names: &[String],
) -> String {
    let mut words = verbs.join(", ");
    let mut what = Vec::new();
    if !resources.is_empty() {
        let core = groups.iter().all(String::is_empty);
        let groups: Vec<&str> =
            groups.iter().map(|group| if group.is_empty() { "core" } else { group }).collect();
        what.push(match core {
            true => resources.join(", "),
            false => format!("{} ({})", resources.join(", "), groups.join(", ")),
        });
    }
    if !paths.is_empty() {
        what.push(paths.join(", "));
    }
    words.push_str(&format!(
        " on {}",
        if what.is_empty() { "nothing".to_owned() } else { what.join(" and ") }
    ));
    if !names.is_empty() {
        words.push_str(&format!(" named {}", names.join(", ")));
    }
    words
}

/// `everywhere`, or `in NAMESPACE`.
pub(super) fn scope_words(rbac: &Rbac, scope: Scope) -> String {
    match scope {
        Scope::Cluster => "everywhere".to_owned(),
        Scope::Namespace(namespace) => format!("in {}", rbac.text(namespace)),
    }
}

/// The namespace of a scope; `null` for everywhere.
pub(super) fn scope_json(rbac: &Rbac, scope: Scope) -> Value {
    match scope {
        Scope::Cluster => Value::Null,
        Scope::Namespace(namespace) => json!(rbac.text(namespace)),
    }
}
