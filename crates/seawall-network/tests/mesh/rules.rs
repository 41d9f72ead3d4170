//! AuthorizationPolicy and PeerAuthentication at sidecars, rule by rule.

use seawall_network::mesh::MeshBecause;

use crate::{annotated, cluster, deployment, mode, namespace, policy, service, shop};

const WEB: &str = "mesh/web";
const DB: &str = "mesh/db";
const BARE: &str = "bare/web";

fn says(objects: &[String], src: &str, port: u16) -> String {
    cluster(&[shop(), objects.concat()].concat()).says(src, DB, port)
}

fn one(spec: &str) -> [String; 1] {
    [policy("mesh", "p", spec)]
}

#[test]
fn without_policies_everything_passes() {
    assert_eq!(says(&[], WEB, 80), "allowed, optional");
    assert_eq!(says(&[], BARE, 80), "allowed, no");
    assert_eq!(says(&[], "8.8.8.8", 80), "allowed, no");
    assert_eq!(cluster(&shop()).says(WEB, BARE, 80), "no say");
}

#[test]
fn strict_refuses_plaintext() {
    let strict = [mode("mesh", "STRICT")];
    assert_eq!(says(&strict, WEB, 80), "allowed, yes");
    assert_eq!(says(&strict, BARE, 80), "denied, no");
    assert_eq!(says(&strict, "8.8.8.8", 80), "denied, no");
    assert_eq!(says(&[mode("istio-system", "STRICT")], BARE, 80), "denied, no");
    assert_eq!(says(&[mode("istio-system", "STRICT"), mode("mesh", "PERMISSIVE")], BARE, 80), "allowed, no");
    assert_eq!(says(&[mode("mesh", "DISABLE")], WEB, 80), "allowed, no");
}

#[test]
fn ports_may_have_a_mode_of_their_own() {
    let spec = "apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {name: db, namespace: mesh}\nspec: \
                {selector: {matchLabels: {app: db}}, mtls: {mode: STRICT}, portLevelMtls: {81: {mode: DISABLE}}}\n---\n";
    let world = cluster(&[shop(), spec.to_owned()].concat());
    assert_eq!(
        (world.says(BARE, DB, 80), world.says(BARE, DB, 81)),
        ("denied, no".into(), "allowed, no".into())
    );
    let by = world.verdict(BARE, DB, 81).unwrap().mtls_by.unwrap();
    assert_eq!(by.route.to_string(), "spec.portLevelMtls.81");
    assert_eq!(world.verdict(BARE, DB, 80).unwrap().because, MeshBecause::Plaintext);
}

#[test]
fn empty_policies_deny_and_empty_rules_allow() {
    for spec in ["{}", "{selector: {matchLabels: {app: db}}}", "{rules: []}", "{action: ALLOW}"] {
        assert_eq!(says(&one(spec), WEB, 80), "denied, optional", "{spec}");
    }
    assert_eq!(says(&one("{rules: [{}]}"), BARE, 80), "allowed, no");
    assert_eq!(says(&one("{selector: {matchLabels: {app: web}}}"), WEB, 80), "allowed, optional");
    assert_eq!(says(&one("{action: DENY, rules: [{}]}"), WEB, 80), "denied, optional");
    assert_eq!(says(&one("{action: AUDIT, rules: [{}]}"), WEB, 80), "allowed, optional");
    let dry = "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: d, namespace: mesh, annotations: \
               {istio.io/dry-run: 'true'}}\nspec: {}\n---\n";
    assert_eq!(says(&[dry.to_owned()], WEB, 80), "allowed, optional");
}

#[test]
fn the_root_namespace_holds_for_all_and_others_for_themselves() {
    assert_eq!(says(&[policy("istio-system", "p", "{}")], WEB, 80), "denied, optional");
    assert_eq!(says(&[policy("bare", "p", "{}")], WEB, 80), "allowed, optional");
    let selected = "{selector: {matchLabels: {app: db}}}";
    assert_eq!(says(&[policy("istio-system", "p", selected)], WEB, 80), "denied, optional");
    let settings = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio, namespace: istio-system}\ndata: {mesh: 'rootNamespace: bare'}\n---\n";
    assert_eq!(says(&[settings.to_owned(), policy("istio-system", "p", "{}")], WEB, 80), "allowed, optional");
    assert_eq!(says(&[settings.to_owned(), policy("bare", "p", "{}")], WEB, 80), "denied, optional");
}

#[test]
fn identities_need_mutual_tls() {
    for (source, web, bare) in [
        ("principals: ['cluster.local/ns/mesh/sa/web']", "allowed", "denied"),
        ("principals: ['*']", "allowed", "denied"),
        ("principals: ['*/sa/web']", "allowed", "denied"),
        ("principals: ['cluster.local/ns/mesh/*']", "allowed", "denied"),
        ("principals: ['cluster.local/ns/bare/sa/web']", "denied", "denied"),
        ("notPrincipals: ['cluster.local/ns/mesh/sa/web']", "denied", "allowed"),
        ("namespaces: [mesh]", "allowed", "denied"),
        ("namespaces: ['m*']", "allowed", "denied"),
        ("namespaces: [bare]", "denied", "denied"),
        ("notNamespaces: [other]", "allowed", "allowed"),
        ("serviceAccounts: [web]", "allowed", "denied"),
        ("serviceAccounts: [mesh/web]", "allowed", "denied"),
        ("serviceAccounts: [bare/web]", "denied", "denied"),
    ] {
        let spec = format!("{{rules: [{{from: [{{source: {{{source}}}}}]}}]}}");
        let answer = |src| says(&one(&spec), src, 80).split(',').next().unwrap().to_owned();
        // Over plaintext, which is open too, a source of the mesh may be let in where its identity is not.
        let own = answer(WEB);
        let expected = if web == "denied" && bare == "allowed" { "depends on mutual TLS" } else { web };
        assert_eq!((own.as_str(), answer(BARE).as_str()), (expected, bare), "{source}");
        let strict = [mode("mesh", "STRICT"), policy("mesh", "p", &spec)];
        assert!(says(&strict, WEB, 80).starts_with(web), "{source}");
        assert_eq!(says(&strict, BARE, 80), "denied, no", "{source}");
    }
}

#[test]
fn trust_domains_and_their_aliases() {
    let settings = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio, namespace: istio-system}\ndata: {mesh: '{trustDomain: td, \
                    trustDomainAliases: [old]}'}\n---\n";
    for (domain, expected) in
        [("td", true), ("old", true), ("cluster.local", true), ("*", true), ("other", false)]
    {
        let spec =
            format!("{{rules: [{{from: [{{source: {{principals: ['{domain}/ns/mesh/sa/web']}}}}]}}]}}");
        let answer = says(&[settings.to_owned(), policy("mesh", "p", &spec)], WEB, 80);
        assert_eq!(answer.starts_with("allowed"), expected, "{domain}: {answer}");
    }
}

#[test]
fn addresses_and_ports() {
    let pods = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: bare}\nspec: {containers: [{name: c}]}\nstatus: {phase: \
                Running, podIP: 10.0.0.1}\n---\n";
    let spec = "{rules: [{from: [{source: {ipBlocks: [10.0.0.0/24], notIpBlocks: [10.0.0.7]}}], to: [{operation: {ports: ['80']}}]}]}";
    let world = cluster(&[shop(), pods.to_owned(), policy("mesh", "p", spec)].concat());
    for (src, port, expected) in [
        ("bare/p", 80, "allowed, no"),
        ("bare/p", 81, "denied, no"),
        ("10.0.0.9", 80, "allowed, no"),
        ("10.0.0.7", 80, "denied, no"),
        ("10.0.1.1", 80, "denied, no"),
        // An address that nobody knows.
        (BARE, 80, "depends on source.ip, no"),
    ] {
        assert_eq!(world.says(src, DB, port), expected, "{src} {port}");
    }
    let not = "{action: DENY, rules: [{to: [{operation: {notPorts: ['80']}}]}]}";
    assert_eq!(
        (says(&one(not), BARE, 80), says(&one(not), BARE, 9999)),
        ("allowed, no".into(), "denied, no".into())
    );
}

#[test]
fn requests_are_judged_where_ports_speak_http() {
    let allow = one("{rules: [{to: [{operation: {methods: [GET], paths: ['/a*']}}]}]}");
    assert_eq!(says(&allow, BARE, 80), "depends on request.method, request.path, no");
    // Plain TCP has no method: the rule of an ALLOW policy never matches.
    assert_eq!(says(&allow, BARE, 81), "denied, no");
    assert_eq!(says(&allow, BARE, 82), "depends on request.method, request.path, no");
    let deny = one("{action: DENY, rules: [{to: [{operation: {methods: [POST], ports: ['80', '81']}}]}]}");
    assert_eq!(says(&deny, BARE, 80), "depends on request.method, no");
    assert_eq!(says(&deny, BARE, 81), "denied, no");
    assert_eq!(says(&deny, BARE, 82), "allowed, no");
    // What surely matches needs no request.
    let both = one("{rules: [{to: [{operation: {methods: [GET]}}]}, {to: [{operation: {ports: ['80']}}]}]}");
    assert_eq!(says(&both, BARE, 80), "allowed, no");
    // The whole rule of an ALLOW policy is lost where the port turns out to speak no HTTP.
    let either = one("{rules: [{to: [{operation: {ports: ['82']}}, {operation: {methods: [GET]}}]}]}");
    assert_eq!(
        (says(&either, BARE, 82), says(&either, BARE, 81)),
        ("depends on protocol, no".into(), "denied, no".into())
    );
    let remote = one("{rules: [{from: [{source: {remoteIpBlocks: [10.0.0.0/8]}}]}]}");
    assert_eq!(says(&remote, "10.1.1.1", 80), "depends on remote.ip, no");
    assert_eq!(says(&remote, "10.1.1.1", 81), "allowed, no");
}

#[test]
fn all_parts_of_a_rule_must_match_and_one_rule_is_enough() {
    let spec = "{rules: [{from: [{source: {namespaces: [x]}}, {source: {namespaces: [mesh], principals: ['*/sa/web']}}], to: \
                [{operation: {ports: ['80']}}], when: [{key: source.namespace, values: [mesh]}, {key: destination.port, notValues: ['81']}]}]}";
    assert_eq!(says(&one(spec), WEB, 80), "allowed, optional");
    assert_eq!(says(&one(spec), WEB, 81), "denied, optional");
    let other = spec.replace("key: source.namespace, values: [mesh]", "key: source.namespace, values: [x]");
    assert_eq!(says(&one(&other), WEB, 80), "denied, optional");
    let sni = "{rules: [{when: [{key: connection.sni, values: [x]}]}]}";
    assert_eq!(says(&one(sni), WEB, 80), "depends on connection.sni, optional");
}

#[test]
fn custom_then_deny_then_allow() {
    let custom = |rules: &str| {
        policy("mesh", "c", &format!("{{action: CUSTOM, provider: {{name: x}}, rules: {rules}}}"))
    };
    let allow = policy("mesh", "a", "{rules: [{to: [{operation: {ports: ['80']}}]}]}");
    let deny = policy("mesh", "d", "{action: DENY, rules: [{to: [{operation: {ports: ['80']}}]}]}");
    assert_eq!(says(&[custom("[{}]")], BARE, 80), "depends on external authorizer x, no");
    assert_eq!(says(&[custom("[{to: [{operation: {ports: ['81']}}]}]")], BARE, 80), "allowed, no");
    assert_eq!(says(&[custom("[{}]"), deny.clone()], BARE, 80), "denied, no");
    assert_eq!(says(&[custom("[{}]"), allow.clone()], BARE, 81), "denied, no");
    assert_eq!(says(&[deny, allow], BARE, 80), "denied, no");
    let settings = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio, namespace: istio-system}\ndata: {mesh: 'extensionProviders: \
                    [{name: y}]'}\n---\n";
    assert_eq!(says(&[settings.to_owned(), custom("[{}]")], BARE, 80), "denied, no");
    assert_eq!(
        says(&[settings.replace("name: y", "name: x"), custom("[{}]")], BARE, 80),
        "depends on external authorizer x, no"
    );
}

#[test]
fn a_denied_identity_that_leaves_mutual_tls_out_is_let_in() {
    let deny = policy("mesh", "p", "{action: DENY, rules: [{from: [{source: {namespaces: [mesh]}}]}]}");
    let world = cluster(&[shop(), deny.clone()].concat());
    assert_eq!(world.says(WEB, DB, 80), "depends on mutual TLS, optional");
    assert_eq!(world.verdict(WEB, DB, 80).unwrap().because, MeshBecause::Evaded);
    assert_eq!(says(&[deny, mode("mesh", "STRICT")], WEB, 80), "denied, yes");
}

#[test]
fn ports_that_no_proxy_takes_are_not_judged() {
    let text = [
        namespace("mesh", "istio-injection: enabled"),
        annotated("mesh", "db", "traffic.sidecar.istio.io/excludeInboundPorts: '81'"),
        deployment("mesh", "web"),
        mode("mesh", "STRICT"),
        policy("mesh", "p", "{}"),
    ];
    let world = cluster(&text.concat());
    assert_eq!(world.says(WEB, DB, 80), "denied, yes");
    assert_eq!(world.says(WEB, DB, 81), "allowed, no");
    assert_eq!(world.says(WEB, DB, 15_020), "allowed, no");
}

#[test]
fn what_istio_refuses_is_not_in_force() {
    for (spec, cause) in [
        ("{action: DENY}", "never matches"),
        ("{action: CUSTOM, provider: {name: x}}", "never matches"),
        ("{action: CUSTOM, rules: [{}]}", "needs `provider.name`"),
        (
            "{action: CUSTOM, provider: {name: x}, rules: [{from: [{source: {namespaces: [a]}}]}]}",
            "not supported in a CUSTOM",
        ),
        ("{action: Allow}", "the action is none of"),
        ("{provider: {name: x}}", "`provider` is for"),
        ("{rules: {}}", "`rules` must be a list"),
        ("{rules: [null]}", "a rule must be an object"),
        ("{rules: [{from: []}]}", "`from` must not be empty"),
        ("{rules: [{from: [{}]}]}", "needs `source`"),
        ("{rules: [{from: [{source: {}}]}]}", "must say something"),
        ("{rules: [{to: [{operation: {}}]}]}", "must say something"),
        ("{rules: [{from: [{source: {ipBlocks: [x]}}]}]}", "no address and no CIDR"),
        ("{rules: [{from: [{source: {namespaces: ['']}}]}]}", "no empty text"),
        ("{rules: [{from: [{source: {serviceAccounts: ['a*']}}]}]}", "no service account"),
        ("{rules: [{from: [{source: {serviceAccounts: [a], namespaces: [b]}}]}]}", "cannot be set with"),
        ("{rules: [{from: [{source: {trustDomains: ['a/b']}}]}]}", "no trust domain"),
        ("{rules: [{to: [{operation: {ports: [80]}}]}]}", "`ports` must hold texts"),
        ("{rules: [{to: [{operation: {ports: ['x']}}]}]}", "`x` is no port"),
        ("{rules: [{when: [{key: destination.labels, values: [x]}]}]}", "is no attribute"),
        ("{rules: [{when: [{key: request.headers, values: [x]}]}]}", "is no attribute"),
        ("{rules: [{when: [{key: source.ip}]}]}", "needs `values`"),
        ("{selector: {matchLabels: {app: 'd*'}}}", "no `*`"),
        ("{selector: {}, targetRefs: [{kind: Service, name: db}]}", "only one of"),
        ("{targetRefs: [{kind: Pod, name: db}]}", "is no target"),
        ("{targetRefs: [{kind: Service, name: db, namespace: other}]}", "in the namespace of the policy"),
    ] {
        let world = cluster(&[shop(), policy("mesh", "p", spec)].concat());
        assert_eq!(world.says(WEB, DB, 80), "allowed, optional", "{spec}");
        let refused = |one: &String| one.contains(cause) && one.contains("not in force");
        assert!(world.problems.iter().any(refused), "{spec}: {:?}", world.problems);
    }
    let dropped = cluster(&[shop(), policy("mesh", "p", "{rules: [{form: []}]}")].concat());
    assert_eq!(dropped.says(WEB, DB, 80), "allowed, optional");
    assert!(dropped.problems[0].contains("`form` is no field"), "{:?}", dropped.problems);
}

#[test]
fn gateways_show_their_identity_and_judge_by_their_own_policies() {
    let gateway = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: gw, namespace: istio-system}\nspec: {template: {metadata: \
                   {labels: {istio: ingressgateway}}, spec: {serviceAccountName: gw, containers: [{name: istio-proxy, args: [proxy, \
                   router]}]}}}\n---\n";
    let spec = "{rules: [{from: [{source: {principals: ['cluster.local/ns/istio-system/sa/gw']}}]}]}";
    let world = cluster(
        &[shop(), gateway.to_owned(), mode("istio-system", "STRICT"), policy("mesh", "p", spec)].concat(),
    );
    assert_eq!(world.says("istio-system/gw", DB, 80), "allowed, yes");
    assert_eq!(world.says(WEB, DB, 80), "denied, yes");
    assert_eq!(
        world.says("8.8.8.8", "istio-system/gw", 8080),
        "allowed, no",
        "a gateway asks for what its Gateway says"
    );
    let closed = "{selector: {matchLabels: {istio: ingressgateway}}, rules: [{from: [{source: {ipBlocks: [203.0.113.0/24]}}]}]}";
    let world = cluster(&[shop(), gateway.to_owned(), policy("istio-system", "p", closed)].concat());
    assert_eq!(world.says("203.0.113.9", "istio-system/gw", 8080), "allowed, no");
    assert_eq!(world.says("8.8.8.8", "istio-system/gw", 8080), "denied, no");
}

#[test]
fn services_may_contradict_each_other() {
    let text =
        [shop(), service("mesh", "db", "{name: tcp-y, port: 80}").replacen("name: db", "name: db2", 1)];
    let allow = policy("mesh", "p", "{rules: [{to: [{operation: {methods: [GET]}}]}]}");
    let world = cluster(&[text.concat(), allow].concat());
    assert_eq!(world.says(BARE, DB, 80), "depends on request.method, no");
}
