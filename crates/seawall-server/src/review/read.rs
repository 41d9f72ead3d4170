//! From the bytes of a body to a request.

use std::sync::Arc;

use seawall_core::ProblemSeverity;
use seawall_policy::admission::{Operation, Request, Unseen, User};
use seawall_yaml::json::read_json_bytes;
use seawall_yaml::{Limits, Node, Tree};

use crate::images::Looked;

/// The version that is spoken.
pub(crate) const API_VERSION: &str = "admission.k8s.io/v1";

/// What one body may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReviewLimits {
    /// Bytes of the body.
    pub bytes: u32,
    /// Nesting of maps and lists.
    pub depth: u32,
    /// Values in it.
    pub nodes: u32,
}

impl Default for ReviewLimits {
    /// A request to the API server has at most 3 MiB (`MaxRequestBodyBytes`); an update carries the object twice, and the
    /// envelope needs room for the user and the options.
    fn default() -> Self {
        ReviewLimits { bytes: 2 * (3 << 20) + (64 << 10), depth: 512, nodes: 2_000_000 }
    }
}

/// Why a body is no review that can be answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadReview {
    /// It is no JSON.
    #[error("the body cannot be read: {0}")]
    Syntax(String),
    /// It is something else.
    #[error("the body is no AdmissionReview: `{0}`")]
    Foreign(&'static str),
    /// It is a review of a version that nobody has registered us for.
    #[error(
        "the body is an AdmissionReview of `{0}`, and only `{API_VERSION}` is spoken: set `admissionReviewVersions: [v1]`"
    )]
    Version(String),
    /// A field of the request is missing or has another type.
    #[error("the request cannot be judged: `{field}` must be {wanted}")]
    Field {
        /// The field, by its path in the review.
        field: &'static str,
        /// What it must be.
        wanted: &'static str,
    },
}

/// A review that holds a request.
#[derive(Clone, Debug)]
pub struct Review {
    tree: Arc<Tree>,
    operation: Operation,
    looked: Arc<Looked>,
}

/// A group, a version and a kind or a resource.
type Triple<'t> = (&'t str, &'t str, &'t str);

impl Review {
    /// Reads a body.
    ///
    /// # Errors
    /// When it is no review of the version spoken, or its request lacks what every request has.
    pub fn read(body: &[u8], limits: &ReviewLimits) -> Result<Self, BadReview> {
        let limits = Limits { depth: limits.depth, nodes: limits.nodes, document_bytes: limits.bytes };
        let (tree, problems) = read_json_bytes(body, &limits);
        let worst = problems.iter().find(|problem| problem.severity == ProblemSeverity::Error);
        if let Some(problem) = worst {
            let at = problem.position.map_or(String::new(), |at| format!(" (column {})", at.column));
            return Err(BadReview::Syntax(format!("{}{at}", plain(&problem.message))));
        }
        let Some(tree) = tree else { return Err(BadReview::Syntax("it is empty".to_owned())) };
        let tree = Arc::new(tree);
        let operation = check(tree.root())?;
        Ok(Review { tree, operation, looked: Arc::default() })
    }

    /// The request.
    pub fn request(&self) -> Request<'_> {
        let node = self.node();
        let text = |key| node.str(key).unwrap_or("");
        let user = node.get("userInfo");
        let of_user = |key| user.and_then(|user| user.str(key)).unwrap_or("");
        Request {
            uid: text("uid"),
            operation: self.operation,
            kind: triple(node, "kind", "kind").unwrap_or_default(),
            resource: triple(node, "resource", "resource").unwrap_or_default(),
            subresource: text("subResource"),
            request_kind: triple(node, "requestKind", "kind"),
            request_resource: triple(node, "requestResource", "resource"),
            request_subresource: node.str("requestSubResource"),
            name: text("name"),
            namespace: text("namespace"),
            user: User {
                name: of_user("username"),
                uid: of_user("uid"),
                groups: user
                    .into_iter()
                    .flat_map(|user| user.list("groups"))
                    .filter_map(Node::as_str)
                    .collect(),
                extra: user.and_then(|user| user.get("extra")),
            },
            object: node.get("object"),
            old_object: node.get("oldObject"),
            options: node.get("options"),
            dry_run: node.bool("dryRun").unwrap_or(false),
            unseen: Unseen::default(),
        }
    }

    /// The tree of the whole body.
    pub fn tree(&self) -> &Arc<Tree> {
        &self.tree
    }

    /// The same with what was learnt of its images.
    #[must_use]
    pub fn with(mut self, looked: Looked) -> Self {
        self.looked = Arc::new(looked);
        self
    }

    /// What was learnt of its images.
    pub fn looked(&self) -> &Looked {
        &self.looked
    }

    fn node(&self) -> Node<'_> {
        self.tree.root().get("request").unwrap_or_else(|| self.tree.root())
    }
}

/// A reader's message without what it saw in the body.
fn plain(message: &str) -> &str {
    message.split_once(", found `").map_or(message, |(expected, _)| expected)
}

fn check(root: Node<'_>) -> Result<Operation, BadReview> {
    if !root.is_map() {
        return Err(BadReview::Foreign("it is no map"));
    }
    let (Some(version), Some(kind)) = (root.str("apiVersion"), root.str("kind")) else {
        return Err(BadReview::Foreign("it has no `apiVersion` and `kind`"));
    };
    if kind != "AdmissionReview" {
        return Err(BadReview::Foreign("its kind is another one"));
    }
    if version != API_VERSION {
        return Err(BadReview::Version(
            version.chars().take(60).collect::<String>().escape_debug().to_string(),
        ));
    }
    let bad = |field, wanted| BadReview::Field { field, wanted };
    let request = root.get("request").filter(|node| node.is_map()).ok_or(bad("request", "a map"))?;
    let texts = [
        ("uid", "request.uid"),
        ("name", "request.name"),
        ("namespace", "request.namespace"),
        ("subResource", "request.subResource"),
        ("requestSubResource", "request.requestSubResource"),
    ];
    for (key, field) in texts {
        if request.get(key).is_some_and(|node| node.as_str().is_none()) {
            return Err(bad(field, "a text"));
        }
    }
    if request.str("uid").is_none_or(str::is_empty) {
        return Err(bad("request.uid", "a text"));
    }
    let named = [("kind", "kind", "request.kind"), ("resource", "resource", "request.resource")];
    for (key, last, field) in named {
        let whole = triple(request, key, last)
            .is_some_and(|(_, version, name)| !version.is_empty() && !name.is_empty());
        if !whole {
            return Err(bad(field, "a map with `group`, `version` and its name"));
        }
    }
    let maps =
        [("userInfo", "request.userInfo"), ("object", "request.object"), ("oldObject", "request.oldObject")];
    for (key, field) in maps {
        if request.get(key).is_some_and(|node| !node.is_map()) {
            return Err(bad(field, "a map"));
        }
    }
    if request.get("dryRun").is_some_and(|node| node.as_bool().is_none()) {
        return Err(bad("request.dryRun", "true or false"));
    }
    let operation = request.str("operation").and_then(Operation::of);
    operation.ok_or(bad("request.operation", "CREATE, UPDATE, DELETE or CONNECT"))
}

fn triple<'t>(node: Node<'t>, key: &str, last: &str) -> Option<Triple<'t>> {
    let node = node.get(key)?;
    Some((node.str("group").unwrap_or(""), node.str("version").unwrap_or(""), node.str(last).unwrap_or("")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u1",
        "kind":{"group":"","version":"v1","kind":"Pod"},"resource":{"group":"","version":"v1","resource":"pods"},
        "name":"web","namespace":"shop","operation":"CREATE","dryRun":true,
        "userInfo":{"username":"alice","groups":["devs"],"extra":{"k":["v"]}},
        "object":{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","managedFields":[{"manager":"x"}]}},"oldObject":null}}"#;

    fn refused(body: &str) -> String {
        Review::read(body.as_bytes(), &ReviewLimits::default()).unwrap_err().to_string()
    }

    #[test]
    fn a_request_is_read_where_it_lies() {
        let review = Review::read(GOOD.as_bytes(), &ReviewLimits::default()).unwrap();
        let request = review.request();
        assert_eq!((request.uid, request.name, request.namespace), ("u1", "web", "shop"));
        assert_eq!((request.kind, request.resource), (("", "v1", "Pod"), ("", "v1", "pods")));
        assert_eq!((request.user.name, request.user.groups.as_slice()), ("alice", &["devs"][..]));
        assert!(request.user.extra.is_some() && request.dry_run && request.old_object.is_none());
        let managed = request.object.and_then(|object| object.path(&["metadata", "managedFields"]));
        assert!(managed.is_some(), "policies may read every field");
    }

    #[test]
    fn faults_are_named_and_values_are_not_repeated() {
        for (from, to, said) in [
            (
                "admission.k8s.io/v1\"",
                "admission.k8s.io/v1beta1\"",
                "AdmissionReview of `admission.k8s.io/v1beta1`",
            ),
            ("\"AdmissionReview\"", "\"Pod\"", "its kind is another one"),
            ("\"uid\":\"u1\",", "", "`request.uid` must be a text"),
            ("\"uid\":\"u1\"", "\"uid\":7", "`request.uid` must be a text"),
            ("\"CREATE\"", "\"PATCH\"", "`request.operation` must be CREATE"),
            ("\"resource\":\"pods\"", "\"resource\":\"\"", "`request.resource` must be a map"),
            ("\"object\":{", "\"object\":\"hunter2\",\"x\":{", "`request.object` must be a map"),
            ("\"dryRun\":true", "\"dryRun\":\"yes\"", "`request.dryRun` must be true or false"),
            ("\"oldObject\":null}}", "\"oldObject\":null}", "the text ends inside a value"),
            ("\"oldObject\":null}}", "\"oldObject\":null}} x", "text after the end"),
        ] {
            let error = refused(&GOOD.replace(from, to));
            assert!(error.contains(said), "{error}");
            assert!(!error.contains("hunter2"));
        }
        assert!(refused("").contains("no JSON value"));
        assert!(refused("[]").contains("it is no map"));
        assert_eq!(refused("hunter2"), "the body cannot be read: not JSON: expected a value (column 1)");
    }

    #[test]
    fn depth_and_size_are_bounded() {
        let deep =
            GOOD.replace("\"oldObject\":null", &format!("\"x\":{}1{}", "[".repeat(600), "]".repeat(600)));
        assert!(refused(&deep).contains("nested deeper than 512 levels"));
        let limits = ReviewLimits { nodes: 10, ..ReviewLimits::default() };
        let error = Review::read(GOOD.as_bytes(), &limits).unwrap_err().to_string();
        assert!(error.contains("more than 10 values"), "{error}");
    }
}
