//! The page around the list: head, numbers, scores, controls.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use seawall_core::{Pillar, Severity};

use super::hash::source;
use super::{SCRIPT, STYLE, in_pieces};
use crate::table::{Group, counts, coverage, read};
use crate::xml::xml;
use crate::{Report, thousands};
use seawall_core::rfc3339;

/// The head, with the style.
pub(super) fn head(out: &mut dyn Write) -> io::Result<()> {
    write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src '{}'; style-src '{}'; \
         base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Seawall report</title>\n<style>",
        source(SCRIPT),
        source(STYLE)
    )?;
    in_pieces(STYLE, out)?;
    out.write_all(b"</style>\n</head>\n<body>\n")
}

/// Everything that does not need the script.
pub(super) fn body(
    report: &Report<'_>,
    groups: &[Group<'_>],
    time: Option<u64>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut to = String::new();
    let time = time.map_or(String::new(), |time| {
        let time = rfc3339(time);
        format!("<time datetime=\"{time}\">{}</time>", time.replace('T', " ").replace('Z', " UTC"))
    });
    let _ = write!(
        to,
        "<a class=\"skip\" href=\"#list\">Skip to the findings</a>\n<header><h1><b>Seawall</b> report</h1>{time}</header>\n<main>\n\
         <section class=\"sum\" aria-label=\"summary\"><p class=\"counts\">{}</p><p class=\"soft\">{}<br>{}</p></section>\n",
        xml(&counts(report)),
        xml(&coverage(report)),
        xml(&read(report))
    );
    out.write_all(to.as_bytes())?;
    to.clear();
    pillars(report, groups, &mut to);
    out.write_all(to.as_bytes())?;
    to.clear();
    severities(groups, &mut to);
    out.write_all(to.as_bytes())?;
    out.write_all(CONTROLS.as_bytes())
}

/// What the script fills. The lists below the findings stay hidden while they are empty.
const CONTROLS: &str = "<div class=\"controls\" role=\"search\">\
<label class=\"text\">Filter <input id=\"text\" type=\"search\" placeholder=\"object, check, file, framework …\" autocomplete=\"off\" spellcheck=\"false\"></label>\
<label>Area <select id=\"area\"></select></label>\
<label>Namespace <select id=\"namespace\"></select></label>\
<label>State <select id=\"state\"></select></label>\
<label>Order <select id=\"order\"></select></label>\
<button type=\"button\" id=\"reset\">Reset</button></div>
<p class=\"shown\"><output id=\"count\" aria-live=\"polite\"></output><span class=\"keys\"><kbd>/</kbd> filter <kbd>↑</kbd> <kbd>↓</kbd> rows <kbd>Enter</kbd> open</span></p>
<noscript><p class=\"note\">The list of findings needs the script of this page, which loads nothing.</p></noscript>
<section aria-label=\"findings\"><ol id=\"list\" tabindex=\"-1\"></ol><button type=\"button\" id=\"more\" hidden></button></section>
<section id=\"gaps\" hidden><h2></h2><p class=\"soft\">No verdict could be given here: this is no pass.</p><ul></ul></section>
<section id=\"problems\" hidden><h2></h2><p class=\"soft\">What could not be taken as it was.</p><ul></ul></section>
</main>
";

/// The scores, which are also filters.
fn pillars(report: &Report<'_>, groups: &[Group<'_>], to: &mut String) {
    let mut found: BTreeMap<Pillar, usize> = BTreeMap::new();
    for group in groups {
        let mut pillars: Vec<Pillar> = group.findings().map(|(finding, _)| finding.check.pillar).collect();
        pillars.sort();
        pillars.dedup();
        pillars.into_iter().for_each(|pillar| *found.entry(pillar).or_default() += 1);
    }
    to.push_str("<section class=\"pillars\" aria-label=\"scores, to filter by pillar\">");
    for (pillar, score) in report.scores().iter() {
        card(pillar, score, found.get(&pillar).copied().unwrap_or(0), to);
    }
    if let Some(found) = found.get(&Pillar::Reliability) {
        card(Pillar::Reliability, None, *found, to);
    }
    to.push_str("</section>\n");
}

fn card(pillar: Pillar, score: Option<u8>, found: usize, to: &mut String) {
    let (class, shown, title) = match score {
        Some(score) if score >= 90 => ("good", score.to_string(), format!("score {score} of 100")),
        Some(score) if score >= 60 => ("fair", score.to_string(), format!("score {score} of 100")),
        Some(score) => ("poor", score.to_string(), format!("score {score} of 100")),
        None if pillar == Pillar::Reliability => ("none", "·".to_owned(), "has no score".to_owned()),
        None => ("none", "–".to_owned(), "nothing evaluated".to_owned()),
    };
    let causes = match found {
        0 => "no findings".to_owned(),
        1 => "1 cause".to_owned(),
        more => format!("{} causes", thousands(more)),
    };
    // What was not evaluated is not clean.
    let causes = if score.is_none() && found == 0 { "not evaluated".to_owned() } else { causes };
    let _ = write!(
        to,
        "<button type=\"button\" class=\"pillar {class}\" data-pillar=\"{pillar}\" aria-pressed=\"false\" title=\"{title}\">\
         <svg viewBox=\"0 0 40 40\" aria-hidden=\"true\"><circle class=\"all\" cx=\"20\" cy=\"20\" r=\"16\"/>\
         <circle class=\"part\" cx=\"20\" cy=\"20\" r=\"16\" pathLength=\"100\" stroke-dasharray=\"{} 100\"/></svg>\
         <span class=\"score\">{shown}</span><span class=\"name\">{pillar}</span><span class=\"soft\">{causes}</span></button>",
        score.unwrap_or(0)
    );
}

/// How many causes of each severity, as one bar and as filters. What somebody accepted does not count.
fn severities(groups: &[Group<'_>], to: &mut String) {
    let open: Vec<Severity> = groups
        .iter()
        .map(Group::lead)
        .filter(|finding| finding.waiver.is_none())
        .map(|finding| finding.severity)
        .collect();
    let counts: Vec<(Severity, usize)> = (Severity::ALL.iter().rev())
        .map(|severity| (*severity, open.iter().filter(|other| *other == severity).count()))
        .collect();
    to.push_str("<section class=\"severities\" aria-label=\"severities, to filter\">");
    if !open.is_empty() {
        to.push_str(
            "<svg class=\"bar\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">",
        );
        let mut before = 0;
        for (severity, count) in &counts {
            let (from, end) = (before * 1000 / open.len(), (before + count) * 1000 / open.len());
            let _ = write!(
                to,
                "<rect class=\"{severity}\" x=\"{from}\" width=\"{}\" height=\"10\"/>",
                end - from
            );
            before += count;
        }
        to.push_str("</svg>");
    }
    to.push_str("<div class=\"chips\">");
    for (severity, count) in counts {
        let _ = write!(
            to,
            "<button type=\"button\" class=\"chip\" data-severity=\"{severity}\" aria-pressed=\"false\">\
             <i class=\"{severity}\"></i>{severity} <b>{}</b></button>",
            thousands(count)
        );
    }
    to.push_str("</div></section>\n");
}
