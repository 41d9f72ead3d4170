//! `seawall network exposure`, `lint` and `map`.

use crate::{seawall, seawall_in};

fn network_of(text: &str, args: &[&str]) -> crate::Run {
    let args = [&["network"], args, &["-f", "-"]].concat();
    seawall_in(&std::env::temp_dir(), &args, text.as_bytes())
}

#[test]
fn exposure_of_the_example() {
    let run = seawall(&["network", "exposure", "-f", "examples/shop", "-q"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(
        run.out.contains("load balancer Service/shop/web: TCP 80\n     --> examples/shop/web.yaml:90:3"),
        "{}",
        run.out
    );
    assert!(run.out.contains("12 ways in; 3 workloads can be reached from the internet"), "{}", run.out);
    let json =
        seawall(&["network", "exposure", "-f", "examples/shop", "-q", "-o", "json", "-n", "shop-data"])
            .json();
    assert_eq!(json["schema"], "seawall.dev/network-exposure/v1");
    let entries = json["entry_points"].as_array().unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0]["kind"], "external-ip");
    assert_eq!(entries[0]["backends"][0]["workload"]["name"], "postgres");
    assert_eq!(entries[0]["backends"][0]["policy"]["passage"], "permitted");
}

#[test]
fn the_hardened_example_lets_nobody_in_and_has_nothing_grave_in_its_policies() {
    let run = seawall(&["network", "exposure", "-f", "examples/hardened", "-q", "-o", "json"]);
    let json = run.json();
    let entries = json["entry_points"].as_array().unwrap();
    assert!(entries.iter().all(|entry| entry["scope"]["kind"] != "internet"), "{}", run.out);
    let lint = seawall(&["network", "lint", "-f", "examples/hardened", "-q", "--fail-on", "high"]);
    assert_eq!(lint.code, 0, "{}", lint.out);
}

#[test]
fn lint_decides_the_exit_code() {
    let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: cache, namespace: a}\nspec: {containers: [{name: c, image: i, ports: \
                [{containerPort: 6379}]}]}\n";
    let run = network_of(text, &["lint"]);
    assert_eq!(run.code, 1, "{}", run.out);
    assert!(run.out.contains("high[sensitive-port-open]: Pod/a/cache"), "{}", run.out);
    assert_eq!(network_of(text, &["lint", "--fail-on", "none"]).code, 0);
    assert_eq!(network_of(text, &["lint", "--fail-on", "critical"]).code, 0);
    let json = network_of(text, &["lint", "-o", "json"]).json();
    assert_eq!(json["schema"], "seawall.dev/network-lint/v1");
    assert_eq!(json["findings"][0]["location"]["line"], 4);
}

#[test]
fn a_vanilla_cluster_is_silent() {
    let snapshot = crate::workspace().join("../shared/corpus/cluster/vanilla.jsonl.zst");
    if !snapshot.exists() {
        eprintln!("skipped: the snapshot of a vanilla cluster is not here");
        return;
    }
    let run = seawall(&["network", "lint", "-f", snapshot.to_str().unwrap(), "--fail-on", "info"]);
    assert_eq!((run.code, run.out.as_str()), (0, "network policies: nothing is wrong\n"));
}

#[test]
fn maps_are_drawn_in_every_format() {
    for (format, start, end) in
        [("svg", "<?xml", "</svg>\n"), ("html", "<!DOCTYPE html>", "</html>\n"), ("dot", "digraph", "}\n")]
    {
        let run = seawall(&["network", "map", "-f", "examples/shop", "-q", "-o", format]);
        assert!(run.out.starts_with(start) && run.out.ends_with(end), "{format}: {}", run.err);
        assert!(run.out.contains("postgres"));
    }
    let part = seawall(&["network", "map", "-f", "examples/shop", "-q", "-n", "shop-ci"]);
    assert!(part.out.contains("image-builder") && !part.out.contains("postgres"));
    let nothing = seawall(&["network", "map", "-f", "examples/shop", "-q", "-n", "nowhere"]);
    assert_eq!(nothing.code, 2);
}

#[test]
fn hostile_names_are_escaped() {
    let text = "apiVersion: v1\nkind: Service\nmetadata: {name: \"a\\e[2Jb\", namespace: \"\\u202ex\"}\nspec: {type: NodePort, \
                selector: {app: x}, ports: [{port: 80}]}\n";
    for args in [&["exposure"][..], &["lint"], &["map"], &["map", "-o", "html"], &["map", "-o", "dot"]] {
        let run = network_of(text, args);
        assert!(!run.out.contains('\u{1b}') && !run.out.contains('\u{202e}'), "{args:?}: {}", run.out);
    }
}
