//! Calls: which function a name is, and which of its overloads take these arguments.

use super::Checker;
use crate::cel::check::declare::Overload;
use crate::cel::check::names;
use crate::cel::check::tree::{Kind, Literal, NodeId};
use crate::cel::check::types::Type;
use crate::cel::check::unify::{Unknown, instantiate};

impl Checker<'_> {
    pub(super) fn call(&mut self, id: NodeId, function: &str, target: Option<NodeId>, args: &[NodeId]) {
        if function == names::OPTIONAL_SELECT {
            return self.optional_select(id, args);
        }
        for arg in args {
            self.check(*arg);
        }
        let Some(target) = target else {
            let Some((name, overloads)) = self.env.overloads(function) else {
                return self.undeclared(id, function);
            };
            self.rename(id, name, args);
            return self.resolve(id, name, overloads, None, args);
        };
        // `strings.quote(x)` is a function with a dot in its name.
        if let Some(names) = self.tree.dotted(target) {
            let names: Vec<&str> = names.iter().map(|name| &**name).collect();
            if let Some((name, overloads)) = self.env.overloads(&format!("{}.{function}", names.join("."))) {
                self.rename(id, name, args);
                return self.resolve(id, name, overloads, None, args);
            }
        }
        self.check(target);
        match self.env.overloads(function) {
            Some((name, overloads)) => self.resolve(id, name, overloads, Some(target), args),
            None => self.undeclared(id, function),
        }
    }

    fn rename(&mut self, id: NodeId, name: &str, args: &[NodeId]) {
        self.tree.replace(id, Kind::Call { function: name.into(), target: None, args: args.to_vec() });
    }

    fn optional_select(&mut self, id: NodeId, args: &[NodeId]) {
        let [of, field] = args else { return };
        let Kind::Literal(Literal::Str(field)) = self.tree.kind(*field).clone() else { return };
        let found = self.field(id, *of, &field, true);
        let found = self.known(&found);
        self.set(id, found);
        self.chosen(id, "select_optional_field");
    }

    fn chosen(&mut self, id: NodeId, overload: &'static str) {
        if let Some(own) = self.overloads.get_mut(id.index()) {
            own.push(overload);
        }
    }

    fn resolve(
        &mut self,
        id: NodeId,
        name: &str,
        overloads: &[&'static Overload],
        target: Option<NodeId>,
        args: &[NodeId],
    ) {
        let given: Vec<Type> = target.iter().chain(args).map(|arg| self.type_of(*arg)).collect();
        if name == names::AND || name == names::OR {
            return self.logic(id, overloads, args, &given);
        }
        let mut result: Option<Type> = None;
        for overload in overloads.iter().filter(|own| own.method == target.is_some()) {
            if self.is_disabled(overload) {
                continue;
            }
            let fresh: Vec<_> =
                overload.generic.iter().map(|name| (name.clone(), self.unifier.fresh())).collect();
            let params: Vec<Type> = overload.params.iter().map(|param| instantiate(param, &fresh)).collect();
            if !self.unifier.assignable_lists(&given, &params) {
                continue;
            }
            self.chosen(id, overload.id);
            let own = self.known(&instantiate(&overload.result, &fresh));
            result = Some(match result {
                None => own,
                Some(before) if before.is_dyn() || before == own => before,
                Some(_) => Type::Dyn,
            });
        }
        match result {
            Some(result) => self.set(id, result),
            None => self.no_overload(id, name, target.is_some(), &given),
        }
    }

    fn logic(&mut self, id: NodeId, overloads: &[&'static Overload], args: &[NodeId], given: &[Type]) {
        let before = self.errors.len();
        for (arg, own) in args.iter().zip(given) {
            if !self.unifier.assignable(own, &Type::Bool) {
                self.mismatch(*arg, &Type::Bool, own);
            }
        }
        if self.errors.len() > before {
            return self.set(id, Type::Error);
        }
        if let Some(overload) = overloads.first() {
            self.chosen(id, overload.id);
        }
        self.set(id, Type::Bool);
    }

    /// Numbers of two types are compared since 1.28. cel-go forgets within a macro that they were not before.
    fn is_disabled(&self, overload: &Overload) -> bool {
        let order = matches!(overload.function, "_<_" | "_<=_" | "_>_" | "_>=_");
        let mixed = overload.params.first() != overload.params.get(1);
        order && mixed && !self.env.features.mixed_numbers && self.locals.is_empty()
    }

    fn no_overload(&mut self, id: NodeId, name: &str, method: bool, given: &[Type]) {
        let mut given = given.iter().map(|own| self.unifier.substitute(own, Unknown::Dyn).to_string());
        let receiver = if method { given.next().map(|own| own + ".") } else { None };
        let given: Vec<String> = given.collect();
        let signature = format!("{}({})", receiver.unwrap_or_default(), given.join(", "));
        self.error(id, format!("found no matching overload for '{name}' applied to '{signature}'"));
        self.set(id, Type::Error);
    }
}
