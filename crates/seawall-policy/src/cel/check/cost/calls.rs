//! Operators and functions of the language.

use std::sync::Arc;

use super::{Argument, CALL, CHARACTER, Cost, Entries, Estimator, NAME, PATTERN, Size};
use super::{libraries, lists};
use crate::cel::check::tree::NodeId;

/// What a call costs, and how large its result is.
#[derive(Clone, Copy)]
pub(super) struct Call {
    pub(super) cost: Cost,
    pub(super) size: Option<Size>,
}

impl From<Cost> for Call {
    fn from(cost: Cost) -> Self {
        Call { cost, size: None }
    }
}

impl Call {
    pub(super) fn sized(cost: Cost, size: Size) -> Self {
        Call { cost, size: Some(size) }
    }
}

impl Estimator<'_> {
    pub(super) fn call(
        &mut self,
        id: NodeId,
        function: &Arc<str>,
        target: Option<NodeId>,
        args: &[NodeId],
    ) -> Cost {
        // `dyn` hides a type and nothing else.
        if let ("dyn", [arg]) = (&**function, args) {
            let cost = self.cost(*arg);
            self.copy_sizes(id, *arg);
            return cost + CALL;
        }
        let args: Vec<Argument> = args
            .iter()
            .map(|arg| {
                let cost = self.cost(*arg);
                self.argument(*arg, cost)
            })
            .collect();
        let target = target.map(|target| {
            let cost = self.cost(target);
            self.argument(target, cost)
        });
        let before = target.as_ref().map_or(Cost::default(), |target| target.cost);
        let mut sum: Option<Cost> = None;
        let mut size: Option<Size> = None;
        for overload in self.checked.overloads_at(id) {
            let call = self.overload(id, function, overload, target.as_ref(), &args);
            sum = Some(sum.map_or(call.cost, |sum| sum.union(call.cost)));
            size = match (size, call.size) {
                (Some(size), Some(own)) => Some(size.union(own)),
                (size, own) => size.or(own),
            };
            if let ("index_list" | "index_map", Some(of)) = (*overload, args.first()) {
                size = self.entries_of(of.node).map(|entries| entries.value);
                let mut path = self.path(of.node);
                path.push(if *overload == "index_list" { "@items" } else { "@values" }.into());
                self.set_path(id, path);
            }
            if size.is_none() {
                size = self.size(id);
            }
        }
        self.set_size(id, size);
        sum.map_or(Cost::default(), |sum| before + sum)
    }

    fn overload(
        &mut self,
        id: NodeId,
        function: &str,
        overload: &str,
        target: Option<&Argument>,
        args: &[Argument],
    ) -> Call {
        let own = lists::estimate(self, overload, target, args);
        let own = own.or_else(|| libraries::estimate(self, function, overload, target, args));
        let given = args.iter().fold(Cost::default(), |sum, arg| sum + arg.cost);
        if let Some(Call { cost, size }) = own {
            return Call { cost: cost + given, size };
        }
        let known = |arg: &Argument| arg.size.unwrap_or(Size::UNKNOWN);
        match (overload, target, args) {
            ("logical_or" | "logical_and", _, [left, right]) => {
                Cost { min: left.cost.min, max: (left.cost + right.cost).max }.into()
            }
            ("conditional", _, [test, yes, no]) => {
                let size = known(yes).union(known(no));
                let entries = Entries::union(self.entries_of(yes.node), self.entries_of(no.node));
                self.set_entries(id, entries);
                Call::sized(test.cost + yes.cost.union(no.cost), size)
            }
            ("add_string" | "add_bytes" | "add_list", _, [left, right]) => {
                let size = known(left) + known(right);
                let entries = Entries::union(self.entries_of(left.node), self.entries_of(right.node));
                self.set_entries(id, entries);
                let own = if overload == "add_list" { CALL } else { size.by(CHARACTER) };
                Call::sized(own + given, size)
            }
            _ => {
                let Call { cost, size } = plain(overload, target.map(known), args).unwrap_or(CALL.into());
                Call { cost: cost + given, size }
            }
        }
    }
}

/// Calls whose cost depends on the sizes of what they are given.
fn plain(overload: &str, target: Option<Size>, args: &[Argument]) -> Option<Call> {
    let sizes: Vec<Size> = args.iter().map(|arg| arg.size.unwrap_or(Size::UNKNOWN)).collect();
    Some(match (overload, target, &*sizes) {
        ("string_format", Some(target), _) => target.by(CHARACTER).into(),
        ("string_to_bytes", _, [text]) => {
            let size = Size { min: text.min, max: text.max.wrapping_mul(4) };
            Call::sized(text.by(CHARACTER), size)
        }
        ("bytes_to_string", _, [bytes]) => {
            Call::sized(bytes.by(CHARACTER), Size { min: bytes.min / 4, max: bytes.max })
        }
        ("strings_quote", _, [text]) => {
            let size = Size { min: text.min.wrapping_add(2), max: text.max.wrapping_mul(2).wrapping_add(2) };
            Call::sized(text.by(CHARACTER), size)
        }
        ("starts_with_string" | "ends_with_string", _, [part]) => part.by(CHARACTER).into(),
        ("in_list", _, [_, list]) => list.by(1.0).into(),
        ("matches_string", Some(text), [pattern]) => {
            (text + Size::fixed(1)).by(CHARACTER).times(pattern.by(PATTERN)).into()
        }
        ("contains_string", Some(text), [part]) => text.by(CHARACTER).times(part.by(CHARACTER)).into(),
        (_, _, [left, right]) if compares(overload) => {
            let max = left.max.min(right.max);
            Cost { min: max.min(1), max }.by(CHARACTER).into()
        }
        _ => return None,
    })
}

fn compares(overload: &str) -> bool {
    matches!(overload, "equals" | "not_equals")
        || ["less_", "greater_"].iter().any(|order| overload.starts_with(order))
            && ["_string", "_bytes"].iter().any(|kind| overload.ends_with(kind))
}

/// The cost of a name, for what only names something.
pub(super) const NOMINAL: Cost = NAME;
