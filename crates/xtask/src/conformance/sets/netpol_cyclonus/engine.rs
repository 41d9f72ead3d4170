//! Fills truth tables from a live model.

use super::super::live_network::{Change, Live, Manifests, Question};

/// Changes, and which table to fill after them.
pub(super) struct Step {
    pub(super) actions: Vec<Change>,
    /// Sources and destinations.
    pub(super) pods: Vec<String>,
    /// `TCP/80` …
    pub(super) ports: Vec<String>,
}

/// For each port, for each source, for each destination: whether it is allowed.
pub(super) type Filled = Vec<Vec<Vec<Result<bool, String>>>>;

/// The table of every step.
pub(super) fn tables(manifests: &Manifests, steps: &[Step]) -> Vec<Result<Filled, String>> {
    let mut live = Live::start(manifests);
    steps.iter().map(|step| table(&mut live, step)).collect()
}

fn table(live: &mut Live, step: &Step) -> Result<Filled, String> {
    for action in &step.actions {
        live.change(action)?;
    }
    let mut filled = Vec::new();
    for port in &step.ports {
        let (protocol, number) = port.split_once('/').ok_or("a port is protocol and number")?;
        let number: u16 = number.parse().map_err(|error| format!("{error}"))?;
        let ask = |from: &String, to: &String| {
            let (from, to, protocol) = (from.clone(), to.clone(), protocol.to_owned());
            live.ask(&Question { from, to, protocol, port: number })
        };
        let row = |from: &String| step.pods.iter().map(|to| ask(from, to)).collect();
        filled.push(step.pods.iter().map(row).collect());
    }
    Ok(filled)
}
