//! What a rule asks above ports. It is not judged: a rule that allows is said to be narrowed by it, in a few words.

use seawall_yaml::Node;

use super::ports::listed;
use super::{Action, Direction, Front, Refused};

impl<'r> Front<'_, 'r, '_> {
    /// What an item of `toPorts` asks; `None` when every connection on its ports is let through.
    pub(super) fn layer7(
        &mut self,
        item: Node<'r>,
        ports: &[Node<'r>],
        direction: Direction,
        action: Action,
    ) -> Result<Option<Box<str>>, Refused> {
        let keys = ["rules", "serverNames", "listener", "terminatingTLS", "originatingTLS"];
        let first = keys.iter().find_map(|key| Some((*key, item.get(key)?)));
        if let (Action::Deny, Some((key, node))) = (action, first) {
            return Err(self.reading.refuse(Some(node), &format!("a rule that denies has no `{key}`")));
        }
        let mut asked: Vec<String> = Vec::new();
        let rules = item.get("rules").filter(|rules| !rules.is_empty());
        if let Some(rules) = rules {
            asked.extend(self.rules_above(rules, ports, direction)?);
        }
        let names: Vec<String> =
            item.list("serverNames").filter_map(Node::as_str).map(str::to_owned).collect();
        if !names.is_empty() {
            if rules.is_some() && item.get("terminatingTLS").is_none() {
                let cause = "`serverNames` and `rules` cannot stand together without `terminatingTLS`";
                return Err(self.reading.refuse(item.get("serverNames"), cause));
            }
            asked.push(listed("TLS to", &names));
        }
        if let Some(listener) = item.get("listener") {
            if direction == Direction::Ingress || rules.is_some() {
                let cause = "`listener` stands in rules of egress only, and without `rules`";
                return Err(self.reading.refuse(Some(listener), cause));
            }
            asked.push(format!("through the Envoy listener {}", listener.str("name").unwrap_or_default()));
        }
        Ok((!asked.is_empty()).then(|| asked.join(", ").into()))
    }

    fn rules_above(
        &mut self,
        rules: Node<'r>,
        ports: &[Node<'r>],
        direction: Direction,
    ) -> Result<Option<String>, Refused> {
        let kinds = ["http", "kafka", "dns", "l7proto"];
        let found: Vec<_> = kinds.iter().filter_map(|key| Some((*key, rules.get(key)?))).collect();
        let (kind, node) = match found.as_slice() {
            [] => {
                let cause =
                    "none of these is a protocol that rules above ports know: nothing is asked above ports";
                self.reading.warn(rules, cause);
                return Ok(None);
            }
            [one] => *one,
            _ => {
                let cause = "rules for one protocol only may stand in an item of `toPorts`";
                return Err(self.reading.refuse(Some(rules), cause));
            }
        };
        for port in ports {
            let number = port.str("port").unwrap_or_default();
            let protocol = port.str("protocol").unwrap_or_default();
            let cause = match kind {
                _ if number == "0" => "rules above ports need a port that is not 0",
                "dns" if port.int("endPort").is_some_and(|end| Some(end) > number.parse().ok()) => {
                    "rules for DNS need single ports"
                }
                "dns" => continue,
                _ if protocol != "TCP" => "rules above ports, but for DNS, need the protocol `TCP`",
                _ => continue,
            };
            return Err(self.reading.refuse(Some(*port), cause));
        }
        if kind == "dns" && (direction == Direction::Ingress || ports.is_empty()) {
            let cause = "rules for DNS stand in rules of egress only, with a port";
            return Err(self.reading.refuse(Some(node), cause));
        }
        Ok(match kind {
            "http" => http(node),
            "dns" => self.dns(node)?,
            "kafka" => (!node.is_empty()).then(|| format!("Kafka ({})", count(node.len()))),
            _ => Some(format!("protocol {}", node.as_str().unwrap_or_default())),
        })
    }

    fn dns(&mut self, node: Node<'r>) -> Result<Option<String>, Refused> {
        let names = node.items().map(|item| self.domain_name(item).map(String::from));
        let names: Vec<String> = names.collect::<Result<_, _>>()?;
        let open = names.is_empty() || names.iter().any(|name| name == "*");
        Ok((!open).then(|| listed("DNS for", &names)))
    }
}

/// Methods and paths; a rule that asks for nothing lets everything through.
fn http(node: Node<'_>) -> Option<String> {
    if node.items().next().is_none() || node.items().any(Node::is_empty) {
        return None;
    }
    let words = node.items().map(|item| {
        let parts: Vec<&str> = ["method", "host", "path"].iter().filter_map(|key| item.str(key)).collect();
        if parts.is_empty() { "with headers".to_owned() } else { parts.join(" ") }
    });
    Some(listed("HTTP", &words.collect::<Vec<_>>()))
}

fn count(rules: usize) -> String {
    if rules == 1 { "1 rule".to_owned() } else { format!("{rules} rules") }
}
