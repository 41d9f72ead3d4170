//! Policies as YAML that `kubectl apply` takes, with the evidence as comments.
//!
//! No text from outside reaches a line of its own or leaves its quotes: everything but plain words is written as JSON in
//! ASCII.

use std::fmt::Write as _;

use seawall_inventory::Inventory;

use super::metadata;
use super::need::{End, Need, Why};
use super::policies::{GeneratedPolicy, Peer, PolicyRule};
use super::selectors::PodSelector;
use super::units::{Unit, UnitId, Units};
use crate::addresses::AddressSet;
use crate::model::NAME_LABEL;
use crate::ports::{PortSet, Protocol};

/// Pieces of evidence that are shown for a rule; the rest is counted.
const SHOWN: usize = 6;

/// What the comments are made of.
pub(super) struct Words<'w> {
    pub(super) inventory: &'w Inventory,
    pub(super) units: &'w Units,
    pub(super) needs: &'w [Need],
}

impl Words<'_> {
    /// All policies as one text of YAML documents.
    pub(super) fn yaml(&self, policies: &[GeneratedPolicy]) -> String {
        let mut out = String::new();
        policies.iter().for_each(|policy| self.policy(&mut out, policy));
        out
    }

    // Writing to a string cannot fail, here and below.
    fn policy(&self, out: &mut String, policy: &GeneratedPolicy) {
        out.push_str("---\n");
        match policy.unit.and_then(|id| self.units.get(id)) {
            Some(unit) => {
                let _ = writeln!(out, "# {}", comment(&unit.to_string()));
                if unit.selector.shared_with > 0 {
                    let count = unit.selector.shared_with;
                    let _ =
                        writeln!(out, "# its labels do not tell it apart from {count} other workloads here");
                }
            }
            None => out.push_str("# what no other policy of the namespace allows is denied\n"),
        }
        out.push_str("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n");
        let (name, namespace) = (scalar(&policy.name), scalar(&policy.namespace));
        let _ = writeln!(out, "  name: {name}\n  namespace: {namespace}");
        out.push_str("  labels:\n    app.kubernetes.io/managed-by: seawall\nspec:\n");
        selector(out, "  ", "podSelector", &policy.pods);
        out.push_str("  policyTypes:\n    - Ingress\n    - Egress\n");
        for (key, peers, rules) in [("ingress", "from", &policy.ingress), ("egress", "to", &policy.egress)] {
            if rules.is_empty() {
                continue;
            }
            let _ = writeln!(out, "  {key}:");
            rules.iter().for_each(|rule| self.rule(out, peers, rule));
        }
    }

    fn rule(&self, out: &mut String, key: &str, rule: &PolicyRule) {
        self.evidence(out, rule);
        let mut lead = "    - ";
        if !rule.peers.is_empty() {
            let _ = writeln!(out, "{lead}{key}:");
            lead = "      ";
            rule.peers.iter().for_each(|peer| write_peer(out, peer));
        }
        if rule.ports == PortSet::all() || rule.ports.is_all() {
            if rule.peers.is_empty() {
                out.push_str("    - {}\n");
            }
            return;
        }
        let _ = writeln!(out, "{lead}ports:");
        for protocol in Protocol::WITH_PORTS {
            if PortSet::of_protocol(protocol).is_subset(&rule.ports) {
                let _ = writeln!(out, "        - protocol: {protocol}");
                continue;
            }
            for (from, to) in rule.ports.ranges(protocol) {
                let _ = writeln!(out, "        - protocol: {protocol}\n          port: {from}");
                if from != to {
                    let _ = writeln!(out, "          endPort: {to}");
                }
            }
        }
    }

    fn evidence(&self, out: &mut String, rule: &PolicyRule) {
        let mut lines: Vec<String> = Vec::new();
        let mut more = 0;
        for need in rule.needs.iter().filter_map(|number| self.needs.get(*number)) {
            more += need.more;
            for why in &need.why {
                let line = format!(
                    "{} -> {} {}: {}",
                    self.end(&need.src),
                    self.end(&need.dst),
                    need.ports,
                    self.why(why)
                );
                if lines.len() < SHOWN {
                    lines.push(line);
                } else {
                    more += 1;
                }
            }
        }
        for line in lines {
            let _ = writeln!(out, "    # {}", comment(&line));
        }
        if more > 0 {
            let _ = writeln!(out, "    # and {more} more pieces of evidence");
        }
    }

    fn end(&self, end: &End) -> String {
        end_words(end, |id| self.units.get(id))
    }

    fn why(&self, why: &Why) -> String {
        let mut text = why.note.clone();
        if let Some(seen) = &why.seen {
            let _ = write!(text, " {} times", seen.count);
            if let (Some(first), Some(last)) = (&seen.first, &seen.last) {
                let _ = write!(text, ", {first} to {last}");
            }
        }
        if let Some(place) = &why.place
            && let Some(resource) = self.inventory.get(place.resource)
        {
            let line = resource.position(&place.route).map_or(String::new(), |at| format!(":{}", at.line));
            let _ = write!(text, " ({}{line})", resource.origin().file);
        }
        text
    }
}

/// An end in few words.
pub(super) fn end_words<'u>(end: &End, unit: impl Fn(UnitId) -> Option<&'u Unit>) -> String {
    match end {
        End::Unit(id) => unit(*id).map_or_else(String::new, ToString::to_string),
        End::Described { namespace, labels } => {
            let labels: Vec<String> = labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
            format!("{namespace}/[{}]", labels.join(","))
        }
        // That the metadata service is left out goes without saying.
        End::Addresses(addresses) if addresses.union(&metadata()) == AddressSet::all() => {
            "any address".to_owned()
        }
        End::Addresses(addresses) => crate::exposure::describe(addresses),
        End::Anyone => "everybody".to_owned(),
    }
}

fn write_peer(out: &mut String, peer: &Peer) {
    match peer {
        Peer::Pods { namespace: None, pods } => selector(out, "        - ", "podSelector", pods),
        Peer::Pods { namespace: Some(namespace), pods } => {
            let name = scalar(namespace);
            let _ = writeln!(
                out,
                "        - namespaceSelector:\n            matchLabels:\n              {NAME_LABEL}: {name}"
            );
            selector(out, "          ", "podSelector", pods);
        }
        Peer::Block(block) => {
            let _ = writeln!(out, "        - ipBlock:\n            cidr: {}", scalar(&block.cidr));
            if !block.except.is_empty() {
                out.push_str("            except:\n");
            }
            for except in &block.except {
                let _ = writeln!(out, "              - {}", scalar(except));
            }
        }
    }
}

fn selector(out: &mut String, lead: &str, key: &str, pods: &PodSelector) {
    if pods.labels.is_empty() && pods.without.is_empty() {
        let _ = writeln!(out, "{lead}{key}: {{}}");
        return;
    }
    let _ = writeln!(out, "{lead}{key}:");
    let indent = " ".repeat(lead.len() + 2);
    if !pods.labels.is_empty() {
        let _ = writeln!(out, "{indent}matchLabels:");
        for (key, value) in &pods.labels {
            let _ = writeln!(out, "{indent}  {}: {}", scalar(key), scalar(value));
        }
    }
    if !pods.without.is_empty() {
        let _ = writeln!(out, "{indent}matchExpressions:");
        for key in &pods.without {
            let _ = writeln!(out, "{indent}  - key: {}\n{indent}    operator: DoesNotExist", scalar(key));
        }
    }
}

/// A text that stays on its line and shows what it holds.
pub(super) fn comment(text: &str) -> String {
    let shown = |c: char| {
        if c.is_ascii_graphic() || c == ' ' { c.to_string() } else { c.escape_default().to_string() }
    };
    text.chars().map(shown).collect()
}

/// Words of lower case that YAML 1.1 reads as something else.
const NOT_TEXT: [&str; 9] = ["false", "n", "no", "null", "off", "on", "true", "y", "yes"];

/// A scalar that means exactly this text to YAML 1.1.
fn scalar(text: &str) -> String {
    let plain = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'/' | b'.')
    };
    let starts = text.as_bytes().first().is_some_and(u8::is_ascii_lowercase);
    if starts && text.bytes().all(plain) && !NOT_TEXT.contains(&text) {
        return text.to_owned();
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_ascii_graphic() || c == ' ' => out.push(c),
            c => {
                let mut units = [0_u16; 2];
                for unit in c.encode_utf16(&mut units) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_mean_their_text() {
        use seawall_yaml::{Limits, Text, read};
        for text in [
            "web",
            "frontend",
            "true",
            "no",
            "1",
            "1e5",
            "0x10",
            "",
            "a: b",
            "a\nb",
            "\"",
            "\\",
            "-",
            "~",
            "null",
            "é",
            "a-1",
            "kubernetes.io/metadata.name",
            "10.0.0.0/8",
            "2001:db8::/32",
            "yes-1",
            "on",
            "false",
            "off",
        ] {
            let yaml = format!("{{a: {}}}\n", scalar(text));
            let (documents, problems) = read(&Text::new(yaml.as_str()), &Limits::default());
            assert!(problems.is_empty(), "{yaml}");
            assert_eq!(documents[0].tree.root().str("a"), Some(text), "{yaml}");
        }
        assert_eq!(scalar("frontend"), "frontend");
    }

    #[test]
    fn comments_stay_on_their_line() {
        assert_eq!(comment("a\nb: \u{1b}[2J"), "a\\nb: \\u{1b}[2J");
    }
}
