//! A folder with signed images, and a registry on loopback that holds the same.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;

use seawall_image::signature::Annotations;
use serde_json::{Value, json};

use crate::world::image::{BUNDLE, Folder, SIMPLE, payload};
use crate::world::{Kind, Signing, World, statement};

pub(crate) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// Images and what is needed to verify them.
pub(crate) struct Shelf {
    files: HashMap<String, Vec<u8>>,
    root: String,
    key: String,
    /// The digest of the signed image.
    pub(crate) digest: String,
}

impl Shelf {
    /// `1` is signed by a pipeline, by its key and by a stranger, and says how it was built; `2` is not signed.
    pub(crate) fn new() -> Shelf {
        let (world, stranger) = (World::new(), World::new());
        let mut folder = Folder::default();
        let image = |layer: &str| {
            json!({"schemaVersion": 2, "mediaType": MANIFEST, "layers": [], "annotations": {"app": layer}})
                .to_string()
        };
        let (one, two) = (image("1"), image("2"));
        for (bytes, tag) in [(&one, "1"), (&two, "2")] {
            let descriptor = folder.blob(MANIFEST, bytes.as_bytes());
            folder.tag(descriptor, Some(tag.to_owned()));
        }
        let digest = crate::world::key::hex(&crate::world::key::sha256(one.as_bytes()));
        let signed = seawall_core::ImageDigest::parse(&format!("sha256:{digest}")).unwrap();
        let payload = payload(signed);
        let mut layer = |annotations: &Annotations| {
            let mut layer = folder.blob(SIMPLE, &payload);
            layer["annotations"] = json!(annotations);
            layer
        };
        let layers = [
            layer(&world.simple(&payload, false)),
            layer(&world.simple(&payload, true)),
            layer(&stranger.simple(&payload, false)),
        ];
        let manifest = json!({"schemaVersion": 2, "mediaType": MANIFEST, "layers": layers}).to_string();
        let descriptor = folder.blob(MANIFEST, manifest.as_bytes());
        folder.tag(descriptor, Some(format!("sha256-{digest}.sig")));
        let signing = Signing { statement: Some(statement(one.as_bytes())), ..Signing::new(Kind::Dsse1) };
        let bundle = world.sign(&signing).to_string();
        let referrer = folder.manifest(BUNDLE, bundle.as_bytes(), &Annotations::new(), Some(signed));
        folder.tag(referrer, None);
        Shelf {
            files: folder.finish(),
            root: world.trusted().to_string(),
            key: world.leaf_key.pem(),
            digest: format!("sha256:{digest}"),
        }
    }

    /// Writes what is needed to verify into a folder, and the images into `shop` in it.
    pub(crate) fn lay(&self, folder: &Path) {
        for (name, bytes) in &self.files {
            let path = folder.join("shop").join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        std::fs::write(folder.join("trusted_root.json"), &self.root).unwrap();
        std::fs::write(folder.join("cosign.pub"), &self.key).unwrap();
    }

    /// Serves the images as `shop/app`, until the test ends; `HOST:PORT`. What has `broken` in its path is an error.
    pub(crate) fn serve(&self, broken: &'static str) -> String {
        self.serve_telling(broken, || ())
    }

    /// The same, and tells of every question.
    pub(crate) fn serve_telling(
        &self,
        broken: &'static str,
        tell: impl Fn() + Send + Sync + 'static,
    ) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let (paths, tell) = (Arc::new(self.paths()), Arc::new(tell));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (paths, tell) = (Arc::clone(&paths), Arc::clone(&tell));
                std::thread::spawn(move || _ = answer(stream, &paths, broken, &*tell));
            }
        });
        host
    }

    fn paths(&self) -> HashMap<String, Vec<u8>> {
        let index: Value = serde_json::from_slice(&self.files["index.json"]).unwrap();
        let mut paths = HashMap::new();
        let mut referrers = Vec::new();
        for descriptor in index["manifests"].as_array().unwrap() {
            let digest = descriptor["digest"].as_str().unwrap();
            let bytes = self.files[&format!("blobs/sha256/{}", digest.trim_start_matches("sha256:"))].clone();
            match descriptor["annotations"]["org.opencontainers.image.ref.name"].as_str() {
                Some(tag) => drop(paths.insert(format!("manifests/{tag}"), bytes.clone())),
                None => referrers.push(descriptor),
            }
            paths.insert(format!("manifests/{digest}"), bytes);
        }
        for (name, bytes) in &self.files {
            if let Some(digest) = name.strip_prefix("blobs/sha256/") {
                paths.insert(format!("blobs/sha256:{digest}"), bytes.clone());
            }
        }
        let list = json!({ "manifests": referrers }).to_string();
        paths.insert(format!("referrers/{}", self.digest), list.into_bytes());
        paths
    }
}

fn answer(
    stream: std::net::TcpStream,
    paths: &HashMap<String, Vec<u8>>,
    broken: &str,
    tell: &dyn Fn(),
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let mut stream = stream;
    while let Some(first) = lines.next().transpose()? {
        while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
        let mut words = first.split(' ');
        let (method, path) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        tell();
        let found = path.strip_prefix("/v2/shop/app/").and_then(|path| paths.get(path));
        let (status, body) = match found {
            _ if !broken.is_empty() && path.contains(broken) => (500, &[][..]),
            Some(bytes) => (200, bytes.as_slice()),
            None => (404, &[][..]),
        };
        let digest = crate::world::key::hex(&crate::world::key::sha256(body));
        let head = format!(
            "HTTP/1.1 {status} X\r\nDocker-Content-Digest: sha256:{digest}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let body = if method == "HEAD" { &[] } else { body };
        stream.write_all(&[head.as_bytes(), body].concat())?;
    }
    Ok(())
}
