//! The JSON reader and writer on the objects of a busy cluster, one a line, in bytes a second.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::hint::black_box;

use divan::Bencher;
use divan::counter::BytesCount;
use seawall_yaml::json::JsonReader;
use seawall_yaml::{Limits, Span, Text, Tree};

const DUMP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpus/cluster/busy.jsonl.zst");

/// The dump when it is there, otherwise many copies of one pod.
fn unpack(packed: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut reader = ruzstd::decoding::StreamingDecoder::new(packed).ok()?;
    std::io::Read::read_to_end(&mut reader, &mut bytes).ok().map(|_| bytes)
}

fn lines() -> String {
    let dump = std::fs::read(DUMP).ok().and_then(|packed| unpack(&packed));
    if let Some(text) = dump.and_then(|bytes| String::from_utf8(bytes).ok()) {
        return text;
    }
    let pod = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","namespace":"shop","labels":{"app":"web","x/y":"z"}},"spec":{"containers":[{"name":"web","image":"web:1","ports":[{"containerPort":80}],"securityContext":{"privileged":false,"runAsUser":1000},"args":["-a","say \"hi\""]}]}}"#;
    (pod.to_owned() + "\n").repeat(4000)
}

fn main() {
    sizes();
    divan::main();
}

fn trees(lines: &str) -> Vec<Tree> {
    let mut reader = JsonReader::new();
    lines.lines().filter_map(|line| reader.read_bytes(line.as_bytes(), &Limits::default()).0).collect()
}

fn sizes() {
    let lines = lines();
    let trees = trees(&lines);
    let nodes: usize = trees.iter().map(Tree::len).sum();
    let heap: usize = trees.iter().map(|tree| tree.heap_bytes() + size_of::<Tree>()).sum();
    println!(
        "{} trees, {nodes} nodes, {} bytes of text a tree, {} bytes of heap a tree ({} without strings)",
        trees.len(),
        lines.len() / trees.len().max(1),
        heap / trees.len().max(1),
        (nodes * 24) / trees.len().max(1),
    );
}

#[divan::bench]
fn read_bytes(bencher: Bencher<'_, '_>) {
    let lines = lines();
    let mut reader = JsonReader::new();
    bencher.counter(BytesCount::new(lines.len())).bench_local(|| {
        for line in lines.lines() {
            black_box(reader.read_bytes(line.as_bytes(), &Limits::default()));
        }
    });
}

#[divan::bench]
fn read_text(bencher: Bencher<'_, '_>) {
    let text = Text::new(lines());
    let mut reader = JsonReader::new();
    bencher.counter(BytesCount::new(text.len())).bench_local(|| {
        let mut span = Span { start: 0, end: text.len() };
        while let (Some((tree, end)), _) = reader.read(&text, span, &Limits::default()) {
            black_box(tree);
            span.start = end;
        }
    });
}

/// For comparison.
#[divan::bench]
fn serde_json_value(bencher: Bencher<'_, '_>) {
    let lines = lines();
    bencher.counter(BytesCount::new(lines.len())).bench(|| {
        for line in lines.lines() {
            black_box(serde_json::from_str::<serde_json::Value>(line)).ok();
        }
    });
}

#[divan::bench]
fn write(bencher: Bencher<'_, '_>) {
    let lines = lines();
    let trees = trees(&lines);
    let mut out = String::new();
    bencher.counter(BytesCount::new(lines.len())).bench_local(|| {
        for tree in &trees {
            out.clear();
            tree.root().write_json(&mut out);
            black_box(&out);
        }
    });
}
