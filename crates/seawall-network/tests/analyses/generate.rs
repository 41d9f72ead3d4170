//! Policies from declarations: each kind of evidence, and what cannot be described.

use seawall_inventory::Inventory;
use seawall_network::Network;
use seawall_network::generate::{FlowLimits, FlowLog, GenerateOptions, Generated, generate, read_flows};

use crate::{cluster, deployment, folder, policy, service};

fn made((network, inventory): &(Network, Inventory)) -> Generated {
    generate(inventory, network, &FlowLog::default(), &GenerateOptions::default())
}

fn with_flows((network, inventory): &(Network, Inventory), flows: &str) -> Generated {
    let mut log = FlowLog::default();
    let read = read_flows(flows, &FlowLimits::default(), &mut |flow| log.add(flow));
    assert!(read.problems.is_empty(), "{:?}", read.problems);
    generate(inventory, network, &log, &GenerateOptions::default())
}

/// Needs as lines, without those of DNS.
fn needs(generated: &Generated) -> Vec<String> {
    let needs = generated.needs.iter().filter(|need| need.why[0].source.as_str() != "dns");
    needs
        .map(|need| {
            let (src, dst) = (generated.end(&need.src), generated.end(&need.dst));
            format!("{src} -> {dst} {} ({})", need.ports, need.why[0].source.as_str())
        })
        .collect()
}

fn gaps(generated: &Generated) -> Vec<String> {
    generated.not_covered.iter().map(|one| format!("{}: {}", one.what, one.reason)).collect()
}

/// A workload with an environment, arguments or volumes in its pod: `container` and `pod` in flow style.
fn workload(name: &str, container: &str, pod: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, namespace: a}}\nspec:\n  selector: {{matchLabels: \
         {{app: {name}}}}}\n  template:\n    metadata: {{labels: {{app: {name}}}}}\n    spec: {{containers: [{{name: c, image: \
         i{container}}}]{pod}}}\n---\n"
    )
}

fn config(name: &str, data: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: a}}\ndata: {data}\n---\n")
}

fn targets() -> String {
    [
        deployment("a", "db", 5432),
        service("a", "db", ""),
        deployment("b", "api", 9000),
        service("b", "api", ""),
    ]
    .concat()
}

const WEB: &str = "a/web[Deployment]";

#[test]
fn references_in_variables_and_arguments() {
    for (container, expected) in [
        (", env: [{name: DB_ADDR, value: 'db:80'}]", vec!["a/db[Deployment] TCP 5432"]),
        (", env: [{name: DB_HOST, value: db}]", vec!["a/db[Deployment] TCP 5432"]),
        (
            ", env: [{name: DB_HOST, value: db}, {name: DB_PORT, value: '80'}]",
            vec!["a/db[Deployment] TCP 5432"],
        ),
        (", env: [{name: URL, value: 'jdbc:postgresql://u:p@db/x'}]", vec!["a/db[Deployment] TCP 5432"]),
        (
            ", env: [{name: H, value: api}, {name: U, value: 'http://$(H).b.svc.cluster.local.:80/x'}]",
            vec!["b/api[Deployment] TCP 9000"],
        ),
        (", args: ['--api', 'http://api.b']", vec!["b/api[Deployment] TCP 9000"]),
        (", args: ['--db-host', db, '--db-port=80']", vec!["a/db[Deployment] TCP 5432"]),
        (
            ", command: [sh, -c, 'curl http://api.b.svc/ && psql -h db.a.svc']",
            vec!["a/db[Deployment] TCP 5432", "b/api[Deployment] TCP 9000"],
        ),
        (", command: [sh, -c, 'nc ${DB_SERVICE_HOST}:80']", vec!["a/db[Deployment] TCP 5432"]),
        // A word that happens to be the name of a Service, a name in another namespace, a tag of an image.
        (
            ", env: [{name: MODE, value: db}, {name: X_SERVICE_NAME, value: db}, {name: API, value: 'api:80'}, {name: I, value: 'db:16'}]",
            vec![],
        ),
    ] {
        let text = workload("web", container, "") + &targets();
        let expected: Vec<String> =
            expected.iter().map(|dst| format!("{WEB} -> {dst} (reference)")).collect();
        assert_eq!(needs(&made(&folder(&text))), expected, "{container}");
    }
}

#[test]
fn references_in_config_maps() {
    let maps = [
        config("env", "{DB_URI: 'postgres://db:80/x', OTHER: x}"),
        config("files", "{app.yaml: \"database:\\n  host: db\\n  port: 80\\n\", more.properties: 'api.url=http://api.b:80'}"),
    ]
    .concat();
    for (container, pod, expected) in [
        (", envFrom: [{configMapRef: {name: env}}]", "", 1),
        (", env: [{name: A_URL, valueFrom: {configMapKeyRef: {name: env, key: DB_URI}}}]", "", 1),
        ("", ", volumes: [{name: v, configMap: {name: files}}]", 2),
        ("", ", volumes: [{name: v, configMap: {name: files, items: [{key: app.yaml, path: x}]}}]", 1),
        ("", ", volumes: [{name: v, projected: {sources: [{configMap: {name: files}}]}}]", 2),
    ] {
        let text = workload("web", container, pod) + &targets() + &maps;
        let generated = made(&folder(&text));
        assert_eq!(needs(&generated).len(), expected, "{container}{pod}: {:?}", needs(&generated));
        let place = generated.needs.iter().find_map(|need| need.why[0].place.clone()).unwrap();
        assert!(place.route.to_string().starts_with("data"), "{}", place.route);
    }
}

#[test]
fn what_no_policy_describes_is_listed() {
    let container = ", env: [{name: STRIPE_URL, value: 'https://api.stripe.com/v1'}, {name: GONE_ADDR, value: 'gone:80'}, \
                     {name: DB_HOST, valueFrom: {secretKeyRef: {name: s, key: h}}}, {name: PASSWORD, valueFrom: {secretKeyRef: \
                     {name: s, key: p}}}, {name: M_URL, value: 'http://169.254.169.254/latest'}], envFrom: [{configMapRef: {name: \
                     missing}}, {secretRef: {name: s}}]";
    let text = workload("web", container, "")
        + "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: a}\nstringData: {h: 'db:80', p: x}\n---\n"
        + &targets();
    let generated = made(&folder(&text));
    assert_eq!(needs(&generated), Vec::<String>::new());
    assert_eq!(
        gaps(&generated),
        [
            "`DB_HOST` from the Secret `s`: values of Secrets are never read",
            "api.stripe.com:443 (`STRIPE_URL`): a name outside the cluster: policies know only addresses",
            "gone:80 (`GONE_ADDR`): no such Service is here",
            "http://169.254.169.254 (`M_URL`): the metadata service of a cloud hands out credentials of the node: it is never allowed",
            "the ConfigMap `missing`: it is not here",
            "variables of the Secret `s`: values of Secrets are never read",
        ]
    );
    assert!(!generated.yaml.contains("169.254.169.254/32\n"), "{}", generated.yaml);
}

#[test]
fn ways_in_and_proxies() {
    let ingress = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i, namespace: a}\nspec: {ingressClassName: nginx, \
                   defaultBackend: {service: {name: web, port: {number: 80}}}}\n---\n";
    let text = workload("web", ", ports: [{name: http, containerPort: 8080}]", "")
        + &service("a", "web", "")
        + ingress;
    assert_eq!(needs(&made(&folder(&text))), ["everybody -> a/web[Deployment] TCP 8080 (entry)"]);
    let controller = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ctl, namespace: ing}\nspec:\n  template:\n    metadata: \
                      {labels: {app.kubernetes.io/name: ingress-nginx}}\n    spec: {containers: [{name: c, image: i}]}\n---\n";
    let generated = made(&folder(&(text.clone() + controller)));
    assert_eq!(needs(&generated), ["ing/ctl[Deployment] -> a/web[Deployment] TCP 8080 (entry)"]);
    let open = workload("web", ", ports: [{name: http, containerPort: 8080}]", "")
        + &service("a", "web", ", type: LoadBalancer, loadBalancerSourceRanges: [203.0.113.0/24]");
    let generated = made(&folder(&open));
    assert_eq!(needs(&generated)[0], "any address -> a/web[Deployment] TCP 8080 (entry)");
    assert!(needs(&generated).contains(&"203.0.113.0/24 -> a/web[Deployment] TCP 8080 (entry)".to_owned()));
    assert!(gaps(&generated)[0].starts_with("clients of load-balancer behind the address of a node"));
    assert!(
        generated
            .yaml
            .contains("cidr: \"0.0.0.0/0\"\n            except:\n              - \"169.254.169.254/32\"")
    );
}

const CONTROL: &str = "apiVersion: v1\nkind: Node\nmetadata: {name: cp, labels: {node-role.kubernetes.io/control-plane: ''}}\nstatus: {addresses: \
                       [{type: InternalIP, address: 172.18.0.2}]}\n---\n";

#[test]
fn webhooks_come_from_the_control_plane() {
    let hook = "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata: {name: h}\nwebhooks: \
                [{name: x, clientConfig: {service: {namespace: a, name: web, port: 80}}}]\n---\napiVersion: apiregistration.k8s.io/v1\n\
                kind: APIService\nmetadata: {name: v1.x}\nspec: {service: {namespace: a, name: web, port: 80}}\n---\n";
    let text = deployment("a", "web", 8443) + &service("a", "web", "") + hook;
    assert_eq!(needs(&made(&folder(&text))), ["everybody -> a/web[Deployment] TCP 8443 (webhook)"]);
    let generated = made(&folder(&(text.clone() + CONTROL)));
    assert_eq!(needs(&generated), ["172.18.0.2/32 -> a/web[Deployment] TCP 8443 (webhook)"]);
    assert_eq!(
        generated.needs.iter().find(|need| need.why.len() == 2).unwrap().why[1].note,
        "an aggregated API; from the addresses of the control plane"
    );
    // Cilium never matches a node by its address: everybody on that port.
    let inventory = folder(&(text + CONTROL)).1;
    let network = Network::build(&inventory, seawall_network::Profile::Cilium).0;
    let generated = generate(&inventory, &network, &FlowLog::default(), &GenerateOptions::default());
    assert_eq!(needs(&generated), ["everybody -> a/web[Deployment] TCP 8443 (webhook)"]);
    assert!(generated.proof.unmet.is_empty());
}

#[test]
fn the_api_server_needs_a_token_and_rights() {
    let rights = "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: rb, namespace: a}\nroleRef: {apiGroup: \
                  rbac.authorization.k8s.io, kind: Role, name: r}\nsubjects: [{kind: ServiceAccount, name: web}]\n---\n";
    let web = |more: &str| workload("web", "", &format!(", serviceAccountName: web{more}"));
    let of = |text: &str| {
        let generated = made(&folder(text));
        (needs(&generated), gaps(&generated))
    };
    assert_eq!(of(&(web("") + CONTROL)), (vec![], vec![]));
    let found = of(&(web("") + rights + CONTROL));
    assert_eq!(found.0, ["a/web[Deployment] -> 172.18.0.2/32 TCP 6443 (api-server)"]);
    assert_eq!(of(&(web(", automountServiceAccountToken: false") + rights + CONTROL)), (vec![], vec![]));
    let unknown = of(&(web("") + rights));
    assert!(
        unknown.0.is_empty() && unknown.1[0].ends_with("the addresses of the control plane are not known"),
        "{unknown:?}"
    );
}

#[test]
fn dns_as_it_is_here() {
    let dns = "apiVersion: v1\nkind: Service\nmetadata: {name: dns-default, namespace: openshift-dns}\nspec: {selector: {app: dns}, ports: \
               [{name: dns, port: 53, protocol: UDP, targetPort: 5353}]}\n---\napiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: d, \
               namespace: openshift-dns}\nspec: {template: {metadata: {labels: {app: dns}}, spec: {containers: [{name: c, image: i}]}}}\n---\n";
    let yaml = made(&folder(&(deployment("a", "web", 80) + dns))).yaml;
    assert!(yaml.contains("kubernetes.io/metadata.name: openshift-dns"), "{yaml}");
    for port in [
        "TCP\n          port: 53\n",
        "TCP\n          port: 5353\n",
        "UDP\n          port: 53\n",
        "UDP\n          port: 5353\n",
    ] {
        assert!(yaml.contains(port), "{port}{yaml}");
    }
    let usual = made(&folder(&deployment("a", "web", 80)));
    assert!(usual.yaml.contains("k8s-app: kube-dns"), "{}", usual.yaml);
    assert_eq!(usual.proof.described, 1);
    let cache = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: node-local-dns, namespace: kube-system}\nspec: {template: {metadata: \
                 {labels: {k8s-app: node-local-dns}}, spec: {hostNetwork: true, containers: [{name: c, image: i, args: [-localip, \
                 '169.254.20.10,10.96.0.10']}]}}}\n---\n";
    let yaml = made(&folder(&(deployment("a", "web", 80) + cache))).yaml;
    assert!(
        yaml.contains("cidr: \"10.96.0.10/32\"") && yaml.contains("cidr: \"169.254.20.10/32\""),
        "{yaml}"
    );
}

#[test]
fn metrics_and_members() {
    let prometheus = "apiVersion: v1\nkind: Pod\nmetadata: {name: prom, namespace: m, labels: {app.kubernetes.io/name: prometheus}}\nspec: \
                      {containers: [{name: c, image: i}]}\n---\n";
    let monitor = "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: s, namespace: m}\nspec: {namespaceSelector: \
                   {any: true}, selector: {}, endpoints: [{port: web}]}\n---\n";
    let annotated = deployment("a", "web", 80).replace(
        "metadata: {labels",
        "metadata: {annotations: {prometheus.io/scrape: 'true', prometheus.io/port: '9100'}, labels",
    );
    let text = [&annotated, &service("a", "web", ""), monitor].concat();
    assert_eq!(
        needs(&made(&folder(&(text.clone() + prometheus)))),
        [
            "m/prom[Pod] -> a/web[Deployment] TCP 80 (scrape)",
            "m/prom[Pod] -> a/web[Deployment] TCP 9100 (scrape)"
        ]
    );
    assert_eq!(gaps(&made(&folder(&text))).len(), 2);
    let set = |replicas: u32| {
        format!(
            "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: es, namespace: a}}\nspec: {{serviceName: es, replicas: {replicas}, template: \
               {{metadata: {{labels: {{app: es}}}}, spec: {{containers: [{{name: c, image: i, ports: [{{name: http, containerPort: 9300}}]}}]}}}}}}\n---\n"
        ) + &service("a", "es", ", clusterIP: None")
    };
    assert_eq!(needs(&made(&folder(&set(3)))), ["a/es[StatefulSet] -> a/es[StatefulSet] TCP 9300 (peers)"]);
    assert_eq!(needs(&made(&folder(&set(1)))), Vec::<String>::new());
}

#[test]
fn policies_that_stay_can_break_the_proof() {
    let web = workload("web", ", env: [{name: DB_ADDR, value: 'db:80'}]", "");
    let deny = "apiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata: {name: no-db}\nspec: {tier: Admin, priority: \
                1, subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}], protocols: [{tcp: {destinationPort: {number: \
                5432}}}]}]}\n---\n";
    let old = policy("a", "old", "{podSelector: {}, policyTypes: [Ingress]}");
    let generated = made(&folder(&(web.clone() + &targets() + &old)));
    assert!(generated.proof.unmet.is_empty());
    assert_eq!(generated.replaced.len(), 1);
    assert_eq!(generated.measures.over_grant, 0);
    let broken = made(&folder(&(web + &targets() + deny)));
    assert_eq!(broken.proof.unmet.len(), 1);
    assert_eq!(broken.proof.unmet[0].policies, ["ClusterNetworkPolicy/no-db"]);
    assert!(broken.proof.unmet[0].before);
}

#[test]
fn namespaces_of_the_system_are_left_alone() {
    let text = deployment("a", "web", 80) + &deployment("kube-system", "x", 80);
    let generated = made(&cluster(&text));
    assert_eq!(generated.left_alone.iter().collect::<Vec<_>>(), ["kube-system"]);
    assert!(generated.policies.iter().all(|policy| policy.namespace == "a"));
    assert_eq!(generated.policies.len(), 2);
}

const HUBBLE: &str = r#"{"flow":{"time":"2026-11-20T10:00:00.5Z","verdict":"FORWARDED","IP":{"source":"10.0.0.1","destination":"10.0.0.2"},"l4":{"TCP":{"source_port":4000,"destination_port":5432}},"source":{"namespace":"a","labels":["k8s:app=web","k8s:io.kubernetes.pod.namespace=a"],"pod_name":"web-5d4f8-x2x9l"},"destination":{"namespace":"a","labels":["k8s:app=db"],"pod_name":"gone-0"},"traffic_direction":"EGRESS","is_reply":false}}
{"flow":{"time":"2026-11-21T10:00:00Z","verdict":"FORWARDED","l4":{"TCP":{"source_port":4000,"destination_port":5432}},"source":{"namespace":"a","labels":["k8s:app=web"]},"destination":{"namespace":"a","labels":["k8s:app=db"]},"is_reply":false}}
{"flow":{"verdict":"FORWARDED","l4":{"TCP":{"source_port":5432,"destination_port":4000}},"source":{"namespace":"a","labels":["k8s:app=db"]},"destination":{"namespace":"a","labels":["k8s:app=web"]},"is_reply":true}}
{"flow":{"time":"2026-11-21T10:00:01Z","verdict":"DROPPED","l4":{"TCP":{"destination_port":9000}},"source":{"namespace":"a","labels":["k8s:app=web"]},"destination":{"namespace":"b","labels":["k8s:app=api"]},"is_reply":false}}
{"flow":{"verdict":"FORWARDED","l4":{"ICMPv4":{"type":8}},"source":{"labels":["reserved:host"]},"destination":{"namespace":"a","labels":["k8s:app=db"]}}}
{"flow":{"verdict":"FORWARDED","l4":{"TCP":{"destination_port":5432}},"IP":{"source":"172.18.0.9"},"source":{"labels":["reserved:host"]},"destination":{"namespace":"a","labels":["k8s:app=db"]}}}
{"flow":{"verdict":"FORWARDED","l4":{"TCP":{"destination_port":443}},"IP":{"destination":"203.0.113.7"},"source":{"namespace":"a","labels":["k8s:app=web"]},"destination":{"labels":["reserved:world"]}}}
{"lost_events":{"source":"PERF_EVENT_RING_BUFFER","num_events_lost":"12"}}
"#;

#[test]
fn flows_of_hubble() {
    let text = workload("web", "", "") + &targets();
    let mut log = FlowLog::default();
    let read = read_flows(HUBBLE, &FlowLimits::default(), &mut |flow| log.add(flow));
    assert_eq!((read.records, read.flows, read.replies, read.without_ports, read.lost), (8, 5, 1, 1, 12));
    let generated = with_flows(&folder(&text), HUBBLE);
    assert_eq!(
        needs(&generated),
        [
            "a/web[Deployment] -> a/db[Deployment] TCP 5432 (flow)",
            "a/web[Deployment] -> 203.0.113.7/32 TCP 443 (flow)"
        ]
    );
    let of_db = |need: &&seawall_network::generate::Need| generated.end(&need.dst).starts_with("a/db");
    let seen = generated.needs.iter().find(of_db).unwrap().why[0].seen.clone().unwrap();
    assert_eq!(seen.count, 2);
    assert_eq!(
        (seen.first.as_deref(), seen.last.as_deref()),
        (Some("2026-11-20T10:00:00Z"), Some("2026-11-21T10:00:00Z"))
    );
    let denied = &generated.resolution.denied;
    assert_eq!((denied[0].src.as_str(), denied[0].dst.as_str()), (WEB, "b/api[Deployment]"));
    assert_eq!(generated.resolution.own_node, 1);
    assert!(generated.proof.unmet.is_empty());
}

#[test]
fn flows_of_inspektor_gadget() {
    let text = workload("web", "", "") + &targets();
    let old = r#"{"node":"n","namespace":"a","pod":"web-1","type":"normal","pktType":"OUTGOING","proto":"tcp","port":80,"podHostIP":"172.18.0.9","podIP":"10.0.0.1","podLabels":{"app":"web","pod-template-hash":"x"},"remoteKind":"svc","remoteNamespace":"b","remoteName":"api","remoteLabels":{"app":"api"}}
{"namespace":"a","pod":"db-1","pktType":"HOST","proto":"tcp","port":5432,"podLabels":{"app":"db"},"podHostIP":"172.18.0.9","remoteKind":"other","remoteAddr":"172.18.0.9"}
{"namespace":"a","pod":"db-1","pktType":"HOST","proto":"tcp","port":5432,"podLabels":{"app":"db"},"remoteKind":"pod","remoteNamespace":"a","remoteName":"web-1","remoteLabels":{"app":"web"}}
"#;
    let expected = [
        "a/web[Deployment] -> a/db[Deployment] TCP 5432 (flow)",
        "a/web[Deployment] -> b/api[Deployment] TCP 9000 (flow)",
    ];
    let generated = with_flows(&folder(&text), old);
    assert_eq!(needs(&generated), expected);
    assert_eq!(generated.resolution.own_node, 1);
    let new = r#"[[{"k8s":{"namespace":"a","podName":"web-1","podLabels":"app=web","owner":{"kind":"Deployment","name":"web"}},"egress":1,"endpoint":{"addr":"10.0.0.2","port":5432,"proto":"TCP","k8s":{"kind":"pod","namespace":"a","name":"db-1","labels":"app=db"}}},
{"k8s":{"namespace":"a","podName":"web-1","podLabels":"app=web"},"egress":1,"endpoint":{"addr":"10.96.0.1","port":80,"proto":"TCP","k8s":{"kind":"svc","namespace":"b","name":"api"}}}]]"#;
    assert_eq!(needs(&with_flows(&folder(&text), new)), expected);
}

#[test]
fn tables_and_lists() {
    let text = workload("web", "", "") + &targets();
    let expected = ["a/web[Deployment] -> a/db[Deployment] TCP 5432 (flow)"];
    for flows in [
        "a/web[Deployment],a/db,5432,tcp\n",
        "source\tdestination\tport\tprotocol\na/web\ta/db\t5432\tTCP\n",
        "src,dst,conn\na/web[Deployment],a/db[Deployment],TCP 5432\n",
        "[{\"src\": \"a/web[Deployment]\", \"dst\": \"a/db[Deployment]\", \"conn\": \"TCP 5432\"}]",
        "src,dst,port,proto\na/web,Service/a/db,80,tcp\n",
    ] {
        assert_eq!(needs(&with_flows(&folder(&text), flows)), expected, "{flows}");
    }
}

#[test]
fn hostile_flows_are_problems() {
    let deep = "[".repeat(100_000);
    let long = format!("{{\"src\":\"a/{}\",\"dst\":\"a/b\",\"conn\":\"TCP 80\"}}", "x".repeat(5_000));
    for (flows, problems) in [
        ("", 1),
        ("{\"flow\":{}}\n{broken\n{\"flow\":{}}", 1),
        ("a,b,c,d\n", 1),
        (deep.as_str(), 1),
        (long.as_str(), 1),
        ("{\"flow\":{\"verdict\":\"FORWARDED\",\"l4\":{\"TCP\":{\"destination_port\":-1}}}}", 1),
        ("src,dst,port,proto\na/b,a/c,0,tcp\na/b,a/c,9-1,tcp\na/b,a/c,80,http\n", 3),
    ] {
        let mut count = 0;
        let read = read_flows(flows, &FlowLimits::default(), &mut |_| count += 1);
        assert_eq!((read.problems.len(), count), (problems, 0), "{:?}", read.problems);
    }
    let limits = FlowLimits { records: 2, ..FlowLimits::default() };
    let mut count = 0;
    let read = read_flows("a/b,a/c,1,tcp\na/b,a/c,2,tcp\na/b,a/c,3,tcp\n", &limits, &mut |_| count += 1);
    assert_eq!((count, read.problems.len()), (2, 1));
    // Names cannot leave their quotes or their line.
    let pod = "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"x\\n---\\nkind: Evil\",\"namespace\":\"a\",\"labels\":{\"app\":\"v: [\\n\\\"\"}},\"spec\":{\"containers\":[]}}";
    let generated = made(&folder(pod));
    assert!(generated.yaml.lines().all(|line| !line.starts_with("kind: Evil")), "{}", generated.yaml);
    assert_eq!(crate::world::resources(&generated.yaml).len(), 2);
}

#[test]
fn host_network_is_described_by_nodes_or_not_at_all() {
    let web = workload("web", ", env: [{name: DB_ADDR, value: 'db:80'}]", ", hostNetwork: true");
    let generated = made(&folder(&(web.clone() + &targets())));
    assert!(generated.proof.unmet.is_empty());
    assert!(
        gaps(&generated).iter().any(|gap| gap.starts_with("from a/web[Deployment] on TCP 5432")),
        "{:?}",
        gaps(&generated)
    );
    let node = "apiVersion: v1\nkind: Node\nmetadata: {name: n}\nstatus: {addresses: [{type: InternalIP, address: 172.18.0.3}]}\n---\n";
    let generated = made(&folder(&(web + &targets() + node)));
    assert!(generated.yaml.contains("cidr: \"172.18.0.3/32\""), "{}", generated.yaml);
    assert!(gaps(&generated).iter().all(|gap| !gap.starts_with("from ")), "{:?}", gaps(&generated));
}
