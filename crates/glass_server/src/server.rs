//! [`Server`]: listens, answers, and stops when it is told to.

use crate::clock::Clock;
use crate::guard::{self, Hosts};
use crate::service::{Service, Shared};
use crate::{alertmanager, home, loki, prometheus};
use axum::extract::Request;
use axum::routing::get;
use axum::{Router, middleware};
use glass_query::Limits;
use glass_recording::Recording;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;

/// The largest body of a request in bytes. Forms hold a query, remote reads a few selectors.
const LARGEST_BODY: usize = 1 << 20;

/// Parsing and evaluating recurse as deep as a query nests.
const STACK_BYTES: usize = 8 << 20;

/// How long requests at work may take to end after an interrupt.
const FAREWELL: Duration = Duration::from_secs(2);

/// How a recording is served.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen; port 0 for any free one.
    pub listen: SocketAddr,
    /// Host names under which it may be reached, beside `localhost` and the address.
    pub allow_hosts: Vec<String>,
    /// What now is.
    pub clock: Clock,
    /// What bounds each query.
    pub limits: Limits,
    /// How many queries are evaluated at once; more wait.
    pub n_concurrent: usize,
}

/// Why a recording cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address cannot be had.
    #[error("cannot listen there; choose another address with --listen: {address}: {reason}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        reason: std::io::Error,
    },
    /// The system refuses something else.
    #[error("cannot serve: {0}")]
    Io(#[from] std::io::Error),
}

/// A server that listens already.
#[derive(Debug)]
pub struct Server {
    runtime: Runtime,
    listener: TcpListener,
    router: Router,
    address: SocketAddr,
}

impl Server {
    /// Listens; answers come once it runs.
    ///
    /// # Errors
    /// When the address cannot be had.
    pub fn start(recording: Recording, options: &Options) -> Result<Self, ServeError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .max_blocking_threads(options.n_concurrent.max(1) + 2)
            .thread_stack_size(STACK_BYTES)
            .enable_all()
            .build()?;
        let refused = |reason| ServeError::Listen {
            address: options.listen,
            reason,
        };
        let listener = runtime
            .block_on(TcpListener::bind(options.listen))
            .map_err(refused)?;
        let address = listener.local_addr()?;
        let clock = options.clock.clone();
        let service = Service::new(recording, clock, options.limits, options.n_concurrent);
        let hosts = Arc::new(Hosts::new(address, &options.allow_hosts));
        Ok(Self {
            runtime,
            listener,
            router: router(Arc::new(service), hosts),
            address,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until Ctrl-C; then requests at work have two seconds to end.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn run(self) -> Result<(), ServeError> {
        let Self {
            runtime,
            listener,
            router,
            ..
        } = self;
        runtime.block_on(async {
            let (told, hears) = tokio::sync::oneshot::channel::<()>();
            let interrupted = async move {
                let _ = tokio::signal::ctrl_c().await;
                let _ = told.send(());
            };
            let serving = axum::serve(listener, router).with_graceful_shutdown(interrupted);
            let farewell = async {
                let _ = hears.await;
                tokio::time::sleep(FAREWELL).await;
            };
            tokio::select! {
                done = serving => done,
                () = farewell => Ok(()),
            }
        })?;
        runtime.shutdown_background();
        Ok(())
    }
}

fn router(service: Shared, hosts: Arc<Hosts>) -> Router {
    let unknown = |request: Request| async move { guard::not_found(request.uri().path()) };
    let wrong_method = |request: Request| async move { guard::not_allowed(request.uri().path()) };
    Router::new()
        .route("/", get(home::home))
        .merge(prometheus::routes())
        .merge(loki::routes())
        .merge(alertmanager::routes())
        .method_not_allowed_fallback(wrong_method)
        .fallback(unknown)
        .with_state(service)
        .layer(RequestBodyLimitLayer::new(LARGEST_BODY))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        .layer(middleware::from_fn_with_state(hosts, guard::check))
}
