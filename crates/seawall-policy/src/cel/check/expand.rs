//! From an expression to the tree that is checked: operators become calls and macros comprehensions, as cel-go's parser has
//! them.
//!
//! Invariant: what the version of an environment does not know is no macro but a call, and no syntax but an issue. What a macro
//! makes stands at the macro's parenthesis.

use std::sync::Arc;

use super::env::Features;
use super::names;
use super::tree::{Comprehension, Entry, Field, Kind, Literal, NodeId, Tree};
use crate::cel::CompileError;
use crate::cel::ast::{Ast, Expr, ExprId, Fold};

/// The tree of an expression, and where it uses what the environment does not know.
pub(super) fn expand(ast: &Ast, features: Features) -> (Tree, Vec<CompileError>) {
    let mut expander = Expander { ast, features, tree: Tree::default(), problems: Vec::new() };
    let root = expander.expr(ast.root());
    expander.tree.set_root(root);
    if expander.tree.is_full() {
        let text = format!("expression has more than {} nodes", Tree::NODES);
        expander.problems.push(CompileError::new(text, 0));
    }
    (expander.tree, expander.problems)
}

struct Expander<'a> {
    ast: &'a Ast,
    features: Features,
    tree: Tree,
    problems: Vec<CompileError>,
}

/// The parts in which macros over lists and maps differ.
struct Parts {
    init: NodeId,
    condition: NodeId,
    step: NodeId,
    result: NodeId,
}

impl Expander<'_> {
    fn expr(&mut self, id: ExprId) -> NodeId {
        let at = self.ast.at(id);
        if self.tree.is_full() {
            return self.literal(Literal::Null, at);
        }
        let kind = match self.ast.expr(id) {
            Expr::Null => Kind::Literal(Literal::Null),
            Expr::Bool(value) => Kind::Literal(Literal::Bool(*value)),
            Expr::Int(value) => Kind::Literal(Literal::Int(*value)),
            Expr::Uint(value) => Kind::Literal(Literal::Uint(*value)),
            Expr::Double(value) => Kind::Literal(Literal::Double(*value)),
            Expr::Str(text) => Kind::Literal(Literal::Str(text.as_str().into())),
            Expr::Bytes(bytes) => Kind::Literal(Literal::Bytes(bytes.as_slice().into())),
            Expr::Ident(name) => Kind::Ident(name.as_str().into()),
            Expr::Select { of, field, optional: false } => {
                Kind::Select { of: self.expr(*of), field: field.as_str().into(), test: false }
            }
            Expr::Select { of, field, optional: true } => {
                self.needs_optionals("unsupported syntax '.?'", at);
                let of = self.expr(*of);
                let field = self.literal(Literal::Str(field.as_str().into()), at);
                call(names::OPTIONAL_SELECT, vec![of, field])
            }
            Expr::Has { of, field } => {
                Kind::Select { of: self.expr(*of), field: field.as_str().into(), test: true }
            }
            Expr::Index { of, index, optional } => {
                if *optional {
                    self.needs_optionals("unsupported syntax '[?'", at);
                }
                let args = vec![self.expr(*of), self.expr(*index)];
                call(if *optional { names::OPTIONAL_INDEX } else { names::INDEX }, args)
            }
            Expr::Call { function, target: Some(target), args }
                if function == "sortBy" && args.len() == 2 && self.features.sort_by =>
            {
                return self.origin(id, |own| own.sort_by(id, *target, args));
            }
            Expr::Call { function, target, args } => {
                let target = target.map(|target| self.expr(target));
                Kind::Call { function: function.as_str().into(), target, args: self.exprs(args) }
            }
            Expr::Not(of) => call(names::NOT, vec![self.expr(*of)]),
            Expr::Neg(of) => call(names::NEGATE, vec![self.expr(*of)]),
            Expr::Binary { op, left, right } => {
                call(names::operator(*op), vec![self.expr(*left), self.expr(*right)])
            }
            Expr::And(terms) => return self.origin(id, |own| own.chain(names::AND, id, terms)),
            Expr::Or(terms) => return self.origin(id, |own| own.chain(names::OR, id, terms)),
            Expr::Cond { test, yes, no } => {
                call(names::CONDITIONAL, vec![self.expr(*test), self.expr(*yes), self.expr(*no)])
            }
            Expr::List(items) => {
                self.no_marks(id);
                Kind::List(items.iter().map(|(item, optional)| (self.expr(*item), *optional)).collect())
            }
            Expr::Map(entries) => {
                self.no_marks(id);
                self.map(entries)
            }
            Expr::Message { name, fields } => self.object(id, name, fields),
            Expr::Fold { kind, range, vars, filter, body } => {
                return self.origin(id, |own| own.fold(id, *kind, *range, vars, *filter, *body));
            }
            Expr::OptMap { of, var, body, flat } => {
                return self.origin(id, |own| own.opt_map(id, *of, var, *body, *flat));
            }
        };
        self.origin(id, |own| own.tree.add(kind, at))
    }

    fn origin(&mut self, id: ExprId, make: impl FnOnce(&mut Self) -> NodeId) -> NodeId {
        let node = make(self);
        self.tree.set_origin(id, node);
        node
    }

    fn exprs(&mut self, ids: &[ExprId]) -> Vec<NodeId> {
        ids.iter().map(|id| self.expr(*id)).collect()
    }

    fn needs_optionals(&mut self, message: &str, at: u32) {
        if !self.features.optionals {
            self.problems.push(CompileError::new(message, at));
        }
    }

    /// The question marks of a list or map.
    fn no_marks(&mut self, id: ExprId) {
        for at in self.ast.marks(id) {
            self.needs_optionals("unsupported syntax '?'", *at);
        }
    }

    fn literal(&mut self, literal: Literal, at: u32) -> NodeId {
        self.tree.add(Kind::Literal(literal), at)
    }

    fn ident(&mut self, name: &str, at: u32) -> NodeId {
        self.tree.add(Kind::Ident(name.into()), at)
    }

    fn call(&mut self, function: &str, args: Vec<NodeId>, at: u32) -> NodeId {
        self.tree.add(call(function, args), at)
    }

    fn method(&mut self, target: NodeId, function: &str, args: Vec<NodeId>, at: u32) -> NodeId {
        self.tree.add(Kind::Call { function: function.into(), target: Some(target), args }, at)
    }

    fn map(&mut self, entries: &[(ExprId, ExprId, bool)]) -> Kind {
        let entry = |own: &mut Self, (key, value, optional): &(ExprId, ExprId, bool)| Entry {
            key: own.expr(*key),
            value: own.expr(*value),
            optional: *optional,
        };
        Kind::Map(entries.iter().map(|parts| entry(self, parts)).collect())
    }

    fn object(&mut self, id: ExprId, name: &str, fields: &[(String, ExprId, bool)]) -> Kind {
        let at = self.ast.at(id);
        if fields.iter().any(|(.., optional)| *optional) {
            self.needs_optionals("unsupported syntax '?'", at);
        }
        let colons = self.ast.marks(id).iter().copied().chain(std::iter::repeat(at));
        let field = |own: &mut Self, ((name, value, optional), at): (&(String, ExprId, bool), u32)| Field {
            name: name.as_str().into(),
            value: own.expr(*value),
            optional: *optional,
            at,
        };
        Kind::Object {
            name: name.into(),
            fields: fields.iter().zip(colons).map(|parts| field(self, parts)).collect(),
        }
    }

    /// `a && b && c` as a balanced tree of calls with two arguments.
    fn chain(&mut self, operator: &str, id: ExprId, terms: &[ExprId]) -> NodeId {
        let signs = self.ast.marks(id);
        let terms = self.exprs(terms);
        self.balanced(operator, &terms, signs, self.ast.at(id))
    }

    fn balanced(&mut self, operator: &str, terms: &[NodeId], signs: &[u32], at: u32) -> NodeId {
        // The middle of the signs, rounded up, is the root; the term with its number is the last one on its left.
        let middle = signs.len() / 2;
        let (left, right) = terms.split_at_checked(middle + 1).unwrap_or((terms, &[]));
        let (Some(only), false) = (left.first(), right.is_empty()) else {
            return left.first().copied().unwrap_or_else(|| self.literal(Literal::Null, at));
        };
        let (before, after) = signs.split_at_checked(middle).unwrap_or((signs, &[]));
        let sign = after.first().copied().unwrap_or(at);
        let left = if middle == 0 { *only } else { self.balanced(operator, left, before, at) };
        let right = self.balanced(operator, right, after.get(1..).unwrap_or(&[]), at);
        self.call(operator, vec![left, right], sign)
    }

    fn fold(
        &mut self,
        id: ExprId,
        kind: Fold,
        range: ExprId,
        vars: &(String, Option<String>),
        filter: Option<ExprId>,
        body: Option<ExprId>,
    ) -> NodeId {
        let at = self.ast.at(id);
        let range = self.expr(range);
        let filter = filter.map(|filter| self.expr(filter));
        let body = body.map(|body| self.expr(body));
        if vars.1.is_some() && !self.features.two_variables {
            return self.no_macro(id, kind, range, vars, filter.into_iter().chain(body));
        }
        let parts = match (kind, body) {
            (Fold::All | Fold::Exists | Fold::ExistsOne, Some(body)) => self.quantifier(kind, body, at),
            (Fold::Map | Fold::MapEntry, Some(body)) => {
                let key = (kind == Fold::Map).then_some(vars.0.as_str());
                self.insertion(key, filter, body, at)
            }
            (_, Some(body)) => self.collection(filter, body, at),
            (_, None) => {
                let place = self.ast.marks(id).first().copied().unwrap_or(at);
                let item = self.ident(&vars.0, place);
                self.collection(filter, item, at)
            }
        };
        let Parts { init, condition, step, result } = parts;
        let comprehension = Comprehension {
            range,
            var: vars.0.as_str().into(),
            second: vars.1.as_deref().map(Arc::from),
            accumulator: names::ACCUMULATOR.into(),
            init,
            condition,
            step,
            result,
        };
        self.tree.add(Kind::Comprehension(Box::new(comprehension)), at)
    }

    /// A macro that the environment does not know is a call with the variables as arguments.
    fn no_macro(
        &mut self,
        id: ExprId,
        kind: Fold,
        range: NodeId,
        vars: &(String, Option<String>),
        rest: impl Iterator<Item = NodeId>,
    ) -> NodeId {
        let at = self.ast.at(id);
        let places: Vec<u32> = self.ast.marks(id).to_vec();
        let place = |number: usize| places.get(number).copied().unwrap_or(at);
        let mut args = vec![self.ident(&vars.0, place(0))];
        args.extend(vars.1.as_deref().map(|second| self.ident(second, place(1))));
        args.extend(rest);
        let name = match kind {
            Fold::All => "all",
            Fold::Exists => "exists",
            Fold::ExistsOne => "exists_one",
            Fold::List => "transformList",
            Fold::Map => "transformMap",
            Fold::MapEntry => "transformMapEntry",
        };
        self.method(range, name, args, at)
    }

    fn accumulator(&mut self, at: u32) -> NodeId {
        self.ident(names::ACCUMULATOR, at)
    }

    fn quantifier(&mut self, kind: Fold, body: NodeId, at: u32) -> Parts {
        if kind == Fold::ExistsOne {
            let init = self.literal(Literal::Int(0), at);
            let condition = self.literal(Literal::Bool(true), at);
            let (one, count) = (self.literal(Literal::Int(1), at), self.accumulator(at));
            let more = self.call(names::ADD, vec![count, one], at);
            let same = self.accumulator(at);
            let step = self.call(names::CONDITIONAL, vec![body, more, same], at);
            let (one, count) = (self.literal(Literal::Int(1), at), self.accumulator(at));
            let result = self.call(names::EQUALS, vec![count, one], at);
            return Parts { init, condition, step, result };
        }
        let all = kind == Fold::All;
        let init = self.literal(Literal::Bool(all), at);
        let mut so_far = self.accumulator(at);
        if !all {
            so_far = self.call(names::NOT, vec![so_far], at);
        }
        let condition = self.call(names::NOT_STRICTLY_FALSE, vec![so_far], at);
        let so_far = self.accumulator(at);
        let step = self.call(if all { names::AND } else { names::OR }, vec![so_far, body], at);
        Parts { init, condition, step, result: self.accumulator(at) }
    }

    /// `map`, `filter`, `transformList`.
    fn collection(&mut self, filter: Option<NodeId>, item: NodeId, at: u32) -> Parts {
        let init = self.tree.add(Kind::List(Vec::new()), at);
        let so_far = self.accumulator(at);
        let item = self.tree.add(Kind::List(vec![(item, false)]), at);
        let step = self.call(names::ADD, vec![so_far, item], at);
        self.gathering(init, filter, step, at)
    }

    /// `transformMap` with the name of the key, `transformMapEntry` without.
    fn insertion(&mut self, key: Option<&str>, filter: Option<NodeId>, value: NodeId, at: u32) -> Parts {
        let init = self.tree.add(Kind::Map(Vec::new()), at);
        let mut args = vec![self.accumulator(at)];
        args.extend(key.map(|key| self.ident(key, at)));
        args.push(value);
        let step = self.call(names::MAP_INSERT, args, at);
        self.gathering(init, filter, step, at)
    }

    fn gathering(&mut self, init: NodeId, filter: Option<NodeId>, step: NodeId, at: u32) -> Parts {
        let condition = self.literal(Literal::Bool(true), at);
        let step = match filter {
            Some(filter) => {
                let same = self.accumulator(at);
                self.call(names::CONDITIONAL, vec![filter, step, same], at)
            }
            None => step,
        };
        Parts { init, condition, step, result: self.accumulator(at) }
    }

    /// A variable that holds a value: a comprehension over nothing.
    fn bind(&mut self, var: &str, value: NodeId, step: NodeId, result: NodeId, at: u32) -> NodeId {
        let comprehension = Comprehension {
            range: self.tree.add(Kind::List(Vec::new()), at),
            var: names::UNUSED.into(),
            second: None,
            accumulator: var.into(),
            init: value,
            condition: self.literal(Literal::Bool(false), at),
            step,
            result,
        };
        self.tree.add(Kind::Comprehension(Box::new(comprehension)), at)
    }

    fn opt_map(&mut self, id: ExprId, of: ExprId, var: &str, body: ExprId, flat: bool) -> NodeId {
        let at = self.ast.at(id);
        let of = self.expr(of);
        let name = if flat { "optFlatMap" } else { "optMap" };
        let body = self.expr(body);
        if !self.features.optionals {
            let place = self.ast.marks(id).first().copied().unwrap_or(at);
            let var = self.ident(var, place);
            return self.method(of, name, vec![var, body], at);
        }
        let test = self.method(of, "hasValue", Vec::new(), at);
        let copy = self.tree.copy(of);
        let value = self.method(copy, "value", Vec::new(), at);
        let step = self.ident(var, at);
        let mut mapped = self.bind(var, value, step, body, at);
        if !flat {
            mapped = self.call("optional.of", vec![mapped], at);
        }
        let none = self.call("optional.none", Vec::new(), at);
        self.call(names::CONDITIONAL, vec![test, mapped, none], at)
    }

    /// `list.sortBy(x, key)`: the list is a variable, its keys are a list beside it.
    fn sort_by(&mut self, id: ExprId, target: ExprId, args: &[ExprId]) -> NodeId {
        let at = self.ast.at(id);
        let target_at = self.ast.at(target);
        let target = self.expr(target);
        if matches!(self.tree.kind(target), Kind::Literal(_) | Kind::Map(_) | Kind::Object { .. }) {
            let text =
                "sortBy can only be applied to a list, identifier, comprehension, call or select expression";
            self.problems.push(CompileError::new(text, target_at));
        }
        let (var, key) = match args {
            [var, key] => (*var, self.expr(*key)),
            _ => return target,
        };
        let Expr::Ident(name) = self.ast.expr(var) else {
            self.problems.push(CompileError::new("argument is not an identifier", self.ast.at(var)));
            return target;
        };
        let name: Arc<str> = name.as_str().into();
        let range = self.ident(names::SORT_BY_INPUT, at);
        let Parts { init, condition, step, result } = self.collection(None, key, at);
        let keys = Comprehension {
            range,
            var: name,
            second: None,
            accumulator: names::ACCUMULATOR.into(),
            init,
            condition,
            step,
            result,
        };
        let keys = self.tree.add(Kind::Comprehension(Box::new(keys)), at);
        let list = self.ident(names::SORT_BY_INPUT, at);
        let sorted = self.method(list, names::SORT_BY_KEYS, vec![keys], at);
        let step = self.ident(names::SORT_BY_INPUT, at);
        self.bind(names::SORT_BY_INPUT, target, step, sorted, at)
    }
}

fn call(function: &str, args: Vec<NodeId>) -> Kind {
    Kind::Call { function: function.into(), target: None, args }
}
