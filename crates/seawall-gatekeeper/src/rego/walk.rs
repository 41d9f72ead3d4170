//! The parts of a module, one after the other.
//!
//! The parser bounds how deep expressions nest, so walking recurses as deep and no deeper.

use regorus::unstable::{Expr, Literal, LiteralStmt, Module, Query, Rule, RuleHead};

/// One part of a rule, and everything inside it follows.
#[derive(Clone, Copy)]
pub(super) enum Part<'m> {
    Expr(&'m Expr),
    Statement(&'m LiteralStmt),
}

/// Walks all rules of a module.
pub(super) fn module<'m>(module: &'m Module, see: &mut dyn FnMut(Part<'m>)) {
    for one in &module.policy {
        rule(one, see);
    }
}

/// Walks a rule.
pub(super) fn rule<'m>(rule: &'m Rule, see: &mut dyn FnMut(Part<'m>)) {
    match rule {
        Rule::Spec { head: rule_head, bodies, .. } => {
            head(rule_head, see);
            for body in bodies {
                if let Some(assign) = &body.assign {
                    expr(&assign.value, see);
                }
                query(&body.query, see);
            }
        }
        Rule::Default { args, value, .. } => {
            args.iter().for_each(|arg| expr(arg, see));
            expr(value, see);
        }
    }
}

fn head<'m>(head: &'m RuleHead, see: &mut dyn FnMut(Part<'m>)) {
    match head {
        RuleHead::Compr { refr, assign, .. } => {
            heading(refr, see);
            assign.iter().for_each(|assign| expr(&assign.value, see));
        }
        RuleHead::Set { refr, key, .. } => {
            heading(refr, see);
            key.iter().for_each(|key| expr(key, see));
        }
        RuleHead::Func { refr, args, assign, .. } => {
            heading(refr, see);
            args.iter().for_each(|arg| expr(arg, see));
            assign.iter().for_each(|assign| expr(&assign.value, see));
        }
    }
}

/// The keys in the name of a rule; the name itself is no reference.
fn heading<'m>(refr: &'m Expr, see: &mut dyn FnMut(Part<'m>)) {
    match refr {
        Expr::RefBrack { refr, index, .. } => {
            heading(refr, see);
            expr(index, see);
        }
        Expr::RefDot { refr, .. } => heading(refr, see),
        _ => {}
    }
}

fn query<'m>(query: &'m Query, see: &mut dyn FnMut(Part<'m>)) {
    for stmt in &query.stmts {
        see(Part::Statement(stmt));
        match &stmt.literal {
            Literal::SomeVars { .. } => {}
            Literal::SomeIn { key, value, collection, .. } => {
                key.iter().for_each(|key| expr(key, see));
                expr(value, see);
                expr(collection, see);
            }
            Literal::Expr { expr: one, .. } | Literal::NotExpr { expr: one, .. } => expr(one, see),
            Literal::Every { domain, query: inner, .. } => {
                expr(domain, see);
                self::query(inner, see);
            }
        }
        for modifier in &stmt.with_mods {
            expr(&modifier.refr, see);
            expr(&modifier.r#as, see);
        }
    }
}

fn expr<'m>(one: &'m Expr, see: &mut dyn FnMut(Part<'m>)) {
    see(Part::Expr(one));
    match one {
        Expr::String { .. }
        | Expr::RawString { .. }
        | Expr::Number { .. }
        | Expr::Bool { .. }
        | Expr::Null { .. }
        | Expr::Var { .. } => {}
        Expr::Array { items, .. } | Expr::Set { items, .. } => items.iter().for_each(|item| expr(item, see)),
        Expr::Object { fields, .. } => fields.iter().for_each(|(_, key, value)| {
            expr(key, see);
            expr(value, see);
        }),
        Expr::ArrayCompr { term, query: inner, .. } | Expr::SetCompr { term, query: inner, .. } => {
            expr(term, see);
            query(inner, see);
        }
        Expr::ObjectCompr { key, value, query: inner, .. } => {
            expr(key, see);
            expr(value, see);
            query(inner, see);
        }
        Expr::Call { fcn, params, .. } => {
            expr(fcn, see);
            params.iter().for_each(|param| expr(param, see));
        }
        Expr::UnaryExpr { expr: inner, .. } => expr(inner, see),
        Expr::RefDot { refr, .. } => expr(refr, see),
        Expr::RefBrack { refr, index, .. } => {
            expr(refr, see);
            expr(index, see);
        }
        Expr::BinExpr { lhs, rhs, .. }
        | Expr::BoolExpr { lhs, rhs, .. }
        | Expr::ArithExpr { lhs, rhs, .. }
        | Expr::AssignExpr { lhs, rhs, .. } => {
            expr(lhs, see);
            expr(rhs, see);
        }
        Expr::Membership { key, value, collection, .. } => {
            key.iter().for_each(|key| expr(key, see));
            expr(value, see);
            expr(collection, see);
        }
    }
}

/// What a reference or call begins with: the engine's spans of these stand at a dot or parenthesis.
pub(super) fn first(one: &Expr) -> &Expr {
    match one {
        Expr::Call { fcn: refr, .. } | Expr::RefDot { refr, .. } | Expr::RefBrack { refr, .. } => first(refr),
        other => other,
    }
}

/// The names that a reference is made of, as far as they are constant: `a.b["c"][x].d` is `a`, `b`, `c`. `whole` says
/// whether that is all of it.
pub(super) struct Chain<'m> {
    pub(super) names: Vec<&'m str>,
    pub(super) whole: bool,
}

/// The chain of a reference; `None` for anything that does not begin with a name.
pub(super) fn chain(one: &Expr) -> Option<Chain<'_>> {
    match one {
        Expr::Var { span, .. } => Some(Chain { names: vec![span.text()], whole: true }),
        Expr::RefDot { refr, field, .. } => {
            let mut chain = chain(refr)?;
            if chain.whole {
                chain.names.push(field.0.text());
            }
            Some(chain)
        }
        Expr::RefBrack { refr, index, .. } => {
            let mut chain = chain(refr)?;
            match &**index {
                Expr::String { span, .. } | Expr::RawString { span, .. } if chain.whole => {
                    chain.names.push(span.text());
                }
                _ => chain.whole = false,
            }
            Some(chain)
        }
        _ => None,
    }
}

/// The steps of a reference after its first name: constant ones with their text, others without.
pub(super) fn steps(one: &Expr) -> Vec<Option<&str>> {
    let mut steps = Vec::new();
    let mut at = one;
    loop {
        match at {
            Expr::RefDot { refr, field, .. } => {
                steps.push(Some(field.0.text()));
                at = refr;
            }
            Expr::RefBrack { refr, index, .. } => {
                steps.push(match &**index {
                    Expr::String { span, .. } | Expr::RawString { span, .. } => Some(span.text()),
                    _ => None,
                });
                at = refr;
            }
            _ => break,
        }
    }
    steps.reverse();
    steps
}
