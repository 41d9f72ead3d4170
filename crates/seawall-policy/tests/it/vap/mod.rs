mod actions;
pub(crate) mod cluster;
mod conditions;
mod hostile;
mod matching;
mod messages;
mod params;
mod refusals;
mod rights;

mod unknown;
mod variables;
