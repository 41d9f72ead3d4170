//! What an expression may name: variables, functions by version, and types with fields.
//!
//! Invariants: an environment is a value, cheap to copy, and knows no values. Names are looked for in the container first and
//! outwards; a variable of a macro hides them all.

use std::collections::HashMap;
use std::sync::Arc;

use super::declare::{BASE, Library, MUTATION, Overload};
use super::types::Type;

/// Types with fields that are found by name when an expression needs them.
pub trait Types: Send + Sync {
    /// Whether there is a type of this name.
    fn contains(&self, name: &str) -> bool;

    /// The type of a field.
    fn field(&self, of: &str, field: &str) -> Option<Type>;
}

/// What the language has at a version of Kubernetes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Features {
    /// `a.?b`, `[?a]`, `optMap`
    pub(super) optionals: bool,
    /// Macros with two variables.
    pub(super) two_variables: bool,
    /// `sortBy`
    pub(super) sort_by: bool,
    /// `1 < 1.5`
    pub(super) mixed_numbers: bool,
    /// Constants are tried before the run.
    pub(super) literals: bool,
    /// Items of one list, and keys and values of one map, are of one type.
    pub(super) one_type: bool,
}

/// What an expression may name.
#[derive(Clone)]
pub struct Environment {
    pub(super) features: Features,
    functions: HashMap<&'static str, Vec<&'static Overload>>,
    variables: HashMap<Arc<str>, Type>,
    /// Types that may be named.
    named: HashMap<Arc<str>, Type>,
    objects: HashMap<Arc<str>, HashMap<Arc<str>, Type>>,
    types: Option<Arc<dyn Types>>,
    container: Arc<str>,
}

impl Environment {
    /// What every expression has at a version of Kubernetes, by the number after `1.`; no variables.
    pub fn kubernetes(minor: u32) -> Self {
        let mut env = Environment {
            features: Features {
                optionals: minor >= 28,
                two_variables: minor >= 32,
                sort_by: minor >= 34,
                mixed_numbers: minor >= 28,
                literals: minor >= 29,
                one_type: true,
            },
            functions: HashMap::new(),
            variables: HashMap::new(),
            named: HashMap::new(),
            objects: HashMap::new(),
            types: None,
            container: "".into(),
        };
        let (a, b) = (Type::param("A"), Type::param("B"));
        let standard = [
            Type::Bool,
            Type::Bytes,
            Type::Double,
            Type::Duration,
            Type::Int,
            Type::list(a.clone()),
            Type::map(a, b),
            Type::Null,
            Type::String,
            Type::Timestamp,
            Type::Type(None),
            Type::Uint,
        ];
        for named in standard {
            env.named.insert(named.name().into(), named);
        }
        for library in BASE.iter().filter(|library| (library.since..library.until).contains(&minor)) {
            env.add(library);
        }
        env
    }

    fn add(&mut self, library: &'static Library) {
        for overload in &library.overloads {
            self.functions.entry(overload.function).or_default().push(overload);
        }
        for name in library.types {
            self.named.insert(Arc::from(*name), Type::opaque(name));
        }
    }

    /// The same with what mutating policies have: `Object{}`, `JSONPatch{}`, `jsonpatch.escapeKey`.
    #[must_use]
    pub fn mutating(mut self) -> Self {
        self.add(&MUTATION);
        self.with_types(Arc::new(Patches))
    }

    /// The same with types that are found by name. Those of before are kept.
    #[must_use]
    pub fn with_types(mut self, types: Arc<dyn Types>) -> Self {
        self.types = Some(match self.types.take() {
            Some(before) => Arc::new(Both(types, before)),
            None => types,
        });
        self
    }

    /// The same where lists and maps may be written of mixed types, as cel-go has it by itself.
    #[must_use]
    pub fn with_mixed_literals(mut self) -> Self {
        self.features.one_type = false;
        self
    }

    /// The same in a container: `y` is `a.b.y`, then `a.y`, then `y`.
    #[must_use]
    pub fn within(mut self, container: &str) -> Self {
        self.container = container.into();
        self
    }

    /// Declares a variable; its name may have dots.
    pub fn declare(&mut self, name: &str, is: Type) {
        self.variables.insert(name.into(), is);
    }

    /// Declares a type with fields, or more fields of it.
    pub fn define(&mut self, name: &str, fields: impl IntoIterator<Item = (Arc<str>, Type)>) {
        self.objects.entry(name.into()).or_default().extend(fields);
    }

    pub(super) fn container(&self) -> &str {
        &self.container
    }

    pub(super) fn overloads(&self, name: &str) -> Option<(&'static str, &[&'static Overload])> {
        self.candidates(name)
            .find_map(|name| self.functions.get_key_value(&*name))
            .map(|(name, overloads)| (*name, overloads.as_slice()))
    }

    /// The variable or type that a name is, with its whole name.
    pub(super) fn global(&self, name: &str) -> Option<(Arc<str>, Type)> {
        self.candidates(name).find_map(|name| {
            let found = self.variables.get(&*name).cloned();
            let found = found.or_else(|| self.named_type(&name).map(Type::of));
            found.map(|found| (name.into(), found))
        })
    }

    /// The type that a name is.
    pub(super) fn type_named(&self, name: &str) -> Option<(Arc<str>, Type)> {
        self.candidates(name).find_map(|name| self.named_type(&name).map(|named| (name.into(), named)))
    }

    fn named_type(&self, name: &str) -> Option<Type> {
        let named = self.named.get(name).cloned();
        named.or_else(|| self.has_object(name).then(|| Type::object(name)))
    }

    /// Whether there is a type with fields of this name.
    pub(super) fn has_object(&self, name: &str) -> bool {
        self.objects.contains_key(name) || self.types.as_ref().is_some_and(|types| types.contains(name))
    }

    /// The type of a field.
    pub(super) fn field(&self, of: &str, field: &str) -> Option<Type> {
        match self.objects.get(of) {
            Some(fields) => fields.get(field).cloned(),
            None => self.types.as_ref().and_then(|types| types.field(of, field)),
        }
    }

    /// The whole names that a name may stand for, the nearest first.
    fn candidates(&self, name: &str) -> impl Iterator<Item = String> {
        let absolute = name.strip_prefix('.');
        let mut container = if absolute.is_some() { None } else { Some(&*self.container) };
        let name = absolute.unwrap_or(name).to_owned();
        let mut done = false;
        std::iter::from_fn(move || match container {
            Some(outer) if !outer.is_empty() => {
                container = outer.rsplit_once('.').map(|(outer, _)| outer);
                Some(format!("{outer}.{name}"))
            }
            _ if done => None,
            _ => {
                done = true;
                Some(name.clone())
            }
        })
    }
}

/// What patches are made of: `Object` and `Object.` with any names take any field.
struct Patches;

impl Types for Patches {
    fn contains(&self, name: &str) -> bool {
        matches!(name, "Object" | "JSONPatch") || name.starts_with("Object.")
    }

    fn field(&self, of: &str, field: &str) -> Option<Type> {
        match (of, field) {
            ("JSONPatch", "op" | "from" | "path") => Some(Type::String),
            ("JSONPatch", "value") => Some(Type::Dyn),
            // For what a JSON patch does not have, the API server has a type without a name, which nothing is.
            ("JSONPatch", _) => Some(Type::opaque("")),
            _ => Some(Type::Dyn),
        }
    }
}

/// Two sources of types; the first one is asked first.
struct Both(Arc<dyn Types>, Arc<dyn Types>);

impl Types for Both {
    fn contains(&self, name: &str) -> bool {
        self.0.contains(name) || self.1.contains(name)
    }

    fn field(&self, of: &str, field: &str) -> Option<Type> {
        if self.0.contains(of) { self.0.field(of, field) } else { self.1.field(of, field) }
    }
}
