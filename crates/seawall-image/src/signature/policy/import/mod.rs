//! `ClusterImagePolicy` (`policy.sigstore.dev`, v1alpha1 and v1beta1) as policies.
//!
//! What is not understood is a problem at its line and makes what holds it `NotEvaluated`: leaving out a condition would
//! make a policy weaker than whoever wrote it thinks.

mod authority;
mod fields;
mod written;

use seawall_core::{Problem, ProblemSeverity};
use seawall_yaml::{Limits, Node, Text, read};

use super::{Glob, ImagePolicy, Mode, Quantifier};
use authority::authority;
use fields::Fields;

pub use written::{KeyFileError, WrittenPolicy, read_written};

const GROUP: &str = "policy.sigstore.dev/";

/// Reads all policies of a text; documents of other kinds are left to others.
pub fn read_policies(text: &Text, limits: &Limits) -> (Vec<ImagePolicy>, Vec<Problem>) {
    let (documents, mut problems) = read(text, limits);
    let mut policies = Vec::new();
    for document in &documents {
        let root = document.tree.root();
        let items = if root.str("kind") == Some("List") { root.list("items").collect() } else { vec![root] };
        for object in items.into_iter().filter(|object| is_ours(*object)) {
            let mut fields = Fields::new(text, &mut problems);
            policies.extend(policy(object, &mut fields));
        }
    }
    (policies, problems)
}

fn is_ours(object: Node<'_>) -> bool {
    object.str("apiVersion").is_some_and(|version| version.starts_with(GROUP))
}

fn policy(object: Node<'_>, fields: &mut Fields<'_>) -> Option<ImagePolicy> {
    let kind = object.str("kind").unwrap_or_default();
    if kind != "ClusterImagePolicy" {
        let message = format!("`{kind}` is not read; give the trusted root as a file");
        fields.tell(object, ProblemSeverity::Warning, message);
        return None;
    }
    let name = object.path(&["metadata", "name"]).and_then(Node::as_str).unwrap_or_default().to_owned();
    let version = object.str("apiVersion").and_then(|version| version.strip_prefix(GROUP));
    if !matches!(version, Some("v1alpha1" | "v1beta1")) {
        fields.refuse(object.get("apiVersion").unwrap_or(object), "this version is not known");
    }
    let spec = object.get("spec").unwrap_or(object);
    if spec.id() == object.id() {
        fields.refuse(object, "`spec` is missing");
    } else {
        fields.known(spec, &["images", "authorities", "mode", "policy", "match"]);
    }
    fields.unsupported(spec, "policy", "policies over several authorities (CUE, Rego) are not run");
    fields.unsupported(spec, "match", "selecting the resources that hold an image is not supported");
    let mode = match spec.str("mode") {
        None | Some("" | "enforce") => Mode::Enforce,
        Some("warn") => Mode::Warn,
        Some(_) => {
            fields.refuse(spec.entry("mode").unwrap_or(spec), "the mode must be `enforce` or `warn`");
            Mode::Enforce
        }
    };
    let images = images(spec, fields);
    if spec.list("authorities").next().is_none() {
        fields.refuse(spec, "`authorities` is empty, so nobody can vouch for an image");
    }
    let not_understood = fields.take_refusals();
    let authorities =
        (0..).zip(spec.list("authorities")).map(|(at, node)| authority(node, at, fields)).collect();
    Some(ImagePolicy { name, images, mode, quantifier: Quantifier::Any, authorities, not_understood })
}

fn images(spec: Node<'_>, fields: &mut Fields<'_>) -> Vec<Glob> {
    let mut globs = Vec::new();
    for image in spec.list("images") {
        fields.known(image, &["glob"]);
        match image.str("glob").map(Glob::new) {
            Some(Ok(glob)) => globs.push(glob),
            Some(Err(error)) => fields.refuse(image.entry("glob").unwrap_or(image), &error.to_string()),
            None => fields.refuse(image, "an image has no `glob`"),
        }
    }
    if globs.is_empty() {
        fields.refuse(spec, "`images` is empty, so the policy is about no image");
    }
    globs
}
