//! Targets and programs that mean no good.

use std::time::Duration;

use super::{Place, has_kubectl};

const CHART: (&str, &str) = ("c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n");

/// What is said of a chart whose program does this.
fn said(script: &str, change: impl FnOnce(&mut Place)) -> String {
    let mut place = Place::new(&[CHART]);
    place.program("helm", script);
    change(&mut place);
    let mut problems = place.problems(&place.load());
    assert_eq!(problems.len(), 1, "{problems:?}");
    problems.remove(0)
}

#[test]
fn a_program_that_hangs_is_ended() {
    let short = |place: &mut Place| place.rendering.limits.time = Duration::from_millis(50);
    let hangs = said("exec sleep 1000", short);
    assert!(hangs.contains("`helm template` was ended after 0.05 seconds"), "{hangs}");
    // One that closed its output is no better.
    let silent = said("exec >&- 2>&- sleep 1000", short);
    assert!(silent.contains("was ended after"), "{silent}");
}

#[test]
fn a_program_that_prints_without_end_is_ended() {
    let endless = said("exec yes", |place| place.rendering.limits.output_bytes = 2 << 20);
    assert!(endless.contains("`helm template` printed more than 2 MiB"), "{endless}");
    let complaints = said("yes '\u{1b}[31mred' | head -c 1000000 >&2; exit 1", |_| ());
    assert!(complaints.len() < 2_000, "{}", complaints.len());
    let nothing = said("exit 3", |_| ());
    assert!(nothing.contains("failed and did not say why"), "{nothing}");
}

#[test]
fn what_a_program_prints_need_not_be_yaml() {
    let mut place = Place::new(&[CHART]);
    place.program(
        "helm",
        "printf -- '---\\n# Source: c/../../../etc/passwd\\nkind: Pod\\napiVersion: v1\\nmetadata: {name: a}\\n---\\n\\t: [\\n---\\n\\377\\000\\n'",
    );
    let loaded = place.load();
    // No template of that name is in the chart.
    assert_eq!(place.read(&loaded), ["c/Chart.yaml Pod/a"]);
    assert!(loaded.counts.broken > 0);
    assert!(place.problems(&loaded).iter().all(|problem| problem.starts_with("c/Chart.yaml: ")));
}

#[test]
fn charts_that_are_called_like_options_are_no_options() {
    let name = "--post-renderer=x";
    let mut place = Place::new(&[("--debug/Chart.yaml", &format!("apiVersion: v2\nname: '{name}'\n"))]);
    place.program("helm", "for arg in \"$@\"; do echo \"# $arg\"; done > \"${0%/*}/../args\"");
    assert_eq!(place.problems(&place.load()), [""; 0]);
    let args = std::fs::read_to_string(place.folder.path().join("args")).unwrap();
    let folder = place.target().join("--debug").canonicalize().unwrap();
    let expected =
        format!("# template\n# release-name\n# {}\n# --namespace=release-name\n", folder.display());
    assert!(args.starts_with(&expected), "{args}");
}

#[test]
fn links_that_lead_out_of_the_target_are_not_followed() {
    let place = Place::new(&[CHART, ("shared.yaml", "a: b\n")]);
    let link = |to: &str, at: &str| std::os::unix::fs::symlink(to, place.target().join(at)).unwrap();
    link("../shared.yaml", "c/values.yaml");
    let inside = place.problems(&place.load());
    assert!(inside[0].contains("`helm` is not on the PATH"), "{inside:?}");
    link("/etc/passwd", "c/passwd");
    let outside = place.problems(&place.load());
    assert!(outside[0].contains("/target/c/passwd` leads out of the target"), "{outside:?}");
}

#[test]
fn a_chart_elsewhere_is_not_reached_by_a_link() {
    let place = Place::new(&[("pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\n")]);
    place.write("../outside/Chart.yaml", CHART.1);
    std::os::unix::fs::symlink("../outside/Chart.yaml", place.target().join("Chart.yaml")).unwrap();
    assert_eq!(place.problems(&place.load()), [""; 0]);
}

#[test]
fn many_objects_of_one_file_are_no_more_work_than_their_text() {
    let mut place = Place::new(&[CHART]);
    let lines: String = (0..20_000).map(|n| format!("# {n}\n")).collect();
    place.write("c/templates/x.yaml", &lines);
    let document = "---\n# Source: c/templates/x.yaml\nkind: Pod\napiVersion: v1\nmetadata: {name: a}\n";
    place.write("../rendered", &document.repeat(20_000));
    place.program("helm", "cat \"${0%/*}/../rendered\"");
    // Lines of the template times objects would be 400 million.
    assert_eq!(place.load().inventory.resources().len(), 20_000);
}

#[test]
fn programs_are_not_taken_from_where_the_user_stands() {
    let mut place = Place::new(&[CHART]);
    place.program("helm", "exit 0");
    place.rendering.path = ".:bin".into();
    assert!(place.problems(&place.load())[0].contains("`helm` is not on the PATH"));
}

#[test]
fn what_is_remote_is_refused_before_any_program_runs() {
    for (remote, shown) in [
        ("https://me:t0ken@example.invalid/base.yaml", "https://example.invalid/base.yaml"),
        ("github.com/acme/app//deploy?ref=v1", "github.com/acme/app//deploy?ref=v1"),
    ] {
        let mut place = Place::new(&[
            ("over/kustomization.yaml", "resources: [../base]\n"),
            ("base/kustomization.yaml", &format!("resources: ['{remote}', pod.yaml]\n")),
            ("base/pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\n"),
        ]);
        place.program("kubectl", "touch \"${0%/*}/../ran\"");
        let loaded = place.load();
        let problems = place.problems(&loaded);
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(
            problems[0].starts_with("over/kustomization.yaml: the kustomization was not rendered: `"),
            "{problems:?}"
        );
        let named = format!("base/kustomization.yaml` names `{shown}`, which is not on this machine");
        assert!(problems[0].contains(&named), "{problems:?}");
        assert!(!place.folder.path().join("ran").exists(), "kubectl was run");
        // Its files are judged as they stand.
        assert!(place.read(&loaded).contains(&"base/pod.yaml Pod/web".to_owned()));
    }
}

#[test]
fn kustomizations_that_go_round_or_out_end_in_a_problem() {
    if !has_kubectl() {
        return;
    }
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\n";
    for (files, why) in [
        (
            &[("a/kustomization.yaml", "resources: [../b]"), ("b/kustomization.yaml", "resources: [../a]")][..],
            "cycle",
        ),
        (&[("a/kustomization.yaml", "resources: [../pod.yaml]"), ("pod.yaml", pod)], "not in or below"),
        (
            &[("a/kustomization.yaml", "secretGenerator: [{name: x, files: [/etc/passwd]}]")],
            "not in or below",
        ),
        (&[("a/kustomization.yaml", "helmCharts: [{name: x, repo: 'https://example.invalid'}]")], "helm"),
        (&[("a/kustomization.yaml", "resources: [")], "yaml"),
        (&[("a/kustomization.yaml", "{}"), ("a/Kustomization", "{}")], "multiple kustomization files"),
    ] {
        let place = Place::new(files).real();
        let problems = place.problems(&place.load());
        let told =
            problems.iter().filter(|problem| problem.contains("the kustomization was not rendered")).count();
        assert_eq!(told, 1, "{problems:?}");
        let problems = problems.join("\n");
        assert!(problems.to_lowercase().contains(why), "{why}: {problems}");
    }
}
