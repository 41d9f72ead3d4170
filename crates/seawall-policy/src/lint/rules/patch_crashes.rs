//! `patch-crashes-server`: a value of a JSON patch that an API server cannot carry over.
//!
//! An `Object…{}` may be the whole value, and may hold others; in a list or map of the expression's own the server panics while
//! it makes JSON of it (seen with 1.36.2), and no request that gets there is answered, whatever the failure policy says.

use seawall_core::Severity;

use super::{Context, Lint, LintRule};
use crate::cel::ast::{Ast, Expr, ExprId};
use crate::lint::subject::Role;

pub(super) static RULE: LintRule = LintRule {
    id: "patch-crashes-server",
    severity: Severity::High,
    title: "a JSON patch makes the API server panic",
    why: "every request that the patch is made for breaks off, whatever `failurePolicy` says",
    help: "write maps (`{\"name\": \"a\"}`) instead of `Object…{}` in lists and maps, or one `Object…{}` around all of it",
};

pub(super) fn check(context: &Context<'_>, lints: &mut Vec<Lint>) {
    for subject in context.subjects.policies.iter().filter(|own| own.read.is_ok()) {
        for own in subject.of(Role::Mutation) {
            let values = own.ast.exprs().filter_map(value);
            if let Some(name) = values.filter_map(|value| held(&own.ast, value, false)).next() {
                let message =
                    format!("a list or map in `value` holds `{name}{{}}`, on which the API server panics");
                lints.push(Lint::new(&RULE, subject.at(own.route.clone()), message));
            }
        }
    }
}

/// The value of a patch operation.
fn value(expr: &Expr) -> Option<ExprId> {
    match expr {
        Expr::Message { name, fields } if name == "JSONPatch" => {
            fields.iter().find(|(field, _, _)| field == "value").map(|(_, value, _)| *value)
        }
        _ => None,
    }
}

/// The name of an object that stands in a list or map.
fn held(ast: &Ast, id: ExprId, inside: bool) -> Option<&str> {
    match ast.expr(id) {
        Expr::Message { name, .. } => inside.then_some(name.as_str()),
        Expr::List(items) => items.iter().find_map(|(item, _)| held(ast, *item, true)),
        Expr::Map(entries) => entries.iter().find_map(|(_, value, _)| held(ast, *value, true)),
        Expr::Cond { yes, no, .. } => held(ast, *yes, inside).or_else(|| held(ast, *no, inside)),
        _ => None,
    }
}
