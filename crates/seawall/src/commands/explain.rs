//! `seawall explain`

use anyhow::bail;
use seawall_checks::Select;
use seawall_core::CheckId;

use crate::ExitStatus;
use crate::cli::{Color, ExplainArgs};
use crate::output;

pub(super) fn run(args: &ExplainArgs, color: Color) -> anyhow::Result<ExitStatus> {
    if [seawall_waivers::EXPIRED, seawall_waivers::UNUSED].contains(&args.check.as_str()) {
        // Findings about waivers come from no check; one page explains them with the waivers.
        return super::print(include_str!("../../../../docs/waivers.md").as_bytes());
    }
    if CheckId::is_policy_id(&args.check) {
        // What a policy wants its author wrote into it; the page says how to read it.
        return super::print(include_str!("../../../../docs/policy.md").as_bytes());
    }
    if CheckId::is_lint_id(&args.check) {
        // Mistakes in policies are explained by where they are listed.
        return super::print(include_str!("../../../../docs/policy-lint.md").as_bytes());
    }
    let Some(entry) = seawall_checks::find(&args.check) else {
        match args.check.parse::<Select>() {
            Err(error) if !args.check.contains(':') => {
                bail!("{error}\nhint: `seawall checks` lists them all")
            }
            _ => {
                bail!("`{}` is no check id\nhint: `seawall checks` lists them all", args.check.escape_debug())
            }
        }
    };
    let check = entry.check;
    let style = if output::use_color(color) { anstyle::Style::new().bold() } else { anstyle::Style::new() };
    let mut text = String::new();
    let mut fenced = false;
    for (number, line) in body(entry.page).lines().enumerate() {
        // Within a fence `#` begins a comment of the example, not a heading.
        fenced ^= line.starts_with("```");
        match line.starts_with('#') && !fenced {
            true => text.push_str(&format!("{style}{line}{style:#}\n")),
            false => text.push_str(&format!("{line}\n")),
        }
        // Every page begins with its title.
        if number == 0 {
            text.push_str(&format!(
                "\n{}\n\nseverity {} · confidence {} · pillar {}\nframeworks {}\n",
                check.title,
                check.severity,
                check.confidence,
                check.pillar,
                if check.frameworks.is_empty() { "none".to_owned() } else { check.frameworks.join(", ") },
            ));
        }
    }
    super::print(text.as_bytes())
}

/// The page without its front matter and without the marks that make its examples tests.
fn body(page: &str) -> String {
    let body =
        page.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n")).map_or(page, |(_, body)| body);
    let clean = body.trim_start().lines().map(|line| match line.split_once("# finding:") {
        Some((code, _)) => format!("{}  # <- finding", code.trim_end()),
        None => line.to_owned(),
    });
    clean.collect::<Vec<_>>().join("\n")
}
