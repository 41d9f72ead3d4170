//! What the configuration of a workload says: its variables, arguments and the ConfigMaps that it reads.
//!
//! Absent: values of Secrets. A variable from a Secret is named, never looked at.

use std::collections::HashMap;
use std::rc::Rc;

use seawall_core::ResourceId;
use seawall_inventory::{ContainerView, GroupKind, Inventory, Place, PodView, Resource};
use seawall_yaml::Node;

use super::address::{Candidate, Reading, candidates, names_address, plain_name, port_names};

pub(super) const CONFIG_MAP: GroupKind<'static> = GroupKind::new("", "ConfigMap");

/// An address that the configuration of a workload holds.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) candidate: Candidate,
    /// Whether the key says that it is an address.
    pub(super) meant: bool,
    /// The name of the variable, argument or file.
    pub(super) key: String,
    pub(super) place: Place,
}

/// Something that the configuration refers to and that cannot be looked at.
#[derive(Clone, Debug)]
pub(super) struct Unread {
    pub(super) what: String,
    pub(super) reason: &'static str,
    pub(super) place: Place,
}

/// Everything that was found for one pod.
#[derive(Debug, Default)]
pub(super) struct Texts {
    pub(super) said: Vec<Said>,
    pub(super) unread: Vec<Unread>,
}

/// Reads configurations; ConfigMaps once each.
pub(super) struct Reader<'i> {
    inventory: &'i Inventory,
    files: HashMap<ResourceId, Rc<[FileSaid]>>,
}

/// An address in a file of a ConfigMap.
#[derive(Clone, Debug)]
struct FileSaid {
    file: String,
    candidate: Candidate,
    meant: bool,
    place: Place,
}

/// A variable of a container.
struct Variable {
    name: String,
    value: String,
    place: Place,
}

/// How often a value may refer to another before it is taken as it stands.
const MAX_EXPANSIONS: usize = 64;
/// Bytes of a value that others were put into: each may hold several of the one before it.
const MAX_EXPANDED: usize = 4 << 10;
/// How many lines of a file are read.
const MAX_LINES: usize = 20_000;
/// How many addresses of a file are kept; a file with more is a list of something else.
const MAX_SAID: usize = 1_000;

impl<'i> Reader<'i> {
    pub(super) fn new(inventory: &'i Inventory) -> Self {
        Reader { inventory, files: HashMap::new() }
    }

    /// What the configuration of a pod says.
    pub(super) fn read(&mut self, pod: &PodView<'i>) -> Texts {
        let mut texts = Texts::default();
        for container in pod.containers() {
            let variables = self.variables(&container, &mut texts);
            said_by_variables(&variables, &mut texts.said);
            let variables: HashMap<&str, &str> =
                variables.iter().map(|one| (one.name.as_str(), one.value.as_str())).collect();
            said_by_arguments(&container, &variables, &mut texts.said);
        }
        self.mounted(pod, &mut texts);
        texts
    }

    fn config_map(&self, pod: &PodView<'i>, name: &str) -> Option<&'i Resource> {
        self.inventory.find_near(pod.resource(), CONFIG_MAP, pod.resource().namespace(), name)
    }

    /// The variables of a container in the order of their effect, ConfigMaps looked up.
    fn variables(&self, container: &ContainerView<'i>, texts: &mut Texts) -> Vec<Variable> {
        let pod = container.pod();
        let mut variables: Vec<Variable> = Vec::new();
        let mut values: HashMap<String, String> = HashMap::new();
        for from in container.node().list("envFrom") {
            let prefix = from.str("prefix").unwrap_or("");
            let place = container.place_of(from);
            if let Some(secret) = from.get("secretRef") {
                let what = format!("variables of the Secret `{}`", secret.str("name").unwrap_or(""));
                texts.unread.push(Unread { what, reason: "values of Secrets are never read", place });
                continue;
            }
            let Some(name) = from.get("configMapRef").and_then(|map| map.str("name")) else { continue };
            let Some(map) = self.config_map(pod, name) else {
                texts.unread.push(missing(name, place));
                continue;
            };
            for (key, value) in data(map) {
                let place = Place { resource: map.id(), route: map.route_of(value) };
                let Some(value) = value.as_str() else { continue };
                let name = format!("{prefix}{key}");
                values.insert(name.clone(), value.to_owned());
                variables.push(Variable { name, value: value.to_owned(), place });
            }
        }
        for variable in container.env() {
            let place = container.place_of(variable.node);
            let from = variable.node.get("valueFrom");
            if let Some(value) = variable.value {
                let value = expand(value, &|name| values.get(name).cloned());
                values.insert(variable.name.to_owned(), value.clone());
                let place = variable.node.get("value").map_or(place, |value| container.place_of(value));
                variables.push(Variable { name: variable.name.to_owned(), value, place });
            } else if let Some(secret) = from.and_then(|from| from.get("secretKeyRef")) {
                if names_address(variable.name) {
                    let what =
                        format!("`{}` from the Secret `{}`", variable.name, secret.str("name").unwrap_or(""));
                    texts.unread.push(Unread { what, reason: "values of Secrets are never read", place });
                }
            } else if let Some(key) = from.and_then(|from| from.get("configMapKeyRef")) {
                let (Some(name), Some(key)) = (key.str("name"), key.str("key")) else { continue };
                let Some(map) = self.config_map(pod, name) else {
                    texts.unread.push(missing(name, place));
                    continue;
                };
                let found = data(map).find(|(other, _)| *other == key);
                let Some((node, value)) = found.and_then(|(_, node)| Some((node, node.as_str()?))) else {
                    continue;
                };
                let place = Place { resource: map.id(), route: map.route_of(node) };
                values.insert(variable.name.to_owned(), value.to_owned());
                variables.push(Variable { name: variable.name.to_owned(), value: value.to_owned(), place });
            }
        }
        variables
    }

    /// What the ConfigMaps say that are mounted as files.
    fn mounted(&mut self, pod: &PodView<'i>, texts: &mut Texts) {
        for volume in pod.volumes() {
            let direct = volume.node().get("configMap").map(|map| (map, map.str("name")));
            let projected = volume.node().get("projected").into_iter().flat_map(|node| node.list("sources"));
            let projected =
                projected.filter_map(|source| source.get("configMap")).map(|map| (map, map.str("name")));
            for (map, name) in direct.into_iter().chain(projected) {
                let Some(name) = name.filter(|name| !is_certificate(name)) else { continue };
                let Some(found) = self.config_map(pod, name) else {
                    texts.unread.push(missing(name, pod.place_of(map)));
                    continue;
                };
                let items: Vec<&str> = map.list("items").filter_map(|item| item.str("key")).collect();
                for one in self.of_files(found).iter() {
                    if items.is_empty() || items.contains(&one.file.as_str()) {
                        let key = format!("file {}", one.file);
                        let (candidate, meant) = (one.candidate.clone(), one.meant);
                        texts.said.push(Said { candidate, meant, key, place: one.place.clone() });
                    }
                }
            }
        }
    }

    fn of_files(&mut self, map: &'i Resource) -> Rc<[FileSaid]> {
        let read = || {
            let mut said = Vec::new();
            for (file, value) in data(map) {
                let place = Place { resource: map.id(), route: map.route_of(value) };
                let Some(text) = value.as_str() else { continue };
                for (candidate, meant) in said_by_file(text) {
                    said.push(FileSaid { file: file.to_owned(), candidate, meant, place: place.clone() });
                }
            }
            said.into()
        };
        Rc::clone(self.files.entry(map.id()).or_insert_with(read))
    }
}

/// The bundle of root certificates that every namespace gets.
fn is_certificate(name: &str) -> bool {
    matches!(name, "kube-root-ca.crt" | "openshift-service-ca.crt")
}

fn missing(name: &str, place: Place) -> Unread {
    Unread { what: format!("the ConfigMap `{name}`"), reason: "it is not here", place }
}

fn data(map: &Resource) -> impl Iterator<Item = (&str, Node<'_>)> {
    map.root().get("data").into_iter().flat_map(Node::entries)
}

fn reading(name: &str) -> Reading {
    if names_address(name) { Reading::Hosts } else { Reading::Strict }
}

fn said_by_variables(variables: &[Variable], said: &mut Vec<Said>) {
    // The last of several variables of one name counts.
    let by_name: HashMap<String, &str> =
        variables.iter().map(|one| (plain_name(&one.name), one.value.as_str())).collect();
    let last: HashMap<&str, usize> =
        variables.iter().enumerate().map(|(at, one)| (one.name.as_str(), at)).collect();
    for (at, variable) in variables.iter().enumerate() {
        if last.get(variable.name.as_str()) != Some(&at) {
            continue;
        }
        let meant = names_address(&variable.name);
        for mut candidate in candidates(&variable.value, reading(&variable.name)) {
            if candidate.port.is_none() && candidate.scheme.is_none() {
                let port =
                    port_names(&variable.name).into_iter().find_map(|name| by_name.get(&name)?.parse().ok());
                candidate.port = port.filter(|port| *port > 0);
            }
            let (key, place) = (variable.name.clone(), variable.place.clone());
            said.push(Said { candidate, meant, key, place });
        }
    }
}

/// Arguments: `--db-host db`, `--db-host=db`, `-Ddb.host=db`, `DB_HOST=db`, or plain addresses.
fn said_by_arguments(container: &ContainerView<'_>, variables: &HashMap<&str, &str>, said: &mut Vec<Said>) {
    let lookup = |name: &str| variables.get(name).map(|value| (*value).to_owned());
    let list = |key: &'static str| container.node().list(key).filter_map(|node| Some((node, node.as_str()?)));
    let mut arguments: Vec<Variable> = Vec::new();
    for (node, text) in list("command").chain(list("args")) {
        let text = expand(text, &lookup);
        let place = container.place_of(node);
        let flag = arguments.last().filter(|last| last.value.is_empty() && !text.starts_with('-'));
        if let Some(name) = flag.map(|last| last.name.clone()) {
            arguments.pop();
            arguments.push(Variable { name, value: text, place });
            continue;
        }
        match text.split_once('=') {
            Some((name, value)) if is_flag(name) => {
                let (name, value) = (name.to_owned(), value.to_owned());
                arguments.push(Variable { name, value, place });
            }
            None if text.starts_with('-') && is_flag(&text) => {
                arguments.push(Variable { name: text, value: String::new(), place });
            }
            _ => arguments.push(Variable { name: String::new(), value: text, place }),
        }
    }
    let by_name: HashMap<String, &str> =
        arguments.iter().map(|one| (plain_name(&one.name), one.value.as_str())).collect();
    for argument in &arguments {
        let meant = names_address(&argument.name);
        for mut candidate in candidates(&argument.value, reading(&argument.name)) {
            if candidate.port.is_none() && candidate.scheme.is_none() {
                let port =
                    port_names(&argument.name).into_iter().find_map(|name| by_name.get(&name)?.parse().ok());
                candidate.port = port.filter(|port| *port > 0);
            }
            let key = if argument.name.is_empty() { "argument".to_owned() } else { argument.name.clone() };
            said.push(Said { candidate, meant, key, place: argument.place.clone() });
        }
    }
}

/// Whether a text can be the name of an option or variable, not a piece of a script.
fn is_flag(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

/// A line of a file: what stands before the key, the key, the value.
struct Line<'t> {
    indent: usize,
    key: &'t str,
    value: &'t str,
}

/// Addresses in a file of `key: value`, `key = value` or free lines. A host finds its port beside it: on the same
/// indentation, with nothing less indented between.
fn said_by_file(text: &str) -> Vec<(Candidate, bool)> {
    let lines: Vec<Line<'_>> = text.lines().take(MAX_LINES).filter_map(line).collect();
    let mut found: Vec<(Candidate, bool)> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let meant = names_address(line.key);
        for mut candidate in candidates(line.value, reading(line.key)) {
            if candidate.port.is_none() && candidate.scheme.is_none() {
                candidate.port = beside(&lines, at);
            }
            if found.len() < MAX_SAID && !found.iter().any(|(other, _)| *other == candidate) {
                found.push((candidate, meant));
            }
        }
    }
    found
}

fn line(text: &str) -> Option<Line<'_>> {
    let trimmed = text.trim_start();
    let indent = text.len() - trimmed.len();
    let body = trimmed.trim_end();
    if body.is_empty() || body.starts_with('#') || body.starts_with("//") {
        return None;
    }
    let (list, body) = match body.strip_prefix("- ") {
        Some(item) => (2, item.trim_start()),
        None => (0, body),
    };
    let split = body.find(|c: char| matches!(c, ':' | '=') || c.is_whitespace());
    let key_end = split.filter(|at| *at > 0);
    let parts = key_end.and_then(|at| body.split_at_checked(at));
    if let Some((key, value)) = parts {
        let key = key.trim_matches(['"', '\'']);
        let rest = value.trim_start();
        let is_pair = rest.starts_with('=') || rest.starts_with(": ") || rest == ":";
        if is_pair && is_flag(key) {
            let value = rest.trim_start_matches([':', '=']).trim();
            let value = value.split_once(" #").map_or(value, |(value, _)| value.trim_end());
            return Some(Line { indent: indent + list, key, value: value.trim_end_matches(',') });
        }
    }
    Some(Line { indent: indent + list, key: "", value: body })
}

/// The port in one of the lines around a host.
fn beside(lines: &[Line<'_>], at: usize) -> Option<u16> {
    /// How far a port may stand from its host.
    const NEAR: usize = 12;
    let own = lines.get(at)?;
    let wanted = port_names(own.key);
    let before = lines.get(at.saturating_sub(NEAR)..at).unwrap_or_default().iter().rev();
    let after = lines.get(at + 1..).unwrap_or_default().iter().take(NEAR);
    let block = |line: &&Line<'_>| line.indent >= own.indent;
    let port = |line: &Line<'_>| {
        let named = line.indent == own.indent && wanted.contains(&plain_name(line.key));
        named.then(|| line.value.trim_matches(['"', '\'']).parse().ok()).flatten()
    };
    let found = after.take_while(block).find_map(port).or_else(|| before.take_while(block).find_map(port));
    found.filter(|port| *port > 0)
}

/// Replaces `$(NAME)`, and `${NAME}` as shells write it. Where the name is that of a variable which Kubernetes itself sets
/// for a Service (`DB_SERVICE_HOST`), the Service's name takes its place.
fn expand(text: &str, lookup: &dyn Fn(&str) -> Option<String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    for _ in 0..MAX_EXPANSIONS {
        let Some((before, tail)) = rest.split_once('$') else { break };
        let close = match tail.chars().next() {
            Some('(') => ')',
            Some('{') => '}',
            _ => {
                out.push_str(before);
                out.push('$');
                rest = tail;
                continue;
            }
        };
        let Some((inner, after)) = tail.split_once(close) else { break };
        let inner = inner.get(1..).unwrap_or("");
        let (name, fallback) =
            inner.split_once(":-").map_or((inner, None), |(name, other)| (name, Some(other)));
        out.push_str(before);
        let value = lookup(name).or_else(|| of_service(name)).or(fallback.map(str::to_owned));
        let value = value.unwrap_or_default();
        out.push_str(value.get(..value.floor_char_boundary(MAX_EXPANDED)).unwrap_or_default());
        rest = after;
        if out.len() > MAX_EXPANDED {
            break;
        }
    }
    out + rest
}

/// `REDIS_MASTER_SERVICE_HOST` → `redis-master`; the port is found with the Service.
fn of_service(name: &str) -> Option<String> {
    let service = name.strip_suffix("_SERVICE_HOST")?;
    Some(service.to_ascii_lowercase().replace('_', "-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> Vec<String> {
        let shown = |(one, meant): &(Candidate, bool)| {
            format!("{}:{}{}", one.host, one.port.unwrap_or(0), if *meant { "!" } else { "" })
        };
        said_by_file(text).iter().map(shown).collect()
    }

    #[test]
    fn files_of_keys_and_values() {
        let yaml = "database:\n  host: db\n  name: x\n  port: 5432\ncache:\n  host: redis\n";
        assert_eq!(file(yaml), ["db:5432!", "redis:0!"]);
        assert_eq!(file("db.host=db\ndb.port=5433\n"), ["db:5433!"]);
        assert_eq!(file("# db:5432\n{\n  \"url\": \"http://web:8080/x\",\n}\n"), ["web:8080!"]);
        assert_eq!(file("  proxy_pass http://api;\n  server app:9000;\n"), ["api:0", "app:9000"]);
        assert_eq!(file("- targets: ['node-exporter:9100', 'b:1']\n"), ["node-exporter:9100!", "b:1!"]);
    }

    #[test]
    fn variables_expand() {
        let lookup = |name: &str| (name == "H").then(|| "db".to_owned());
        assert_eq!(expand("http://$(H):80/${X:-y}$", &lookup), "http://db:80/y$");
        assert_eq!(expand("$(REDIS_MASTER_SERVICE_HOST):6379", &lookup), "redis-master:6379");
        assert_eq!(expand("$(H", &lookup), "$(H");
        assert_eq!(expand("$5 ${H}", &lookup), "$5 db");
        let mut value = "x".repeat(1_000);
        for _ in 0..64 {
            let last = value.clone();
            value = expand("$(A)$(A)$(A)", &|_| Some(last.clone()));
        }
        assert!(value.len() < 4 * MAX_EXPANDED, "values that double each other stay bounded");
    }
}
