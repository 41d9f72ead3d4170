//! The tree of an expression: what the grammar says, with macros recognised.
//!
//! Invariants: children come before their parents in the arena, so that no walk needs to look out for cycles; no tree is
//! deeper than [`Limits::depth`](super::Limits::depth). Positions take no part in equality.

use std::collections::HashMap;

use super::CompileError;

/// The number of an expression in its tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExprId(u32);

impl ExprId {
    /// Its place among the expressions of its tree.
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// An operator between two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binary {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `%`
    Rem,
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `in`
    In,
}

/// A macro that goes over a list or a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    /// `all`
    All,
    /// `exists`
    Exists,
    /// `exists_one`, `existsOne`
    ExistsOne,
    /// `map`, `filter`, `transformList`
    List,
    /// `transformMap`
    Map,
    /// `transformMapEntry`
    MapEntry,
}

/// One expression; children by number.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "fields say what they are")]
pub enum Expr {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// `1`, `0x1`, `-1`
    Int(i64),
    /// `1u`
    Uint(u64),
    /// `1.0`
    Double(f64),
    /// `'a'`
    Str(String),
    /// `b'a'`
    Bytes(Vec<u8>),
    /// A name; with a dot before it, it is never a variable of a macro.
    Ident(String),
    /// `of.field`, `of.?field`
    Select { of: ExprId, field: String, optional: bool },
    /// `has(of.field)`
    Has { of: ExprId, field: String },
    /// `of[index]`, `of[?index]`
    Index { of: ExprId, index: ExprId, optional: bool },
    /// `f(a)`, `target.f(a)`
    Call { function: String, target: Option<ExprId>, args: Vec<ExprId> },
    /// `!of`
    Not(ExprId),
    /// `-of`
    Neg(ExprId),
    /// `left op right`
    Binary { op: Binary, left: ExprId, right: ExprId },
    /// `a && b && c`
    And(Vec<ExprId>),
    /// `a || b || c`
    Or(Vec<ExprId>),
    /// `test ? yes : no`
    Cond { test: ExprId, yes: ExprId, no: ExprId },
    /// `[a, ?b]`
    List(Vec<(ExprId, bool)>),
    /// `{k: v, ?k: v}`
    Map(Vec<(ExprId, ExprId, bool)>),
    /// `Name{field: v}`
    Message { name: String, fields: Vec<(String, ExprId, bool)> },
    /// `range.all(x, body)` and its like; `filter` keeps items, `body` is what is made of them
    Fold {
        kind: Fold,
        range: ExprId,
        vars: (String, Option<String>),
        filter: Option<ExprId>,
        body: Option<ExprId>,
    },
    /// `of.optMap(x, body)`, `of.optFlatMap(x, body)`
    OptMap { of: ExprId, var: String, body: ExprId, flat: bool },
}

/// An expression as a tree.
#[derive(Clone, Debug)]
pub struct Ast {
    exprs: Vec<Expr>,
    places: Vec<u32>,
    marks: HashMap<u32, Box<[u32]>>,
    heights: Vec<u16>,
    depth: u16,
    root: ExprId,
}

const NOTHING: Expr = Expr::Null;

impl Ast {
    pub(super) fn new(depth: u16) -> Self {
        Ast {
            exprs: Vec::new(),
            places: Vec::new(),
            marks: HashMap::new(),
            heights: Vec::new(),
            depth,
            root: ExprId(0),
        }
    }

    pub(super) fn add(&mut self, expr: Expr, at: u32) -> Result<ExprId, CompileError> {
        let mut below = 0;
        children(&expr, |child| below = below.max(self.heights.get(child.0 as usize).copied().unwrap_or(0)));
        if below >= self.depth {
            return Err(CompileError::new(format!("nested deeper than {}", self.depth), at));
        }
        let id = ExprId(u32::try_from(self.exprs.len()).unwrap_or(u32::MAX));
        self.exprs.push(expr);
        self.places.push(at);
        self.heights.push(below + 1);
        self.root = id;
        Ok(id)
    }

    /// Says where the further signs of an expression are: the operators of a chain, the question marks of a list or
    /// map, the colons of an object's fields, the variables of a macro.
    pub(super) fn mark(&mut self, id: ExprId, marks: Vec<u32>) {
        if !marks.is_empty() {
            self.marks.insert(id.0, marks.into());
        }
    }

    /// Adds a term and its sign to a chain of `&&` or `||`.
    pub(super) fn extend(&mut self, id: ExprId, term: ExprId, at: u32) -> Result<(), CompileError> {
        let height = self.heights.get(term.0 as usize).copied().unwrap_or(0);
        let Some(Expr::And(terms) | Expr::Or(terms)) = self.exprs.get_mut(id.0 as usize) else {
            return Ok(());
        };
        if height >= self.depth {
            return Err(CompileError::new(format!("nested deeper than {}", self.depth), self.at(term)));
        }
        terms.push(term);
        let marks = self.marks.remove(&id.0).unwrap_or_default();
        self.mark(id, marks.into_iter().chain([at]).collect());
        if let Some(own) = self.heights.get_mut(id.0 as usize) {
            *own = (*own).max(height + 1);
        }
        Ok(())
    }

    pub(super) fn set_root(&mut self, root: ExprId) {
        self.root = root;
    }

    /// The whole expression.
    pub fn root(&self) -> ExprId {
        self.root
    }

    /// One expression.
    pub fn expr(&self, id: ExprId) -> &Expr {
        self.exprs.get(id.0 as usize).unwrap_or(&NOTHING)
    }

    /// The byte of the text where it stands, as cel-go counts it: an operator's is its sign, a field's its dot, a call's and
    /// a macro's the parenthesis, a list's and a map's the bracket.
    pub fn at(&self, id: ExprId) -> u32 {
        self.places.get(id.0 as usize).copied().unwrap_or(0)
    }

    /// Where its further signs are: the operators of a chain, the question marks of a list or map, the colons of an object's
    /// fields, the variables of a macro.
    pub fn marks(&self, id: ExprId) -> &[u32] {
        self.marks.get(&id.0).map_or(&[], |marks| marks)
    }

    /// All expressions, children before their parents.
    pub fn exprs(&self) -> impl Iterator<Item = &Expr> {
        self.exprs.iter()
    }

    /// The expressions right below one, in the order of the text.
    pub(crate) fn children(&self, id: ExprId) -> Vec<ExprId> {
        let mut all = Vec::new();
        children(self.expr(id), |child| all.push(child));
        all
    }

    /// The names of `a.b.c`, and nothing for any other expression.
    pub fn dotted(&self, id: ExprId) -> Option<Vec<&str>> {
        let (mut id, mut names) = (id, Vec::new());
        loop {
            match self.expr(id) {
                Expr::Select { of, field, optional: false } => {
                    names.push(field.as_str());
                    id = *of;
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
}

fn children(expr: &Expr, mut see: impl FnMut(ExprId)) {
    match expr {
        Expr::Null | Expr::Bool(_) | Expr::Int(_) | Expr::Uint(_) | Expr::Double(_) => {}
        Expr::Str(_) | Expr::Bytes(_) | Expr::Ident(_) => {}
        Expr::Select { of, .. } | Expr::Has { of, .. } | Expr::Not(of) | Expr::Neg(of) => see(*of),
        Expr::Index { of, index, .. } => [*of, *index].into_iter().for_each(see),
        Expr::Call { target, args, .. } => target.iter().chain(args).copied().for_each(see),
        Expr::Binary { left, right, .. } => [*left, *right].into_iter().for_each(see),
        Expr::And(terms) | Expr::Or(terms) => terms.iter().copied().for_each(see),
        Expr::Cond { test, yes, no } => [*test, *yes, *no].into_iter().for_each(see),
        Expr::List(items) => items.iter().for_each(|(item, _)| see(*item)),
        Expr::Map(entries) => {
            entries.iter().for_each(|(key, value, _)| [*key, *value].into_iter().for_each(&mut see))
        }
        Expr::Message { fields, .. } => fields.iter().for_each(|(_, value, _)| see(*value)),
        Expr::Fold { range, filter, body, .. } => {
            Some(*range).into_iter().chain(*filter).chain(*body).for_each(see);
        }
        Expr::OptMap { of, body, .. } => [*of, *body].into_iter().for_each(see),
    }
}

#[cfg(test)]
pub(super) fn tests_children(expr: &Expr) -> Vec<ExprId> {
    let mut all = Vec::new();
    children(expr, |child| all.push(child));
    all
}
