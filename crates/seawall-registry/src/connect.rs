//! Connections: names to addresses, proxies, TLS.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tower_service::Service;

use crate::error::OptionsError;
use crate::hosts::{Options, host_of};
use crate::link;

/// Connects to hosts as the options say.
#[derive(Clone)]
pub(crate) struct Connector {
    options: Arc<Options>,
    proxy: Option<Arc<Matcher>>,
    /// For hosts with authorities of their own.
    own: Arc<HashMap<String, Arc<ClientConfig>>>,
    tls: Arc<ClientConfig>,
}

impl Connector {
    pub(crate) fn new(options: Arc<Options>) -> Result<Self, OptionsError> {
        let system = rustls_native_certs::load_native_certs().certs;
        let tls = client(&system, &[])?;
        let mut own = HashMap::new();
        for (name, host) in &options.hosts {
            let Some(pem) = &host.authorities else { continue };
            let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
            let given = read.ok().filter(|given| !given.is_empty());
            let given = given.ok_or_else(|| OptionsError::Authority(name.clone()))?;
            own.insert(
                name.clone(),
                client(&system, &given).map_err(|_| OptionsError::Authority(name.clone()))?,
            );
        }
        let proxy = options.proxy.as_ref().map(|(proxy, except)| {
            let matcher = Matcher::builder().all(proxy.clone()).no(except.clone()).build();
            let plain = matcher
                .intercept(&Uri::from_static("https://proxied.invalid"))
                .is_some_and(|to| to.uri().scheme_str() == Some("http"));
            plain.then(|| Arc::new(matcher)).ok_or(OptionsError::Proxy)
        });
        Ok(Connector { proxy: proxy.transpose()?, own: Arc::new(own), tls, options })
    }

    async fn connect(self, target: Uri) -> io::Result<Stream> {
        let host = link::host(&target);
        let stream = match self.proxy.as_ref().and_then(|proxy| proxy.intercept(&target)) {
            None => tcp(&self.options, &target).await?,
            Some(proxy) => {
                let mut tunnel = Tunnel::new(proxy.uri().clone(), Direct);
                if let Some(auth) = proxy.basic_auth() {
                    tunnel = tunnel.with_auth(auth.clone());
                }
                tunnel.call(with_port(&target)).await.map_err(io::Error::other)?.into_inner()
            }
        };
        if !link::is_tls(&target) {
            return Ok(Stream(TokioIo::new(Box::new(stream))));
        }
        let name = ServerName::try_from(host_of(&host).to_owned()).map_err(io::Error::other)?;
        let tls = TlsConnector::from(Arc::clone(self.own.get(&host).unwrap_or(&self.tls)));
        Ok(Stream(TokioIo::new(Box::new(tls.connect(name, stream).await?))))
    }
}

/// A proxy is told the port, also when it goes without saying.
fn with_port(target: &Uri) -> Uri {
    let port = target.port_u16().unwrap_or(if link::is_tls(target) { 443 } else { 80 });
    let authority = format!("{}:{port}", target.host().unwrap_or_default());
    let whole = Uri::builder().scheme("http").authority(authority).path_and_query("/").build();
    whole.unwrap_or_else(|_| target.clone())
}

async fn tcp(options: &Options, target: &Uri) -> io::Result<TcpStream> {
    let addresses = addresses(target).await?;
    let host = link::host(target);
    let allowed: Vec<SocketAddr> =
        addresses.into_iter().filter(|address| options.may_reach(&host, address.ip())).collect();
    if allowed.is_empty() {
        return Err(io::Error::other(
            "its name leads to this machine or to a link-local address, where nobody asks for images",
        ));
    }
    open(&allowed).await
}

async fn open(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(addresses).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

async fn addresses(target: &Uri) -> io::Result<Vec<SocketAddr>> {
    let port = target.port_u16().unwrap_or(if link::is_tls(target) { 443 } else { 80 });
    let host = host_of(target.host().unwrap_or_default());
    Ok(tokio::net::lookup_host((host, port)).await?.collect())
}

/// The way to a proxy, which whoever set it up answers for.
#[derive(Clone)]
struct Direct;

impl Service<Uri> for Direct {
    type Response = TokioIo<TcpStream>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<TokioIo<TcpStream>>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, proxy: Uri) -> Self::Future {
        Box::pin(async move { Ok(TokioIo::new(open(&addresses(&proxy).await?).await?)) })
    }
}

impl Service<Uri> for Connector {
    type Response = Stream;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Stream>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, target: Uri) -> Self::Future {
        let within = self.options.limits.connect;
        let connecting = self.clone().connect(target);
        Box::pin(async move {
            timeout(within, connecting).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
        })
    }
}

/// What verifies servers: by the authorities of the system and these.
fn client(
    system: &[CertificateDer<'static>],
    own: &[CertificateDer<'static>],
) -> Result<Arc<ClientConfig>, OptionsError> {
    let failed = |error: rustls::Error| OptionsError::Tls(error.to_string());
    let mut roots = RootCertStore::empty();
    // What a system holds may be older than the rules for certificates; what somebody names must be right.
    roots.add_parsable_certificates(system.iter().cloned());
    for certificate in own {
        roots.add(certificate.clone()).map_err(failed)?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    Ok(Arc::new(config.map_err(failed)?.with_root_certificates(roots).with_no_client_auth()))
}

trait Bytes: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Bytes for T {}

/// An open connection.
pub(crate) struct Stream(TokioIo<Box<dyn Bytes>>);

impl Connection for Stream {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl Read for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl Write for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
