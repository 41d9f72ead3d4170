//! What was learnt of images, as judges are told it.

use std::collections::HashMap;
use std::pin::Pin;

use seawall_core::ImageDigest;
use seawall_image::signature::Gap;
use seawall_image::signature::policy::Verdict;

/// What is known of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageFacts {
    /// Its digest, or why it is not known.
    pub digest: Result<ImageDigest, Gap>,
    /// What the policies that are about it say, by their places; empty when nobody asked, or the digest is not known. One
    /// that is missing could not be asked.
    pub verdicts: Vec<(usize, Verdict)>,
}

/// What was learnt of the images of a request, by how they are written.
#[derive(Clone, Debug, Default)]
pub struct Looked(HashMap<String, ImageFacts>);

impl Looked {
    /// What is known of an image; nothing when nobody looked it up.
    pub fn get(&self, written: &str) -> Option<&ImageFacts> {
        self.0.get(written)
    }

    pub(super) fn put(&mut self, written: String, facts: ImageFacts) {
        self.0.insert(written, facts);
    }

    /// Adds what somebody else learnt; of what both know, the one with verdicts says more.
    pub(crate) fn merge(&mut self, other: Looked) {
        for (written, facts) in other.0 {
            match self.0.get(&written) {
                Some(known) if known.verdicts.len() >= facts.verdicts.len() => {}
                _ => self.put(written, facts),
            }
        }
    }
}

/// What is learnt before a request is judged.
pub enum LookUp {
    /// It is known.
    Known(Looked),
    /// Somebody is asked. It ends by its deadline with whatever is known then.
    Asking(Pin<Box<dyn Future<Output = Looked> + Send>>),
}

impl LookUp {
    /// Both of two.
    pub(crate) fn and(self, other: LookUp) -> LookUp {
        match (self, other) {
            (LookUp::Known(mut one), LookUp::Known(two)) => {
                one.merge(two);
                LookUp::Known(one)
            }
            (one, two) => LookUp::Asking(Box::pin(async move {
                // Both have the same deadline.
                let mut all = one.finish().await;
                all.merge(two.finish().await);
                all
            })),
        }
    }

    /// What is known in the end.
    pub(crate) async fn finish(self) -> Looked {
        match self {
            LookUp::Known(looked) => looked,
            LookUp::Asking(asking) => asking.await,
        }
    }
}
