//! What the command line says.

use std::path::PathBuf;

/// Options with their defaults.
pub(crate) struct Arguments {
    pub(crate) requests: Option<PathBuf>,
    pub(crate) policies: usize,
    /// Policies beside them that speak about other resources.
    pub(crate) others: usize,
    pub(crate) count: usize,
    pub(crate) seconds: u64,
    pub(crate) long: usize,
    /// So many reviews without sockets, for profilers.
    pub(crate) desk: usize,
    /// This process is the server, and its certificates go here.
    pub(crate) serve: Option<PathBuf>,
}

impl Arguments {
    pub(crate) fn parse() -> Self {
        let mut parsed = Arguments {
            requests: None,
            policies: 100,
            others: 0,
            count: 20_000,
            seconds: 20,
            long: 0,
            desk: 0,
            serve: None,
        };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            let mut value = || words.next().unwrap_or_else(|| panic!("{word} needs a value"));
            match word.as_str() {
                "--requests" => parsed.requests = Some(value().into()),
                "--policies" => parsed.policies = value().parse().unwrap(),
                "--others" => parsed.others = value().parse().unwrap(),
                "--count" => parsed.count = value().parse().unwrap(),
                "--seconds" => parsed.seconds = value().parse().unwrap(),
                "--desk" => parsed.desk = value().parse().unwrap(),
                "--long" => parsed.long = value().parse().unwrap(),
                "--serve" => parsed.serve = Some(value().into()),
                // What cargo says to every benchmark.
                "--bench" => {}
                _ => panic!("unknown option {word}"),
            }
        }
        parsed
    }
}
