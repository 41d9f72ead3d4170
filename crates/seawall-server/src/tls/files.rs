//! Certificates from files that somebody else renews.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::shared::Shared;
use crate::tls::pem;
use crate::tls::served::{Certificates, TlsError};

/// A larger file is no certificate.
const LARGEST: u64 = 1 << 20;

/// A certificate chain and its key, PEM. The content is looked at, not the time of change: projected secrets change by a
/// symbolic link, which no notification of the file tells.
pub struct Files {
    certificate: PathBuf,
    key: PathBuf,
    certificates: Arc<Certificates>,
    /// What is served.
    served: Shared<(Vec<u8>, Vec<u8>)>,
}

impl Files {
    /// Nothing is read yet.
    pub fn new(certificate: PathBuf, key: PathBuf, certificates: Arc<Certificates>) -> Self {
        Files { certificate, key, certificates, served: Shared::default() }
    }

    /// Looks at the files, and serves what is in them when it is new and belongs together. Whether it was new.
    ///
    /// # Errors
    /// When they cannot be read or do not belong together, as between the change of one and of the other: what is served
    /// stays.
    pub fn look(&self) -> Result<bool, TlsError> {
        let found = (read(&self.certificate)?, read(&self.key)?);
        if *self.served.get() == found {
            return Ok(false);
        }
        self.certificates.serve(pem::read_certificates(&found.0)?, pem::read_key(&found.1)?)?;
        self.served.set(Arc::new(found));
        Ok(true)
    }
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    let failed = |error: std::io::Error| TlsError::Store(format!("`{}`: {error}", path.display()));
    let mut content = Vec::new();
    File::open(path).map_err(failed)?.take(LARGEST).read_to_end(&mut content).map_err(failed)?;
    Ok(content)
}
