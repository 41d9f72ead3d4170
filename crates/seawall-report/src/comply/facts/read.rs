//! Which provider a file is of.

use std::sync::Arc;

use seawall_core::{Problem, ProblemSeverity, Route};
use seawall_yaml::{Limits, Node, Text, read};

use super::{CloudCluster, Provider};

/// A description of a cluster has some hundred values; more is none.
const LIMITS: Limits = Limits { depth: 64, nodes: 200_000, document_bytes: 16 << 20 };

impl CloudCluster {
    /// Reads a provider's answer; `file` is how the text is called in problems and evidence.
    ///
    /// # Errors
    /// When the text is broken or is the answer of none of the three commands.
    pub fn read(text: &str, file: &str) -> Result<CloudCluster, Vec<Problem>> {
        let name: Arc<str> = file.into();
        let text = Text::new(text);
        let (documents, problems) = read(&text, &LIMITS);
        let errors: Vec<Problem> = problems
            .into_iter()
            .filter(|problem| problem.severity == ProblemSeverity::Error)
            .map(|problem| problem.in_file(&name))
            .collect();
        if !errors.is_empty() {
            return Err(errors);
        }
        let refuse = |message: &str, at: Option<Node<'_>>| {
            let problem = Problem::new(ProblemSeverity::Error, message).in_file(&name);
            let span = at.and_then(|node| node.key_span().or_else(|| node.span()));
            Err(vec![match span {
                Some(span) => problem.at(text.position(span.start)),
                None => problem.at(text.position(0)),
            }])
        };
        let mut documents = documents.into_iter();
        let (Some(document), None) = (documents.next(), documents.next()) else {
            return refuse("is not one description of a cluster", None);
        };
        let root = document.tree.root();
        if root.is_seq() {
            return refuse(
                "is a list; give one cluster a file (`describe` or `show`, not `list`)",
                Some(root),
            );
        }
        let Some((provider, cluster)) = detect(root) else {
            return refuse(
                "is no answer of `aws eks describe-cluster`, `gcloud container clusters describe` or `az aks show`",
                Some(root),
            );
        };
        if !cluster.is_map() {
            return refuse("`cluster` is no map", Some(cluster));
        }
        let version = match provider {
            Provider::Eks => cluster.str("version"),
            Provider::Gke => cluster.str("currentMasterVersion"),
            Provider::Aks => {
                cluster.str("currentKubernetesVersion").or_else(|| cluster.str("kubernetesVersion"))
            }
        };
        let on = |keys: &[&str]| cluster.path(keys).and_then(Node::as_bool) == Some(true);
        let runs_nodes = match provider {
            Provider::Eks => on(&["computeConfig", "enabled"]),
            Provider::Gke => on(&["autopilot", "enabled"]),
            Provider::Aks => cluster
                .path(&["sku", "name"])
                .and_then(Node::as_str)
                .is_some_and(|sku| sku.eq_ignore_ascii_case("automatic")),
        };
        Ok(CloudCluster {
            provider,
            name: cluster.str("name").unwrap_or_default().to_owned(),
            version: version.unwrap_or_default().to_owned(),
            runs_nodes,
            file: name,
            root: cluster.id(),
            tree: Arc::new(document.tree.clone()),
            text,
        })
    }

    /// The route from the root of the file, as a reader of it would write it.
    pub(crate) fn route_in_file(&self, route: &Route) -> Route {
        let tree = &self.tree;
        tree.root().route_to(tree.node(self.root)).unwrap_or_default().join(route)
    }
}

/// Who answered, and where the description of the cluster begins.
fn detect(root: Node<'_>) -> Option<(Provider, Node<'_>)> {
    if let Some(cluster) = root.get("cluster") {
        let eks = cluster.str("arn").is_some_and(|arn| arn.contains(":eks:"))
            || cluster.get("resourcesVpcConfig").is_some();
        return eks.then_some((Provider::Eks, cluster));
    }
    let aks = root
        .str("type")
        .is_some_and(|kind| kind.eq_ignore_ascii_case("Microsoft.ContainerService/ManagedClusters"));
    if aks {
        return Some((Provider::Aks, root));
    }
    let gke = root.str("selfLink").is_some_and(|link| link.contains("container.googleapis.com/"))
        || root.get("currentMasterVersion").is_some();
    gke.then_some((Provider::Gke, root))
}
