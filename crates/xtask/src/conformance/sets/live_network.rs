//! A network model that is changed object by object and asked in between, as the sets on connections do.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use seawall_core::{Origin, OriginKind, Problem};
use seawall_inventory::{GroupKind, InventoryBuilder, Resource};
use seawall_network::{Network, Profile, Protocol};
use seawall_yaml::{Limits, NodeId, Text, read};
use serde::Deserialize;
use serde_json::Value;

use super::engine_input::resource;
use super::text;

/// A change of one object.
#[derive(Clone, Deserialize)]
pub(super) enum Change {
    #[serde(rename = "apply")]
    Apply(Value),
    #[serde(rename = "delete")]
    Delete { kind: String, namespace: Option<String>, name: String },
}

/// One connection to ask about.
pub(super) struct Question {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) protocol: String,
    pub(super) port: u16,
}

/// Manifests as texts, read by the product.
#[derive(Clone)]
pub(super) struct Manifests(Arc<[Resource]>);

impl Manifests {
    pub(super) fn read(path: &Path) -> Result<Vec<Resource>> {
        Self::parse(&path.display().to_string(), &text(path)?)
    }

    pub(super) fn parse(name: &str, text: &str) -> Result<Vec<Resource>> {
        let (documents, problems) = read(&Text::new(text), &Limits::default());
        anyhow::ensure!(problems.is_empty(), "`{name}`: {problems:?}");
        let mut resources = Vec::new();
        for (document, number) in documents.into_iter().zip(0..) {
            let origin = Origin { file: "input".into(), document: number, line: 1, kind: OriginKind::File };
            let read = Resource::new(Arc::new(document.tree), NodeId::ROOT, origin, None);
            resources.push(read.ok().with_context(|| format!("`{name}` has no object at {number}"))?);
        }
        Ok(resources)
    }

    pub(super) fn new(resources: Vec<Resource>) -> Self {
        Manifests(resources.into())
    }
}

/// The model of a case as it stands.
pub(super) struct Live {
    network: Network,
    objects: u32,
    pub(super) problems: Vec<Problem>,
}

impl Live {
    pub(super) fn start(manifests: &Manifests) -> Self {
        let mut builder = InventoryBuilder::new();
        manifests.0.iter().for_each(|resource| builder.push(resource.clone()));
        let (network, problems) = Network::build(&builder.build(), Profile::StrictSpec);
        Live { network, objects: 0, problems }
    }

    pub(super) fn change(&mut self, change: &Change) -> Result<(), String> {
        match change {
            Change::Apply(object) => {
                self.objects += 1;
                let problems = self.network.apply(&resource(object, self.objects)?);
                self.problems.extend(problems);
            }
            Change::Delete { kind, namespace, name } => {
                let group = match kind.as_str() {
                    "NetworkPolicy" => "networking.k8s.io",
                    "ClusterNetworkPolicy" => "policy.networking.k8s.io",
                    _ => "",
                };
                self.network.delete(GroupKind::new(group, kind), namespace.as_deref(), name);
            }
        }
        Ok(())
    }

    pub(super) fn ask(&self, question: &Question) -> Result<bool, String> {
        let target = |name: &str| match self.network.find(name) {
            Ok(targets) => targets.first().copied().ok_or_else(|| format!("nothing is named {name}")),
            Err(error) => Err(error.to_string()),
        };
        let protocol: Protocol = question.protocol.parse().map_err(|error| format!("{error}"))?;
        let (from, to) = (target(&question.from)?, target(&question.to)?);
        Ok(self.network.can(from, to, protocol, question.port).allowed)
    }
}
