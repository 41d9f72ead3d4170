//! `seawall network` with policies of Calico.

use crate::{Run, seawall_in, workspace};

const SHOP: &str = include_str!("../data/network-calico.yaml");

fn network(args: &[&str]) -> Run {
    let args = [&["network"], args, &["-f", "-"]].concat();
    seawall_in(&workspace(), &args, SHOP.as_bytes())
}

#[test]
fn what_is_assumed_is_said_and_what_is_named_holds() {
    let run = network(&["can", "shop/db", "shop/web", "8081"]);
    assert_eq!(run.code, 1, "{}", run.out);
    assert!(run.err.contains("everything is judged as with `--cni calico`"), "{}", run.err);
    let run = network(&["can", "shop/web", "shop/db", "9000", "--cni", "strict-spec"]);
    assert_eq!(run.code, 0, "{}", run.out);
    assert!(
        run.err.contains("NetworkPolicy.projectcalico.org `shop/db`: not in force with `--cni strict-spec`"),
        "{}",
        run.err
    );
}

#[test]
fn answers_name_tiers_and_rules() {
    for (src, dst, port, code) in [
        ("shop/web", "shop/db", "5432", 0),
        ("shop/web", "shop/db", "5433", 1),
        ("198.51.100.7", "shop/web", "8080", 1),
        ("198.51.101.7", "shop/web", "8080", 0),
        ("shop/web", "169.254.169.254", "80", 1),
    ] {
        let run = network(&["can", src, dst, port, "--cni", "calico"]);
        assert_eq!(run.code, code, "{src} {dst} {port}: {} {}", run.out, run.err);
    }
    let run = network(&["explain", "198.51.100.7", "shop/web", "8080", "--cni", "calico"]);
    for line in
        ["ingress: denied, by the tier `platform`", "rule GlobalNetworkPolicy/platform.guard spec.ingress[0]"]
    {
        assert!(run.out.contains(line), "{line}\n{}", run.out);
    }
    let run = network(&["explain", "shop/db", "shop/web", "8081", "--cni", "calico"]);
    for line in [
        "selected by the tier `default`, and no rule matches",
        "passed on by GlobalNetworkPolicy/platform.guard",
    ] {
        assert!(run.out.contains(line), "{line}\n{}", run.out);
    }
}

#[test]
fn lists_draws_and_lints() {
    let run = network(&["list", "--cni", "calico"]);
    assert!(run.out.contains("shop/web[Deployment] => shop/db[StatefulSet] : TCP 5432\n"), "{}", run.out);
    let run = network(&["map", "-o", "dot", "--cni", "calico"]);
    assert!(run.out.contains("TCP 5432"), "{}", run.out);
    let run = network(&["lint", "-o", "json", "--cni", "calico"]);
    let lints = run.json()["findings"].as_array().unwrap().clone();
    // Egress is handed on to nothing: no later tier governs it.
    assert!(lints.iter().any(|lint| lint["id"] == "pass-to-nothing"), "{lints:?}");
}
