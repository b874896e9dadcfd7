//! [`GitServer`]: Debian's nginx, fcgiwrap and `git http-backend` over a folder of repositories; [`Work`]: a
//! repository that stock Git makes, with times of our choice.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use url::Url;

const NGINX: &str = "/usr/sbin/nginx";
const FCGIWRAP: &str = "/usr/sbin/fcgiwrap";
const BACKEND: &str = "/usr/lib/git-core/git-http-backend";

/// A Git server on loopback; it ends when this is dropped.
pub struct GitServer {
    folder: TempDir,
    children: Vec<Child>,
    port: u16,
}

impl GitServer {
    /// Serves the repositories below `root`, or says that the test is skipped.
    #[expect(clippy::print_stdout, reason = "a test says what it skips")]
    pub fn start(root: &Path) -> Option<Self> {
        for program in [NGINX, FCGIWRAP, BACKEND] {
            if !Path::new(program).exists() {
                let is_required = std::env::var("GLASSHOUSE_REQUIRE_SERVERS").is_ok_and(|value| value == "1");
                assert!(!is_required, "required, but missing: {program}");
                println!("skipped: no {program}");
                return None;
            }
        }
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let socket = folder.path().join("fcgi.sock");
        fs::write(
            folder.path().join("nginx.conf"),
            configuration(folder.path(), root, &socket, port),
        )
        .unwrap();
        let wrap = Command::new(FCGIWRAP)
            // One process alone: children of its own would outlive it.
            .args(["-c", "1", "-s"])
            .arg(format!("unix:{}", socket.display()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let nginx = Command::new(NGINX)
            .arg("-p")
            .arg(folder.path())
            .arg("-c")
            .arg(folder.path().join("nginx.conf"))
            .args(["-e", "stderr"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self {
            folder,
            children: vec![nginx, wrap],
            port,
        };
        let deadline = Instant::now() + Duration::from_secs(10);
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() || !socket.exists() {
            assert!(Instant::now() < deadline, "nginx does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(server)
    }

    /// The address of a repository, or of anything else there.
    pub fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://127.0.0.1:{}/{path}", self.port)).unwrap()
    }

    /// The lines of the access log: method, address, status, and who asked.
    pub fn access(&self) -> Vec<String> {
        let text = fs::read_to_string(self.folder.path().join("access.log")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }
}

impl Drop for GitServer {
    fn drop(&mut self) {
        for child in &mut self.children {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn configuration(folder: &Path, root: &Path, socket: &Path, port: u16) -> String {
    let (folder, root, socket) = (folder.display(), root.display(), socket.display());
    format!(
        r#"
daemon off; master_process off; pid {folder}/nginx.pid;
events {{}}
http {{
  log_format short '$request_method $request_uri $status "$http_user_agent"';
  access_log {folder}/access.log short;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{
    listen 127.0.0.1:{port};
    location /login/ {{ default_type text/html; return 200 "<html>Please log in</html>"; }}
    location /plain/ {{ default_type text/plain; return 200 "ref: refs/heads/main"; }}
    location /closed/ {{ return 401; }}
    location /moved/ {{ rewrite ^/moved/(.*)$ /git/$1 permanent; }}
    location /git/ {{
      fastcgi_pass unix:{socket};
      fastcgi_param SCRIPT_FILENAME {BACKEND};
      fastcgi_param GIT_PROJECT_ROOT {root};
      fastcgi_param GIT_HTTP_EXPORT_ALL 1;
      fastcgi_param GIT_PROTOCOL $http_git_protocol;
      fastcgi_param HOME {folder};
      fastcgi_param GIT_CONFIG_COUNT 1;
      fastcgi_param GIT_CONFIG_KEY_0 safe.directory;
      fastcgi_param GIT_CONFIG_VALUE_0 *;
      fastcgi_param QUERY_STRING $query_string;
      fastcgi_param REQUEST_METHOD $request_method;
      fastcgi_param CONTENT_TYPE $content_type;
      fastcgi_param CONTENT_LENGTH $content_length;
      fastcgi_param HTTP_CONTENT_ENCODING $http_content_encoding;
      fastcgi_param REMOTE_ADDR $remote_addr;
      rewrite ^/git(/.*)$ $1 break;
      fastcgi_param PATH_INFO $uri;
      fastcgi_buffering off;
    }}
  }}
}}
"#
    )
}

/// A repository with a working copy, made by stock Git.
pub struct Work {
    /// Its folder.
    pub path: PathBuf,
}

impl Work {
    /// An empty repository on `main`.
    pub fn new(path: &Path) -> Self {
        fs::create_dir_all(path).unwrap();
        let work = Self {
            path: path.to_owned(),
        };
        work.git(&["init", "--quiet", "-b", "main"], 0);
        work
    }

    /// Runs stock Git in it, at so many seconds after the epoch, and gives what it printed.
    pub fn git(&self, args: &[&str], at: i64) -> String {
        let output = Command::new("git")
            .current_dir(&self.path)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("HOME", &self.path)
            .env("GIT_AUTHOR_DATE", format!("@{at} +0000"))
            .env("GIT_COMMITTER_DATE", format!("@{at} +0000"))
            .args(["-c", "user.name=Ana", "-c", "user.email=ana@example.org"])
            .args(args)
            .output()
            .expect("git runs");
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{args:?}: {complaint}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Writes files, an empty text removes one, and commits them; gives the commit's hash.
    pub fn commit(&self, at: i64, message: &str, files: &[(&str, &str)]) -> String {
        for (name, text) in files {
            let path = self.path.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            if text.is_empty() {
                fs::remove_file(&path).unwrap();
            } else {
                fs::write(&path, text).unwrap();
            }
        }
        self.git(&["add", "-A"], at);
        self.git(&["commit", "--quiet", "--allow-empty", "-m", message], at);
        self.git(&["rev-parse", "HEAD"], at).trim().to_owned()
    }
}
