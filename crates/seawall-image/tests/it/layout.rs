//! Folders in the OCI image layout.

use std::collections::HashMap;

use seawall_core::ImageDigest;
use seawall_image::signature::{
    Annotations, Cause, Found, Gap, Layout, Limits, SignatureSource, Signed, SourceError,
};
use serde_json::json;

use crate::world::image::{BUNDLE, ENVELOPE, Folder, SIMPLE, image};

fn open(files: &HashMap<String, Vec<u8>>) -> Result<Found, SourceError> {
    open_with(files, Limits::default())
}

fn open_with(files: &HashMap<String, Vec<u8>>, limits: Limits) -> Result<Found, SourceError> {
    Layout::open(|path: &str| Ok(files.get(path).cloned()), limits)?.signatures(image())
}

fn tag(ending: &str) -> Option<String> {
    Some(format!("sha256-{}{ending}", image().hex()))
}

#[test]
fn signatures_by_tag_and_by_subject() {
    let mut folder = Folder::default();
    let annotations = Annotations::from([("a".to_owned(), "b".to_owned())]);
    let simple = folder.manifest(SIMPLE, b"simple", &annotations, None);
    folder.tag(simple, tag(".sig"));
    let attestation = folder.manifest(ENVELOPE, b"envelope", &annotations, None);
    folder.tag(attestation, tag(".att").map(|tag| format!("r.test:5000/app:{tag}")));
    let referrer = folder.manifest(BUNDLE, b"bundle", &Annotations::new(), Some(image()));
    folder.tag(referrer, None);
    let listed = folder.manifest(BUNDLE, b"listed", &Annotations::new(), Some(image()));
    let list = folder.blob(
        "application/vnd.oci.image.index.v1+json",
        json!({ "manifests": [listed] }).to_string().as_bytes(),
    );
    folder.tag(list, tag(""));
    let other = folder.manifest(BUNDLE, b"other", &Annotations::new(), Some(ImageDigest::from([1; 32])));
    folder.tag(other, None);
    let elsewhere = folder.manifest(SIMPLE, b"elsewhere", &annotations, None);
    folder.tag(elsewhere, Some("sha256-00.sig".to_owned()));
    let found = open(&folder.finish()).unwrap();
    assert_eq!(found.faults, Vec::<String>::new());
    assert_eq!(
        found.signed,
        [
            Signed::Simple { payload: b"simple".to_vec(), annotations: annotations.clone() },
            Signed::Attestation { envelope: b"envelope".to_vec(), annotations },
            Signed::Bundle("bundle".to_owned()),
            Signed::Bundle("listed".to_owned()),
        ]
    );
}

#[test]
fn a_folder_without_signatures_is_not_a_folder_that_cannot_be_read() {
    assert_eq!(open(&Folder::default().finish()), Ok(Found::default()));
    let broken = |path: &str, content: Option<&str>| {
        let mut files = Folder::default().finish();
        match content {
            Some(content) => drop(files.insert(path.to_owned(), content.as_bytes().to_vec())),
            None => drop(files.remove(path)),
        }
        open(&files).unwrap_err()
    };
    for (path, content) in [
        ("oci-layout", None),
        ("oci-layout", Some("{}")),
        ("oci-layout", Some("[")),
        ("index.json", None),
        ("index.json", Some("{")),
    ] {
        assert!(matches!(broken(path, content), SourceError::Malformed(_)), "{path}");
    }
    let unreachable = Layout::open(|_: &str| Err("gone".to_owned()), Limits::default()).err().unwrap();
    assert_eq!(unreachable, SourceError::Unreachable(Gap::new(Cause::Here, "gone")));
}

#[test]
fn blobs_have_the_digest_they_are_asked_by() {
    let mut folder = Folder::default();
    let simple = folder.manifest(SIMPLE, b"simple", &Annotations::new(), None);
    folder.tag(simple.clone(), tag(".sig"));
    let mut files = folder.finish();
    let layer = files.iter().find(|(_, bytes)| *bytes == b"simple").unwrap().0.clone();
    files.insert(layer.clone(), b"changed".to_vec());
    let found = open(&files).unwrap();
    assert_eq!(found.signed, []);
    assert!(found.faults[0].ends_with("has other content"), "{}", found.faults[0]);
    files.remove(&layer);
    assert!(open(&files).unwrap().faults[0].ends_with("is missing"));
    let manifest = simple["digest"].as_str().unwrap().replace("sha256:", "blobs/sha256/");
    files.insert(manifest, b"{}".to_vec());
    assert!(open(&files).unwrap().faults[0].ends_with("has other content"));
}

#[test]
fn what_is_too_much_is_told() {
    let mut folder = Folder::default();
    for text in ["one", "two"] {
        let bundle = folder.manifest(BUNDLE, text.as_bytes(), &Annotations::new(), Some(image()));
        folder.tag(bundle, None);
    }
    let files = folder.finish();
    let limits = Limits::default();
    for (limits, signed) in [
        (Limits { signatures: 1, ..limits }, 1),
        (Limits { manifests: 1, ..limits }, 1),
        (Limits { bundle: 2, ..limits }, 0),
    ] {
        let found = open_with(&files, limits).unwrap();
        assert_eq!((found.signed.len(), found.faults.is_empty()), (signed, false), "{:?}", found.faults);
    }
}

#[test]
fn images_are_told_from_what_belongs_to_them() {
    let mut folder = Folder::default();
    let one = folder.blob("application/vnd.oci.image.manifest.v1+json", b"{}");
    folder.tag(one.clone(), Some("r.test:5000/app:1".to_owned()));
    let index = folder.blob("application/vnd.oci.image.index.v1+json", b"{\"manifests\": []}");
    folder.tag(index.clone(), None);
    for ending in [".sig", ".att", ""] {
        let manifest = folder.manifest(SIMPLE, ending.as_bytes(), &Annotations::new(), None);
        folder.tag(manifest, tag(ending));
    }
    let referrer = folder.manifest(BUNDLE, b"bundle", &Annotations::new(), Some(image()));
    folder.tag(referrer, None);
    let files = folder.finish();
    let layout = Layout::open(|path: &str| Ok(files.get(path).cloned()), Limits::default()).unwrap();
    let digest =
        |descriptor: &serde_json::Value| ImageDigest::parse(descriptor["digest"].as_str().unwrap()).unwrap();
    assert_eq!(layout.images(), [(digest(&one), Some("1")), (digest(&index), None)]);
}
