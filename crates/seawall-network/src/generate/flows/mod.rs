//! Observed flows: what tools that watch the network write, read into one form.
//!
//! In: the text of an export. Out: [`Flow`]s, one after another, and what was met on the way. Nothing is believed: lines
//! that cannot be read are problems, numbers and texts are bounded, and nothing here panics on any text.

mod gadget;
mod hubble;
mod json;
mod listed;
mod log;
mod table;

use std::net::IpAddr;

use seawall_core::{Position, Problem, ProblemSeverity};

pub use log::{FlowLog, Observed};

use crate::addresses::AddressSet;
use crate::ports::{PortSet, Protocol};

/// What stands at an end besides pods and addresses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// What the other fields say.
    #[default]
    Plain,
    /// The node of the pod at the other end.
    OwnNode,
    /// Another node.
    OtherNode,
    /// The API server.
    ApiServer,
}

/// One end of a flow, as far as it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FlowEnd {
    /// The namespace, empty when it is not written.
    pub namespace: String,
    /// The pod, empty when it is not written.
    pub pod: String,
    /// Kind and name of the workload.
    pub workload: Option<(String, String)>,
    /// The Service, where the tool saw its address.
    pub service: Option<String>,
    /// Labels of the pod.
    pub labels: Vec<(String, String)>,
    /// Addresses; one, or a range where the tool writes ranges.
    pub addresses: AddressSet,
    /// What else it is.
    pub role: Role,
}

/// One connection that somebody saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Who opened it.
    pub src: FlowEnd,
    /// Who was called.
    pub dst: FlowEnd,
    /// The ports at the destination.
    pub ports: PortSet,
    /// Whether it was let through.
    pub allowed: bool,
    /// When, to the second, as RFC 3339 writes it in UTC.
    pub time: Option<String>,
}

/// The forms that are understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowFormat {
    /// `hubble observe -o json`
    Hubble,
    /// Inspektor Gadget's traces of the network
    InspektorGadget,
    /// `seawall network list -o json` or `csv`, and netpol-analyzer's
    ConnectionList,
    /// Source, destination, port and protocol in columns
    Table,
}

impl FlowFormat {
    /// The word for people and machines.
    pub const fn as_str(self) -> &'static str {
        match self {
            FlowFormat::Hubble => "hubble",
            FlowFormat::InspektorGadget => "inspektor-gadget",
            FlowFormat::ConnectionList => "connection-list",
            FlowFormat::Table => "table",
        }
    }
}

/// What reading an export may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlowLimits {
    /// Records that are read; later ones are counted.
    pub records: u64,
    /// Problems that are kept; more are counted.
    pub problems: usize,
    /// Bytes of a name, label or other text of a record; longer ones make the record a problem.
    pub text_bytes: usize,
}

impl Default for FlowLimits {
    fn default() -> Self {
        // An hour of a busy cluster is some millions of records.
        FlowLimits { records: 50_000_000, problems: 20, text_bytes: 1_024 }
    }
}

/// What reading an export gave besides the flows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FlowRead {
    /// The form, when one was recognised.
    pub format: Option<FlowFormat>,
    /// Records that were read, whatever they said.
    pub records: u64,
    /// Connections among them.
    pub flows: u64,
    /// Answers, which need no permission of their own.
    pub replies: u64,
    /// Records of protocols without ports.
    pub without_ports: u64,
    /// Records of something else than connections.
    pub other: u64,
    /// Records that the tool itself says it lost.
    pub lost: u64,
    /// What went wrong.
    pub problems: Vec<Problem>,
    /// Problems that were not kept.
    pub more_problems: u64,
}

/// Reads an export, whose form is recognised by what stands in it, and gives its flows to `take` in the order written.
pub fn read_flows(text: &str, limits: &FlowLimits, take: &mut dyn FnMut(Flow)) -> FlowRead {
    let mut reading = Reading { limits, read: FlowRead::default(), take };
    let text = text.trim_start_matches('\u{feff}');
    match text.trim_start().as_bytes().first() {
        None => reading.problem(1, "the export of flows is empty", None),
        Some(b'{' | b'[') => json::read(text, &mut reading),
        Some(_) => table::read(text, &mut reading),
    }
    reading.read
}

/// What readers of all forms share.
struct Reading<'a> {
    limits: &'a FlowLimits,
    read: FlowRead,
    take: &'a mut dyn FnMut(Flow),
}

impl Reading<'_> {
    fn problem(&mut self, line: u32, message: &str, cause: Option<String>) {
        if self.read.problems.len() >= self.limits.problems {
            self.read.more_problems += 1;
            return;
        }
        let problem = Problem::new(ProblemSeverity::Error, message).at(Position { line, column: 1 });
        self.read.problems.push(match cause {
            Some(cause) => problem.caused_by(cause),
            None => problem,
        });
    }

    /// Counts a record; false when there were too many.
    fn begin(&mut self, line: u32) -> bool {
        if self.read.records >= self.limits.records {
            let cause = format!("{} records", self.limits.records);
            self.problem(line, "more flows than the limit: the rest was left out", Some(cause));
            return false;
        }
        self.read.records += 1;
        true
    }

    fn flow(&mut self, line: u32, flow: Flow) {
        let too_long = |end: &FlowEnd| {
            let texts = [&end.namespace, &end.pod].into_iter().chain(&end.service);
            let pairs = end.workload.iter().chain(&end.labels).flat_map(|(a, b)| [a, b]);
            texts.chain(pairs).any(|text| text.len() > self.limits.text_bytes)
        };
        if too_long(&flow.src) || too_long(&flow.dst) {
            return self.problem(line, "a name or label of a flow is too long: it is left out", None);
        }
        if flow.ports.is_empty() {
            return self.problem(line, "a flow has no port: it is left out", None);
        }
        self.read.flows += 1;
        (self.take)(flow);
    }
}

/// Reads the name of a transport protocol, whatever its case.
fn protocol(text: &str) -> Option<Protocol> {
    Protocol::of_api(&text.trim().to_ascii_uppercase())
}

/// A time in UTC to the second; other texts are no times.
fn time(text: &str) -> Option<String> {
    let head = text.get(..19)?;
    let shape = head.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        10 => byte == b'T',
        13 | 16 => byte == b':',
        _ => byte.is_ascii_digit(),
    });
    (shape && text.ends_with('Z')).then(|| format!("{head}Z"))
}

fn single(address: &str) -> AddressSet {
    address.parse::<IpAddr>().map_or_else(|_| AddressSet::default(), |address| AddressSet::of([address]))
}

/// Labels as `key=value` texts; what has no `=` has an empty value.
fn label(text: &str) -> (String, String) {
    let (key, value) = text.split_once('=').unwrap_or((text, ""));
    (key.to_owned(), value.to_owned())
}
