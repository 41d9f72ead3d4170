//! Pods, and workloads whose pods are not here.

use seawall_inventory::{PodView, Resource};
use seawall_yaml::Node;

use crate::facts::ContainerFacts;
use crate::facts::container::pod_context;
use crate::facts::control::ControlFacts;
use crate::facts::placement::binds_to_control_plane;
use crate::names::{Name, Names};

/// What the graph needs of a pod or a pod template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PodFacts {
    /// Where it is placed.
    pub(crate) node: Option<Name>,
    /// Not placed yet, it can only run on control-plane nodes: the field that says so.
    pub(crate) on_control_plane: Option<Name>,
    pub(crate) account: Name,
    pub(crate) automount: Option<bool>,
    pub(crate) host_network: bool,
    /// One runs on every node.
    pub(crate) daemon: bool,
    /// The kind and name of the controller.
    pub(crate) owner: Option<(Name, Name)>,
    pub(crate) containers: Box<[ContainerFacts]>,
    /// What it is told as a part of the control plane.
    pub(crate) control: Option<Box<ControlFacts>>,
}

impl PodFacts {
    /// The first pod of a resource; `None` when nothing of it runs.
    pub(crate) fn read(resource: &Resource, names: &mut Names) -> Option<Self> {
        if is_over(resource) {
            return None;
        }
        let pod = resource.pods().next()?;
        Some(Self::of(resource, &pod, names))
    }

    fn of(resource: &Resource, pod: &PodView<'_>, names: &mut Names) -> Self {
        let owner = controller(resource);
        let context = pod_context(pod);
        let daemon = resource.kind() == "DaemonSet"
            || owner.is_some_and(|owner| owner.str("kind") == Some("DaemonSet"));
        let node = pod.spec().str("nodeName").filter(|name| !name.is_empty());
        PodFacts {
            node: node.map(|name| names.intern(name)),
            on_control_plane: match node {
                None => binds_to_control_plane(pod.spec())
                    .map(|keys| names.intern(&pod.place(keys).route.to_string())),
                Some(_) => None,
            },
            account: names.intern(pod.service_account()),
            automount: pod.spec().bool("automountServiceAccountToken"),
            host_network: context.host_network,
            daemon,
            owner: owner
                .and_then(|owner| Some((names.intern(owner.str("kind")?), names.intern(owner.str("name")?)))),
            control: match context.host_network {
                true => ControlFacts::read(resource, pod.containers(), names).map(Box::new),
                false => None,
            },
            containers: pod
                .containers()
                .map(|container| ContainerFacts::read(&container, &context, names))
                .collect(),
        }
    }
}

fn controller(resource: &Resource) -> Option<Node<'_>> {
    resource.metadata()?.list("ownerReferences").find(|owner| owner.bool("controller") == Some(true))
}

/// Finished pods and jobs, and workloads scaled to nothing.
fn is_over(resource: &Resource) -> bool {
    let root = resource.root();
    let phase = root.path(&["status", "phase"]).and_then(Node::as_str);
    let replicas = root.path(&["spec", "replicas"]).and_then(Node::as_i64);
    match resource.kind() {
        "Pod" => matches!(phase, Some("Succeeded" | "Failed")),
        "Job" => root.path(&["status", "completionTime"]).is_some(),
        _ => replicas == Some(0),
    }
}
