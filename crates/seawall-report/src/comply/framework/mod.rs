//! What a framework asks for.

mod builtin;
mod read;
mod select;

pub use builtin::{builtin, find};
pub(crate) use read::hex;
pub use select::select;

use crate::comply::{Class, Layer};

/// A framework in one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Framework {
    /// What it is called on the command line, for example `cis-1.12`.
    pub id: String,
    /// Its name.
    pub title: String,
    /// Its version.
    pub version: String,
    /// Where it is published.
    pub url: Option<String>,
    /// What its publisher wants to be said with it.
    pub notice: Option<String>,
    /// How checks name it in `FRAMEWORK:control`.
    pub named: Option<String>,
    /// The level of the Pod Security Standards that judges it, in place of the catalogue of checks.
    pub standard: Option<seawall_checks::pss::Level>,
    /// Its controls by section, in the framework's order.
    pub sections: Vec<Section>,
    /// SHA-256 of the file, in hexadecimal digits.
    pub digest: String,
}

/// Controls that stand together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its number or name.
    pub id: String,
    /// What it is about.
    pub title: String,
    /// Its controls.
    pub controls: Vec<Control>,
}

/// One requirement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Control {
    /// The framework's id of it.
    pub id: String,
    /// What it asks for, in our own words.
    pub title: String,
    /// How it can be judged.
    pub class: Class,
    /// What is missing of a partial control; the reason of one that nothing decides.
    pub note: Option<String>,
    /// Who runs what it is about, where a provider may.
    pub layer: Option<Layer>,
    /// The checks that decide it, sorted.
    pub checks: Vec<String>,
    /// The facts of a cloud that decide it, sorted.
    pub facts: Vec<String>,
}

impl Framework {
    /// All controls, in order.
    pub fn controls(&self) -> impl Iterator<Item = &Control> {
        self.sections.iter().flat_map(|section| &section.controls)
    }

    /// The checks of the catalogue that decide any of its controls, each once, in the order of the catalogue.
    pub fn checks(&self) -> Vec<&'static seawall_checks::Check> {
        let wanted: std::collections::BTreeSet<&str> =
            self.controls().flat_map(|control| &control.checks).map(String::as_str).collect();
        let entries = seawall_checks::all().iter().filter(|entry| wanted.contains(entry.id));
        entries.map(|entry| entry.check).collect()
    }

    /// How many controls are of each class that occurs.
    pub fn classes(&self) -> Vec<(Class, usize)> {
        let count = |class| self.controls().filter(|control| control.class == class).count();
        Class::ALL.iter().map(|class| (*class, count(*class))).filter(|(_, count)| *count > 0).collect()
    }
}

/// The control that a check's `FRAMEWORK:control` names in a framework that checks call `named`.
fn named_control<'c>(named: &str, entry: &'c str) -> Option<&'c str> {
    let (framework, control) = entry.split_once(':')?;
    framework.eq_ignore_ascii_case(named).then_some(control)
}
