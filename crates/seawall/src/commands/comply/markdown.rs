//! The report as a page: every control in a table, then what fails and what is accepted.

use std::fmt::Write;

use seawall_report::comply::{About, Assessment, ControlResult, Outcome};

use super::text::fact_line;
use super::{safe, said, scope, shares, states, word};
use crate::commands::markup::cell;

pub(super) fn page(assessment: &Assessment<'_>, about: &About<'_>) -> String {
    let framework = assessment.framework;
    let [requirements, objects] = shares(assessment);
    let mut out = format!("# {} {}\n\n", cell(&safe(&framework.title)), cell(&safe(&framework.version)));
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{}.\n", scope(assessment, about));
    if let Some(time) = about.time {
        let _ = writeln!(out, "Judged at {time} by Seawall {}.\n", about.version);
    }
    for cloud in assessment.evidence.clouds {
        let name = format!("{} {} {} ({})", cloud.provider.as_str(), cloud.name, cloud.version, cloud.file);
        let _ = writeln!(out, "- cloud: {}", cell(&safe(&name)));
    }
    let _ = writeln!(out, "- {} requirements: {}", assessment.totals.controls, states(assessment));
    let _ = writeln!(out, "- {requirements}\n- {objects}");
    for section in &framework.sections {
        let _ = writeln!(out, "\n## {} {}\n", cell(&safe(&section.id)), cell(&safe(&section.title)));
        out.push_str(
            "| control | asks | class | state | judged | failed | note |\n|---|---|---|---|---|---|---|\n",
        );
        let own = assessment.controls.iter().filter(|result| std::ptr::eq(result.section, section));
        own.for_each(|result| row(&mut out, result));
    }
    evidence(&mut out, assessment);
    if let Some(notice) = &framework.notice {
        let _ = writeln!(out, "\n{}", cell(&safe(notice)));
    }
    out
}

fn row(out: &mut String, result: &ControlResult<'_>) {
    let state = if result.is_part() { "pass in part" } else { word(result.state) };
    let _ = writeln!(
        out,
        "| {} | {} | {} | {state} | {} | {} | {} |",
        cell(&safe(&result.control.id)),
        cell(&safe(&result.control.title)),
        result.class.as_str(),
        result.judged.len(),
        result.failed.len(),
        cell(&safe(result.reason.as_deref().unwrap_or(""))),
    );
}

fn evidence(out: &mut String, assessment: &Assessment<'_>) {
    let inventory = assessment.evidence.inventory;
    let told = |result: &&ControlResult<'_>| {
        !result.findings.is_empty() || result.facts.iter().any(|fact| fact.outcome != Outcome::Pass)
    };
    let mut told = assessment.controls.iter().filter(told).peekable();
    if told.peek().is_some() {
        out.push_str("\n## What fails, and what is accepted\n");
    }
    for result in told {
        let _ = writeln!(
            out,
            "\n### {} {}\n",
            cell(&safe(&result.control.id)),
            cell(&safe(&result.control.title))
        );
        for fact in result.facts.iter().filter(|fact| fact.outcome != Outcome::Pass) {
            let _ = writeln!(out, "- {}", cell(&fact_line(fact)));
        }
        for finding in result.open() {
            let _ = writeln!(out, "- {} ({})", cell(&said(inventory, finding)), finding.check.id);
        }
        for finding in result.waived() {
            let waiver = finding.waiver.as_deref().map_or(String::new(), |waiver| format!("waived {waiver}"));
            let _ = writeln!(
                out,
                "- {} ({}; {})",
                cell(&said(inventory, finding)),
                finding.check.id,
                cell(&safe(&waiver))
            );
        }
    }
}
