//! `/`: what is served here and how to ask it, for someone who opens the address in a browser.

use crate::response::plain;
use crate::service::Shared;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

/// The handler.
pub(crate) async fn home(State(service): State<Shared>) -> Response {
    let info = service.recording().info();
    let now = service.clock.now();
    let motion = match service.clock.speed() {
        Some(speed) => format!("moves {speed} times as fast as the wall clock"),
        None => "stands still".to_owned(),
    };
    let text = format!(
        "Glasshouse serves the recording {} ({} to {}).\nNow is {now} and {motion}.\n\n\
         Prometheus    /api/v1/query?query=up    /api/v1/labels    /api/v1/rules    /api/v1/alerts    /api/v1/read\n\
         Loki          /loki/api/v1/labels       /loki/api/v1/query_range?query=…\n\
         Alertmanager  /api/v2/alerts            /api/v2/silences\n\n\
         Point promtool, logcli, amtool or Grafana at this address. Nothing can be written.\n",
        info.name, info.extent.start, info.extent.end
    );
    plain(StatusCode::OK, text)
}
