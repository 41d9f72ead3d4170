//! Calls that are macros: by name, receiver and number of arguments, as cel-go has them.
//!
//! Invariant: a macro whose arguments do not fit is an error and never a plain call.

use super::CompileError;
use super::ast::{Ast, Expr, ExprId, Fold};

/// The macro that a call stands for.
pub(super) fn expand(
    ast: &Ast,
    target: Option<ExprId>,
    name: &str,
    args: &[ExprId],
) -> Result<Option<Expr>, CompileError> {
    let Some(of) = target else {
        return match (name, args) {
            ("has", [arg]) => match ast.expr(*arg) {
                Expr::Select { of, field, optional: false } => {
                    Ok(Some(Expr::Has { of: *of, field: field.clone() }))
                }
                _ => Err(CompileError::new("invalid argument to has() macro", ast.at(*arg))),
            },
            _ => Ok(None),
        };
    };
    let fold = |kind, one: ExprId, two: Option<ExprId>, filter, body| {
        // What is said of a variable that is none differs in cel-go, too.
        let why = match (name, two) {
            ("map" | "filter", _) => "argument is not an identifier",
            _ => "argument must be a simple name",
        };
        let vars = (variable(ast, one, why)?, two.map(|two| variable(ast, two, why)).transpose()?);
        if let (Some(two), true) = (two, vars.1.as_ref() == Some(&vars.0)) {
            return Err(CompileError::new(format!("duplicate variable name: {}", vars.0), ast.at(two)));
        }
        for (id, own) in [(Some(one), Some(&vars.0)), (two, vars.1.as_ref())] {
            if let (Some(id), Some("__result__")) = (id, own.map(String::as_str)) {
                let why = "iteration variable overwrites accumulator variable";
                return Err(CompileError::new(why, ast.at(id)));
            }
        }
        Ok(Some(Expr::Fold { kind, range: of, vars, filter, body }))
    };
    match (name, args) {
        ("all", &[x, body]) => fold(Fold::All, x, None, None, Some(body)),
        ("all", &[x, y, body]) => fold(Fold::All, x, Some(y), None, Some(body)),
        ("exists", &[x, body]) => fold(Fold::Exists, x, None, None, Some(body)),
        ("exists", &[x, y, body]) => fold(Fold::Exists, x, Some(y), None, Some(body)),
        ("exists_one", &[x, body]) => fold(Fold::ExistsOne, x, None, None, Some(body)),
        ("exists_one" | "existsOne", &[x, y, body]) => fold(Fold::ExistsOne, x, Some(y), None, Some(body)),
        ("filter", &[x, filter]) => fold(Fold::List, x, None, Some(filter), None),
        ("map", &[x, body]) => fold(Fold::List, x, None, None, Some(body)),
        ("map", &[x, filter, body]) => fold(Fold::List, x, None, Some(filter), Some(body)),
        ("transformList", &[x, y, body]) => fold(Fold::List, x, Some(y), None, Some(body)),
        ("transformList", &[x, y, filter, body]) => fold(Fold::List, x, Some(y), Some(filter), Some(body)),
        ("transformMap", &[x, y, body]) => fold(Fold::Map, x, Some(y), None, Some(body)),
        ("transformMap", &[x, y, filter, body]) => fold(Fold::Map, x, Some(y), Some(filter), Some(body)),
        ("transformMapEntry", &[x, y, body]) => fold(Fold::MapEntry, x, Some(y), None, Some(body)),
        ("transformMapEntry", &[x, y, filter, body]) => {
            fold(Fold::MapEntry, x, Some(y), Some(filter), Some(body))
        }
        ("optMap" | "optFlatMap", &[x, body]) => {
            let why = format!("{name}() variable name must be a simple identifier");
            Ok(Some(Expr::OptMap { of, var: variable(ast, x, &why)?, body, flat: name == "optFlatMap" }))
        }
        _ => Ok(None),
    }
}

fn variable(ast: &Ast, id: ExprId, why: &str) -> Result<String, CompileError> {
    match ast.expr(id) {
        Expr::Ident(name) if !name.starts_with('.') => Ok(name.clone()),
        _ => Err(CompileError::new(why, ast.at(id))),
    }
}
