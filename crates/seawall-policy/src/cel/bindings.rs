//! The values of variables, among them those that are found only when they are asked for.
//!
//! Invariants: a lazy variable is evaluated once for as long as nothing is set, and its error is kept like its value. It is
//! never evaluated while it is being evaluated, and what variables ask of each other is no deeper than the stack allows.
//! Source: `k8s.io/apiserver/pkg/admission/plugin/cel/composition.go`.

use std::cell::{Cell, OnceCell};
use std::fmt;

use seawall_yaml::Node;

use super::value::Value;
use super::{Authorizer, ErrorKind, EvalError, Evaluation, Program, Slot, names};

/// How deep the operations of an expression and of the variables that it asks for may be nested together.
const DEPTH: u16 = 600;

/// What beginning another expression counts for.
const BEGIN: u16 = 10;

#[derive(Clone, Default)]
enum Place<'v> {
    #[default]
    Unset,
    Value(Value<'v>),
    Lazy {
        program: &'v Program,
        found: OnceCell<Result<Value<'v>, EvalError>>,
    },
}

/// The values of variables.
pub struct Bindings<'v> {
    places: Vec<Place<'v>>,
    authorizer: Option<&'v dyn Authorizer>,
    /// What the lazy variables have cost and nobody has asked for.
    composited_cost: Cell<u64>,
    /// Whether a lazy variable has been asked for since one was set.
    asked: Cell<bool>,
    /// How many more operations may be open.
    depth: Cell<u16>,
}

impl Clone for Bindings<'_> {
    fn clone(&self) -> Self {
        let mut bindings = Bindings::default();
        bindings.clone_from(self);
        bindings
    }

    /// Keeps the room that there is for values.
    fn clone_from(&mut self, other: &Self) {
        self.places.clone_from(&other.places);
        self.authorizer = other.authorizer;
        self.composited_cost.clone_from(&other.composited_cost);
        self.asked.clone_from(&other.asked);
        self.depth.clone_from(&other.depth);
    }
}

impl Default for Bindings<'_> {
    fn default() -> Self {
        Bindings {
            places: Vec::new(),
            authorizer: None,
            composited_cost: Cell::new(0),
            asked: Cell::new(false),
            depth: Cell::new(DEPTH),
        }
    }
}

impl fmt::Debug for Bindings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.places.iter().map(|place| match place {
            Place::Unset => "unset".to_owned(),
            Place::Value(value) => format!("{value:?}"),
            Place::Lazy { .. } => "lazy".to_owned(),
        });
        f.debug_list().entries(shown).finish()
    }
}

impl<'v> Bindings<'v> {
    /// No values.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives a variable its value. Lazy variables forget what they had found.
    pub fn set(&mut self, slot: Slot, value: Value<'v>) {
        self.put(slot, Place::Value(value));
    }

    /// Gives a variable the value that a program has with these very bindings, when it is first asked for. Lazy variables
    /// forget what they had found.
    pub fn set_lazy(&mut self, slot: Slot, program: &'v Program) {
        self.put(slot, Place::Lazy { program, found: OnceCell::new() });
    }

    /// Takes a variable its value. Lazy variables forget what they had found.
    pub fn unset(&mut self, slot: Slot) {
        self.put(slot, Place::Unset);
    }

    /// Says who answers `check`.
    pub fn set_authorizer(&mut self, authorizer: &'v dyn Authorizer) {
        self.authorizer = Some(authorizer);
    }

    pub(super) fn authorizer(&self) -> Option<&'v dyn Authorizer> {
        self.authorizer
    }

    /// What lazy variables have cost since this was last asked: an evaluation's own cost does not include it.
    pub fn take_composited_cost(&self) -> u64 {
        self.composited_cost.take()
    }

    fn put(&mut self, slot: Slot, place: Place<'v>) {
        if self.asked.take() {
            for place in &mut self.places {
                if let Place::Lazy { found, .. } = place {
                    found.take();
                }
            }
        }
        if self.places.len() <= slot.0 {
            self.places.resize_with(slot.0 + 1, Place::default);
        }
        if let Some(own) = self.places.get_mut(slot.0) {
            *own = place;
        }
    }

    pub(super) fn get(&self, slot: Slot, name: &str) -> Result<Value<'v>, EvalError> {
        match self.places.get(slot.0) {
            Some(Place::Value(value)) => Ok(value.clone()),
            Some(Place::Lazy { program, found }) => self.lazy(program, found, name),
            None | Some(Place::Unset) => {
                Err(EvalError::new(ErrorKind::NoSuchAttribute, format!("no such attribute(s): {name}")))
            }
        }
    }

    /// The list or map of a resource that a variable is, if it is one.
    #[inline]
    pub(super) fn node(&self, slot: Slot) -> Option<Node<'v>> {
        match self.places.get(slot.0) {
            Some(Place::Value(Value::Node(node))) => Some(*node),
            _ => None,
        }
    }

    #[inline(never)]
    fn lazy(
        &self,
        program: &'v Program,
        found: &OnceCell<Result<Value<'v>, EvalError>>,
        name: &str,
    ) -> Result<Value<'v>, EvalError> {
        if let Some(found) = found.get() {
            return found.clone();
        }
        self.asked.set(true);
        let Evaluation { result, cost } = program.run(self);
        self.composited_cost.set(self.composited_cost.get().saturating_add(cost));
        let result = result.map_err(|error| {
            let own = names::composited(name).unwrap_or(name);
            let message = format!("composited variable {own:?} fails to evaluate: {error}");
            EvalError::new(ErrorKind::Variable, message)
        });
        found.get_or_init(|| result).clone()
    }

    /// Opens so many nested operations, unless too many are open: a variable that asks for itself ends here.
    pub(super) fn enter(&self, height: u16) -> Result<(), EvalError> {
        let left = self.depth.get().checked_sub(height + BEGIN);
        let left =
            left.ok_or_else(|| EvalError::new(ErrorKind::Variable, "variables are nested too deeply"))?;
        self.depth.set(left);
        Ok(())
    }

    pub(super) fn leave(&self, height: u16) {
        self.depth.set(self.depth.get() + height + BEGIN);
    }
}
