//! ConstraintTemplates.
//!
//! Sources: `pkg/apis/templates` (fields by version), `pkg/client/crds/validate.go` (one target),
//! `pkg/client/drivers/rego/schema/schema.go` (code for an engine).

use std::time::Duration;

use seawall_inventory::Resource;
use seawall_policy::admission::Operation;
use seawall_yaml::Node;

use super::field::{list, text};
use super::parameters::Schema;
use crate::fault::Fault;
use crate::rego::{Program, Written};

const TARGET: &str = "admission.k8s.gatekeeper.sh";

/// A template in force.
#[derive(Debug)]
pub(crate) struct Template {
    /// The kind of its constraints.
    pub(crate) kind: Box<str>,
    /// Empty: all.
    pub(crate) operations: Vec<Operation>,
    pub(crate) program: Program,
}

/// Reads and compiles a template; one run of it ends after `time`.
///
/// # Errors
/// Everything that is wrong with it.
pub(crate) fn read(resource: &Resource, time: Duration) -> Result<Template, Vec<Fault>> {
    let root = resource.root();
    let mut faults = Vec::new();
    if !matches!(version(resource), "v1" | "v1beta1" | "v1alpha1") {
        faults.push(Fault::at(root, format!("version `{}` of templates is not known", version(resource))));
    }
    let kind =
        root.path(&["spec", "crd", "spec", "names", "kind"]).and_then(Node::as_str).unwrap_or_default();
    if kind.is_empty() {
        faults.push(Fault::at(root, "`spec.crd.spec.names.kind` is missing: no constraint could be of it"));
    } else if kind.to_lowercase() != resource.name() {
        faults.push(Fault::at(
            root,
            format!("its name must be `{}`: its kind in lower case", kind.to_lowercase()),
        ));
    }
    let targets = root.get("spec").map(|spec| list(spec, "targets", &mut faults)).unwrap_or_default();
    let [target] = targets.as_slice() else {
        let place = root.path(&["spec", "targets"]).unwrap_or(root);
        faults.push(Fault::at(place, "a template has exactly one target"));
        return Err(faults);
    };
    match text(*target, "target", &mut faults) {
        Some(TARGET) => {}
        other => faults.push(Fault::at(
            target.get("target").unwrap_or(*target),
            format!(
                "target `{}` is not known; templates for Kubernetes have `{TARGET}`",
                other.unwrap_or_default()
            ),
        )),
    }
    let operations = operations(*target, &mut faults);
    let code = code(*target, &mut faults);
    let program = code.and_then(|code| match Program::compile(&code.texts, code.v1, time) {
        Ok(program) => Some(program),
        Err(more) => {
            faults.extend(more);
            None
        }
    });
    match program {
        Some(program) if faults.is_empty() => Ok(Template { kind: kind.into(), operations, program }),
        _ => Err(faults),
    }
}

/// The schema of the parameters.
pub(crate) fn schema(resource: &Resource) -> Schema<'_> {
    let validation = resource.root().path(&["spec", "crd", "spec", "validation"]);
    let legacy = validation.and_then(|validation| validation.bool("legacySchema"));
    Schema {
        root: validation.and_then(|validation| validation.get("openAPIV3Schema")),
        open: legacy.unwrap_or(version(resource) != "v1"),
    }
}

fn version(resource: &Resource) -> &str {
    let api_version = resource.root().str("apiVersion").unwrap_or_default();
    api_version.rsplit_once('/').map_or(api_version, |(_, version)| version)
}

fn operations(target: Node<'_>, faults: &mut Vec<Fault>) -> Vec<Operation> {
    let mut operations = Vec::new();
    for item in list(target, "operations", faults) {
        match item.as_str() {
            Some("*") => return Vec::new(),
            Some(name) if Operation::of(name).is_some() => operations.extend(Operation::of(name)),
            _ => {
                faults.push(Fault::at(item, "an operation is `CREATE`, `UPDATE`, `DELETE`, `CONNECT` or `*`"))
            }
        }
    }
    operations
}

struct Code<'t> {
    /// The text with `violation`, then the libraries.
    texts: Vec<Written<'t>>,
    v1: bool,
}

/// The Rego of a target. A template may say the same in CEL, too; both mean the same.
fn code<'t>(target: Node<'t>, faults: &mut Vec<Fault>) -> Option<Code<'t>> {
    let mut other = None;
    for code in list(target, "code", faults) {
        match text(code, "engine", faults) {
            Some("Rego") => {
                let Some(source) = code.get("source").filter(|source| source.is_map()) else {
                    faults.push(Fault::at(code, "code for engine `Rego` needs a `source`"));
                    return None;
                };
                // Gatekeeper takes any other word for `v0`.
                let v1 = match text(source, "version", faults) {
                    Some("v1") => true,
                    None | Some("" | "v0") => false,
                    Some(version) => {
                        let place = source.get("version").unwrap_or(source);
                        faults.push(Fault::at(place, format!("version `{version}` of Rego is not known")));
                        false
                    }
                };
                return texts(source, faults).map(|texts| Code { texts, v1 });
            }
            Some(engine) => other = Some((code, engine)),
            None => faults.push(Fault::at(code, "code needs the name of an `engine`")),
        }
    }
    if target.get("rego").is_some() {
        return texts(target, faults).map(|texts| Code { texts, v1: false });
    }
    faults.push(match other {
        Some((code, "K8sNativeValidation")) => Fault::at(
            code,
            "a template whose only code is CEL (`K8sNativeValidation`) is not supported; hint: write it as a \
             ValidatingAdmissionPolicy, whose CEL runs here as it is",
        ),
        Some((code, engine)) => Fault::at(code, format!("engine `{engine}` is not supported; `Rego` is")),
        None => Fault::at(target, "there is no Rego"),
    });
    None
}

fn texts<'t>(source: Node<'t>, faults: &mut Vec<Fault>) -> Option<Vec<Written<'t>>> {
    let Some(first) = source.get("rego").and_then(Written::of) else {
        faults.push(Fault::at(source.get("rego").unwrap_or(source), "`rego` must be a text"));
        return None;
    };
    let mut texts = vec![first];
    for lib in list(source, "libs", faults) {
        match Written::of(lib) {
            Some(lib) => texts.push(lib),
            None => faults.push(Fault::at(lib, "an item of `libs` must be a text")),
        }
    }
    Some(texts)
}
