//! The page around the paths.

use std::fmt::Write as _;

use seawall_network::map::xml;

use super::{MAX_PATHS, Places, alike, chain, overview, steps};
use crate::path::Group;

const SCRIPT: &str = include_str!("script.js");
const CSS: &str = include_str!("page.css");

/// A self-contained page of the first `limit` groups (0 for all, [`MAX_PATHS`] at most), plain ones first.
pub fn html(groups: &[Group], limit: usize, title: &str, places: Places<'_>) -> String {
    let rank = |group: &&Group| (group.path.expected, group.path.attenuated);
    let mut shown: Vec<&Group> = groups.iter().collect();
    shown.sort_by_key(rank);
    let limit = if limit == 0 { MAX_PATHS } else { limit.min(MAX_PATHS) };
    let left_out = shown.len().saturating_sub(limit);
    shown.truncate(limit);
    let plain = groups.iter().filter(|group| rank(group) == (false, false));
    let starts: usize = plain.clone().map(|group| group.starts.len()).sum();
    let mut out = head(title);
    let _ = writeln!(
        out,
        "<header><h1>{}</h1><p>{starts} paths in {} groups{}</p><label>Filter <input id=\"filter\" type=\"search\" \
         placeholder=\"pod, account, role, A24 …\" autocomplete=\"off\"></label><output id=\"count\" aria-live=\"polite\"></output></header>",
        xml(title),
        plain.count(),
        if left_out > 0 { format!("; {left_out} groups more are not drawn") } else { String::new() },
    );
    out.push_str("<div id=\"all\"><nav aria-label=\"paths\">");
    if !shown.is_empty() {
        out.push_str("<a href=\"#overview\">Overview</a>");
    }
    contents(&mut out, &shown);
    out.push_str("</nav>\n<main>");
    if shown.is_empty() {
        out.push_str("<p class=\"empty\">No path leads to the cluster, a node, all secrets, a namespace or a cloud role.</p>");
    }
    if !shown.is_empty() {
        out.push_str(&overview::article(&shown));
    }
    for (number, group) in shown.iter().enumerate() {
        out.push_str(&steps::article(group, number, &chain::svg(group, number), places));
    }
    let _ = write!(out, "</main></div>\n<script>\n{SCRIPT}</script>\n</body>\n</html>\n");
    out
}

fn head(title: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
         script-src 'unsafe-inline'\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>{}</title>\n\
         <style>\n{CSS}</style>\n</head>\n<body>\n",
        xml(title)
    )
}

/// The list of paths, by sink.
fn contents(out: &mut String, groups: &[&Group]) {
    let section = |group: &&Group| {
        let path = &group.path;
        let kind = if path.expected {
            "expected: "
        } else if path.attenuated {
            "held back: "
        } else {
            ""
        };
        format!("{kind}{}", path.sink)
    };
    let mut sections: Vec<(String, Vec<(usize, &Group)>)> = Vec::new();
    for (number, group) in groups.iter().enumerate() {
        let name = section(group);
        match sections.iter_mut().find(|(own, _)| *own == name) {
            Some((_, list)) => list.push((number, group)),
            None => sections.push((name, vec![(number, group)])),
        }
    }
    for (name, list) in sections {
        let starts: usize = list.iter().map(|(_, group)| group.starts.len()).sum();
        let _ = write!(
            out,
            "<details open><summary>{} <span class=\"soft\">reached from {starts}</span></summary><ul>",
            xml(&name)
        );
        for (number, group) in list {
            entry(out, number, group);
        }
        out.push_str("</ul></details>");
    }
}

fn entry(out: &mut String, number: usize, group: &Group) {
    let path = &group.path;
    let steps: Vec<&str> = path.steps.iter().map(|step| step.primitive).collect();
    let alike = alike(group).map_or(String::new(), |alike| format!(" {alike}"));
    let (kind, name) = path.from.split_once('/').unwrap_or(("", &path.from));
    let _ = write!(
        out,
        "<li><a href=\"#p{number}\"><span class=\"soft\">{}</span> {}<span class=\"soft\">{alike}<br>{} · {}</span></a></li>",
        xml(kind),
        xml(name),
        xml(&steps.join(" › ")),
        path.confidence.as_str(),
    );
}
