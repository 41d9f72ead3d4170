//! The JSON reader and writer on the objects of a busy cluster, one a line; criterion prints MB/s.

#![allow(missing_docs, reason = "criterion's macros make public functions")]
#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use seawall_yaml::json::JsonReader;
use seawall_yaml::{Limits, Span, Text, Tree};

const DUMP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpus/cluster/busy.jsonl.zst");

/// The dump when it is there, otherwise many copies of one pod.
fn unpack(packed: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut reader = ruzstd::decoding::StreamingDecoder::new(packed).ok()?;
    std::io::Read::read_to_end(&mut reader, &mut bytes).ok().map(|_| bytes)
}

fn lines() -> (String, &'static str) {
    let dump = std::fs::read(DUMP).ok().and_then(|packed| unpack(&packed));
    if let Some(text) = dump.and_then(|bytes| String::from_utf8(bytes).ok()) {
        return (text, "busy cluster");
    }
    let pod = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","namespace":"shop","labels":{"app":"web","x/y":"z"}},"spec":{"containers":[{"name":"web","image":"web:1","ports":[{"containerPort":80}],"securityContext":{"privileged":false,"runAsUser":1000},"args":["-a","say \"hi\""]}]}}"#;
    ((pod.to_owned() + "\n").repeat(4000), "synthetic")
}

fn json(criterion: &mut Criterion) {
    let (lines, name) = lines();
    let limits = Limits::default();
    let mut group = criterion.benchmark_group(format!("json/{name}"));
    group.throughput(Throughput::Bytes(lines.len() as u64));
    let mut reader = JsonReader::new();
    group.bench_function("read_bytes", |bencher| {
        bencher.iter(|| {
            for line in lines.lines() {
                black_box(reader.read_bytes(line.as_bytes(), &limits));
            }
        });
    });
    let text = Text::new(lines.as_str());
    group.bench_function("read_text", |bencher| {
        bencher.iter(|| {
            let mut span = Span { start: 0, end: text.len() };
            while let (Some((tree, end)), _) = reader.read(&text, span, &limits) {
                black_box(tree);
                span.start = end;
            }
        });
    });
    group.bench_function("serde_json Value, for comparison", |bencher| {
        bencher.iter(|| {
            for line in lines.lines() {
                black_box(serde_json::from_str::<serde_json::Value>(line)).ok();
            }
        });
    });
    let trees: Vec<Tree> = lines.lines().filter_map(|l| reader.read_bytes(l.as_bytes(), &limits).0).collect();
    let nodes: usize = trees.iter().map(Tree::len).sum();
    let heap: usize = trees.iter().map(|tree| tree.heap_bytes() + size_of::<Tree>()).sum();
    println!(
        "{} trees, {nodes} nodes, {} bytes of text a tree, {} bytes of heap a tree ({} without strings)",
        trees.len(),
        lines.len() / trees.len().max(1),
        heap / trees.len().max(1),
        (nodes * 24) / trees.len().max(1),
    );
    let mut out = String::new();
    group.bench_function("write", |bencher| {
        bencher.iter(|| {
            for tree in &trees {
                out.clear();
                tree.root().write_json(&mut out);
                black_box(&out);
            }
        });
    });
    group.finish();
}

criterion_group!(benches, json);
criterion_main!(benches);
