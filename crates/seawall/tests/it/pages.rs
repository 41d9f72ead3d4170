//! What pages under `docs` show is what commands print.
//!
//! A block of `console` or `text` that holds `$ seawall …` is run. Between commands stands what they print: all of it, but
//! that a line `…` or `...` stands for any lines, and a line that ends with one is cut. On a page that says `Shortened`
//! lines may be left out; those that are there stand in order.

use std::path::{Path, PathBuf};

use crate::{Run, network_generate, seawall_with, workspace};

const SHOP: &str = include_str!("../data/network-shop.yaml");
const KUBECONFIG: &str = "apiVersion: v1
kind: Config
clusters: [{name: prod, cluster: {server: 'https://x', insecure-skip-tls-verify: true}}]
users: [{name: me, user: {token: t}}]
";

/// Pages with the files that their commands name. Those of `cluster.md` need a cluster; `paths-busy.md` shows none.
const PAGES: &[(&str, &[(&str, &str)])] = &[
    (
        "admit",
        &[
            ("review.json", include_str!("../data/admit-review.json")),
            ("namespaces.yaml", include_str!("../data/admit-namespaces.yaml")),
            ("admission.yaml", include_str!("../data/admit-admission.yaml")),
            ("shop.yaml", include_str!("../data/admit-shop.yaml")),
            ("audit.jsonl", include_str!("../data/admit-audit.jsonl")),
            ("defaults.yaml", include_str!("../data/admit-defaults.yaml")),
            ("web.yaml", include_str!("../data/admit-web.yaml")),
        ],
    ),
    ("ci", &[("deploy/web.yaml", crate::BAD_POD)]),
    (
        "compare",
        &[
            ("trivy.json", include_str!("../../../seawall-peers/tests/it/data/trivy.json")),
            ("payments.yaml", include_str!("../../../../examples/shop/payments.yaml")),
            ("rbac-operator.yaml", include_str!("../../../../examples/shop/rbac-operator.yaml")),
        ],
    ),
    (
        "comply",
        &[
            ("eks.json", include_str!("../../../seawall-report/tests/data/eks.json")),
            ("pod.yaml", crate::comply::POD),
            ("rules.toml", include_str!("../data/comply-rules.toml")),
        ],
    ),
    ("fix", &[("web.yaml", include_str!("../data/fix-web.yaml"))]),
    ("charts", CHARTS),
    ("image-verify", &[("image-policy.yaml", crate::image_verify::POLICY)]),
    ("network-calico", &[("shop.yaml", include_str!("../data/network-calico.yaml"))]),
    ("network-cilium", &[("shop.yaml", include_str!("../data/network-cilium.yaml"))]),
    ("network-exposure", &[]),
    (
        "network-generate",
        &[
            ("shop.yaml", include_str!("../data/network-generate.yaml")),
            ("flows.csv", network_generate::FLOWS),
        ],
    ),
    ("network-lint", &[]),
    ("network-mesh", &[("shop.yaml", include_str!("../data/network-mesh.yaml"))]),
    ("network", &[("shop.yaml", SHOP), ("before/shop.yaml", SHOP)]),
    (
        "paths",
        &[
            ("cluster.yaml", include_str!("../data/paths-cluster.yaml")),
            ("shop.yaml", include_str!("../data/paths-shop.yaml")),
            ("web.json", include_str!("../data/paths-trivy.json")),
        ],
    ),
    ("plan", &[]),
    (
        "policy",
        &[
            ("replicas.yaml", include_str!("../data/policy-replicas.yaml")),
            ("replicas.md", include_str!("../data/policy-replicas.md")),
            ("web.yaml", include_str!("../data/policy-web.yaml")),
            ("cluster.jsonl", include_str!("../data/policy-cluster.jsonl")),
            ("changed.jsonl", include_str!("../data/policy-changed.jsonl")),
            ("audit.jsonl", include_str!("../data/policy-audit.jsonl")),
            ("review.json", include_str!("../data/policy-review.json")),
        ],
    ),
    (
        "policy-gatekeeper",
        &[
            ("labels.yaml", include_str!("../data/gatekeeper-labels.yaml")),
            ("broken.yaml", include_str!("../data/gatekeeper-broken.yaml")),
            ("web.yaml", include_str!("../data/policy-web.yaml")),
        ],
    ),
    ("policy-lint", &[("no-root.yaml", include_str!("../data/policy-lint.yaml"))]),
    ("rbac-kubeconfig", &[("config.yaml", KUBECONFIG)]),
    ("rbac-minimize", &[]),
    ("rbac-tenants", &[]),
    ("rbac", &[]),
    (
        "waivers",
        &[
            (".trivyignore", include_str!("../data/import-trivyignore.txt")),
            ("exceptions.json", include_str!("../data/import-kubescape.json")),
            ("web.yaml", include_str!("../data/import-web.yaml")),
        ],
    ),
];

/// A chart with what Helm prints for it, and a kustomization.
const CHARTS: &[(&str, &str)] = &[
    ("shop/Chart.yaml", include_str!("../../../seawall-sources/tests/data/shop/Chart.yaml")),
    ("shop/values.yaml", include_str!("../../../seawall-sources/tests/data/shop/values.yaml")),
    (
        "shop/templates/deployment.yaml",
        include_str!("../../../seawall-sources/tests/data/shop/templates/deployment.yaml"),
    ),
    (
        "shop/templates/secret.yaml",
        include_str!("../../../seawall-sources/tests/data/shop/templates/secret.yaml"),
    ),
    ("rendered.txt", include_str!("../../../seawall-sources/tests/data/shop.rendered.yaml")),
    ("deploy/base/kustomization.yaml", "resources: [web.yaml]\n"),
    (
        "deploy/base/web.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  selector:\n    matchLabels: {app: web}\n  template:\n    metadata:\n      labels: {app: web}\n    spec:\n      hostPID: true\n      containers:\n        - name: web\n          image: registry.example/web:1\n",
    ),
    (
        "deploy/prod/kustomization.yaml",
        "resources: [../base]\nnamespace: prod\nnamePrefix: prod-\npatches: [{path: patch.yaml}]\n",
    ),
    (
        "deploy/prod/patch.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n    spec:\n      hostNetwork: true\n",
    ),
    ("bare/kustomization.yaml", "resources: ['https://example.com/base.yaml', pod.yaml]\n"),
    ("bare/pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n"),
];

/// Files of real clusters, which are not part of the project.
const REAL: [&str; 3] =
    ["cluster/busy.jsonl.zst", "cluster/vanilla.jsonl.zst", "audit/apiserver-1.36.jsonl.gz"];

/// A command as a page shows it.
struct Shown<'p> {
    line: usize,
    command: &'p str,
    output: Vec<&'p str>,
}

#[test]
fn pages_show_what_is_printed() {
    let mut wrong = Vec::new();
    let mut run = 0;
    for (page, files) in PAGES {
        let path = workspace().join("docs").join(format!("{page}.md"));
        let text = std::fs::read_to_string(path).unwrap();
        if *page == "charts" && !has_kubectl() {
            eprintln!("skipped: {page}.md, for kubectl is not on the PATH");
            continue;
        }
        let folder = folder(files);
        let shortened = text.contains("Shortened");
        let commands = commands(&text);
        assert!(!commands.is_empty(), "{page} shows no command");
        for Shown { line, command, output } in commands {
            let Some(printed) = print(folder.path(), command) else {
                eprintln!("skipped: `{command}` of {page}.md reads a real cluster, which is not here");
                continue;
            };
            run += 1;
            let with_errors: Vec<&str> = printed.err.lines().chain(printed.out.lines()).collect();
            let alone: Vec<&str> = printed.out.lines().collect();
            if ![alone, with_errors].iter().any(|lines| matches(&output, lines, shortened)) {
                wrong.push(format!("docs/{page}.md:{line}: {command}\n{}{}", printed.err, printed.out));
            }
        }
    }
    assert!(run >= 20, "{run} commands were run");
    assert!(wrong.is_empty(), "these print something else than pages show:\n\n{}", wrong.join("\n\n"));
}

/// A folder with the files of a page and, where they are, those of real clusters.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        mode_644(&path);
    }
    if files.iter().any(|(name, _)| *name == "before/shop.yaml") {
        // Whoever may connect to the database may do so on every port.
        let after = SHOP.replace("    ports:\n    - port: 5432\n", "");
        std::fs::create_dir(folder.path().join("after")).unwrap();
        std::fs::write(folder.path().join("after/shop.yaml"), after).unwrap();
    }
    if files.iter().any(|(name, _)| *name == "image-policy.yaml") {
        crate::image_shelf::Shelf::new().lay(folder.path());
    }
    for real in REAL.map(real).iter().filter(|path| path.exists()) {
        std::fs::copy(real, folder.path().join(real.file_name().unwrap())).unwrap();
    }
    folder
}

pub(crate) fn has_kubectl() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    cfg!(unix) && std::env::split_paths(&path).any(|folder| folder.join("kubectl").is_file())
}

/// The programs that commands find: only the page about charts needs any, and its Helm prints what was printed once.
#[cfg(unix)]
fn path(folder: &Path) -> String {
    if !folder.join("rendered.txt").exists() {
        return String::new();
    }
    crate::render::program(&folder.join("bin/helm"), "cat \"${0%/*}/../rendered.txt\"\n");
    let path = std::env::var("PATH").unwrap_or_default();
    format!("{}:{path}", folder.join("bin").display())
}

#[cfg(not(unix))]
fn path(_: &Path) -> String {
    String::new()
}

fn real(name: &str) -> PathBuf {
    workspace().join("../shared/corpus").join(name)
}

#[cfg(unix)]
fn mode_644(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).unwrap();
}

#[cfg(not(unix))]
fn mode_644(_: &Path) {}

/// The commands of a page with their outputs; blank lines around these are for the eye.
fn commands(text: &str) -> Vec<Shown<'_>> {
    let mut commands: Vec<Shown<'_>> = Vec::new();
    let mut block = None;
    for (number, line) in (1..).zip(text.lines()) {
        if line.starts_with("```") {
            block = if block.is_none() { Some(commands.len()) } else { None };
        } else if let (Some(_), Some(command)) = (block, line.strip_prefix("$ ")) {
            commands.push(Shown { line: number, command, output: Vec::new() });
        } else if let Some(last) = block.and_then(|first| commands.get_mut(first..)?.last_mut()) {
            last.output.push(line);
        }
    }
    for command in &mut commands {
        while command.output.last().is_some_and(|line| line.is_empty()) {
            command.output.pop();
        }
    }
    commands
}

/// What a command prints; `None` when it reads a file that is not here.
fn print(folder: &Path, command: &str) -> Option<Run> {
    if let Some(echo) = command.strip_prefix("echo '") {
        let (text, file) = echo.split_once("' > ").unwrap();
        std::fs::write(folder.join(file), text.to_owned() + "\n").unwrap();
        return Some(Run { code: 0, out: String::new(), err: String::new() });
    }
    let command = command.split("  #").next().unwrap().trim_end();
    let words: Vec<&str> = command.strip_prefix("seawall ").unwrap().split(' ').collect();
    let missing =
        |real: &&str| words.contains(&real.rsplit('/').next().unwrap()) && !self::real(real).exists();
    if REAL.iter().any(missing) {
        return None;
    }
    let examples = words.iter().any(|word| word.starts_with("examples/"));
    let place = if examples { workspace() } else { folder.to_owned() };
    Some(seawall_with(&[("PATH", &path(folder))], &place, &words, b""))
}

fn matches(shown: &[&str], printed: &[&str], shortened: bool) -> bool {
    let Some((first, rest)) = shown.split_first() else {
        return shortened || printed.iter().all(|line| line.is_empty());
    };
    if is_gap(first) {
        return (0..=printed.len()).any(|skipped| matches(rest, &printed[skipped..], shortened));
    }
    // Where lines may be left out the first that fits is as good as any other.
    let within = if shortened { printed.len() } else { printed.len().min(1) };
    match printed[..within].iter().position(|line| fits(first, line)) {
        Some(at) => matches(rest, &printed[at + 1..], shortened),
        None => false,
    }
}

fn is_gap(line: &str) -> bool {
    let line = line.trim_start().trim_start_matches("| ");
    line == "..." || line.starts_with('…')
}

fn fits(shown: &str, printed: &str) -> bool {
    let cut = shown.strip_suffix("...").or_else(|| shown.strip_suffix('…'));
    cut.map_or(shown.trim_end() == printed.trim_end(), |start| printed.starts_with(start))
}

#[test]
fn what_is_not_printed_is_noticed() {
    let printed = ["a", "b long", "c", "d"];
    for (shown, whole, shortened) in [
        (&["a", "b long", "c", "d"][..], true, true),
        (&["a", "b...", "c", "d"], true, true),
        (&["a", "...", "d"], true, true),
        (&["a", "c", "d"], false, true),
        (&["a", "b long", "c"], false, true),
        (&["a", "c", "b long", "d"], false, false),
        (&["a", "x", "d"], false, false),
        (&[], false, true),
    ] {
        assert_eq!(matches(shown, &printed, false), whole, "{shown:?}");
        assert_eq!(matches(shown, &printed, true), shortened, "{shown:?}, shortened");
    }
}
