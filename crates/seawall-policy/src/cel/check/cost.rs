//! What an expression may cost at least and at most, before it runs.
//!
//! Invariants: the numbers are those of cel-go's `checker/cost.go` with the API server's estimator, which they have to be: what
//! they are decides which rules a CustomResourceDefinition may hold. Sums and products stop at the largest number. Sizes that
//! nobody knows are up to that number, too.

mod calls;
mod libraries;
mod lists;
mod size;

use std::collections::HashMap;
use std::sync::Arc;

pub use size::{Cost, Size};

use super::Checked;
use super::names;
use super::tree::{Comprehension, Entry, Kind, Literal, NodeId};
use super::types::Type;

/// How large values can be that come from outside.
pub trait Sizes {
    /// The size of what is at a path: the name of a variable, then fields, `@items`, `@keys`, `@values` and `@indices`. The
    /// path is empty for what has none.
    fn size(&self, path: &[Arc<str>], is: &Type) -> Option<Size>;
}

/// Nothing is known of sizes.
pub struct Unsized;

impl Sizes for Unsized {
    fn size(&self, _: &[Arc<str>], _: &Type) -> Option<Size> {
        None
    }
}

const CALL: Cost = Cost::fixed(1);
const NAME: Cost = Cost::fixed(1);
const LIST: Cost = Cost::fixed(10);
const MAP: Cost = Cost::fixed(30);
const OBJECT: Cost = Cost::fixed(40);
/// Of one character that is read.
const CHARACTER: f64 = 0.1;
/// Of one character of a pattern, for each unit of the text.
const PATTERN: f64 = 0.25;

impl Checked {
    /// What the expression costs.
    pub fn cost(&self, sizes: &dyn Sizes) -> Cost {
        let mut estimator = Estimator {
            checked: self,
            sizes,
            paths: HashMap::new(),
            computed: HashMap::new(),
            entries: HashMap::new(),
            locals: Vec::new(),
        };
        self.tree.root().map_or(Cost::default(), |root| estimator.cost(root))
    }
}

type Path = Vec<Arc<str>>;

/// What is known of the items of a list or of the keys and values of a map.
#[derive(Clone, Copy)]
struct Entries {
    list: bool,
    key: Size,
    value: Size,
}

impl Entries {
    fn union(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        let (one, other) = (one?, other?);
        Some(Entries { list: one.list, key: one.key.union(other.key), value: one.value.union(other.value) })
    }
}

struct Local {
    name: Arc<str>,
    path: Path,
    size: Option<Size>,
    entries: Option<Entries>,
}

/// An argument whose own cost is known.
struct Argument {
    node: NodeId,
    path: Path,
    size: Option<Size>,
    cost: Cost,
}

struct Estimator<'a> {
    checked: &'a Checked,
    sizes: &'a dyn Sizes,
    paths: HashMap<u32, Path>,
    computed: HashMap<u32, Size>,
    entries: HashMap<u32, Entries>,
    /// Variables of the macros around, the innermost last.
    locals: Vec<Local>,
}

/// The variable of a macro is which part of the range?
#[derive(Clone, Copy)]
enum Part {
    Key,
    Value,
    /// The item of a list, the key of a map.
    Single,
}

impl Estimator<'_> {
    fn type_of(&self, node: NodeId) -> &Type {
        self.checked.type_at(node)
    }

    fn cost(&mut self, id: NodeId) -> Cost {
        match self.checked.tree.kind(id) {
            Kind::Literal(_) => Cost::default(),
            Kind::Ident(name) => {
                let path = self.local(name).map_or_else(|| vec![name.clone()], |local| local.path.clone());
                self.set_path(id, path);
                NAME
            }
            Kind::Select { of, test: true, .. } => self.cost(*of),
            Kind::Select { of, field, test: false } => {
                let own = self.cost(*of);
                let step = matches!(self.type_of(*of), Type::Map(..) | Type::Object(_) | Type::Param(_));
                let mut path = self.path(*of);
                path.push(field.clone());
                self.set_path(id, path);
                if step { own + NAME } else { own }
            }
            Kind::Call { function, target, args } => self.call(id, function, *target, args),
            Kind::List(items) => self.list(id, items),
            Kind::Map(entries) => self.map(id, entries),
            Kind::Object { fields, .. } => {
                fields.iter().fold(Cost::default(), |sum, field| sum + self.cost(field.value)) + OBJECT
            }
            Kind::Comprehension(fold) if self.is_variable(fold) => self.variable(id, fold),
            Kind::Comprehension(fold) => self.comprehension(id, fold),
        }
    }

    fn list(&mut self, id: NodeId, items: &[(NodeId, bool)]) -> Cost {
        let mut sum = Cost::default();
        let mut size = Size::nothing(items.is_empty());
        for (item, _) in items {
            sum = sum + self.cost(*item);
            size = size.union(self.size_or_unknown(*item));
        }
        self.set_entries(id, Some(Entries { list: true, key: Size::fixed(1), value: size }));
        sum + LIST
    }

    fn map(&mut self, id: NodeId, entries: &[Entry]) -> Cost {
        let mut sum = Cost::default();
        let (mut keys, mut values) = (Size::nothing(entries.is_empty()), Size::nothing(entries.is_empty()));
        for entry in entries {
            sum = sum + self.cost(entry.key) + self.cost(entry.value);
            keys = keys.union(self.size_or_unknown(entry.key));
            values = values.union(self.size_or_unknown(entry.value));
        }
        self.set_entries(id, Some(Entries { list: false, key: keys, value: values }));
        sum + MAP
    }

    /// Whether a comprehension only gives a name to a value.
    fn is_variable(&self, fold: &Comprehension) -> bool {
        let tree = &self.checked.tree;
        matches!(tree.kind(fold.range), Kind::List(items) if items.is_empty())
            && matches!(tree.kind(fold.condition), Kind::Literal(Literal::Bool(false)))
            && &*fold.accumulator != names::OLD_ACCUMULATOR
    }

    fn variable(&mut self, id: NodeId, fold: &Comprehension) -> Cost {
        let sum = self.cost(fold.range) + self.cost(fold.init);
        self.push_value(&fold.accumulator, fold.init);
        let sum = sum + self.cost(fold.result);
        self.locals.pop();
        self.copy_sizes(id, fold.result);
        sum
    }

    fn comprehension(&mut self, id: NodeId, fold: &Comprehension) -> Cost {
        let sum = self.cost(fold.range) + self.cost(fold.init);
        self.push_value(&fold.accumulator, fold.init);
        let depth = self.locals.len();
        match &fold.second {
            Some(second) => {
                self.push_part(&fold.var, fold.range, Part::Key);
                self.push_part(second, fold.range, Part::Value);
            }
            None => self.push_part(&fold.var, fold.range, Part::Single),
        }
        let step = self.cost(fold.condition) + self.cost(fold.step);
        self.locals.truncate(depth);
        let sum = sum + self.cost(fold.result);
        self.locals.pop();
        let count = self.size_or_unknown(fold.range);
        match self.checked.tree.kind(fold.init) {
            Kind::Literal(_) => {
                let size = self.size(fold.init);
                self.set_size(id, size);
            }
            Kind::List(_) | Kind::Map(_) => {
                self.set_size(id, Some(count));
                let entries = self.entries_of(fold.step);
                self.set_entries(id, entries);
            }
            _ => {}
        }
        sum + count.times(step)
    }

    fn push_value(&mut self, name: &Arc<str>, value: NodeId) {
        let path = self.path(value);
        let (entries, size) = (self.entries_of(value), self.size(value));
        self.locals.push(Local { name: name.clone(), path, size, entries });
    }

    fn push_part(&mut self, name: &Arc<str>, range: NodeId, part: Part) {
        let entries = self.entries_of(range);
        let list = entries.map_or(matches!(self.type_of(range), Type::List(_)), |entries| entries.list);
        let (value, step) = match (part, list) {
            (Part::Key, true) => (false, "@indices"),
            (Part::Key | Part::Single, false) => (false, "@keys"),
            (Part::Value | Part::Single, true) => (true, "@items"),
            (Part::Value, false) => (true, "@values"),
        };
        let mut path = self.path(range);
        path.push(step.into());
        let size = entries.map(|entries| if value { entries.value } else { entries.key });
        self.locals.push(Local { name: name.clone(), path, size, entries: None });
    }

    fn local(&self, name: &str) -> Option<&Local> {
        self.locals.iter().rev().find(|local| &*local.name == name)
    }

    /// The variable of a macro that a node is.
    fn as_local(&self, id: NodeId) -> Option<&Local> {
        match self.checked.tree.kind(id) {
            Kind::Ident(name) => self.local(name),
            _ => None,
        }
    }

    fn path(&self, id: NodeId) -> Path {
        match self.as_local(id) {
            Some(local) => local.path.clone(),
            None => self.paths.get(&id.number()).cloned().unwrap_or_default(),
        }
    }

    fn set_path(&mut self, id: NodeId, path: Path) {
        self.paths.insert(id.number(), path);
    }

    fn set_size(&mut self, id: NodeId, size: Option<Size>) {
        self.computed.extend(size.map(|size| (id.number(), size)));
    }

    fn set_entries(&mut self, id: NodeId, entries: Option<Entries>) {
        self.entries.extend(entries.map(|entries| (id.number(), entries)));
    }

    fn copy_sizes(&mut self, to: NodeId, from: NodeId) {
        let size = self.size(from);
        self.set_size(to, size);
        let entries = self.entries_of(from);
        self.set_entries(to, entries);
    }

    fn entries_of(&self, id: NodeId) -> Option<Entries> {
        let own = self.entries.get(&id.number()).copied();
        own.or_else(|| self.as_local(id).and_then(|local| local.entries))
    }

    fn size(&mut self, id: NodeId) -> Option<Size> {
        if let Some(size) = self.computed.get(&id.number()) {
            return Some(*size);
        }
        if let Some(size) = written(self.checked.tree.kind(id)) {
            return Some(size);
        }
        let known = self.sizes.size(&self.path(id), self.type_of(id));
        if known.is_some() {
            self.set_size(id, known);
            return known;
        }
        if is_scalar(self.type_of(id)) {
            return Some(Size::fixed(1));
        }
        self.as_local(id).and_then(|local| local.size)
    }

    fn size_or_unknown(&mut self, id: NodeId) -> Size {
        self.size(id).unwrap_or(Size::UNKNOWN)
    }

    fn argument(&mut self, node: NodeId, cost: Cost) -> Argument {
        let mut path = self.path(node);
        // What a macro gathers is at no path.
        if path.first().is_some_and(|first| matches!(&**first, names::ACCUMULATOR | names::OLD_ACCUMULATOR)) {
            path.clear();
        }
        Argument { node, path, size: self.size(node), cost }
    }
}

/// The size of what an expression writes out.
fn written(kind: &Kind) -> Option<Size> {
    let count = match kind {
        Kind::Literal(Literal::Str(text)) => text.chars().count(),
        Kind::Literal(Literal::Bytes(bytes)) => bytes.len(),
        Kind::Literal(_) => 1,
        Kind::List(items) => items.len(),
        Kind::Map(entries) => entries.len(),
        _ => return None,
    };
    Some(Size::fixed(count as u64))
}

fn is_scalar(of: &Type) -> bool {
    match of {
        Type::Bool | Type::Double | Type::Duration | Type::Int | Type::Timestamp | Type::Uint => true,
        _ => of.as_optional().is_some_and(is_scalar),
    }
}
