//! Random meshes: few words, so that policies meet.

use proptest::prelude::*;
use serde_json::{Value, json};

pub(crate) const NAMESPACES: [&str; 3] = ["na", "nb", "istio-system"];
pub(crate) const PORTS: [u64; 2] = [80, 81];
const APPS: [&str; 2] = ["u", "v"];
const ACCOUNTS: [&str; 2] = ["a", "b"];

fn pick<T: Clone + std::fmt::Debug + 'static>(items: &'static [T]) -> impl Strategy<Value = T> {
    prop::sample::select(items)
}

fn pod() -> impl Strategy<Value = Value> {
    (0..6usize, pick(&NAMESPACES), pick(&APPS), pick(&ACCOUNTS), 0..3usize, any::<bool>()).prop_map(
        |(number, namespace, app, account, member, hbone)| {
            let mut labels = json!({"app": app});
            if member == 1 && hbone {
                labels["networking.istio.io/tunnel"] = json!("http");
            }
            let containers = if member == 1 { json!([{"name": "c"}, {"name": "istio-proxy"}]) } else { json!([{"name": "c"}]) };
            let annotations =
                if member == 2 { json!({"ambient.istio.io/redirection": "enabled"}) } else { json!({}) };
            json!({"apiVersion": "v1", "kind": "Pod",
                "metadata": {"name": format!("p{number}"), "namespace": namespace, "labels": labels, "annotations": annotations},
                "spec": {"serviceAccountName": account, "containers": containers},
                "status": {"phase": "Running", "podIP": format!("10.0.0.{}", number + 1)}})
        },
    )
}

fn service() -> impl Strategy<Value = Value> {
    (pick(&NAMESPACES), pick(&APPS), pick(&["http", "tcp", "x"]), pick(&["http", "tcp", "x"])).prop_map(
        |(namespace, app, one, two)| {
            json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": format!("s-{app}"), "namespace": namespace},
                "spec": {"selector": {"app": app}, "ports": [{"name": format!("{one}-1"), "port": 80}, {"name": format!("{two}-2"), "port": 81}]}})
        },
    )
}

fn mode() -> impl Strategy<Value = Value> {
    pick(&["STRICT", "PERMISSIVE", "DISABLE", "UNSET"]).prop_map(|mode| json!({"mode": mode}))
}

fn peer_authentication() -> impl Strategy<Value = Value> {
    let narrow = prop::option::of((pick(&APPS), prop::option::of((pick(&PORTS), mode()))));
    (pick(&NAMESPACES), 0..4usize, 0..3usize, prop::option::of(mode()), narrow).prop_map(
        |(namespace, name, day, mode, narrow)| {
            let mut spec = json!({});
            if let Some(mode) = mode {
                spec["mtls"] = mode;
            }
            if let Some((app, port)) = narrow {
                spec["selector"] = json!({"matchLabels": {"app": app}});
                if let Some((port, mode)) = port {
                    spec["portLevelMtls"] = json!({port.to_string(): mode});
                }
            }
            json!({"apiVersion": "security.istio.io/v1", "kind": "PeerAuthentication",
                "metadata": {"name": format!("pa{name}"), "namespace": namespace,
                    "creationTimestamp": format!("2026-01-0{}T00:00:00Z", day + 1)},
                "spec": spec})
        },
    )
}

fn one_of(pairs: &'static [(&'static str, &'static str)]) -> impl Strategy<Value = (String, Value)> {
    pick(pairs).prop_map(|(key, value)| (key.to_owned(), json!([value])))
}

const IDENTITY: &[(&str, &str)] = &[
    ("principals", "cluster.local/ns/na/sa/a"),
    ("principals", "*"),
    ("principals", "*/sa/b"),
    ("principals", "cluster.local/ns/nb/*"),
    ("notPrincipals", "cluster.local/ns/na/sa/a"),
    ("notPrincipals", "*"),
    ("namespaces", "na"),
    ("namespaces", "n*"),
    ("notNamespaces", "nb"),
    ("ipBlocks", "10.0.0.0/30"),
    ("notIpBlocks", "10.0.0.2"),
];
const ACCOUNT: &[(&str, &str)] = &[("serviceAccounts", "na/a"), ("notServiceAccounts", "nb/b")];
const TOKEN: &[(&str, &str)] =
    &[("requestPrincipals", "*"), ("notRequestPrincipals", "*"), ("requestPrincipals", "other/*")];
const PLACE: &[(&str, &str)] = &[("ports", "80"), ("ports", "81"), ("notPorts", "80")];
const REQUEST: &[(&str, &str)] =
    &[("methods", "GET"), ("notMethods", "GET"), ("paths", "/a*"), ("notPaths", "/b")];

fn object(parts: Vec<(String, Value)>) -> Value {
    Value::Object(parts.into_iter().collect())
}

fn bodies(
    key: &'static str,
    part: impl Strategy<Value = (String, Value)> + 'static,
) -> impl Strategy<Value = Vec<Value>> {
    let body = prop::collection::vec(part, 1..3).prop_map(move |parts| json!({key: object(parts)}));
    prop::collection::vec(body, 0..3)
}

fn condition(http: bool) -> impl Strategy<Value = Value> {
    let plain = prop_oneof![
        Just(json!({"key": "source.namespace", "values": ["na"]})),
        Just(json!({"key": "source.principal", "notValues": ["*/sa/a"]})),
        Just(json!({"key": "source.ip", "values": ["10.0.0.0/29"]})),
        Just(json!({"key": "destination.port", "notValues": ["81"]})),
    ];
    let header = Just(json!({"key": "request.headers[x]", "values": ["1"]}));
    if http { prop_oneof![2 => plain, 1 => header].boxed() } else { plain.boxed() }
}

fn rule(http: bool) -> impl Strategy<Value = Value> {
    let source = if http {
        prop_oneof![4 => one_of(IDENTITY), 1 => one_of(TOKEN)].boxed()
    } else {
        one_of(IDENTITY).boxed()
    };
    let operation =
        if http { prop_oneof![one_of(PLACE), one_of(REQUEST)].boxed() } else { one_of(PLACE).boxed() };
    let accounts =
        prop::collection::vec(one_of(ACCOUNT), 1..2).prop_map(|parts| vec![json!({"source": object(parts)})]);
    let from = prop_oneof![4 => bodies("source", source), 1 => accounts];
    (from, bodies("operation", operation), prop::collection::vec(condition(http), 0..2)).prop_map(
        |(from, to, when)| {
            let mut rule = json!({});
            for (key, list) in [("from", from), ("to", to), ("when", when)] {
                if !list.is_empty() {
                    rule[key] = json!(list);
                }
            }
            rule
        },
    )
}

fn policy(http: bool) -> impl Strategy<Value = Value> {
    let custom = prop::collection::vec(
        bodies("operation", one_of(PLACE))
            .prop_map(|to| if to.is_empty() { json!({}) } else { json!({"to": to}) }),
        1..3,
    );
    let rules = prop::collection::vec(rule(http), 0..3);
    let action = pick(&["ALLOW", "ALLOW", "DENY", "DENY", "AUDIT", "CUSTOM"]);
    (pick(&NAMESPACES), 0..5usize, prop::option::of(pick(&APPS)), action, rules, custom).prop_map(
        |(namespace, name, app, action, rules, custom)| {
            let mut spec = json!({"action": action, "rules": rules});
            if action == "CUSTOM" {
                spec["rules"] = json!(custom);
                spec["provider"] = json!({"name": "x"});
            }
            if let Some(app) = app {
                spec["selector"] = json!({"matchLabels": {"app": app}});
            }
            json!({"apiVersion": "security.istio.io/v1", "kind": "AuthorizationPolicy",
                "metadata": {"name": format!("ap{name}"), "namespace": namespace}, "spec": spec})
        },
    )
}

/// A world with or without rules about requests, no two objects of one identity.
pub(crate) fn world(http: bool) -> impl Strategy<Value = Vec<Value>> {
    let object = prop_oneof![
        5 => pod(),
        1 => service(),
        2 => peer_authentication(),
        4 => policy(http),
    ];
    prop::collection::vec(object, 1..16).prop_map(|objects| {
        let mut seen = std::collections::BTreeSet::new();
        let identity = |one: &Value| {
            // The address of a pod follows its name: it has to be unique in all namespaces.
            let namespace = if one["kind"] == "Pod" { &Value::Null } else { &one["metadata"]["namespace"] };
            (one["kind"].to_string(), namespace.to_string(), one["metadata"]["name"].to_string())
        };
        objects.into_iter().filter(|one| seen.insert(identity(one))).collect()
    })
}
