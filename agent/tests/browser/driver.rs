//! A browser by the WebDriver protocol: the few calls that the tests make, over plain HTTP.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub(crate) struct Browser {
    driver: Child,
    address: String,
    session: String,
}

impl Browser {
    /// Starts a headless Chromium.
    pub(crate) fn start() -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver; script/bootstrap installs it");
        let output = driver.stdout.take().expect("its output");
        let said = BufReader::new(output).lines().map_while(Result::ok);
        let port = said
            .filter_map(|line| {
                let (_, port) = line.split_once("successfully on port ")?;
                Some(port.trim_end_matches('.').to_owned())
            })
            .next()
            .expect("chromedriver says its port");
        let mut browser = Self {
            driver,
            address: format!("127.0.0.1:{port}"),
            session: String::new(),
        };
        // Tests often run as root, which Chromium's own sandbox does not bear.
        let arguments = ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage"];
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": {"args": arguments},
            // A dialog is to be found, not answered.
            "unhandledPromptBehavior": "ignore",
        }}});
        let session = browser.ask("POST", "/session", Some(wanted));
        let id = session["sessionId"].as_str().expect("a session");
        browser.session = id.to_owned();
        browser
    }

    /// Opens a page and waits until it is loaded.
    pub(crate) fn open(&self, url: &str) {
        self.within("POST", "/url", Some(json!({"url": url})));
    }

    /// Runs a function body in the page and gives what it returns.
    pub(crate) fn run(&self, script: &str) -> Value {
        let call = json!({"script": script, "args": []});
        self.within("POST", "/execute/sync", Some(call))
    }

    /// Runs it again until it gives something true.
    pub(crate) fn wait_for(&self, script: &str) {
        let began = Instant::now();
        while self.run(script) != json!(true) {
            assert!(
                began.elapsed() < Duration::from_secs(20),
                "waited for {script}"
            );
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// The text of an open dialog.
    pub(crate) fn dialog(&self) -> Option<String> {
        let answer = self.within("GET", "/alert/text", None);
        answer.as_str().map(str::to_owned)
    }

    fn within(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let path = format!("/session/{}{path}", self.session);
        self.ask(method, &path, body)
    }

    fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let mut stream = TcpStream::connect(&self.address).expect("the driver listens");
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        )
        .expect("asked");
        let mut reader = BufReader::new(stream);
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).expect("a head");
            let line = line.trim().to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().expect("a length");
            }
            if line.is_empty() {
                break;
            }
        }
        let mut text = vec![0; length];
        reader.read_exact(&mut text).expect("a body");
        let answer: Value = serde_json::from_slice(&text).expect("JSON");
        let value = answer["value"].clone();
        match value["error"].as_str() {
            Some("no such alert") => Value::Null,
            Some(error) => panic!("{method} {path}: {error}: {}", value["message"]),
            None => value,
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() && !std::thread::panicking() {
            self.within("DELETE", "", None);
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
