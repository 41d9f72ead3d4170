//! From a tree back to a text that reads as the same tree.

use std::fmt::Write as _;

use super::ast::{Ast, Binary, Expr, ExprId, Fold};

/// The text of an expression: operands are in brackets, macros are written as macros.
pub fn print(ast: &Ast) -> String {
    let mut out = String::new();
    expr(ast, ast.root(), &mut out);
    out
}

fn expr(ast: &Ast, id: ExprId, out: &mut String) {
    match ast.expr(id) {
        Expr::Null => out.push_str("null"),
        Expr::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Expr::Int(value) => out.push_str(&value.to_string()),
        Expr::Uint(value) => {
            out.push_str(&value.to_string());
            out.push('u');
        }
        Expr::Double(value) => out.push_str(&format!("{value:e}")),
        Expr::Str(text) => quoted(text, out),
        Expr::Bytes(bytes) => {
            out.push_str("b\"");
            for byte in bytes {
                // Writing to a text cannot fail.
                let _ = write!(out, "\\x{byte:02x}");
            }
            out.push('"');
        }
        Expr::Ident(name) => out.push_str(name),
        Expr::Select { of, field, optional } => {
            operand(ast, *of, out);
            out.push_str(if *optional { ".?" } else { "." });
            out.push_str(field);
        }
        Expr::Has { of, field } => {
            out.push_str("has(");
            operand(ast, *of, out);
            out.push('.');
            out.push_str(field);
            out.push(')');
        }
        Expr::Index { of, index, optional } => {
            operand(ast, *of, out);
            out.push_str(if *optional { "[?" } else { "[" });
            expr(ast, *index, out);
            out.push(']');
        }
        Expr::Call { function, target, args } => {
            if let Some(target) = target {
                operand(ast, *target, out);
                out.push('.');
            }
            out.push_str(function);
            list(ast, "(", args, ")", out);
        }
        Expr::Not(of) => {
            out.push('!');
            operand(ast, *of, out);
        }
        Expr::Neg(of) => {
            out.push('-');
            operand(ast, *of, out);
        }
        Expr::Binary { op, left, right } => {
            operand(ast, *left, out);
            out.push_str(sign(*op));
            operand(ast, *right, out);
        }
        Expr::And(terms) => chain(ast, " && ", terms, out),
        Expr::Or(terms) => chain(ast, " || ", terms, out),
        Expr::Cond { test, yes, no } => {
            operand(ast, *test, out);
            out.push_str(" ? ");
            operand(ast, *yes, out);
            out.push_str(" : ");
            operand(ast, *no, out);
        }
        Expr::List(items) => {
            let items: Vec<_> = items.iter().map(|(item, optional)| (None, *item, *optional)).collect();
            entries(ast, "[", &items, "]", out);
        }
        Expr::Map(pairs) => {
            let pairs: Vec<_> =
                pairs.iter().map(|(key, value, optional)| (Some(*key), *value, *optional)).collect();
            entries(ast, "{", &pairs, "}", out);
        }
        Expr::Message { name, fields } => {
            out.push_str(name);
            out.push('{');
            for (field, value, optional) in fields {
                out.push_str(if *optional { "?" } else { "" });
                out.push_str(field);
                out.push_str(": ");
                expr(ast, *value, out);
                out.push_str(", ");
            }
            out.push('}');
        }
        Expr::Fold { kind, range, vars, filter, body } => {
            operand(ast, *range, out);
            let name = match kind {
                Fold::All => ".all(",
                Fold::Exists => ".exists(",
                Fold::ExistsOne => ".exists_one(",
                Fold::List if vars.1.is_some() => ".transformList(",
                Fold::List if body.is_none() => ".filter(",
                Fold::List => ".map(",
                Fold::Map => ".transformMap(",
                Fold::MapEntry => ".transformMapEntry(",
            };
            out.push_str(name);
            out.push_str(&vars.0);
            if let Some(var) = &vars.1 {
                out.push_str(", ");
                out.push_str(var);
            }
            for argument in filter.iter().chain(body) {
                out.push_str(", ");
                expr(ast, *argument, out);
            }
            out.push(')');
        }
        Expr::OptMap { of, var, body, flat } => {
            operand(ast, *of, out);
            out.push_str(if *flat { ".optFlatMap(" } else { ".optMap(" });
            out.push_str(var);
            out.push_str(", ");
            expr(ast, *body, out);
            out.push(')');
        }
    }
}

/// In brackets, unless it is a name, a literal that has no sign, or something that brackets already hold.
fn operand(ast: &Ast, id: ExprId, out: &mut String) {
    let plain = match ast.expr(id) {
        Expr::Int(_) | Expr::Double(_) => false,
        Expr::Null | Expr::Bool(_) | Expr::Uint(_) | Expr::Str(_) | Expr::Bytes(_) | Expr::Ident(_) => true,
        Expr::Select { .. } | Expr::Index { .. } | Expr::Call { .. } | Expr::Has { .. } => true,
        Expr::List(_) | Expr::Map(_) | Expr::Fold { .. } | Expr::OptMap { .. } => true,
        _ => false,
    };
    if plain {
        expr(ast, id, out);
    } else {
        out.push('(');
        expr(ast, id, out);
        out.push(')');
    }
}

fn chain(ast: &Ast, between: &str, terms: &[ExprId], out: &mut String) {
    for (place, term) in terms.iter().enumerate() {
        out.push_str(if place > 0 { between } else { "" });
        operand(ast, *term, out);
    }
}

fn list(ast: &Ast, open: &str, items: &[ExprId], close: &str, out: &mut String) {
    out.push_str(open);
    for (place, item) in items.iter().enumerate() {
        out.push_str(if place > 0 { ", " } else { "" });
        expr(ast, *item, out);
    }
    out.push_str(close);
}

fn entries(ast: &Ast, open: &str, entries: &[(Option<ExprId>, ExprId, bool)], close: &str, out: &mut String) {
    out.push_str(open);
    for (place, (key, value, optional)) in entries.iter().enumerate() {
        out.push_str(if place > 0 { ", " } else { "" });
        out.push_str(if *optional { "?" } else { "" });
        if let Some(key) = key {
            expr(ast, *key, out);
            out.push_str(": ");
        }
        expr(ast, *value, out);
    }
    out.push_str(close);
}

fn sign(op: Binary) -> &'static str {
    match op {
        Binary::Add => " + ",
        Binary::Sub => " - ",
        Binary::Mul => " * ",
        Binary::Div => " / ",
        Binary::Rem => " % ",
        Binary::Eq => " == ",
        Binary::Ne => " != ",
        Binary::Lt => " < ",
        Binary::Le => " <= ",
        Binary::Gt => " > ",
        Binary::Ge => " >= ",
        Binary::In => " in ",
    }
}

/// A text as an expression that gives it.
pub(crate) fn literal(text: &str) -> String {
    let mut out = String::new();
    quoted(text, &mut out);
    out
}

fn quoted(text: &str, out: &mut String) {
    out.push('"');
    for char in text.chars() {
        match char {
            '"' | '\\' => out.extend(['\\', char]),
            ' '..='~' => out.push(char),
            other => {
                let _ = write!(out, "\\U{:08x}", u32::from(other));
            }
        }
    }
    out.push('"');
}
