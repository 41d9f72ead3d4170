//! What several pod checks share.
