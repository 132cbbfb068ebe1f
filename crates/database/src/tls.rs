//! TLS to a database server: certificate and host name are always verified.

use std::error::Error as _;
use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::pool::ConnectError;

/// A connector that trusts the public authorities (Mozilla's list, compiled in) and those of the
/// given PEM file.
pub(crate) fn connector(authorities: Option<&Path>) -> Result<MakeRustlsConnect, ConnectError> {
    let mut trusted = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    if let Some(path) = authorities {
        add_authorities(&mut trusted, path).map_err(|reason| ConnectError::BadCertificates {
            path: path.display().to_string(),
            reason,
        })?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("invariant: ring speaks the default versions")
        .with_root_certificates(trusted)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

/// Whether a connection failed because of the server's certificate.
pub(crate) fn is_mistrust(error: &tokio_postgres::Error) -> bool {
    let cause = error
        .source()
        .and_then(|cause| cause.downcast_ref::<io::Error>());
    let inner = cause.and_then(|cause| cause.get_ref()?.downcast_ref());
    matches!(inner, Some(rustls::Error::InvalidCertificate(_)))
}

fn add_authorities(trusted: &mut RootCertStore, path: &Path) -> Result<(), String> {
    let certificates = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| error.to_string())?;
    if certificates.is_empty() {
        return Err("it holds no certificate".to_owned());
    }
    for certificate in certificates {
        trusted
            .add(certificate)
            .map_err(|error| error.to_string())?;
    }
    Ok(())
}
