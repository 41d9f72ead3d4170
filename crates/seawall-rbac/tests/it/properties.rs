//! Random clusters against a matcher that knows only the rules' text, and changed models against fresh ones.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use seawall_inventory::Resource;
use seawall_rbac::{Rbac, Request, UserInfo};

use crate::resources;

/// A cluster that answered about everything.
fn inventory(resources: impl IntoIterator<Item = Resource>) -> seawall_inventory::Inventory {
    let mut builder = seawall_inventory::InventoryBuilder::default();
    builder.complete();
    resources.into_iter().for_each(|resource| builder.push(resource));
    builder.build()
}

const VERBS: &[&str] = &["get", "list", "create", "*"];
const GROUPS: &[&str] = &["", "apps", "*"];
const RESOURCES: &[&str] =
    &["pods", "pods/exec", "*/exec", "pods/*", "po*", "deployments", "namespaces", "*"];
const NAMES: &[&str] = &["web", "db"];
const NAMESPACES: &[&str] = &["a", "b"];
const USERS: &[&str] = &["alice", "bob", "system:serviceaccount:a:robot"];
const TEAMS: &[&str] = &["devs", "system:authenticated", "system:serviceaccounts:a"];

#[derive(Clone, Debug)]
struct NaiveRule {
    verbs: Vec<&'static str>,
    groups: Vec<&'static str>,
    resources: Vec<&'static str>,
    names: Vec<&'static str>,
}

#[derive(Clone, Debug)]
enum Object {
    Role {
        namespace: Option<&'static str>,
        name: &'static str,
        rules: Vec<NaiveRule>,
    },
    Binding {
        namespace: Option<&'static str>,
        name: &'static str,
        to: (bool, &'static str),
        subjects: Vec<Who>,
    },
}

#[derive(Clone, Debug)]
enum Who {
    User(&'static str),
    Group(&'static str),
    Account(Option<&'static str>, &'static str),
}

type Identity = (&'static str, Option<&'static str>, &'static str);

impl Object {
    fn identity(&self) -> Identity {
        match self {
            Object::Role { namespace, name, .. } => {
                (if namespace.is_some() { "Role" } else { "ClusterRole" }, *namespace, name)
            }
            Object::Binding { namespace, name, .. } => {
                (if namespace.is_some() { "RoleBinding" } else { "ClusterRoleBinding" }, *namespace, name)
            }
        }
    }

    fn resource(&self) -> Resource {
        let (kind, namespace, name) = self.identity();
        let body = match self {
            Object::Role { rules, .. } => {
                let rules: Vec<String> = rules
                    .iter()
                    .map(|rule| {
                        format!(
                            "{{verbs: {:?}, apiGroups: {:?}, resources: {:?}, resourceNames: {:?}}}",
                            rule.verbs, rule.groups, rule.resources, rule.names
                        )
                    })
                    .collect();
                format!("rules: [{}]", rules.join(", "))
            }
            Object::Binding { to: (cluster, role), subjects, .. } => {
                let subjects: Vec<String> = subjects
                    .iter()
                    .map(|who| match who {
                        Who::User(name) => format!("{{kind: User, name: {name:?}}}"),
                        Who::Group(name) => format!("{{kind: Group, name: {name:?}}}"),
                        Who::Account(None, name) => format!("{{kind: ServiceAccount, name: {name:?}}}"),
                        Who::Account(Some(namespace), name) => {
                            format!("{{kind: ServiceAccount, name: {name:?}, namespace: {namespace:?}}}")
                        }
                    })
                    .collect();
                let kind = if *cluster { "ClusterRole" } else { "Role" };
                format!("roleRef: {{kind: {kind}, name: {role}}}\nsubjects: [{}]", subjects.join(", "))
            }
        };
        let place = namespace.map_or(String::new(), |namespace| format!(", namespace: {namespace}"));
        let text = format!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata: {{name: {name}{place}}}\n{body}\n"
        );
        resources(&text).remove(0)
    }
}

/// The authorizer as one would explain it, on the objects themselves.
fn naive(objects: &[Object], user: &UserInfo, request: &Request) -> bool {
    let Request::Resource(asked) = request else { return false };
    let one = |list: &[&str], wanted: &str| list.iter().any(|own| *own == "*" || *own == wanted);
    let combined = match asked.subresource.as_str() {
        "" => asked.resource.clone(),
        sub => [asked.resource.as_str(), sub].join("/"),
    };
    let allows = |rule: &NaiveRule| {
        one(&rule.verbs, &asked.verb)
            && one(&rule.groups, &asked.group)
            && (one(&rule.resources, &combined)
                || (!asked.subresource.is_empty()
                    && rule.resources.iter().any(|own| *own == format!("*/{}", asked.subresource))))
            && (rule.names.is_empty() || rule.names.iter().any(|name| *name == asked.name))
    };
    objects.iter().any(|object| {
        let Object::Binding { namespace, to: (cluster, role), subjects, .. } = object else { return false };
        let in_scope = namespace.is_none_or(|namespace| namespace == asked.namespace);
        let applies = subjects.iter().any(|who| match who {
            Who::User(name) => *name == user.name,
            Who::Group(name) => user.groups.iter().any(|group| group == name),
            Who::Account(home, name) => home
                .or(*namespace)
                .is_some_and(|home| user.name == format!("system:serviceaccount:{home}:{name}")),
        });
        let role_namespace = if *cluster { None } else { *namespace };
        let refused = !*cluster && namespace.is_none();
        in_scope
            && applies
            && !refused
            && objects.iter().any(|object| {
                matches!(object, Object::Role { namespace, name, rules }
                if *namespace == role_namespace && name == role && rules.iter().any(allows))
            })
    })
}

fn some(all: &'static [&'static str]) -> impl Strategy<Value = Vec<&'static str>> {
    subsequence(all, 1..3)
}

fn rule() -> impl Strategy<Value = NaiveRule> {
    let names = prop_oneof![3 => Just(Vec::new()), 1 => some(NAMES)];
    (some(VERBS), some(GROUPS), some(RESOURCES), names)
        .prop_map(|(verbs, groups, resources, names)| NaiveRule { verbs, groups, resources, names })
}

fn who() -> impl Strategy<Value = Who> {
    prop_oneof![
        select(USERS).prop_map(Who::User),
        select(TEAMS).prop_map(Who::Group),
        (proptest::option::of(select(NAMESPACES))).prop_map(|namespace| Who::Account(namespace, "robot")),
    ]
}

fn place() -> impl Strategy<Value = Option<&'static str>> {
    proptest::option::of(select(NAMESPACES))
}

fn object() -> impl Strategy<Value = Object> {
    let names = &["one", "two", "three"];
    let role = (place(), select(names), proptest::collection::vec(rule(), 0..3))
        .prop_map(|(namespace, name, rules)| Object::Role { namespace, name, rules });
    let binding =
        (place(), select(names), any::<bool>(), select(names), proptest::collection::vec(who(), 0..3))
            .prop_map(|(namespace, name, cluster, role, subjects)| Object::Binding {
                namespace,
                name,
                to: (cluster, role),
                subjects,
            });
    prop_oneof![role, binding]
}

fn request() -> impl Strategy<Value = Request> {
    let resources = &["pods", "pods/exec", "deployments", "namespaces", "po", "deployments/exec"];
    (
        select(&["get", "list", "create", "delete"]),
        select(&["", "apps", "x"]),
        select(resources),
        select(&["", "a", "b", "c"]),
        select(&["", "web", "db"]),
    )
        .prop_map(|(verb, group, resource, namespace, name)| {
            Request::resource(verb, group, resource).named(name).in_namespace(namespace)
        })
}

/// The last object of each identity.
fn latest(objects: &[Object]) -> Vec<Object> {
    let mut latest: Vec<Object> = Vec::new();
    for object in objects {
        latest.retain(|other| other.identity() != object.identity());
        latest.push(object.clone());
    }
    latest
}

fn users() -> Vec<UserInfo> {
    USERS.iter().map(|name| UserInfo::user(name)).chain([UserInfo::user("eve").in_group("devs")]).collect()
}

/// Everything that a model says of itself, by name.
fn told(rbac: &Rbac) -> Vec<String> {
    let mut lines: Vec<String> = rbac
        .bindings()
        .map(|binding| {
            let subjects: Vec<String> =
                binding.subjects().iter().map(|id| rbac.subject(*id).unwrap().to_string()).collect();
            let role = binding.role().map(|id| rbac.role_name(id).to_string());
            format!("{} {role:?} {subjects:?} {}", rbac.binding_name(binding), binding.is_expected())
        })
        .collect();
    for role in rbac.roles() {
        let rules: Vec<String> = rbac
            .rules(role.rule_set())
            .iter()
            .enumerate()
            .map(|(at, rule)| {
                let text = |list: &[seawall_rbac::Sym]| {
                    list.iter().map(|sym| rbac.text(*sym).to_owned()).collect::<Vec<_>>()
                };
                let from = rbac.rule_evidence(role, at).unwrap();
                format!(
                    "{:?} {:?} {:?} {:?} from {} {}",
                    text(rule.verbs()),
                    text(rule.groups()),
                    text(rule.resources()),
                    text(rule.names()),
                    from.role,
                    from.rule
                )
            })
            .collect();
        lines.push(format!("{} {rules:?}", rbac.role_name(role.id())));
    }
    lines.sort();
    lines
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn answers_are_those_of_the_rules(
        objects in proptest::collection::vec(object(), 0..12),
        requests in proptest::collection::vec(request(), 24),
    ) {
        let objects = latest(&objects);
        let (rbac, _) = Rbac::build(&inventory(objects.iter().map(Object::resource)));
        for asked in &requests {
            let holders = rbac.who_can(asked);
            for user in users() {
                let expected = naive(&objects, &user, asked);
                prop_assert_eq!(rbac.allows(&user, asked).is_allowed(), expected, "{:?} {}", user, asked);
                let listed = user.subjects().any(|own| holders.iter().any(|holder| holder.subject == own));
                prop_assert_eq!(listed, expected, "who can: {:?} {}", user, asked);
            }
        }
    }

    #[test]
    fn a_changed_model_equals_a_fresh_one(
        before in proptest::collection::vec(object(), 0..10),
        changes in proptest::collection::vec((object(), any::<bool>()), 0..12),
        requests in proptest::collection::vec(request(), 8),
    ) {
        let mut objects = latest(&before);
        let (mut rbac, _) = Rbac::build(&inventory(objects.iter().map(Object::resource)));
        for (object, gone) in changes {
            let (kind, namespace, name) = object.identity();
            objects.retain(|other| other.identity() != (kind, namespace, name));
            if gone {
                rbac.delete(kind, namespace, name);
            } else {
                rbac.apply(&object.resource());
                objects.push(object);
            }
        }
        let (fresh, _) = Rbac::build(&inventory(objects.iter().map(Object::resource)));
        prop_assert_eq!(told(&rbac), told(&fresh));
        for asked in &requests {
            for user in users() {
                prop_assert_eq!(rbac.allows(&user, asked).is_allowed(), fresh.allows(&user, asked).is_allowed());
            }
            let names = |rbac: &Rbac| {
                rbac.who_can(asked).into_iter().map(|holder| (holder.subject, holder.grants.len())).collect::<Vec<_>>()
            };
            prop_assert_eq!(names(&rbac), names(&fresh));
        }
    }
}
