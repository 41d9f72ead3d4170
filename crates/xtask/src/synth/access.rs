//! Service accounts, roles and bindings.

use super::app::{App, Shape, head};
use super::random::Random;
use super::words::RESOURCES;
use super::yaml::{Map, Node, texts};

const GROUP: &str = "rbac.authorization.k8s.io";

pub(super) fn service_account(random: &mut Random, app: &App) -> Map {
    let role = format!("arn:aws:iam::123456789012:role/{}", app.name);
    let annotations = Map::new().with("eks.amazonaws.com/role-arn", role);
    let metadata = app.metadata("").when(random.chance(150), "annotations", || annotations.into());
    head("v1", "ServiceAccount", metadata).when(
        random.chance(app.care.rate(800, 150, 10)),
        "automountServiceAccountToken",
        || false.into(),
    )
}

/// Roles and bindings, each with the name of its file.
pub(super) fn rights(random: &mut Random, app: &App) -> Vec<(&'static str, Map)> {
    let operator = app.shape == Shape::Operator;
    if !app.has_account || !(operator || random.chance(350)) {
        return Vec::new();
    }
    if operator || random.chance(app.care.rate(30, 150, 350)) {
        let builtin = random.chance(app.care.rate(0, 100, 350));
        let binding = binding(random, app, Scope::Cluster, builtin.then_some("cluster-admin"));
        if builtin {
            return vec![("clusterrolebinding", binding)];
        }
        return vec![("clusterrole", role(random, app, Scope::Cluster)), ("clusterrolebinding", binding)];
    }
    vec![
        ("role", role(random, app, Scope::Namespace)),
        ("rolebinding", binding(random, app, Scope::Namespace, None)),
    ]
}

#[derive(Clone, Copy, PartialEq)]
enum Scope {
    Cluster,
    Namespace,
}

fn metadata(app: &App, scope: Scope) -> Map {
    if scope == Scope::Cluster { app.cluster_metadata("", false) } else { app.metadata("") }
}

fn role(random: &mut Random, app: &App, scope: Scope) -> Map {
    let count = random.between(1, if app.shape == Shape::Operator { 9 } else { 4 });
    let rules: Vec<Node> = (0..count).map(|_| rule(random, app)).collect();
    let kind = if scope == Scope::Cluster { "ClusterRole" } else { "Role" };
    head("rbac.authorization.k8s.io/v1", kind, metadata(app, scope)).with("rules", rules)
}

fn rule(random: &mut Random, app: &App) -> Node {
    let care = app.care;
    let verbs = match random.between(0, 999) {
        n if n < u64::from(care.rate(0, 25, 150)) => texts(&["*"]),
        n if n < 500 => texts(&["get", "list", "watch"]),
        n if n < 800 => texts(&["get", "list", "watch", "create", "update", "patch", "delete"]),
        _ => texts(&["get"]),
    };
    let resources = match random.between(0, 999) {
        n if n < u64::from(care.rate(0, 12, 100)) => texts(&["*"]),
        n if n < u64::from(care.rate(40, 130, 280)) => texts(&["secrets"]),
        n if n < u64::from(care.rate(50, 150, 320)) => texts(&["pods/exec", "pods/log"]),
        _ => texts(&[random.pick(RESOURCES), random.pick(RESOURCES)]),
    };
    let groups = random.pick(&["", "apps", "batch", "networking.k8s.io", "coordination.k8s.io"]);
    Map::new()
        .with("apiGroups", texts(&[groups]))
        .with("resources", resources)
        .when(random.chance(80), "resourceNames", || texts(&[&app.name]))
        .with("verbs", verbs)
        .into()
}

fn binding(random: &mut Random, app: &App, scope: Scope, builtin: Option<&'static str>) -> Map {
    let (kind, role_kind) = match scope {
        Scope::Cluster => ("ClusterRoleBinding", "ClusterRole"),
        Scope::Namespace => ("RoleBinding", "Role"),
    };
    let name = Node::from(builtin.map_or_else(|| app.name.clone(), str::to_owned));
    let reference = Map::new().with("apiGroup", GROUP).with("kind", role_kind).with("name", name);
    let account =
        Map::new().with("kind", "ServiceAccount").with("name", &app.name).with("namespace", &app.namespace);
    let mut subjects = vec![Node::from(account)];
    if random.chance(app.care.rate(0, 10, 60)) {
        let group =
            random.pick(&["system:authenticated", "system:unauthenticated", "developers", "system:masters"]);
        subjects.push(Map::new().with("apiGroup", GROUP).with("kind", "Group").with("name", group).into());
    }
    head("rbac.authorization.k8s.io/v1", kind, metadata(app, scope))
        .with("roleRef", reference)
        .with("subjects", subjects)
}
