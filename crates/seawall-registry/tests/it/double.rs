//! A registry on loopback that answers as a function says, and remembers what it was asked.

use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A question.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) path: String,
    pub(crate) authorization: Option<String>,
    pub(crate) accept: String,
    pub(crate) body: String,
}

/// An answer.
pub(crate) enum Reply {
    /// A whole one.
    Whole { status: u16, headers: Vec<(String, String)>, body: Vec<u8> },
    /// These bytes, and then the connection stays open and silent.
    Silent(Vec<u8>),
    /// These bytes, and then the same ones for ever.
    Endless(Vec<u8>, Vec<u8>),
    /// These bytes, and then a byte a second for ever.
    Dripping(Vec<u8>),
}

impl Reply {
    pub(crate) fn status(status: u16) -> Reply {
        Reply::Whole { status, headers: Vec::new(), body: Vec::new() }
    }

    pub(crate) fn ok(body: impl Into<Vec<u8>>) -> Reply {
        Reply::Whole { status: 200, headers: Vec::new(), body: body.into() }
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Reply {
        if let Reply::Whole { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    pub(crate) fn redirect(to: &str) -> Reply {
        Reply::status(307).with("Location", to)
    }
}

/// The registry.
pub(crate) struct Double {
    /// `127.0.0.1:PORT`
    pub(crate) host: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Double {
    pub(crate) async fn start(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Double {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let answer = Arc::new(answer);
        tokio::spawn({
            let asked = Arc::clone(&asked);
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    let (asked, answer) = (Arc::clone(&asked), Arc::clone(&answer));
                    tokio::spawn(async move {
                        // Whoever asked may have gone.
                        _ = converse(stream, &asked, &*answer).await;
                    });
                }
            }
        });
        Double { host, asked }
    }

    /// What it was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// Methods and paths of that.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.asked().iter().map(|asked| format!("{} {}", asked.method, asked.path)).collect()
    }
}

async fn converse(
    mut stream: TcpStream,
    asked: &Mutex<Vec<Asked>>,
    answer: &(dyn Fn(&Asked) -> Reply + Send + Sync),
) -> std::io::Result<()> {
    // What waits in the kernel is not seen by a clock that jumps when nothing is to do.
    stream.set_nodelay(true)?;
    let mut buffer = Vec::new();
    loop {
        let Some(question) = question(&mut stream, &mut buffer).await? else { return Ok(()) };
        asked.lock().unwrap().push(question.clone());
        match answer(&question) {
            Reply::Whole { status, headers, body } => {
                let mut head = format!("HTTP/1.1 {status} X\r\n");
                for (name, value) in headers {
                    head.push_str(&format!("{name}: {value}\r\n"));
                }
                if !head.to_lowercase().contains("content-length") {
                    head.push_str(&format!("Content-Length: {}\r\n", body.len()));
                }
                head.push_str("\r\n");
                let body = if question.method == "HEAD" { &[] } else { &body[..] };
                stream.write_all(&[head.as_bytes(), body].concat()).await?;
            }
            Reply::Silent(bytes) => {
                stream.write_all(&bytes).await?;
                std::future::pending::<()>().await;
            }
            Reply::Endless(first, again) => {
                stream.write_all(&first).await?;
                loop {
                    stream.write_all(&again).await?;
                }
            }
            Reply::Dripping(first) => {
                stream.write_all(&first).await?;
                loop {
                    stream.write_all(b"x").await?;
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        }
    }
}

async fn question(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> std::io::Result<Option<Asked>> {
    let end = loop {
        if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    };
    let head = String::from_utf8(buffer[..end].to_vec()).unwrap();
    let header = |name: &str| {
        head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    };
    let length: usize = header("content-length").map_or(0, |length| length.parse().unwrap());
    while buffer.len() < end + length {
        if stream.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    }
    let body = String::from_utf8(buffer[end..end + length].to_vec()).unwrap();
    let mut first = head.lines().next().unwrap().split(' ');
    let asked = Asked {
        method: first.next().unwrap().to_owned(),
        path: first.next().unwrap().to_owned(),
        authorization: header("authorization"),
        accept: header("accept").unwrap_or_default(),
        body,
    };
    buffer.drain(..end + length);
    Ok(Some(asked))
}

/// Runs a test on one thread whose time stands still but where everything waits for it.
pub(crate) fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(test);
}
