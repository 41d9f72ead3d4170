//! Istio's documents once more, as simply as possible: one whole request at a time, nothing left open, nothing shared with the
//! module.

use std::net::Ipv4Addr;

use serde_json::Value;

/// An end of a connection.
#[derive(Clone, Copy)]
pub(crate) enum End<'w> {
    Pod(&'w Value),
    Outside(Ipv4Addr),
}

/// A request with everything that policies may ask about.
#[derive(Clone, Copy)]
pub(crate) struct Request<'r> {
    pub(crate) port: u64,
    pub(crate) mutual: bool,
    /// Whether the proxy at the destination reads HTTP.
    pub(crate) http: bool,
    pub(crate) method: &'r str,
    pub(crate) path: &'r str,
    /// Whether it has a valid token.
    pub(crate) token: bool,
    pub(crate) header: &'r str,
    pub(crate) authorized: bool,
}

fn text<'v>(value: &'v Value, path: &str) -> Option<&'v str> {
    value.pointer(path).and_then(Value::as_str)
}

fn list<'v>(value: &'v Value, path: &str) -> Option<&'v Vec<Value>> {
    value.pointer(path).and_then(Value::as_array)
}

pub(crate) fn of_kind<'w>(world: &'w [Value], kind: &'static str) -> impl Iterator<Item = &'w Value> {
    world.iter().filter(move |object| text(object, "/kind") == Some(kind))
}

fn namespace(object: &Value) -> &str {
    text(object, "/metadata/namespace").unwrap()
}

/// `sidecar`, `ambient` or nothing.
pub(crate) fn member(pod: &Value) -> Option<&'static str> {
    let containers = list(pod, "/spec/containers").unwrap();
    if containers.iter().any(|one| text(one, "/name") == Some("istio-proxy")) {
        return Some("sidecar");
    }
    (pod.pointer("/metadata/annotations/ambient.istio.io~1redirection").is_some()).then_some("ambient")
}

fn selected(object: &Value, pod: &Value) -> bool {
    let labels = object.pointer("/spec/selector/matchLabels").and_then(Value::as_object);
    labels.into_iter().flatten().all(|(key, value)| pod["metadata"]["labels"].get(key) == Some(value))
}

/// `STRICT`, `PERMISSIVE` or `DISABLE`.
pub(crate) fn mode(world: &[Value], pod: &Value, port: u64) -> String {
    let mut found: Vec<&Value> = of_kind(world, "PeerAuthentication").collect();
    found.sort_by_key(|one| {
        (text(one, "/metadata/creationTimestamp").unwrap().to_owned(), text(one, "/metadata/name"))
    });
    let narrow = |one: &&&Value| one.pointer("/spec/selector").is_some();
    let set = |one: Option<&&Value>| {
        let mode = one.and_then(|one| text(one, "/spec/mtls/mode"));
        mode.filter(|mode| *mode != "UNSET").map(str::to_owned)
    };
    let mesh = found.iter().find(|one| namespace(one) == "istio-system" && !narrow(one));
    if namespace(pod) == "istio-system" {
        return set(mesh).unwrap_or("PERMISSIVE".into());
    }
    let plain = found.iter().find(|one| namespace(one) == namespace(pod) && !narrow(one));
    let own = found.iter().find(|one| namespace(one) == namespace(pod) && narrow(one) && selected(one, pod));
    let usual = set(own).or(set(plain)).or(set(mesh)).unwrap_or("PERMISSIVE".into());
    let of_port = own.and_then(|one| text(one, &format!("/spec/portLevelMtls/{port}/mode")));
    of_port.filter(|mode| *mode != "UNSET").map_or(usual, str::to_owned)
}

/// The policies of an action that hold for a pod.
fn policies<'w>(world: &'w [Value], pod: &'w Value, action: &'static str) -> impl Iterator<Item = &'w Value> {
    of_kind(world, "AuthorizationPolicy").filter(move |policy| {
        let here = [namespace(pod), "istio-system"].contains(&namespace(policy));
        text(policy, "/spec/action").unwrap_or("ALLOW") == action && here && selected(policy, pod)
    })
}

fn like(pattern: &str, value: &str) -> bool {
    match pattern {
        "*" => !value.is_empty(),
        _ if pattern.starts_with('*') => value.ends_with(&pattern[1..]),
        _ if pattern.ends_with('*') => value.starts_with(&pattern[..pattern.len() - 1]),
        _ => pattern == value,
    }
}

fn in_block(block: &str, address: Ipv4Addr) -> bool {
    let (base, length) = block.split_once('/').unwrap_or((block, "32"));
    let shift = 32 - length.parse::<u32>().unwrap();
    let cut = |address: Ipv4Addr| u64::from(u32::from(address)) >> shift;
    cut(base.parse().unwrap()) == cut(address)
}

/// A value of the request for a key of a source, operation or condition; `None` where it has none.
fn value(key: &str, src: End<'_>, request: &Request<'_>) -> Option<String> {
    let identity = match src {
        End::Pod(pod) if request.mutual => {
            Some((namespace(pod).to_owned(), text(pod, "/spec/serviceAccountName").unwrap().to_owned()))
        }
        _ => None,
    };
    match key {
        "principals" | "source.principal" => {
            identity.map(|(ns, sa)| format!("cluster.local/ns/{ns}/sa/{sa}"))
        }
        "namespaces" | "source.namespace" => identity.map(|(ns, _)| ns),
        "serviceAccounts" => identity.map(|(ns, sa)| format!("{ns}/{sa}")),
        "ipBlocks" | "source.ip" => match src {
            End::Outside(address) => Some(address.to_string()),
            End::Pod(pod) => text(pod, "/status/podIP").map(str::to_owned),
        },
        "ports" | "destination.port" => Some(request.port.to_string()),
        "methods" => request.http.then(|| request.method.to_owned()),
        "paths" => request.http.then(|| request.path.to_owned()),
        "requestPrincipals" => (request.http && request.token).then(|| "issuer/subject".to_owned()),
        "request.headers[x]" => request.http.then(|| request.header.to_owned()),
        other => panic!("{other}"),
    }
}

fn of_request(key: &str) -> bool {
    ["methods", "paths", "requestPrincipals", "request.headers[x]"].contains(&key)
}

fn met(key: &str, patterns: &[Value], value: Option<&str>) -> bool {
    let Some(value) = value else { return false };
    patterns.iter().filter_map(Value::as_str).any(|pattern| match key {
        "ipBlocks" | "source.ip" => in_block(pattern, value.parse().unwrap()),
        "serviceAccounts" | "ports" | "destination.port" => pattern == value,
        _ => like(pattern, value),
    })
}

/// Requirements of one source, operation or condition: key, wanted values, unwanted values.
fn requirements(body: &Value) -> Vec<(String, Vec<Value>, Vec<Value>)> {
    let values = |key: &str| list(body, &format!("/{key}")).cloned().unwrap_or_default();
    if let Some(key) = text(body, "/key") {
        return vec![(key.to_owned(), values("values"), values("notValues"))];
    }
    let keys = [
        "principals",
        "namespaces",
        "serviceAccounts",
        "ipBlocks",
        "requestPrincipals",
        "ports",
        "methods",
        "paths",
    ];
    let all = keys.into_iter().map(|key| {
        let not = format!("not{}{}", key[..1].to_uppercase(), &key[1..]);
        (key.to_owned(), values(key), values(&not))
    });
    all.filter(|(_, wanted, unwanted)| !wanted.is_empty() || !unwanted.is_empty()).collect()
}

fn holds(one: &(String, Vec<Value>, Vec<Value>), src: End<'_>, request: &Request<'_>) -> bool {
    let (key, wanted, unwanted) = one;
    let value = value(key, src, request);
    (wanted.is_empty() || met(key, wanted, value.as_deref())) && !met(key, unwanted, value.as_deref())
}

fn bodies(rule: &Value, key: &str, inner: &str) -> Vec<Value> {
    list(rule, &format!("/{key}")).into_iter().flatten().map(|item| item[inner].clone()).collect()
}

/// Whether a rule matches, by Envoy or by a ztunnel.
fn matches(rule: &Value, action: &str, ztunnel: bool, src: End<'_>, request: &Request<'_>) -> bool {
    let clauses = [bodies(rule, "from", "source"), bodies(rule, "to", "operation")];
    let when = list(rule, "/when").cloned().unwrap_or_default();
    let asks = clauses.iter().flatten().chain(&when).flat_map(requirements).any(|one| of_request(&one.0));
    let blind = ztunnel || !request.http;
    if asks && blind && action == "ALLOW" {
        return false;
    }
    let body = |body: &Value| {
        let all = requirements(body);
        let seen: Vec<_> = all.iter().filter(|one| !(blind && of_request(&one.0))).collect();
        // A ztunnel takes what nothing is left of for something that matches nothing.
        !(ztunnel && seen.is_empty()) && seen.into_iter().all(|one| holds(one, src, request))
    };
    clauses.iter().all(|clause| clause.is_empty() || clause.iter().any(body)) && when.iter().all(body)
}

/// Whether a request reaches a pod whose proxy takes the port.
pub(crate) fn allowed(world: &[Value], src: End<'_>, dst: &Value, request: &Request<'_>) -> bool {
    let ztunnel = member(dst) == Some("ambient");
    if mode(world, dst, request.port) == "STRICT" && !request.mutual {
        return false;
    }
    let any = |action: &'static str| {
        let rules =
            policies(world, dst, action).flat_map(|policy| list(policy, "/spec/rules").into_iter().flatten());
        rules.into_iter().any(|rule| matches(rule, action, ztunnel, src, request))
    };
    if !ztunnel && any("CUSTOM") && !request.authorized {
        return false;
    }
    !any("DENY") && (policies(world, dst, "ALLOW").next().is_none() || any("ALLOW"))
}
