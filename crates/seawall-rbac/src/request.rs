//! What is asked of the API server.

use std::fmt;

/// A request about a resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ResourceRequest {
    /// `get`, `create`, `impersonate` …
    pub verb: String,
    /// The API group, empty for the core group.
    pub group: String,
    /// The resource: `pods`.
    pub resource: String,
    /// The subresource, empty when there is none: `exec`.
    pub subresource: String,
    /// The namespace, empty for a request at cluster scope.
    pub namespace: String,
    /// The object's name, empty when the request carries none.
    pub name: String,
}

/// A request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Request {
    /// About a resource.
    Resource(ResourceRequest),
    /// About a path that is no resource.
    NonResource {
        /// The HTTP method in lower case.
        verb: String,
        /// The path: `/healthz`.
        path: String,
    },
}

impl Request {
    /// A request about a resource of a group (`pods`, `pods/exec`) at cluster scope, without a name.
    pub fn resource(verb: &str, group: &str, resource: &str) -> Self {
        let (resource, subresource) = resource.split_once('/').unwrap_or((resource, ""));
        Request::Resource(ResourceRequest {
            verb: verb.into(),
            group: group.into(),
            resource: resource.into(),
            subresource: subresource.into(),
            ..ResourceRequest::default()
        })
    }

    /// A request about a path.
    pub fn path(verb: &str, path: &str) -> Self {
        Request::NonResource { verb: verb.into(), path: path.into() }
    }

    /// The same in a namespace.
    #[must_use]
    pub fn in_namespace(mut self, namespace: &str) -> Self {
        if let Request::Resource(request) = &mut self {
            request.namespace = namespace.into();
        }
        self
    }

    /// The same about one object. For a Namespace the API server takes its own name as the namespace of the request,
    /// so that a RoleBinding within it can grant it.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        if let Request::Resource(request) = &mut self {
            request.name = name.into();
            let itself = request.group.is_empty() && request.resource == "namespaces";
            if itself && request.verb != "create" && !name.is_empty() {
                request.namespace = name.into();
            }
        }
        self
    }

    /// The verb.
    pub fn verb(&self) -> &str {
        match self {
            Request::Resource(request) => &request.verb,
            Request::NonResource { verb, .. } => verb,
        }
    }

    /// The namespace; `None` at cluster scope and for paths.
    pub fn namespace(&self) -> Option<&str> {
        match self {
            Request::Resource(request) => Some(&*request.namespace).filter(|namespace| !namespace.is_empty()),
            Request::NonResource { .. } => None,
        }
    }
}

impl ResourceRequest {
    /// Resource and subresource as rules write them: `pods/exec`.
    pub fn combined(&self) -> String {
        match self.subresource.as_str() {
            "" => self.resource.clone(),
            sub => format!("{}/{sub}", self.resource),
        }
    }
}

impl fmt::Display for Request {
    /// `create pods/exec in team-a named web`, `get deployments.apps`, `get /healthz`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Request::NonResource { verb, path } => write!(f, "{verb} {path}"),
            Request::Resource(request) => {
                write!(f, "{} {}", request.verb, request.resource)?;
                for (lead, part) in [
                    (".", &request.group),
                    ("/", &request.subresource),
                    (" in ", &request.namespace),
                    (" named ", &request.name),
                ] {
                    if !part.is_empty() {
                        write!(f, "{lead}{part}")?;
                    }
                }
                Ok(())
            }
        }
    }
}
