//! Many findings in one long file: work must stay in proportion. No time is asserted; quadratic work would not end.

use std::io::{self, Write};

use seawall_core::{Pillar, Severity};
use seawall_report::{Format, RenderOptions, render};

use crate::support::{Fail, Run, check};

/// Counts bytes and remembers the largest write.
#[derive(Default)]
struct Counter {
    bytes: usize,
    largest: usize,
}

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes += bytes.len();
        self.largest = self.largest.max(bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn many(separator: &str, pods: usize) -> Run {
    let one =
        |i: usize| format!("{{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{{\"name\":\"p{i}\"}}}}");
    let items: Vec<String> = (0..pods).map(one).collect();
    let mut run = Run::of(&[("many.yaml", &items.join(separator))]);
    let check = check("pod-name", Pillar::Nodes, Severity::Low);
    for i in 0..run.inventory.resources().len() {
        run.fail(Fail::new(&check, (i, "metadata.name"), "named"));
        run.fail(Fail::new(&check, (i, "spec.containers"), "empty"));
    }
    run
}

#[test]
fn reports_stream() {
    let run = many("\n---\n", 2_000);
    assert_eq!(run.evaluation.findings.len(), 4_000);
    for format in Format::ALL {
        let mut counter = Counter::default();
        render(&run.report(), *format, &RenderOptions::default(), &mut counter).unwrap();
        // What has to fit into a comment is bounded instead.
        if *format == Format::Markdown {
            assert!(counter.bytes < 65_536);
            continue;
        }
        assert!(counter.bytes > 4_000 * 50, "{format}");
        // Threads write the findings of JSON in pieces of some hundred; the rest goes out as it is made.
        let most = if matches!(format, Format::Json | Format::Jsonl) { counter.bytes / 16 } else { 4_096 };
        assert!(counter.largest < most, "{format} wrote {} bytes at once", counter.largest);
    }
}

#[test]
fn a_failing_writer_is_an_error_not_a_panic() {
    struct Broken;
    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let run = many("\n---\n", 2);
    for format in Format::ALL {
        let error = render(&run.report(), *format, &RenderOptions::default(), &mut Broken).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe, "{format}");
    }
}

/// More findings than are written at a time, in one line and in many: the pieces must join without a seam, and each
/// position must be that of the place, wherever its piece began.
#[test]
fn pieces_of_json_join() {
    for separator in [" ", "\n"] {
        let run = many(separator, 2_500);
        let document = run.json();
        let findings = document["findings"].as_array().unwrap();
        assert_eq!(findings.len(), 5_000);
        let lines = run.render(Format::Jsonl, &RenderOptions::default());
        for (i, (finding, line)) in findings.iter().zip(lines.lines()).enumerate() {
            let mut record: serde_json::Value = serde_json::from_str(line).unwrap();
            record.as_object_mut().unwrap().remove("type");
            assert_eq!(*finding, record);
            let place = &run.evaluation.findings[i].locations[0];
            let position = run.inventory.get(place.resource).unwrap().position(&place.route).unwrap();
            assert_eq!(finding["locations"][0]["line"], position.line);
            assert_eq!(finding["locations"][0]["column"], position.column);
            assert_eq!(finding["fingerprint"], run.evaluation.findings[i].fingerprint.to_string());
        }
    }
}
