//! Reading real manifests and a large list, in bytes a second.
#![allow(missing_docs, reason = "criterion's macros make the items")]

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use seawall_yaml::{Limits, Text, read};

/// One object as people write them.
const OBJECT: &str = include_str!("object.yaml");

fn yaml_files(folder: &Path, found: &mut Vec<Text>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            yaml_files(&path, found);
        } else if path.extension().is_some_and(|ext| ext == "yaml" || ext == "yml")
            && let Ok(text) = std::fs::read_to_string(&path)
        {
            found.push(Text::new(text));
        }
    }
}

fn bench(c: &mut Criterion) {
    let limits = Limits::default();
    let mut group = c.benchmark_group("yaml");
    let objects = Text::new(format!("---\n{OBJECT}").repeat(200));
    group.throughput(Throughput::Bytes(u64::from(objects.len())));
    group.bench_function("objects", |b| b.iter(|| black_box(read(&objects, &limits))));
    let mut corpus = Vec::new();
    yaml_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"), &mut corpus);
    corpus.retain(|text| read(text, &limits).1.is_empty());
    if !corpus.is_empty() {
        group.throughput(Throughput::Bytes(corpus.iter().map(|text| u64::from(text.len())).sum()));
        group.bench_function("corpus", |b| {
            b.iter(|| corpus.iter().map(|text| read(text, &limits).0.len()).sum::<usize>());
        });
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
