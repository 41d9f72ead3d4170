//! What the API server does to an object that is created, after mutating admission and before validating admission:
//! `PrepareForCreate` of `pkg/registry/*/*/strategy.go`.

mod label_keys;

use crate::Schema;
use crate::defaults::TEMPLATE_GENERATION;
use crate::quantity::nanos;
use crate::table::{Def, Field, Shape};
use crate::value::Value;

/// Prepares an object of a built-in type.
pub(crate) fn prepare(def: &Def, object: &mut Value<'_>) {
    if resets_status(def) {
        object.set("status", Value::map());
    }
    match def.name.as_ref() {
        "core.v1.Pod" => {
            let class = quality_of_service(object);
            let mut status = Value::map();
            status.set("phase", Value::str("Pending"));
            status.set("qosClass", Value::str(class));
            object.set("status", status);
            label_keys::apply(object);
            app_armor(object);
        }
        "apps.v1.DaemonSet" => daemon_set(object),
        "core.v1.Namespace" => namespace(object),
        "core.v1.PersistentVolume" | "core.v1.PersistentVolumeClaim" => {
            let mut status = Value::map();
            status.set("phase", Value::str("Pending"));
            object.set("status", status);
        }
        "batch.v1.Job" => job(object),
        _ => {}
    }
}

/// Objects whose status belongs to a controller. Those of a node come with it; a review's is the answer.
fn resets_status(def: &Def) -> bool {
    let Shape::Struct(fields) = &def.shape else { return false };
    let name = def.name.as_ref();
    Field::find(fields, "status").is_some_and(|status| status.by_value)
        && !matches!(
            name,
            "core.v1.Node" | "autoscaling.v1.Scale" | "apiextensions.v1.CustomResourceDefinition"
        )
        && !name.starts_with("authentication.")
        && !name.starts_with("authorization.")
}

fn namespace(namespace: &mut Value<'_>) {
    let mut status = Value::map();
    status.set("phase", Value::str("Active"));
    namespace.set("status", status);
    let Some(spec) = namespace.get_mut("spec") else { return };
    let ours = Value::str("kubernetes");
    match spec.get_mut("finalizers") {
        Some(Value::List(list)) if list.contains(&ours) => {}
        Some(Value::List(list)) => list.push(ours),
        _ => spec.set("finalizers", Value::List(vec![ours])),
    }
}

/// The counter of templates begins with one.
fn daemon_set(object: &mut Value<'_>) {
    let counter = object.path_mut(&["metadata", "annotations", TEMPLATE_GENERATION]);
    if let Some(counter) =
        counter.filter(|counter| counter.as_str().is_none_or(|n| n.starts_with('-') || n == "0"))
    {
        *counter = Value::str("1");
    }
}

/// Profiles of AppArmor that stand in annotations, as they once did, are copied to the fields.
fn app_armor(pod: &mut Value<'_>) {
    const PREFIX: &str = "container.apparmor.security.beta.kubernetes.io/";
    let annotations = pod.path(&["metadata", "annotations"]).and_then(Value::as_map).map(Vec::as_slice);
    let profiles: Vec<(String, Value<'_>)> = annotations
        .unwrap_or_default()
        .iter()
        .filter_map(|(key, value)| Some((key.strip_prefix(PREFIX)?.to_owned(), profile(value.as_str()?)?)))
        .collect();
    if profiles.is_empty() || pod.path(&["spec", "os", "name"]).and_then(Value::as_str) == Some("windows") {
        return;
    }
    let whole = pod.path(&["spec", "securityContext", "appArmorProfile"]).cloned();
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        for container in pod.path_mut(&["spec", list]).map(Value::items_mut).unwrap_or_default() {
            let name = container.get("name").and_then(Value::as_str).unwrap_or("").to_owned();
            let Some((_, profile)) = profiles.iter().find(|(of, _)| *of == name) else { continue };
            let same = whole.as_ref().is_some_and(|whole| whole.means(profile));
            if same || container.path(&["securityContext", "appArmorProfile"]).is_some() {
                continue;
            }
            make_map(container, "securityContext");
            if let Some(context) = container.get_mut("securityContext") {
                context.set("appArmorProfile", profile.clone());
            }
        }
    }
}

/// The field that says what an annotation says; none for one that says nothing that may be.
fn profile<'t>(annotation: &str) -> Option<Value<'t>> {
    const LONGEST: usize = 4095;
    let mut profile = Value::map();
    match annotation {
        "unconfined" => profile.set("type", Value::str("Unconfined")),
        "runtime/default" => profile.set("type", Value::str("RuntimeDefault")),
        other => {
            let name = other.strip_prefix("localhost/")?;
            if name.is_empty() || name.trim() != name || name.len() > LONGEST {
                return None;
            }
            profile.set("type", Value::str("Localhost"));
            profile.set("localhostProfile", Value::Str(name.to_owned().into()));
        }
    }
    Some(profile)
}

/// A job selects its pods by labels that are made for it: its name, and its identifier when it has one already.
fn job(job: &mut Value<'_>) {
    if job.path(&["spec", "manualSelector"]) == Some(&Value::Bool(true)) {
        return;
    }
    let text = |key: &str| job.path(&["metadata", key]).cloned().unwrap_or(Value::str(""));
    let (name, uid) = (text("name"), text("uid"));
    let Some(metadata) = job.path_mut(&["spec", "template", "metadata"]) else { return };
    make_map(metadata, "labels");
    if let Some(labels) = metadata.get_mut("labels") {
        let wanted = [
            ("job-name", &name),
            ("batch.kubernetes.io/job-name", &name),
            ("controller-uid", &uid),
            ("batch.kubernetes.io/controller-uid", &uid),
        ];
        for (key, value) in wanted {
            if labels.get(key).is_none() {
                labels.set(key, value.clone());
            }
        }
    }
    let Some(spec) = job.get_mut("spec") else { return };
    make_map(spec, "selector");
    if let Some(selector) = spec.get_mut("selector") {
        make_map(selector, "matchLabels");
    }
    let key = "batch.kubernetes.io/controller-uid";
    if let Some(labels) =
        spec.path_mut(&["selector", "matchLabels"]).filter(|labels| labels.get(key).is_none())
    {
        labels.set(key, uid);
    }
}

fn make_map(value: &mut Value<'_>, key: &'static str) {
    if value.get(key).and_then(Value::as_map).is_none() {
        value.set(key, Value::map());
    }
}

/// `pkg/apis/core/v1/helper/qos`
fn quality_of_service(pod: &Value<'_>) -> &'static str {
    const COUNTED: [&str; 2] = ["cpu", "memory"];
    let Some(spec) = pod.get("spec") else { return "BestEffort" };
    let whole = spec.get("resources").filter(|resources| **resources != Value::Null);
    let holders: Vec<&Value<'_>> = match whole {
        Some(resources) => vec![resources],
        None => ["containers", "initContainers"]
            .iter()
            .flat_map(|list| spec.get(list).map(Value::items).unwrap_or_default())
            .filter_map(|container| container.get("resources"))
            .collect(),
    };
    let (mut requests, mut limits) = ([0_i128; 2], [0_i128; 2]);
    let mut guaranteed = true;
    for resources in holders {
        for ((request, limit), name) in requests.iter_mut().zip(&mut limits).zip(COUNTED) {
            let amount = |list: &str| {
                let text = resources.path(&[list, name]).and_then(Value::as_str);
                text.and_then(nanos).filter(|amount| *amount > 0).unwrap_or(0)
            };
            *request = request.saturating_add(amount("requests"));
            let limited = amount("limits");
            *limit = limit.saturating_add(limited);
            guaranteed &= limited > 0;
        }
    }
    if requests == [0; 2] && limits == [0; 2] {
        "BestEffort"
    } else if guaranteed && requests == limits {
        "Guaranteed"
    } else {
        "Burstable"
    }
}

/// Prepares a custom resource: a status that is a subresource is not set by who creates the object.
pub(crate) fn custom_resource(schema: Schema<'_>, object: &mut Value<'_>) {
    let own = |entry: &&crate::table::KindEntry| std::ptr::eq(schema.table.def(entry.def), schema.def);
    let Some(kind) = schema.table.kinds.iter().find(own) else { return };
    let has_status = schema.table.resources.iter().any(|resource| {
        resource.name.ends_with("/status") && resource.group == kind.group && resource.kind.2 == kind.kind
    });
    if has_status {
        object.remove("status");
    }
}
