//! Tiller, the server part of Helm 2: what its chart and `helm init` give to its objects.

use seawall_inventory::{ContainerView, Resource};
use seawall_yaml::Node;

use crate::image::ImageReference;

/// Whether a container runs Tiller: by its image, `gcr.io/kubernetes-helm/tiller` or a copy of it.
pub(crate) fn is_tiller(container: &ContainerView<'_>) -> bool {
    let image = container.image().and_then(ImageReference::parse);
    image.is_some_and(|image| image.repository.rsplit('/').next() == Some("tiller"))
}

/// Whether a Service is the one that `helm init` makes: by its name, or the labels that it selects.
pub(crate) fn is_tiller_service(service: &Resource) -> bool {
    let selector = service.root().path(&["spec", "selector"]);
    let selects = |key: &str, value: &str| selector.and_then(|selector| selector.str(key)) == Some(value);
    service.name() == "tiller-deploy" || selects("name", "tiller") || selects("app", "tiller")
}

/// The address that an argument `--listen` binds, with the argument; the default is every address.
pub(crate) fn listen<'i>(container: &ContainerView<'i>) -> Option<(Node<'i>, &'i str)> {
    let words: Vec<Node<'i>> =
        ["command", "args"].into_iter().flat_map(|key| container.node().list(key)).collect();
    words.iter().enumerate().find_map(|(at, node)| {
        let word = node.as_str()?;
        let flag = word.strip_prefix("--listen").or_else(|| word.strip_prefix("-listen"))?;
        match flag.strip_prefix('=') {
            Some(address) => Some((*node, address)),
            None if flag.is_empty() => {
                let next = words.get(at + 1)?;
                Some((*next, next.as_str()?))
            }
            None => None,
        }
    })
}
