//! `variable-unused`: a variable that no expression names.

use std::collections::BTreeSet;

use seawall_core::Severity;

use super::{Context, Lint, LintRule};
use crate::lint::subject::{Role, paths, variable_name};

pub(super) static RULE: LintRule = LintRule {
    id: "variable-unused",
    severity: Severity::Low,
    title: "a variable is never used",
    why: "what it was meant for is not tested, or it only stands in the way of the reader",
    help: "use it or remove it",
};

pub(super) fn check(context: &Context<'_>, lints: &mut Vec<Lint>) {
    for subject in context.subjects.policies.iter().filter(|own| own.read.is_ok()) {
        let named: BTreeSet<String> =
            subject.expressions.iter().flat_map(|own| paths(&own.ast).into_keys()).collect();
        // `variables` as a whole, and `variables["x"]`.
        let whole = subject.expressions.iter().any(|own| names_all(&own.ast));
        for own in subject.of(Role::Variable) {
            let Some(name) = variable_name(subject.resource.root(), own.place) else { continue };
            if !whole && !named.contains(&format!("variables.{name}")) {
                let message = format!("variable `{name}` is never used");
                lints.push(Lint::new(&RULE, subject.at(own.route.clone()), message));
            }
        }
    }
}

/// Whether `variables` is used without one of its names.
fn names_all(ast: &crate::cel::ast::Ast) -> bool {
    use crate::cel::ast::Expr;
    let count = |wanted: fn(&Expr) -> bool| ast.exprs().filter(|expr| wanted(expr)).count();
    let all = count(|expr| matches!(expr, Expr::Ident(name) if name == "variables"));
    let selected = ast
        .exprs()
        .filter(|expr| match expr {
            Expr::Select { of, .. } | Expr::Has { of, .. } => {
                matches!(ast.expr(*of), Expr::Ident(name) if name == "variables")
            }
            _ => false,
        })
        .count();
    all > selected
}
