//! `agent run --from` up to the point where it needs Docker. (A real daemon's job: `tests/whole`.)

use super::Desk;
use agent::repeat::{Repeat, VERSION};
use schema::plan::Job;
use schema::request::Request;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

const CONFIG: &str = "language: generic\nscript: make\n";

/// A daemon that answers these paths, and no others; its address.
fn daemon(answers: &[(&str, &str)]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let own = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
    let answers: Vec<(String, String)> = answers.iter().map(own).collect();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let first = lines.next().unwrap().unwrap();
            // To the end of the request, so that nothing unread breaks the answer.
            while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
            let path = first.split(' ').nth(1).unwrap_or_default();
            let found = answers.iter().find(|(known, _)| known == path);
            let (status, text) = found.map_or(("404 Not Found", ""), |(_, text)| ("200 OK", text));
            let length = text.len();
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{text}"
            );
        }
    });
    address
}

fn job(slug: &str, sha: &str) -> Repeat {
    Repeat {
        version: VERSION,
        slug: slug.to_owned(),
        build_id: "70".to_owned(),
        build: 12,
        build_url: String::new(),
        job_id: "71".to_owned(),
        job_url: String::new(),
        restarted: None,
        travis: true,
        image: None,
        request: Request {
            slug: slug.to_owned(),
            sha: sha.to_owned(),
            ..Request::default()
        },
        sources: vec![(".ci.yml".to_owned(), String::new())],
        job: Job {
            number: 3,
            ..Job::default()
        },
    }
}

fn json(repeat: &Repeat) -> String {
    serde_json::to_string(repeat).unwrap()
}

/// What `agent run --job 12.3 --from …/builds/12` says at a daemon with these answers.
fn ask(desk: &mut Desk, slug: &str, answers: &[(&str, &str)]) -> i32 {
    let address = daemon(answers);
    let page = format!("{address}/{slug}/builds/12");
    let said = desk.agent(&["run", "--job", "12.3", "--from", &page]);
    desk.transcript = desk.transcript.replace(&address, "http://ci.example");
    said.exit
}

#[test]
fn options_that_make_no_sense_are_refused_before_a_daemon_is_asked() {
    let mut desk = Desk::with(CONFIG);
    for arguments in [
        &["--from", "12"][..],
        &["--job", "12.3", "--from", "12"],
        &["--job", "12.3", "--from", "https://ci.example.com/acme"],
        &[
            "--job",
            "11.3",
            "--from",
            "https://ci.example.com/acme/widget/builds/12",
        ],
        &[
            "--job",
            "Unit",
            "--from",
            "https://ci.example.com/acme/widget/builds/12",
        ],
        &["--job", "12.3", "--from", "12", "--head"],
    ] {
        let said = desk.agent(&[&["run"], arguments].concat());
        assert_eq!(said.exit, 2);
    }
    insta::assert_snapshot!(desk.transcript);
}

#[test]
fn what_is_not_to_be_had_is_told_with_what_to_do() {
    let mut desk = Desk::with(CONFIG);
    let (repeat, job_page, build) = (
        "/acme/widget/jobs/12.3/repeat.json",
        "/acme/widget/jobs/12.3",
        "/acme/widget/builds/12",
    );
    let widget = |answers: &[(&str, &str)], desk: &mut Desk| ask(desk, "acme/widget", answers);
    assert_eq!(widget(&[], &mut desk), 2);
    assert_eq!(widget(&[(build, "a page")], &mut desk), 2);
    assert_eq!(
        widget(&[(build, "a page"), (job_page, "a page")], &mut desk),
        2
    );
    assert_eq!(widget(&[(repeat, "{\"version\": 99}")], &mut desk), 2);
    assert_eq!(widget(&[(repeat, "<html>")], &mut desk), 2);
    let sha = "0123456789012345678901234567890123456789";
    assert_eq!(
        widget(&[(repeat, &json(&job("acme/widget", sha)))], &mut desk),
        2
    );
    assert_eq!(
        widget(
            &[(repeat, &json(&job("acme/widget", "--upload-pack=x")))],
            &mut desk
        ),
        2
    );
    let other = json(&job("acme/gadget", sha));
    let path = "/acme/gadget/jobs/12.3/repeat.json";
    assert_eq!(ask(&mut desk, "acme/gadget", &[(path, &other)]), 2);
    let nobody = "http://127.0.0.1:1/acme/widget/builds/12";
    let said = desk.agent(&["run", "--job", "12.3", "--from", nobody]);
    assert_eq!(said.exit, 4);
    insta::assert_snapshot!(desk.transcript);
}
