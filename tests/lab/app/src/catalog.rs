//! `catalog`: what there is to buy. Answers from a cache, and from the database what the cache does not hold.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::arguments::Arguments;
use crate::cache::Cache;
use crate::http::{Request, Response};
use crate::metrics::Kind;
use crate::pool::{Pool, PoolError};
use crate::server;
use crate::service::Service;

/// Texts, pictures' addresses and seat plans of an event make up about this much.
const PAGE_BYTES: usize = 6 << 10;

struct Catalog {
    service: Arc<Service>,
    pool: Arc<Pool>,
    cache: Cache,
}

/// Serves until stopped.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let service = Service::start(arguments, "logfmt")?;
    let settings = &service.settings;
    let max_entries = settings.count("cache.max_entries", 500)?;
    let time_to_live = settings.duration("cache.ttl", Duration::from_secs(60))?;
    let catalog = Arc::new(Catalog {
        pool: Pool::start(&service)?,
        cache: Cache::new(max_entries, time_to_live),
        service: Arc::clone(&service),
    });
    service.metrics.declare(
        Kind::Counter,
        "cache_requests_total",
        "Look-ups in the cache, by result.",
    );
    service
        .metrics
        .declare(Kind::Gauge, "cache_entries", "Entries in the cache.");
    service
        .metrics
        .declare(Kind::Gauge, "cache_bytes", "Bytes of text in the cache.");
    let gauged = Arc::clone(&catalog);
    service.metrics.on_scrape(move |metrics| {
        let (n_entries, n_bytes) = gauged.cache.size();
        metrics.set("cache_entries", &[], n_entries as f64);
        metrics.set("cache_bytes", &[], n_bytes as f64);
    });
    let handler = move |request: &Request| catalog.answer(request);
    server::serve(&service, arguments.address("listen")?, Arc::new(handler))
}

impl Catalog {
    fn answer(&self, request: &Request) -> (&'static str, Response) {
        if request.path == "/search" {
            ("/search", self.look_up(request, "search".into()))
        } else if let Some(id) = request.path.strip_prefix("/products/") {
            ("/products/{id}", self.look_up(request, format!("product {id}")))
        } else {
            ("other", Response::new(404, "no such page\n"))
        }
    }

    fn look_up(&self, request: &Request, statement: String) -> Response {
        let now = Instant::now();
        let cached = self.cache.get(&statement, now);
        let result = if cached.is_some() { "hit" } else { "miss" };
        self.service
            .metrics
            .add("cache_requests_total", &[("result", result)], 1.0);
        if let Some(page) = cached {
            return Response::new(200, &*page);
        }
        match self.ask_database(&statement) {
            Ok(row) => {
                let page = format!("{row}{}", " ".repeat(PAGE_BYTES.saturating_sub(row.len())));
                self.cache.put(&statement, &page, now);
                let took = now.elapsed().as_secs_f64() * 1000.0;
                let fields = [
                    ("key", (&statement).into()),
                    ("duration_ms", took.into()),
                    ("trace_id", (&request.trace_id).into()),
                ];
                self.service.log.info("cache miss", &fields);
                Response::new(200, page)
            }
            Err(PoolError::Unavailable(reason)) => {
                let fields = [
                    ("key", (&statement).into()),
                    ("reason", (&reason).into()),
                    ("trace_id", (&request.trace_id).into()),
                ];
                self.service.log.error("no database connection", &fields);
                Response::new(503, "database unavailable\n")
            }
            Err(PoolError::Broken(reason)) => {
                let fields = [
                    ("key", (&statement).into()),
                    ("reason", (&reason).into()),
                    ("trace_id", (&request.trace_id).into()),
                ];
                self.service.log.error("statement failed", &fields);
                Response::new(500, "database error\n")
            }
        }
    }

    fn ask_database(&self, statement: &str) -> Result<String, PoolError> {
        self.pool.acquire()?.run(statement)
    }
}
