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

/// How much a body will hold: what it says, or all that it may when it does not say; `None` when that is too much.
pub(super) fn size(body: &Incoming, most: usize) -> Option<usize> {
    let hint = body.size_hint();
    let announced = usize::try_from(hint.lower()).unwrap_or(usize::MAX);
    if announced > most {
        return None;
    }
    Some(hint.exact().map_or(most, |_| announced))
}

/// Room that is made before the first byte is there: what somebody announces costs nothing yet.
const AT_ONCE: usize = 64 << 10;

/// The whole body.
pub(super) async fn read(mut body: Incoming, most: usize, until: Instant) -> Result<Bytes, NoBody> {
    let mut whole = BytesMut::with_capacity(size(&body, most).ok_or(NoBody::TooLarge)?.min(AT_ONCE));
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
