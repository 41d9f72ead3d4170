//! Exports in JSON: one record a line, records after each other, or one array.

use seawall_yaml::json::JsonReader;
use seawall_yaml::{Limits, Node};

use super::{FlowFormat, Reading, gadget, hubble, listed};

/// What one record may cost: a flow is a few kilobytes.
const RECORD: Limits = Limits { depth: 64, nodes: 20_000, document_bytes: 1 << 20 };
/// What one text with many records may cost: an array that a tool wrote as a whole.
const WHOLE: Limits = Limits { depth: 64, nodes: 20_000_000, document_bytes: u32::MAX };

pub(super) fn read(text: &str, reading: &mut Reading<'_>) {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("");
    // A record that is written over many lines opens with its brace alone.
    if !first.starts_with('{') || first == "{" {
        return read_whole(text, reading);
    }
    let mut reader = JsonReader::new();
    for (number, line) in (1..u32::MAX).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        if !reading.begin(number) {
            return;
        }
        if line.len() > RECORD.document_bytes as usize {
            reading.problem(number, "a record of a flow is too long: it is left out", None);
            continue;
        }
        let (tree, problems) = reader.read_bytes(line.as_bytes(), &RECORD);
        let fault = problems.first().map(|problem| problem.message.to_string());
        match (tree, fault) {
            (Some(tree), None) => record(tree.root(), number, reading),
            (_, fault) => {
                let message = "this line is no record of a flow: it is left out";
                reading.problem(number, message, fault);
            }
        }
    }
}

/// One value over many lines: an array, one record, or an object that holds a list.
fn read_whole(text: &str, reading: &mut Reading<'_>) {
    let (tree, problems) = JsonReader::new().read_bytes(text.as_bytes(), &WHOLE);
    for problem in problems {
        let line = problem.position.map_or(1, |position| position.line);
        let cause = problem.message.to_string();
        reading.problem(line, "the export of flows is not whole: what follows is left out", Some(cause));
    }
    let Some(tree) = tree else { return };
    let root = tree.root();
    if !root.is_seq() {
        if reading.begin(1) {
            record(root, 1, reading);
        }
        return;
    }
    for (number, item) in (1..u32::MAX).zip(root.items()) {
        if !reading.begin(number) {
            return;
        }
        // Inspektor Gadget writes arrays of arrays, one for each interval.
        if item.is_seq() {
            item.items().for_each(|inner| record(inner, number, reading));
        } else {
            record(item, number, reading);
        }
    }
}

/// One record, by the fields that it has.
fn record(root: Node<'_>, line: u32, reading: &mut Reading<'_>) {
    let format = if root.get("flow").is_some() || root.get("verdict").is_some() {
        FlowFormat::Hubble
    } else if root.get("pktType").is_some() || root.get("endpoint").is_some() {
        FlowFormat::InspektorGadget
    } else if root.get("src").is_some() && root.get("conn").is_some() {
        FlowFormat::ConnectionList
    } else if let Some(list) = root.get("connections").or_else(|| root.get("connlist_results")) {
        list.items().for_each(|row| record(row, line, reading));
        return;
    } else if let Some(lost) = root.get("lost_events") {
        // What Hubble could not keep up with.
        let count = lost
            .get("num_events_lost")
            .and_then(|node| node.as_u64().or_else(|| node.as_str()?.parse().ok()));
        reading.read.lost = reading.read.lost.saturating_add(count.unwrap_or(1));
        return;
    } else {
        reading.read.other += 1;
        return;
    };
    reading.read.format.get_or_insert(format);
    match format {
        FlowFormat::Hubble => hubble::record(root.get("flow").unwrap_or(root), line, reading),
        FlowFormat::InspektorGadget => gadget::record(root, line, reading),
        FlowFormat::ConnectionList | FlowFormat::Table => listed::record(root, line, reading),
    }
}
