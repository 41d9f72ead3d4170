//! What several secret checks share. Nothing in here keeps or returns the text of a secret: only what it is, how long
//! it is, and the name that it goes by.

pub(crate) mod files;
pub(crate) mod personal;
pub(crate) mod stores;
pub(crate) mod tokens;
pub(crate) mod variables;
pub(crate) mod words;
