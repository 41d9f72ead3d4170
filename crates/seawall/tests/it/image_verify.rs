//! `seawall image verify`, as a process.

use std::path::Path;

use crate::image_shelf::Shelf;
use crate::{Run, seawall_in, seawall_with};

pub(crate) const POLICY: &str = include_str!("../data/image-policy.yaml");
const BY_PIPELINE: [&str; 6] = [
    "--certificate-identity",
    "https://ci.test/org/app/release.yml@refs/heads/main",
    "--certificate-oidc-issuer",
    "https://tokens.ci.test",
    "--trusted-root",
    "trusted_root.json",
];

fn shelf() -> (Shelf, tempfile::TempDir) {
    let (shelf, folder) = (Shelf::new(), tempfile::tempdir().unwrap());
    shelf.lay(folder.path());
    std::fs::write(folder.path().join("policy.yaml"), POLICY).unwrap();
    (shelf, folder)
}

fn verify(folder: &Path, image: &str, args: &[&str]) -> Run {
    seawall_in(folder, &[&["image", "verify", image], args].concat(), b"")
}

#[test]
fn each_signature_is_told_and_one_that_counts_is_enough() {
    let (shelf, folder) = shelf();
    let run = verify(folder.path(), "shop:1", &BY_PIPELINE);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert!(run.out.starts_with(&format!("shop:1\n  {}\n", shelf.digest)), "{}", run.out);
    for part in [
        "\nsignature 1\n  identity: accepted: signed by `https://ci.test/org/app/release.yml@refs/heads/main`, for whom `https://tokens.ci.test` vouches, 2023-11-14T22:13:20Z\n",
        "\nsignature 2\n  identity: refused: signed with a key, and an identity is expected",
        "\nsignature 3\n  identity: refused: nothing that is trusted says when it was signed",
        "\nbundle 4: https://slsa.dev/provenance/v1\n  identity: accepted",
        "\npolicy `command-line`: verified by `identity`\n",
    ] {
        assert!(run.out.contains(part), "{part}\n{}", run.out);
    }
    let digest = format!("shop@{}", shelf.digest);
    assert_eq!(verify(folder.path(), &digest, &BY_PIPELINE).code, 0);
}

#[test]
fn what_is_not_signed_as_demanded_is_refused() {
    let (_, folder) = shelf();
    let other = [
        "--certificate-identity",
        "eve@test",
        BY_PIPELINE[2],
        BY_PIPELINE[3],
        BY_PIPELINE[4],
        BY_PIPELINE[5],
    ];
    let typed = |kind: &'static str| [&BY_PIPELINE[..], &["--type", kind]].concat();
    for (image, args, code, said) in [
        ("shop:2", BY_PIPELINE.to_vec(), 1, "the image has no signature and no attestation"),
        ("shop:1", other.to_vec(), 1, "not by `eve@test` by `https://tokens.ci.test`"),
        ("shop:1", typed("slsaprovenance1"), 0, "verified by `identity`"),
        ("shop:1", typed("spdx"), 1, "no attestation of type `https://spdx.dev/Document` that is accepted"),
        (
            "shop:1",
            vec!["--key", "cosign.pub", "--trusted-root", "trusted_root.json"],
            0,
            "verified by `key`",
        ),
        ("shop:2", vec!["--key", "cosign.pub", "--no-log"], 1, "refused"),
    ] {
        let run = verify(folder.path(), image, &args);
        assert_eq!(run.code, code, "{image} {args:?}\n{}{}", run.out, run.err);
        assert!(run.out.contains(said), "{said}\n{}", run.out);
    }
}

#[test]
fn policies_count_by_their_patterns() {
    let (_, folder) = shelf();
    let policy = ["--policy", "policy.yaml", "--trusted-root", "trusted_root.json"];
    let named = |name: &'static str| [&policy[..], &["--name", name]].concat();
    let run = verify(folder.path(), "shop:1", &named("registry.example/shop/app:1"));
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert!(run.out.contains("policy `release`: verified by `pipeline`"), "{}", run.out);
    assert_eq!(verify(folder.path(), "shop:1", &policy).code, 0);
    assert_eq!(verify(folder.path(), "shop:2", &policy).code, 1);
    let run = verify(folder.path(), "shop:1", &named("registry.example/other:1"));
    assert_eq!((run.code, run.err.contains("no policy is about")), (2, true), "{}", run.err);
}

#[test]
fn a_policy_that_is_not_understood_is_never_passed() {
    let (_, folder) = shelf();
    let odd = POLICY.replace("slsaprovenance1", "slsaprovenance1\n          policy: {type: cue, data: x}");
    std::fs::write(folder.path().join("policy.yaml"), odd).unwrap();
    let run =
        verify(folder.path(), "shop:1", &["--policy", "policy.yaml", "--trusted-root", "trusted_root.json"]);
    assert_eq!(run.code, 3, "{}{}", run.out, run.err);
    assert!(
        run.err.contains("policy.yaml:17:") && run.out.contains("not evaluated"),
        "{}{}",
        run.out,
        run.err
    );
}

#[test]
fn wrong_usage_has_hints() {
    let (_, folder) = shelf();
    let pem =
        std::fs::read_to_string(folder.path().join("cosign.pub")).unwrap().replace('\n', "\n          ");
    let keyed = format!(
        "apiVersion: policy.sigstore.dev/v1beta1\nkind: ClusterImagePolicy\nmetadata: {{name: k}}\nspec:\n  images: [{{glob: '**'}}]\n  \
         authorities:\n    - key:\n        data: |\n          {pem}\n"
    );
    std::fs::write(folder.path().join("keyed.yaml"), keyed).unwrap();
    for (image, args, said) in [
        ("shop", BY_PIPELINE.to_vec(), "it holds `1`, `2`"),
        ("shop:9", BY_PIPELINE.to_vec(), "there is no image `9` in it"),
        ("shop@sha256:00", BY_PIPELINE.to_vec(), "is no SHA-256"),
        ("shop:1", vec![], "hint: `--policy FILE`"),
        ("shop:1", vec!["--key", "cosign.pub"], "hint: `--trusted-root FILE`"),
        ("shop:1", BY_PIPELINE[..2].to_vec(), "belong together"),
        ("shop:1", vec!["--key", "trusted_root.json", "--no-log"], "holds no PEM block"),
        ("./shop/blobs", BY_PIPELINE.to_vec(), "there is no `oci-layout` in it"),
        ("registry.example/app:1", [&BY_PIPELINE[..], &["--offline"]].concat(), "registries are not asked"),
        ("A B", BY_PIPELINE.to_vec(), "is no image"),
        ("shop:1", vec!["--policy", "policy.yaml", "--no-log"], "cannot be used with"),
        ("shop:1", vec!["--policy", "keyed.yaml"], "says `ctlog: {}`"),
        ("shop:1", vec!["--key", "cosign.pub", "--no-log", "--type", "spxd"], "`--type spxd` is neither"),
    ] {
        let run = verify(folder.path(), image, &args);
        assert_eq!(run.code, 2, "{image} {args:?}\n{}{}", run.out, run.err);
        assert!(run.err.contains(said), "{said}\n{}", run.err);
    }
}

#[test]
#[cfg(feature = "registry")]
fn a_registry_is_asked() {
    let (shelf, folder) = shelf();
    let host = shelf.serve("");
    let run = verify(folder.path(), &format!("{host}/shop/app:1"), &BY_PIPELINE);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    let local = verify(folder.path(), "shop:1", &BY_PIPELINE);
    let signatures = |run: &Run| run.out.split_once("\n\n").map(|(_, rest)| rest.to_owned());
    assert_eq!(signatures(&run), signatures(&local), "folder and registry say the same");
    assert_eq!(verify(folder.path(), &format!("{host}/shop/app:2"), &BY_PIPELINE).code, 1);
    let run = verify(folder.path(), &format!("{host}/shop/app:9"), &BY_PIPELINE);
    assert_eq!((run.code, run.err.contains("has no `shop/app`, manifests/9")), (2, true), "{}", run.err);
    // Whoever cannot say what lies there has not said that nothing does.
    let broken = shelf.serve("referrers");
    let run = verify(folder.path(), &format!("{broken}/shop/app:2"), &BY_PIPELINE);
    assert_eq!((run.code, run.out.contains("answers 500")), (3, true), "{}{}", run.out, run.err);
}

#[test]
#[cfg(feature = "registry")]
fn a_proxy_of_the_environment_is_used() {
    let (_, folder) = shelf();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = format!("http://{}", listener.local_addr().unwrap());
    let asked = std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut first = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(stream), &mut first).unwrap();
        first
    });
    let args = [&["image", "verify", "registry.example/app:1"][..], &BY_PIPELINE].concat();
    let run = seawall_with(&[("HTTPS_PROXY", &proxy)], folder.path(), &args, b"");
    assert_eq!(run.code, 2, "{}", run.err);
    assert_eq!(asked.join().unwrap(), "CONNECT registry.example:443 HTTP/1.1\r\n");
}
