//! A path as a drawing: what is held from top to bottom, and between them cards for the steps.
//!
//! A path is nearly always a chain. Where a step needs several things, the ways to them stand beside each other.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use seawall_network::map::{fit, xml};

use crate::path::{Group, Path, PathStep};

/// Measures, in units of the drawing.
const WIDTH: usize = 300;
const GAP: usize = 28;
const NODE: usize = 46;
const CARD: usize = 62;
const LEVEL: usize = NODE + CARD + 64;
const MARGIN: usize = 12;
/// Characters that fit into a box.
const NAME: usize = 36;
const DOES: usize = 48;

/// Where a vertex stands.
struct Place {
    level: usize,
    column: usize,
}

struct Layout<'g> {
    places: BTreeMap<&'g str, Place>,
    levels: usize,
    columns: usize,
}

/// Where a step begins: a container that nothing leads to stands for its pod, which is the start.
fn begin<'g>(path: &'g Path, step: &'g PathStep) -> &'g str {
    if path.steps.iter().any(|other| other.to == step.from) { &step.from } else { &path.from }
}

/// Vertices below everything that leads to them; those of one level side by side, in the order told.
fn layout(group: &Group) -> Layout<'_> {
    let path = &group.path;
    let mut order: Vec<&str> = vec![&path.from];
    for step in &path.steps {
        for word in [begin(path, step), step.to.as_str()] {
            if !order.contains(&word) {
                order.push(word);
            }
        }
    }
    let mut level: BTreeMap<&str, usize> = order.iter().map(|word| (*word, 0)).collect();
    // As often as there are steps: a path has no circle, and if one had, this would end all the same.
    for _ in 0..path.steps.len() {
        for step in &path.steps {
            let from = begin(path, step);
            let above = level.get(from).copied().unwrap_or(0);
            if let Some(to) = level.get_mut(step.to.as_str())
                && from != step.to
            {
                *to = (*to).max(above + 1).min(path.steps.len());
            }
        }
    }
    let mut used: BTreeMap<usize, usize> = BTreeMap::new();
    let mut places = BTreeMap::new();
    for word in order {
        let level = level.get(word).copied().unwrap_or(0);
        let column = used.entry(level).or_default();
        places.insert(word, Place { level, column: *column });
        *column += 1;
    }
    Layout {
        levels: used.keys().max().map_or(1, |last| last + 1),
        columns: used.values().copied().max().unwrap_or(1),
        places,
    }
}

/// The drawing of path number `number`; its cards lead to the steps on the page.
pub(super) fn svg(group: &Group, number: usize) -> String {
    let layout = layout(group);
    let width = MARGIN * 2 + layout.columns * WIDTH + (layout.columns - 1) * GAP;
    let height = MARGIN * 2 + layout.levels.saturating_sub(1) * LEVEL + NODE;
    let mut out = String::new();
    let title = xml(&format!("{} to {}", group.path.from, group.path.sink));
    let _ = write!(
        out,
        "<svg class=\"chain\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"group\" \
         aria-label=\"{title}\">"
    );
    let corner = |word: &str| {
        let place = layout.places.get(word);
        let (level, column) = place.map_or((0, 0), |place| (place.level, place.column));
        (MARGIN + column * (WIDTH + GAP), MARGIN + level * LEVEL)
    };
    for (at, step) in group.path.steps.iter().enumerate() {
        arrow(&mut out, step, (corner(begin(&group.path, step)), corner(&step.to)), (number, at));
    }
    for word in layout.places.keys() {
        let sink = *word == group.path.to || *word == group.path.sink;
        let start = *word == group.path.from;
        node(&mut out, word, corner(word), (start, sink));
    }
    out.push_str("</svg>");
    out
}

fn arrow(
    out: &mut String,
    step: &PathStep,
    ((x1, y1), (x2, y2)): ((usize, usize), (usize, usize)),
    (number, at): (usize, usize),
) {
    let held = if step.attenuated { " held" } else { "" };
    let (from, to) = (x1 + WIDTH / 2, x2 + WIDTH / 2);
    let (top, end) = (y1 + NODE, y2.max(1) - 1);
    // The card stands above its end, so that ways that meet have cards of their own.
    let card = y2.saturating_sub(CARD + 32);
    let (left, middle) = (x1, x1 + WIDTH / 2);
    let _ = write!(
        out,
        "<g class=\"edge{held}\"><path d=\"M{from} {top}V{card}M{middle} {below}C{middle} {bend} {to} {bend} {to} {tip}\"/>\
         <path class=\"head\" d=\"M{l} {h}L{to} {end}L{r} {h}Z\"/></g>",
        below = card + CARD,
        bend = card + CARD + 14,
        tip = end.saturating_sub(8),
        l = to.saturating_sub(5),
        r = to + 5,
        h = end.saturating_sub(9),
    );
    let (first, second) = wrapped(step.does);
    let sure = if step.attenuated {
        "held back".to_owned()
    } else {
        format!("{} confidence", step.confidence.as_str())
    };
    let _ = write!(
        out,
        "<a class=\"card{held}\" href=\"#p{number}s{at}\"><title>{}</title>\
         <rect x=\"{left}\" y=\"{card}\" width=\"{WIDTH}\" height=\"{CARD}\" rx=\"6\"/>\
         <text class=\"id\" x=\"{tx}\" y=\"{t1}\">{}</text><text class=\"sure\" x=\"{rx}\" y=\"{t1}\" text-anchor=\"end\">{sure}</text>\
         <text x=\"{tx}\" y=\"{t2}\">{}</text>",
        xml(&format!("{}: {}; open what it rests on", step.primitive, step.does)),
        xml(step.primitive),
        xml(&first),
        tx = left + 12,
        rx = left + WIDTH - 12,
        t1 = card + 19,
        t2 = card + 37,
    );
    if !second.is_empty() {
        let _ = write!(out, "<text x=\"{}\" y=\"{}\">{}</text>", left + 12, card + 53, xml(&second));
    }
    out.push_str("</a>");
}

/// A sentence on two lines.
fn wrapped(text: &str) -> (String, String) {
    if text.chars().count() <= DOES {
        return (text.to_owned(), String::new());
    }
    let mut first = String::new();
    let mut words = text.split(' ').peekable();
    while let Some(word) = words.peek() {
        if !first.is_empty() && first.chars().count() + 1 + word.chars().count() > DOES {
            break;
        }
        if !first.is_empty() {
            first.push(' ');
        }
        first.push_str(word);
        words.next();
    }
    let rest: Vec<&str> = words.collect();
    (first, fit(&rest.join(" "), DOES))
}

/// What is held: the kind and where it is in small letters, the name below.
fn node(out: &mut String, word: &str, (x, y): (usize, usize), (start, sink): (bool, bool)) {
    let class = if sink {
        "node sink"
    } else if start {
        "node start"
    } else {
        "node"
    };
    let (place, name) = match word.rsplit_once('/') {
        Some((place, name)) => (place, name),
        None if sink => ("reached", word),
        None => ("", word),
    };
    let place = if start { format!("start · {place}") } else { place.to_owned() };
    let place = place.strip_suffix(" · ").unwrap_or(&place);
    let radius = if sink { 23 } else { 6 };
    let _ = write!(
        out,
        "<g class=\"{class}\"><title>{}</title><rect x=\"{x}\" y=\"{y}\" width=\"{WIDTH}\" height=\"{NODE}\" rx=\"{radius}\"/>\
         <text class=\"kind\" x=\"{cx}\" y=\"{k}\" text-anchor=\"middle\">{}</text>\
         <text class=\"name\" x=\"{cx}\" y=\"{n}\" text-anchor=\"middle\">{}</text></g>",
        xml(word),
        xml(&fit(place, NAME + 6)),
        xml(&fit(name, NAME)),
        cx = x + WIDTH / 2,
        k = y + 17,
        n = y + 35,
    );
}
