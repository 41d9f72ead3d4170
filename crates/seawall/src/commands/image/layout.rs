//! Images in a folder of the OCI image layout.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use seawall_core::ImageDigest;
use seawall_image::signature::{Found, Layout, Limits, SignatureSource as _, SourceError};
use seawall_report::escape;

/// A folder, and which of its images is meant.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct InFolder<'a> {
    folder: PathBuf,
    which: Which<'a>,
}

#[derive(Debug, PartialEq, Eq)]
enum Which<'a> {
    Only,
    Tag(&'a str),
    Digest(&'a str),
}

impl<'a> InFolder<'a> {
    /// The folder that is named with or without a tag or a digest; nothing when there is none.
    pub(super) fn of(text: &'a str) -> Option<Self> {
        let is_layout = |folder: &str| Path::new(folder).join("oci-layout").is_file();
        let (folder, which) = if is_layout(text) {
            (text, Which::Only)
        } else if let Some((folder, digest)) = text.split_once('@').filter(|(folder, _)| is_layout(folder)) {
            (folder, Which::Digest(digest))
        } else {
            let (folder, tag) = text.rsplit_once(':').filter(|(folder, _)| is_layout(folder))?;
            (folder, Which::Tag(tag))
        };
        Some(InFolder { folder: folder.into(), which })
    }

    /// The digest of the image, and what lies beside it.
    ///
    /// # Errors
    /// When the folder cannot be read, or does not say which image is meant.
    pub(super) fn read(&self) -> anyhow::Result<(ImageDigest, Result<Found, SourceError>)> {
        let limits = Limits::default();
        let most = limits.manifest.max(limits.bundle) as u64;
        let layout = Layout::open(|path: &str| file(&self.folder.join(path), most), limits)?;
        let images = layout.images();
        let digest = match self.which {
            Which::Digest(text) => {
                ImageDigest::parse(text).with_context(|| format!("`{}` is no SHA-256", escape(text)))?
            }
            Which::Tag(tag) => match images.iter().find(|(_, name)| *name == Some(tag)) {
                Some((digest, _)) => *digest,
                None => bail!("there is no image `{}` in it\nhint: {}", escape(tag), there(&images)),
            },
            Which::Only => {
                let mut digests: Vec<ImageDigest> = images.iter().map(|(digest, _)| *digest).collect();
                digests.sort_unstable();
                digests.dedup();
                match digests[..] {
                    [digest] => digest,
                    [] => bail!("there is no image in it"),
                    _ => bail!(
                        "there are several images in it\nhint: write `:TAG` or `@DIGEST` behind the folder: {}",
                        there(&images)
                    ),
                }
            }
        };
        Ok((digest, layout.signatures(digest)))
    }
}

fn there(images: &[(ImageDigest, Option<&str>)]) -> String {
    /// That many are named.
    const SHOWN: usize = 10;
    let one = |(digest, name): &(ImageDigest, Option<&str>)| match name {
        Some(name) => format!("`{}`", escape(name)),
        None => format!("`{digest}`"),
    };
    let names: Vec<String> = images.iter().take(SHOWN).map(one).collect();
    format!("it holds {}", names.join(", "))
}

/// A file of the folder, when it is no longer than anything in it that is read.
fn file(path: &Path, most: u64) -> Result<Option<Vec<u8>>, String> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.to_string()),
    };
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    Ok(Some(bytes))
}
