//! Where in an object the trouble is, as far as the text of an expression tells.

use std::collections::HashMap;

use seawall_core::Route;
use seawall_yaml::Node;

use crate::cel::ast::{Ast, Expr};
use crate::cel::{Limits, parse};

/// Routes that are looked at for one validation.
const MOST_ROUTES: usize = 256;

/// The routes below `object` that an expression names, each once: itself, and through its variables, whose fields are
/// looked for wherever a variable may come from.
pub(super) fn named(expression: &str, variables: &HashMap<&str, &str>) -> Vec<Route> {
    let mut reader = Reader { variables, open: Vec::new(), known: HashMap::new() };
    reader.routes(expression)
}

struct Reader<'v> {
    variables: &'v HashMap<&'v str, &'v str>,
    /// The variables that are being read: one that names itself leads nowhere.
    open: Vec<String>,
    known: HashMap<String, Vec<Route>>,
}

impl Reader<'_> {
    fn routes(&mut self, text: &str) -> Vec<Route> {
        let mut routes = Vec::new();
        let Ok(ast) = parse(text, &Limits::default()) else { return routes };
        for expr in ast.exprs() {
            match chain(&ast, expr).as_deref() {
                Some(["object", fields @ ..]) => add(&mut routes, Route::root(), fields),
                Some(["variables", name, fields @ ..]) => {
                    for from in self.variable(name) {
                        add(&mut routes, from, fields);
                    }
                }
                _ => {}
            }
        }
        routes
    }

    fn variable(&mut self, name: &str) -> Vec<Route> {
        if let Some(known) = self.known.get(name) {
            return known.clone();
        }
        let Some(text) = self.variables.get(name) else { return Vec::new() };
        if self.open.iter().any(|open| open == name) {
            return Vec::new();
        }
        self.open.push(name.to_owned());
        let routes = self.routes(text);
        self.open.pop();
        self.known.insert(name.to_owned(), routes.clone());
        routes
    }
}

fn add(routes: &mut Vec<Route>, from: Route, fields: &[&str]) {
    let route = from.keys(fields);
    if !routes.contains(&route) && routes.len() < MOST_ROUTES {
        routes.push(route);
    }
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
        assert_eq!(
            told(
                "variables.pod.?containers.orValue([]).all(c, true)",
                &[("pod", "object.kind == 'Pod' ? object.spec : object.spec.template.spec")]
            )
            .last()
            .unwrap(),
            "spec.template.spec.containers"
        );
        assert_eq!(told("object == null || (", &[]), Vec::<String>::new());
    }
}
