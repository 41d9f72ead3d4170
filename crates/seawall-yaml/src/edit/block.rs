//! New keys and items in block style.

use seawall_core::FixValue;

use super::TextEdit;
use super::ground::{Ground, change};
use crate::Node;

impl<'t> Ground<'t> {
    /// Puts a key behind the last one of a block map.
    pub(super) fn insert_in_block(&self, map: Node<'t>, key: &str, value: &FixValue) -> TextEdit {
        let slots: Vec<_> = self.slots(map).into_iter().flatten().collect();
        let begin = map.span().unwrap_or_default().start as usize;
        let column = self.column(slots.first().map_or(begin, |slot| slot.start));
        let entry = self.style.entry(key, value, column);
        let line = format!("{}{}", self.style.eol, " ".repeat(column));
        match slots.last() {
            Some(last) if !self.ends_open(last) => {
                let at = self.line_end(last.end);
                change(at, at, line + &entry)
            }
            // Nothing may follow, or only what the tree does not show is there (a merge key, dropped fields): before it.
            last => {
                let at = last.map_or(begin, |slot| slot.start);
                change(at, at, entry + &line)
            }
        }
    }

    /// Puts an item behind the last one of a block list.
    pub(super) fn append_in_block(&self, list: Node<'t>, value: &FixValue) -> TextEdit {
        let begin = list.span().unwrap_or_default().start as usize;
        let column = self.column(begin);
        let last = self.slots(list).into_iter().flatten().last();
        // As many spaces behind the dash as the last item has.
        let gap = last.map(|slot| self.get(slot.from, slot.value)).filter(|gap| !gap.is_empty());
        let gap = gap.filter(|gap| gap.bytes().all(|b| b == b' ')).unwrap_or(" ");
        let at = self.line_end(self.end(list, begin));
        let item = self.style.item(value, column + 1 + gap.len());
        change(at, at, format!("{}{}-{gap}{item}", self.style.eol, " ".repeat(column)))
    }
}
