//! The server under load: reviews over kept-alive TLS connections on loopback.
//!
//! `cargo bench -p seawall-server --bench load -- [--requests FILE] [--policies N] [--long N]` starts the server as a
//! process of its own, so that its memory and its processor time are told apart from the client's, and prints a table. The
//! requests are those of a file, one `{"review": …}` a line, or made up. `--desk N` judges N of them in this process, without
//! sockets: for profilers.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout
)]

#[path = "load/arguments.rs"]
mod arguments;
#[path = "../tests/it/client.rs"]
mod client;
#[path = "load/measure.rs"]
mod measure;
#[path = "load/requests.rs"]
mod requests;
#[path = "load/served.rs"]
mod served;

use std::time::Duration;

use arguments::Arguments;
use measure::{Measured, at_concurrency, at_rate};
use served::Process;

fn main() {
    let arguments = Arguments::parse();
    if let Some(folder) = &arguments.serve {
        return served::serve(folder, arguments.policies, arguments.others);
    }
    let bodies = requests::bodies(arguments.requests.as_deref());
    if arguments.desk > 0 {
        return served::judge(&bodies, arguments.policies, arguments.others, arguments.desk);
    }
    let process = Process::start(arguments.policies, arguments.others);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    println!(
        "{} bodies, {} policies beside the built-in checks, {} more about something else, ready after {:.2} s, {} kB at rest\n",
        bodies.len(),
        arguments.policies,
        arguments.others,
        process.ready.as_secs_f64(),
        process.memory()
    );
    println!("| load | requests/s | p50 ms | p99 ms | p99.9 ms | server CPU µs/request | RSS MB |");
    println!("|---|---:|---:|---:|---:|---:|---:|");
    runtime.block_on(async {
        // Warm: connections, allocator, tables.
        at_concurrency(&process.address, &bodies, 8, 2_000).await;
        for concurrency in [1, 8, 64] {
            let before = process.cpu();
            let measured = at_concurrency(&process.address, &bodies, concurrency, arguments.count).await;
            row(&format!("{concurrency} at once"), &measured, before, &process);
        }
        let before = process.cpu();
        let measured =
            at_rate(&process.address, &bodies, 1_000, Duration::from_secs(arguments.seconds)).await;
        row("1,000/s", &measured, before, &process);
        if arguments.long > 0 {
            println!("\n| reviews | RSS MB |\n|---:|---:|");
            println!("| 0 | {:.1} |", process.memory() as f64 / 1e3);
            for done in 1..=4 {
                at_concurrency(&process.address, &bodies, 16, arguments.long / 4).await;
                println!("| {} | {:.1} |", arguments.long / 4 * done, process.memory() as f64 / 1e3);
            }
        }
    });
    process.stop();
}

fn row(load: &str, measured: &Measured, before: Duration, process: &Process) {
    let cpu = process.cpu().saturating_sub(before).as_micros() as f64 / measured.latencies.len() as f64;
    println!(
        "| {load} | {:.0} | {:.2} | {:.2} | {:.2} | {cpu:.0} | {:.1} |",
        measured.per_second(),
        measured.millis(0.5),
        measured.millis(0.99),
        measured.millis(0.999),
        process.memory() as f64 / 1e3,
    );
}
