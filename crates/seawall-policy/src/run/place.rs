//! Where in an object the trouble is, as far as the text of an expression tells.

use std::collections::HashMap;

use seawall_core::{Route, Step};
use seawall_yaml::Node;

use crate::cel::ast::{Ast, Expr};
use crate::cel::{Limits, parse};

/// Expressions of variables that are looked into for one validation.
const MOST_VARIABLES: usize = 32;

/// The routes below `object` that an expression and its variables name, each once, in their order.
pub(super) fn named(expression: &str, variables: &HashMap<&str, &str>) -> Vec<Route> {
    let mut routes: Vec<Route> = Vec::new();
    let mut waiting = vec![expression];
    let mut seen: Vec<&str> = Vec::new();
    while let Some(text) = waiting.pop() {
        let Ok(ast) = parse(text, &Limits::default()) else { continue };
        for expr in ast.exprs() {
            match chain(&ast, expr).as_deref() {
                Some(["object", fields @ ..]) if !fields.is_empty() => {
                    let route: Route = fields.iter().map(|field| Step::Key((*field).into())).collect();
                    if !routes.contains(&route) {
                        routes.push(route);
                    }
                }
                Some(["variables", name]) if seen.len() < MOST_VARIABLES && !seen.contains(name) => {
                    if let Some((name, text)) = variables.get_key_value(*name) {
                        seen.push(name);
                        waiting.push(text);
                    }
                }
                _ => {}
            }
        }
    }
    routes
}

/// The names of `a.b.c`, `has(a.b.c)` and `a.?b.?c`.
fn chain<'a>(ast: &'a Ast, expr: &'a Expr) -> Option<Vec<&'a str>> {
    let (mut of, field) = match expr {
        Expr::Select { of, field, .. } | Expr::Has { of, field } => (*of, field),
        _ => return None,
    };
    let mut names = vec![field.as_str()];
    loop {
        match ast.expr(of) {
            Expr::Select { of: next, field, .. } => {
                names.push(field);
                of = *next;
            }
            Expr::Ident(name) => {
                names.push(name);
                names.reverse();
                return Some(names);
            }
            _ => return None,
        }
    }
}

/// The route that leads deepest into the object: what is there is more likely meant than what is not.
pub(super) fn route(root: Node<'_>, routes: &[Route]) -> Route {
    let mut best: Option<(usize, &Route)> = None;
    for route in routes {
        let (_, existing) = root.nearest(route);
        if existing > 0 && best.is_none_or(|(most, _)| existing > most) {
            best = Some((existing, route));
        }
    }
    best.map(|(_, route)| route.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(expression: &str, variables: &[(&str, &str)]) -> Vec<String> {
        named(expression, &variables.iter().copied().collect()).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_fields_that_an_expression_names() {
        assert_eq!(
            told("!has(object.spec.a) || object.spec.?b.orValue(1) == 1", &[]),
            ["spec", "spec.a", "spec.b"]
        );
        assert_eq!(
            told(
                "variables.cs.all(c, c.image != oldObject.x)",
                &[("cs", "object.spec.containers + variables.cs")]
            ),
            ["spec", "spec.containers"]
        );
        assert_eq!(told("object == null || (", &[]), Vec::<String>::new());
    }
}
