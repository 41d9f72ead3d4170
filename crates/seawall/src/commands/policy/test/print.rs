//! What is printed of pages.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use seawall_policy::page::Expect;
use seawall_report::{escape, pretty_json};
use serde_json::json;

use super::pages::Result;

fn word(expect: Expect) -> &'static str {
    match expect {
        Expect::Allow => "allow",
        Expect::Deny => "deny",
        Expect::Warn => "warn",
        Expect::Mutate => "mutate",
    }
}

/// For people.
pub(super) fn table(pages: &[Result], color: bool, quiet: bool, out: &mut impl Write) -> io::Result<()> {
    let style = |of: AnsiColor| if color { of.on_default() } else { Style::new() };
    let (good, bad) = (style(AnsiColor::Green), style(AnsiColor::Red));
    let (mut held, mut failed) = (0, 0);
    for page in pages {
        for outcome in &page.outcomes {
            let holds = outcome.faults.is_empty();
            if holds {
                held += 1
            } else {
                failed += 1
            };
            if holds && quiet {
                continue;
            }
            let (mark, style) = if holds { ("holds", good) } else { ("FAILS", bad) };
            writeln!(
                out,
                "{style}{mark}{style:#} {}:{} {} ({})",
                escape(&page.file),
                outcome.line,
                escape(&outcome.name),
                word(outcome.expect)
            )?;
            for line in outcome.faults.iter().flat_map(|fault| fault.lines()) {
                writeln!(out, "      {}", escape(line))?;
            }
        }
    }
    let pages = match pages.len() {
        1 => "1 page".to_owned(),
        count => format!("{count} pages"),
    };
    let held = if held == 1 { "1 case holds".to_owned() } else { format!("{held} cases hold") };
    writeln!(out, "{held}, {failed} fail, on {pages}")
}

/// For programs.
pub(super) fn json(pages: &[Result], out: &mut impl Write) -> io::Result<()> {
    let pages: Vec<_> = pages
        .iter()
        .map(|page| {
            let cases: Vec<_> = page
                .outcomes
                .iter()
                .map(|outcome| {
                    json!({
                        "name": outcome.name,
                        "line": outcome.line,
                        "expect": word(outcome.expect),
                        "holds": outcome.faults.is_empty(),
                        "faults": outcome.faults,
                    })
                })
                .collect();
            json!({"file": page.file, "cases": cases})
        })
        .collect();
    let report = json!({"schema": "seawall.dev/policy-test/v1", "pages": pages});
    out.write_all(pretty_json(&report)?.as_bytes())
}
