//! Audit logs from files.

use std::io::Write;
use std::path::{Path, PathBuf};

use seawall_sources::{AuditRead, SourceLimits, judge_audit, read_audit};

fn event(id: &str) -> String {
    format!("{{\"auditID\":\"{id}\",\"verb\":\"get\",\"requestURI\":\"/version\"}}\n")
}

/// The ids in order, each with its line, and what else came.
fn ids(paths: &[&Path]) -> (Vec<(String, u32)>, AuditRead) {
    let mut ids = Vec::new();
    let paths: Vec<PathBuf> = paths.iter().map(|path| path.to_path_buf()).collect();
    let read = read_audit(&paths, &SourceLimits::default(), &mut |event| {
        ids.push((event.audit_id.to_string(), event.line));
    });
    assert_eq!(read.events, ids.len() as u64);
    (ids, read)
}

fn names(found: &[(String, u32)]) -> Vec<&str> {
    found.iter().map(|(id, _)| id.as_str()).collect()
}

#[test]
fn rotated_and_packed_parts_of_a_folder_come_by_age() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("audit.log"), event("new")).unwrap();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(event("old").as_bytes()).unwrap();
    std::fs::write(at("audit-2026-11-21T00-00-00.000.log.gz"), packed.finish().unwrap()).unwrap();
    std::fs::write(at("audit-2026-11-22T00-00-00.000.log"), event("middle")).unwrap();
    std::fs::write(at("notes.txt"), "no log").unwrap();
    let (found, read) = ids(&[folder.path()]);
    assert_eq!(names(&found), ["old", "middle", "new"]);
    assert_eq!((read.files, read.problems.len()), (3, 0));
}

#[test]
fn many_batches_keep_order_and_line_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    let padding = "x".repeat(1_000);
    let mut text = String::new();
    for number in 1..=20_000 {
        let line = event(&number.to_string());
        text.push_str(&line.replacen('{', &format!("{{\"requestObject\":\"{padding}\","), 1));
    }
    text.push_str("broken\n");
    std::fs::write(&path, text).unwrap();
    let (found, read) = ids(&[&path]);
    assert_eq!(found.len(), 20_000);
    assert!(found.iter().zip(1..).all(|((id, line), n): (_, u32)| *id == n.to_string() && *line == n));
    let mut judged = Vec::new();
    let of_event = |event: &seawall_events::Event<'_>| (event.audit_id.to_string(), event.line);
    let paths = [path.clone()];
    assert_eq!(judge_audit(&paths, &SourceLimits::default(), of_event, |one| judged.push(one)), read);
    assert_eq!(judged, found, "on all cores, and in order");
    assert_eq!(read.problems.len(), 1);
    assert_eq!(read.problems[0].position.unwrap().line, 20_001);
    assert!(read.problems[0].file.as_deref().unwrap().ends_with("a.jsonl"));
}

#[test]
fn a_list_over_many_lines_larger_than_a_batch_is_one_document() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("list.json");
    let padding = "x".repeat(10_000);
    let items: Vec<String> = (0..1_000)
        .map(|n| format!("{{\n \"auditID\": \"{n}\",\n \"requestObject\": \"{padding}\"\n}}"))
        .collect();
    std::fs::write(&path, format!("{{\n\"kind\": \"EventList\", \"items\": [\n{}\n]}}\n", items.join(",\n")))
        .unwrap();
    let (found, read) = ids(&[&path]);
    assert_eq!((found.len(), read.problems), (1_000, vec![]));
}

#[test]
fn what_cannot_be_read_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("torn.log.gz");
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    packed.write_all((event("a") + &event("b").repeat(5_000)).as_bytes()).unwrap();
    let mut packed = packed.finish().unwrap();
    packed.truncate(packed.len() / 2);
    std::fs::write(&path, packed).unwrap();
    let (found, read) = ids(&[&path, Path::new("no/such.log")]);
    assert_eq!(names(&found)[0], "a");
    let messages: Vec<&str> = read.problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(
        messages[messages.len() - 2..],
        ["the rest of the audit log could not be read", "the audit log could not be opened"]
    );
    let broken = folder.path().join("bytes.log");
    std::fs::write(&broken, [b"{\"auditID\":\"", &[0xff][..], b"\"}\n"].concat()).unwrap();
    let (found, read) = ids(&[&broken]);
    assert_eq!(names(&found), ["\u{fffd}"]);
    assert_eq!(read.problems.len(), 1);
}
