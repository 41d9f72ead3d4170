//! Names, fields and items: where the situation and the types of the API come in.

use seawall_schema::{Form, Property, Schema};

use super::{Fact, Fails, Folder, Found, Kept, Missing};
use crate::admission::Operation;
use crate::cel::ast::{Expr, ExprId};

impl<'s> Folder<'_, 's> {
    pub(super) fn name(&self, name: &str) -> Found<'s> {
        if let Some((_, found)) = self.locals.iter().rev().find(|(own, _)| *own == name) {
            return found.clone();
        }
        let operation = self.situation.operation;
        let object = |there: bool| if there { Fact::Object } else { Fact::Null };
        Found::is(match name.trim_start_matches('.') {
            "object" => object(operation != Operation::Delete),
            "oldObject" => object(matches!(operation, Operation::Update | Operation::Delete)),
            "request" => Fact::Request,
            "variables" => Fact::Variables,
            "params" => match self.params {
                Some(schema) => Fact::Typed(Kept { schema, nullable: true, settled: false }),
                None => Fact::Any,
            },
            "namespaceObject" if self.situation.namespaced == Some(false) => Fact::Null,
            _ => Fact::Any,
        })
    }

    pub(super) fn select(&mut self, id: ExprId, of: ExprId, field: &str, optional: bool) -> Found<'s> {
        // `authorizer.requestResource` is one name.
        if matches!(self.ast.expr(of), Expr::Ident(name) if name == "authorizer") {
            return Found::any();
        }
        let own = self.expr(of);
        self.note(id, &own.is, field, optional);
        if optional {
            return Found { is: Fact::NotNull, fails: own.fails.or_maybe() };
        }
        let found = self.field(&own.is, field);
        Found { is: found.is, fails: own.fails.and(found.fails) }
    }

    fn field(&self, of: &Fact<'s>, field: &str) -> Found<'s> {
        let situation = self.situation;
        let text = |text: &str| Found::is(Fact::Str(text.into()));
        match of {
            Fact::Null => Found { is: Fact::Any, fails: Fails::Always },
            Fact::Variables => self.variables.get(field).cloned().unwrap_or_else(Found::open),
            Fact::Object if self.is_connection() => Found::open(),
            Fact::Object => match (field, &situation.kind) {
                ("kind", Some(kind)) => text(&kind.kind),
                ("apiVersion", Some(kind)) if kind.group.is_empty() => text(&kind.version),
                ("apiVersion", Some(kind)) => text(&format!("{}/{}", kind.group, kind.version)),
                ("kind" | "apiVersion", None) => Found::is(Fact::NotNull),
                _ => match situation.schema {
                    Some(schema) => property(schema, field, situation.settled),
                    None if field == "metadata" => Found::is(Fact::NotNull),
                    None => Found::open(),
                },
            },
            Fact::Typed(kept) => match kept.schema.form() {
                Form::Struct => property(kept.schema, field, kept.settled),
                Form::Map(values) => Found { is: Fact::Typed(kept.below(values)), fails: Fails::Maybe },
                _ => Found::open(),
            },
            Fact::Request => self.of_request(field),
            Fact::RequestKind => match (&situation.kind, field) {
                (Some(kind), "kind") => text(&kind.kind),
                (Some(kind), "group") => text(&kind.group),
                (Some(kind), "version") => text(&kind.version),
                _ => Found::any(),
            },
            Fact::RequestResource => match (&situation.resource, field) {
                // Events are served in two groups.
                (Some((_, resource)), "resource") => text(resource),
                (Some((group, resource)), "group") if resource != "events" => text(group),
                _ => Found::any(),
            },
            _ => Found::open(),
        }
    }

    fn of_request(&self, field: &str) -> Found<'s> {
        match field {
            "operation" => Found::is(Fact::Str(self.situation.operation.name().into())),
            "kind" => Found::is(Fact::RequestKind),
            "resource" => Found::is(Fact::RequestResource),
            "userInfo" | "requestKind" | "requestResource" => Found::is(Fact::NotNull),
            "dryRun" => Found::is(Fact::NotNull),
            "subResource" => match self.situation.subresource.as_deref() {
                Some("") | None => Found::open(),
                Some(part) => Found::is(Fact::Str(part.into())),
            },
            _ => Found::open(),
        }
    }

    /// A connection has options for an object.
    fn is_connection(&self) -> bool {
        self.situation.operation == Operation::Connect
    }

    /// Remembers whether the type of a value has a field.
    fn note(&mut self, id: ExprId, of: &Fact<'s>, field: &str, tested: bool) {
        let schema = match of {
            Fact::Object if !self.is_connection() => self.situation.schema,
            Fact::Typed(kept) if matches!(kept.schema.form(), Form::Struct) => Some(kept.schema),
            _ => None,
        };
        match schema {
            Some(of) if of.field(field).is_none() && !of.preserves_unknown_fields() => {
                let missing = Missing { of, field: field.to_owned(), tested };
                self.trace.missing.entry(id.index()).or_insert(missing);
            }
            _ => {
                self.trace.present.insert(id.index());
            }
        }
    }

    pub(super) fn has(&mut self, id: ExprId, of: ExprId, field: &str) -> Found<'s> {
        let own = self.expr(of);
        self.note(id, &own.is, field, true);
        let (is, fails) = self.presence(&own.is, field);
        Found { is: is.map_or(Fact::NotNull, Fact::Bool), fails: own.fails.and(fails) }
    }

    /// Whether a field is there, where that is known, and whether asking fails.
    fn presence(&self, of: &Fact<'s>, field: &str) -> (Option<bool>, Fails) {
        match of {
            Fact::Object if self.is_connection() => (None, Fails::Maybe),
            Fact::Object => match self.situation.schema {
                _ if matches!(field, "kind" | "apiVersion" | "metadata") => (Some(true), Fails::Never),
                Some(schema) => (is_there(schema, field, self.situation.settled), Fails::Never),
                None => (None, Fails::Never),
            },
            Fact::Typed(kept) if kept.nullable => (None, Fails::Maybe),
            Fact::Typed(kept) => match kept.schema.form() {
                Form::Struct => (is_there(kept.schema, field, kept.settled), Fails::Never),
                Form::Map(_) => (None, Fails::Never),
                _ => (None, Fails::Maybe),
            },
            Fact::Request => match field {
                "operation" | "kind" | "resource" | "userInfo" | "dryRun" | "requestKind"
                | "requestResource" => (Some(true), Fails::Never),
                "subResource" => match self.situation.subresource.as_deref() {
                    Some("") => (Some(false), Fails::Never),
                    Some(_) => (Some(true), Fails::Never),
                    None => (None, Fails::Never),
                },
                _ => (None, Fails::Never),
            },
            Fact::Variables => (None, Fails::Never),
            _ => (None, Fails::Maybe),
        }
    }

    pub(super) fn index(&mut self, of: ExprId, index: ExprId, optional: bool) -> Found<'s> {
        let (own, place) = (self.expr(of), self.expr(index));
        let fails = own.fails.and(place.fails).or_maybe();
        if optional {
            return Found { is: Fact::NotNull, fails };
        }
        let is = match (&own.is, &place.is) {
            (Fact::List(items), Fact::Int(place)) => {
                let item = usize::try_from(*place).ok().and_then(|place| items.get(place));
                item.cloned().unwrap_or(Fact::Any)
            }
            (Fact::Typed(kept), _) => match kept.schema.form() {
                Form::List(below) | Form::Map(below) => Fact::Typed(kept.below(below)),
                _ => Fact::Any,
            },
            _ => Fact::Any,
        };
        Found { is, fails }
    }
}

/// A field of a type. What the type does not have is dropped by the decoder, unless it keeps everything.
fn property<'s>(schema: Schema<'s>, field: &str, settled: bool) -> Found<'s> {
    match schema.field(field) {
        None if schema.preserves_unknown_fields() => Found::open(),
        None => Found { is: Fact::Any, fails: Fails::Always },
        Some(property) => Found {
            is: Fact::Typed(Kept {
                schema: property.schema,
                nullable: may_be_null(schema, property),
                settled,
            }),
            fails: if is_certain(schema, property, settled) { Fails::Never } else { Fails::Maybe },
        },
    }
}

fn is_there(schema: Schema<'_>, field: &str, settled: bool) -> Option<bool> {
    match schema.field(field) {
        None if schema.preserves_unknown_fields() => None,
        None => Some(false),
        Some(property) => is_certain(schema, property, settled).then_some(true),
    }
}

/// Whether a field is always there: the type demands it, or it is the metadata of an object. Go writes what its types demand; a
/// definition of a custom resource demands it of objects that were held against it.
fn is_certain(schema: Schema<'_>, property: Property<'_>, settled: bool) -> bool {
    let demanded = property.is_required() && (settled || !schema.name().is_empty());
    demanded || (property.name == "metadata" && schema.field("kind").is_some())
}

/// Go writes a required list or map that is nil as null; what it may leave out is left out. Of a custom resource, null is what
/// the schema allows.
fn may_be_null(schema: Schema<'_>, property: Property<'_>) -> bool {
    let custom = schema.name().is_empty() || property.schema.is_nullable();
    if custom {
        return property.schema.is_nullable();
    }
    let plain = matches!(property.schema.form(), Form::Scalar(_)) && !property.is_pointer();
    property.is_required() && !plain && property.name != "metadata"
}
