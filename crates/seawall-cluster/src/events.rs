//! The events of a watch, cut from its stream: one a line, `{"type":"ADDED","object":{…}}` (`metav1.WatchEvent`).

/// One event, with the bytes of its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Event<'b> {
    pub(crate) kind: &'b str,
    pub(crate) object: &'b [u8],
}

/// Cuts events out of a stream.
#[derive(Debug)]
pub(crate) struct Events {
    /// The beginning of a line whose end has not come.
    begun: Vec<u8>,
    most: usize,
}

impl Events {
    /// `most` bytes at most in one event.
    pub(crate) fn new(most: usize) -> Self {
        Events { begun: Vec::new(), most }
    }

    /// Takes the next bytes and hands over the events that they end; `false` when this is no stream of events.
    #[must_use]
    pub(crate) fn feed(&mut self, bytes: &[u8], mut take: impl FnMut(Event<'_>)) -> bool {
        let mut rest = bytes;
        while let Some(end) = memchr::memchr(b'\n', rest) {
            let (head, tail) = rest.split_at(end);
            rest = tail.get(1..).unwrap_or(b"");
            let whole = if self.begun.is_empty() {
                event(head)
            } else {
                self.begun.extend_from_slice(head);
                event(&self.begun)
            };
            match whole {
                Some(Some(event)) => take(event),
                Some(None) => {}
                None => return false,
            }
            self.begun.clear();
        }
        self.begun.extend_from_slice(rest);
        self.begun.len() <= self.most
    }
}

/// The event of a line; `Some(None)` for an empty line, `None` for anything else.
fn event(line: &[u8]) -> Option<Option<Event<'_>>> {
    let line = line.trim_ascii();
    if line.is_empty() {
        return Some(None);
    }
    let rest = line.strip_prefix(b"{\"type\":\"")?;
    let (kind, rest) = rest.split_at(memchr::memchr(b'"', rest)?);
    let object = rest.strip_prefix(b"\",\"object\":")?.strip_suffix(b"}")?;
    Some(Some(Event { kind: std::str::from_utf8(kind).ok()?, object }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(parts: &[&str], most: usize) -> (Vec<String>, bool) {
        let mut events = Events::new(most);
        let mut seen = Vec::new();
        let good = parts.iter().all(|part| {
            events.feed(part.as_bytes(), |event| {
                seen.push(format!("{} {}", event.kind, String::from_utf8_lossy(event.object)));
            })
        });
        (seen, good)
    }

    #[test]
    fn events_are_cut_wherever_the_stream_is_broken() {
        let stream = "{\"type\":\"ADDED\",\"object\":{\"a\":1}}\n\n{\"type\":\"DELETED\",\"object\":{}}\n";
        let want = vec!["ADDED {\"a\":1}".to_owned(), "DELETED {}".to_owned()];
        for at in 0..=stream.len() {
            let (head, tail) = stream.split_at(at);
            assert_eq!(cut(&[head, tail], 100), (want.clone(), true), "{at}");
        }
    }

    #[test]
    fn what_is_no_event_ends_it() {
        assert!(!cut(&["<html>\n"], 100).1);
        assert!(!cut(&["{\"object\":{},\"type\":\"ADDED\"}\n"], 100).1);
        assert!(!cut(&["{\"type\":\"ADDED\",\"object\":{"], 10).1);
    }
}
