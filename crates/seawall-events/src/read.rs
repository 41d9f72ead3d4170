//! From text to events: JSON lines, lists, or one document over many lines.

use seawall_core::{Position, Problem, ProblemSeverity};

use crate::Event;
use crate::decode::{Record, record};
use crate::json::{Fault, Scanner, What};

/// Problems of one text that are kept; the rest is counted.
const MAX_PROBLEMS: usize = 1_000;

/// Reads the events of a text whose first line has the number `first_line`.
///
/// Each line is a JSON value of its own: an event, an `EventList`, or an array of events. A text that begins with a value
/// over several lines is read as one document. What is no audit event is a problem, and so is a field of a wrong type,
/// which is left unset.
///
/// ```
/// let log = "{\"auditID\":\"a\",\"verb\":\"get\"}\nnot JSON\n";
/// let (events, problems) = seawall_events::read_events(log, 1);
/// assert_eq!((&*events[0].verb, problems[0].position.map(|position| position.line)), ("get", Some(2)));
/// ```
pub fn read_events(text: &str, first_line: u32) -> (Vec<Event<'_>>, Vec<Problem>) {
    let mut out = Out { events: Vec::new(), problems: Vec::new(), more: 0 };
    let mut line = first_line;
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut begun = false;
    while !rest.is_empty() {
        let end = memchr::memchr(b'\n', rest.as_bytes()).map_or(rest.len(), |at| at + 1);
        let (this, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        if !this.trim_ascii().is_empty() {
            let this = this.trim_ascii_end();
            let fault = values(this, line, &mut out);
            if let Some(fault) = fault {
                // Only the first value may go on: otherwise each broken line could cost the whole rest of the text.
                if !begun && fault.what == What::Ends && document(rest, line, &mut out) {
                    break;
                }
                out.problem(this, line, fault);
            }
            begun = true;
        }
        rest = after;
        line = line.saturating_add(1);
    }
    if out.more > 0 {
        let message = format!("{} more problems of this text are not listed", out.more);
        out.problems.push(Problem::new(ProblemSeverity::Error, message));
    }
    (out.events, out.problems)
}

struct Out<'a> {
    events: Vec<Event<'a>>,
    problems: Vec<Problem>,
    more: usize,
}

impl<'a> Out<'a> {
    fn push(&mut self, record: Record<'a>, line: u32) {
        match record {
            Record::Event(mut event, odd) => {
                event.line = line;
                self.events.push(*event);
                if let Some(field) = odd {
                    let message = format!("a value in `{field}` has a wrong type or form and was left out");
                    self.note(Problem::new(ProblemSeverity::Warning, message), line, 1);
                }
            }
            Record::Other(why) => self.note(Problem::new(ProblemSeverity::Warning, why), line, 1),
            Record::List => {}
        }
    }

    fn problem(&mut self, text: &str, line: u32, fault: Fault) {
        let message = match fault.what {
            What::Ends => "not JSON: the line ends inside a value".to_owned(),
            What::Expected(what) => format!("not JSON: expected {what}"),
            What::Escape => "not JSON: an escape that does not exist".to_owned(),
            What::Control => "not JSON: a control character in a string".to_owned(),
        };
        let before = text.get(..text.floor_char_boundary(fault.at)).unwrap_or("").chars().count();
        let column = u32::try_from(before + 1).unwrap_or(u32::MAX);
        self.note(Problem::new(ProblemSeverity::Error, message), line, column);
    }

    fn note(&mut self, problem: Problem, line: u32, column: u32) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(problem.at(Position { line, column }));
        } else {
            self.more += 1;
        }
    }
}

/// Reads all values of one line; what came before a fault is kept.
fn values<'a>(text: &'a str, line: u32, out: &mut Out<'a>) -> Option<Fault> {
    let mut scanner = Scanner::new(text);
    while scanner.peek().is_some() {
        if let Err(fault) = value(&mut scanner, out, &|_| line) {
            return Some(fault);
        }
    }
    None
}

/// Reads a text as one document over several lines; nothing is kept unless all of it can be read.
fn document<'a>(text: &'a str, first_line: u32, out: &mut Out<'a>) -> bool {
    let mut scanner = Scanner::new(text);
    let mut whole = Out { events: Vec::new(), problems: Vec::new(), more: 0 };
    let starts: Vec<usize> = memchr::memchr_iter(b'\n', text.as_bytes()).collect();
    let line = |at: usize| {
        let lines = starts.partition_point(|start| *start < at);
        first_line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX))
    };
    while scanner.peek().is_some() {
        if value(&mut scanner, &mut whole, &line).is_err() {
            return false;
        }
    }
    *out = whole;
    true
}

fn value<'a>(scanner: &mut Scanner<'a>, out: &mut Out<'a>, line: &dyn Fn(usize) -> u32) -> Result<(), Fault> {
    let first = scanner.peek();
    let at = scanner.at();
    match first {
        Some(b'{') => {
            let found = record(scanner, &mut |item, at| out.push(item, line(at)))?;
            out.push(found, line(at));
            Ok(())
        }
        Some(b'[') => scanner.list(|scanner| {
            let first = scanner.peek();
            let at = scanner.at();
            let found = if first == Some(b'{') {
                record(scanner, &mut |item, at| out.push(item, line(at)))?
            } else {
                scanner.skip()?;
                Record::Other("an item of the list is no object")
            };
            out.push(found, line(at));
            Ok(())
        }),
        _ => scanner.fault(What::Expected("an object or a list")),
    }
}
