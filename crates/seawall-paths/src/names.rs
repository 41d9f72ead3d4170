//! Texts as numbers: equal texts have equal numbers.

use std::collections::HashMap;
use std::sync::Arc;

/// A text of the model. Only meaningful with the [`Names`] that gave it out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Name(u32);

/// All texts of a model.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    ids: HashMap<Arc<str>, Name>,
    texts: Vec<Arc<str>>,
}

impl Names {
    /// The number of a text, new or known.
    pub(crate) fn intern(&mut self, text: &str) -> Name {
        if let Some(name) = self.ids.get(text) {
            return *name;
        }
        // Four billion distinct texts do not fit into memory before.
        let name = Name(u32::try_from(self.texts.len()).unwrap_or(u32::MAX));
        let text: Arc<str> = text.into();
        self.texts.push(Arc::clone(&text));
        self.ids.insert(text, name);
        name
    }

    /// The number of a text that is known.
    pub(crate) fn find(&self, text: &str) -> Option<Name> {
        self.ids.get(text).copied()
    }

    /// The text of a number.
    pub(crate) fn text(&self, name: Name) -> &str {
        self.texts.get(name.0 as usize).map_or("", |text| &**text)
    }
}
