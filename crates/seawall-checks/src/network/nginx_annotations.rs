//! `network-nginx-annotations`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{Inventory, Place, Resource};
use seawall_yaml::Node;

use crate::network::backends::is_ingress;
use crate::network::nginx::{PREFIXES, Release, annotation_name, controllers};
use crate::{Check, Judge, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "network-nginx-annotations",
    title: "an Ingress carries an annotation that ingress-nginx copies into its configuration",
    why: "ingress-nginx before v1.11.5 and v1.12.1 writes these values into nginx.conf without escaping them; a value made \
          for it runs code in the controller, which may read every Secret by default (CVE-2025-1974 and its family)",
    help: "update ingress-nginx, and look who wrote a value that holds line breaks, semicolons or braces",
    pillar: Pillar::Network,
    severity: Severity::Critical,
    confidence: Confidence::High,
    frameworks: &["MITRE:Credential access"],
    settings: &[PREFIXES],
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

/// How a value is checked for what does not belong there.
#[derive(Clone, Copy)]
enum Shape {
    /// A URL, a path or a name.
    Plain,
    /// A regular expression, in which braces and backslashes are at home.
    Regex,
}

/// An annotation that was injected through, and how.
struct Hole {
    name: &'static str,
    cve: &'static str,
    shape: Shape,
    /// The first safe releases, oldest line first, where the annotation itself is reported; `None` where only a value
    /// that looks like an attack is.
    fixed: Option<[Release; 2]>,
}

/// The releases that escape what CVE-2025-1974 reaches through.
const NIGHTMARE: Option<[Release; 2]> = Some([(1, 11, 5), (1, 12, 1)]);

const fn hole(name: &'static str, cve: &'static str, shape: Shape, fixed: Option<[Release; 2]>) -> Hole {
    Hole { name, cve, shape, fixed }
}

/// From the advisories in `kubernetes/kubernetes` (131006 to 131008, 136677, 136789, 137560) and
/// `kubernetes/ingress-nginx` (10572).
const HOLES: &[Hole] = &[
    hole("auth-url", "CVE-2025-24514", Shape::Plain, NIGHTMARE),
    hole("auth-tls-match-cn", "CVE-2025-1097", Shape::Regex, NIGHTMARE),
    hole("mirror-target", "CVE-2025-1098", Shape::Plain, NIGHTMARE),
    hole("mirror-host", "CVE-2025-1098", Shape::Plain, NIGHTMARE),
    hole("auth-method", "CVE-2026-1580", Shape::Plain, None),
    hole("auth-proxy-set-headers", "CVE-2025-15566", Shape::Plain, None),
    hole("auth-signin", "CVE-2021-25746", Shape::Plain, None),
    hole("permanent-redirect", "CVE-2023-5044", Shape::Plain, None),
    hole("rewrite-target", "CVE-2026-3288", Shape::Plain, None),
];

/// What is known of the controllers that will read an annotation.
#[derive(Clone, Copy)]
enum Controllers {
    Unknown,
    /// One is older than the fix.
    Vulnerable,
    /// All are known and none is older.
    Fixed,
}

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    let inventory = out.inventory();
    let prefixes = out.settings().strings(PREFIXES.name);
    let releases = controllers(inventory);
    for ingress in inventory.of_kind_any_group("Ingress").filter(|resource| is_ingress(resource)) {
        let verdicts = out.judge(ingress);
        let annotations = ingress.metadata().and_then(|metadata| metadata.get("annotations"));
        for (key, value) in annotations.into_iter().flat_map(Node::entries) {
            let name = annotation_name(key, &prefixes);
            let Some(hole) = name.and_then(|name| HOLES.iter().find(|hole| hole.name == name)) else {
                continue;
            };
            let Some(text) = value.as_str().filter(|text| !text.trim().is_empty()) else { continue };
            let place = place(ingress, value);
            let Hole { name, cve, .. } = hole;
            if looks_injected(text, hole.shape) {
                verdicts.fail(place, format!("the value of `{name}` breaks out of the nginx directive that it is written into ({cve})"));
                continue;
            }
            let Some(fixed) = hole.fixed else { continue };
            match known(&releases, fixed) {
                Controllers::Fixed => {}
                Controllers::Vulnerable => {
                    verdicts
                        .fail(place, format!("`{name}` is copied into nginx.conf unescaped by the controller that is installed ({cve})"))
                        .severity(Severity::High);
                }
                Controllers::Unknown => {
                    verdicts
                        .fail(place, format!("`{name}` is copied into nginx.conf unescaped by controllers before v1.11.5 and v1.12.1 ({cve})"))
                        .severity(Severity::Medium)
                        .confidence(Confidence::Medium);
                }
            }
        }
        for path in paths(ingress) {
            if path.as_str().is_some_and(|text| looks_injected(text, Shape::Regex)) {
                let message =
                    "the path breaks out of the nginx directive that it is written into (CVE-2026-24512)";
                verdicts.fail(place(ingress, path), message);
            }
        }
    }
}

fn place(ingress: &Resource, node: Node<'_>) -> Place {
    Place { resource: ingress.id(), route: ingress.route_of(node) }
}

fn paths(ingress: &Resource) -> impl Iterator<Item = Node<'_>> {
    let rules = ingress.root().get("spec").into_iter().flat_map(|spec| spec.list("rules"));
    let http = rules.filter_map(|rule| rule.get("http"));
    http.flat_map(|http| http.list("paths")).filter_map(|path| path.get("path"))
}

/// Whether a value holds what ends a directive: nothing legitimate needs a line break or a semicolon here.
fn looks_injected(text: &str, shape: Shape) -> bool {
    let text = text.trim_end_matches(['\n', '\r']);
    text.contains(['\n', '\r', ';'])
        || match shape {
            Shape::Plain => text.contains(['{', '}', '"', '\'', '\\', '`', '#']),
            Shape::Regex => text.contains(['"', '#']),
        }
}

fn known(releases: &[Option<Release>], fixed: [Release; 2]) -> Controllers {
    let [old_line, new_line] = fixed;
    let safe = |release: Release| {
        if (release.0, release.1) == (old_line.0, old_line.1) {
            release >= old_line
        } else {
            release >= new_line
        }
    };
    if releases.iter().flatten().any(|release| !safe(*release)) {
        Controllers::Vulnerable
    } else if releases.is_empty() || releases.contains(&None) {
        Controllers::Unknown
    } else {
        Controllers::Fixed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_break_out() {
        for (text, shape, wanted) in [
            ("https://login.example/check?app=$service_name", Shape::Plain, false),
            ("https://login.example/check\n", Shape::Plain, false),
            ("http://x/#;load_module test;\n", Shape::Plain, true),
            ("http://x/\nmore", Shape::Plain, true),
            (r"CN=(a|b)\.partners\.example", Shape::Regex, false),
            ("CN=abc #(\n){}\n }}\nglobal_injection;", Shape::Regex, true),
            ("/v[0-9]{2}/(.*)", Shape::Regex, false),
            ("/$2", Shape::Plain, false),
        ] {
            assert_eq!(looks_injected(text, shape), wanted, "{text}");
        }
    }
}
