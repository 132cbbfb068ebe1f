//! The plugin host of Tidemark: runs the components of a Spin application.
//!
//! It reads the same `spin.toml` and runs the same `.wasm` files as `spin up`, and a component
//! cannot tell the two apart. Each component is compiled once (and kept in a cache on disk),
//! linked once, and instantiated anew for every call, which takes some microseconds. A call that
//! traps, loops or eats memory fails alone.
//!
//! # Parts
//!
//! | module | subject |
//! | --- | --- |
//! | [`runtime`] | [`Application::load`] and calls of components: HTTP requests, cron events, steps of jobs |
//! | [`serve`] | what makes those calls: [`HttpServer`] and [`run_schedules`] |
//!
//! # Use
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use tidemark::runtime::{Application, PoolsByAddress, Settings};
//! use tidemark::serve::{CronOptions, HttpOptions, HttpServer, run_schedules};
//! use tidemark_manifest::{Manifest, Variables};
//! use tokio_util::sync::CancellationToken;
//!
//! # async fn up(manifest: Manifest, variables: Variables) -> Result<(), Box<dyn std::error::Error>> {
//! let mut settings = Settings::new(".");
//! settings.code_cache = Some(".tidemark/code-cache".into());
//! let databases = Arc::new(PoolsByAddress::new(|_address| Err("no database".to_owned())));
//! let application = Application::load(&manifest, &variables, databases, settings).await?;
//! let application = Arc::new(application);
//!
//! let listen = "127.0.0.1:3000".parse()?;
//! let server = HttpServer::bind(Arc::clone(&application), listen, HttpOptions::default())?;
//! println!("Serving http://{}", server.address());
//!
//! let shutdown = CancellationToken::new();
//! let schedules = run_schedules(
//!     Arc::clone(&application),
//!     application.schedules().to_vec(),
//!     Arc::clone(application.clock()),
//!     CronOptions::default(),
//!     shutdown.clone(),
//! );
//! tokio::join!(server.run(shutdown.clone()), schedules);
//! # Ok(())
//! # }
//! ```
//!
//! Cancelling `shutdown` lets requests and firings under way end, each within the time that its
//! options give, and then both futures return.
//!
//! [`Application::load`]: runtime::Application::load
//! [`HttpServer`]: serve::HttpServer
//! [`run_schedules`]: serve::run_schedules

pub mod runtime;
pub mod serve;
