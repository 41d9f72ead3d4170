//! One random object in the forms in which the two judges see it.

use std::sync::{Arc, LazyLock};

use seawall_schema::Schemas;
use seawall_yaml::Tree;

use super::decode::{decoded, seen};
use super::judge::documents;
use super::objects;
use super::value::{Chance, Value};

pub(crate) static SCHEMAS: LazyLock<Schemas> = LazyLock::new(Schemas::builtin);

/// An object as it was written, as it reads without what nobody reads, and as the API server hands it on.
pub(crate) struct Forms {
    written: Value,
    raw: Arc<Tree>,
    plain: Arc<Tree>,
    full: Arc<Tree>,
}

fn tree(object: &Value) -> Arc<Tree> {
    Arc::new(documents(&object.json()).remove(0))
}

impl Forms {
    /// The object of a seed; `None` when the API server refuses to read it.
    pub(crate) fn of(seed: u64) -> Option<Self> {
        let written = objects::object(&mut Chance::new(seed));
        let raw = tree(&written);
        let plain = tree(&decoded(&written));
        let full = Arc::new(seen(&plain, &SCHEMAS)?);
        Some(Forms { written, raw, plain, full })
    }

    /// What the check sees and what the policy sees.
    pub(crate) fn pairs(&self) -> [(&Arc<Tree>, &Arc<Tree>); 2] {
        [(&self.raw, &self.plain), (&self.full, &self.full)]
    }

    pub(super) fn kind(&self) -> &str {
        self.raw.root().str("kind").unwrap()
    }

    pub(crate) fn written(&self) -> String {
        self.written.json()
    }
}
