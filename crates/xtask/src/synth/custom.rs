//! Custom resources, and what a namespace itself consists of.

use super::app::{App, Care, Document, Shape, head};
use super::random::Random;
use super::yaml::{Map, Node, texts};

/// The custom resources of an application.
pub(super) fn resources(random: &mut Random, app: &App) -> Vec<Map> {
    let mut out = Vec::new();
    if random.chance(220) {
        let endpoint = Map::new().with("port", "metrics").with("interval", "30s").with("path", "/metrics");
        let spec = Map::new()
            .with("selector", Map::new().with("matchLabels", app.selector()))
            .with("endpoints", vec![endpoint.into()]);
        out.push(head("monitoring.coreos.com/v1", "ServiceMonitor", app.metadata("")).with("spec", spec));
    }
    if random.chance(app.care.rate(500, 120, 20)) {
        out.push(external_secret(app));
    }
    if app.shape == Shape::Web && random.chance(120) {
        out.push(certificate(app));
    }
    if random.chance(130) {
        out.push(alerts(random, app));
    }
    out
}

fn external_secret(app: &App) -> Map {
    let remote =
        Map::new().with("key", format!("{}/{}", app.namespace, app.name)).with("property", "password");
    let item = Map::new().with("secretKey", "DB_PASSWORD").with("remoteRef", remote);
    let spec = Map::new()
        .with("refreshInterval", "1h")
        .with("secretStoreRef", Map::new().with("kind", "ClusterSecretStore").with("name", "vault"))
        .with("target", Map::new().with("name", format!("{}-secret", app.name)))
        .with("data", vec![item.into()]);
    head("external-secrets.io/v1", "ExternalSecret", app.metadata("")).with("spec", spec)
}

fn certificate(app: &App) -> Map {
    let name = format!("{}.{}.example.com", app.name, app.namespace);
    let spec = Map::new()
        .with("secretName", format!("{}-tls", app.name))
        .with("dnsNames", vec![Node::from(name)])
        .with("issuerRef", Map::new().with("kind", "ClusterIssuer").with("name", "letsencrypt-prod"));
    head("cert-manager.io/v1", "Certificate", app.metadata("")).with("spec", spec)
}

fn alerts(random: &mut Random, app: &App) -> Map {
    let rules: Vec<Node> = (0..random.between(1, 6))
        .map(|_| {
            let limit = random.between(1, 50);
            let expression = format!(
                "sum(rate(http_requests_total{{job=\"{}\",code=~\"5..\"}}[5m])) > {limit}\nand on() up == 1\n",
                app.name
            );
            let notes = Map::new()
                .with("summary", format!("{} answers with errors", app.name))
                .with("runbook_url", format!("https://runbooks.example.com/{}", app.name));
            Map::new()
                .with("alert", "HighErrorRate")
                .with("expr", Node::Block(expression))
                .with("for", "10m")
                .with("labels", Map::new().with("severity", random.pick(&["critical", "warning", "info"])))
                .with("annotations", notes)
                .into()
        })
        .collect();
    let group = Map::new().with("name", &app.name).with("rules", rules);
    head("monitoring.coreos.com/v1", "PrometheusRule", app.metadata(""))
        .with("spec", Map::new().with("groups", vec![group.into()]))
}

/// A namespace with what its owners set for all of it.
pub(super) fn namespace(random: &mut Random, name: &str, care: Care) -> Vec<Document> {
    let mut out = Vec::new();
    let mut push = |file: &str, body: Map| out.push(Document { file: file.to_owned(), body });
    let own = |suffix: &str| Map::new().with("name", suffix).with("namespace", name);
    let level = random.pick(&["restricted", "baseline", "privileged"]);
    let mut labels = Map::new().with("team", name);
    if random.chance(care.rate(950, 350, 60)) {
        labels = labels
            .with("pod-security.kubernetes.io/enforce", level)
            .with("pod-security.kubernetes.io/warn", "restricted");
    }
    push("namespace", head("v1", "Namespace", Map::new().with("name", name).with("labels", labels)));
    if random.chance(care.rate(950, 300, 30)) {
        let spec =
            Map::new().with("podSelector", Map::new()).with("policyTypes", texts(&["Ingress", "Egress"]));
        push(
            "default-deny",
            head("networking.k8s.io/v1", "NetworkPolicy", own("default-deny")).with("spec", spec),
        );
    }
    if random.chance(care.rate(700, 300, 50)) {
        let hard = Map::new().with("requests.cpu", "40").with("requests.memory", "80Gi").with("pods", "200");
        push("quota", head("v1", "ResourceQuota", own("quota")).with("spec", Map::new().with("hard", hard)));
    }
    out
}
