//! Routes in which list items may go by name or be any.

use seawall_core::{Route, Step};
use seawall_yaml::Node;

/// `spec.containers[name=web].securityContext`, `spec.containers[*]`, `spec.containers[0]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoutePattern(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Key(String),
    Index(u32),
    Any,
    Named(String),
}

impl RoutePattern {
    /// Whether a route of this object leads to the pattern's place or below.
    pub fn covers(&self, root: Node<'_>, route: &Route) -> bool {
        if route.steps().len() < self.0.len() {
            return false;
        }
        let mut node = Some(root);
        self.0.iter().zip(route.steps()).all(|(part, step)| {
            node = node.and_then(|node| match step {
                Step::Key(key) => node.entry(key),
                Step::Index(index) => node.item(*index as usize),
            });
            match (part, step) {
                (Part::Key(wanted), Step::Key(key)) => *wanted == **key,
                (Part::Index(wanted), Step::Index(index)) => wanted == index,
                (Part::Any, Step::Index(_)) => true,
                (Part::Named(name), Step::Index(_)) => node.and_then(|node| node.str("name")) == Some(name),
                _ => false,
            }
        })
    }
}

impl std::str::FromStr for RoutePattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || {
            format!("`{}` is no route, for example `spec.containers[name=web].image`", text.escape_debug())
        };
        let mut parts = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            if let Some(inner) = rest.strip_prefix("[\"") {
                let (key, tail) = inner.split_once("\"]").ok_or_else(bad)?;
                parts.push(Part::Key(key.to_owned()));
                rest = tail;
            } else if let Some(inner) = rest.strip_prefix('[') {
                let (item, tail) = inner.split_once(']').ok_or_else(bad)?;
                parts.push(match item.strip_prefix("name=") {
                    Some(name) if !name.is_empty() => Part::Named(name.to_owned()),
                    None if item == "*" => Part::Any,
                    _ => Part::Index(item.parse().map_err(|_| bad())?),
                });
                rest = tail;
            } else {
                let word = match rest.strip_prefix('.') {
                    Some(word) if !parts.is_empty() => word,
                    None if parts.is_empty() => rest,
                    _ => return Err(bad()),
                };
                let end = word.find(['.', '[']).unwrap_or(word.len());
                let (key, tail) = word.split_at_checked(end).ok_or_else(bad)?;
                if key.is_empty() {
                    return Err(bad());
                }
                parts.push(Part::Key(key.to_owned()));
                rest = tail;
            }
        }
        if parts.is_empty() { Err(bad()) } else { Ok(RoutePattern(parts)) }
    }
}

#[cfg(test)]
mod tests {
    use seawall_yaml::{Limits, Text, read};

    use super::*;

    #[test]
    fn items_go_by_place_name_or_any() {
        let (documents, _) =
            read(&Text::new("spec: {containers: [{name: a}, {name: web, image: x}]}"), &Limits::default());
        let root = documents[0].tree.root();
        let route: Route = "spec.containers[1].image".parse().unwrap();
        for (pattern, covers) in [
            ("spec", true),
            ("spec.containers[1]", true),
            ("spec.containers[0]", false),
            ("spec.containers[*].image", true),
            ("spec.containers[name=web]", true),
            ("spec.containers[name=a]", false),
            ("spec.containers[*].image.x", false),
            ("[\"spec\"].containers", true),
            ("status", false),
        ] {
            assert_eq!(pattern.parse::<RoutePattern>().unwrap().covers(root, &route), covers, "{pattern}");
        }
        for bad in ["", ".spec", "spec..x", "spec[", "spec[x]", "spec[name=]", "spec.[0]", "spec[0]x"] {
            assert!(bad.parse::<RoutePattern>().is_err(), "{bad}");
        }
    }
}
