//! Which sinks an attacker reaches from where, by trying every step again until nothing new is held.
//!
//! State is a set of [`Fact`]s: what the attacker holds. Each round asks, for everything that could be gained, whether
//! the rights held now allow it; rights of different identities add up. No sets, no shortest ways, no sharing between
//! starts. Only plain ways count: a step that something known holds back is no step here.
//!
//! In: objects as plain JSON and the version of the API server. Out: pairs in the words of `docs/paths.md`. The steps are
//! those of its tables; what it lists as not modelled is absent here too, and so are A23, B25 and the readers of
//! files of settings.

mod claims;
mod control;
mod defaults;
mod escapes;
mod fact;
mod flaws;
mod network;
mod nodes;
mod operators;
mod pod;
mod rbac;
mod rights;
mod state;
mod together;
mod world;

use std::collections::BTreeSet;

use serde_json::Value;

use fact::Fact;
use state::State;
use world::World;

/// Every start and sink that plain steps join: `Pod/blue/web` and `node-root`.
pub fn pairs(objects: &[Value], version: Option<(u32, u32)>) -> BTreeSet<(String, String)> {
    let world = World::read(objects, version);
    let starts = world.starts();
    starts
        .into_iter()
        .flat_map(|start| {
            let state = closure(&world, start);
            let mut sinks = state.sinks();
            // Whoever holds the cluster is not asked about its namespaces.
            if sinks.contains("cluster-admin") || state.starts_as_admin() {
                sinks.retain(|sink| !sink.starts_with("namespace-admin:"));
            }
            let from = world.word(start);
            sinks.into_iter().map(move |sink| (from.clone(), sink)).collect::<Vec<_>>()
        })
        .collect()
}

/// Everything that is held in the end by who starts with one thing.
fn closure<'v>(world: &'v World<'v>, start: Fact<'v>) -> State<'v> {
    let mut state = State::new(world, start);
    loop {
        let before = state.len();
        state.collect_rights();
        rights::step(world, &mut state);
        together::step(world, &mut state);
        nodes::step(world, &mut state);
        network::step(world, &mut state);
        operators::step(world, &mut state);
        flaws::step(world, &mut state);
        control::step(world, &mut state);
        if state.len() == before {
            return state;
        }
    }
}
