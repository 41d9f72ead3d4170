//! Which objects a result of theirs is about.

use std::collections::{BTreeSet, HashMap};

use seawall_core::{ResourceId, Route, Step};
use seawall_inventory::{Inventory, Resource};
use seawall_yaml::Node;

use crate::names::{has_no_namespace, is_same_file};
use crate::{ObjectName, PeerResult};

/// What a result is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// The objects; none when they are not here.
    pub(super) resources: Vec<ResourceId>,
    /// The container, where one is meant.
    pub(super) container: Option<String>,
    /// How many objects it may be about, where it says too little to tell.
    pub(super) unsaid: usize,
}

/// Objects that a result without names and lines may be about: in a larger file it would be about everything, and say
/// nothing of it.
const MOST_UNSAID: usize = 64;

/// Finds objects by name, and by file and line.
pub(super) struct Places<'i> {
    inventory: &'i Inventory,
    by_name: HashMap<&'i str, Vec<ResourceId>>,
    by_file: HashMap<&'i str, Vec<ResourceId>>,
    /// Files by the last part of their path.
    by_last: HashMap<&'i str, Vec<&'i str>>,
    /// The files that a path of theirs may mean.
    known: HashMap<String, Vec<&'i str>>,
    /// The last lines of the objects of a file, ascending.
    ends: HashMap<&'i str, Vec<(u32, ResourceId)>>,
}

impl<'i> Places<'i> {
    pub(super) fn new(inventory: &'i Inventory) -> Self {
        let mut by_name: HashMap<&str, Vec<ResourceId>> = HashMap::new();
        let mut by_file: HashMap<&str, Vec<ResourceId>> = HashMap::new();
        for resource in inventory.resources() {
            by_name.entry(resource.name()).or_default().push(resource.id());
            by_file.entry(&resource.origin().file).or_default().push(resource.id());
        }
        let mut by_last: HashMap<&str, Vec<&str>> = HashMap::new();
        for file in by_file.keys() {
            by_last.entry(last_part(file)).or_default().push(file);
        }
        by_last.values_mut().for_each(|files| files.sort_unstable());
        Places { inventory, by_name, by_file, by_last, known: HashMap::new(), ends: HashMap::new() }
    }

    pub(super) fn find(&mut self, result: &PeerResult) -> Found {
        let files = result.file.as_deref().map_or(Vec::new(), |path| self.files(path));
        let mut resources: Vec<ResourceId> = Vec::new();
        for object in &result.objects {
            let named = self.named(object);
            // Of several variants of one name the file says which is meant.
            let here = |id: &&ResourceId| {
                self.inventory.get(**id).is_some_and(|resource| files.contains(&&*resource.origin().file))
            };
            let narrowed: Vec<ResourceId> = named.iter().filter(here).copied().collect();
            resources.extend(if narrowed.is_empty() { named } else { narrowed });
        }
        if resources.is_empty() {
            match result.line {
                Some(line) => {
                    resources = files.iter().filter_map(|file| self.at_line(file, line)).collect();
                }
                None if !result.objects.is_empty() => {}
                None => match self.mentioned(&files, result.message.as_deref().unwrap_or("")) {
                    Ok(found) => resources = found,
                    Err(unsaid) => return Found { unsaid, ..Found::default() },
                },
            }
        }
        let container = self.container(result, &resources);
        Found { resources, container, unsaid: 0 }
    }

    /// The objects of this name. Tools write `default`, or nothing, for an object that names no namespace.
    fn named(&self, object: &ObjectName) -> Vec<ResourceId> {
        let any_home = has_no_namespace(&object.kind);
        let fits = |resource: &&Resource| {
            (object.kind.is_empty() || resource.kind() == object.kind)
                && (any_home || Inventory::same_namespace(resource.namespace(), object.namespace.as_deref()))
        };
        let ids = self.by_name.get(object.name.as_str()).into_iter().flatten();
        ids.filter_map(|id| self.inventory.get(*id)).filter(fits).map(Resource::id).collect()
    }

    /// The files that a path of theirs may mean.
    fn files(&mut self, path: &str) -> Vec<&'i str> {
        if let Some(files) = self.known.get(path) {
            return files.clone();
        }
        let alike = self.by_last.get(last_part(path)).into_iter().flatten();
        let files: Vec<&str> = alike.copied().filter(|file| is_same_file(file, path)).collect();
        self.known.insert(path.to_owned(), files.clone());
        files
    }

    /// The object of a file that a line belongs to, with the comments above it: the first that does not end before it.
    fn at_line(&mut self, file: &'i str, line: u32) -> Option<ResourceId> {
        let (inventory, by_file) = (self.inventory, &self.by_file);
        let ends = self.ends.entry(file).or_insert_with(|| {
            let end = |id: &ResourceId| {
                let resource = inventory.get(*id)?;
                Some((lines(resource, resource.root())?.1, *id))
            };
            let mut ends: Vec<(u32, ResourceId)> =
                by_file.get(file).into_iter().flatten().filter_map(end).collect();
            ends.sort_unstable();
            ends
        });
        ends.get(ends.partition_point(|(end, _)| *end < line)).map(|(_, id)| *id)
    }

    /// The objects that a sentence names by kind and quoted name; all when it names none. `Err` when that is more than can
    /// be meant: how many.
    fn mentioned(&self, files: &[&str], message: &str) -> Result<Vec<ResourceId>, usize> {
        let lower = message.to_ascii_lowercase();
        let is_meant = |id: &ResourceId| {
            self.inventory.get(*id).is_some_and(|resource| {
                files.contains(&&*resource.origin().file)
                    && lower.contains(&resource.kind().to_ascii_lowercase())
            })
        };
        let named = quoted(message).into_iter().filter_map(|name| self.by_name.get(name)).flatten();
        let named: BTreeSet<ResourceId> = named.copied().filter(is_meant).collect();
        let here = files.iter().filter_map(|file| self.by_file.get(file));
        match (named.len(), here.clone().map(Vec::len).sum()) {
            (0, all) if all > MOST_UNSAID => Err(all),
            (0, _) => Ok(here.flatten().copied().collect()),
            (some, _) if some > MOST_UNSAID => Err(some),
            _ => Ok(named.into_iter().collect()),
        }
    }

    fn container(&self, result: &PeerResult, resources: &[ResourceId]) -> Option<String> {
        let resource = resources.first().and_then(|id| self.inventory.get(*id))?;
        let known = |name: &str| {
            resource.pods().flat_map(|pod| pod.containers()).any(|container| container.name() == name)
        };
        if let Some(name) = result.container.as_deref().filter(|name| known(name)) {
            return Some(name.to_owned());
        }
        let mut by_route = result.routes.iter().map(|route| container_of(resource, route));
        if let Some(Some(first)) = by_route.next() {
            // Several containers in one result: none in particular.
            return by_route.all(|other| other == Some(first)).then(|| first.to_owned());
        }
        let line = result.line.filter(|_| result.objects.is_empty())?;
        let mut containers = resource.pods().flat_map(|pod| pod.containers());
        containers.find_map(|container| {
            let (start, end) = lines(resource, container.node())?;
            (start <= line && line <= end).then(|| container.name().to_owned())
        })
    }
}

/// What stands between two equal quotes.
fn quoted(message: &str) -> BTreeSet<&str> {
    let of = |quote: char| {
        let mut parts = message.split(quote).skip(1).peekable();
        std::iter::from_fn(move || parts.next().filter(|_| parts.peek().is_some()))
    };
    ['\'', '"', '`'].into_iter().flat_map(of).collect()
}

fn last_part(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// The first and last line of a node; `None` without a text.
fn lines(resource: &Resource, node: Node<'_>) -> Option<(u32, u32)> {
    let text = resource.tree().text()?;
    let span = node.span()?;
    let last = span.end.saturating_sub(1).max(span.start);
    Some((text.position(span.start).line, text.position(last).line))
}

/// The name of the container that a route leads into.
pub fn container_of<'r>(resource: &'r Resource, route: &Route) -> Option<&'r str> {
    let mut node = resource.root();
    let mut list = false;
    for step in route.steps() {
        match step {
            Step::Key(key) => {
                node = node.entry(key)?;
                list = matches!(&**key, "containers" | "initContainers" | "ephemeralContainers");
            }
            Step::Index(index) => {
                node = node.item(*index as usize)?;
                if list {
                    return node.str("name");
                }
            }
        }
    }
    None
}
