//! As much HTTP/1.1 as the lab needs: one request a connection, bodies of known length.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;

/// No message of the lab is longer.
const MAX_BODY_BYTES: usize = 1 << 20;
const MAX_HEAD_BYTES: u64 = 16 << 10;

/// A request as a handler sees it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Request {
    /// `GET` or `POST`.
    pub method: String,
    /// The path, without host and query.
    pub path: String,
    /// Follows a request through all services.
    pub trace_id: String,
    /// Who asks, from `User-Agent`.
    pub agent: String,
    /// The body, empty for `GET`.
    pub body: String,
}

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The body.
    pub body: String,
}

impl Response {
    /// An answer of that status and text.
    pub fn new(status: u16, body: impl Into<String>) -> Self {
        Self {
            status,
            body: body.into(),
        }
    }
}

/// Reads a request; `Ok(None)` if the other side closed without a word.
pub fn read_request(stream: &TcpStream) -> io::Result<Option<Request>> {
    let mut reader = BufReader::new(stream);
    let Some((first, headers)) = read_head(&mut reader)? else {
        return Ok(None);
    };
    let mut words = first.split(' ');
    let method = words.next().unwrap_or_default().to_owned();
    let path = words
        .next()
        .unwrap_or("/")
        .split('?')
        .next()
        .unwrap_or("/")
        .to_owned();
    let body = read_body(&mut reader, &headers)?;
    let header = |name| find(&headers, name).unwrap_or_default().to_owned();
    Ok(Some(Request {
        method,
        path,
        trace_id: header("x-trace-id"),
        agent: header("user-agent"),
        body,
    }))
}

/// Writes an answer and says that it is the last on this connection.
pub fn write_response(mut stream: &TcpStream, response: &Response) -> io::Result<()> {
    let head = format!(
        "HTTP/1.1 {} {}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        response.status,
        reason(response.status),
        response.body.len()
    );
    stream.write_all((head + &response.body).as_bytes())
}

/// Writes a request.
pub fn write_request(mut stream: &TcpStream, host: &str, request: &Request) -> io::Result<()> {
    let text = format!(
        "{} {} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {}\r\nX-Trace-Id: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
        request.method,
        request.path,
        request.agent,
        request.trace_id,
        request.body.len(),
        request.body
    );
    stream.write_all(text.as_bytes())
}

/// Reads an answer.
pub fn read_response(stream: &TcpStream) -> io::Result<Response> {
    let mut reader = BufReader::new(stream);
    let Some((first, headers)) = read_head(&mut reader)? else {
        return Err(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            "closed without an answer",
        ));
    };
    let status = first.split(' ').nth(1).and_then(|code| code.parse().ok());
    let status = status.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "no status line"))?;
    Ok(Response {
        status,
        body: read_body(&mut reader, &headers)?,
    })
}

type Headers = Vec<(String, String)>;

fn read_head(reader: &mut impl BufRead) -> io::Result<Option<(String, Headers)>> {
    let mut reader = reader.take(MAX_HEAD_BYTES);
    let mut first = String::new();
    if reader.read_line(&mut first)? == 0 {
        return Ok(None);
    }
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line.trim_end().is_empty() {
            return Ok(Some((first.trim_end().to_owned(), headers)));
        }
        if let Some((name, value)) = line.split_once(':') {
            headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
}

fn read_body(reader: &mut impl BufRead, headers: &Headers) -> io::Result<String> {
    let n_bytes = find(headers, "content-length")
        .and_then(|text| text.parse::<usize>().ok())
        .unwrap_or(0);
    if n_bytes > MAX_BODY_BYTES {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "body too long"));
    }
    let mut body = vec![0; n_bytes];
    reader.read_exact(&mut body)?;
    String::from_utf8(body).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "body is no UTF-8"))
}

fn find<'a>(headers: &'a Headers, name: &str) -> Option<&'a str> {
    headers
        .iter()
        .find(|(header, _)| header == name)
        .map(|(_, value)| value.as_str())
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        404 => "Not Found",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Other",
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    #[test]
    fn a_request_and_its_answer_cross_a_socket() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let request = Request {
            method: "POST".into(),
            path: "/orders".into(),
            trace_id: "0f".into(),
            agent: "test".into(),
            body: "item=7".into(),
        };
        let expected = request.clone();
        let server = thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            let seen = read_request(&stream).unwrap();
            write_response(&stream, &Response::new(201, "made")).unwrap();
            seen
        });
        let stream = TcpStream::connect(address).unwrap();
        write_request(&stream, "orders", &request).unwrap();
        assert_eq!(read_response(&stream).unwrap(), Response::new(201, "made"));
        assert_eq!(server.join().unwrap(), Some(expected));
    }

    #[test]
    fn a_long_body_is_refused() {
        let headers = vec![("content-length".to_owned(), "99999999".to_owned())];
        assert!(read_body(&mut &b""[..], &headers).is_err());
    }
}
