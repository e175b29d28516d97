//! Callers who deliver, over plain sockets, so that they cost little themselves.

use crate::Result;
use crate::payload::{Pool, Signed};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What is delivered.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// Stored, and ignored.
    Comment,
    /// Stored, and built.
    Push,
}

/// Names that were not used yet.
static NEXT: AtomicUsize = AtomicUsize::new(0);

pub(crate) struct Load<'a> {
    bodies: &'a [Signed],
    event: &'static str,
}

/// What came of a load.
#[derive(Default)]
pub(crate) struct Answers {
    /// The names of those that were answered with 2xx.
    pub(crate) taken: Vec<String>,
    /// How many were answered otherwise, or not at all.
    pub(crate) refused: usize,
    latencies: Vec<Duration>,
    time: Duration,
}

impl<'a> Load<'a> {
    pub(crate) fn new(pool: &'a Pool, kind: Kind) -> Self {
        let (bodies, event) = match kind {
            Kind::Comment => (&pool.comments, "issue_comment"),
            Kind::Push => (&pool.pushes, "push"),
        };
        Self { bodies, event }
    }

    /// Each caller delivers one after the other, until the time is over.
    pub(crate) async fn steady(
        &self,
        address: SocketAddr,
        callers: usize,
        time: Duration,
    ) -> Result<Answers> {
        let begin = Instant::now();
        let callers = (0..callers).map(|_| async {
            let mut answers = Answers::default();
            let mut stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            while begin.elapsed() < time {
                let (guid, body) = self.next();
                let begun = Instant::now();
                let status = deliver(&mut stream, self.event, &guid, body).await?;
                answers.note(guid, status, begun.elapsed());
            }
            Ok(answers)
        });
        sum(futures_util::future::join_all(callers).await, begin)
    }

    /// So many callers at once connect and deliver one each; the time to connect counts, too.
    pub(crate) async fn burst(&self, address: SocketAddr, count: usize) -> Result<Answers> {
        let begin = Instant::now();
        let callers = (0..count).map(|_| async {
            let mut answers = Answers::default();
            let (guid, body) = self.next();
            let delivered = async {
                let mut stream = TcpStream::connect(address).await?;
                deliver(&mut stream, self.event, &guid, body).await
            };
            let status = delivered.await.unwrap_or(0);
            answers.note(guid, status, begin.elapsed());
            Ok(answers)
        });
        sum(futures_util::future::join_all(callers).await, begin)
    }

    /// The same delivery so many times at once.
    pub(crate) async fn again(&self, address: SocketAddr, count: usize) -> Result<Answers> {
        let begin = Instant::now();
        let (guid, body) = self.next();
        let callers = (0..count).map(|_| async {
            let mut answers = Answers::default();
            let mut stream = TcpStream::connect(address).await?;
            let status = deliver(&mut stream, self.event, &guid, body).await?;
            answers.note(guid.clone(), status, begin.elapsed());
            Ok(answers)
        });
        sum(futures_util::future::join_all(callers).await, begin)
    }

    fn next(&self) -> (String, &'a Signed) {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let body = &self.bodies[number % self.bodies.len()];
        (format!("bench-{number}"), body)
    }
}

impl Answers {
    fn note(&mut self, guid: String, status: u16, latency: Duration) {
        self.latencies.push(latency);
        if (200..300).contains(&status) {
            self.taken.push(guid);
        } else {
            self.refused += 1;
        }
    }

    /// Those that were taken in a second.
    pub(crate) fn rate(&self) -> f64 {
        #[allow(clippy::cast_precision_loss, reason = "a figure for people")]
        let count = self.taken.len() as f64;
        count / self.time.as_secs_f64()
    }

    /// What of this time falls to each that was taken, in milliseconds.
    pub(crate) fn share(&self, time: Duration) -> f64 {
        #[allow(clippy::cast_precision_loss, reason = "a figure for people")]
        let count = self.taken.len() as f64;
        1000.0 * time.as_secs_f64() / count
    }

    /// What this part of all answers took at most.
    pub(crate) fn latency(&self, part: f64) -> Duration {
        #[allow(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a place in a list"
        )]
        let at = (part * self.latencies.len() as f64) as usize;
        let last = self.latencies.len().saturating_sub(1);
        self.latencies
            .get(at.min(last))
            .copied()
            .unwrap_or_default()
    }
}

fn sum(all: Vec<Result<Answers>>, begin: Instant) -> Result<Answers> {
    let mut sum = Answers {
        time: begin.elapsed(),
        ..Answers::default()
    };
    for one in all {
        let one = one?;
        sum.taken.extend(one.taken);
        sum.refused += one.refused;
        sum.latencies.extend(one.latencies);
    }
    sum.latencies.sort_unstable();
    Ok(sum)
}

/// Delivers over an open connection; the status of the answer.
async fn deliver(stream: &mut TcpStream, event: &str, guid: &str, signed: &Signed) -> Result<u16> {
    let Signed { body, signature } = signed;
    let length = body.len();
    let mut request = format!(
        "POST /webhook HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\nx-github-event: {event}\r\nx-github-delivery: {guid}\r\n\
         x-hub-signature-256: {signature}\r\n\r\n"
    )
    .into_bytes();
    request.extend_from_slice(body);
    stream.write_all(&request).await?;
    let mut answer = Vec::new();
    loop {
        if stream.read_buf(&mut answer).await? == 0 {
            return Err("the connection was closed".into());
        }
        if let Some(status) = whole(&answer)? {
            return Ok(status);
        }
    }
}

/// The status of an answer, once all of it is there.
fn whole(answer: &[u8]) -> Result<Option<u16>> {
    let text = std::str::from_utf8(answer)?;
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return Ok(None);
    };
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1));
    let status = status.ok_or("an answer without a status")?.parse()?;
    let length = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length
            .then(|| value.trim().parse::<usize>().ok())
            .flatten()
    });
    Ok((body.len() >= length.unwrap_or(0)).then_some(status))
}
