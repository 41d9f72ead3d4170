//! `TSTInfo`: what an authority says (RFC 3161, 2.4.2).

use super::TimestampError;
use crate::signature::certificate::hash_of;
use crate::signature::der::{DerError, Reader, generalized_time, integer, object_identifier, small, tag};
use crate::signature::instant::Instant;
use crate::signature::key::Hash;

/// Of what bytes, and when.
pub(super) struct TimeStamp {
    pub(super) hash: Hash,
    pub(super) imprint: Vec<u8>,
    pub(super) time: Instant,
}

pub(super) fn read(bytes: &[u8]) -> Result<TimeStamp, TimestampError> {
    let mut info = Reader::only(bytes, tag::SEQUENCE)?.inside();
    if small(&mut info)? != 1 {
        return Err(DerError::Value("a version").into());
    }
    object_identifier(&mut info)?;
    let mut imprint = info.sequence()?;
    let hash = hash_of(&mut imprint)?.ok_or(TimestampError::Algorithm)?;
    let digest = imprint.expect(tag::OCTET_STRING)?.content.to_vec();
    imprint.finish()?;
    integer(&mut info)?;
    let time = generalized_time(&info.expect(tag::GENERALIZED_TIME)?)?;
    // Accuracy, ordering, nonce, the authority's name and extensions change nothing that is asked here.
    info.optional(tag::SEQUENCE)?;
    info.optional(tag::BOOLEAN)?;
    info.optional(tag::INTEGER)?;
    info.optional(tag::constructed(0))?;
    info.optional(tag::constructed(1))?;
    info.finish()?;
    Ok(TimeStamp { hash, imprint: digest, time })
}
