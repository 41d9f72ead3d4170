//! The type of every node, from the leaves up.
//!
//! Invariants: a node is visited once. What is wrong has the type [`Type::Error`], which fits everywhere, so that one mistake is
//! told once. Names and functions become whole names, and `a.b` that is a variable becomes one.
//!
//! Source: cel-go `checker/checker.go`.

mod aggregate;
mod call;

use std::sync::Arc;

use super::env::Environment;
use super::tree::{Comprehension, Kind, Literal, NodeId, Tree};
use super::types::Type;
use super::unify::{Unifier, Unknown};
use crate::cel::CompileError;

/// What was found out.
pub(super) struct Inferred {
    pub(super) types: Vec<Type>,
    pub(super) overloads: Vec<Vec<&'static str>>,
    pub(super) errors: Vec<CompileError>,
}

/// Finds the type of every node.
pub(super) fn infer(tree: &mut Tree, env: &Environment) -> Inferred {
    let count = tree.len();
    let mut checker = Checker {
        tree,
        env,
        unifier: Unifier::new(),
        types: vec![Type::Error; count],
        overloads: vec![Vec::new(); count],
        locals: Vec::new(),
        errors: Vec::new(),
    };
    if let Some(root) = checker.tree.root() {
        checker.check(root);
    }
    let Checker { mut unifier, mut types, overloads, mut errors, .. } = checker;
    for own in &mut types {
        *own = unifier.substitute(own, Unknown::Dyn);
    }
    if unifier.exhausted() {
        errors = vec![CompileError::new("the types of the expression are too large", 0)];
    }
    Inferred { types, overloads, errors }
}

pub(super) struct Checker<'a> {
    tree: &'a mut Tree,
    env: &'a Environment,
    unifier: Unifier,
    types: Vec<Type>,
    overloads: Vec<Vec<&'static str>>,
    /// Variables of the macros around, the innermost last.
    locals: Vec<(Arc<str>, Type)>,
    errors: Vec<CompileError>,
}

impl Checker<'_> {
    fn check(&mut self, id: NodeId) {
        if self.unifier.exhausted() {
            return;
        }
        match self.tree.kind(id).clone() {
            Kind::Literal(literal) => self.set(id, literal_type(&literal)),
            Kind::Ident(name) => self.ident(id, &name),
            Kind::Select { of, field, test } => self.select(id, of, &field, test),
            Kind::Call { function, target, args } => self.call(id, &function, target, &args),
            Kind::List(items) => self.list(id, &items),
            Kind::Map(entries) => self.map(id, &entries),
            Kind::Object { name, fields } => self.object(id, &name, &fields),
            Kind::Comprehension(fold) => self.comprehension(id, &fold),
        }
    }

    fn set(&mut self, id: NodeId, is: Type) {
        if let Some(place) = self.types.get_mut(id.index()) {
            *place = is;
        }
    }

    fn type_of(&self, id: NodeId) -> Type {
        self.types.get(id.index()).cloned().unwrap_or(Type::Error)
    }

    fn known(&mut self, of: &Type) -> Type {
        self.unifier.substitute(of, Unknown::Stays)
    }

    fn error_at(&mut self, at: u32, message: String) {
        self.errors.push(CompileError::new(message, at));
    }

    fn error(&mut self, id: NodeId, message: String) {
        self.error_at(self.tree.at(id), message);
    }

    fn undeclared(&mut self, id: NodeId, name: &str) {
        let container = self.env.container();
        self.error(id, format!("undeclared reference to '{name}' (in container '{container}')"));
        self.set(id, Type::Error);
    }

    fn mismatch(&mut self, id: NodeId, expected: &Type, found: &Type) {
        self.error(id, format!("expected type '{expected}' but found '{found}'"));
    }

    fn local(&self, name: &str) -> Option<Type> {
        self.locals.iter().rev().find(|(own, _)| &**own == name).map(|(_, is)| is.clone())
    }

    fn ident(&mut self, id: NodeId, name: &str) {
        if let Some(is) = self.local(name) {
            return self.set(id, is);
        }
        match self.env.global(name) {
            Some((whole, is)) => self.name(id, &whole, is),
            None => self.undeclared(id, name),
        }
    }

    /// Makes a node the name of something.
    fn name(&mut self, id: NodeId, whole: &Arc<str>, is: Type) {
        // What a variable of a macro hides keeps the dot that was needed to name it.
        let hidden = self.local(whole.split('.').next().unwrap_or(whole)).is_some();
        let name = if hidden { format!(".{whole}").into() } else { whole.clone() };
        self.tree.replace(id, Kind::Ident(name));
        self.set(id, is);
    }

    fn select(&mut self, id: NodeId, of: NodeId, field: &str, test: bool) {
        if !test
            && let Some(names) = self.tree.dotted(id)
            && let Some((whole, is)) = self.qualified(&names)
        {
            return self.name(id, &whole, is);
        }
        let found = self.field(id, of, field, false);
        let is = if test { Type::Bool } else { self.known(&found) };
        self.set(id, is);
    }

    /// The variable that `a.b.c` is, unless `a` is one of a macro.
    fn qualified(&self, names: &[Arc<str>]) -> Option<(Arc<str>, Type)> {
        let first = names.first()?;
        if self.local(first).is_some() {
            return None;
        }
        let names: Vec<&str> = names.iter().map(|name| &**name).collect();
        self.env.global(&names.join("."))
    }

    /// The type of a field of `of`, which is checked on the way.
    fn field(&mut self, id: NodeId, of: NodeId, field: &str, optional: bool) -> Type {
        self.check(of);
        let own = self.type_of(of);
        let own = self.known(&own);
        let (target, was_optional) = match own.as_optional() {
            Some(inner) => (inner.clone(), true),
            None => (own, false),
        };
        let found = match &target {
            Type::Map(_, value) => (**value).clone(),
            Type::Object(name) => self.field_of(self.tree.at(id), name, field),
            Type::Param(_) => {
                self.unifier.assignable(&Type::Dyn, &target);
                Type::Dyn
            }
            _ => {
                if !target.is_dyn_or_error() {
                    self.error(id, format!("type '{target}' does not support field selection"));
                }
                Type::Dyn
            }
        };
        if was_optional || optional { Type::optional(found) } else { found }
    }

    fn field_of(&mut self, at: u32, of: &str, field: &str) -> Type {
        if !self.env.has_object(of) {
            self.error_at(at, format!("unexpected failed resolution of '{of}'"));
            return Type::Error;
        }
        self.env.field(of, field).unwrap_or_else(|| {
            self.error_at(at, format!("undefined field '{field}'"));
            Type::Error
        })
    }

    fn comprehension(&mut self, id: NodeId, fold: &Comprehension) {
        self.check(fold.range);
        self.check(fold.init);
        let range = self.type_of(fold.range);
        let range = self.known(&range);
        let gathered = self.type_of(fold.init);
        let (first, second) = self.items(fold, &range);
        self.locals.push((fold.accumulator.clone(), gathered.clone()));
        let depth = self.locals.len();
        self.locals.push((fold.var.clone(), first));
        self.locals.extend(fold.second.clone().zip(second));
        self.check(fold.condition);
        self.must_be(fold.condition, &Type::Bool);
        self.check(fold.step);
        self.must_be(fold.step, &gathered);
        self.locals.truncate(depth);
        self.check(fold.result);
        self.locals.pop();
        let result = self.type_of(fold.result);
        let result = self.known(&result);
        self.set(id, result);
    }

    /// The types of the variables of a macro that goes over this range.
    fn items(&mut self, fold: &Comprehension, range: &Type) -> (Type, Option<Type>) {
        let two = fold.second.is_some();
        match range {
            Type::List(item) if two => (Type::Int, Some((**item).clone())),
            Type::List(item) => ((**item).clone(), None),
            Type::Map(key, value) => ((**key).clone(), two.then(|| (**value).clone())),
            Type::Dyn | Type::Error | Type::Param(_) => {
                self.unifier.assignable(&Type::Dyn, range);
                (Type::Dyn, two.then_some(Type::Dyn))
            }
            _ => {
                let range = range.to_string();
                let why = "cannot be range of a comprehension (must be list, map, or dynamic)";
                self.error(fold.range, format!("expression of type '{range}' {why}"));
                (Type::Error, two.then_some(Type::Error))
            }
        }
    }

    fn must_be(&mut self, id: NodeId, expected: &Type) {
        let found = self.type_of(id);
        if !self.unifier.assignable(expected, &found) {
            self.mismatch(id, expected, &found);
        }
    }
}

fn literal_type(literal: &Literal) -> Type {
    match literal {
        Literal::Null => Type::Null,
        Literal::Bool(_) => Type::Bool,
        Literal::Int(_) => Type::Int,
        Literal::Uint(_) => Type::Uint,
        Literal::Double(_) => Type::Double,
        Literal::Str(_) => Type::String,
        Literal::Bytes(_) => Type::Bytes,
    }
}
