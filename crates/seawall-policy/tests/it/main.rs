//! Policies from outside: what they say of requests, and what is said of them.

mod vap;
