//! Reads policies as an API server would and asks them.

use std::collections::BTreeMap;
use std::sync::Arc;

use seawall_inventory::{GroupKind, Inventory, InventoryBuilder};
use seawall_policy::admission::{Operation, Request, Unseen, User};
use seawall_policy::lint::type_checking;
use seawall_policy::vap::{PolicySet, World};
use seawall_rbac::Rbac;
use seawall_yaml::{Limits, Text, Tree, read};
use serde_json::{Value, json};

use super::super::engine_input::resource;
use super::Asked;

/// A cluster, policies in it, and a request.
pub(super) struct Input {
    pub(super) cluster: Arc<Vec<Value>>,
    pub(super) policies: Vec<Value>,
    pub(super) objects: Vec<Value>,
    pub(super) request: Option<Asked>,
}

/// What the engine says, as plain data.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// Kind, name and text of what is refused.
    pub(super) refused: Vec<(String, String, String)>,
    /// Field and text of each warning of the type checker about the first policy.
    pub(super) type_warnings: Vec<(String, String)>,
    /// The answer to the request.
    pub(super) answer: Option<Answer>,
}

/// The answer to a request.
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// Code, reason and text of the denial that decides.
    pub(super) denial: Option<(u16, String, String)>,
    pub(super) warnings: Vec<String>,
    pub(super) annotations: BTreeMap<String, String>,
    /// The object that would be stored.
    pub(super) object: Option<Value>,
    /// Why something was not judged.
    pub(super) not_judged: Vec<String>,
}

/// What the product says of a case.
///
/// # Errors
/// When it cannot read the case.
pub(super) fn judge(input: &Input) -> Result<Said, String> {
    let inventory = inventory(input, Roles::AllWritten)?;
    let (policies, _) = PolicySet::read(&inventory);
    let refused = policies.refusals().iter();
    let mut said = Said {
        refused: refused
            .map(|refusal| (refusal.kind.clone(), refusal.name.clone(), refusal.to_string()))
            .collect(),
        type_warnings: type_warnings(input, &inventory),
        answer: None,
    };
    let Some(asked) = &input.request else { return Ok(said) };
    // Rights are those of the built-in roles too, and no others: all are known.
    let (rbac, _) = Rbac::build(&self::inventory(input, Roles::BuiltInToo)?);
    let world = World::new(&inventory, Some(&rbac));
    said.answer = Some(answer(asked, &policies, &world)?);
    Ok(said)
}

/// What the type checker says of the first policy.
fn type_warnings(input: &Input, inventory: &Inventory) -> Vec<(String, String)> {
    let first = input.policies.first().and_then(|policy| policy.pointer("/metadata/name")?.as_str());
    let kind = GroupKind::new("admissionregistration.k8s.io", "ValidatingAdmissionPolicy");
    let Some(policy) = first.and_then(|name| inventory.find(kind, None, name)) else { return Vec::new() };
    type_checking(policy.root(), World::new(inventory, None).schemas())
}

/// Which roles a cluster has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Roles {
    AllWritten,
    /// Those that every API server has are not written in the set; the model assumes them where not all are here.
    BuiltInToo,
}

fn inventory(input: &Input, roles: Roles) -> Result<Inventory, String> {
    let mut builder = InventoryBuilder::default();
    builder.complete();
    if roles == Roles::BuiltInToo {
        builder.partial_kind(GroupKind::new("rbac.authorization.k8s.io", "ClusterRole"));
    }
    // Requests of one topic come from namespaces that are not written.
    builder.partial_kind(GroupKind::new("", "Namespace"));
    let objects = input.cluster.iter().chain(&input.policies).chain(&input.objects);
    for (number, object) in (0u32..).zip(objects) {
        builder.push(resource(object, number)?);
    }
    Ok(builder.build())
}

fn answer(asked: &Asked, policies: &PolicySet, world: &World<'_>) -> Result<Answer, String> {
    let object = asked.object.as_ref().map(|object| tree(&stamped(object, &asked.operation))).transpose()?;
    let old_object = asked.old_object.as_ref().map(|object| tree(&stamped(object, ""))).transpose()?;
    let options = tree(&options(asked))?;
    let extra = tree(&json!(asked.extra))?;
    let of = object.as_ref().or(old_object.as_ref()).ok_or("a request without any object")?;
    let (version, kind) = match (of.root().str("apiVersion"), of.root().str("kind")) {
        (Some(version), Some(kind)) => (version, kind),
        _ => return Err("an object without a kind".to_owned()),
    };
    let (group, version) = version.split_once('/').unwrap_or(("", version));
    let resource = &asked.resource;
    let namespaces = resource.resource == "namespaces" && asked.namespace.is_empty();
    let request = Request {
        uid: "",
        operation: Operation::of(&asked.operation).ok_or("an unknown operation")?,
        kind: (group, version, kind),
        resource: (&resource.group, &resource.version, &resource.resource),
        subresource: &asked.subresource,
        request_kind: None,
        request_resource: None,
        request_subresource: None,
        name: &asked.name,
        namespace: if namespaces { &asked.name } else { &asked.namespace },
        user: User {
            name: &asked.user,
            uid: &asked.uid,
            groups: asked.groups.iter().map(String::as_str).collect(),
            extra: Some(extra.root()),
        },
        object: object.as_ref().map(Tree::root),
        old_object: old_object.as_ref().map(Tree::root),
        options: (asked.operation != "CONNECT").then(|| options.root()),
        dry_run: asked.dry_run,
        unseen: Unseen::default(),
    };
    let decision = policies.admit(&request, world);
    let denial = decision.denials.first();
    Ok(Answer {
        denial: denial.map(|denial| (denial.code, denial.reason.name().to_owned(), denial.status(&request))),
        warnings: decision.warnings.clone(),
        annotations: decision.audit_annotations.iter().cloned().collect(),
        object: decision.object.as_ref().or(object.as_ref()).map(value).transpose()?,
        not_judged: decision.not_judged.iter().map(|one| format!("{}: {}", one.policy, one.reason)).collect(),
    })
}

/// What the set left out of objects and the server had filled in before policies saw them.
fn stamped(object: &Value, operation: &str) -> Value {
    let mut object = object.clone();
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.insert("uid".into(), json!("00000000-0000-4000-8000-000000000000"));
        metadata.insert("creationTimestamp".into(), json!("2026-01-01T00:00:00Z"));
        if operation != "CREATE" {
            metadata.insert("resourceVersion".into(), json!("1"));
        }
    }
    object
}

/// The options of a call, from its query.
fn options(asked: &Asked) -> Value {
    let kind = match asked.operation.as_str() {
        "UPDATE" => "UpdateOptions",
        "DELETE" => "DeleteOptions",
        _ => "CreateOptions",
    };
    let mut options = json!({"kind": kind, "apiVersion": "meta.k8s.io/v1"});
    if let Some(options) = options.as_object_mut() {
        if asked.dry_run {
            options.insert("dryRun".into(), json!(["All"]));
        }
        for (key, value) in asked.query.split('&').filter_map(|pair| pair.split_once('=')) {
            options.insert(key.to_owned(), json!(value));
        }
    }
    options
}

fn tree(value: &Value) -> Result<Tree, String> {
    let (mut documents, problems) = read(&Text::new(value.to_string()), &Limits::default());
    match (problems.first(), documents.len()) {
        (None, 1) => Ok(documents.remove(0).tree),
        (Some(problem), _) => Err(problem.message.clone()),
        (None, count) => Err(format!("{count} documents in one object")),
    }
}

fn value(tree: &Tree) -> Result<Value, String> {
    let mut text = String::new();
    tree.root().write_json(&mut text);
    serde_json::from_str(&text).map_err(|error| error.to_string())
}
