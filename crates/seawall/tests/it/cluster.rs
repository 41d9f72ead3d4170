//! Live clusters as a user meets them: a stand-in API server that has one pod.
#![cfg(feature = "cluster")]

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use serde_json::{Value, json};

/// Answers by path; `None` leaves the connection open and silent.
type Answer = fn(&str) -> Option<Value>;

fn one_pod(path: &str) -> Option<Value> {
    Some(match path {
        "/version" => json!({"major": "1", "minor": "36"}),
        "/api" => json!({"kind": "APIVersions", "versions": ["v1"]}),
        "/apis" => json!({"kind": "APIGroupList", "groups": []}),
        "/api/v1" => {
            json!({"resources": [{"name": "pods", "kind": "Pod", "namespaced": true, "verbs": ["list"]}]})
        }
        _ => {
            json!({"metadata": {}, "items": [{"metadata": {"name": "web", "namespace": "shop"}, "spec": {"hostPID": true,
            "containers": [{"name": "web", "image": "registry.example/web:1", "securityContext": {"privileged": true}}]}}]})
        }
    })
}

fn silent_lists(path: &str) -> Option<Value> {
    if path.contains("pods") { None } else { one_pod(path) }
}

/// Serves until the test process ends; tells each path that was asked for. The folder gets a kubeconfig for it.
fn serve(folder: &Path, answer: Answer) -> Receiver<String> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = format!("http://{}", listener.local_addr().unwrap());
    let config = json!({"apiVersion": "v1", "kind": "Config", "current-context": "here",
        "clusters": [{"name": "c", "cluster": {"server": server}}], "users": [{"name": "u", "user": {"token": "hunter2"}}],
        "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u"}}]});
    std::fs::write(folder.join("config"), config.to_string()).unwrap();
    let (tell, asked) = channel();
    std::thread::spawn(move || {
        let mut silent = Vec::new();
        for stream in listener.incoming() {
            let stream = stream.unwrap();
            let Some(path) = path_of(&stream) else { continue };
            match answer(&path) {
                Some(value) => respond(stream, &value),
                None => silent.push(stream),
            }
            let _ = tell.send(path);
        }
    });
    asked
}

fn path_of(stream: &TcpStream) -> Option<String> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next()?.ok()?;
    while !lines.next()?.ok()?.is_empty() {}
    Some(first.split(' ').nth(1)?.split('?').next()?.to_owned())
}

fn respond(mut stream: TcpStream, value: &Value) {
    let body = value.to_string();
    let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
    let _ = stream.write_all(format!("{head}{body}").as_bytes());
}

fn start(folder: &Path, args: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_seawall"))
        .args(args)
        .current_dir(folder)
        .env_clear()
        .env("KUBECONFIG", folder.join("config"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn run(folder: &Path, args: &[&str]) -> crate::Run {
    let output = start(folder, args).wait_with_output().unwrap();
    crate::Run {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_cluster_is_judged_live_and_from_its_snapshot() {
    let folder = tempfile::tempdir().unwrap();
    let _asked = serve(folder.path(), one_pod);
    let live = run(folder.path(), &["scan", "cluster", "-o", "json"]);
    assert_eq!(live.code, 1, "{}", live.err);
    let named = run(folder.path(), &["scan", "cluster:here", "-o", "json"]);
    assert_eq!(
        live.json()["findings"].as_array().unwrap().len(),
        named.json()["findings"].as_array().unwrap().len()
    );

    let made = run(folder.path(), &["snapshot", "-o", "a.jsonl.zst"]);
    assert_eq!(made.code, 0, "{}", made.err);
    assert_eq!(made.err, "wrote a.jsonl.zst: 1 objects of 1 kinds\n");
    assert_eq!(files(folder.path()), ["a.jsonl.zst", "config"]);
    let file = run(folder.path(), &["scan", "a.jsonl.zst", "-o", "json"]);
    assert_eq!(file.code, 1);
    let same =
        |report: &str| report.replace("\"a.jsonl.zst\"", "\"cluster\"").replace("\"files\":1", "\"files\":0");
    assert_eq!(same(&file.out.replace(": ", ":")), same(&live.out.replace(": ", ":")));
}

#[test]
fn without_a_cluster_there_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let nothing = run(folder.path(), &["scan", "cluster"]);
    assert_eq!(nothing.code, 2);
    assert!(nothing.err.starts_with("error: no cluster is configured: "), "{}", nothing.err);
    let _asked = serve(folder.path(), one_pod);
    let unknown = run(folder.path(), &["snapshot", "-o", "a.jsonl", "--context", "nowhere"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.err.starts_with("error: the kubeconfig cannot be used: "), "{}", unknown.err);
    assert!(unknown.err.contains("nowhere") && !unknown.err.contains("hunter2"), "{}", unknown.err);
    let name = run(folder.path(), &["snapshot", "-o", "a.json"]);
    assert_eq!(name.code, 2);
    assert_eq!(files(folder.path()), ["config"]);
}

#[cfg(unix)]
#[test]
fn an_interrupted_snapshot_leaves_nothing() {
    for signal in ["-INT", "-TERM"] {
        let folder = tempfile::tempdir().unwrap();
        let asked = serve(folder.path(), silent_lists);
        let child = start(folder.path(), &["snapshot", "-o", "a.jsonl.zst"]);
        while !asked.recv().unwrap().contains("pods") {}
        let killed = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
        assert!(killed.success());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{signal}");
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "error: interrupted; nothing was written\n");
        assert_eq!(files(folder.path()), ["config"]);
    }
}
