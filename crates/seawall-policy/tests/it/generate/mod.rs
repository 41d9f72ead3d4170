//! Generated policies against the checks that they stand for.

mod agree;
mod configured;
mod cost;
pub(crate) mod count;
mod decode;
pub(crate) mod forms;
pub(crate) mod judge;
mod levels;
mod lint;
pub(crate) mod native;
mod objects;
mod options;
mod total;
mod value;
