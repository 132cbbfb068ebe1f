//! Taking an address to listen on.

use std::io;
use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpSocket};

/// Connections that wait to be accepted; the system may allow fewer.
const BACKLOG: u32 = 4096;

/// Why an address cannot be listened on.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Another program listens on it.
    #[error(
        "{0} is in use by another program; stop that one or choose another address with --listen"
    )]
    InUse(SocketAddr),
    /// The system does not allow it.
    #[error("not allowed to listen on {0}; choose a port above 1023 with --listen")]
    Forbidden(SocketAddr),
    /// This machine does not have it.
    #[error("this machine has no address {}; choose another with --listen", .0.ip())]
    NoSuchAddress(SocketAddr),
    /// Anything else.
    #[error("cannot listen on {address}: {source}; choose another address with --listen")]
    Unavailable {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
}

pub(super) fn listen(address: SocketAddr, share_port: bool) -> Result<TcpListener, ListenError> {
    try_listen(address, share_port).map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => ListenError::InUse(address),
        io::ErrorKind::PermissionDenied => ListenError::Forbidden(address),
        io::ErrorKind::AddrNotAvailable => ListenError::NoSuchAddress(address),
        _ => ListenError::Unavailable { address, source },
    })
}

fn try_listen(address: SocketAddr, share_port: bool) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // A server that was just restarted must not wait for its old connections to be forgotten.
    socket.set_reuseaddr(true)?;
    if share_port {
        share(&socket)?;
    }
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

#[cfg(unix)]
fn share(socket: &TcpSocket) -> io::Result<()> {
    socket.set_reuseport(true)
}

#[cfg(not(unix))]
fn share(_socket: &TcpSocket) -> io::Result<()> {
    Err(io::Error::from(io::ErrorKind::Unsupported))
}
