//! The steps of a path in words: what each rests on, what was looked at, and what breaks it.

use std::fmt::Write as _;

use seawall_network::map::xml;

use super::{Places, alike};
use crate::path::{Group, PathStep};

/// Starts that are named; the rest is counted.
const STARTS: usize = 40;

/// The article of path number `number`.
pub(super) fn article(group: &Group, number: usize, drawing: &str, places: Places<'_>) -> String {
    let path = &group.path;
    let mut out = String::new();
    let mark = if path.attenuated {
        ", held back"
    } else if path.expected {
        ", expected"
    } else {
        ""
    };
    let _ = write!(
        out,
        "<article id=\"p{number}\" tabindex=\"-1\"><h2>{}<span class=\"to\"> → {}</span></h2><p class=\"soft\">{} confidence{mark} · {}</p>",
        xml(&path.from),
        xml(&path.sink),
        path.confidence.as_str(),
        match path.steps.len() {
            1 => "1 step".to_owned(),
            count => format!("{count} steps"),
        },
    );
    if let Some(alike) = alike(group) {
        let _ = write!(out, "<details class=\"alike\"><summary>{alike}</summary><ul>");
        for start in group.starts.iter().filter(|start| **start != path.from).take(STARTS) {
            let _ = write!(out, "<li>{}</li>", xml(start));
        }
        if group.starts.len() > STARTS + 1 {
            let _ = write!(out, "<li>and {} more</li>", group.starts.len() - STARTS - 1);
        }
        out.push_str("</ul></details>");
    }
    let _ = write!(out, "<div class=\"path\"><div class=\"drawing\">{drawing}</div><ol class=\"steps\">");
    for (at, step) in path.steps.iter().enumerate() {
        one(&mut out, step, (number, at), places);
    }
    out.push_str("</ol></div></article>\n");
    out
}

fn one(out: &mut String, step: &PathStep, (number, at): (usize, usize), places: Places<'_>) {
    let held = if step.attenuated { " <b class=\"tag\">held back</b>" } else { "" };
    let _ = write!(
        out,
        "<li><details id=\"p{number}s{at}\"{}><summary><b class=\"id\">{}</b> {}{held}</summary>\
         <dl><dt>step</dt><dd>{} → {}</dd><dt>how sure</dt><dd>{}</dd>",
        if at == 0 { " open" } else { "" },
        xml(step.primitive),
        xml(step.does),
        xml(&step.from),
        xml(&step.to),
        step.confidence.as_str(),
    );
    let needs: Vec<String> = step.requires.iter().map(|need| xml(need)).collect();
    list(out, "needs", &needs);
    let evidence: Vec<String> = step
        .evidence
        .iter()
        .map(|evidence| {
            let at = places(evidence)
                .map_or(String::new(), |at| format!(" <span class=\"soft\">{}</span>", xml(&at.to_string())));
            format!("{} <code>{}</code>{at}", xml(&evidence.object), xml(&evidence.route))
        })
        .collect();
    list(out, "evidence", &evidence);
    let gates: Vec<String> = step.gates.iter().map(|gate| prose(gate)).collect();
    list(out, "looked at", &gates);
    if !step.fix.is_empty() {
        let _ = write!(out, "<dt>fix</dt><dd class=\"fix\">{}</dd>", prose(&step.fix));
    }
    out.push_str("</dl></details></li>");
}

/// Items that are written safely already.
fn list(out: &mut String, title: &str, items: &[String]) {
    if !items.is_empty() {
        let _ = write!(out, "<dt>{title}</dt>");
        items.iter().for_each(|item| {
            let _ = write!(out, "<dd>{item}</dd>");
        });
    }
}

/// A sentence, what stands in backticks as code.
fn prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return xml(text);
    }
    let part = |(number, part): (usize, &&str)| match number % 2 {
        0 => xml(part),
        _ => format!("<code>{}</code>", xml(part)),
    };
    parts.iter().enumerate().map(part).collect()
}
