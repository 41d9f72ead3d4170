//! Charts as a user of the binary meets them. What Helm would print is printed by a program of the test.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{FORMATS, Run, seawall_with};

const CHART: &str = "apiVersion: v2\nname: shop\nversion: 1.0.0\n";
const TEMPLATE: &str = include_str!("../../../seawall-sources/tests/data/shop/templates/deployment.yaml");
const SECRET: &str = include_str!("../../../seawall-sources/tests/data/shop/templates/secret.yaml");
const RENDERED: &str = include_str!("../../../seawall-sources/tests/data/shop.rendered.yaml");

/// Writes a program. Another one writes the file: what a child of some other test holds open cannot be run.
pub(crate) fn program(file: &Path, script: &str) {
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    let mut child = Command::new("/bin/sh")
        .args(["-c", "cat > \"$0\" && chmod 755 \"$0\""])
        .arg(file)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    write!(child.stdin.take().unwrap(), "#!/bin/sh\n{script}").unwrap();
    assert!(child.wait().unwrap().success());
}

/// A `PATH` with the programs of a folder and those of every system.
fn path(folder: &Path) -> String {
    format!("{}:/usr/bin:/bin", folder.join("bin").display())
}

/// A chart, and a Helm that is this script.
struct Shop {
    folder: tempfile::TempDir,
    path: String,
}

impl Shop {
    fn new(helm: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        for (name, text) in [
            ("shop/Chart.yaml", CHART),
            ("shop/values.yaml", "password: changeme\n"),
            ("shop/templates/deployment.yaml", TEMPLATE),
            ("shop/templates/secret.yaml", SECRET),
            ("rendered.txt", RENDERED),
        ] {
            let file = at.join(name);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        let path = match helm {
            Some(script) => {
                program(&at.join("bin/helm"), script);
                path(at)
            }
            None => String::new(),
        };
        Shop { folder, path }
    }

    fn printing() -> Self {
        Shop::new(Some(
            "here=${0%/*}/..\nprintf '%s\\n' \"$@\" > \"$here/args\"\ncat \"$here/rendered.txt\"\n",
        ))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, args: &[&str]) -> Run {
        seawall_with(&[("PATH", &self.path)], self.folder.path(), args, b"")
    }

    fn args(&self) -> String {
        std::fs::read_to_string(self.file("args")).unwrap()
    }
}

#[test]
fn findings_point_at_the_template() {
    let shop = Shop::printing();
    let run = shop.run(&["scan", "shop", "--select", "pod-host-pid,pod-run-as-root-uid"]);
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    assert!(run.out.contains("shop/templates/deployment.yaml:16:7"), "{}", run.out);
    assert!(run.out.contains("16 |       hostPID: true"), "{}", run.out);
    let report = shop.run(&["scan", "shop", "-o", "json"]).json();
    let findings = report["findings"].as_array().unwrap();
    assert!(findings.iter().all(|finding| {
        let file = finding["locations"][0]["file"].as_str().unwrap();
        file.starts_with("shop/") && shop.file(file).is_file()
    }));
}

#[test]
fn comments_in_what_was_rendered_waive() {
    if !crate::pages::has_kubectl() {
        eprintln!("skipped: kubectl is not on the PATH");
        return;
    }
    let comment = |text: &str, before: &str| {
        let waiver =
            "# seawall: ignore pod-host-pid until 2999-01-31 because the agent reads all processes\n";
        text.replace(before, &format!("      {waiver}{before}"))
    };
    let shop = Shop::printing();
    let template = comment(TEMPLATE, "      hostPID: true\n");
    std::fs::write(shop.file("shop/templates/deployment.yaml"), template).unwrap();
    let rendered = comment(RENDERED, "      hostPID: true\n");
    std::fs::write(shop.file("rendered.txt"), rendered).unwrap();
    // kustomize drops comments and sorts the fields; the file has them.
    std::fs::write(
        shop.file("shop/kustomization.yaml"),
        "resources: [web.yaml]\nnamePrefix: a-\nlabels: [{pairs: {a: b}}]\n",
    )
    .unwrap();
    let web = "kind: Pod\nmetadata: {name: web}\napiVersion: v1\nspec:\n  containers:\n    - name: web\n      image: r/web:1\n      command: [sh]\n  hostPID: true\n";
    std::fs::write(shop.file("shop/web.yaml"), comment(web, "  hostPID: true\n")).unwrap();
    let path = format!("{}:{}", shop.path, std::env::var("PATH").unwrap());
    let args = ["scan", "shop", "--select", "pod-host-pid", "-o", "json"];
    let report = seawall_with(&[("PATH", &path)], shop.folder.path(), &args, b"").json();
    assert_eq!(report["problems"].as_array().map(Vec::len), Some(0), "{}", report["problems"]);
    for finding in report["findings"].as_array().unwrap() {
        assert!(finding["waiver"].is_object(), "{finding}");
        assert!(finding["locations"][0]["line"].is_u64(), "{finding}");
    }
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(2));
}

#[test]
fn secrets_of_values_are_printed_by_no_format() {
    let shop = Shop::printing();
    for format in FORMATS {
        let run = shop.run(&["scan", "shop", "--profile", "all", "-o", format]);
        assert!(run.out.contains("deployment.yaml"), "{format}: {}", run.err);
        assert!(!run.out.contains("changeme") && !run.err.contains("changeme"), "{format}");
    }
}

#[test]
fn what_was_not_rendered_counts_as_not_evaluated() {
    let shop = Shop::new(None);
    std::fs::write(shop.file("shop/pod.yaml"), crate::BAD_POD).unwrap();
    let args = ["scan", "shop", "--fail-on", "none"];
    let run = shop.run(&args);
    assert_eq!(run.code, 0);
    assert!(run.out.contains("the chart `shop` was not rendered: `helm` is not on the PATH"), "{}", run.out);
    assert_eq!(shop.run(&[&args[..], &["--strict"]].concat()).code, 3);
}

#[test]
fn what_programs_say_reaches_no_terminal_as_it_is() {
    let shop = Shop::new(Some("printf '\\033]0;title\\007 \\033[31mred\\n' >&2\nexit 1\n"));
    std::fs::write(shop.file("shop/pod.yaml"), crate::BAD_POD).unwrap();
    for format in FORMATS {
        let run = shop.run(&["scan", "shop", "-o", format]);
        let raw = |text: &str| text.contains('\u{1b}') || text.contains('\u{7}');
        assert!(!raw(&run.out) && !raw(&run.err), "{format}");
    }
}

#[test]
fn options_and_configuration_reach_helm() {
    let shop = Shop::printing();
    std::fs::write(shop.file("a.yaml"), "tag: '2'\n").unwrap();
    let options =
        ["--values", "a.yaml", "--set", "x=y", "--kube-version", "1.31", "--api-versions", "a/v1,b/v1"];
    shop.run(&[&["scan", "shop"], &options[..]].concat());
    let args = shop.args();
    for wanted in
        ["/a.yaml\n", "--set=x=y\n", "--kube-version=1.31\n", "--api-versions=a/v1\n--api-versions=b/v1\n"]
    {
        assert!(args.contains(wanted), "{args}");
    }
    let config = "render: {values: [a.yaml], set: [p=q], kubeVersion: v1.30.0}\n";
    std::fs::write(shop.file("seawall.yaml"), config).unwrap();
    shop.run(&["scan", "shop", "--set", "x=y"]);
    let args = shop.args();
    assert!(args.contains("/a.yaml\n--set=p=q\n--set=x=y\n--kube-version=v1.30.0\n"), "{args}");
    // Other commands read charts too.
    std::fs::remove_file(shop.file("args")).unwrap();
    let run = shop.run(&["network", "list", "-f", "shop"]);
    assert!(run.out.contains("shop"), "{}{}", run.out, run.err);
    assert!(shop.args().starts_with("template\nshop\n"));
}

#[test]
fn nothing_is_run_when_nothing_is_to_be_rendered() {
    let shop = Shop::printing();
    let run = shop.run(&["scan", "shop", "--no-render"]);
    assert!(run.err.contains("unrendered templates"), "{}", run.err);
    std::fs::write(shop.file("seawall.yaml"), "render: {enabled: false}\n").unwrap();
    shop.run(&["scan", "shop"]);
    assert!(!shop.file("args").exists());
}

#[test]
fn wrong_options_are_wrong_usage() {
    let shop = Shop::printing();
    for (options, why) in [
        (&["--values", "none.yaml"][..], "the values `none.yaml` cannot be read"),
        (&["--values", "shop"], "the values `shop` are no file"),
        (&["--set", "x"], "is not written KEY=VALUE"),
        (&["--kube-version", "latest"], "is no version of Kubernetes"),
        (&["--no-render", "--set", "x=y"], "cannot be used with"),
    ] {
        let run = shop.run(&[&["scan", "shop"], options].concat());
        assert_eq!(run.code, 2, "{options:?}: {}", run.err);
        assert!(run.err.contains(why), "{options:?}: {}", run.err);
    }
}
