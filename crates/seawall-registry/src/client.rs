//! The registry as others see it: tags, manifests, blobs.

use std::sync::Arc;

use bytes::Bytes;
use http::header::WWW_AUTHENTICATE;
use http::{Method, StatusCode, Uri};
use seawall_core::{ImageDigest, ImageReference};
use seawall_image::signature::Limits;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::challenge;
use crate::error::{OptionsError, RegistryError};
use crate::fetch::{Answer, Ask, Fetch};
use crate::hosts::Options;
use crate::platform::Platform;
use crate::tokens::Tokens;

/// Manifests and indexes, of OCI and of Docker.
const MANIFESTS: &str = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, \
                         application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json";

/// The header with the digest of what is sent.
const DIGEST: &str = "docker-content-digest";

/// Reads registries.
pub struct Registry {
    pub(crate) options: Arc<Options>,
    fetch: Fetch,
    tokens: Tokens,
    pub(crate) limits: Limits,
}

/// A repository at one of the hosts that hold it.
#[derive(Clone)]
pub(crate) struct Endpoint {
    pub(crate) host: String,
    pub(crate) repository: String,
}

/// What to fetch of a repository.
pub(crate) struct Wanted<'a> {
    pub(crate) method: Method,
    /// Under the repository: `manifests/latest`, or an address of the same host that begins with `/`.
    pub(crate) path: &'a str,
    pub(crate) accept: &'static str,
    pub(crate) most: usize,
}

impl Registry {
    /// A client.
    ///
    /// # Errors
    /// When an option cannot be followed.
    pub fn new(options: Options) -> Result<Self, OptionsError> {
        let options = Arc::new(options);
        Ok(Registry {
            fetch: Fetch::new(Arc::clone(&options))?,
            tokens: Tokens::new(Arc::clone(&options)),
            options,
            limits: Limits::default(),
        })
    }

    /// Whether the options name a registry: then whoever asks for its images did not choose it.
    pub fn is_named(&self, registry: &str) -> bool {
        self.options.is_named(registry)
    }

    /// What a reference means now: its digest, or that which its tag has. For an image of several platforms it is that of
    /// the index.
    ///
    /// # Errors
    /// When no host that holds the repository says it.
    pub async fn resolve(&self, image: &ImageReference<'_>) -> Result<ImageDigest, RegistryError> {
        if let Some(digest) = image.digest {
            let known = ImageDigest::parse(digest);
            return known.ok_or_else(|| RegistryError::Reference(written(image)));
        }
        let path = format!("manifests/{}", image.tag.unwrap_or("latest"));
        let mut missing = None;
        for endpoint in self.endpoints(image)? {
            match self.head(&endpoint, &path).await {
                Ok(digest) => return Ok(digest),
                // What a mirror does not have, or whether it lives, decides nothing.
                Err(error) => missing = Some(error),
            }
        }
        Err(missing.unwrap_or_else(|| RegistryError::Reference(written(image))))
    }

    /// The manifest of an image for a platform: the image itself, when it is for one only.
    ///
    /// # Errors
    /// When it cannot be read, or there is none for the platform.
    pub async fn for_platform(
        &self,
        image: &ImageReference<'_>,
        digest: ImageDigest,
        platform: &Platform,
    ) -> Result<ImageDigest, RegistryError> {
        let mut missing = None;
        for endpoint in self.endpoints(image)? {
            match self.manifest(&endpoint, &digest.to_string(), Some(digest)).await {
                Ok((manifest, _)) if manifest.get("manifests").is_none() => return Ok(digest),
                Ok((index, _)) => {
                    return platform
                        .of_index(&index)
                        .ok_or_else(|| RegistryError::Platform(platform.to_string()));
                }
                Err(error) => missing = Some(error),
            }
        }
        Err(missing.unwrap_or_else(|| RegistryError::Reference(written(image))))
    }

    /// The hosts that hold a repository.
    pub(crate) fn endpoints(&self, image: &ImageReference<'_>) -> Result<Vec<Endpoint>, RegistryError> {
        if !image.is_well_formed() {
            return Err(RegistryError::Reference(written(image)));
        }
        let endpoint = |host| Endpoint { host, repository: image.repository.clone() };
        Ok(self.options.endpoints(&image.registry).into_iter().map(endpoint).collect())
    }

    async fn head(&self, endpoint: &Endpoint, path: &str) -> Result<ImageDigest, RegistryError> {
        let most = self.limits.manifest;
        let wanted = Wanted { method: Method::HEAD, path, accept: MANIFESTS, most };
        let answer = self.get(endpoint, &wanted).await?;
        let told = digest_header(&answer);
        if answer.status == StatusCode::OK
            && let Some(digest) = told
        {
            return Ok(digest);
        }
        // A registry that does not say, or does not know the question, is asked for the manifest itself.
        let silent = matches!(answer.status, StatusCode::OK | StatusCode::METHOD_NOT_ALLOWED);
        if !silent {
            return Err(endpoint.failed(answer.status, path));
        }
        let name = path.strip_prefix("manifests/").unwrap_or(path);
        self.manifest(endpoint, name, None).await.map(|(_, digest)| digest)
    }

    /// A manifest by tag or digest, with its digest; by digest it must have that one.
    pub(crate) async fn manifest(
        &self,
        endpoint: &Endpoint,
        name: &str,
        digest: Option<ImageDigest>,
    ) -> Result<(Value, ImageDigest), RegistryError> {
        let path = format!("manifests/{name}");
        let wanted =
            Wanted { method: Method::GET, path: &path, accept: MANIFESTS, most: self.limits.manifest };
        let answer = self.get(endpoint, &wanted).await?;
        if answer.status != StatusCode::OK {
            return Err(endpoint.failed(answer.status, &path));
        }
        let found = sha256(&answer.body);
        if digest.or(digest_header(&answer)).is_some_and(|wanted| wanted != found) {
            return Err(RegistryError::Digest {
                host: endpoint.host.clone(),
                what: endpoint.what(&path),
                found,
            });
        }
        Ok((endpoint.json(&answer.body, &path)?, found))
    }

    /// A blob, which has the digest it is asked by.
    pub(crate) async fn blob(
        &self,
        endpoint: &Endpoint,
        digest: ImageDigest,
        most: usize,
    ) -> Result<Bytes, RegistryError> {
        let path = format!("blobs/{digest}");
        let wanted = Wanted { method: Method::GET, path: &path, accept: "*/*", most };
        let answer = self.get(endpoint, &wanted).await?;
        if answer.status != StatusCode::OK {
            return Err(endpoint.failed(answer.status, &path));
        }
        let found = sha256(&answer.body);
        if found == digest {
            return Ok(answer.body);
        }
        Err(RegistryError::Digest { host: endpoint.host.clone(), what: endpoint.what(&path), found })
    }

    /// Asks for something of a repository, with an authorization where the registry wants one.
    pub(crate) async fn get(
        &self,
        endpoint: &Endpoint,
        wanted: &Wanted<'_>,
    ) -> Result<Answer, RegistryError> {
        let what = endpoint.what(wanted.path);
        let uri = self.uri(endpoint, wanted.path)?;
        let known = self.tokens.known(&endpoint.host, &endpoint.repository);
        let ask = Ask {
            method: wanted.method.clone(),
            uri: uri.clone(),
            what: &what,
            accept: wanted.accept,
            authorization: known,
            form: None,
            most: wanted.most,
            known: self.options.is_named(&endpoint.host),
        };
        let answer = self.fetch.ask(ask.clone()).await?;
        // Whoever a redirect leads to gets no login of this registry, nor says where it is to be sent.
        if answer.status != StatusCode::UNAUTHORIZED || !answer.own {
            return Ok(answer);
        }
        let headers = answer.headers.get_all(WWW_AUTHENTICATE).iter();
        let challenges: Vec<_> =
            headers.filter_map(|header| header.to_str().ok()).flat_map(challenge::read).collect();
        let authorization = self.tokens.obtain(&self.fetch, &ask, &endpoint.repository, &challenges).await?;
        let Some(authorization) = authorization else {
            return Ok(answer);
        };
        self.fetch.ask(Ask { authorization: Some(authorization), ..ask }).await
    }

    fn uri(&self, endpoint: &Endpoint, path: &str) -> Result<Uri, RegistryError> {
        let Endpoint { host, repository } = endpoint;
        let scheme = if self.options.is_plain(host) { "http" } else { "https" };
        let whole = if path.starts_with('/') {
            format!("{scheme}://{host}{path}")
        } else {
            format!("{scheme}://{host}/v2/{repository}/{path}")
        };
        whole.parse().map_err(|_| RegistryError::Reference(format!("{host}/{repository}")))
    }
}

impl Endpoint {
    /// As messages call something of the repository.
    pub(crate) fn what(&self, path: &str) -> String {
        let path: String = path.chars().take(200).collect();
        format!("`{}`, {path}", self.repository)
    }

    /// What a status that is none of success means.
    pub(crate) fn failed(&self, status: StatusCode, path: &str) -> RegistryError {
        let (host, what) = (self.host.clone(), self.what(path));
        match status {
            StatusCode::NOT_FOUND => RegistryError::NotFound { host, what },
            StatusCode::UNAUTHORIZED => {
                let why = "it wants a login; give credentials for this registry";
                RegistryError::Unauthorized { host, what, why }
            }
            StatusCode::FORBIDDEN => {
                let why = "whoever asks may not read it, or there is no such repository";
                RegistryError::Unauthorized { host, what, why }
            }
            status => RegistryError::Status { host, what, status: status.as_u16() },
        }
    }

    /// The JSON of an answer.
    pub(crate) fn json(&self, body: &[u8], path: &str) -> Result<Value, RegistryError> {
        let malformed = |error: serde_json::Error| RegistryError::Malformed {
            host: self.host.clone(),
            what: self.what(path),
            // The message of the parser may repeat what it read; where it stopped does not.
            reason: format!("no JSON at line {}, column {}", error.line(), error.column()),
        };
        serde_json::from_slice(body).map_err(malformed)
    }
}

fn digest_header(answer: &Answer) -> Option<ImageDigest> {
    ImageDigest::parse(answer.headers.get(DIGEST)?.to_str().ok()?)
}

fn sha256(bytes: &[u8]) -> ImageDigest {
    ImageDigest::from(<[u8; 32]>::from(Sha256::digest(bytes)))
}

fn written(image: &ImageReference<'_>) -> String {
    image.full_names().into_iter().next_back().unwrap_or_default().chars().take(300).collect()
}
