//! Files and folders: what is read, what is left out, what is said of it.

use std::fs;
use std::path::Path;

use seawall_sources::{Loaded, Progress, SourceLimits, Target, load, load_with};

const POD: &str =
    "apiVersion: v1\nkind: Pod\nmetadata: {name: NAME}\nspec: {containers: [{name: a, image: b}]}\n";

fn pod(name: &str) -> String {
    POD.replace("NAME", name)
}

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

fn scan(path: &Path) -> Loaded {
    load(&[Target::parse(path.to_str().unwrap()).unwrap()], &SourceLimits::default())
}

fn names(loaded: &Loaded) -> Vec<&str> {
    loaded.inventory.resources().iter().map(|resource| resource.name()).collect()
}

#[test]
fn finds_manifests_in_order_and_counts_the_rest() {
    let folder = folder(&[
        ("b/two.yml", pod("two").as_bytes()),
        ("a/one.yaml", pod("one").as_bytes()),
        ("c/three.JSON", br#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"three"}}"#),
        ("mkdocs.yaml", b"site_name: docs\n"),
        ("notes.txt", pod("text").as_bytes()),
        ("skipped/x.yaml", pod("skipped").as_bytes()),
        (".seawallignore", b"skipped/\n"),
        (".git/config.yaml", pod("git").as_bytes()),
        (".ci/hidden.yaml", pod("hidden").as_bytes()),
    ]);
    let loaded = scan(folder.path());
    assert_eq!(names(&loaded), ["hidden", "one", "two", "three"]);
    assert_eq!(loaded.counts.files, 5);
    assert_eq!(loaded.counts.foreign, 1);
    assert_eq!((loaded.counts.ignored_files, loaded.counts.ignored_folders), (0, 1));
    assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
}

#[test]
fn openapi_documents_of_an_api_server_are_kept_and_are_no_objects() {
    let document = |extension: &str| {
        format!("openapi: 3.0.0\ncomponents:\n  schemas:\n    a.Thing: {{type: object{extension}}}\n")
    };
    let gvk = ", x-kubernetes-group-version-kind: [{group: example.com, version: v1, kind: Thing}]";
    let folder = folder(&[
        ("pod.yaml", pod("one").as_bytes()),
        ("cluster.yaml", document(gvk).as_bytes()),
        ("shop.yaml", document("").as_bytes()),
    ]);
    let loaded = scan(folder.path());
    assert_eq!(names(&loaded), ["one"]);
    assert_eq!(loaded.counts.foreign, 2);
    assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
    let inventory = loaded.inventory;
    assert_eq!(inventory.api_documents().len(), 1);
    // They stay with whatever is made of the inventory.
    assert_eq!(inventory.joined_with([]).api_documents().len(), 1);
    assert_eq!(inventory.keeping(|_| false).build().api_documents().len(), 1);
    let more = inventory.api_documents().to_vec();
    assert_eq!(inventory.described_by(more).api_documents().len(), 2);
}

#[test]
fn what_ignore_files_leave_out_is_counted() {
    let folder = folder(&[
        (".gitignore", b"/a.yaml\n*.json\n!kept.json\nbuild/\n"),
        ("a.yaml", pod("a").as_bytes()),
        ("kept.json", b"{}"),
        ("left.json", b"{}"),
        ("notes.txt", b"no manifest"),
        ("b/a.yaml", pod("b").as_bytes()),
        // A folder that is not entered is one, whatever is in it, and its own ignore files say nothing.
        ("build/one.yaml", pod("one").as_bytes()),
        ("b/build/deep/two.yaml", pod("two").as_bytes()),
        // Ignore files hide themselves too.
        ("c/.ignore", b"*\n"),
        ("c/three.yaml", pod("three").as_bytes()),
        (".git/config.yaml", pod("git").as_bytes()),
    ]);
    let loaded = scan(folder.path());
    assert_eq!(names(&loaded), ["b"]);
    assert_eq!(loaded.counts.files, 2);
    assert_eq!((loaded.counts.ignored_files, loaded.counts.ignored_folders), (3, 2));
    // A folder below is read with the ignore files of those above.
    assert_eq!(scan(&folder.path().join("b")).counts.ignored_folders, 1);
}

#[test]
fn whoever_watches_sees_each_file() {
    let folder = folder(&[("a.yaml", pod("a").as_bytes()), ("b.yaml", b"x: 1\n")]);
    let dump = folder.path().join("dump.jsonl");
    fs::write(&dump, "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"c\"}}\n").unwrap();
    let progress = Progress::default();
    let targets = [Target::Folder(folder.path().into()), Target::Snapshot(dump)];
    load_with(&targets, &SourceLimits::default(), &progress, |_, _| Ok::<(), ()>(())).unwrap();
    assert_eq!((progress.files(), progress.objects()), (2, 1));
}

#[test]
fn a_named_file_is_read_whatever_its_name() {
    let folder = folder(&[("manifest.txt", pod("text").as_bytes())]);
    assert_eq!(names(&scan(&folder.path().join("manifest.txt"))), ["text"]);
}

#[test]
fn lists_are_opened_and_imply_kinds() {
    let list = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: one}\n- kind: 3\n  apiVersion: v1\n- {}\n---\napiVersion: v1\nkind: PodList\nitems: [{metadata: {name: two}}]\n";
    let folder = folder(&[("list.yaml", list.as_bytes())]);
    let loaded = scan(folder.path());
    assert_eq!(names(&loaded), ["one", "two"]);
    assert_eq!(loaded.inventory.resources()[1].kind(), "Pod");
    let problems: Vec<(u32, &str)> = loaded
        .problems
        .iter()
        .map(|problem| (problem.position.unwrap().line, problem.message.as_str()))
        .collect();
    assert_eq!(
        problems,
        [
            (7, "`apiVersion` and `kind` must be texts; the object was left out"),
            (9, "an item of the list has no `apiVersion` and `kind`; it was left out"),
        ]
    );
    assert_eq!(loaded.counts.documents, 2);
}

#[test]
fn pods_past_the_limit_of_one_object_are_a_problem() {
    for (count, problems) in [(10_000, 0), (10_001, 1)] {
        let pods = "  - containers: [{image: a}]\n".repeat(count);
        let text = format!("apiVersion: x.example/v1\nkind: Fleet\nmetadata: {{name: f}}\nspecs:\n{pods}");
        let dir = folder(&[("fleet.yaml", text.as_bytes())]);
        let loaded = scan(dir.path());
        assert_eq!(loaded.problems.len(), problems, "{:?}", loaded.problems);
        assert!(loaded.problems.iter().all(|problem| problem.message.contains("more than 10000 pods")));
        assert_eq!(loaded.inventory.resources()[0].pods().count(), 10_000);
    }
}

#[test]
fn bad_files_are_problems_and_the_rest_goes_on() {
    let folder = folder(&[("binary.yaml", b"\0\0\0elf"), ("good.yaml", pod("good").as_bytes())]);
    let loaded = load(
        &[Target::Folder(folder.path().into()), Target::File(folder.path().join("missing.yaml"))],
        &SourceLimits::default(),
    );
    assert_eq!(names(&loaded), ["good"]);
    let messages: Vec<&str> = loaded.problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(messages, ["the file is binary, not text, and was left out", "the file could not be read"]);
    assert!(loaded.problems.iter().all(|problem| problem.file.is_some() && problem.cause.is_some()));
}

#[test]
fn files_over_the_limit_are_left_out() {
    let folder = folder(&[("big.yaml", pod("big").as_bytes()), ("small.yaml", b"{}")]);
    let limits = SourceLimits { file_bytes: 10, ..SourceLimits::default() };
    let loaded = load(&[Target::Folder(folder.path().into())], &limits);
    assert_eq!(loaded.problems.len(), 1);
    assert_eq!(loaded.problems[0].message, "the file is too large and was left out");
}

#[cfg(unix)]
#[test]
fn links_lead_to_files_once_and_never_round() {
    use std::os::unix::fs::symlink;
    let folder = folder(&[("real/one.yaml", pod("one").as_bytes())]);
    let outside = self::folder(&[("two.yaml", pod("two").as_bytes())]);
    symlink(folder.path(), folder.path().join("real/round")).unwrap();
    symlink(folder.path().join("real/one.yaml"), folder.path().join("again.yaml")).unwrap();
    symlink(outside.path().join("two.yaml"), folder.path().join("linked.yaml")).unwrap();
    symlink(folder.path().join("nowhere"), folder.path().join("dangling.yaml")).unwrap();
    let loaded = scan(folder.path());
    assert_eq!(names(&loaded), ["two", "one"]);
    let messages: Vec<&str> = loaded.problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(
        messages,
        ["the link leads nowhere", "link to a folder is not followed; name the folder itself to read it"]
    );
}

#[test]
fn a_target_that_is_not_there_is_an_error() {
    let error = Target::parse("no/such/file.yaml").unwrap_err().to_string();
    assert!(error.starts_with("cannot read `no/such/file.yaml`"), "{error}");
    assert_eq!(Target::parse("cluster").unwrap(), Target::Cluster(None));
    assert_eq!(Target::parse("cluster:").unwrap(), Target::Cluster(None));
    assert_eq!(Target::parse("cluster:a:b").unwrap(), Target::Cluster(Some("a:b".into())));
    assert!(Target::parse("clusters").is_err());
    let loaded = load(&[Target::Cluster(None)], &SourceLimits::default());
    assert_eq!(loaded.problems[0].message, "a live cluster cannot be read here");
}
