mod actions;
mod cluster;
mod conditions;
mod hostile;
mod matching;
mod messages;
mod params;
mod refusals;

mod unknown;
mod variables;
