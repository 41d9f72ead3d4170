//! Small random clusters that hit the corners of the rules.

use serde_json::{Map, Value, json};

/// Numbers that depend on nothing but the seed (xorshift64*, Marsaglia and Vigna).
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Dice for a seed.
    pub fn new(seed: u64) -> Self {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from((self.bits() >> 16) % end.max(1) as u64).unwrap_or(0)
    }

    /// True once in `times`.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of these.
    #[expect(clippy::indexing_slicing, reason = "`below` stays below the length of our own constant lists")]
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// Between one and `most` of these, with repetitions.
    pub fn some<T: Copy>(&mut self, from: &[T], most: usize) -> Vec<T> {
        (0..=self.below(most)).map(|_| self.pick(from)).collect()
    }
}

/// The namespaces of a cluster.
pub const NAMESPACES: &[&str] = &["default", "blue", "green"];

const USERS: &[&str] =
    &["ann", "bob", "system:anonymous", "system:serviceaccount:blue:robot", "system:node:n1"];
const GROUPS: &[&str] = &[
    "system:authenticated",
    "system:unauthenticated",
    "system:serviceaccounts",
    "system:serviceaccounts:blue",
    "devs",
    "system:nodes",
];
const VERBS: &[&str] = &["get", "list", "create", "update", "delete", "bind", "*", "*", "impersonate"];
const API_GROUPS: &[&str] = &["", "apps", "rbac.authorization.k8s.io", "*", "*"];
const RESOURCES: &[&str] = &[
    "pods",
    "pods/exec",
    "*/exec",
    "pods/*",
    "*",
    "secrets",
    "deployments",
    "deployments/scale",
    "*/scale",
    "dep*",
    "clusterroles",
];
const NAMES: &[&str] = &["one", "two"];
const PATHS: &[&str] = &["/healthz", "/healthz/*", "/api", "/api*", "*", "/apis/**"];

/// Roles and bindings, some of them dangling.
pub fn rights(dice: &mut Dice) -> Vec<Value> {
    let mut objects = Vec::new();
    for number in 0..1 + dice.below(4) {
        let mut cluster_rules = rules(dice);
        if dice.once_in(3) {
            cluster_rules.push(json!({ "verbs": dice.some(&["get", "post", "*"], 2), "nonResourceURLs": dice.some(PATHS, 2) }));
        }
        objects.push(role("ClusterRole", None, number, &cluster_rules));
        for namespace in NAMESPACES {
            if dice.once_in(2) {
                let rules = rules(dice);
                objects.push(role("Role", Some(namespace), number, &rules));
            }
        }
    }
    for number in 0..4 + dice.below(12) {
        let cluster = dice.once_in(3);
        let namespace = (!cluster).then(|| dice.pick(NAMESPACES));
        let kind = if cluster || dice.once_in(2) { "ClusterRole" } else { "Role" };
        let subjects: Vec<Value> = (0..1 + dice.below(2)).map(|_| subject(dice, cluster)).collect();
        objects.push(json!({
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": if cluster { "ClusterRoleBinding" } else { "RoleBinding" },
            "metadata": metadata(namespace, &format!("binding-{number}")),
            // One role in six is not there.
            "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": format!("role-{}", dice.below(5)) },
            "subjects": subjects,
        }));
    }
    objects
}

fn metadata(namespace: Option<&str>, name: &str) -> Value {
    match namespace {
        Some(namespace) => json!({ "name": name, "namespace": namespace }),
        None => json!({ "name": name }),
    }
}

fn role(kind: &str, namespace: Option<&str>, number: usize, rules: &[Value]) -> Value {
    json!({ "apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind,
        "metadata": metadata(namespace, &format!("role-{number}")), "rules": rules })
}

fn rules(dice: &mut Dice) -> Vec<Value> {
    (0..1 + dice.below(4))
        .map(|_| {
            let mut rule = json!({ "verbs": dice.some(VERBS, 3), "apiGroups": dice.some(API_GROUPS, 2), "resources": dice.some(RESOURCES, 3) });
            if dice.once_in(4)
                && let Some(rule) = rule.as_object_mut()
            {
                rule.insert("resourceNames".to_owned(), json!(dice.some(NAMES, 2)));
            }
            rule
        })
        .collect()
}

fn subject(dice: &mut Dice, cluster: bool) -> Value {
    match dice.below(3) {
        0 => json!({ "kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": dice.pick(USERS) }),
        1 => json!({ "kind": "Group", "apiGroup": "rbac.authorization.k8s.io", "name": dice.pick(GROUPS) }),
        _ if !cluster && dice.once_in(4) => {
            json!({ "kind": "ServiceAccount", "name": dice.pick(&["robot", "default"]) })
        }
        _ => {
            json!({ "kind": "ServiceAccount", "name": dice.pick(&["robot", "default"]), "namespace": dice.pick(NAMESPACES) })
        }
    }
}

/// Somebody and a request, from the same words as [`rights`].
pub fn question(dice: &mut Dice) -> (crate::rbac::Asker, crate::rbac::Question) {
    let name = dice.pick(USERS).to_owned();
    let groups = if dice.once_in(6) { Vec::new() } else { dice.some(GROUPS, 3) };
    let asker = crate::rbac::Asker { name, groups: groups.into_iter().map(str::to_owned).collect() };
    let verb = dice.pick(&["get", "list", "create", "update", "delete", "bind", "post"]).to_owned();
    let question = if dice.once_in(8) {
        let path = dice.pick(&["/healthz", "/healthz/etcd", "/api", "/api/v1", "/apis/x", "/"]).to_owned();
        crate::rbac::Question::Path { verb, path }
    } else {
        let (resource, subresource) = dice.pick(&[
            ("pods", ""),
            ("pods", "exec"),
            ("secrets", ""),
            ("deployments", ""),
            ("deployments", "scale"),
            ("clusterroles", ""),
        ]);
        let namespace = if dice.once_in(4) { "" } else { dice.pick(NAMESPACES) };
        crate::rbac::Question::Resource {
            verb,
            group: dice.pick(&["", "apps", "rbac.authorization.k8s.io"]).to_owned(),
            resource: resource.to_owned(),
            subresource: subresource.to_owned(),
            namespace: namespace.to_owned(),
            name: dice.pick(&["", "one", "two", "three"]).to_owned(),
        }
    };
    (asker, question)
}

const PROTOCOLS: &[&str] = &["TCP", "UDP", "SCTP"];
/// Ports that policies and questions name.
pub const PORTS: &[u16] = &[53, 80, 81, 443, 8080];
const CIDRS: &[&str] =
    &["10.1.0.0/16", "10.1.0.0/30", "0.0.0.0/0", "8.8.8.0/24", "10.1.0.2/32", "2001:db8::/32", "::/0"];

/// Namespaces, pods with addresses and named ports, and policies of all three kinds.
pub fn network(dice: &mut Dice) -> Vec<Value> {
    let mut objects = Vec::new();
    for namespace in NAMESPACES {
        let mut labels = Map::new();
        labels.insert("kubernetes.io/metadata.name".to_owned(), json!(namespace));
        labels.extend(random_labels(dice));
        objects.push(json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": namespace, "labels": labels } }));
    }
    for number in 0..3 + dice.below(4) {
        objects.push(pod(dice, number));
    }
    for number in 0..dice.below(5) {
        objects.push(policy(dice, number));
    }
    // Equal priorities have no defined order.
    let mut priority = 0;
    for number in 0..dice.below(4) {
        priority += 1 + dice.below(9);
        objects.push(cluster_policy(dice, number, priority));
    }
    if dice.once_in(3) {
        objects.push(admin_policy(dice, "AdminNetworkPolicy", "first", 500 + priority));
    }
    if dice.once_in(3) {
        objects.push(admin_policy(dice, "BaselineAdminNetworkPolicy", "default", 0));
    }
    objects
}

fn random_labels(dice: &mut Dice) -> Map<String, Value> {
    let mut labels = Map::new();
    for key in ["app", "tier"] {
        if !dice.once_in(3) {
            labels.insert(key.to_owned(), json!(dice.pick(&["web", "db"])));
        }
    }
    labels
}

fn pod(dice: &mut Dice, number: usize) -> Value {
    let ports: Vec<Value> = (0..dice.below(3))
        .map(|_| json!({ "name": dice.pick(&["http", "dns"]), "containerPort": dice.pick(PORTS), "protocol": dice.pick(PROTOCOLS) }))
        .collect();
    let address = match dice.once_in(5) {
        true => format!("2001:db8::1:{}", number + 1),
        false => format!("10.1.0.{}", number + 1),
    };
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": { "name": format!("pod-{number}"), "namespace": dice.pick(NAMESPACES), "labels": random_labels(dice) },
        "spec": { "containers": [{ "name": "main", "image": "x", "ports": ports }] },
        "status": { "phase": "Running", "podIP": address, "podIPs": [{ "ip": address }] },
    })
}

fn selector(dice: &mut Dice) -> Value {
    match dice.below(4) {
        0 => json!({}),
        1 | 2 => json!({ "matchLabels": random_labels(dice) }),
        _ => {
            let operator = dice.pick(&["In", "NotIn", "Exists", "DoesNotExist"]);
            let mut expression = json!({ "key": dice.pick(&["app", "tier"]), "operator": operator });
            if operator.ends_with("In")
                && let Some(map) = expression.as_object_mut()
            {
                map.insert("values".to_owned(), json!(dice.some(&["web", "db", "other"], 2)));
            }
            json!({ "matchExpressions": [expression] })
        }
    }
}

fn policy(dice: &mut Dice, number: usize) -> Value {
    let mut spec = Map::new();
    spec.insert("podSelector".to_owned(), selector(dice));
    match dice.below(4) {
        0 => {}
        1 => drop(spec.insert("policyTypes".to_owned(), json!(["Ingress"]))),
        2 => drop(spec.insert("policyTypes".to_owned(), json!(["Egress"]))),
        _ => drop(spec.insert("policyTypes".to_owned(), json!(["Ingress", "Egress"]))),
    }
    for (rules, peers) in [("ingress", "from"), ("egress", "to")] {
        if !dice.once_in(3) {
            let list: Vec<Value> = (0..dice.below(3)).map(|_| rule(dice, peers)).collect();
            spec.insert(rules.to_owned(), json!(list));
        }
    }
    json!({ "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
        "metadata": { "name": format!("policy-{number}"), "namespace": dice.pick(NAMESPACES) }, "spec": spec })
}

fn rule(dice: &mut Dice, peers: &str) -> Value {
    let mut rule = Map::new();
    if !dice.once_in(3) {
        let list: Vec<Value> = (0..dice.below(3)).map(|_| peer(dice)).collect();
        rule.insert(peers.to_owned(), json!(list));
    }
    if !dice.once_in(3) {
        let list: Vec<Value> = (0..dice.below(3)).map(|_| port(dice)).collect();
        rule.insert("ports".to_owned(), json!(list));
    }
    Value::Object(rule)
}

fn peer(dice: &mut Dice) -> Value {
    match dice.below(4) {
        0 => {
            let cidr = dice.pick(CIDRS);
            let mut block = json!({ "cidr": cidr });
            if cidr == "10.1.0.0/16"
                && dice.once_in(2)
                && let Some(map) = block.as_object_mut()
            {
                map.insert("except".to_owned(), json!([dice.pick(&["10.1.0.0/30", "10.1.0.4/31"])]));
            }
            json!({ "ipBlock": block })
        }
        1 => json!({ "podSelector": selector(dice) }),
        2 => json!({ "namespaceSelector": selector(dice) }),
        _ => json!({ "podSelector": selector(dice), "namespaceSelector": selector(dice) }),
    }
}

fn port(dice: &mut Dice) -> Value {
    let mut port = Map::new();
    if !dice.once_in(3) {
        port.insert("protocol".to_owned(), json!(dice.pick(PROTOCOLS)));
    }
    match dice.below(4) {
        0 => {}
        1 => drop(port.insert("port".to_owned(), json!(dice.pick(&["http", "dns", "none"])))),
        2 => drop(port.insert("port".to_owned(), json!(dice.pick(PORTS)))),
        _ => {
            let first = dice.pick(PORTS);
            port.insert("port".to_owned(), json!(first));
            port.insert("endPort".to_owned(), json!(first + 30));
        }
    }
    Value::Object(port)
}

fn subject_of_cluster(dice: &mut Dice) -> Value {
    match dice.below(2) {
        0 => json!({ "namespaces": selector(dice) }),
        _ => json!({ "pods": { "namespaceSelector": selector(dice), "podSelector": selector(dice) } }),
    }
}

fn cluster_policy(dice: &mut Dice, number: usize, priority: usize) -> Value {
    let mut rules = |peers: &str| -> Vec<Value> {
        (0..dice.below(3))
            .map(|_| {
                let list: Vec<Value> = (0..1 + dice.below(2))
                    .map(|_| match dice.below(3) {
                        0 if peers == "to" => json!({ "networks": [dice.pick(CIDRS)] }),
                        _ => subject_of_cluster(dice),
                    })
                    .collect();
                let mut rule = json!({ "action": dice.pick(&["Accept", "Deny", "Pass"]), peers: list });
                let outside = list.iter().any(|peer| peer.get("networks").is_some());
                if !dice.once_in(3)
                    && let Some(map) = rule.as_object_mut()
                {
                    map.insert("protocols".to_owned(), json!([protocol(dice, !outside)]));
                }
                rule
            })
            .collect()
    };
    let (ingress, egress) = (rules("from"), rules("to"));
    json!({ "apiVersion": "policy.networking.k8s.io/v1alpha2", "kind": "ClusterNetworkPolicy",
        "metadata": { "name": format!("cluster-{number}") },
        "spec": { "tier": dice.pick(&["Admin", "Baseline"]), "priority": priority,
            "subject": subject_of_cluster(dice), "ingress": ingress, "egress": egress } })
}

fn protocol(dice: &mut Dice, may_name: bool) -> Value {
    if may_name && dice.once_in(4) {
        return json!({ "destinationNamedPort": dice.pick(&["http", "dns"]) });
    }
    let key = dice.pick(&["tcp", "udp", "sctp"]);
    match dice.below(3) {
        0 => json!({ key: { "destinationPort": { "number": dice.pick(PORTS) } } }),
        1 => json!({ key: { "destinationPort": { "range": { "start": 50, "end": 90 } } } }),
        _ => json!({ key: {} }),
    }
}

fn admin_policy(dice: &mut Dice, kind: &str, name: &str, priority: usize) -> Value {
    let admin = kind == "AdminNetworkPolicy";
    let actions: &[&str] = if admin { &["Allow", "Deny", "Pass"] } else { &["Allow", "Deny"] };
    let mut rules = |peers: &str| -> Vec<Value> {
        (0..dice.below(3))
            .map(|_| {
                let mut rule = json!({ "action": dice.pick(actions), peers: [subject_of_cluster(dice)] });
                if !dice.once_in(3)
                    && let Some(map) = rule.as_object_mut()
                {
                    let port = match dice.below(3) {
                        0 => json!({ "portNumber": { "protocol": dice.pick(PROTOCOLS), "port": dice.pick(PORTS) } }),
                        1 => json!({ "portRange": { "protocol": dice.pick(PROTOCOLS), "start": 50, "end": 90 } }),
                        _ => json!({ "namedPort": dice.pick(&["http", "dns"]) }),
                    };
                    map.insert("ports".to_owned(), json!([port]));
                }
                rule
            })
            .collect()
    };
    let (ingress, egress) = (rules("from"), rules("to"));
    let mut spec = json!({ "subject": subject_of_cluster(dice), "ingress": ingress, "egress": egress });
    if admin && let Some(map) = spec.as_object_mut() {
        map.insert("priority".to_owned(), json!(priority));
    }
    json!({ "apiVersion": "policy.networking.k8s.io/v1alpha1", "kind": kind, "metadata": { "name": name }, "spec": spec })
}
