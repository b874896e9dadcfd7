//! [`Socket`]: a WebSocket on which a server sends text as it comes, under the same rules as every other request.

use super::send::{self, Outgoing};
use super::{Door, Endpoint, FetchError, Method, Want, body, clients, host_of};
use futures_util::StreamExt;
use reqwest::header::{HeaderValue, USER_AGENT};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::{Request, Response};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};
use url::Url;

/// How long a farewell may take.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// What a server sends, text by text. Dropping it says farewell and ends the connection.
#[derive(Debug)]
pub struct Socket {
    stream: Option<WebSocketStream<MaybeTlsStream<TcpStream>>>,
    host: String,
    max_bytes: u64,
}

impl Door {
    /// Opens a WebSocket at an endpoint that is read by GET. No redirect is followed, and proxies are not used.
    ///
    /// # Errors
    /// See [`FetchError`]; a server that has no WebSocket there answers with a status.
    pub async fn open_socket(
        &self,
        endpoint: Endpoint,
        arguments: &[&str],
        query: &[(&str, &str)],
        want: &Want,
    ) -> Result<Socket, FetchError> {
        if endpoint.method() != Method::Get {
            return Err(FetchError::NotAllowed(endpoint.path().to_owned()));
        }
        let url = self.url(endpoint, arguments, query)?;
        let host = host_of(&url);
        let request = self.socket_request(&url, &host, want)?;
        let config = WebSocketConfig::default()
            .max_message_size(usize::try_from(want.max_bytes).ok())
            .max_frame_size(usize::try_from(want.max_bytes).ok());
        // The host's turn is needed for the beginning only: what follows comes by itself.
        let gate = self.http().gate(&url);
        let _permit = gate
            .enter(&host, tokio::time::Instant::now() + want.patience)
            .await?;
        clients::use_ring();
        let connecting = connect_async_with_config(request, Some(config), true);
        match tokio::time::timeout(want.timeout, connecting).await {
            Ok(Ok((stream, _))) => Ok(Socket {
                stream: Some(stream),
                host,
                max_bytes: want.max_bytes,
            }),
            Ok(Err(Error::Http(response))) => Err(refused(host, &response)),
            Ok(Err(error)) => Err(send::not_reached(host, error_chain(&error))),
            Err(_) => Err(FetchError::Timeout {
                host,
                secs: want.timeout.as_secs(),
            }),
        }
    }

    /// What any other request would say, and that it wants a WebSocket.
    fn socket_request(&self, url: &Url, host: &str, want: &Want) -> Result<Request, FetchError> {
        let not_allowed = || FetchError::NotAllowed("not a web address".to_owned());
        let rest = url.as_str().strip_prefix("http").ok_or_else(not_allowed)?;
        let mut request = format!("ws{rest}")
            .into_client_request()
            .map_err(|_| not_allowed())?;
        let outgoing = Outgoing {
            door: self,
            want,
            json: None,
        };
        let plain = outgoing.request(url, host, None)?.build();
        let plain = plain.map_err(|_| not_allowed())?;
        let headers = request.headers_mut();
        headers.insert(USER_AGENT, HeaderValue::from_static(clients::USER_AGENT));
        for (name, value) in plain.headers() {
            headers.insert(name, value.clone());
        }
        Ok(request)
    }
}

impl Socket {
    /// The next text; `None` when the server has said farewell.
    ///
    /// # Errors
    /// When the connection breaks off, or a text is larger than was allowed.
    pub async fn next_text(&mut self) -> Result<Option<String>, FetchError> {
        let Some(stream) = &mut self.stream else {
            return Ok(None);
        };
        loop {
            match stream.next().await {
                Some(Ok(Message::Text(text))) => return Ok(Some(text.as_str().to_owned())),
                Some(Ok(Message::Binary(bytes))) => {
                    return Ok(Some(String::from_utf8_lossy(&bytes).into_owned()));
                }
                // Pings are answered underneath.
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Ok(Message::Close(_)) | Err(Error::ConnectionClosed)) | None => {
                    self.stream = None;
                    return Ok(None);
                }
                Some(Err(error)) => {
                    self.stream = None;
                    return Err(self.broken(&error));
                }
            }
        }
    }

    fn broken(&self, error: &Error) -> FetchError {
        let host = self.host.clone();
        match error {
            Error::Capacity(_) => FetchError::TooLarge {
                host,
                limit: self.max_bytes,
            },
            _ => FetchError::BrokeOff {
                host,
                reason: error_chain(error),
            },
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let runtime = tokio::runtime::Handle::try_current();
        if let (Some(mut stream), Ok(runtime)) = (self.stream.take(), runtime) {
            runtime.spawn(async move {
                let _ = tokio::time::timeout(CLOSE_TIMEOUT, stream.close(None)).await;
            });
        }
    }
}

fn refused(host: String, response: &Response) -> FetchError {
    let status = response.status().as_u16();
    if response.status().is_redirection() {
        let reason = "a connection that stays open is not sent on".to_owned();
        return FetchError::Redirect { host, reason };
    }
    let body = response.body().clone().unwrap_or_default();
    FetchError::Status {
        host,
        status,
        text: body::excerpt(&body),
        body,
    }
}

/// An error with all its causes in one line.
fn error_chain(error: &Error) -> String {
    let mut text = String::new();
    let mut next: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = next {
        let part = error.to_string();
        if !text.ends_with(&part) {
            if !text.is_empty() {
                text.push_str(": ");
            }
            text.push_str(&part);
        }
        next = error.source();
    }
    glass_formats::redact::redact(&text).into_owned()
}
