//! A module as OPA compiles it, where the engine would understand it otherwise.
//!
//! Edits stay on their lines, so that every place in the text stays the place in the file.
//!
//! - A name and a parenthesis on the next line are two statements for OPA.
//! - An imported function is called by its full name: the engine does not look for it among the imports.
//! - `data.inventory` is read from the input: data that differs from request to request would have to be compiled in.
//! - OPA evaluates the operands of a call before the call (`rewriteDynamics` and `expandExpr` of `v1/ast/compile.go`), so
//!   `not f(input.x)` is undefined, not true, without `x`. The engine would make it true. Here `not f(input.x)` becomes
//!   `name := input.x; not f(name)`.

use std::collections::BTreeMap;
use std::ops::Range;

use regorus::unstable::{BoolOp, Expr, Literal, LiteralStmt, Module};

use super::walk::{self, Part};

/// Under which key of the input the inventory stands.
pub(crate) const INVENTORY: &str = "__inventory";

/// Names made here; no module may use them.
pub(super) const MADE: &str = "__seawall_";

/// What is put in place of a range of the text.
struct Edit {
    range: Range<usize>,
    text: String,
}

/// The text with `;` where the engine takes two statements for a call: a name, and a parenthesis on the next line. `None`
/// when there is nothing of it.
pub(super) fn statements(module: &Module, text: &str) -> Option<String> {
    let mut edits = Vec::new();
    walk::module(module, &mut |part| {
        let Part::Expr(Expr::Call { fcn, .. }) = part else { return };
        let end = fcn.span().end as usize;
        let gap = text.get(end..).and_then(|tail| tail.split('(').next());
        if gap.is_some_and(|gap| gap.contains('\n')) {
            edits.push(Edit { range: end..end, text: ";".to_owned() });
        }
    });
    (!edits.is_empty()).then(|| applied(text, edits))
}

/// The text with `input.__inventory` in place of `data.inventory`, and with the full names of imported functions; `None`
/// when there is nothing of it.
pub(super) fn names(module: &Module, text: &str) -> Option<String> {
    let imported: BTreeMap<&str, String> = module
        .imports
        .iter()
        .filter_map(|import| {
            let names = walk::chain(&import.refr)?.names;
            let alias = import.r#as.as_ref().map(|span| span.text()).or(names.last().copied())?;
            (names.first() == Some(&"data")).then(|| (alias, names.join(".")))
        })
        .collect();
    let mut edits = Vec::new();
    walk::module(module, &mut |part| match part {
        Part::Expr(one) if is_inventory(one) => {
            edits.push(Edit { range: range(one), text: format!("input.{INVENTORY}") });
        }
        Part::Expr(Expr::Call { fcn, .. }) => {
            let first = walk::first(fcn);
            if let Some(full) = imported.get(first.span().text()) {
                edits.push(Edit { range: range(first), text: full.clone() });
            }
        }
        _ => {}
    });
    (!edits.is_empty()).then(|| applied(text, edits))
}

/// Whether an expression is `data.inventory` itself.
pub(super) fn is_inventory(one: &Expr) -> bool {
    let (Expr::RefDot { refr, .. } | Expr::RefBrack { refr, .. }) = one else { return false };
    let of_data = matches!(&**refr, Expr::Var { span, .. } if span.text() == "data");
    of_data && walk::chain(one).is_some_and(|chain| chain.names == ["data", "inventory"])
}

/// The text with the operands of negated calls before them; `None` when nothing is to be done. What stands inside of what
/// was moved needs another turn.
pub(super) fn negations(module: &Module, text: &str, made: &mut usize) -> Option<String> {
    let mut edits: Vec<Edit> = Vec::new();
    walk::module(module, &mut |part| {
        let Part::Statement(stmt) = part else { return };
        let Literal::NotExpr { expr, .. } = &stmt.literal else { return };
        let inside = |edit: &Edit| {
            edit.range.start < stmt.span.end as usize && (stmt.span.start as usize) < edit.range.end
        };
        if edits.iter().any(inside) {
            return;
        }
        let mut operands = Vec::new();
        negated(expr, &mut operands);
        if !operands.is_empty() {
            moved(stmt, &operands, text, made, &mut edits);
        }
    });
    (!edits.is_empty()).then(|| applied(text, edits))
}

/// Moves operands before their statement.
fn moved(stmt: &LiteralStmt, operands: &[&Expr], text: &str, made: &mut usize, edits: &mut Vec<Edit>) {
    let slice = |range: Range<usize>| text.get(range).unwrap_or_default();
    let with = match (stmt.with_mods.first(), stmt.with_mods.last()) {
        (Some(_), Some(last)) => {
            let Literal::NotExpr { expr, .. } = &stmt.literal else { return };
            format!(" {}", slice(full(expr, text).end..full(&last.r#as, text).end).trim())
        }
        _ => String::new(),
    };
    let mut before = String::new();
    for operand in operands {
        let range = full(operand, text);
        let name = format!("{MADE}{made}");
        *made += 1;
        before.push_str(&format!("{name} := {}{with}; ", slice(range.clone())));
        edits.push(Edit { range, text: name });
    }
    let start = stmt.span.start as usize;
    // `if not f(x.y)` has room for one statement; several need braces.
    if slice(0..start).trim_end().ends_with(" if") || slice(0..start).trim_end().ends_with("\nif") {
        before.insert_str(0, "{ ");
        let end = stmt.span.end as usize;
        edits.push(Edit { range: end..end, text: " }".to_owned() });
    }
    edits.push(Edit { range: start..start, text: before });
}

/// What of a negated expression is evaluated before it.
fn negated<'m>(one: &'m Expr, operands: &mut Vec<&'m Expr>) {
    match one {
        Expr::Call { params, .. } => params.iter().for_each(|param| operand(param, operands)),
        // `==` becomes a unification (`rewriteEquals`), whose references are not moved.
        Expr::BoolExpr { op: BoolOp::Eq, lhs, rhs, .. } | Expr::AssignExpr { lhs, rhs, .. } => {
            for side in [lhs, rhs] {
                match &**side {
                    Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } => negated(side, operands),
                    other => operand(other, operands),
                }
            }
        }
        Expr::BoolExpr { lhs, rhs, .. }
        | Expr::BinExpr { lhs, rhs, .. }
        | Expr::ArithExpr { lhs, rhs, .. } => {
            operand(lhs, operands);
            operand(rhs, operands);
        }
        Expr::Membership { key, value, collection, .. } => {
            key.iter().for_each(|key| operand(key, operands));
            operand(value, operands);
            operand(collection, operands);
        }
        Expr::RefDot { refr, .. } => negated(refr, operands),
        Expr::RefBrack { refr, index, .. } => {
            negated(refr, operands);
            if !matches!(&**index, Expr::Var { .. }) {
                operand(index, operands);
            }
        }
        _ => {}
    }
}

/// What cannot be undefined stays where it is.
fn operand<'m>(one: &'m Expr, operands: &mut Vec<&'m Expr>) {
    let stays = match one {
        Expr::Var { span, .. } => span.text() == "_" || span.text().starts_with(MADE),
        Expr::Array { items, .. } | Expr::Set { items, .. } => items.iter().all(|item| is_constant(item)),
        Expr::Object { fields, .. } => {
            fields.iter().all(|(_, key, value)| is_constant(key) && is_constant(value))
        }
        Expr::ArrayCompr { .. } | Expr::SetCompr { .. } | Expr::ObjectCompr { .. } => true,
        other => is_constant(other),
    };
    if !stays {
        operands.push(one);
    }
}

fn is_constant(one: &Expr) -> bool {
    matches!(
        one,
        Expr::String { .. }
            | Expr::RawString { .. }
            | Expr::Number { .. }
            | Expr::Bool { .. }
            | Expr::Null { .. }
    )
}

fn range(one: &Expr) -> Range<usize> {
    let span = one.span();
    span.start as usize..span.end as usize
}

/// The range of an expression with the quotes of a text that it begins or ends with: spans of texts do not hold them.
fn full(one: &Expr, text: &str) -> Range<usize> {
    let Range { mut start, mut end } = range(one);
    let quote = |at: Option<usize>| {
        at.and_then(|at| text.as_bytes().get(at)).is_some_and(|byte| matches!(byte, b'"' | b'`'))
    };
    if is_text(edge(one, true)) && quote(start.checked_sub(1)) {
        start -= 1;
    }
    if is_text(edge(one, false)) && quote(Some(end)) {
        end += 1;
    }
    start..end
}

fn is_text(one: &Expr) -> bool {
    matches!(one, Expr::String { .. } | Expr::RawString { .. })
}

/// The first or last operand of an infix expression.
fn edge(one: &Expr, first: bool) -> &Expr {
    match one {
        Expr::BinExpr { lhs, rhs, .. }
        | Expr::BoolExpr { lhs, rhs, .. }
        | Expr::ArithExpr { lhs, rhs, .. }
        | Expr::AssignExpr { lhs, rhs, .. } => edge(if first { lhs } else { rhs }, first),
        Expr::Membership { key, value, collection, .. } => {
            edge(if first { key.as_ref().unwrap_or(value) } else { collection }, first)
        }
        other => other,
    }
}

/// The text with edits that do not overlap. Of two at one place, the one that takes nothing away comes first.
fn applied(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
    let mut out = String::with_capacity(text.len() + 64);
    let mut from = 0;
    for edit in edits {
        out.push_str(text.get(from..edit.range.start).unwrap_or_default());
        out.push_str(&edit.text);
        from = edit.range.end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}
