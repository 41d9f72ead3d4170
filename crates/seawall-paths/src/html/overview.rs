//! The first sheet: which sinks are reached, and what most paths rest on.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use seawall_network::map::xml;

use crate::path::Group;

/// Objects that are shown: beyond, one more says little.
const OBJECTS: usize = 15;

/// The sheet, with bars as long as the numbers beside them say.
pub(super) fn article(groups: &[&Group]) -> String {
    let mut sinks: Vec<(&str, BTreeSet<&str>)> = Vec::new();
    let mut objects: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut starts: BTreeSet<&str> = BTreeSet::new();
    for group in groups.iter().filter(|group| !group.path.expected && !group.path.attenuated) {
        let own = || group.starts.iter().map(String::as_str);
        starts.extend(own());
        match sinks.iter_mut().find(|(sink, _)| *sink == group.path.sink) {
            Some((_, reached)) => reached.extend(own()),
            None => sinks.push((&group.path.sink, own().collect())),
        }
        for evidence in group.path.steps.iter().flat_map(|step| &step.evidence) {
            objects.entry(&evidence.object).or_default().extend(own());
        }
    }
    let mut objects: Vec<(&str, usize)> =
        objects.into_iter().map(|(object, starts)| (object, starts.len())).collect();
    objects.sort_by_key(|(object, count)| (std::cmp::Reverse(*count), *object));
    let more = objects.len().saturating_sub(OBJECTS);
    objects.truncate(OBJECTS);
    let sinks: Vec<(&str, usize)> = sinks.into_iter().map(|(sink, starts)| (sink, starts.len())).collect();
    let mut out = format!(
        "<article id=\"overview\" tabindex=\"-1\"><h2>Overview</h2><p class=\"soft\">{} starts reach something that \
         matters; choose one of these to see its paths</p><div class=\"two\"><section><h3>What is reached, from how many starts</h3>",
        starts.len()
    );
    bars(&mut out, &sinks, starts.len());
    out.push_str("</section><section><h3>What most paths rest on, for how many starts</h3>");
    bars(&mut out, &objects, starts.len());
    if more > 0 {
        let _ = write!(out, "<p class=\"soft\">and {more} objects more</p>");
    }
    out.push_str("</section></div></article>\n");
    out
}

fn bars(out: &mut String, rows: &[(&str, usize)], all: usize) {
    out.push_str("<ul class=\"bars\">");
    for (label, count) in rows {
        let label = xml(label);
        let width = count * 100 / all.max(1);
        let _ = write!(
            out,
            "<li><button type=\"button\" data-filter=\"{label}\"><span class=\"label\">{label}</span> <b>{count}</b>\
             <svg class=\"bar\" viewBox=\"0 0 100 6\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
             <rect class=\"all\" width=\"100\" height=\"6\"/><rect width=\"{width}\" height=\"6\"/></svg></button></li>"
        );
    }
    out.push_str("</ul>");
}
