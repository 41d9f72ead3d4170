//! Texts as numbers: equal texts have equal numbers.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;

/// A text of the model. Only meaningful with the [`Names`] that gave it out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Name(u32);

/// All texts of a model. A clone shares what was there at the last [`Names::settle`], and both go on with numbers of
/// their own from there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    shared: Arc<Table>,
    own: Table,
}

#[derive(Clone, Debug, Default)]
struct Table {
    /// Texts come from outside, but nobody sees the seed of a run or how long a look-up takes.
    ids: HashMap<Arc<str>, Name, RandomState>,
    texts: Vec<Arc<str>>,
}

impl Names {
    /// The number of a text, new or known.
    pub(crate) fn intern(&mut self, text: &str) -> Name {
        if let Some(name) = self.find(text) {
            return name;
        }
        // Four billion distinct texts do not fit into memory before.
        let name = Name(u32::try_from(self.len()).unwrap_or(u32::MAX));
        let text: Arc<str> = text.into();
        self.own.texts.push(Arc::clone(&text));
        self.own.ids.insert(text, name);
        name
    }

    /// The number of a text that is known.
    pub(crate) fn find(&self, text: &str) -> Option<Name> {
        self.shared.ids.get(text).or_else(|| self.own.ids.get(text)).copied()
    }

    /// The text of a number.
    pub(crate) fn text(&self, name: Name) -> &str {
        let at = name.0 as usize;
        let shared = self.shared.texts.len();
        let text = if at < shared { self.shared.texts.get(at) } else { self.own.texts.get(at - shared) };
        text.map_or("", |text| &**text)
    }

    /// Makes clones share all texts from here on, unless a clone is still about that shares the older ones.
    pub(crate) fn settle(&mut self) {
        let Some(shared) = Arc::get_mut(&mut self.shared) else { return };
        if shared.texts.is_empty() {
            std::mem::swap(shared, &mut self.own);
            return;
        }
        shared.texts.append(&mut self.own.texts);
        shared.ids.extend(self.own.ids.drain());
    }

    fn len(&self) -> usize {
        self.shared.texts.len() + self.own.texts.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_when_texts_are_shared() {
        let mut names = Names::default();
        let one = names.intern("one");
        names.settle();
        let clone = names.clone();
        let two = names.intern("two");
        // A clone shares the older texts: these stay apart.
        names.settle();
        assert_eq!((clone.text(one), clone.find("two")), ("one", None));
        drop(clone);
        names.settle();
        let three = names.intern("three");
        assert_eq!([one, two, three].map(|name| names.text(name)), ["one", "two", "three"]);
        assert_eq!(names.intern("two"), two);
        assert_eq!(names.clone().find("three"), Some(three));
    }
}
