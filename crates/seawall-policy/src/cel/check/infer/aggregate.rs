//! Lists, maps and objects that an expression writes out.

use super::Checker;
use crate::cel::check::tree::{Entry, Field, NodeId};
use crate::cel::check::types::Type;
use crate::cel::check::unify::most_general;

impl Checker<'_> {
    pub(super) fn list(&mut self, id: NodeId, items: &[(NodeId, bool)]) {
        let mut joined = None;
        for (item, optional) in items {
            self.check(*item);
            let own = self.type_of(*item);
            let own = if *optional { self.unwrapped(*item, own) } else { own };
            joined = Some(self.join(joined, own));
        }
        let item = joined.unwrap_or_else(|| self.unifier.fresh());
        self.set(id, Type::list(item));
    }

    pub(super) fn map(&mut self, id: NodeId, entries: &[Entry]) {
        let (mut keys, mut values) = (None, None);
        for entry in entries {
            self.check(entry.key);
            let key = self.type_of(entry.key);
            keys = Some(self.join(keys, key));
            self.check(entry.value);
            let value = self.type_of(entry.value);
            let value = if entry.optional { self.unwrapped(entry.value, value) } else { value };
            values = Some(self.join(values, value));
        }
        let key = keys.unwrap_or_else(|| self.unifier.fresh());
        let value = values.unwrap_or_else(|| self.unifier.fresh());
        self.set(id, Type::map(key, value));
    }

    /// What an entry after `?` holds.
    fn unwrapped(&mut self, id: NodeId, is: Type) -> Type {
        if let Some(inner) = is.as_optional() {
            return inner.clone();
        }
        if !is.is_dyn() {
            self.mismatch(id, &Type::optional(is.clone()), &is);
        }
        is
    }

    /// The common type of what came before and of one more item. What has none is refused by `validate`.
    fn join(&mut self, before: Option<Type>, own: Type) -> Type {
        let Some(before) = before else { return own };
        if self.unifier.assignable(&before, &own) { most_general(&before, &own).clone() } else { Type::Dyn }
    }

    pub(super) fn object(&mut self, id: NodeId, name: &str, fields: &[Field]) {
        let Some((name, named)) = self.env.type_named(name) else { return self.undeclared(id, name) };
        let is = match named {
            Type::Object(_) | Type::Timestamp | Type::Duration | Type::Null => named,
            // The name stands for a message of protocol buffers.
            Type::List(_) => Type::list(Type::Dyn),
            other => {
                self.error(id, format!("'{}' is not a message type", other.name()));
                Type::Error
            }
        };
        self.set(id, is);
        for field in fields {
            self.check(field.value);
            let expected = self.field_of(field.at, &name, &field.name);
            let value = self.type_of(field.value);
            let value = if field.optional { self.unwrapped(field.value, value) } else { value };
            if !self.unifier.assignable(&expected, &value) {
                let field_name = &field.name;
                let text = format!(
                    "expected type of field '{field_name}' is '{expected}' but provided type is '{value}'"
                );
                self.error_at(field.at, text);
            }
        }
    }
}
