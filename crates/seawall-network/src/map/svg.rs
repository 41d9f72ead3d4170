//! The picture as SVG.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::layout::{BAR, HEAD_REMARKS, LANE, LINE, LISTED, Layout, PAD, Place, REMARKS, layout};
use super::text::{fit, xml};
use super::{Arrow, Card, End, Gate, Gateway, Map, Namespace, Style};

const CSS: &str = include_str!("style.css");
/// Characters that fit on a line of a card.
const WIDTH: usize = 34;
/// Characters that fit on a line of a card in the smaller script.
const SMALL: usize = 38;
/// Characters of the label of an arrow.
const LABEL: usize = 24;

/// The picture, self-contained; light or dark as the reader prefers.
pub fn svg(map: &Map, title: &str) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    draw(map, title, &mut out);
    out
}

/// Writes the `svg` element.
pub(super) fn draw(map: &Map, title: &str, out: &mut String) {
    let layout = layout(map);
    let (width, height) = (layout.width.ceil(), layout.height.ceil());
    // Writing to a string cannot fail.
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"map\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\" aria-label=\"{0}\">\n<title>{0}</title>\n<style>\n{CSS}</style>",
        xml(title)
    );
    heads(out);
    legend(map, title, out);
    internet(&layout, out);
    map.namespaces.iter().zip(&layout.namespaces).enumerate().for_each(|(at, (one, place))| {
        namespace(at, one, *place, out);
    });
    arrows(map, &layout, out);
    let gateways = map.gateways.iter().zip(&layout.gateways).enumerate();
    gateways.for_each(|(at, (gateway, place))| way(at, gateway, *place, out));
    let cards = map.cards.iter().zip(&layout.cards).enumerate();
    cards.for_each(|(at, (one, place))| card(at, one, *place, map, out));
    out.push_str("</svg>\n");
}

const STYLES: [(Style, &str); 4] = [
    (Style::Allowed, "allowed"),
    (Style::All, "all"),
    (Style::Perhaps, "perhaps"),
    (Style::Closed, "closed"),
];

fn word(style: Style) -> &'static str {
    STYLES.into_iter().find(|(known, _)| *known == style).map_or("allowed", |(_, word)| word)
}

fn heads(out: &mut String) {
    out.push_str("<defs>\n");
    for (_, word) in STYLES {
        let _ = writeln!(
            out,
            "<marker id=\"{word}\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" \
             markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"head {word}\" d=\"M0 0 8 4 0 8z\"/></marker>"
        );
    }
    out.push_str("</defs>\n");
}

fn text(out: &mut String, x: f64, y: f64, class: &str, words: &str) {
    let _ = writeln!(out, "<text x=\"{x:.0}\" y=\"{y:.0}\" class=\"{class}\">{}</text>", xml(words));
}

fn legend(map: &Map, title: &str, out: &mut String) {
    let workloads: usize = map.cards.iter().map(|card| card.members.len()).sum();
    text(out, PAD, 28.0, "h1", &fit(title, 110));
    let counts = format!(
        "{workloads} workloads in {} groups, {} namespaces, {} ways in, {} arrows",
        map.cards.len(),
        map.namespaces.len(),
        map.gateways.len(),
        map.arrows.len()
    );
    text(out, PAD, 46.0, "soft", &counts);
    let note = "A card is workloads that nobody can tell apart. Policies let in and out: everything (open), \
                what is listed (arrows, lines of text), nothing (shut).";
    text(out, PAD, 64.0, "soft", note);
    let mut x = PAD;
    for (style, words) in [
        (Style::Allowed, "may connect on these ports"),
        (Style::All, "may connect on every port"),
        (Style::Perhaps, "may: depends on what cannot be seen"),
        (Style::Closed, "way in that policies close"),
    ] {
        let class = word(style);
        let _ = writeln!(
            out,
            "<g class=\"arrow {class}\"><path d=\"M{x:.0} 82h34\" marker-end=\"url(#{class})\"/></g>"
        );
        text(out, x + 42.0, 86.0, "soft", words);
        x += 42.0 + words.len() as f64 * 6.2 + 22.0;
    }
    let note = "What is open to each other has no arrow. Arrows from a namespace hold for all of it.";
    text(out, PAD, 106.0, "soft", note);
}

fn internet(layout: &Layout, out: &mut String) {
    let Place { x, y, w, h } = layout.internet;
    let (cx, cy) = (x + w / 2.0 + 4.0, y + h.min(700.0) / 2.0);
    let _ = writeln!(
        out,
        "<g class=\"bar\"><rect x=\"{x:.0}\" y=\"{y:.0}\" width=\"{w:.0}\" height=\"{h:.0}\" rx=\"4\"/>\
         <text x=\"{cx:.0}\" y=\"{cy:.0}\" text-anchor=\"middle\" transform=\"rotate(-90 {cx:.0} {cy:.0})\">INTERNET</text></g>"
    );
}

fn namespace(at: usize, one: &Namespace, place: Place, out: &mut String) {
    let Place { x, y, w, h } = place;
    let tip: Vec<String> = one.remarks.iter().map(|remark| xml(remark)).collect();
    let _ = writeln!(
        out,
        "<g class=\"ns\" data-id=\"n{at}\"><title>namespace {}\n{}</title><rect x=\"{x:.0}\" y=\"{y:.0}\" width=\"{w:.0}\" \
         height=\"{h:.0}\" rx=\"6\"/>",
        xml(&one.name),
        tip.join("\n")
    );
    // Width of a character of the smaller script, in the widest of the fonts.
    const CHARACTER: f64 = 6.6;
    let room = ((w - PAD * 2.0) / CHARACTER) as usize;
    text(out, x + PAD, y + 18.0, "name", &fit(&one.name, WIDTH));
    for (row, remark) in one.remarks.iter().take(HEAD_REMARKS).enumerate() {
        text(out, x + PAD, y + 18.0 + LINE * (row + 1) as f64, "remark", &fit(remark, room));
    }
    if one.remarks.len() > HEAD_REMARKS {
        let more = format!("… and {} more lines", one.remarks.len() - HEAD_REMARKS);
        text(out, x + PAD, y + 18.0 + LINE * (HEAD_REMARKS + 1) as f64, "remark", &more);
    }
    out.push_str("</g>\n");
}

fn gate(direction: &str, gate: Gate, space: u32) -> String {
    format!("<tspan class=\"gate {0}\" dx=\"{space}\">{direction}: {0}</tspan>", gate.as_str())
}

fn card(at: usize, card: &Card, place: Place, map: &Map, out: &mut String) {
    let Place { x, y, w, h } = place;
    let namespace = map.namespaces.get(card.namespace).map_or("", |one| one.name.as_str());
    let tip = format!(
        "{namespace}: {}\nin: {}, out: {}\n{}",
        card.members.join(", "),
        card.ingress.as_str(),
        card.egress.as_str(),
        card.remarks.join("\n")
    );
    // Line breaks are ours, what stands between them is not.
    let tip: Vec<String> = tip.lines().map(xml).collect();
    let _ = writeln!(
        out,
        "<g class=\"card\" data-id=\"c{at}\" data-in=\"n{}\" tabindex=\"0\"><title>{}</title><rect x=\"{x:.0}\" y=\"{y:.0}\" \
         width=\"{w:.0}\" height=\"{h:.0}\" rx=\"4\"/><rect class=\"stripe {}\" x=\"{x:.0}\" y=\"{y:.0}\" width=\"4\" \
         height=\"{h:.0}\"/>",
        card.namespace,
        tip.join("\n"),
        card.ingress.as_str()
    );
    let mut line = y + LINE;
    let mut put = |class: &str, words: &str| {
        text(out, x + PAD, line, class, &fit(words, if class == "remark" { SMALL } else { WIDTH }));
        line += LINE;
    };
    for member in card.members.iter().take(LISTED) {
        put("member", member);
    }
    if card.members.len() > LISTED {
        put("soft", &format!("… and {} more", card.members.len() - LISTED));
    }
    for remark in card.remarks.iter().take(REMARKS) {
        put("remark", remark);
    }
    if card.remarks.len() > REMARKS {
        put("remark", &format!("… and {} more lines", card.remarks.len() - REMARKS));
    }
    let _ = writeln!(
        out,
        "<text x=\"{:.0}\" y=\"{:.0}\">{} {}</text>\n</g>",
        x + PAD,
        line + 2.0,
        gate("in", card.ingress, 0),
        gate("out", card.egress, 12)
    );
}

fn way(at: usize, gateway: &Gateway, place: Place, out: &mut String) {
    let Place { x, y, w, h } = place;
    let from_internet = gateway.reach == "internet";
    let start = PAD + BAR;
    let middle = y + h / 2.0;
    let _ = write!(
        out,
        "<g class=\"way\" data-id=\"g{at}\" tabindex=\"0\"><title>{}</title>",
        xml(&gateway.detail.join(" "))
    );
    if from_internet || gateway.reach == "nodes" {
        let (class, mark) = if from_internet { ("allowed", "") } else { ("perhaps", "if nodes") };
        let _ = write!(
            out,
            "<g class=\"arrow {class}\"><path d=\"M{start:.0} {middle:.0}H{x:.0}\" marker-end=\"url(#{class})\"/>\
             <text x=\"{:.0}\" y=\"{:.0}\">{mark}</text></g>",
            start + 4.0,
            middle - 5.0
        );
    }
    let _ = writeln!(out, "<rect x=\"{x:.0}\" y=\"{y:.0}\" width=\"{w:.0}\" height=\"{h:.0}\" rx=\"4\"/>");
    let from = if gateway.reach == "internal" { " (internal)" } else { "" };
    text(out, x + PAD, y + LINE, "kind", &fit(&format!("{}{from}", gateway.kind), WIDTH));
    text(out, x + PAD, y + LINE * 2.0, "", &fit(&gateway.name, WIDTH));
    for (row, detail) in gateway.detail.iter().take(LISTED).enumerate() {
        text(out, x + PAD, y + LINE * (3 + row) as f64, "soft", &fit(detail, WIDTH));
    }
    out.push_str("</g>\n");
}

/// Which side of what an arrow touches.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Left(End),
    Right(End),
}

/// Whether an arrow goes to a later column; else it loops round on the right.
fn goes_right(layout: &Layout, arrow: &Arrow) -> bool {
    layout.of(arrow.to).x > layout.of(arrow.from).right()
}

/// Where each end of each arrow touches: those of one side share its height, in the order of what lies opposite.
fn touches(map: &Map, layout: &Layout) -> Vec<(f64, f64)> {
    let mut sides: BTreeMap<Side, Vec<(i64, usize, bool)>> = BTreeMap::new();
    for (at, arrow) in map.arrows.iter().enumerate() {
        let (from, to) = (layout.of(arrow.from), layout.of(arrow.to));
        let target = if goes_right(layout, arrow) { Side::Left(arrow.to) } else { Side::Right(arrow.to) };
        sides.entry(Side::Right(arrow.from)).or_default().push((to.middle() as i64, at, true));
        sides.entry(target).or_default().push((from.middle() as i64, at, false));
    }
    let mut touches = vec![(0.0, 0.0); map.arrows.len()];
    for (side, mut ends) in sides {
        ends.sort_unstable();
        let (Side::Left(end) | Side::Right(end)) = side;
        let place = layout.of(end);
        // The title of a namespace stands for all of it.
        let height = if matches!(end, End::Namespace(_)) { place.h.min(60.0) } else { place.h };
        for (rank, (_, at, is_source)) in ends.iter().enumerate() {
            let y = place.y + height * (rank + 1) as f64 / (ends.len() + 1) as f64;
            if let Some((from, to)) = touches.get_mut(*at) {
                if *is_source { *from = y } else { *to = y }
            }
        }
    }
    touches
}

fn id(end: End) -> String {
    match end {
        End::Gateway(at) => format!("g{at}"),
        End::Card(at) => format!("c{at}"),
        End::Namespace(at) => format!("n{at}"),
    }
}

fn arrows(map: &Map, layout: &Layout, out: &mut String) {
    let touches = touches(map, layout);
    let mut loops: BTreeMap<i64, usize> = BTreeMap::new();
    for (arrow, (y1, y2)) in map.arrows.iter().zip(touches) {
        let (from, to) = (layout.of(arrow.from), layout.of(arrow.to));
        let class = word(arrow.style);
        let x1 = from.right();
        let (path, x, y, anchor) = if goes_right(layout, arrow) {
            let (x2, bend) = (to.x, ((to.x - x1) / 2.0).clamp(40.0, 160.0));
            let (c1, c2) = (x1 + bend, x2 - bend);
            let path = format!("M{x1:.0} {y1:.0}C{c1:.0} {y1:.0} {c2:.0} {y2:.0} {x2:.0} {y2:.0}");
            (path, x2 - 10.0, y2 - 3.0, "end")
        } else {
            let x2 = to.right();
            // Loops of one column swing out differently far.
            let turn = loops.entry(x1.max(x2) as i64).or_default();
            let swing = x1.max(x2) + LANE * 0.5 + 9.0 * (*turn % 6) as f64;
            *turn += 1;
            let path = format!("M{x1:.0} {y1:.0}C{swing:.0} {y1:.0} {swing:.0} {y2:.0} {x2:.0} {y2:.0}");
            (path, x2 + 11.0, y2 - 3.0, "start")
        };
        let label = match arrow.style {
            Style::Perhaps => format!("may: {}", arrow.label),
            Style::Closed => format!("✕ {}", arrow.label),
            _ => arrow.label.clone(),
        };
        let _ = writeln!(
            out,
            "<g class=\"arrow {class}\" data-from=\"{}\" data-to=\"{}\"><title>{}</title><path d=\"{path}\" \
             marker-end=\"url(#{class})\"/><text x=\"{x:.0}\" y=\"{y:.0}\" text-anchor=\"{anchor}\">{}</text></g>",
            id(arrow.from),
            id(arrow.to),
            xml(&label),
            xml(&fit(&label, LABEL))
        );
    }
}
