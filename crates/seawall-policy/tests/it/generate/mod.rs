//! Generated policies against the checks that they stand for.

mod agree;
mod configured;
mod cost;
mod count;
mod decode;
mod forms;
mod judge;
mod levels;
mod lint;
mod native;
mod objects;
mod options;
mod total;
mod value;
