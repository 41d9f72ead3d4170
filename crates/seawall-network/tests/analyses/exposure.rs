//! Ways in and what policies say to them.

use seawall_inventory::Inventory;
use seawall_network::Network;
use seawall_network::exposure::{Judge, entry_points};

use crate::{cluster, deployment, folder, policy, service};

/// One line for each backend of each way in.
fn lines((network, inventory): &(Network, Inventory)) -> Vec<String> {
    let judge = Judge::new(network, inventory);
    let name = |id| inventory.get(id).unwrap().name().to_owned();
    let mut lines = Vec::new();
    for entry in entry_points(inventory) {
        let port = entry.port.map_or_else(|| "*".to_owned(), |port| port.to_string());
        let head = format!(
            "{} {} {} {port} {} [{}]",
            entry.kind.as_str(),
            name(entry.object),
            entry.scope.as_str(),
            entry.tls.as_str(),
            entry.hosts.join(" ")
        );
        for backend in &entry.backends {
            let judgement = judge.judge(&entry, backend);
            let port = backend.port.map_or_else(|| "*".to_owned(), |port| port.to_string());
            lines.push(format!(
                "{head} -> {}:{port}{} {}",
                name(backend.workload),
                if backend.declared { "" } else { "?" },
                judgement.passage.as_str()
            ));
        }
        if entry.backends.is_empty() {
            lines.push(format!("{head} -> nothing: {}", entry.notes.join("; ")));
        }
    }
    lines
}

#[test]
fn services() {
    let text = [
        deployment("a", "web", 8080),
        service(
            "a",
            "web",
            ", type: LoadBalancer, loadBalancerSourceRanges: [203.0.113.0/24], externalTrafficPolicy: Local",
        ),
        deployment("a", "api", 9000),
        service("a", "api", ", type: NodePort"),
        deployment("a", "old", 9000),
        service("a", "old", ", externalIPs: [198.51.100.7]"),
        deployment("a", "inner", 9000),
        service("a", "inner", ""),
    ]
    .concat();
    assert_eq!(
        lines(&cluster(&text)),
        [
            "load-balancer web internet 80 none [] -> web:8080 permitted",
            "node-port web nodes * none [] -> web:8080 permitted",
            "node-port api nodes * none [] -> api:9000 permitted",
            "external-ip old internet 80 none [198.51.100.7] -> old:9000 permitted",
        ]
    );
}

#[test]
fn internal_load_balancers() {
    for annotations in [
        "service.beta.kubernetes.io/aws-load-balancer-scheme: internal",
        "service.beta.kubernetes.io/azure-load-balancer-internal: 'true'",
        "networking.gke.io/load-balancer-type: Internal",
    ] {
        let text = format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: s, annotations: {{{annotations}}}}}\nspec: {{type: LoadBalancer, \
             allocateLoadBalancerNodePorts: false, selector: {{app: web}}, ports: [{{port: 80}}]}}\n---\n{}",
            deployment("default", "web", 8080)
        );
        assert_eq!(
            lines(&cluster(&text)),
            ["load-balancer s internal 80 none [] -> web:80? permitted"],
            "{annotations}"
        );
    }
}

#[test]
fn policies_close_by_source_address() {
    let web = [
        deployment("a", "web", 8080),
        service("a", "web", ", type: LoadBalancer, externalTrafficPolicy: Local"),
    ];
    let judged = |spec: &str| {
        let text = [web.concat(), policy("a", "p", spec)].concat();
        lines(&cluster(&text)).remove(0).rsplit(' ').next().unwrap().to_owned()
    };
    assert_eq!(judged("{podSelector: {}}"), "denied");
    assert_eq!(judged("{podSelector: {}, ingress: [{ports: [{port: http}]}]}"), "permitted");
    assert_eq!(judged("{podSelector: {}, ingress: [{ports: [{port: 9}]}]}"), "denied");
    assert_eq!(
        judged("{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 198.51.100.0/24}}]}]}"),
        "partly"
    );
    assert_eq!(judged("{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}"), "denied");
    assert_eq!(judged("{podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}"), "denied");
    assert_eq!(judged("{podSelector: {matchLabels: {app: other}}}"), "permitted");
}

#[test]
fn a_replaced_client_address_leaves_the_answer_open() {
    let node = "apiVersion: v1\nkind: Node\nmetadata: {name: n}\nstatus: {addresses: [{type: InternalIP, address: 10.1.0.1}]}\n---\n";
    let text = [
        node.to_owned(),
        deployment("a", "web", 8080),
        service("a", "web", ", type: LoadBalancer"),
        policy("a", "p", "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.1.0.0/16}}]}]}"),
    ]
    .concat();
    assert_eq!(
        lines(&cluster(&text)),
        [
            "load-balancer web internet 80 none [] -> web:8080 undecided",
            "node-port web nodes * none [] -> web:8080 partly",
        ]
    );
}

const CONTROLLER: &str = "
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: edge}
spec: {controller: k8s.io/ingress-nginx}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: controller, namespace: nginx}
spec:
  template:
    metadata: {labels: {app.kubernetes.io/name: ingress-nginx}}
    spec: {containers: [{name: c, image: i, ports: [{containerPort: 443}]}]}
---
";

const INGRESS: &str = "
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop, namespace: a}
spec:
  ingressClassName: edge
  tls: [{hosts: [shop.example]}]
  defaultBackend: {service: {name: web, port: {name: web}}}
  rules:
    - host: shop.example
      http:
        paths:
          - {path: /, backend: {service: {name: web, port: {number: 80}}}}
          - {path: /api, backend: {service: {name: web, port: {number: 80}}}}
          - {path: /lost, backend: {service: {name: lost, port: {number: 80}}}}
---
";

fn shop(controller_service: &str, policies: &str) -> Vec<String> {
    let text = [
        CONTROLLER.to_owned(),
        controller_service.to_owned(),
        INGRESS.to_owned(),
        deployment("a", "web", 8080),
        service("a", "web", ""),
        policies.to_owned(),
    ]
    .concat();
    lines(&cluster(&text)).into_iter().filter(|line| line.starts_with("ingress")).collect()
}

const BALANCER: &str = "
apiVersion: v1
kind: Service
metadata: {name: controller, namespace: nginx}
spec: {type: LoadBalancer, selector: {app.kubernetes.io/name: ingress-nginx}, ports: [{port: 443}]}
---
";

#[test]
fn an_ingress_is_as_open_as_its_controller() {
    assert_eq!(
        shop(BALANCER, ""),
        [
            "ingress shop internet 80 none [*] -> web:8080 permitted",
            "ingress shop internet 443 terminated [shop.example shop.example/api] -> web:8080 permitted",
            "ingress shop internet 443 terminated [shop.example/lost] -> nothing: Service `lost` is not here",
        ]
    );
    let hidden = BALANCER.replace("type: LoadBalancer, ", "");
    assert!(shop(&hidden, "")[0].starts_with("ingress shop internal"), "{:?}", shop(&hidden, ""));
}

#[test]
fn policies_judge_the_pods_of_the_controller() {
    let passage =
        |spec: &str| shop(BALANCER, &policy("a", "p", spec))[0].rsplit(' ').next().unwrap().to_owned();
    let from = |namespace: &str| {
        format!(
            "{{podSelector: {{}}, ingress: [{{from: [{{namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: \
             {namespace}}}}}}}]}}]}}"
        )
    };
    assert_eq!(passage(&from("nginx")), "permitted");
    assert_eq!(passage(&from("other")), "denied");
    let out = policy("nginx", "out", "{podSelector: {}, policyTypes: [Egress]}");
    assert_eq!(shop(BALANCER, &out)[0].rsplit(' ').next().unwrap(), "denied");
}

#[test]
fn a_proxy_that_is_not_here_is_said_to_be_unknown() {
    let web = [INGRESS.to_owned(), deployment("a", "web", 8080), service("a", "web", "")].concat();
    let passage = |more: &str| {
        let lines = lines(&folder(&[web.clone(), more.to_owned()].concat()));
        lines[0].rsplit(' ').next().unwrap().to_owned()
    };
    assert_eq!(passage(""), "permitted");
    assert_eq!(passage(&policy("a", "p", "{podSelector: {}}")), "denied");
    assert_eq!(passage(&policy("a", "p", "{podSelector: {}, ingress: [{}]}")), "permitted");
    assert_eq!(
        passage(&policy("a", "p", "{podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}")),
        "undecided"
    );
}

const GATEWAY: &str = "
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: gw, namespace: infra}
spec:
  gatewayClassName: public
  listeners:
    - {name: web, protocol: HTTP, port: 80, hostname: '*.example', allowedRoutes: {namespaces: {from: All}}}
    - {name: pass, protocol: TLS, port: 8443, tls: {mode: Passthrough}, allowedRoutes: {namespaces: {from: All}}}
    - {name: own, protocol: HTTPS, port: 443}
---
";

fn route(kind: &str, namespace: &str, backend: &str, more: &str) -> String {
    format!(
        "apiVersion: gateway.networking.k8s.io/v1\nkind: {kind}\nmetadata: {{name: r, namespace: {namespace}}}\nspec: \
         {{parentRefs: [{{name: gw, namespace: infra}}], rules: [{{backendRefs: [{backend}]}}]{more}}}\n---\n"
    )
}

#[test]
fn routes_attach_to_the_listeners_that_admit_them() {
    let through = |route: String| {
        let text =
            [GATEWAY.to_owned(), deployment("a", "web", 8080), service("a", "web", ""), route].concat();
        lines(&cluster(&text))
    };
    let backend = "{name: web, port: 80}";
    assert_eq!(
        through(route("HTTPRoute", "a", backend, ", hostnames: [shop.example, other.test]")),
        ["gateway r internet 80 none [shop.example] -> web:8080 permitted"]
    );
    assert_eq!(
        through(route("TLSRoute", "a", backend, "")),
        ["gateway r internet 8443 passthrough [] -> web:8080 permitted"]
    );
    assert!(through(route("HTTPRoute", "a", backend, ", hostnames: [other.test]")).is_empty());
    assert!(through(route("UDPRoute", "a", backend, "")).is_empty());
    let foreign = "{name: web, namespace: a, port: 80}";
    assert!(through(route("HTTPRoute", "b", foreign, "")).is_empty(), "no ReferenceGrant");
    let grant = "apiVersion: gateway.networking.k8s.io/v1beta1\nkind: ReferenceGrant\nmetadata: {name: g, namespace: a}\nspec: \
                 {from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: b}], to: [{group: '', kind: Service}]}\n";
    assert_eq!(through(route("HTTPRoute", "b", foreign, "") + grant).len(), 1);
}

#[test]
fn openshift_routes_and_hosts() {
    let text = [
        deployment("a", "web", 8080),
        service("a", "web", ""),
        "apiVersion: route.openshift.io/v1\nkind: Route\nmetadata: {name: r, namespace: a}\nspec: {host: shop.example, to: \
         {kind: Service, name: web}, port: {targetPort: web}, tls: {termination: reencrypt}}\n---\n"
            .to_owned(),
        "apiVersion: v1\nkind: Pod\nmetadata: {name: agent, namespace: a}\nspec: {containers: [{name: c, image: i, ports: \
         [{containerPort: 9100, hostPort: 9101}]}]}\n---\n"
            .to_owned(),
        "apiVersion: v1\nkind: Pod\nmetadata: {name: host, namespace: a}\nspec: {hostNetwork: true, containers: [{name: c, \
         image: i}]}\n---\n"
            .to_owned(),
        policy("a", "p", "{podSelector: {}}"),
    ]
    .concat();
    assert_eq!(
        lines(&cluster(&text)),
        [
            "route r internet 443 re-encrypted [shop.example] -> web:8080 denied",
            "host-port agent nodes 9101 none [] -> agent:9100 denied",
            "host-network host nodes * none [] -> host:*? permitted",
        ]
    );
}

#[test]
fn nonsense_is_survived() {
    let text = "
apiVersion: v1
kind: Service
metadata: {name: s}
spec: {type: LoadBalancer, selector: [], ports: [{port: 99999999}, {port: x}, 7, {port: 80, protocol: ICMP}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: i}
spec: {rules: [{http: {paths: [{backend: {service: {name: s, port: {number: -1}}}}, {}, 3]}}], tls: 3}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r}
spec: {parentRefs: [{name: gone}, 5], rules: [{backendRefs: [{}, {name: s}]}]}
";
    lines(&cluster(text));
    lines(&folder(text));
}
