//! The roles and bindings of a vanilla control plane, from `data/defaults.txt`.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::Subject;

/// Namespace (`None` for cluster-scoped objects) and name.
type Name = (Option<&'static str>, &'static str);
/// Objects by name, then namespace.
type ByName<T> = HashMap<&'static str, Vec<(Option<&'static str>, T)>>;

/// A role that comes with a control plane.
#[derive(Debug, Default)]
pub struct DefaultRole {
    /// Its rules; those of an aggregated one are written out.
    pub(crate) rules: Vec<DefaultRule>,
    /// Labels that are `true`.
    pub(crate) labels: Vec<&'static str>,
    /// Labels that the roles must have that it is made of.
    pub(crate) from: Vec<&'static str>,
}

/// A rule of a [`DefaultRole`]; each list as it stands in an object.
#[derive(Debug, Default)]
pub struct DefaultRule {
    pub(crate) groups: Vec<&'static str>,
    pub(crate) resources: Vec<&'static str>,
    pub(crate) verbs: Vec<&'static str>,
    pub(crate) names: Vec<&'static str>,
    pub(crate) urls: Vec<&'static str>,
}

/// A binding that comes with a control plane.
#[derive(Debug, Default)]
pub struct DefaultBinding {
    /// Kind and name of the role.
    pub(crate) role: (&'static str, &'static str),
    pub(crate) subjects: Vec<Subject>,
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Defaults {
    roles: ByName<DefaultRole>,
    bindings: ByName<DefaultBinding>,
}

fn find<T>(objects: &'static ByName<T>, namespace: Option<&str>, name: &str) -> Option<&'static T> {
    let namesakes = objects.get(name)?;
    namesakes.iter().find(|(own, _)| *own == namespace).map(|(_, object)| object)
}

fn entry<T: Default>(objects: &mut ByName<T>, (namespace, name): Name) -> Option<&mut T> {
    let namesakes = objects.entry(name).or_default();
    let at = namesakes.iter().position(|(own, _)| *own == namespace).unwrap_or_else(|| {
        namesakes.push((namespace, T::default()));
        namesakes.len() - 1
    });
    namesakes.get_mut(at).map(|(_, object)| object)
}

/// The table.
pub(crate) fn defaults() -> &'static Defaults {
    static DEFAULTS: OnceLock<Defaults> = OnceLock::new();
    DEFAULTS.get_or_init(|| Defaults::read(include_str!("../data/defaults.txt")).0)
}

/// The role of this name that comes with a control plane; `namespace` is `None` for a ClusterRole.
pub fn default_role(namespace: Option<&str>, name: &str) -> Option<&'static DefaultRole> {
    defaults().role(namespace, name)
}

/// The binding of this name that comes with a control plane; `namespace` is `None` for a ClusterRoleBinding.
pub fn default_binding(namespace: Option<&str>, name: &str) -> Option<&'static DefaultBinding> {
    defaults().binding(namespace, name)
}

/// All bindings that come with a control plane, with namespace and name, sorted.
pub fn default_bindings() -> Vec<(Option<&'static str>, &'static str, &'static DefaultBinding)> {
    let all = defaults().bindings.iter();
    let mut all: Vec<_> =
        all.flat_map(|(name, own)| own.iter().map(|(home, binding)| (*home, *name, binding))).collect();
    all.sort_by_key(|(home, name, _)| (*home, *name));
    all
}

impl DefaultRole {
    /// Its rules; those of an aggregated role are written out.
    pub fn rules(&self) -> &[DefaultRule] {
        &self.rules
    }
}

impl DefaultRule {
    /// Whether it allows a verb on a resource (`pods`, `pods/exec`) of a group, for some object at least.
    pub fn allows(&self, verb: &str, group: &str, resource: &str) -> bool {
        let has = |list: &[&str], wanted: &str| list.iter().any(|own| *own == "*" || *own == wanted);
        let of_any = || {
            let sub = resource.split_once('/').map(|(_, sub)| sub);
            sub.is_some_and(|sub| self.resources.iter().any(|own| own.strip_prefix("*/") == Some(sub)))
        };
        has(&self.verbs, verb) && has(&self.groups, group) && (has(&self.resources, resource) || of_any())
    }

    /// The names of the objects that it is restricted to; empty for all.
    pub fn names(&self) -> &[&'static str] {
        &self.names
    }

    /// Whether one of its lists, by the key that it has in an object, holds a `*`.
    pub fn has_wildcard(&self, list: &str) -> bool {
        let list = match list {
            "verbs" => &self.verbs,
            "apiGroups" => &self.groups,
            "resources" => &self.resources,
            _ => return false,
        };
        list.contains(&"*")
    }
}

impl DefaultBinding {
    /// Kind and name of its role.
    pub fn role(&self) -> (&'static str, &'static str) {
        self.role
    }

    /// Whom it binds.
    pub fn subjects(&self) -> &[Subject] {
        &self.subjects
    }
}

impl Defaults {
    pub(crate) fn role(&'static self, namespace: Option<&str>, name: &str) -> Option<&'static DefaultRole> {
        find(&self.roles, namespace, name)
    }

    pub(crate) fn binding(
        &'static self,
        namespace: Option<&str>,
        name: &str,
    ) -> Option<&'static DefaultBinding> {
        find(&self.bindings, namespace, name)
    }

    /// The names of the ClusterRoles that others are made of, sorted.
    pub(crate) fn labelled(&self) -> Vec<&'static str> {
        let labelled = |(_, role): &(Option<&str>, DefaultRole)| !role.labels.is_empty();
        let roles = self.roles.iter().filter(|(_, own)| own.iter().any(labelled));
        let mut names: Vec<&'static str> = roles.map(|(name, _)| *name).collect();
        names.sort_unstable();
        names
    }

    /// Reads the table; the second value are the lines that say nothing, of which the file has none.
    fn read(text: &'static str) -> (Self, Vec<&'static str>) {
        let mut table = Defaults::default();
        let mut odd = Vec::new();
        let mut object = ("", (None, ""));
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let words: Vec<&'static str> = line.split_whitespace().collect();
            let known = if line.starts_with(' ') {
                table.detail(object, &words)
            } else if let [kind, name] = words.as_slice() {
                object =
                    (*kind, name.split_once('/').map_or((None, *name), |(home, name)| (Some(home), name)));
                true
            } else {
                false
            };
            if !known {
                odd.push(line);
            }
        }
        (table, odd)
    }

    fn detail(&mut self, (kind, name): (&str, Name), words: &[&'static str]) -> bool {
        let list = |word: &'static str| word.split(',').collect::<Vec<_>>();
        if kind.ends_with("Binding") {
            let Some(binding) = entry(&mut self.bindings, name) else { return false };
            match words {
                ["to", kind, name] => binding.role = (kind, name),
                ["for", subject] => match subject.parse() {
                    Ok(subject) => binding.subjects.push(subject),
                    Err(_) => return false,
                },
                _ => return false,
            }
            return true;
        }
        let Some(role) = entry(&mut self.roles, name) else { return false };
        match words {
            ["label", key] => role.labels.push(key),
            ["from", key] => role.from.push(key),
            ["path", urls, verbs] => {
                role.rules.push(DefaultRule {
                    urls: list(urls),
                    verbs: list(verbs),
                    ..DefaultRule::default()
                });
            }
            ["rule", groups, resources, verbs, names @ ..] if names.len() < 2 => {
                let group = |group| if group == "core" { "" } else { group };
                role.rules.push(DefaultRule {
                    groups: list(groups).into_iter().map(group).collect(),
                    resources: list(resources),
                    verbs: list(verbs),
                    names: names.iter().copied().flat_map(list).collect(),
                    urls: Vec::new(),
                });
            }
            _ => return false,
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_says_something() {
        let (table, odd) = Defaults::read(include_str!("../data/defaults.txt"));
        assert!(odd.is_empty(), "{odd:?}");
        assert!(table.roles.len() > 70 && table.bindings.len() > 60);
        assert_eq!(table.labelled().len(), 5);
        let table = defaults();
        for (name, own) in &table.bindings {
            for (home, binding) in own {
                let home = if binding.role.0 == "Role" { *home } else { None };
                assert!(table.role(home, binding.role.1).is_some(), "{name}");
            }
        }
        for (name, own) in &table.roles {
            assert!(
                own.iter().flat_map(|(_, role)| &role.rules).all(|rule| !rule.verbs.is_empty()),
                "{name}"
            );
        }
    }
}
