//! How an application is reached and kept alive: Services, Ingresses, NetworkPolicies, scaling, disruption budgets.

use super::app::{App, Shape, head};
use super::random::Random;
use super::yaml::{Map, Node, texts};

/// Each with the name of its file.
pub(super) fn exposure(random: &mut Random, app: &App) -> Vec<(&'static str, Map)> {
    let mut out = Vec::new();
    let serves = matches!(app.shape, Shape::Web | Shape::Store | Shape::Operator);
    if serves {
        out.push(("service", service(random, app)));
    }
    if app.shape == Shape::Store {
        out.push(("service-headless", headless(app)));
    }
    if app.shape == Shape::Web && random.chance(350) {
        out.push(("ingress", ingress(random, app)));
    }
    if random.chance(app.care.rate(850, 220, 20)) {
        out.push(("networkpolicy", network_policy(random, app)));
    }
    if app.shape == Shape::Web && random.chance(300) {
        out.push(("hpa", autoscaler(random, app)));
    }
    if serves && random.chance(app.care.rate(700, 300, 60)) {
        out.push(("pdb", disruption_budget(random, app)));
    }
    out
}

fn port(name: &str, number: i64, target: impl Into<Node>) -> Node {
    Map::new().with("name", name).with("port", number).with("targetPort", target).into()
}

fn service(random: &mut Random, app: &App) -> Map {
    let kind = random.weighted(&[("", 70), ("ClusterIP", 18), ("NodePort", 5), ("LoadBalancer", 7)], "");
    let mut ports = vec![port("http", 80, "http")];
    if random.chance(300) {
        ports.push(port("metrics", 9102, 9102));
    }
    let annotation = Map::new().with("service.beta.kubernetes.io/aws-load-balancer-type", "nlb");
    let metadata = app.metadata("").when(kind == "LoadBalancer", "annotations", || annotation.into());
    let spec = Map::new()
        .when(!kind.is_empty(), "type", || kind.into())
        .when(
            kind == "LoadBalancer" && random.chance(app.care.rate(900, 350, 50)),
            "loadBalancerSourceRanges",
            || texts(&["203.0.113.0/24", "198.51.100.16/28"]),
        )
        .with("selector", app.selector())
        .with("ports", ports);
    head("v1", "Service", metadata).with("spec", spec)
}

fn headless(app: &App) -> Map {
    let spec = Map::new()
        .with("clusterIP", "None")
        .with("publishNotReadyAddresses", true)
        .with("selector", app.selector())
        .with("ports", vec![port("data", app.port, app.port)]);
    head("v1", "Service", app.metadata("-headless")).with("spec", spec)
}

fn ingress(random: &mut Random, app: &App) -> Map {
    let host = format!("{}.{}.example.com", app.name, app.namespace);
    let backend = Map::new()
        .with("service", Map::new().with("name", &app.name).with("port", Map::new().with("name", "http")));
    let path = Map::new().with("path", "/").with("pathType", "Prefix").with("backend", backend);
    let rule = Map::new().with("host", &host).with("http", Map::new().with("paths", vec![path.into()]));
    let tls =
        Map::new().with("hosts", vec![Node::from(&host)]).with("secretName", format!("{}-tls", app.name));
    let snippet = random.chance(app.care.rate(0, 15, 80));
    let annotations = Map::new()
        .with("cert-manager.io/cluster-issuer", "letsencrypt-prod")
        .with("nginx.ingress.kubernetes.io/proxy-body-size", "8m")
        .when(snippet, "nginx.ingress.kubernetes.io/configuration-snippet", || {
            Node::Block(
                "more_set_headers \"X-Frame-Options: DENY\";\nproxy_set_header X-Real-IP $remote_addr;\n"
                    .into(),
            )
        });
    let spec = Map::new()
        .with("ingressClassName", "nginx")
        .when(random.chance(app.care.rate(990, 800, 400)), "tls", || vec![tls.into()].into())
        .with("rules", vec![rule.into()]);
    head("networking.k8s.io/v1", "Ingress", app.metadata("").with("annotations", annotations))
        .with("spec", spec)
}

fn network_policy(random: &mut Random, app: &App) -> Map {
    let namespace = Map::new().with("kubernetes.io/metadata.name", "ingress-nginx");
    let source = match random.chance(app.care.rate(0, 100, 500)) {
        true => Map::new().with("ipBlock", Map::new().with("cidr", "0.0.0.0/0")),
        false => Map::new().with("namespaceSelector", Map::new().with("matchLabels", namespace)),
    };
    let allowed = Map::new()
        .with("from", vec![source.into()])
        .with("ports", vec![Map::new().with("protocol", "TCP").with("port", app.port).into()]);
    let dns = Map::new().with("ports", vec![Map::new().with("protocol", "UDP").with("port", 53).into()]);
    let egress = random.chance(500);
    let spec = Map::new()
        .with("podSelector", Map::new().with("matchLabels", app.selector()))
        .with("policyTypes", if egress { texts(&["Ingress", "Egress"]) } else { texts(&["Ingress"]) })
        .with("ingress", vec![allowed.into()])
        .when(egress, "egress", || vec![dns.into()].into());
    head("networking.k8s.io/v1", "NetworkPolicy", app.metadata("")).with("spec", spec)
}

fn autoscaler(random: &mut Random, app: &App) -> Map {
    let target = Map::new().with("apiVersion", "apps/v1").with("kind", "Deployment").with("name", &app.name);
    let use_of = Map::new().with("type", "Utilization").with("averageUtilization", random.int(50, 90));
    let metric = Map::new()
        .with("type", "Resource")
        .with("resource", Map::new().with("name", "cpu").with("target", use_of));
    let low = random.int(1, 3);
    let spec = Map::new()
        .with("scaleTargetRef", target)
        .with("minReplicas", low)
        .with("maxReplicas", low + random.int(1, 12))
        .with("metrics", vec![metric.into()]);
    head("autoscaling/v2", "HorizontalPodAutoscaler", app.metadata("")).with("spec", spec)
}

fn disruption_budget(random: &mut Random, app: &App) -> Map {
    let spec = match random.chance(500) {
        true => Map::new().with("minAvailable", 1),
        false => Map::new().with("maxUnavailable", "25%"),
    };
    let spec = spec.with("selector", Map::new().with("matchLabels", app.selector()));
    head("policy/v1", "PodDisruptionBudget", app.metadata("")).with("spec", spec)
}
