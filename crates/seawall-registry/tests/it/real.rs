//! The registry of the specification's own project, where it is installed (Debian: `docker-registry`).

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use seawall_core::{ImageDigest, ImageReference};
use seawall_registry::block_on;

use crate::shelf::{BUNDLE, SIMPLE, Shelf, client};

/// Ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

#[allow(clippy::disallowed_methods, reason = "a test may look for a program")]
fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).map(|folder| folder.join("docker-registry")).find(|file| file.is_file())
}

/// Starts it on a port that it chooses, which its log names.
fn start(program: &PathBuf, folder: &std::path::Path) -> (Running, String) {
    let config = folder.join("config.yml");
    let text = format!(
        "version: 0.1\nlog: {{level: info, formatter: json}}\nstorage:\n  filesystem: {{rootdirectory: '{}'}}\nhttp: {{addr: '127.0.0.1:0'}}\n",
        folder.join("data").display()
    );
    std::fs::write(&config, text).unwrap();
    let child = Command::new(program)
        .args(["serve".as_ref(), config.as_os_str()])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = Running(child.unwrap());
    let mut log = BufReader::new(child.0.stderr.take().unwrap());
    let host = loop {
        let mut line = String::new();
        assert!(log.read_line(&mut line).unwrap() > 0, "it ended before it listened");
        if let Some((_, rest)) = line.split_once("listening on ") {
            break rest.split(['"', ',', ' ']).next().unwrap().to_owned();
        }
    };
    // Whoever stops reading stops a program that writes.
    std::thread::spawn(move || log.read_to_end(&mut Vec::new()));
    (child, host)
}

/// Sends something; the head of the answer.
fn send(host: &str, method: &str, path: &str, kind: &str, body: &[u8]) -> String {
    let mut stream = TcpStream::connect(host).unwrap();
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
    );
    stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 20"), "{method} {path}: {answer}");
    answer
}

fn push_blob(host: &str, digest: &str, bytes: &[u8]) {
    let answer = send(host, "POST", "/v2/app/blobs/uploads/", "application/octet-stream", b"");
    let location = answer.lines().find_map(|line| line.strip_prefix("Location: ")).unwrap();
    let path = location.split_once(host).unwrap().1;
    send(host, "PUT", &format!("{path}&digest={digest}"), "application/octet-stream", bytes);
}

#[test]
fn the_real_registry_is_read() {
    let Some(program) = program() else {
        eprintln!("skipped: `docker-registry` is not on the PATH; on Debian the package of that name has it");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (_running, host) = start(&program, folder.path());
    let mut shelf = Shelf::default();
    let config = serde_json::json!({"mediaType": "application/vnd.oci.image.config.v1+json", "size": 2,
        "digest": crate::shelf::digest(b"{}").to_string()});
    let manifest = |layers: &[serde_json::Value]| serde_json::json!({"schemaVersion": 2, "mediaType": crate::shelf::MANIFEST, "config": config, "layers": layers});
    let image = shelf.manifest(&manifest(&[]), Some("1"));
    let signature = shelf.layer(SIMPLE, b"simple");
    shelf.manifest(&manifest(&[signature]), Some(&format!("sha256-{}.sig", image.hex())));
    let layer = shelf.layer(BUNDLE, b"bundle");
    let mut referrer = manifest(&[layer]);
    referrer["subject"] =
        serde_json::json!({"mediaType": crate::shelf::MANIFEST, "size": 1, "digest": image.to_string()});
    let referrer_digest = shelf.manifest(&referrer, None);
    let descriptor = serde_json::json!({"mediaType": crate::shelf::MANIFEST, "digest": referrer_digest.to_string(),
        "size": referrer.to_string().len(), "artifactType": BUNDLE});
    let list = serde_json::json!({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [descriptor]});
    push_blob(&host, &crate::shelf::digest(b"{}").to_string(), b"{}");
    for (path, bytes) in shelf.0.iter().filter(|(path, _)| path.starts_with("blobs/")) {
        push_blob(&host, path.trim_start_matches("blobs/"), bytes);
    }
    for (path, bytes) in shelf.0.iter().filter(|(path, _)| path.starts_with("manifests/")) {
        send(&host, "PUT", &format!("/v2/app/{path}"), crate::shelf::MANIFEST, bytes);
    }
    let kind = "application/vnd.oci.image.index.v1+json";
    send(
        &host,
        "PUT",
        &format!("/v2/app/manifests/sha256-{}", image.hex()),
        kind,
        list.to_string().as_bytes(),
    );
    let text = format!("{host}/app:1");
    let reference = ImageReference::parse(&text).unwrap();
    let client = client();
    let (resolved, found): (Result<ImageDigest, _>, _) =
        block_on(async { (client.resolve(&reference).await, client.signatures(&reference, image).await) })
            .unwrap();
    assert_eq!(resolved, Ok(image));
    let found = found.unwrap();
    assert_eq!((found.signed.len(), found.faults), (2, Vec::new()));
}
