//! Which documents stand in which file, and how the file is written.

use std::collections::BTreeSet;

use anyhow::Result;

use super::app::{App, Care, Document};
use super::custom;
use super::random::Random;
use super::words::{HEADERS, STAGES, TEAMS};
use super::yaml::{Style, write};

/// Most documents of one file.
const FILE_MAX: usize = 50;

/// A finished file.
pub(super) struct File {
    /// Path below the output folder, with `/`.
    pub(super) path: String,
    pub(super) text: String,
}

/// Makes exactly `manifests` documents and hands over each file as soon as it is complete.
pub(super) fn generate(manifests: usize, seed: u64, sink: &mut dyn FnMut(File) -> Result<()>) -> Result<()> {
    let mut random = Random::new(seed);
    let mut writer = FileWriter { left: manifests, sink };
    let mut number = 0;
    while writer.left > 0 {
        team(&mut random, number, &mut writer)?;
        number += 1;
    }
    Ok(())
}

struct FileWriter<'a> {
    left: usize,
    sink: &'a mut dyn FnMut(File) -> Result<()>,
}

impl FileWriter<'_> {
    /// Writes these documents as one file, or as many of them as are still wanted.
    fn file(
        &mut self,
        random: &mut Random,
        path: String,
        documents: &[Document],
        style: Style,
    ) -> Result<()> {
        let count = documents.len().min(self.left);
        if count == 0 {
            return Ok(());
        }
        self.left -= count;
        let mut text = String::new();
        if random.chance(250) {
            text.push_str(random.pick(HEADERS));
        }
        if random.chance(300) {
            text.push_str("---\n");
        }
        for (i, document) in documents.iter().take(count).enumerate() {
            if i > 0 {
                text.push_str("---\n");
            }
            write(&mut text, &document.body, style);
        }
        if random.chance(5) {
            text = text.replace('\n', "\r\n");
        }
        (self.sink)(File { path, text })
    }
}

/// Names that a team's folder already uses.
type Taken = BTreeSet<String>;

fn team(random: &mut Random, number: usize, writer: &mut FileWriter<'_>) -> Result<()> {
    let care =
        random.weighted(&[(Care::Hardened, 30), (Care::Average, 50), (Care::Careless, 20)], Care::Average);
    let mut name = format!("{}-{}", random.pick(TEAMS), random.pick(STAGES));
    if number >= 20 {
        name = format!("{name}-{number}");
    }
    let folder = format!("{number:03}-{name}");
    let style = style(random);
    let documents = custom::namespace(random, &name, care);
    writer.file(random, format!("{folder}/namespace.yaml"), &documents, style)?;
    let mut taken = Taken::new();
    let mut bundle: Vec<Document> = Vec::new();
    let mut bundles = 0;
    for _ in 0..random.between(4, 16) {
        if writer.left == 0 {
            return Ok(());
        }
        let mut app = App::new(random, &name, care);
        while !taken.insert(app.name.clone()) {
            app = App::new(random, &name, care);
        }
        let documents = app.documents(random);
        match random.between(0, 99) {
            0..30 => {
                for document in &documents {
                    let path = format!("{folder}/{}/{}.yaml", app.name, document.file);
                    writer.file(random, path, std::slice::from_ref(document), style)?;
                }
            }
            30..75 => {
                let extension = if random.chance(100) { "yml" } else { "yaml" };
                writer.file(random, format!("{folder}/{}.{extension}", app.name), &documents, style)?;
            }
            _ => {
                if bundle.len() + documents.len() > FILE_MAX {
                    let full = std::mem::take(&mut bundle);
                    writer.file(random, format!("{folder}/install-{bundles}.yaml"), &full, style)?;
                    bundles += 1;
                }
                bundle.extend(documents);
            }
        }
    }
    writer.file(random, format!("{folder}/install-{bundles}.yaml"), &bundle, style)
}

fn style(random: &mut Random) -> Style {
    Style {
        indent: if random.chance(80) { 4 } else { 2 },
        deep_lists: random.chance(550),
        quote: if random.chance(250) { '\'' } else { '"' },
        quote_all: random.chance(60),
        flow_lists: random.chance(350),
        airy: random.chance(60),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fmt::Write as _;

    use seawall_yaml::{Limits, Text, read};
    use sha2::{Digest as _, Sha256};

    use super::*;

    fn files(manifests: usize, seed: u64) -> Vec<File> {
        let mut files = Vec::new();
        generate(manifests, seed, &mut |file| {
            files.push(file);
            Ok(())
        })
        .unwrap();
        files
    }

    fn digest(files: &[File]) -> String {
        let mut hash = Sha256::new();
        for file in files {
            hash.update(&file.path);
            hash.update([0]);
            hash.update(&file.text);
            hash.update([0]);
        }
        hash.finalize().iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    /// Figures measured with a seed stay comparable only while its bytes stay the same; a change here is a new series.
    #[test]
    fn a_seed_keeps_its_bytes() {
        assert_eq!(
            digest(&files(500, 1)),
            "271778a54e99133b5778ec154a0c2fe37cfc8832f540499284518bf58064f378"
        );
        assert_ne!(digest(&files(500, 1)), digest(&files(500, 2)));
    }

    #[test]
    fn every_document_is_read_back_as_an_object() {
        for manifests in [1, 2, 7, 3000] {
            let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
            let files = files(manifests, 3);
            for file in &files {
                let (documents, problems) = read(&Text::new(file.text.as_str()), &Limits::default());
                assert!(problems.is_empty(), "{}: {problems:?}", file.path);
                assert!((1..=FILE_MAX).contains(&documents.len()), "{}", file.path);
                for document in documents {
                    let root = document.tree.root();
                    let name = root.path(&["metadata", "name"]).and_then(|name| name.as_str());
                    assert!(name.is_some_and(|name| !name.is_empty()), "{}", file.path);
                    let kind = root.get("kind").and_then(|kind| kind.as_str()).unwrap();
                    *kinds.entry(kind.to_owned()).or_default() += 1;
                }
            }
            assert_eq!(kinds.values().sum::<usize>(), manifests);
            assert!(manifests < 1000 || kinds.len() >= 20, "{kinds:?}");
            let paths: BTreeSet<&String> = files.iter().map(|file| &file.path).collect();
            assert_eq!(paths.len(), files.len(), "two files have one name");
        }
    }

    #[test]
    fn fifteen_thousand_documents_take_about_twelve_megabytes() {
        let bytes: usize = files(15_000, 1).iter().map(|file| file.text.len()).sum();
        assert!((11_500_000..12_500_000).contains(&bytes), "{bytes} bytes");
    }
}
