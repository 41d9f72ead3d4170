//! `seawall comply` without a framework.

use std::fmt::Write;

use anyhow::bail;
use seawall_report::comply::{Class, Framework, builtin, find, list};
use seawall_report::pretty_json;

use super::Output;
use crate::ExitStatus;
use crate::commands::print;

pub(super) fn run(output: Output) -> anyhow::Result<ExitStatus> {
    let frameworks: Vec<Framework> = builtin().filter_map(find).collect();
    match output {
        Output::Table => print(table(&frameworks).as_bytes()),
        Output::Json => print(pretty_json(&list(&frameworks))?.as_bytes()),
        Output::Oscal | Output::Markdown | Output::Csv => {
            bail!(
                "the list of frameworks has the formats `table` and `json`; name a framework for the others"
            )
        }
    }
}

fn table(frameworks: &[Framework]) -> String {
    let mut text =
        String::from("framework       controls  automated  partial  manual  not evaluated  title\n");
    for framework in frameworks {
        let count =
            |class| framework.classes().iter().find(|(own, _)| *own == class).map_or(0, |(_, count)| *count);
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{:14}  {:8}  {:9}  {:7}  {:6}  {:13}  {} {}",
            framework.id,
            framework.controls().count(),
            count(Class::Automated),
            count(Class::Partial),
            count(Class::Manual),
            count(Class::NotEvaluated),
            framework.title,
            framework.version
        );
    }
    text.push_str("\n`seawall comply FRAMEWORK [TARGET…]` says what is proven of each control\n");
    text
}
