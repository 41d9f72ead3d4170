//! Who may do what: exactly the API server's RBAC authorizer.
//!
//! Invariants, above all what is absent: no IO, no clock; nothing panics on any object; a missing role grants nothing.
