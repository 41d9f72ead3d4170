//! Which type may stand where which is expected, and what parameters have to be for that.
//!
//! Invariants: a question that is answered with no leaves no trace. Types may share parts and so be larger than any memory when
//! they are written out: every part that is looked at is work, and when [`WORK`] is used up everything is refused and
//! [`Unifier::exhausted`] says so.
//!
//! Source: cel-go `checker/types.go`.

use std::collections::HashMap;
use std::sync::Arc;

use super::types::Type;

/// How many parts of types are looked at for one expression.
const WORK: u32 = 4_000_000;

/// What is known of the parameters.
pub(super) struct Unifier {
    known: HashMap<Arc<str>, Type>,
    /// What was known before, newest last.
    trail: Vec<(Arc<str>, Option<Type>)>,
    work: u32,
    fresh: usize,
}

/// Whether parameters that nothing is known of stay, or are anything.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unknown {
    Stays,
    Dyn,
}

impl Unifier {
    pub(super) fn new() -> Self {
        Unifier { known: HashMap::new(), trail: Vec::new(), work: WORK, fresh: 0 }
    }

    pub(super) fn exhausted(&self) -> bool {
        self.work == 0
    }

    fn spend(&mut self) -> bool {
        self.work = self.work.saturating_sub(1);
        self.work > 0
    }

    /// A parameter that is not used yet.
    pub(super) fn fresh(&mut self) -> Type {
        self.fresh += 1;
        Type::param(&format!("_var{}", self.fresh - 1))
    }

    /// Whether `from` may stand where `to` is expected; the answer yes is remembered.
    pub(super) fn assignable(&mut self, from: &Type, to: &Type) -> bool {
        self.assignable_lists(std::slice::from_ref(from), std::slice::from_ref(to))
    }

    /// The same for several types at once.
    pub(super) fn assignable_lists(&mut self, from: &[Type], to: &[Type]) -> bool {
        self.trail.clear();
        let fits = self.fits_all(from, to);
        if !fits {
            while let Some((name, before)) = self.trail.pop() {
                match before {
                    Some(before) => self.known.insert(name, before),
                    None => self.known.remove(&name),
                };
            }
        }
        fits
    }

    fn learn(&mut self, name: &Arc<str>, is: Type) {
        let before = self.known.insert(name.clone(), is);
        self.trail.push((name.clone(), before));
    }

    fn fits_all(&mut self, from: &[Type], to: &[Type]) -> bool {
        from.len() == to.len() && from.iter().zip(to).all(|(from, to)| self.fits(from, to))
    }

    fn fits(&mut self, from: &Type, to: &Type) -> bool {
        if !self.spend() {
            return false;
        }
        if let Type::Param(name) = to {
            match self.substitution(from, name) {
                Substitution::Valid => return true,
                Substitution::Taken => return false,
                Substitution::Impossible => {}
            }
        }
        if let Type::Param(name) = from {
            return self.substitution(to, name) == Substitution::Valid;
        }
        match (from, to) {
            (Type::Dyn | Type::Error, _) | (_, Type::Dyn | Type::Error) => true,
            (Type::Null, other) | (other, Type::Null) => matches!(
                other,
                Type::Null | Type::Opaque(..) | Type::Object(_) | Type::Duration | Type::Timestamp
            ),
            (Type::Type(_), Type::Type(_)) => true,
            (Type::List(from), Type::List(to)) => self.fits(from, to),
            (Type::Map(key, value), Type::Map(to_key, to_value)) => {
                self.fits(key, to_key) && self.fits(value, to_value)
            }
            (Type::Opaque(name, from), Type::Opaque(to_name, to)) => {
                name == to_name && self.fits_all(from, to)
            }
            _ => from == to,
        }
    }

    /// Whether a parameter can be this type.
    fn substitution(&mut self, is: &Type, name: &Arc<str>) -> Substitution {
        if matches!(is, Type::Param(own) if own == name) {
            return Substitution::Valid;
        }
        if let Some(known) = self.known.get(name).cloned() {
            if *is == known {
                return Substitution::Valid;
            }
            if !self.fits(is, &known) {
                return Substitution::Taken;
            }
            let general = most_general(is, &known).clone();
            if self.absent(name, &general) {
                self.learn(name, general);
            }
            return Substitution::Valid;
        }
        if self.absent(name, is) {
            self.learn(name, is.clone());
            return Substitution::Valid;
        }
        Substitution::Impossible
    }

    /// Whether a parameter is no part of a type.
    fn absent(&mut self, name: &Arc<str>, within: &Type) -> bool {
        if !self.spend() {
            return false;
        }
        match within {
            Type::Param(own) if own == name => false,
            Type::Param(own) => match self.known.get(own).cloned() {
                Some(known) => self.absent(name, &known),
                None => true,
            },
            _ => within.params().into_iter().all(|part| self.absent(name, part)),
        }
    }

    /// The type with all that is known put in.
    pub(super) fn substitute(&mut self, of: &Type, unknown: Unknown) -> Type {
        if !self.spend() {
            return Type::Dyn;
        }
        match of {
            Type::Param(name) => match self.known.get(name).cloned() {
                Some(known) => self.substitute(&known, unknown),
                None if unknown == Unknown::Dyn => Type::Dyn,
                None => of.clone(),
            },
            Type::List(item) => Type::list(self.substitute(item, unknown)),
            Type::Map(key, value) => {
                Type::map(self.substitute(key, unknown), self.substitute(value, unknown))
            }
            Type::Type(Some(inner)) => Type::of(self.substitute(inner, unknown)),
            Type::Opaque(name, params) => {
                let params = params.iter().map(|param| self.substitute(param, unknown)).collect();
                Type::Opaque(name.clone(), params)
            }
            _ => of.clone(),
        }
    }
}

#[derive(PartialEq, Eq)]
enum Substitution {
    Valid,
    /// The parameter is another type already.
    Taken,
    /// The parameter would be part of itself.
    Impossible,
}

/// A type with `new` parameters in the places of those of a declaration.
pub(super) fn instantiate(of: &Type, new: &[(Arc<str>, Type)]) -> Type {
    match of {
        Type::Param(name) => {
            new.iter().find(|(own, _)| own == name).map_or_else(|| of.clone(), |(_, fresh)| fresh.clone())
        }
        Type::List(item) => Type::list(instantiate(item, new)),
        Type::Map(key, value) => Type::map(instantiate(key, new), instantiate(value, new)),
        Type::Type(Some(inner)) => Type::of(instantiate(inner, new)),
        Type::Opaque(name, params) => {
            Type::Opaque(name.clone(), params.iter().map(|param| instantiate(param, new)).collect())
        }
        _ => of.clone(),
    }
}

/// The more general of two types that fit.
pub(super) fn most_general<'t>(one: &'t Type, other: &'t Type) -> &'t Type {
    if less_specific(one, other) { one } else { other }
}

/// Whether a type is another one, or that with `dyn` in some places.
fn less_specific(one: &Type, other: &Type) -> bool {
    match (one, other) {
        (Type::Dyn | Type::Param(_), _) => true,
        (_, Type::Dyn | Type::Param(_)) => false,
        (Type::List(one), Type::List(other)) => less_specific(one, other),
        (Type::Map(key, value), Type::Map(other_key, other_value)) => {
            less_specific(key, other_key) && less_specific(value, other_value)
        }
        (Type::Opaque(name, params), Type::Opaque(other_name, other_params)) => {
            name == other_name
                && params.len() == other_params.len()
                && params.iter().zip(other_params.iter()).all(|(one, other)| less_specific(one, other))
        }
        (Type::Type(_), Type::Type(_)) => true,
        _ => one == other,
    }
}
