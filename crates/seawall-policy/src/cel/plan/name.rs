//! Names, fields and places.

use seawall_yaml::Key;

use super::super::ast::{Expr, ExprId};
use super::super::names::composited;
use super::super::value::{Type, Value};
use super::{Attr, Op, Planner, Root, Step, To};

impl Planner<'_> {
    pub(super) fn name(&mut self, id: ExprId, at: u32) -> Op {
        let Expr::Ident(name) = self.ast.expr(id) else { return Op::Const(Value::Null) };
        if let Some(place) = self.local(name) {
            return attr(Root::Local(place));
        }
        match self.qualified(id) {
            Some(op) => op,
            None => self.unresolved(format!("no such attribute(s): {}", name.trim_start_matches('.')), at),
        }
    }

    pub(super) fn local(&self, name: &str) -> Option<usize> {
        self.locals.iter().rposition(|local| *local == name)
    }

    pub(super) fn select(&mut self, id: ExprId, of: ExprId, field: &str, optional: bool, at: u32) -> Op {
        self.since(28, optional, "unsupported syntax '.?'", at);
        if let Some(op) = self.qualified(id) {
            return op;
        }
        if optional && let Some(root) = self.composited(of, field, true) {
            return attr(root);
        }
        let of = self.op(of);
        self.step(of, Step { to: To::Field(Key::new(field)), optional, at }, false)
    }

    pub(super) fn has(&mut self, of: ExprId, field: &str, at: u32) -> Op {
        if let Some(root) = self.composited(of, field, false) {
            return Op::Attr(Attr { root, steps: Box::default(), test: true, units: 0 });
        }
        let of = self.op(of);
        self.step(of, Step { to: To::Field(Key::new(field)), optional: false, at }, true)
    }

    /// `variables.field`, when that is a variable of the policy.
    fn composited(&self, of: ExprId, field: &str, optional: bool) -> Option<Root> {
        let Expr::Ident(record) = self.ast.expr(of) else { return None };
        if self.local(record).is_some() {
            return None;
        }
        let name = format!("{}.{field}", record.trim_start_matches('.'));
        composited(&name)?;
        let slot = self.names.slot(&name)?;
        Some(Root::Composited { slot, name: name.into(), optional })
    }

    /// One step further from what is there.
    pub(super) fn step(&mut self, of: Op, step: Step, test: bool) -> Op {
        let units = u64::from(!test);
        match of {
            Op::Attr(attr) if !attr.test => {
                let steps = attr.steps.into_iter().chain([step]).collect();
                let units = attr.units.min(units);
                Op::Attr(Attr { root: attr.root, steps, test, units })
            }
            of => {
                // A choice hands the step on to what it chooses.
                let units = if matches!(of, Op::Cond { .. }) { 0 } else { units };
                let root = Root::Of(self.add(of, step.at));
                Op::Attr(Attr { root, steps: Box::new([step]), test, units })
            }
        }
    }

    /// The variable or type that dotted names are, looked for in the container and outwards.
    pub(super) fn qualified(&self, id: ExprId) -> Option<Op> {
        let names = self.ast.dotted(id)?;
        let first = *names.first()?;
        if self.local(first).is_some() {
            return None;
        }
        let dotted = names.join(".");
        let mut container = if first.starts_with('.') { "" } else { self.names.container() };
        loop {
            let name = match container {
                "" => dotted.trim_start_matches('.').to_owned(),
                _ => format!("{container}.{dotted}"),
            };
            if let Some(slot) = self.names.slot(&name) {
                let composited = composited(&name).is_some();
                return Some(attr(match composited {
                    true => Root::Composited { slot, name: name.into(), optional: false },
                    false => Root::Global(slot, name.into()),
                }));
            }
            // `dyn` is a type to the checker only.
            if let Some(named) = Type::ALL.into_iter().find(|own| own.name() == name && name != "dyn") {
                return Some(Op::Const(Value::Type(named)));
            }
            if container.is_empty() {
                return None;
            }
            container = container.rsplit_once('.').map_or("", |(outer, _)| outer);
        }
    }
}

fn attr(root: Root) -> Op {
    Op::Attr(Attr { root, steps: Box::default(), test: false, units: 1 })
}
