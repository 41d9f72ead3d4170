//! What happens: audit events, read from logs line by line.
//!
//! Invariants, above all what is absent: no IO, no clock; a bad line is a problem and never ends the reading; request and
//! response bodies are never kept.
