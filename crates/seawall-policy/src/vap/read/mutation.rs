//! Mutations.
//!
//! Source: `validateMutation`, `validateApplyConfiguration`, `validateJSONPatch`.

use super::fault::Faults;
use super::field::Field;
use crate::vap::expression::{Compiler, Expected, Expression};
use crate::vap::policy::{Mutation, Rules};

/// Reads what a policy changes.
pub(super) fn rules(spec: &Field<'_>, compiler: &Compiler, faults: &mut Faults) -> Rules {
    let field = spec.key("mutations");
    let fields = field.objects(faults);
    if fields.is_empty() {
        faults.required(&field.route, "mutations must contain at least one item");
    }
    let mutations = fields.iter().filter_map(|field| mutation(field, compiler, faults)).collect();
    let policy = spec.key("reinvocationPolicy");
    let reinvoked = match policy.text_or_empty(faults) {
        "IfNeeded" => true,
        "Never" => false,
        "" => {
            faults.required(&policy.route, "");
            false
        }
        other => {
            faults.not_supported(&policy.route, other, &["IfNeeded", "Never"]);
            false
        }
    };
    Rules::Mutate { mutations, reinvoked }
}

fn mutation(field: &Field<'_>, compiler: &Compiler, faults: &mut Faults) -> Option<Mutation> {
    let kind = field.key("patchType");
    let (apply, patch) = (field.key("applyConfiguration"), field.key("jsonPatch"));
    let (apply_set, patch_set) =
        (apply.clone().object(faults).is_some(), patch.clone().object(faults).is_some());
    match kind.text_or_empty(faults) {
        "JSONPatch" => {
            let made = if patch_set {
                expression(&patch, compiler, Expected::JsonPatches, faults).map(Mutation::JsonPatch)
            } else {
                faults.required(&patch.route, "must be specified when patchType is JSONPatch");
                None
            };
            if apply_set {
                let detail = "must not be specified when patchType is JSONPatch";
                faults.invalid(&apply.route, "{applyConfiguration}", detail);
            }
            made
        }
        "ApplyConfiguration" => {
            let made = if apply_set {
                expression(&apply, compiler, Expected::Object, faults).map(Mutation::Apply)
            } else {
                faults.required(&apply.route, "must be specified when patchType is ApplyConfiguration");
                None
            };
            if patch_set {
                let detail = "must not be specified when patchType is ApplyConfiguration";
                faults.invalid(&patch.route, "{jsonPatch}", detail);
            }
            made
        }
        "" => {
            faults.required(&kind.route, "");
            None
        }
        other => {
            faults.not_supported(&kind.route, other, &["ApplyConfiguration", "JSONPatch"]);
            None
        }
    }
}

fn expression(
    field: &Field<'_>,
    compiler: &Compiler,
    expected: Expected,
    faults: &mut Faults,
) -> Option<Expression> {
    let text = field.key("expression");
    let written = text.text_or_empty(faults);
    let trimmed = written.trim();
    if trimmed.is_empty() {
        faults.required(&text.route, "");
        return None;
    }
    let compile = |text: &str| compiler.expression(text, expected);
    let checked = super::expression::checked(&text.route, trimmed, trimmed, faults, compile)?;
    Some(checked.shown_as(written))
}
