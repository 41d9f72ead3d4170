//! Compiles rules over a schema and asks them of a value.

use seawall_policy::cel::Limits;
use seawall_policy::crd::{Declared, Outcome, Rule, Schema, compile, value};
use seawall_yaml::{Limits as ReadLimits, Text, Tree, read};
use serde_json::Value as Json;

/// A rule, the schema of what it is about, and values.
pub(super) struct Input {
    pub(super) schema: Json,
    pub(super) own: Json,
    pub(super) old: Option<Json>,
    pub(super) root: bool,
    pub(super) expr: String,
}

/// What was said.
#[derive(Debug, PartialEq)]
pub(super) enum Said {
    Holds,
    Skipped,
    /// It was refused or failed, because …
    Fails(String),
}

/// The release whose test tables the set is.
const MINOR: u32 = 36;

fn tree(json: &Json) -> Option<Tree> {
    read(&Text::new(json.to_string()), &ReadLimits::default()).0.pop().map(|document| document.tree)
}

/// What the rule says of the value.
pub(super) fn judge(input: &Input) -> Said {
    let (Some(schema), Some(own)) = (tree(&input.schema), tree(&input.own)) else {
        return Said::Fails("the case cannot be read".to_owned());
    };
    let schema = Schema::read(schema.root());
    let declared = if input.root { Declared::of_resource(&schema) } else { Declared::of_part(&schema) };
    let schema = if input.root { schema.with_metadata() } else { schema };
    let Some(declared) = declared else { return Said::Fails("the schema types nothing".to_owned()) };
    let rule = Rule { rule: input.expr.clone(), ..Rule::default() };
    let compiled = match compile(&rule, &declared, MINOR, &Limits::default()) {
        Ok(Some(compiled)) => compiled,
        Ok(None) => return Said::Skipped,
        Err(refused) => return Said::Fails(refused.to_string()),
    };
    let old = input.old.as_ref().and_then(tree);
    let old = old.as_ref().map(|old| value(old.root(), &schema)).transpose();
    let (own, old) = match (value(own.root(), &schema), old) {
        (Ok(own), Ok(old)) => (own, old),
        (Err(invalid), _) | (_, Err(invalid)) => return Said::Fails(invalid.to_string()),
    };
    match compiled.evaluate(&own, old.as_ref()) {
        Outcome::Holds => Said::Holds,
        Outcome::Skipped => Said::Skipped,
        Outcome::Fails(why) => Said::Fails(why),
    }
}
