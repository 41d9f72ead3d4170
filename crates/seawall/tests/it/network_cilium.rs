//! `seawall network` with policies of Cilium.

use crate::{Run, seawall_in, workspace};

const SHOP: &str = include_str!("../data/network-cilium.yaml");

fn network(args: &[&str]) -> Run {
    let args = [&["network"], args, &["-f", "-"]].concat();
    seawall_in(&workspace(), &args, SHOP.as_bytes())
}

#[test]
fn lists_what_cilium_lets_through_and_says_what_is_assumed() {
    let run = network(&["list"]);
    assert!(run.err.contains("everything is judged as with `--cni cilium`"), "{}", run.err);
    assert_eq!(
        run.out,
        "shop/db[StatefulSet] => 0.0.0.0-169.254.169.253[External] : All Connections\n\
         shop/db[StatefulSet] => 169.254.169.255-255.255.255.255[External] : All Connections\n\
         shop/db[StatefulSet] => ::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff[External] : All Connections\n\
         shop/web[Deployment] => shop/db[StatefulSet] : TCP 5432\n\
         0.0.0.0-255.255.255.255[External] => shop/db[StatefulSet] : All Connections\n\
         0.0.0.0-255.255.255.255[External] => shop/web[Deployment] : TCP 8080\n\
         ::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff[External] => shop/db[StatefulSet] : All Connections\n\
         ::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff[External] => shop/web[Deployment] : TCP 8080\n"
    );
    let run = network(&["list", "--cni", "calico", "--workload", "db"]);
    assert!(run.err.contains("not in force with `--cni calico`"), "{}", run.err);
}

#[test]
fn says_what_is_asked_above_ports_and_which_names_have_no_address() {
    let run = network(&["can", "8.8.8.8", "shop/web", "8080"]);
    assert_eq!(
        (run.code, run.out.as_str()),
        (0, "8.8.8.8 -> shop/web[Deployment]: yes (TCP 8080 narrowed at ingress to HTTP GET /public)\n")
    );
    let run = network(&["can", "shop/web", "8.8.8.8", "443"]);
    assert_eq!(
        (run.code, run.out.as_str()),
        (1, "shop/web[Deployment] -> 8.8.8.8: no (but for addresses of *.example.com)\n")
    );
    let out = network(&["explain", "8.8.8.8", "shop/web", "8080"]).out;
    for part in [
        "allowed, by policies of Cilium, narrowed above ports to HTTP GET /public",
        "rule CiliumNetworkPolicy/shop/web spec.ingress[0]  <stdin>:23:5  only HTTP GET /public",
    ] {
        assert!(out.contains(part), "{out}");
    }
    let out = network(&["explain", "shop/db", "169.254.169.254", "80"]).out;
    assert!(out.contains("denied, by policies of Cilium\n    rule CiliumClusterwideNetworkPolicy/no-metadata spec.egressDeny[0]"), "{out}");
    let json = network(&["explain", "shop/web", "8.8.8.8", "443", "-o", "json"]).json();
    assert_eq!(json["connections"][0]["egress"]["names"][0], "*.example.com");
}
