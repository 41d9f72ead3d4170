//! Variables and the steps from them.
//!
//! Invariants: once a step is optional, or what it starts from is, what is missing ends the way without an error, and what is
//! found is an optional. A step is paid for when it is taken; an optional one that leads nowhere is free.
//! Source: cel-go `interpreter/attributes.go`.

use std::sync::Arc;

use seawall_yaml::Node;

use super::eval::{Evaluated, Machine};
use super::plan::{Attr, Op, OpId, Root, Step, To};
use super::value::Value;
use super::{ErrorKind, EvalError, access, map};

/// Where a way leads of which nothing else is made than its end.
enum Way<'v> {
    Node(Node<'v>),
    /// It was only asked whether something is there, and nothing is.
    Missing,
    /// Something else is on it than fields of a resource that are there.
    Other,
}

impl<'v, 'o: 'v> Machine<'v, '_, 'o> {
    /// The value of variables and steps, and what they cost.
    pub(super) fn attr(&mut self, attr: &'v Attr) -> Evaluated<'v> {
        let value = self.resolve(attr);
        self.budget.charge(attr.units)?;
        value
    }

    /// A value that is part of a way: it costs nothing that it is one.
    pub(super) fn operand(&mut self, id: OpId) -> Evaluated<'v> {
        match self.plan.op(id) {
            Some((Op::Attr(attr), at)) => self.resolve(attr).map_err(|error| error.at(*at)),
            _ => self.eval(id),
        }
    }

    fn resolve(&mut self, attr: &'v Attr) -> Evaluated<'v> {
        match self.way(attr)? {
            Way::Node(node) => Ok(if attr.test { Value::Bool(true) } else { Value::from_node(node) }),
            Way::Missing => Ok(Value::Bool(false)),
            Way::Other => self.step_by_step(attr),
        }
    }

    #[inline(never)]
    fn step_by_step(&mut self, attr: &'v Attr) -> Evaluated<'v> {
        let (root, mut optional) = match &attr.root {
            Root::Global(slot, name) => (self.bindings.get(*slot, name)?, false),
            Root::Local(place) => (self.local(*place)?, false),
            Root::Of(id) => (self.eval(*id)?, false),
            Root::Composited { slot, name, optional } => {
                let value = self.bindings.get(*slot, name);
                self.budget.charge(1)?;
                (value?, *optional)
            }
        };
        let Some((last, before)) = attr.steps.split_last() else {
            return Ok(match (attr.test, optional) {
                (true, _) => Value::Bool(true),
                (false, true) => Value::some(root),
                (false, false) => root,
            });
        };
        let mut value = match root {
            Value::Optional(None) => {
                return Ok(if attr.test { Value::Bool(false) } else { Value::Optional(None) });
            }
            Value::Optional(Some(inner)) => {
                optional = true;
                Arc::unwrap_or_clone(inner)
            }
            root => root,
        };
        for step in before {
            match self.step(&value, step, &mut optional, false)? {
                Some(next) => value = next,
                None => return Ok(if attr.test { Value::Bool(false) } else { Value::Optional(None) }),
            }
        }
        match (self.step(&value, last, &mut optional, attr.test)?, attr.test) {
            (found, true) => Ok(Value::Bool(found.is_some())),
            (Some(found), false) if optional => Ok(Value::some(found)),
            (Some(found), false) => Ok(found),
            (None, false) => Ok(Value::Optional(None)),
        }
    }

    /// Where plain fields lead from a map of a resource, as most ways do.
    #[inline]
    fn way(&mut self, attr: &'v Attr) -> Result<Way<'v>, EvalError> {
        let start = match &attr.root {
            Root::Global(slot, _) => self.bindings.node(*slot),
            Root::Local(place) => self.local_node(*place),
            Root::Of(_) | Root::Composited { .. } => None,
        };
        let Some(mut node) = start else { return Ok(Way::Other) };
        let (mut looked, mut missing) = (0, false);
        for (place, step) in attr.steps.iter().enumerate() {
            let Step { to: To::Field(name), optional: false, .. } = step else { return Ok(Way::Other) };
            looked += map::looked_through(node);
            match node.entry_at(name) {
                Some(next) => node = next,
                None if attr.test && node.is_map() && place + 1 == attr.steps.len() => missing = true,
                None => return Ok(Way::Other),
            }
        }
        self.budget.take(looked)?;
        self.budget.charge(attr.steps.len() as u64)?;
        Ok(if missing { Way::Missing } else { Way::Node(node) })
    }

    /// Whether something is there.
    #[inline]
    pub(super) fn is_there(&mut self, attr: &'v Attr) -> Result<bool, EvalError> {
        match self.way(attr)? {
            Way::Node(_) => Ok(true),
            Way::Missing => Ok(false),
            Way::Other => match self.step_by_step(attr)? {
                Value::Bool(value) => Ok(value),
                _ => Err(EvalError::overload()),
            },
        }
    }

    /// One step; `None` when it leads nowhere and that is no error.
    #[inline]
    fn step(
        &mut self,
        of: &Value<'v>,
        step: &'v Step,
        optional: &mut bool,
        test: bool,
    ) -> Result<Option<Value<'v>>, EvalError> {
        *optional |= step.optional;
        let found = match &step.to {
            To::Field(name) => access::field(of, name, &mut self.budget),
            To::Index(id) => {
                let index = self.operand(*id)?;
                match access::place(of, &index, &mut self.budget) {
                    Ok(None) if !*optional => Err(access::missing(of, &index)),
                    found => found,
                }
            }
        };
        match found {
            Ok(Some(found)) => {
                self.budget.charge(1)?;
                Ok(Some(found))
            }
            Ok(None) if *optional => Ok(None),
            Err(error) if error.kind == ErrorKind::NoSuchKey && *optional && !self.plan.language => Ok(None),
            Err(error) if error.kind == ErrorKind::Limit => Err(error),
            found => {
                self.budget.charge(1)?;
                self.missed(found, of, step, test)
            }
        }
    }

    #[cold]
    fn missed(
        &self,
        found: Result<Option<Value<'v>>, EvalError>,
        of: &Value<'v>,
        step: &Step,
        test: bool,
    ) -> Result<Option<Value<'v>>, EvalError> {
        match (found, &step.to) {
            (Ok(_), _) if test => Ok(None),
            (Err(error), _) if test && error.kind == ErrorKind::NoSuchKey => Ok(None),
            (Ok(_), To::Field(name)) => match access::unset(of, name.as_str()) {
                Some(value) => Ok(Some(value)),
                None => Err(EvalError::key(name.as_str()).at(step.at)),
            },
            (Ok(_), To::Index(_)) => Ok(None),
            (Err(error), _) => Err(error.at(step.at)),
        }
    }
}
