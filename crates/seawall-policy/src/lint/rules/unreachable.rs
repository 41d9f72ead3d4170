//! `unreachable-part`: a part of an expression that is never evaluated.

use seawall_core::Severity;

use super::{Context, Lint, LintRule};
use crate::cel::ast::{Ast, Expr, ExprId};
use crate::lint::subject::{Role, Written};

pub(super) static RULE: LintRule = LintRule {
    id: "unreachable-part",
    severity: Severity::Medium,
    title: "a part of an expression is never evaluated",
    why: "what stands there is not tested, whatever the object holds",
    help: "correct what comes before it, or remove the part",
};

pub(super) fn check(context: &Context<'_>, lints: &mut Vec<Lint>) {
    for subject in &context.subjects.policies {
        if subject.read.is_err() || !subject.is_asked() {
            continue;
        }
        // Variables are often shared by policies about different kinds.
        for own in subject.expressions.iter().filter(|own| own.role != Role::Variable) {
            // What is always the same is told as a whole.
            if own.always.is_none_or(|always| always.truth.is_some()) {
                continue;
            }
            let mut parts = Vec::new();
            walk(own, own.ast.root(), &mut parts);
            for message in parts {
                lints.push(Lint::new(&RULE, subject.at(own.route.clone()), message));
            }
        }
    }
}

/// The outermost parts that are not reached.
fn walk(own: &Written<'_>, id: ExprId, out: &mut Vec<String>) {
    let reached = |id: ExprId| own.trace.reaches(id.index());
    let ast = &own.ast;
    match ast.expr(id) {
        Expr::And(terms) | Expr::Or(terms) => {
            let (sign, truth) = match ast.expr(id) {
                Expr::And(_) => ("&&", "false"),
                _ => ("||", "true"),
            };
            if let Some(place) = terms.iter().position(|term| !reached(*term)).filter(|place| *place > 0) {
                out.push(format!(
                    "{} after `{sign}` is never reached: what comes before it is always {truth}",
                    shown(own, terms, place)
                ));
            }
        }
        Expr::Cond { yes, no, .. } => {
            let (truth, part) = match (reached(*yes), reached(*no)) {
                (true, false) => ("true", no),
                (false, true) => ("false", yes),
                _ => ("", no),
            };
            if !truth.is_empty() {
                let text = start(own, *part);
                out.push(format!("{text} is never reached: the test before `?` is always {truth}"));
            }
        }
        _ => {}
    }
    for child in ast.children(id).into_iter().filter(|child| reached(*child)) {
        walk(own, child, out);
    }
}

/// The first of the terms that are not reached.
fn shown(own: &Written<'_>, terms: &[ExprId], place: usize) -> String {
    terms.get(place).map_or_else(String::new, |term| start(own, *term))
}

/// How a part begins.
fn start(own: &Written<'_>, id: ExprId) -> String {
    const LONGEST: usize = 48;
    let text = own.text.get(first(&own.ast, id) as usize..).unwrap_or_default();
    let line = text.lines().next().unwrap_or_default().trim();
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("`{}…`", line.get(..end).unwrap_or(line)),
        None => format!("`{line}`"),
    }
}

/// The first byte of a part: an operator stands between its operands.
fn first(ast: &Ast, id: ExprId) -> u32 {
    ast.children(id).into_iter().map(|child| first(ast, child)).chain([ast.at(id)]).min().unwrap_or(0)
}
