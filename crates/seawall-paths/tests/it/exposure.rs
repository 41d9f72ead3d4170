//! Ways in from the internet: each kind with a cluster that has it and one that barely has not, and the chain of objects
//! that the step names.

use seawall_paths::Filter;

use crate::{Case, case, check, model, pairs, steps};

/// A pod that owns its node and listens on 8080, in a namespace of its own.
const POD: &str = "\
kind: Namespace
apiVersion: v1
metadata: {name: shop, labels: {tier: shop}}
---
kind: Pod
apiVersion: v1
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {nodeName: n1, containers: [{name: web, image: web, securityContext: {privileged: true}, ports: [{name: http, containerPort: 8080}]}]}
";

fn service(more: &str) -> String {
    format!(
        "{POD}---\nkind: Service\napiVersion: v1\nmetadata: {{name: web, namespace: shop}}\n\
         spec: {{selector: {{app: web}}, ports: [{{port: 80, targetPort: http}}], {more}}}\n"
    )
}

const TO_SERVICE: &str = "E01 internet → Endpoint/shop/web/80";

const GATEWAY: &str = "\
---
kind: Gateway
apiVersion: gateway.networking.k8s.io/v1
metadata: {name: edge, namespace: infra}
spec: {gatewayClassName: cloud, listeners: [{name: http, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: Selector, selector: {matchLabels: {tier: shop}}}}}]}
";

/// A route of a namespace, of this kind, to the Service of the shop.
fn route(kind: &str, namespace: &str) -> String {
    format!(
        "---\nkind: {kind}\napiVersion: gateway.networking.k8s.io/v1\nmetadata: {{name: web, namespace: {namespace}}}\n\
         spec: {{parentRefs: [{{name: edge, namespace: infra}}], rules: [{{backendRefs: [{{name: web, namespace: shop, port: 80}}]}}]}}\n"
    )
}

#[test]
fn services() {
    check(&[
        case(service("type: LoadBalancer"), TO_SERVICE, ("type: LoadBalancer", "type: ClusterIP")),
        case(
            service("type: LoadBalancer, loadBalancerSourceRanges: [0.0.0.0/0], allocateLoadBalancerNodePorts: false"),
            TO_SERVICE,
            ("0.0.0.0/0", "203.0.113.0/24"),
        ),
        case(
            service("type: LoadBalancer, loadBalancerSourceRanges: [0.0.0.0/0], allocateLoadBalancerNodePorts: false"),
            TO_SERVICE,
            ("0.0.0.0/0", "10.0.0.0/8"),
        ),
        case(
            service("type: LoadBalancer").replace(
                "metadata: {name: web, namespace: shop}\nspec: {selector",
                "metadata: {name: web, namespace: shop, annotations: {networking.gke.io/load-balancer-type: External}}\nspec: {selector",
            ),
            TO_SERVICE,
            ("External", "Internal"),
        ),
        case(service("type: NodePort"), TO_SERVICE, ("type: NodePort", "type: ClusterIP")),
        case(service("externalIPs: [203.0.113.7]"), TO_SERVICE, ("203.0.113.7", "10.0.0.7")),
        case(service("type: LoadBalancer"), "E02 Endpoint/shop/web/80 → Container/shop/web/web", ("{app: web}, ports", "{app: other}, ports")),
        // A name is that of a declared port of the same protocol.
        case(
            service("type: LoadBalancer"),
            "E02 Endpoint/shop/web/80 → Container/shop/web/web",
            ("containerPort: 8080", "containerPort: 8080, protocol: UDP"),
        ),
    ]);
}

/// The range stays visible as what holds the step back; a private one is no way from the internet at all.
#[test]
fn ranges_hold_a_load_balancer_back() {
    let narrowed = |range: &str| {
        let more = "type: LoadBalancer, allocateLoadBalancerNodePorts: false, loadBalancerSourceRanges";
        pairs(&model(&service(&format!("{more}: [{range}]"))), &["internet"], &["node-root"])
    };
    assert_eq!(narrowed("203.0.113.0/24"), ["internet → node-root (held back)"]);
    assert!(narrowed("10.0.0.0/8").is_empty());
    let internal = service("type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.0/8]");
    // The node port beside it is open to whoever reaches the node.
    assert_eq!(pairs(&model(&internal), &["internet"], &["node-root"]), ["internet → node-root (held back)"]);
}

#[test]
fn pods_on_the_network_of_their_node() {
    let port = |more: &str| POD.replace("containerPort: 8080", &format!("containerPort: 8080{more}"));
    let to_pod = "E01 internet → Endpoint/shop/web/http";
    check(&[
        case(port(", hostPort: 80"), to_pod, (", hostPort: 80", "")),
        case(port(", hostPort: 80, hostIP: 0.0.0.0"), to_pod, ("0.0.0.0", "127.0.0.1")),
        case(
            POD.replace("nodeName: n1", "nodeName: n1, hostNetwork: true"),
            to_pod,
            ("hostNetwork: true", "hostNetwork: false"),
        ),
        // An init container that ends before the others start holds no port.
        case(
            port(", hostPort: 80").replace(
                "containers: [{name: web",
                "containers: [{name: main, image: main}], initContainers: [{restartPolicy: Always, name: web",
            ),
            to_pod,
            ("restartPolicy: Always, ", ""),
        ),
    ]);
}

#[test]
fn ingresses() {
    let ingress = |more: &str| {
        service("type: ClusterIP")
            + "---\nkind: Ingress\napiVersion: networking.k8s.io/v1\nmetadata: {name: web, namespace: shop}\n"
            + &format!(
                "spec: {{{more}rules: [{{http: {{paths: [{{path: /, backend: {{service: {{name: web, port: {{number: 80}}}}}}}}]}}}}]}}\n"
            )
    };
    let class = "ingressClassName: nginx, ";
    let controller = |kind: &str| {
        format!(
            "---\nkind: Deployment\napiVersion: apps/v1\nmetadata: {{name: c, namespace: in}}\n\
             spec: {{selector: {{matchLabels: {{app.kubernetes.io/name: ingress-nginx}}}}, template: {{metadata: {{labels: {{app.kubernetes.io/name: ingress-nginx}}}}, spec: {{containers: [{{name: c, image: c, ports: [{{containerPort: 80}}]}}]}}}}}}\n\
             ---\nkind: Service\napiVersion: v1\nmetadata: {{name: c, namespace: in, annotations: {{networking.gke.io/load-balancer-type: {kind}}}}}\n\
             spec: {{type: LoadBalancer, allocateLoadBalancerNodePorts: false, selector: {{app.kubernetes.io/name: ingress-nginx}}, ports: [{{port: 80}}]}}\n"
        )
    };
    check(&[
        case(ingress(""), TO_SERVICE, ("number: 80", "number: 81")),
        case(ingress(""), TO_SERVICE, ("kind: Ingress", "kind: Egress")),
        // A controller that is here opens its Ingresses as far as it is open itself.
        case(ingress(class) + &controller("External"), TO_SERVICE, ("External", "Internal")),
        case(ingress(class), TO_SERVICE, ("ingressClassName: nginx", "ingressClassName: gce-internal")),
    ]);
}

#[test]
fn gateways_and_their_routes() {
    let own = service("type: ClusterIP") + GATEWAY + &route("HTTPRoute", "shop");
    let grant = "---\nkind: ReferenceGrant\napiVersion: gateway.networking.k8s.io/v1beta1\nmetadata: {name: g, namespace: shop}\n\
                 spec: {from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: front}], to: [{group: '', kind: Service}]}\n\
                 ---\nkind: Namespace\napiVersion: v1\nmetadata: {name: front, labels: {tier: shop}}\n";
    let foreign = service("type: ClusterIP") + GATEWAY + &route("HTTPRoute", "front") + grant;
    let mut cases = vec![
        case(own.clone(), TO_SERVICE, ("matchLabels: {tier: shop}", "matchLabels: {tier: office}")),
        case(
            own.clone(),
            TO_SERVICE,
            ("from: Selector, selector: {matchLabels: {tier: shop}}", "from: Same"),
        ),
        case(own.clone(), TO_SERVICE, ("kind: HTTPRoute", "kind: TCPRoute")),
        case(own.clone(), TO_SERVICE, ("gatewayClassName: cloud", "gatewayClassName: gke-l7-rilb")),
        case(
            own.clone(),
            TO_SERVICE,
            ("namespace: shop, port: 80}", "namespace: shop, port: 80, weight: 0}"),
        ),
        case(own.replace("HTTPRoute", "GRPCRoute"), TO_SERVICE, ("protocol: HTTP", "protocol: TLS")),
    ];
    for (kind, protocol) in [("TLSRoute", "TLS"), ("TCPRoute", "TCP"), ("UDPRoute", "UDP")] {
        let yaml = own.replace("HTTPRoute", kind).replace("protocol: HTTP", &format!("protocol: {protocol}"));
        cases.push(Case { yaml, step: TO_SERVICE, but: ("sectionName", "sectionName") });
        let last = cases.last_mut().unwrap();
        last.but = ("parentRefs: [{name: edge", "parentRefs: [{sectionName: none, name: edge");
    }
    check(&cases);
    let complete = |yaml: &str| {
        let mut builder = seawall_inventory::InventoryBuilder::new();
        builder.complete();
        crate::resources(yaml).into_iter().for_each(|resource| builder.push(resource));
        steps(&seawall_paths::Model::build(&builder.build()).0)
    };
    let has = |steps: &[String]| steps.iter().any(|step| step == TO_SERVICE);
    assert!(has(&complete(&foreign)));
    assert!(!has(&complete(
        &foreign.replace("kind: HTTPRoute, namespace: front", "kind: HTTPRoute, namespace: back")
    )));
    // From manifests nobody knows whether a grant stands elsewhere.
    let unknown = steps(&model(&foreign.replace("kind: ReferenceGrant", "kind: Other")));
    assert!(has(&unknown));
}

#[test]
fn routes_of_openshift() {
    let route = service("type: ClusterIP")
        + "---\nkind: Route\napiVersion: route.openshift.io/v1\nmetadata: {name: web, namespace: shop}\nspec: {host: web.example.com, to: {kind: Service, name: web}}\n";
    check(&[
        case(
            route.clone(),
            TO_SERVICE,
            ("to: {kind: Service, name: web}", "to: {kind: Service, name: gone}"),
        ),
        case(route.clone(), TO_SERVICE, ("route.openshift.io/v1", "example.com/v1")),
        case(
            route.replace(
                "{name: web, namespace: shop}\nspec: {host",
                "{name: web, namespace: shop, annotations: {a: b}}\nspec: {host",
            ),
            TO_SERVICE,
            ("{a: b}", "{haproxy.router.openshift.io/ip_whitelist: 203.0.113.7}"),
        ),
    ]);
}

#[test]
fn network_policies_hold_ways_in_back() {
    let policy = |from: &str| {
        format!(
            "---\nkind: NetworkPolicy\napiVersion: networking.k8s.io/v1\nmetadata: {{name: n, namespace: shop}}\n\
             spec: {{podSelector: {{}}, policyTypes: [Ingress], ingress: [{{from: [{from}]}}]}}\n"
        )
    };
    let all = policy("{ipBlock: {cidr: 0.0.0.0/0}}");
    let local = "type: LoadBalancer, externalTrafficPolicy: Local";
    check(&[
        case(service(local) + &all, TO_SERVICE, ("ipBlock: {cidr: 0.0.0.0/0}", "podSelector: {}")),
        case(
            POD.replace("containerPort: 8080", "containerPort: 8080, hostPort: 80") + &all,
            "E01 internet → Endpoint/shop/web/http",
            ("ipBlock: {cidr: 0.0.0.0/0}", "podSelector: {}"),
        ),
        case(
            service("type: ClusterIP") + GATEWAY + &route("HTTPRoute", "shop") + &all,
            TO_SERVICE,
            ("ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}]", "ingress: []"),
        ),
    ]);
    let held = model(&(service(local) + &policy("{podSelector: {}}")));
    assert_eq!(pairs(&held, &["internet"], &["node-root"]), ["internet → node-root (held back)"]);
    // The network of a node knows no policies of pods.
    let on_node =
        POD.replace("nodeName: n1", "nodeName: n1, hostNetwork: true") + &policy("{podSelector: {}}");
    assert_eq!(pairs(&model(&on_node), &["internet"], &["node-root"]), ["internet → node-root"]);
}

/// Evidence and fix of the step from the internet to the node.
fn entered(yaml: &str) -> (Vec<String>, String) {
    let filter = Filter { from: vec!["internet".into()], to: vec!["node-root".into()] };
    let groups = model(yaml).paths(&filter).unwrap();
    let step = groups[0].path.steps[0].clone();
    let places = step.evidence.iter().map(|place| format!("{} {}", place.object, place.route));
    (places.collect(), step.fix)
}

#[test]
fn the_way_in_names_every_object_of_the_chain() {
    let pod = "Pod/shop/web spec.containers[0].ports[0]";
    let behind = "Service/shop/web spec.selector";
    let fix =
        |object: &str| format!("in {object}: expose it no longer, or put an authenticating proxy before it");
    let gateway = service("type: ClusterIP") + GATEWAY + &route("HTTPRoute", "shop");
    let listener = "Gateway/infra/edge spec.listeners[0]";
    let to = "HTTPRoute/shop/web spec.rules[0].backendRefs[0]";
    assert_eq!(
        entered(&gateway),
        (vec![listener.into(), to.into(), behind.into(), pod.into()], fix("HTTPRoute/shop/web"))
    );
    let own = "Service/shop/web spec.type";
    assert_eq!(
        entered(&service("type: LoadBalancer")),
        (vec![own.into(), pod.into()], fix("Service/shop/web"))
    );
    let host = POD.replace("containerPort: 8080", "containerPort: 8080, hostPort: 80");
    let opened = "Pod/shop/web spec.containers[0].ports[0].hostPort";
    assert_eq!(entered(&host), (vec![opened.into(), pod.into()], fix("Pod/shop/web")));
    // A port that no container declares: the labels join the pod to the Service.
    let undeclared = service("type: LoadBalancer").replace("targetPort: http", "targetPort: 9000");
    assert_eq!(entered(&undeclared).0, [own, "Pod/shop/web metadata.labels"]);
}

/// Each container that opens a port of the node has a way in of its own, also where two declare one number.
#[test]
fn two_containers_of_one_port() {
    let second = "}]}, {name: side, image: side, ports: [{name: side, containerPort: 8080, hostPort: 81}]}]}";
    let yaml = POD.replace("containerPort: 8080}]}]}", &format!("containerPort: 8080, hostPort: 80{second}"));
    let side = "E01 internet → Endpoint/shop/web/side";
    check(&[
        case(yaml.clone(), "E01 internet → Endpoint/shop/web/http", (", hostPort: 80}", "}")),
        case(yaml, side, (", hostPort: 81}", "}")),
    ]);
}

/// A Service without a selector leads where its EndpointSlices say.
#[test]
fn endpoint_slices_made_by_hand_are_followed() {
    let yaml = service("type: LoadBalancer")
        .replace("selector: {app: web}, ", "")
        .replace("targetPort: http", "targetPort: 8080")
        + "---\nkind: EndpointSlice\napiVersion: discovery.k8s.io/v1\nmetadata: {name: web-1, namespace: shop, labels: {kubernetes.io/service-name: web}}\n\
           addressType: IPv4\nendpoints: [{addresses: [10.0.0.1], targetRef: {kind: Pod, name: web, namespace: shop}}]\n";
    check(&[case(
        yaml,
        "E02 Endpoint/shop/web/80 → Container/shop/web/web",
        ("service-name: web", "service-name: other"),
    )]);
}
