//! What answers of providers decide.

use std::collections::BTreeMap;

use seawall_report::comply::{CloudCluster, Framework, Outcome, Provider, facts};

use crate::comply::{AKS, EKS, GKE, judged};

/// A framework that asks every fact, one a control.
fn every_fact() -> Framework {
    let controls: String = facts()
        .map(|fact| {
            format!(
                "  {{ id = \"{}\", title = \"t\", class = \"automated\", facts = [\"{0}\"] }},\n",
                fact.id
            )
        })
        .collect();
    crate::comply::own(&controls)
}

const POD: &str =
    "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: c, image: i}]}}\n";

/// Outcome, line and message of every fact of an answer's provider.
fn answers(text: &str) -> BTreeMap<String, (Outcome, u32, String)> {
    let framework = every_fact();
    let judged = judged(POD, &[&framework], &[], &[("cloud.json", text)]);
    let assessment = judged.assess(&framework);
    let told = assessment.controls.iter().filter_map(|result| {
        let fact = result.facts.first()?;
        let line = fact.position.map_or(0, |at| at.line);
        Some((result.control.id.clone(), (fact.outcome, line, fact.message.clone())))
    });
    told.collect()
}

fn outcome(answers: &BTreeMap<String, (Outcome, u32, String)>, id: &str) -> Outcome {
    answers[id].0
}

#[test]
fn eks_is_read_with_places() {
    let answers = answers(EKS);
    assert_eq!(answers.len(), facts().filter(|fact| fact.provider == Provider::Eks).count());
    assert_eq!(
        answers["eks-endpoint-restricted"],
        (Outcome::Fail, 19, "`resourcesVpcConfig.publicAccessCidrs` is `0.0.0.0/0`".to_owned())
    );
    assert_eq!(answers["eks-endpoint-private"].1, 17);
    assert_eq!(outcome(&answers, "eks-endpoint-private"), Outcome::Fail);
    assert_eq!(outcome(&answers, "eks-audit-log"), Outcome::Pass);
    assert_eq!(
        answers["eks-control-plane-logs"].2,
        "`logging.clusterLogging` does not enable authenticator, controllerManager, scheduler"
    );
    assert_eq!(outcome(&answers, "eks-secrets-own-key"), Outcome::Pass);
    assert_eq!(outcome(&answers, "eks-access-entries"), Outcome::Pass);
}

#[test]
fn eks_encrypts_by_itself_from_1_28_on() {
    let without_key = EKS.replace("\"secrets\"", "\"other\"");
    let answers_of = |version: &str| answers(&without_key.replace("\"1.33\"", version));
    assert_eq!(outcome(&answers_of("\"1.28\""), "eks-secrets-encrypted"), Outcome::Pass);
    assert_eq!(outcome(&answers_of("\"1.28\""), "eks-secrets-own-key"), Outcome::Fail);
    assert_eq!(outcome(&answers_of("\"1.27\""), "eks-secrets-encrypted"), Outcome::Fail);
    assert_eq!(outcome(&answers_of("\"new\""), "eks-secrets-encrypted"), Outcome::Unknown);
    assert_eq!(outcome(&answers_of("null"), "eks-secrets-encrypted"), Outcome::Unknown);
}

#[test]
fn gke_is_read_in_json_and_yaml() {
    let answers = answers(GKE);
    assert_eq!(answers.len(), facts().filter(|fact| fact.provider == Provider::Gke).count());
    for (id, expected) in [
        ("gke-secrets-encrypted", Outcome::Fail),
        ("gke-endpoint-restricted", Outcome::Pass),
        ("gke-endpoint-private", Outcome::Fail),
        ("gke-private-nodes", Outcome::Pass),
        ("gke-network-policy", Outcome::Pass),
        ("gke-binary-authorization", Outcome::Fail),
        ("gke-no-legacy-abac", Outcome::Pass),
        ("gke-no-client-certificate", Outcome::Pass),
        ("gke-node-auto-repair", Outcome::Pass),
        ("gke-node-auto-upgrade", Outcome::Fail),
        ("gke-node-image", Outcome::Fail),
        ("gke-node-metadata", Outcome::Fail),
        ("gke-node-service-account", Outcome::Fail),
        ("gke-intranode-visibility", Outcome::Fail),
        ("gke-no-alpha", Outcome::Pass),
    ] {
        assert_eq!(outcome(&answers, id), expected, "{id}: {:?}", answers[id]);
    }
    assert_eq!(
        answers["gke-node-image"].2,
        "nodePools of `batch`: `config.imageType` is `UBUNTU_CONTAINERD`"
    );
    let yaml = "name: a\nselfLink: https://container.googleapis.com/v1/x\ncurrentMasterVersion: 1.33.4\n\
                masterAuthorizedNetworksConfig:\n  enabled: true\n  cidrBlocks:\n  - cidrBlock: 0.0.0.0/0\n";
    let yaml = self::answers(yaml);
    assert_eq!(outcome(&yaml, "gke-endpoint-restricted"), Outcome::Fail);
    assert_eq!(outcome(&yaml, "gke-node-image"), Outcome::Unknown, "no pool is no pass");
}

#[test]
fn aks_is_read() {
    let answers = answers(AKS);
    assert_eq!(answers.len(), facts().filter(|fact| fact.provider == Provider::Aks).count());
    for (id, expected) in [
        ("aks-endpoint-restricted", Outcome::Pass),
        ("aks-endpoint-private", Outcome::Fail),
        ("aks-rbac", Outcome::Pass),
        ("aks-azure-rbac", Outcome::Pass),
        ("aks-no-local-accounts", Outcome::Pass),
        ("aks-network-policy", Outcome::Pass),
        ("aks-azure-policy", Outcome::Fail),
        ("aks-secrets-encrypted", Outcome::Fail),
        ("aks-workload-identity", Outcome::Pass),
        ("aks-defender", Outcome::Pass),
        ("aks-private-nodes", Outcome::Fail),
        ("aks-key-vault", Outcome::Pass),
    ] {
        assert_eq!(outcome(&answers, id), expected, "{id}: {:?}", answers[id]);
    }
}

#[test]
fn values_of_the_wrong_type_are_no_verdict() {
    let odd = AKS.replace("\"disableLocalAccounts\": true", "\"disableLocalAccounts\": \"yes, all\"");
    let answers = answers(&odd);
    assert_eq!(answers["aks-no-local-accounts"].2, "`disableLocalAccounts` is neither true nor false");
    assert_eq!(outcome(&answers, "aks-no-local-accounts"), Outcome::Unknown);
}

#[test]
fn what_is_no_answer_is_refused_with_its_line() {
    let refused = |text: &str| {
        let problems = CloudCluster::read(text, "c.json").unwrap_err();
        let first = &problems[0];
        (first.position.map_or(0, |at| at.line), first.message.clone())
    };
    assert_eq!(refused("[]").1, "is a list; give one cluster a file (`describe` or `show`, not `list`)");
    assert!(refused("{\"kind\": \"Pod\"}").1.starts_with("is no answer of `aws eks describe-cluster`"));
    assert_eq!(refused("").1, "is not one description of a cluster");
    assert_eq!(refused("{\"cluster\": 3}").0, 1);
    assert_eq!(refused("{\n \"cluster\": {\n  \"arn\": ]\n}").0, 3);
    assert!(CloudCluster::read(&"[".repeat(100_000), "c.json").is_err());
    assert!(CloudCluster::read(&format!("{EKS}\n{EKS}"), "c.json").is_err());
}

/// Old clusters carry keys of clients; nothing of them is repeated.
#[test]
fn no_key_is_repeated() {
    let key = "VERY-PRIVATE";
    let with_key = GKE.replace(
        "\"clientCertificateConfig\": {}",
        &format!(
            "\"clientCertificateConfig\": {{\"issueClientCertificate\": true}}, \"clientKey\": \"{key}\""
        ),
    );
    let answers = answers(&with_key);
    assert_eq!(outcome(&answers, "gke-no-client-certificate"), Outcome::Fail);
    assert!(answers.values().all(|(_, _, message)| !message.contains(key)));
}

/// A value of another type than the provider's decided: a map of log types failed, a range that is no text passed.
#[test]
fn issue_comply_odd_facts_repro() {
    let cluster = |fields: &str| {
        answers(&format!(
            r#"{{"cluster":{{"name":"a","version":"1.33","arn":"arn:aws:eks:eu-west-1:1:cluster/a",{fields}}}}}"#
        ))
    };
    let told =
        cluster(r#""logging":{"clusterLogging":{"types":["audit"],"enabled":true}},"encryptionConfig":"no""#);
    for fact in ["eks-audit-log", "eks-control-plane-logs", "eks-secrets-own-key", "eks-secrets-encrypted"] {
        assert_eq!(outcome(&told, fact), Outcome::Unknown, "{fact}");
    }
    for ranges in [r#"[5,"10.0.0.0/8"]"#, r#""10.0.0.0/8""#] {
        let vpc =
            format!(r#""resourcesVpcConfig":{{"endpointPublicAccess":true,"publicAccessCidrs":{ranges}}}"#);
        assert_eq!(outcome(&cluster(&vpc), "eks-endpoint-restricted"), Outcome::Unknown, "{ranges}");
    }
}
