//! The signatures beside an image: tags of cosign, the list of referrers, and the tag that stands in for it.

use http::header::LINK;
use http::{Method, StatusCode};
use seawall_core::{ImageDigest, ImageReference};
use seawall_image::signature::stored;
use seawall_image::signature::{Found, Signed, SourceError};
use serde_json::Value;

use crate::client::{Endpoint, Registry, Wanted};
use crate::error::RegistryError;
use crate::link;

const INDEX: &str = "application/vnd.oci.image.index.v1+json";

impl Registry {
    /// The signatures and attestations of an image, of all hosts that hold its repository: a mirror may lack them.
    ///
    /// # Errors
    /// When a host that is the registry itself cannot say. What a mirror does not say is not missed.
    pub async fn signatures(
        &self,
        image: &ImageReference<'_>,
        digest: ImageDigest,
    ) -> Result<Found, SourceError> {
        let unreachable = |error: RegistryError| SourceError::Unreachable(error.into());
        let mut endpoints = self.endpoints(image).map_err(unreachable)?;
        let own = endpoints.pop();
        let mut found = Found::default();
        for mirror in endpoints {
            let mut there = Found::default();
            if self.collect(&mirror, digest, &mut there).await.is_ok() && !there.signed.is_empty() {
                return Ok(there);
            }
        }
        if let Some(own) = own {
            self.collect(&own, digest, &mut found).await.map_err(unreachable)?;
        }
        Ok(found)
    }

    async fn collect(
        &self,
        endpoint: &Endpoint,
        digest: ImageDigest,
        found: &mut Found,
    ) -> Result<(), RegistryError> {
        let tag = stored::tag(digest);
        for ending in stored::ENDINGS {
            let named = self.manifest(endpoint, &format!("{tag}{ending}"), None).await;
            if let Some((manifest, _)) = usable(named, found)? {
                self.layers(endpoint, &manifest, found).await?;
            }
        }
        for referrer in self.referrers(endpoint, digest, &tag, found).await? {
            if found.is_full(&self.limits) {
                return Ok(());
            }
            let name = referrer.to_string();
            let manifest = self.manifest(endpoint, &name, Some(referrer)).await;
            let Some((manifest, _)) = usable(manifest, found)? else { continue };
            if stored::subject(&manifest) == Some(digest) {
                self.layers(endpoint, &manifest, found).await?;
            }
        }
        Ok(())
    }

    async fn layers(
        &self,
        endpoint: &Endpoint,
        manifest: &Value,
        found: &mut Found,
    ) -> Result<(), RegistryError> {
        for layer in stored::layers(manifest, &self.limits) {
            if found.is_full(&self.limits) {
                return Ok(());
            }
            let layer = match layer {
                Ok(layer) => layer,
                Err(fault) => {
                    found.fault(fault);
                    continue;
                }
            };
            let held: usize = found.signed.iter().map(Signed::bytes).sum();
            let room = self.options.limits.signatures.saturating_sub(held);
            match self.blob(endpoint, layer.digest, self.limits.bundle.min(room)).await {
                Ok(bytes) => found.add(layer.read(bytes.to_vec())),
                Err(error) if error.is_about_content() => found.fault(error.to_string()),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// What refers to the image and may hold signatures. A registry that does not know the question has a tag instead.
    async fn referrers(
        &self,
        endpoint: &Endpoint,
        digest: ImageDigest,
        tag: &str,
        found: &mut Found,
    ) -> Result<Vec<ImageDigest>, RegistryError> {
        let mut path = format!("referrers/{digest}");
        let mut referrers = Vec::new();
        for page in 0..self.options.limits.pages {
            let wanted =
                Wanted { method: Method::GET, path: &path, accept: INDEX, most: self.limits.manifest };
            let answer = self.get(endpoint, &wanted).await?;
            // Source: distribution-spec, "Unavailable Referrers API"; the others are what registries really say.
            let unknown = matches!(
                answer.status,
                StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED
            );
            if page == 0 && unknown {
                let list = self.manifest(endpoint, tag, None).await;
                let list = usable(list, found)?.map(|(list, _)| list).unwrap_or_default();
                self.listed(&list, &mut referrers, found);
                return Ok(referrers);
            }
            if answer.status != StatusCode::OK {
                return Err(endpoint.failed(answer.status, &path));
            }
            self.listed(&endpoint.json(&answer.body, &path)?, &mut referrers, found);
            let next = answer.headers.get(LINK).and_then(|link| link::next(link.to_str().ok()?));
            // Further pages are of the same host: whatever stands before the path does not count.
            let Some(next) = next.and_then(|next| path_of(next, &format!("/v2/{}/", endpoint.repository)))
            else {
                return Ok(referrers);
            };
            path = next;
        }
        let pages = self.options.limits.pages;
        found.fault(format!("more than {pages} pages of referrers; the others were not looked at"));
        Ok(referrers)
    }

    fn listed(&self, list: &Value, referrers: &mut Vec<ImageDigest>, found: &mut Found) {
        let all = list.get("manifests").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        for referrer in all.iter().filter(|referrer| stored::may_hold(referrer)) {
            if referrers.len() >= self.limits.manifests {
                let most = self.limits.manifests;
                found.fault(format!("more than {most} referrers; the others were not looked at"));
                return;
            }
            match stored::digest_of(referrer, self.limits.manifest) {
                Ok(digest) => referrers.push(digest),
                Err(fault) => found.fault(fault),
            }
        }
    }
}

/// A manifest that there is; one that cannot be used is a fault, and one that is not there is none.
fn usable<T>(manifest: Result<T, RegistryError>, found: &mut Found) -> Result<Option<T>, RegistryError> {
    match manifest {
        Ok(manifest) => Ok(Some(manifest)),
        Err(RegistryError::NotFound { .. }) => Ok(None),
        Err(error) if error.is_about_content() => {
            found.fault(error.to_string());
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Path and query of a link, when it stays below a folder.
fn path_of(link: &str, folder: &str) -> Option<String> {
    let uri: http::Uri = link.parse().ok()?;
    let path = uri.path_and_query()?.as_str();
    path.starts_with(folder).then(|| path.to_owned())
}
