//! Bodies, within a size and a time.

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;
use hyper::body::{Body, Incoming};
use tokio::time::{Instant, timeout_at};

/// Why there is no body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoBody {
    /// It is, or says that it is, larger than allowed; the rest was not read.
    TooLarge,
    /// It did not arrive in time.
    Slow,
    /// The connection broke, or it was no HTTP.
    Broken,
}

/// The whole body. One that says beforehand that it is too large is not read at all.
pub(super) async fn read(mut body: Incoming, most: usize, until: Instant) -> Result<Bytes, NoBody> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > most {
        return Err(NoBody::TooLarge);
    }
    let mut whole = BytesMut::with_capacity(announced);
    loop {
        match timeout_at(until, body.frame()).await {
            Err(_) => return Err(NoBody::Slow),
            Ok(None) => return Ok(whole.freeze()),
            Ok(Some(Err(_))) => return Err(NoBody::Broken),
            Ok(Some(Ok(frame))) => {
                let Ok(data) = frame.into_data() else { continue };
                if whole.len() + data.len() > most {
                    return Err(NoBody::TooLarge);
                }
                whole.extend_from_slice(&data);
            }
        }
    }
}
