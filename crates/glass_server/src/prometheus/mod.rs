//! Prometheus' HTTP API. Read [`routes`] for the endpoints.

mod answer;
mod found;
mod parse;
mod query;
mod read;
mod series;
mod status;

pub(crate) use parse::duration as parse_duration;

use crate::service::Shared;
use axum::Router;
use axum::routing::{get, post};

/// All endpoints.
pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/v1/query", get(query::instant).post(query::instant))
        .route("/api/v1/query_range", get(query::range).post(query::range))
        .route(
            "/api/v1/query_exemplars",
            get(query::exemplars).post(query::exemplars),
        )
        .route("/api/v1/format_query", get(query::format).post(query::format))
        .route("/api/v1/series", get(series::series).post(series::series))
        .route(
            "/api/v1/labels",
            get(series::label_names).post(series::label_names),
        )
        .route("/api/v1/label/{name}/values", get(series::label_values))
        .route("/api/v1/metadata", get(found::metadata))
        .route("/api/v1/rules", get(found::rules))
        .route("/api/v1/alerts", get(found::alerts))
        .route("/api/v1/targets", get(found::targets))
        .route("/api/v1/scrape_pools", get(found::scrape_pools))
        .route("/api/v1/alertmanagers", get(found::alertmanagers))
        .route("/api/v1/status/buildinfo", get(status::build))
        .route("/api/v1/status/runtimeinfo", get(status::runtime))
        .route("/api/v1/status/flags", get(status::flags))
        .route("/api/v1/status/tsdb", get(status::tsdb))
        .route("/api/v1/read", post(read::read))
        .route("/-/healthy", get(status::healthy))
        .route("/-/ready", get(status::ready))
}
