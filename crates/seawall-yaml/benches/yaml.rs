//! Reading real manifests and a large list, in bytes a second.

use std::path::Path;

use divan::Bencher;
use divan::counter::BytesCount;
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

fn main() {
    divan::main();
}

#[divan::bench]
fn objects(bencher: Bencher<'_, '_>) {
    let objects = Text::new(format!("---\n{OBJECT}").repeat(200));
    bencher.counter(BytesCount::new(objects.len())).bench(|| read(&objects, &Limits::default()));
}

/// Nothing is read when the corpus is not there.
#[divan::bench]
fn corpus(bencher: Bencher<'_, '_>) {
    let limits = Limits::default();
    let mut corpus = Vec::new();
    yaml_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"), &mut corpus);
    corpus.retain(|text| read(text, &limits).1.is_empty());
    let bytes: u64 = corpus.iter().map(|text| u64::from(text.len())).sum();
    bencher
        .counter(BytesCount::new(bytes))
        .bench(|| corpus.iter().map(|text| read(text, &limits).0.len()).sum::<usize>());
}
