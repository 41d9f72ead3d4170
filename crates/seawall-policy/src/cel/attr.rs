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
        let before = match value {
            Value::Node(ref mut node) if !optional => self.walk(node, before)?,
            _ => before,
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

    /// Goes from a map of a resource to maps and lists below it for as long as steps are plain fields that are there; gives
    /// the steps that are left.
    #[inline]
    fn walk(&mut self, node: &mut Node<'v>, mut steps: &'v [Step]) -> Result<&'v [Step], EvalError> {
        while let [Step { to: To::Field(name), optional: false, .. }, rest @ ..] = steps
            && let Some(next) = node.entry_at(name).filter(|next| next.is_map() || next.is_seq())
        {
            map::looked_through(*node, &mut self.budget)?;
            self.budget.charge(1)?;
            (*node, steps) = (next, rest);
        }
        Ok(steps)
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
