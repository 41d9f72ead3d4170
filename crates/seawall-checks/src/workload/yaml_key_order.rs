//! `workload-yaml-key-order`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::Resource;
use seawall_yaml::{Node, is_json};

use crate::workload::fields::place_of;
use crate::workload::workload::is_live;
use crate::{Check, Judge, Setting, SettingDefault, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-yaml-key-order",
    title: "keys of a manifest are not in alphabetical order",
    why: "differences between versions show moved lines instead of changed ones, and doubled keys are \
          easy to miss",
    help: "sort the keys",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    settings: &[RECURSIVE],
    judge: Judge::Resource(&[], judge),
    ..Check::PLAIN
};

const RECURSIVE: Setting = Setting {
    name: "recursive",
    doc: "Whether keys below the top of the object count as well",
    default: SettingDefault::Bool(false),
};

fn judge(resource: &Resource, out: &mut Verdicts<'_>) {
    let Some(text) = resource.tree().text().filter(|text| !is_json(text)) else {
        return out.not_applicable();
    };
    if is_live(resource) || text.is_empty() {
        return out.not_applicable();
    }
    let recursive = out.settings().bool(RECURSIVE.name);
    if let Some((key, after, node)) = first_unsorted(resource.root(), recursive) {
        out.fail(place_of(resource, node), format!("key `{key}` stands after `{after}`"));
    }
}

/// The first key, in the order written, that stands after a greater one of its map.
fn first_unsorted<'t>(root: Node<'t>, recursive: bool) -> Option<(&'t str, &'t str, Node<'t>)> {
    let mut stack = vec![root];
    while let Some(node) = stack.pop() {
        let mut before: Option<&str> = None;
        // What a merge key brought stands elsewhere.
        for (key, value) in node.entries().filter(|(_, value)| !value.is_merged()) {
            if let Some(before) = before.filter(|before| *before > key) {
                return Some((key, before, value));
            }
            before = Some(key);
        }
        if recursive {
            let first = stack.len();
            stack.extend(node.entries().map(|(_, value)| value).chain(node.items()));
            if let Some(pushed) = stack.get_mut(first..) {
                pushed.reverse();
            }
        }
    }
    None
}
