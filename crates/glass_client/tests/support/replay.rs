//! [`Replay`]: the captured answers of a real server, over real HTTP on loopback.
//!
//! An answer is found by method, path, query and form, in any order and decoded, among `captures/requests.tsv`. What
//! was not captured is answered by 501 and a text that names it, so that a test cannot mistake it for something else.
//! It runs in a thread of its own, for tests with and without a runtime, and ends when it is dropped.

use super::shared_data;
use axum::body::{Body, Bytes};
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use tokio::sync::oneshot;
use url::Url;

/// Headers that belong to the connection of then, or would tell of a clock that is wrong by now.
const NOT_REPLAYED: [&str; 6] = [
    "connection",
    "content-length",
    "date",
    "keep-alive",
    "transfer-encoding",
    "upgrade",
];

/// The largest body that is taken in.
const LARGEST_BODY: usize = 16 << 20;

type Pairs = Vec<(String, String)>;

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Got {
    /// `GET`, `POST`, or `WS` for one that asked for a WebSocket.
    pub method: String,
    /// As it came, percent signs included.
    pub path: String,
    /// Decoded, in the order it came.
    pub query: Pairs,
    /// Names in lower case.
    pub headers: HashMap<String, String>,
    /// What was sent.
    pub body: Vec<u8>,
}

impl Got {
    /// The value of the query's parameter; empty if it is not there.
    pub fn param(&self, name: &str) -> &str {
        let found = self.query.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }
}

/// An answer, captured or made up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Canned {
    /// The HTTP status.
    pub status: u16,
    /// Names and values.
    pub headers: Pairs,
    /// The body as it goes over the wire.
    pub body: Vec<u8>,
}

impl Canned {
    /// JSON with status 200.
    pub fn json(body: impl Into<Vec<u8>>) -> Self {
        Self {
            status: 200,
            headers: vec![("content-type".into(), "application/json".into())],
            body: body.into(),
        }
    }

    /// Plain text with any status.
    pub fn text(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: vec![("content-type".into(), "text/plain; charset=utf-8".into())],
            body: body.into(),
        }
    }

    /// With one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}

/// One row of `requests.tsv`.
#[derive(Clone, Debug)]
pub struct Captured {
    /// The name of its files.
    pub name: String,
    /// `GET`, `POST`, `DELETE`, `OPTIONS` or `WS`.
    pub method: String,
    /// The path.
    pub path: String,
    /// The query, decoded, sorted.
    pub query: Pairs,
    form: Pairs,
    folder: PathBuf,
}

impl Captured {
    /// The value of the query's parameter; empty if it is not there.
    pub fn param(&self, name: &str) -> &str {
        let found = self.query.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    /// The whole answer.
    pub fn answer(&self) -> Canned {
        let text = fs::read_to_string(self.folder.join(format!("{}.headers", self.name)));
        let (status, headers) = parse_headers(&text.unwrap_or_default());
        let body = self.body_path().and_then(|path| fs::read(path).ok());
        let body = body.unwrap_or_default();
        Canned {
            status,
            headers,
            body: match self.method.as_str() {
                "WS" => refusal_of(&body).into_bytes(),
                _ => body,
            },
        }
    }

    /// The text frames of a WebSocket.
    pub fn frames(&self) -> Vec<String> {
        let path = self.folder.join(format!("{}.frames.ndjson", self.name));
        let text = fs::read_to_string(path).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    fn body_path(&self) -> Option<PathBuf> {
        let files = fs::read_dir(&self.folder).ok()?.flatten();
        let prefix = format!("{}.", self.name);
        files.map(|file| file.path()).find(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.strip_prefix(&prefix)
                .is_some_and(|kind| !["headers", "frames.ndjson", "times.json"].contains(&kind))
        })
    }

    /// How well it stands for others that were asked the same: answers without compression and errors first.
    fn rank(&self) -> (bool, bool) {
        let is_gzip = self.name.ends_with("_gzip");
        let is_error = !(200..300).contains(&self.answer().status) && self.method != "WS";
        (is_gzip, is_error)
    }
}

/// What a server said to a WebSocket that it refused: it stands in the words of the library that captured it.
fn refusal_of(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let after = text.split_once("bytearray(b'").map_or("", |(_, after)| after);
    after.split('\'').next().unwrap_or("").to_owned()
}

type Override = Arc<dyn Fn(&Got) -> Option<Canned> + Send + Sync>;

struct Shared {
    captured: Vec<Captured>,
    ignored: Mutex<Vec<String>>,
    overrides: Mutex<HashMap<String, Override>>,
    got: Mutex<Vec<Got>>,
}

/// A server that replays. It ends when it is dropped.
pub struct Replay {
    url: Url,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
}

impl Replay {
    /// Replays a server such as `loki-3.7.6` during the incident; `None`, with a message, without the captures.
    pub fn start(server: &str) -> Option<Self> {
        Self::start_phase(server, "incident")
    }

    /// Replays another phase: `baseline`, `peak`, `down`, `after`, `flushed`.
    pub fn start_phase(server: &str, phase: &str) -> Option<Self> {
        let captures = shared_data("captures")?;
        let captured = read_captures(&captures, server, phase);
        assert!(!captured.is_empty(), "nothing captured of {server} in {phase}");
        Some(Self::serve(captured))
    }

    /// Knows nothing by itself: all its answers are overrides.
    pub fn empty() -> Self {
        Self::serve(Vec::new())
    }

    fn serve(captured: Vec<Captured>) -> Self {
        let shared = Arc::new(Shared {
            captured,
            ignored: Mutex::default(),
            overrides: Mutex::default(),
            got: Mutex::default(),
        });
        let (address, listening) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let state = shared.clone();
        std::thread::spawn(move || run(state, &address, stopped));
        let address: std::net::SocketAddr = listening.recv().expect("the replay listens");
        Self {
            url: Url::parse(&format!("http://{address}/")).expect("an address"),
            shared,
            stop: Some(stop),
        }
    }

    /// Finds answers without regard to these parameters, such as `start` and `end`.
    #[must_use]
    pub fn ignoring(self, names: &[&str]) -> Self {
        let mut ignored = lock(&self.shared.ignored);
        ignored.extend(names.iter().map(ToString::to_string));
        drop(ignored);
        self
    }

    /// Where it is: `http://127.0.0.1:PORT/`.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Answers a path by a closure; where that says `None`, by what was captured.
    pub fn answer_path(&self, path: &str, answer: impl Fn(&Got) -> Option<Canned> + Send + Sync + 'static) {
        lock(&self.shared.overrides).insert(path.to_owned(), Arc::new(answer));
    }

    /// What was asked so far.
    pub fn requests(&self) -> Vec<Got> {
        lock(&self.shared.got).clone()
    }

    /// Forgets what was asked so far.
    pub fn forget_requests(&self) {
        lock(&self.shared.got).clear();
    }

    /// What was captured under a name, such as `query_vector`.
    ///
    /// # Panics
    /// When nothing was.
    pub fn captured(&self, name: &str) -> &Captured {
        let found = self.shared.captured.iter().find(|row| row.name == name);
        found.unwrap_or_else(|| panic!("nothing captured under {name}"))
    }
}

impl Drop for Replay {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn run(shared: Arc<Shared>, address: &mpsc::Sender<std::net::SocketAddr>, stopped: oneshot::Receiver<()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        address
            .send(listener.local_addr().expect("an address"))
            .expect("sent");
        let app = axum::Router::new().fallback(answer).with_state(shared);
        tokio::select! {
            _ = async { axum::serve(listener, app).await } => {}
            _ = stopped => {}
        }
    });
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    let (mut parts, body) = request.into_parts();
    let upgrade = WebSocketUpgrade::from_request_parts(&mut parts, &()).await.ok();
    let body = axum::body::to_bytes(body, LARGEST_BODY).await.unwrap_or_default();
    let query = parts.uri.query().unwrap_or_default();
    let got = Got {
        method: match upgrade {
            Some(_) => "WS".into(),
            None => parts.method.to_string(),
        },
        path: parts.uri.path().to_owned(),
        query: decoded(query),
        headers: headers_of(&parts.headers),
        body: body.to_vec(),
    };
    lock(&shared.got).push(got.clone());
    let override_ = lock(&shared.overrides).get(&got.path).cloned();
    if let Some(canned) = override_.and_then(|answer| answer(&got)) {
        return respond(canned);
    }
    match (shared.find(&got), upgrade) {
        (Some(row), Some(upgrade)) if !row.frames().is_empty() => {
            let frames = row.frames();
            upgrade.on_upgrade(|socket| send_frames(socket, frames))
        }
        (Some(row), _) => respond(row.answer()),
        (None, _) => respond(Canned::text(
            501,
            format!("not captured: {} {}?{query}", got.method, got.path),
        )),
    }
}

impl Shared {
    fn find(&self, got: &Got) -> Option<&Captured> {
        let mut ignored = lock(&self.ignored).clone();
        if got.method == "WS" {
            ignored.push("start".into());
        }
        let sorted = |pairs: &Pairs| {
            let mut pairs = pairs.clone();
            pairs.retain(|(name, _)| !ignored.contains(name));
            pairs.sort();
            pairs
        };
        let query = sorted(&got.query);
        let form = sorted(&decoded(&String::from_utf8_lossy(&got.body)));
        let fits = |row: &&Captured| {
            row.method == got.method
                && row.path == got.path
                && sorted(&row.query) == query
                && (row.form.is_empty() || sorted(&row.form) == form)
        };
        self.captured.iter().filter(fits).min_by_key(|row| row.rank())
    }
}

async fn send_frames(mut socket: WebSocket, frames: Vec<String>) {
    for frame in frames {
        if socket.send(Message::Text(frame.into())).await.is_err() {
            return;
        }
    }
    let _ = socket.send(Message::Close(None)).await;
}

fn respond(canned: Canned) -> Response<Body> {
    let mut response = Response::new(Body::from(Bytes::from(canned.body)));
    *response.status_mut() = StatusCode::from_u16(canned.status).expect("a status");
    for (name, value) in canned.headers {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a header's name");
        let value = HeaderValue::from_str(&value).expect("a header's value");
        response.headers_mut().append(name, value);
    }
    response
}

fn decoded(query: &str) -> Pairs {
    url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
}

fn headers_of(headers: &HeaderMap) -> HashMap<String, String> {
    let pair = |(name, value): (&HeaderName, &HeaderValue)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    };
    headers.iter().map(pair).collect()
}

fn parse_headers(text: &str) -> (u16, Pairs) {
    let mut lines = text.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1));
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()))
        .filter(|(name, _)| !NOT_REPLAYED.contains(&&**name));
    // Answers to WebSockets that were refused have their status only in a text of the capturing library.
    (
        status.and_then(|status| status.parse().ok()).unwrap_or(400),
        headers.collect(),
    )
}

/// The rows of one server and phase; of a name that was asked several times the last, as its files are.
fn read_captures(captures: &Path, server: &str, phase: &str) -> Vec<Captured> {
    let table = fs::read_to_string(captures.join("requests.tsv")).expect("the table of requests");
    let folder = match phase {
        "incident" => captures.join(server),
        phase => captures.join(server).join(phase),
    };
    let mut rows: Vec<Captured> = Vec::new();
    for line in table.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let [row_phase, row_server, name, method, url, ..] = columns[..] else {
            continue;
        };
        if (row_phase, row_server) != (phase, server) {
            continue;
        }
        let form = columns.get(5).filter(|_| method == "POST").copied();
        let url = Url::parse(url).expect("a captured URL");
        let mut query: Pairs = url.query_pairs().into_owned().collect();
        query.sort();
        rows.retain(|row| row.name != name);
        rows.push(Captured {
            name: name.to_owned(),
            method: method.to_owned(),
            path: url.path().to_owned(),
            query,
            form: decoded(form.unwrap_or_default()),
            folder: folder.clone(),
        });
    }
    rows
}
