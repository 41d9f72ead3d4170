//! One application: what its documents share, and which documents it has.

use super::random::Random;
use super::words::{REGISTRIES, ROLES, SUBJECTS, VERSIONS};
use super::yaml::{Map, Node};
use super::{access, custom, data, exposure, workload};

/// How careful a team is; faults come in company.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Care {
    Hardened,
    Average,
    Careless,
}

impl Care {
    /// One of three rates, per mille.
    pub(super) fn rate(self, hardened: u32, average: u32, careless: u32) -> u32 {
        match self {
            Care::Hardened => hardened,
            Care::Average => average,
            Care::Careless => careless,
        }
    }
}

/// What an application is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Shape {
    /// A Deployment behind a Service.
    Web,
    /// A Deployment without a Service.
    Worker,
    /// A StatefulSet with volumes.
    Store,
    /// A DaemonSet on every node.
    Agent,
    /// CronJobs and Jobs.
    Batch,
    /// A controller with cluster-wide rights and custom resources.
    Operator,
}

/// What the documents of an application share.
#[derive(Debug)]
pub(super) struct App {
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) shape: Shape,
    pub(super) care: Care,
    pub(super) image: String,
    pub(super) port: i64,
    pub(super) has_account: bool,
    /// Whether the documents name their namespace or leave it to the caller of `kubectl apply`.
    names_namespace: bool,
    recommended_labels: bool,
}

/// A document and the name of the file that it gets when it stands alone.
pub(super) struct Document {
    pub(super) file: String,
    pub(super) body: Map,
}

impl App {
    pub(super) fn new(random: &mut Random, namespace: &str, care: Care) -> App {
        const SHAPES: [(Shape, u32); 6] = [
            (Shape::Web, 52),
            (Shape::Worker, 16),
            (Shape::Store, 10),
            (Shape::Agent, 5),
            (Shape::Batch, 12),
            (Shape::Operator, 5),
        ];
        let shape = random.weighted(&SHAPES, Shape::Web);
        let name = format!("{}-{}", random.pick(SUBJECTS), random.pick(ROLES));
        let registry = random.pick(REGISTRIES);
        let image = match random.between(0, 999) {
            n if n < u64::from(care.rate(0, 40, 160)) => format!("{registry}/{name}:latest"),
            n if n < u64::from(care.rate(0, 60, 220)) => format!("{registry}/{name}"),
            n if n > u64::from(1000 - care.rate(500, 60, 0)) => {
                let digest = random.text(b"0123456789abcdef", 64);
                format!("{registry}/{name}:{}@sha256:{digest}", random.pick(VERSIONS))
            }
            _ => format!("{registry}/{name}:{}", random.pick(VERSIONS)),
        };
        App {
            namespace: namespace.to_owned(),
            shape,
            care,
            image,
            port: random.pick(&[8080, 8080, 8080, 80, 3000, 5000, 8000, 8443, 9090]),
            has_account: random.chance(care.rate(900, 550, 250)),
            names_namespace: random.chance(750),
            recommended_labels: random.chance(450),
            name,
        }
    }

    /// `metadata` of one of its documents.
    pub(super) fn metadata(&self, suffix: &str) -> Map {
        self.cluster_metadata(suffix, self.names_namespace)
    }

    /// `metadata` of a document that may belong to no namespace.
    pub(super) fn cluster_metadata(&self, suffix: &str, namespaced: bool) -> Map {
        Map::new()
            .with("name", format!("{}{suffix}", self.name))
            .when(namespaced, "namespace", || (&self.namespace).into())
            .with("labels", self.labels())
    }

    /// All labels.
    pub(super) fn labels(&self) -> Map {
        if !self.recommended_labels {
            return self.selector();
        }
        self.selector()
            .with("app.kubernetes.io/component", self.name.rsplit('-').next().unwrap_or("app"))
            .with("app.kubernetes.io/part-of", self.namespace.as_str())
            .with("app.kubernetes.io/managed-by", "Helm")
    }

    /// The labels that selectors ask for.
    pub(super) fn selector(&self) -> Map {
        if self.recommended_labels {
            Map::new()
                .with("app.kubernetes.io/name", &self.name)
                .with("app.kubernetes.io/instance", format!("{}-{}", self.namespace, self.name))
        } else {
            Map::new().with("app", &self.name)
        }
    }

    /// Its documents, in the order in which people write them.
    pub(super) fn documents(&self, random: &mut Random) -> Vec<Document> {
        let mut out = Vec::new();
        let mut push = |file: &str, body: Map| out.push(Document { file: file.to_owned(), body });
        if self.has_account {
            push("serviceaccount", access::service_account(random, self));
        }
        if random.chance(550) {
            push("configmap", data::config_map(random, self, "-config"));
        }
        if random.chance(150) {
            push("configmap-files", data::config_map(random, self, "-files"));
        }
        if random.chance(self.care.rate(60, 260, 450)) {
            push("secret", data::secret(random, self));
        }
        for (file, body) in workload::workloads(random, self) {
            push(file, body);
        }
        for (file, body) in exposure::exposure(random, self) {
            push(file, body);
        }
        for (file, body) in access::rights(random, self) {
            push(file, body);
        }
        for (i, body) in custom::resources(random, self).into_iter().enumerate() {
            push(&format!("custom-{i}"), body);
        }
        out
    }
}

/// The beginning of a document.
pub(super) fn head(api_version: &'static str, kind: &'static str, metadata: impl Into<Node>) -> Map {
    Map::new().with("apiVersion", api_version).with("kind", kind).with("metadata", metadata)
}
