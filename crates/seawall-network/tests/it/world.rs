//! Objects from texts.

use std::sync::Arc;

use seawall_core::{Origin, OriginKind, Problem};
use seawall_inventory::{Inventory, InventoryBuilder, Resource};
use seawall_network::{Network, Profile, Target};
use seawall_yaml::{Limits, NodeId, Text, read};

pub(crate) fn resources(text: &str) -> Vec<Resource> {
    let (documents, problems) = read(&Text::new(text), &Limits::default());
    assert!(problems.is_empty(), "{problems:?}");
    let mut resources = Vec::new();
    for (number, document) in documents.into_iter().enumerate() {
        let number = u32::try_from(number).unwrap();
        let origin = Origin { file: "test.yaml".into(), document: number, line: 1, kind: OriginKind::File };
        resources.push(Resource::new(Arc::new(document.tree), NodeId::ROOT, origin, None).unwrap());
    }
    resources
}

pub(crate) fn inventory(resources: &[Resource]) -> Inventory {
    let mut builder = InventoryBuilder::new();
    resources.iter().for_each(|resource| builder.push(resource.clone()));
    builder.build()
}

pub(crate) fn network(text: &str) -> (Network, Vec<Problem>) {
    Network::build(&inventory(&resources(text)), Profile::StrictSpec)
}

pub(crate) fn target(network: &Network, name: &str) -> Target {
    *network.find(name).unwrap_or_else(|error| panic!("{error}")).first().unwrap()
}
