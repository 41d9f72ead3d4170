//! Pod specifications and pod templates.

use super::app::{App, Care, Shape};
use super::container;
use super::random::Random;
use super::words::REMARKS;
use super::yaml::{Map, Node, texts};

/// `template` of a workload.
pub(super) fn template(random: &mut Random, app: &App, labels: Node, restart: Option<&'static str>) -> Map {
    let annotations = Map::new()
        .with("prometheus.io/scrape", "true")
        .with("prometheus.io/port", "9102")
        .with("checksum/config", random.text(b"0123456789abcdef", 64));
    let metadata =
        Map::new().with("labels", labels).when(random.chance(300), "annotations", || annotations.into());
    Map::new().with("metadata", metadata).with("spec", spec(random, app, restart))
}

fn spec(random: &mut Random, app: &App, restart: Option<&'static str>) -> Map {
    let care = app.care;
    let (volumes, mounts) = volumes(random, app);
    let mut containers: Vec<Node> = vec![container::main(random, app, &mounts).into()];
    if random.chance(180) {
        containers.push(container::side(random, app, "proxy").into());
    }
    let agent = app.shape == Shape::Agent;
    let host = |random: &mut Random| random.chance(if agent { 450 } else { care.rate(0, 6, 45) });
    Map::new()
        .when(app.has_account, "serviceAccountName", || (&app.name).into())
        .when(random.chance(care.rate(900, 150, 20)), "automountServiceAccountToken", || false.into())
        .when(host(random), "hostNetwork", || true.into())
        .remark(random.chance(300).then(|| random.pick(REMARKS)))
        .when(agent && random.chance(300), "hostPID", || true.into())
        .when(random.chance(care.rate(970, 350, 60)), "securityContext", || security(random, care))
        .when(random.chance(200), "imagePullSecrets", || {
            vec![Map::new().with("name", "registry-pull").into()].into()
        })
        .when(random.chance(220), "initContainers", || {
            vec![container::side(random, app, "wait-for-database").into()].into()
        })
        .with("containers", containers)
        .when(restart.is_some(), "restartPolicy", || restart.unwrap_or("Always").into())
        .when(random.chance(250), "terminationGracePeriodSeconds", || random.int(10, 120).into())
        .when(random.chance(130), "nodeSelector", || Map::new().with("kubernetes.io/os", "linux").into())
        .when(agent || random.chance(70), "tolerations", || tolerations(agent))
        .when(random.chance(200), "affinity", || spread(app))
        .when(!volumes.is_empty(), "volumes", || volumes.into())
}

fn security(random: &mut Random, care: Care) -> Node {
    Map::new()
        .with("runAsNonRoot", random.chance(care.rate(1000, 850, 500)))
        .when(random.chance(600), "runAsUser", || random.int(1000, 65_534).into())
        .when(random.chance(500), "fsGroup", || random.int(1000, 65_534).into())
        .when(random.chance(care.rate(950, 400, 100)), "seccompProfile", || {
            Map::new().with("type", "RuntimeDefault").into()
        })
        .into()
}

fn tolerations(agent: bool) -> Node {
    let toleration = Map::new().with("operator", "Exists").with("effect", "NoSchedule");
    let dedicated = Map::new().with("key", "dedicated").with("operator", "Equal").with("value", "batch");
    vec![if agent { toleration.into() } else { dedicated.with("effect", "NoSchedule").into() }].into()
}

fn spread(app: &App) -> Node {
    let term = Map::new()
        .with("topologyKey", "kubernetes.io/hostname")
        .with("labelSelector", Map::new().with("matchLabels", app.selector()));
    let preferred = Map::new().with("weight", 100).with("podAffinityTerm", term);
    let rules = Map::new().with("preferredDuringSchedulingIgnoredDuringExecution", vec![preferred.into()]);
    Map::new().with("podAntiAffinity", rules).into()
}

/// Volumes with the mounts of the main container.
fn volumes(random: &mut Random, app: &App) -> (Vec<Node>, Vec<Map>) {
    const HOST_PATHS: [&str; 6] =
        ["/var/log", "/var/run/docker.sock", "/proc", "/etc/kubernetes", "/", "/var/lib/kubelet"];
    let mut volumes = Vec::new();
    let mut mounts = Vec::new();
    let mut add = |name: &'static str, path: &str, read_only: bool, source: (&str, Map)| {
        volumes.push(Map::new().with("name", name).with(source.0, source.1).into());
        let mount = Map::new().with("name", name).with("mountPath", path);
        mounts.push(mount.when(read_only, "readOnly", || true.into()));
    };
    if random.chance(350) {
        let mode = random.chance(250);
        let source = Map::new().with("name", format!("{}-files", app.name));
        add(
            "config",
            "/etc/app",
            true,
            ("configMap", source.when(mode, "defaultMode", || Node::Plain("0644"))),
        );
    }
    if random.chance(150) {
        let source = Map::new()
            .with("secretName", format!("{}-secret", app.name))
            .with("defaultMode", Node::Plain("0400"));
        add("credentials", "/var/run/credentials", true, ("secret", source));
    }
    if random.chance(app.care.rate(800, 250, 80)) {
        let limited = random.chance(300);
        add("tmp", "/tmp", false, ("emptyDir", Map::new().when(limited, "sizeLimit", || "256Mi".into())));
    }
    let host = if app.shape == Shape::Agent { 800 } else { app.care.rate(0, 12, 90) };
    if random.chance(host) {
        let path = random.pick(&HOST_PATHS);
        let source = Map::new().with("path", path).when(random.chance(300), "type", || "Directory".into());
        add("host", "/host", random.chance(500), ("hostPath", source));
    }
    if app.shape == Shape::Store {
        mounts.push(Map::new().with("name", "data").with("mountPath", "/var/lib/data"));
    }
    (volumes, mounts)
}

/// A claim template of a StatefulSet.
pub(super) fn claim(random: &mut Random) -> Node {
    let size = random.pick(&["1Gi", "8Gi", "20Gi", "100Gi"]);
    let requests = Map::new().with("requests", Map::new().with("storage", size));
    let spec = Map::new().with("accessModes", texts(&["ReadWriteOnce"])).with("resources", requests);
    Map::new().with("metadata", Map::new().with("name", "data")).with("spec", spec).into()
}
