//! Requests that were made, as an audit log has them.
//!
//! An event says who asked for what, and at the levels `Request` and `RequestResponse` with which body. The object that
//! validating admission saw is that of the response: after defaults, after what other webhooks changed, and of a patch the
//! only one there is. The body of the request is the next best where nothing changed it on its way. The object before a
//! change is in no log, so what depends on it is not judged.
//!
//! Source: `audit.k8s.io/v1`; trap by trap `staging/src/k8s.io/apiserver/pkg/audit/request.go` of kubernetes/kubernetes.

use std::sync::Arc;

use seawall_core::ProblemSeverity;
use seawall_events::{Body, Event, Level, ObjectRef, Stage};
use seawall_policy::admission::{Operation, Request, Unseen, User, as_created, as_updated};
use seawall_schema::split_api_version;
use seawall_yaml::json::read_json_bytes;
use seawall_yaml::{Kind, Limits, Node, Span, Style, Tree, TreeBuilder};

use super::{Example, Judgement, Preview, Types, Who};
use crate::review::ReviewLimits;

/// Why an event is no request that admission lets through or refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Passed {
    /// It only reads.
    Read,
    /// It was refused, or failed, at that time.
    Failed,
    /// It tells of another stage than the end of the request.
    Stage,
    /// It is about no resource of the API.
    Path,
}

impl Passed {
    /// The word for it in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Passed::Read => "read",
            Passed::Failed => "failed",
            Passed::Stage => "stage",
            Passed::Path => "path",
        }
    }
}

/// What came of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replayed {
    /// Nothing is asked of it.
    Passed(Passed),
    /// It was judged, as far as that was possible.
    Judged {
        /// What is said.
        judgement: Judgement,
        /// Who asked and for what; `None` when nothing is said.
        about: Option<Box<(Who, Example)>>,
        /// Whether nothing was stored.
        dry_run: bool,
    },
}

/// Subresources that connect to an object: admission sees the options of the connection, whatever the verb.
const CONNECTIONS: [&str; 4] = ["exec", "attach", "portforward", "proxy"];

/// Texts of a log that are kept are cut here: names have at most 253 characters, and nobody reads more of the others.
const TEXT_BYTES: usize = 256;

impl Preview<'_> {
    /// Judges the request that an event tells of.
    pub fn replay(&self, event: &Event<'_>, types: &Types<'_>) -> Replayed {
        let (target, operation) = match asked(event) {
            Ok(asked) => asked,
            Err(passed) => return Replayed::Passed(passed),
        };
        let extra = extra(event);
        let mut request = request(event, target, operation, extra.as_ref());
        let (mut kind, mut name) = (String::new(), request.name.to_owned());
        let judgement = if let Some(id) = self.desk.rules().exemptions.of(&request) {
            Judgement { exempt: Some(id), ..Judgement::default() }
        } else {
            let object = match operation {
                Operation::Create | Operation::Update => object(event, target, operation, types).map(Some),
                Operation::Delete | Operation::Connect => Ok(None),
            };
            match object {
                Err(why) => Judgement::blind(why),
                Ok(None) => {
                    let part = match &*target.subresource {
                        "" => target.resource.to_string(),
                        part => format!("{}/{part}", target.resource),
                    };
                    let known = types.schemas.resource(&target.group, &target.version, &part);
                    request.kind = known.map_or(("", "", ""), |known| known.kind());
                    self.judge(&request, &Arc::new(Tree::null()))
                }
                Ok(Some(tree)) => {
                    let root = tree.root();
                    let (group, version) = split_api_version(root.str("apiVersion").unwrap_or(""));
                    request.kind = (group, version, root.str("kind").unwrap_or(""));
                    request.object = Some(root);
                    if request.name.is_empty() {
                        request.name = root.path(&["metadata", "name"]).and_then(Node::as_str).unwrap_or("");
                    }
                    request.kind.2.clone_into(&mut kind);
                    request.name.clone_into(&mut name);
                    self.judge(&request, &tree)
                }
            }
        };
        let silent = judgement.said.is_empty() && judgement.gaps.is_empty();
        let about = (!silent).then(|| Box::new(about(event, target, &kind, &name)));
        Replayed::Judged { judgement, about, dry_run: event.is_dry_run() }
    }
}

/// The object and the operation, when the event tells of a request that admission let through.
fn asked<'e>(event: &'e Event<'_>) -> Result<(&'e ObjectRef<'e>, Operation), Passed> {
    if event.stage != Stage::ResponseComplete {
        return Err(Passed::Stage);
    }
    let Some(target) = event.object.as_deref().filter(|target| !target.resource.is_empty()) else {
        return Err(Passed::Path);
    };
    let connects = CONNECTIONS.contains(&&*target.subresource);
    let operation = match &*event.verb {
        _ if connects => Operation::Connect,
        "create" => Operation::Create,
        // Who applies or puts what was not there creates it.
        "update" | "patch" if event.code == Some(201) => Operation::Create,
        "update" | "patch" => Operation::Update,
        "delete" | "deletecollection" => Operation::Delete,
        _ => return Err(Passed::Read),
    };
    if event.code.is_some_and(|code| code >= 400) {
        return Err(Passed::Failed);
    }
    Ok((target, operation))
}

/// The request without its object.
fn request<'e>(
    event: &'e Event<'_>,
    target: &'e ObjectRef<'_>,
    operation: Operation,
    extra: Option<&'e Tree>,
) -> Request<'e> {
    let user = event.effective_user();
    let itself = target.group.is_empty() && target.resource == "namespaces";
    Request {
        uid: &event.audit_id,
        operation,
        kind: ("", "", ""),
        resource: (&target.group, &target.version, &target.resource),
        subresource: &target.subresource,
        request_kind: None,
        request_resource: None,
        request_subresource: None,
        name: &target.name,
        namespace: if itself { &target.name } else { &target.namespace },
        user: User {
            name: &user.username,
            uid: &user.uid,
            groups: user.groups.iter().map(|group| &**group).collect(),
            extra: extra.map(Tree::root),
        },
        object: None,
        old_object: None,
        options: None,
        dry_run: event.is_dry_run(),
        unseen: Unseen {
            object: operation == Operation::Connect,
            old_object: matches!(operation, Operation::Update | Operation::Delete),
        },
    }
}

/// Further attributes of the user, as a request carries them.
fn extra(event: &Event<'_>) -> Option<Tree> {
    let extra = &event.effective_user().extra;
    if extra.is_empty() {
        return None;
    }
    let mut tree = TreeBuilder::new(None);
    tree.open(Kind::Map, Style::Flow, 0);
    for (key, values) in extra {
        tree.key(key, None);
        tree.open(Kind::Seq, Style::Flow, 0);
        for value in values {
            tree.str(value, Style::DoubleQuoted, Span::default());
        }
        tree.close(0);
    }
    Some(tree.finish())
}

/// The object that admission saw, or why it is not known.
fn object(
    event: &Event<'_>,
    target: &ObjectRef<'_>,
    operation: Operation,
    types: &Types<'_>,
) -> Result<Arc<Tree>, String> {
    if let Some(body) = event.response_body {
        let tree = read(body)?;
        if is_the_object(tree.root(), target) {
            return Ok(Arc::new(tree));
        }
    }
    let level = match event.level {
        Level::Request => "Request",
        Level::RequestResponse => "RequestResponse",
        Level::Metadata => "Metadata",
        Level::None => "unset",
    };
    let Some(body) = event.request_body else {
        let cut = event.annotation("audit.k8s.io/truncated") == Some("true");
        let why = if cut {
            "the event was cut, `audit.k8s.io/truncated`".to_owned()
        } else {
            format!("level {level}")
        };
        return Err(format!("the log holds no object ({why})"));
    };
    if event.verb == "patch" {
        return Err(format!("the log holds the patch and not the object that it makes (level {level})"));
    }
    if is_mutated(event) {
        return Err(format!(
            "a webhook changed the object on its way, and the log holds it only as the client sent it (level {level})"
        ));
    }
    let tree = read(body)?;
    let made = match operation {
        Operation::Create => as_created(tree.root(), types.schemas),
        _ => as_updated(tree.root(), types.schemas),
    };
    let made =
        made.map_err(|why| format!("the body in the log is no object that the API server takes: {why}"))?;
    Ok(Arc::new(made.unwrap_or(tree)))
}

fn read(body: Body<'_>) -> Result<Tree, String> {
    let bounds = ReviewLimits::default();
    let limits = Limits { depth: bounds.depth, nodes: bounds.nodes, document_bytes: bounds.bytes };
    let (tree, problems) = read_json_bytes(body.text().as_bytes(), &limits);
    let broken = problems.iter().any(|problem| problem.severity == ProblemSeverity::Error);
    // What the reader complains of may repeat a value.
    tree.filter(|tree| !broken && tree.root().is_map())
        .ok_or_else(|| "the body in the log cannot be read as an object".to_owned())
}

/// Whether the response is the object and neither a status nor a form that only the client wanted.
fn is_the_object(root: Node<'_>, target: &ObjectRef<'_>) -> bool {
    let (group, version) = split_api_version(root.str("apiVersion").unwrap_or(""));
    let kind = root.str("kind").unwrap_or("");
    let form = group == "meta.k8s.io" || (group, kind) == ("", "Status") || kind.is_empty();
    let own = !target.subresource.is_empty() || (group, version) == (&*target.group, &*target.version);
    !form && own
}

/// Whether a mutating webhook says that it changed the object.
fn is_mutated(event: &Event<'_>) -> bool {
    let says = |(key, value): &(std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>)| {
        key.starts_with("mutation.webhook.admission.k8s.io/") && value.contains("\"mutated\":true")
    };
    event.annotations.iter().any(says)
}

fn about(event: &Event<'_>, target: &ObjectRef<'_>, kind: &str, name: &str) -> (Who, Example) {
    let cut = |text: &str| text.get(..text.floor_char_boundary(TEXT_BYTES)).unwrap_or("").to_owned();
    let mut kind = if kind.is_empty() { cut(&target.resource) } else { cut(kind) };
    if !target.subresource.is_empty() {
        kind = cut(&format!("{kind}/{}", target.subresource));
    }
    let who = Who {
        namespace: cut(&target.namespace),
        kind: kind.clone(),
        user: cut(&event.effective_user().username),
        agent: cut(event.user_agent.split(' ').next().unwrap_or("")),
        ..Who::default()
    };
    let example = Example {
        kind,
        namespace: cut(&target.namespace),
        name: cut(name),
        audit_id: Some(cut(&event.audit_id)),
        time: event.micros(),
        ..Example::default()
    };
    (who, example)
}
