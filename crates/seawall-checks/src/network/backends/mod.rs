//! Services that Ingresses and routes name, and the ports of them.

use seawall_inventory::{GroupKind, Inventory, Place, Resource};
use seawall_yaml::Node;

/// Services.
pub(crate) const SERVICE: GroupKind<'static> = GroupKind::new("", "Service");

/// A reference to a Service.
pub(crate) struct BackendRef<'i> {
    /// The name.
    pub(crate) name: &'i str,
    /// The field that names it.
    pub(crate) place: Place,
    /// The port, by number or name, when one is written.
    pub(crate) port: Option<Node<'i>>,
}

/// The Services that an Ingress names, in the notation of its version; the other notation says nothing to the API
/// server and is given as `Err` with its place.
pub(crate) fn ingress_backends(ingress: &Resource) -> Vec<Result<BackendRef<'_>, Place>> {
    let Some(spec) = ingress.root().get("spec") else { return Vec::new() };
    let paths = spec.list("rules").filter_map(|rule| rule.get("http")).flat_map(|http| http.list("paths"));
    let defaults = [spec.get("defaultBackend"), spec.get("backend")].into_iter().flatten();
    let place = |node| Place { resource: ingress.id(), route: ingress.route_of(node) };
    let old = ingress.root().str("apiVersion") != Some("networking.k8s.io/v1");
    let backends = defaults.chain(paths.filter_map(|path| path.get("backend")));
    let read = backends.filter_map(|backend| {
        let (name, port) = if old {
            (backend.get("serviceName"), backend.get("servicePort"))
        } else {
            let port = backend.path(&["service", "port", "number"]);
            let port = port.or_else(|| backend.path(&["service", "port", "name"]));
            (backend.path(&["service", "name"]), port)
        };
        match name {
            Some(node) => Some(Ok(BackendRef { name: node.as_str()?, place: place(node), port })),
            // A custom resource in place of a Service.
            None if backend.get("resource").is_some() => None,
            None => Some(Err(place(backend))),
        }
    });
    read.collect()
}

/// Whether a resource is an Ingress.
pub(crate) fn is_ingress(resource: &Resource) -> bool {
    resource.kind() == "Ingress" && matches!(resource.group(), "networking.k8s.io" | "extensions")
}

/// The class of an Ingress or Gateway, as written.
pub(crate) fn class_of(resource: &Resource) -> Option<&str> {
    let written = |key| resource.root().path(&["spec", key]).and_then(Node::as_str);
    written("ingressClassName")
        .or_else(|| written("gatewayClassName"))
        .or_else(|| resource.annotation("kubernetes.io/ingress.class"))
}

/// Whether a Service has the port: by number or name, and for `target` also by the number of a target port, which some
/// controllers take. One without ports is a patch of a Service whose ports stand elsewhere.
pub(crate) fn has_port(service: &Resource, port: Node<'_>, target: bool) -> bool {
    let wanted = port.as_i64();
    let name = port.as_str();
    let by_number = wanted.or_else(|| name?.parse().ok());
    let mut ports = service.root().get("spec").into_iter().flat_map(|spec| spec.list("ports")).peekable();
    ports.peek().is_none()
        || ports.any(|port| {
            name.is_some_and(|name| port.str("name") == Some(name))
                || by_number.is_some_and(|number| port.int("port") == Some(number))
                || target && by_number.is_some_and(|number| port.int("targetPort") == Some(number))
        })
}

/// The Service that a reference names, when it is here.
pub(crate) fn service_named<'i>(
    inventory: &'i Inventory,
    from: &Resource,
    namespace: Option<&str>,
    name: &str,
) -> Option<&'i Resource> {
    inventory.find_near(from, SERVICE, namespace, name)
}
