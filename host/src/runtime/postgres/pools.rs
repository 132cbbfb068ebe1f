//! Where the connections of guests come from.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use tidemark_database::connection::ClientPool;
use tidemark_database::{Pool, PoolOptions};
use tidemark_domain::Secret;

/// Pools kept for addresses that guests named, as in Spin. A guest that invents addresses must
/// not fill the memory.
const MAXIMUM_POOLS: usize = 16;

/// Connections to one address, as in Spin.
const CONNECTIONS: usize = 64;

/// The connections to one address.
#[derive(Clone, Debug)]
pub struct GuestPool {
    /// The pool.
    pub pool: ClientPool,
    /// Whether the server takes a second connection that cancels a statement of the first one.
    /// The embedded database does not.
    pub cancels: bool,
}

/// Makes and keeps the pools that guests draw their connections from.
pub trait DatabasePools: Send + Sync + 'static {
    /// The pool of an address, a connection URL that the guest is allowed to connect to.
    ///
    /// # Errors
    /// The address cannot be read; the text is handed to the guest.
    fn pool(&self, address: &str) -> Result<GuestPool, String>;
}

type OpenPool = Box<dyn Fn(&str) -> Result<GuestPool, String> + Send + Sync>;

/// Pools by address, made when a guest first names one.
pub struct PoolsByAddress {
    open: OpenPool,
    pools: Mutex<HashMap<String, GuestPool>>,
}

impl PoolsByAddress {
    /// Pools that `open` makes.
    pub fn new(open: impl Fn(&str) -> Result<GuestPool, String> + Send + Sync + 'static) -> Self {
        Self {
            open: Box::new(open),
            pools: Mutex::new(HashMap::new()),
        }
    }

    /// Pools for Postgres URLs, of as many connections as under Spin.
    pub fn for_urls() -> Self {
        Self::new(|address| {
            let options = PoolOptions {
                max_size: CONNECTIONS,
                ..PoolOptions::default()
            };
            let pool = Pool::from_url(&Secret::new(address), options)
                .map_err(|error| error.to_string())?;
            Ok(GuestPool {
                pool: pool.inner().clone(),
                cancels: true,
            })
        })
    }

    /// Answers one address with a pool that is there already, such as the embedded database's.
    #[must_use]
    pub fn with_pool(self, address: impl Into<String>, pool: GuestPool) -> Self {
        self.pools
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(address.into(), pool);
        self
    }
}

impl DatabasePools for PoolsByAddress {
    fn pool(&self, address: &str) -> Result<GuestPool, String> {
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pool) = pools.get(address) {
            return Ok(pool.clone());
        }
        let pool = (self.open)(address)?;
        if pools.len() >= MAXIMUM_POOLS {
            let Some(unused) = unused(&pools) else {
                return Err("too many different database addresses".to_owned());
            };
            pools.remove(&unused);
        }
        pools.insert(address.to_owned(), pool.clone());
        Ok(pool)
    }
}

/// The address of a pool that nobody draws from and that can be made again.
fn unused(pools: &HashMap<String, GuestPool>) -> Option<String> {
    let idle = |pool: &GuestPool| {
        let status = pool.pool.status();
        pool.cancels && status.available == status.size
    };
    pools
        .iter()
        .find(|(_, pool)| idle(pool))
        .map(|(address, _)| address.clone())
}

impl fmt::Debug for PoolsByAddress {
    /// Addresses hold passwords, so only their number is shown.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        formatter
            .debug_struct("PoolsByAddress")
            .field("pools", &pools.len())
            .finish_non_exhaustive()
    }
}
