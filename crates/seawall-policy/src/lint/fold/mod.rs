//! What an expression always is in a situation, whatever the object holds.
//!
//! Invariants: what is said to be so is so for every object of the situation that an API server decodes; what is not known is
//! [`Fact::Any`]. An expression that is said never to fail cannot. Parts that are not reached in a situation are not looked at.
//! Nothing is evaluated: this walks the tree once, lists of constants as often as they have items.

mod call;
mod compare;
mod fact;
mod select;

use std::collections::{HashMap, HashSet};

use seawall_schema::Schema;

use super::situation::Situation;
use crate::cel::ast::{Ast, Binary, Expr, ExprId, Fold};

pub(crate) use fact::{Fact, Fails, Found, Kept};

/// Items of a constant list that a macro is followed over.
const ITEMS: usize = 32;
/// Steps of one expression; more are not followed.
const STEPS: usize = 20_000;

/// Follows expressions in one situation.
pub(crate) struct Folder<'a, 's> {
    situation: &'a Situation<'s>,
    /// The variables of the policy so far.
    variables: &'a HashMap<String, Found<'s>>,
    ast: &'a Ast,
    /// Variables of the macros around, the innermost last.
    locals: Vec<(&'a str, Found<'s>)>,
    /// The type of `params`.
    params: Option<Schema<'s>>,
    trace: &'a mut Trace<'s>,
    steps: usize,
}

/// What was met on the way, by number of the part of the expression, in all situations.
#[derive(Debug, Default)]
pub(crate) struct Trace<'s> {
    /// What may be evaluated.
    reached: HashSet<usize>,
    /// Fields that a type does not have.
    missing: HashMap<usize, Missing<'s>>,
    /// Fields that a type has, or may have.
    present: HashSet<usize>,
    /// Nothing is known: it was too much to follow.
    lost: bool,
}

/// A field that a type does not have.
#[derive(Clone, Debug)]
pub(crate) struct Missing<'s> {
    pub(crate) of: Schema<'s>,
    pub(crate) field: String,
    /// Whether only its presence is asked.
    pub(crate) tested: bool,
}

impl<'s> Trace<'s> {
    /// Whether a part may be evaluated in any situation.
    pub(crate) fn reaches(&self, place: usize) -> bool {
        self.lost || self.reached.contains(&place)
    }

    /// Fields that no type has by which they are asked for, in the order of the text.
    pub(crate) fn missing(&self) -> Vec<&Missing<'s>> {
        let mut all: Vec<(&usize, &Missing<'s>)> =
            self.missing.iter().filter(|(place, _)| !self.present.contains(*place)).collect();
        all.sort_by_key(|(place, _)| **place);
        all.into_iter().map(|(_, missing)| missing).collect()
    }
}

/// What an expression always is; `trace` remembers what was met.
pub(crate) fn fold<'a, 's>(
    ast: &'a Ast,
    situation: &'a Situation<'s>,
    variables: &'a HashMap<String, Found<'s>>,
    params: Option<Schema<'s>>,
    trace: &'a mut Trace<'s>,
) -> Found<'s> {
    let mut folder = Folder { situation, variables, ast, locals: Vec::new(), params, trace, steps: STEPS };
    folder.expr(ast.root())
}

impl<'a, 's> Folder<'a, 's> {
    fn expr(&mut self, id: ExprId) -> Found<'s> {
        self.trace.reached.insert(id.index());
        let Some(left) = self.steps.checked_sub(1) else {
            self.trace.lost = true;
            return Found::open();
        };
        self.steps = left;
        match self.ast.expr(id) {
            Expr::Null => Found::is(Fact::Null),
            Expr::Bool(value) => Found::is(Fact::Bool(*value)),
            Expr::Int(value) => Found::is(Fact::Int(*value)),
            Expr::Str(text) => Found::is(Fact::Str(text.as_str().into())),
            Expr::Uint(_) | Expr::Double(_) | Expr::Bytes(_) => Found::is(Fact::NotNull),
            Expr::Ident(name) => self.name(name),
            Expr::Select { of, field, optional } => self.select(id, *of, field, *optional),
            Expr::Has { of, field } => self.has(id, *of, field),
            Expr::Index { of, index, optional } => self.index(*of, *index, *optional),
            Expr::Call { function, target, args } => self.call(function, *target, args),
            Expr::Not(of) => {
                let own = self.expr(*of);
                match own.is {
                    Fact::Bool(value) => Found { is: Fact::Bool(!value), ..own },
                    _ => Found { is: Fact::NotNull, fails: own.fails.or_maybe() },
                }
            }
            Expr::Neg(of) => match self.expr(*of) {
                Found { is: Fact::Int(value), fails } if value != i64::MIN => {
                    Found { is: Fact::Int(-value), fails }
                }
                own => Found { is: Fact::NotNull, fails: own.fails.or_maybe() },
            },
            Expr::Binary { op, left, right } => self.binary(*op, *left, *right),
            Expr::And(terms) => self.chain(terms, false),
            Expr::Or(terms) => self.chain(terms, true),
            Expr::Cond { test, yes, no } => self.choice(*test, *yes, *no),
            Expr::List(items) => self.list(items),
            Expr::Map(entries) => {
                let mut fails = Fails::Never;
                for (key, value, _) in entries {
                    fails = fails.and(self.expr(*key).fails).and(self.expr(*value).fails);
                }
                // A key may be there twice, or be of a type that is none of keys.
                Found { is: Fact::NotNull, fails: if entries.is_empty() { fails } else { fails.or_maybe() } }
            }
            Expr::Message { fields, .. } => {
                let fails = fields
                    .iter()
                    .fold(Fails::Never, |fails, (_, value, _)| fails.and(self.expr(*value).fails));
                Found { is: Fact::NotNull, fails }
            }
            Expr::Fold { kind, range, vars, filter, body } => {
                self.macro_over(*kind, *range, vars, *filter, *body)
            }
            Expr::OptMap { of, var, body, .. } => {
                let own = self.expr(*of);
                self.locals.push((var, Found::any()));
                let body = self.expr(*body);
                self.locals.pop();
                Found { is: Fact::NotNull, fails: own.fails.and(body.fails).or_maybe() }
            }
        }
    }

    fn binary(&mut self, op: Binary, left: ExprId, right: ExprId) -> Found<'s> {
        let (one, other) = (self.expr(left), self.expr(right));
        let fails = one.fails.and(other.fails);
        let same = matches!(op, Binary::Eq | Binary::Ne | Binary::Le | Binary::Ge | Binary::Lt | Binary::Gt)
            && self.is_same(left, right);
        if same {
            let holds = matches!(op, Binary::Eq | Binary::Le | Binary::Ge);
            let ordered = !matches!(op, Binary::Eq | Binary::Ne);
            return Found { is: Fact::Bool(holds), fails: if ordered { fails.or_maybe() } else { fails } };
        }
        let decided = compare::decide(op, &one.is, &other.is);
        let fails = match op {
            Binary::Eq | Binary::Ne => fails,
            _ if decided.is_some() => fails,
            _ => fails.or_maybe(),
        };
        Found { is: decided.unwrap_or(Fact::NotNull), fails }
    }

    /// Whether both are the same path into the same object, read twice.
    fn is_same(&self, one: ExprId, other: ExprId) -> bool {
        match (self.ast.expr(one), self.ast.expr(other)) {
            (Expr::Ident(one), Expr::Ident(other)) => one == other,
            (
                Expr::Select { of: one, field, optional: false },
                Expr::Select { of: other, field: same, optional: false },
            ) => field == same && self.is_same(*one, *other),
            (
                Expr::Index { of: one, index, optional: false },
                Expr::Index { of: other, index: same, optional: false },
            ) => {
                let (index, same) = (self.ast.expr(*index), self.ast.expr(*same));
                index == same && matches!(index, Expr::Int(_) | Expr::Str(_)) && self.is_same(*one, *other)
            }
            _ => false,
        }
    }

    /// `&&` and `||`; `stop` is what ends the chain. An error is absorbed by what ends it.
    fn chain(&mut self, terms: &[ExprId], stop: bool) -> Found<'s> {
        let (mut all, mut stops, mut fails, mut always) = (true, false, Fails::Never, true);
        for term in terms {
            let own = self.expr(*term);
            match (own.is, own.fails) {
                (Fact::Bool(value), Fails::Never) if value == stop => return Found::is(Fact::Bool(stop)),
                (Fact::Bool(value), own) if value == stop => {
                    stops = true;
                    fails = fails.and(own);
                    always &= own == Fails::Always;
                }
                (Fact::Bool(_), own) => {
                    fails = fails.and(own);
                    always &= own != Fails::Maybe;
                }
                (_, own) => {
                    all = false;
                    fails = fails.and(own);
                    always &= own == Fails::Always;
                }
            }
        }
        let fails = if always { fails } else { fails.weaker() };
        // Where what ends the chain fails, another one ends it as well, or the whole fails.
        let is = match (stops, all) {
            (true, _) => Fact::Bool(stop),
            (false, true) => Fact::Bool(!stop),
            (false, false) => Fact::NotNull,
        };
        Found { is, fails }
    }

    fn choice(&mut self, test: ExprId, yes: ExprId, no: ExprId) -> Found<'s> {
        let decided = self.expr(test);
        let Fact::Bool(value) = decided.is else {
            let (yes, no) = (self.expr(yes), self.expr(no));
            let unless_truth = if decided.is.is_not_null() { Fails::Never } else { Fails::Maybe };
            let branches = if yes.fails == no.fails { yes.fails } else { Fails::Maybe };
            return Found { is: yes.is.join(no.is), fails: decided.fails.and(branches).and(unless_truth) };
        };
        let taken = self.expr(if value { yes } else { no });
        Found { is: taken.is, fails: decided.fails.and(taken.fails) }
    }

    fn list(&mut self, items: &[(ExprId, bool)]) -> Found<'s> {
        let mut facts = Vec::with_capacity(items.len());
        let mut fails = Fails::Never;
        for (item, optional) in items {
            let own = self.expr(*item);
            fails = fails.and(own.fails);
            if *optional {
                return Found { is: Fact::NotNull, fails: fails.or_maybe() };
            }
            facts.push(own.is);
        }
        Found { is: Fact::List(facts), fails }
    }

    fn macro_over(
        &mut self,
        kind: Fold,
        range: ExprId,
        vars: &'a (String, Option<String>),
        filter: Option<ExprId>,
        body: Option<ExprId>,
    ) -> Found<'s> {
        let over = self.expr(range);
        let all = kind == Fold::All;
        if let (Fact::List(items), true, Some(body), None) =
            (&over.is, matches!(kind, Fold::All | Fold::Exists), body, &vars.1)
            && items.len() <= ITEMS
        {
            let mut found = Found { is: Fact::Bool(all), fails: over.fails };
            for item in items.clone() {
                self.locals.push((&vars.0, Found::is(item)));
                let own = self.expr(body);
                self.locals.pop();
                found = match (&found.is, own.is) {
                    (_, Fact::Bool(value)) if value != all && own.fails == Fails::Never => {
                        return Found { is: Fact::Bool(!all), fails: over.fails };
                    }
                    (Fact::Bool(so_far), Fact::Bool(value)) if *so_far == all && value == all => {
                        Found { is: Fact::Bool(all), fails: found.fails.and(own.fails) }
                    }
                    _ => Found { is: Fact::NotNull, fails: found.fails.and(own.fails) },
                };
            }
            return found;
        }
        let item = match (&over.is, &vars.1) {
            (_, Some(_)) => Found::any(),
            (Fact::Typed(kept), None) => kept.items(),
            _ => Found::any(),
        };
        self.locals.push((&vars.0, item));
        if let Some(second) = &vars.1 {
            self.locals.push((second, Found::any()));
        }
        let depth = self.locals.len() - 1 - usize::from(vars.1.is_some());
        let filter = filter.map(|filter| self.expr(filter));
        let body = body.map(|body| self.expr(body));
        self.locals.truncate(depth);
        let inner = filter.iter().chain(&body).fold(Fails::Never, |fails, own| fails.and(own.fails));
        let fails =
            over.fails.and(inner.weaker()).and(if over.is.is_list() { Fails::Never } else { Fails::Maybe });
        let is = match (kind, body.map(|body| body.is)) {
            (Fold::All, Some(Fact::Bool(true))) => Fact::Bool(true),
            (Fold::Exists, Some(Fact::Bool(false))) => Fact::Bool(false),
            // What a filter leaves are items of the same kind.
            (Fold::List, None) => over.is.filtered(),
            _ => Fact::NotNull,
        };
        Found { is, fails }
    }
}
