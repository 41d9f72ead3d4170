//! Secure defaults of pods.

mod cases;
mod choice;
mod random;
mod text;

use seawall_policy::defaults::{Chosen, TokenOfAccount, fill};
use seawall_schema::Value;

use crate::generate::judge::documents;

/// What stands in a YAML text.
fn value(text: &str) -> Value<'static> {
    Value::of(documents(text)[0].root()).unwrap().into_owned()
}

/// The words of a label.
fn chosen(words: &str) -> Chosen {
    Chosen::of_label(words).unwrap()
}

/// A pod spec with defaults, and what had something to do.
fn filled(spec: &str, words: &str) -> (Value<'static>, Vec<&'static str>) {
    let mut spec = value(spec);
    let names = fill(&mut spec, &chosen(words), TokenOfAccount::Unsaid);
    (spec, names)
}
