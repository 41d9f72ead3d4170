//! Generated policies against the checks that they stand for.

mod agree;
mod decode;
mod judge;
mod native;
mod objects;
mod options;
mod total;
mod value;
