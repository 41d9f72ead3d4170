//! Zstandard streams of any number of frames, as `zstd -d` reads them.

use std::io::{self, BufRead, Read};

use ruzstd::decoding::StreamingDecoder;

/// Magic numbers of skippable frames are 0x184D2A50 to 0x184D2A5F (RFC 8878, section 3.1.2), little-endian.
const SKIPPABLE: [u8; 3] = [0x2a, 0x4d, 0x18];

/// Reads one frame after the other; what follows the last frame must be a frame, too.
pub(crate) struct Frames<R: BufRead> {
    state: State<R>,
}

enum State<R: BufRead> {
    Between(R),
    Inside(Box<StreamingDecoder<R, ruzstd::decoding::FrameDecoder>>),
    Ended,
}

impl<R: BufRead> Frames<R> {
    pub(crate) fn new(reader: R) -> Self {
        Frames { state: State::Between(reader) }
    }
}

/// Skips skippable frames; gives whether anything is left.
fn skip(reader: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let head = reader.fill_buf()?;
        if head.is_empty() {
            return Ok(false);
        }
        let skippable =
            head.first().is_some_and(|first| first & 0xf0 == 0x50) && head.get(1..4) == Some(&SKIPPABLE);
        if !skippable {
            return Ok(true);
        }
        let mut header = [0; 8];
        reader.read_exact(&mut header)?;
        let [.., a, b, c, d] = header;
        let length = u64::from(u32::from_le_bytes([a, b, c, d]));
        if io::copy(&mut reader.by_ref().take(length), &mut io::sink())? < length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            match std::mem::replace(&mut self.state, State::Ended) {
                State::Ended => return Ok(0),
                State::Between(mut reader) => {
                    if skip(&mut reader)? {
                        let decoder = StreamingDecoder::new(reader).map_err(io::Error::other)?;
                        self.state = State::Inside(Box::new(decoder));
                    }
                }
                State::Inside(mut decoder) => {
                    let read = decoder.read(buffer)?;
                    self.state = match read {
                        0 => State::Between(decoder.into_inner()),
                        _ => State::Inside(decoder),
                    };
                    if read > 0 {
                        return Ok(read);
                    }
                }
            }
        }
    }
}
