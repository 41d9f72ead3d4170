//! Flows in columns: `src,dst,port,proto` separated by commas, semicolons or tabs; or `src,dst,conn` as lists have it.

use super::{Flow, FlowFormat, Reading, listed, protocol, time};
use crate::ports::PortSet;

/// Which column holds what.
#[derive(Clone, Copy, Debug, Default)]
struct Columns {
    src: Option<usize>,
    dst: Option<usize>,
    port: Option<usize>,
    protocol: Option<usize>,
    conn: Option<usize>,
    verdict: Option<usize>,
    time: Option<usize>,
}

/// Words for what was not let through.
const DENIED: [&str; 8] = ["block", "blocked", "denied", "deny", "drop", "dropped", "reject", "rejected"];
/// The longest line; a flow is a few names.
const MAX_LINE: usize = 64 << 10;

pub(super) fn read(text: &str, reading: &mut Reading<'_>) {
    let mut lines = (1..u32::MAX).zip(text.lines()).filter(|(_, line)| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with('#')
    });
    let Some((number, head)) = lines.next() else {
        return reading.problem(1, "the export of flows is empty", None);
    };
    let between = if head.contains('\t') {
        '\t'
    } else if head.contains(';') {
        ';'
    } else {
        ','
    };
    let titles = columns(&fields(head, between));
    let columns = titles.unwrap_or(Columns {
        src: Some(0),
        dst: Some(1),
        port: Some(2),
        protocol: Some(3),
        ..Columns::default()
    });
    let format = if columns.conn.is_some() { FlowFormat::ConnectionList } else { FlowFormat::Table };
    reading.read.format = Some(format);
    if titles.is_none() && !one(number, head, between, columns, reading) {
        return;
    }
    for (number, line) in lines {
        if !one(number, line, between, columns, reading) {
            return;
        }
    }
}

/// The titles, if the first line has any.
fn columns(fields: &[String]) -> Option<Columns> {
    let at = |names: &[&str]| {
        fields.iter().position(|field| names.contains(&field.trim().to_ascii_lowercase().as_str()))
    };
    let columns = Columns {
        src: at(&["src", "source", "from"]),
        dst: at(&["dst", "dest", "destination", "to"]),
        port: at(&["port", "dport", "dst_port", "destination_port"]),
        protocol: at(&["proto", "protocol"]),
        conn: at(&["conn", "connection", "connections"]),
        verdict: at(&["verdict", "action"]),
        time: at(&["time", "timestamp"]),
    };
    (columns.src.is_some() && columns.dst.is_some()).then_some(columns)
}

/// One line; false when there were too many.
fn one(number: u32, line: &str, between: char, columns: Columns, reading: &mut Reading<'_>) -> bool {
    if !reading.begin(number) {
        return false;
    }
    if line.len() > MAX_LINE {
        reading.problem(number, "a record of a flow is too long: it is left out", None);
        return true;
    }
    let fields = fields(line, between);
    let field = |column: Option<usize>| column.and_then(|at| fields.get(at)).map_or("", |field| field.trim());
    let (src, dst) = (field(columns.src), field(columns.dst));
    if columns.conn.is_some() {
        listed::row(src, dst, field(columns.conn), number, reading);
        return true;
    }
    let name = Some(field(columns.protocol)).filter(|name| !name.is_empty()).unwrap_or("tcp");
    let verdict = field(columns.verdict).to_ascii_lowercase();
    let allowed = !DENIED.contains(&verdict.as_str());
    let ports = protocol(name).and_then(|protocol| ports(field(columns.port), protocol));
    match (listed::end(src), listed::end(dst), ports) {
        (Some(src), Some(dst), Some(ports)) => {
            let time = time(field(columns.time));
            reading.flow(number, Flow { src, dst, ports, allowed, time });
        }
        _ => {
            let message = "this line is no record of a flow: it is left out";
            let cause = "expected source, destination, port and protocol";
            reading.problem(number, message, Some(cause.to_owned()));
        }
    }
    true
}

fn ports(text: &str, protocol: crate::Protocol) -> Option<PortSet> {
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    let (from, to) = (from.trim().parse::<u16>().ok()?, to.trim().parse::<u16>().ok()?);
    (from > 0 && from <= to).then(|| PortSet::range(protocol, from, to))
}

/// The fields of a line; quotes may stand around one, doubled inside.
fn fields(line: &str, between: char) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    let mut chars = line.trim_end_matches('\r').chars().peekable();
    while let Some(c) = chars.next() {
        let Some(last) = fields.last_mut() else { break };
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                last.push('"');
                chars.next();
            }
            '"' => quoted = !quoted,
            c if c == between && !quoted => fields.push(String::new()),
            c => last.push(c),
        }
    }
    fields
}
