//! The cluster as it is after some changes: its objects and the model of them, changed together.

use std::collections::BTreeMap;

use seawall_core::{Edit, Problem};
use seawall_inventory::{Inventory, Resource};

use crate::model::Model;
use crate::objects::word;
use crate::plan::change::{ObjectChange, edited, parsed};

/// Objects by word, and their model.
pub struct State {
    model: Model,
    objects: BTreeMap<String, Resource>,
}

/// What takes a change back: objects as they were, the first changed one first.
pub struct Undo(Vec<(String, Option<Resource>)>);

impl State {
    /// The state that was read.
    pub fn of(inventory: &Inventory) -> (Self, Vec<Problem>) {
        let (model, problems) = Model::build(inventory);
        let mut objects = BTreeMap::new();
        for resource in inventory.resources() {
            objects.entry(word(resource)).or_insert_with(|| resource.clone());
        }
        (State { model, objects }, problems)
    }

    /// The model.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// An object by word.
    pub fn find(&self, word: &str) -> Option<&Resource> {
        self.objects.get(word)
    }

    /// All objects with their words, in order.
    pub fn objects(&self) -> impl Iterator<Item = (&str, &Resource)> {
        self.objects.iter().map(|(word, resource)| (word.as_str(), resource))
    }

    /// Carries changes out, all or none; `None` when one of them cannot be.
    pub fn change(&mut self, changes: &[ObjectChange]) -> Option<Undo> {
        let mut undo = Undo(Vec::new());
        for change in changes {
            if self.one(change, &mut undo).is_none() {
                self.undo(undo);
                return None;
            }
        }
        Some(undo)
    }

    /// Takes changes back.
    pub fn undo(&mut self, undo: Undo) {
        for (word, before) in undo.0.into_iter().rev() {
            match before {
                Some(resource) => self.put(word, resource),
                None => drop(self.take(&word)),
            }
        }
    }

    fn one(&mut self, change: &ObjectChange, undo: &mut Undo) -> Option<()> {
        match change {
            ObjectChange::Delete(word) => {
                let before = self.take(word)?;
                undo.0.push((word.clone(), Some(before)));
            }
            ObjectChange::Edit(word, edits) => self.edit(word, edits, undo)?,
            ObjectChange::Apply(manifest) => {
                for resource in parsed(manifest)? {
                    let word = word(&resource);
                    undo.0.push((word.clone(), self.objects.get(&word).cloned()));
                    self.put(word, resource);
                }
            }
        }
        Some(())
    }

    fn edit(&mut self, word: &str, edits: &[Edit], undo: &mut Undo) -> Option<()> {
        let before = self.objects.get(word)?.clone();
        let after = edited(&before, edits)?;
        undo.0.push((word.to_owned(), Some(before)));
        self.put(word.to_owned(), after);
        Some(())
    }

    fn put(&mut self, word: String, resource: Resource) {
        self.model.apply(&resource);
        self.objects.insert(word, resource);
    }

    fn take(&mut self, word: &str) -> Option<Resource> {
        let before = self.objects.remove(word)?;
        self.model.delete(before.group_kind(), before.namespace(), before.name());
        Some(before)
    }
}
