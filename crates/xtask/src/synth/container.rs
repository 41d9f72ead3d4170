//! Containers with the settings, habits and faults that real ones have.

use super::app::{App, Care, Shape};
use super::random::Random;
use super::words::{PUBLIC_IMAGES, REMARKS, SECRET_SETTINGS, SETTINGS, VALUES, VERSIONS};
use super::yaml::{Map, Node, texts};

/// The container that the application is about.
pub(super) fn main(random: &mut Random, app: &App, mounts: &[Map]) -> Map {
    let serves = matches!(app.shape, Shape::Web | Shape::Store | Shape::Operator);
    Map::new()
        .with("name", &app.name)
        .with("image", &app.image)
        .when(random.chance(550), "imagePullPolicy", || "IfNotPresent".into())
        .when(random.chance(250), "args", || arguments(app))
        .when(serves, "ports", || ports(random, app))
        .when(random.chance(800), "env", || environment(random, app))
        .when(random.chance(300), "envFrom", || {
            let source = Map::new().with("name", format!("{}-config", app.name));
            vec![Map::new().with("configMapRef", source).into()].into()
        })
        .when(random.chance(app.care.rate(960, 720, 350)), "resources", || resources(random, app.care))
        .remark(random.chance(120).then(|| random.pick(REMARKS)))
        .when(serves && random.chance(app.care.rate(900, 650, 350)), "livenessProbe", || {
            probe(random, app, "/healthz")
        })
        .when(serves && random.chance(app.care.rate(900, 700, 400)), "readinessProbe", || {
            probe(random, app, "/ready")
        })
        .when(random.chance(app.care.rate(990, 380, 60)), "securityContext", || security(random, app))
        .when(!mounts.is_empty(), "volumeMounts", || {
            mounts.iter().cloned().map(Node::from).collect::<Vec<_>>().into()
        })
}

/// A container beside the main one or before it.
pub(super) fn side(random: &mut Random, app: &App, name: &'static str) -> Map {
    let image = match random.chance(app.care.rate(0, 120, 350)) {
        true => random.pick(PUBLIC_IMAGES).to_owned(),
        false => format!("{}:{}", random.pick(PUBLIC_IMAGES), random.pick(VERSIONS)),
    };
    Map::new()
        .with("name", name)
        .with("image", image)
        .when(random.chance(400), "command", || {
            texts(&["sh", "-c", "until nc -z postgres.data 5432; do sleep 2; done"])
        })
        .when(random.chance(app.care.rate(950, 500, 200)), "resources", || resources(random, app.care))
        .when(random.chance(app.care.rate(980, 300, 30)), "securityContext", || security(random, app))
}

fn arguments(app: &App) -> Node {
    texts(&[&format!("--listen=0.0.0.0:{}", app.port), "--log-format=json", "--shutdown-grace=20s"])
}

fn ports(random: &mut Random, app: &App) -> Node {
    let port = |name: &str, number: i64| Map::new().with("name", name).with("containerPort", number);
    let main = port("http", app.port).when(random.chance(450), "protocol", || "TCP".into()).when(
        random.chance(app.care.rate(0, 6, 40)),
        "hostPort",
        || app.port.into(),
    );
    let mut ports = vec![Node::from(main)];
    if random.chance(350) {
        ports.push(port("metrics", 9102).into());
    }
    ports.into()
}

fn environment(random: &mut Random, app: &App) -> Node {
    let mut variables: Vec<Node> = Vec::new();
    let start = random.between(0, 20);
    let count = random.between(2, 8);
    for (i, name) in SETTINGS.iter().cycle().skip(usize::try_from(start).unwrap_or(0)).enumerate() {
        if i as u64 >= count {
            break;
        }
        variables.push(Map::new().with("name", *name).with("value", random.pick(VALUES)).into());
    }
    if random.chance(450) {
        let name = random.pick(SECRET_SETTINGS);
        let variable = Map::new().with("name", name);
        variables.push(
            if random.chance(app.care.rate(0, 70, 300)) {
                variable.with("value", random.text(b"abcdefghjkmnpqrstuvwxyzABCDEFGH23456789", 20))
            } else {
                let reference = Map::new().with("name", format!("{}-secret", app.name)).with("key", name);
                variable.with("valueFrom", Map::new().with("secretKeyRef", reference))
            }
            .into(),
        );
    }
    if random.chance(300) {
        let field = Map::new().with("fieldPath", "metadata.name");
        let source = Map::new().with("fieldRef", field);
        variables.push(Map::new().with("name", "POD_NAME").with("valueFrom", source).into());
    }
    variables.into()
}

fn resources(random: &mut Random, care: Care) -> Node {
    const CPU: [&str; 6] = ["50m", "100m", "250m", "500m", "0.5", "2000m"];
    const MEMORY: [&str; 6] = ["64Mi", "128Mi", "256Mi", "512Mi", "1Gi", "2Gi"];
    let amounts =
        |random: &mut Random| Map::new().with("cpu", random.pick(&CPU)).with("memory", random.pick(&MEMORY));
    let requests = amounts(random);
    Map::new()
        .with("requests", requests)
        .when(random.chance(care.rate(980, 800, 550)), "limits", || amounts(random).into())
        .into()
}

fn probe(random: &mut Random, app: &App, path: &'static str) -> Node {
    let action = match random.between(0, 9) {
        0 => Map::new().with("tcpSocket", Map::new().with("port", app.port)),
        1 => Map::new().with("exec", Map::new().with("command", texts(&["/bin/check", "--quick"]))),
        _ => Map::new().with("httpGet", Map::new().with("path", path).with("port", "http")),
    };
    action
        .when(random.chance(600), "initialDelaySeconds", || random.int(3, 60).into())
        .when(random.chance(600), "periodSeconds", || random.int(5, 30).into())
        .when(random.chance(300), "timeoutSeconds", || random.int(1, 5).into())
        .into()
}

fn security(random: &mut Random, app: &App) -> Node {
    let care = app.care;
    let yes = |random: &mut Random| if random.chance(8) { Node::Plain("yes") } else { Node::Bool(true) };
    let powerful = app.shape == Shape::Agent && random.chance(care.rate(150, 400, 700));
    let dropped = Map::new().with("drop", texts(&["ALL"]));
    let added = Map::new()
        .with("add", texts(&[random.pick(&["NET_ADMIN", "SYS_ADMIN", "SYS_PTRACE", "NET_BIND_SERVICE"])]));
    Map::new()
        .when(powerful || random.chance(care.rate(0, 12, 120)), "privileged", || yes(random))
        .when(random.chance(care.rate(990, 500, 150)), "allowPrivilegeEscalation", || false.into())
        .when(random.chance(care.rate(960, 400, 80)), "readOnlyRootFilesystem", || yes(random))
        .when(random.chance(care.rate(600, 400, 100)), "runAsNonRoot", || yes(random))
        .when(random.chance(300), "runAsUser", || match random.chance(care.rate(0, 120, 400)) {
            true => 0.into(),
            false => random.int(1000, 65_534).into(),
        })
        .when(random.chance(care.rate(990, 420, 100)), "capabilities", || {
            if random.chance(care.rate(0, 90, 500)) { added.into() } else { dropped.into() }
        })
        .when(random.chance(care.rate(500, 120, 10)), "seccompProfile", || {
            Map::new().with("type", "RuntimeDefault").into()
        })
        .into()
}
