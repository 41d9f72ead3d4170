//! Signed entry timestamps: the promise of Rekor v1 to include an entry, which carries the time of integration.

use super::Entry;
use crate::signature::encoding::{base64, hex};

/// What the log signed: the entry as canonical JSON (RFC 8785) with these four members.
pub(crate) fn signed_bytes(entry: &Entry) -> Vec<u8> {
    let (body, log) = (base64(&entry.body), hex(&entry.log));
    let (time, index) = (entry.integrated.unix(), entry.index);
    format!(r#"{{"body":"{body}","integratedTime":{time},"logID":"{log}","logIndex":{index}}}"#).into_bytes()
}
