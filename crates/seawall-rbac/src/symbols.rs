//! Texts as numbers: equal texts have equal numbers.

use std::collections::HashMap;
use std::sync::Arc;

/// A text of the model: a name, a verb, a resource. Only meaningful with the model that gave it out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sym(u32);

impl Sym {
    /// The text `*`.
    pub const STAR: Sym = Sym(0);
    /// The empty text: the core API group.
    pub const EMPTY: Sym = Sym(1);
}

/// All texts of a model. They are never given back: a model that lives for weeks is rebuilt now and then.
#[derive(Clone, Debug)]
pub(crate) struct Symbols {
    ids: HashMap<Arc<str>, Sym>,
    texts: Vec<Arc<str>>,
}

impl Default for Symbols {
    fn default() -> Self {
        let mut symbols = Symbols { ids: HashMap::new(), texts: Vec::new() };
        symbols.intern("*");
        symbols.intern("");
        symbols
    }
}

impl Symbols {
    /// The number of a text, new or known.
    pub(crate) fn intern(&mut self, text: &str) -> Sym {
        if let Some(sym) = self.ids.get(text) {
            return *sym;
        }
        // Four billion distinct texts do not fit into memory before.
        let sym = Sym(u32::try_from(self.texts.len()).unwrap_or(u32::MAX));
        let text: Arc<str> = text.into();
        self.texts.push(Arc::clone(&text));
        self.ids.insert(text, sym);
        sym
    }

    /// The number of a text that is known.
    pub(crate) fn get(&self, text: &str) -> Option<Sym> {
        self.ids.get(text).copied()
    }

    /// The text of a number; empty for one of another model.
    pub(crate) fn text(&self, sym: Sym) -> &str {
        self.texts.get(sym.0 as usize).map_or("", |text| &**text)
    }
}
