//! The log as it was stored: masked, otherwise byte for byte.

use super::{Which, missing};
use crate::log::segments::Read;
use crate::log::{LogError, MaskedBuf, Segments};
use crate::server::app::App;
use crate::server::auth::Viewer;
use crate::server::error::Error;
use crate::server::visible;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::header::{
    ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, RANGE,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream};
use serde::Deserialize;
use std::io;
use std::ops::Range;
use std::sync::Arc;

/// Bytes read at once.
const BLOCK: usize = 64 << 10;

/// The offset to begin at.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::server) struct Begin {
    from: Option<u64>,
}

/// `GET …/jobs/{build}.{job}/log`, from `?from=` on, or a range. Where the middle of a log was not
/// kept, a line says so in the whole log, and offsets count what is missing. A log that is not here
/// any more is gone (410), with the reason.
pub(in crate::server) async fn raw(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Path((owner, name, number)): Path<(String, String, String)>,
    Query(which): Query<Which>,
    Query(begin): Query<Begin>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let (_, _, row) = visible::job(&app, viewer, &(owner, name), &number).await?;
    let earlier = app.reader.earlier_attempts(row.id).await?;
    let attempt = super::attempt(&row, &earlier, which).ok_or(Error::NotFound)?;
    let folder = super::id(&row, attempt.number).folder(&app.data);
    if let Some(why) = missing::why(&app, attempt, folder.clone()).await? {
        return Ok((StatusCode::GONE, format!("{why}\n")).into_response());
    }
    let log = tokio::task::spawn_blocking(move || Segments::look(&folder)).await??;
    let end = log.end();
    let is_whole = log.stored() == end;
    let wanted = headers.get(RANGE).and_then(|range| range.to_str().ok());
    let (status, range) = match wanted.filter(|_| is_whole && begin.from.is_none()) {
        Some(wanted) => match parse(wanted, end) {
            Wanted::All => (StatusCode::OK, 0..end),
            Wanted::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
            Wanted::Beyond => return Ok(beyond(end)),
        },
        None => (StatusCode::OK, begin.from.unwrap_or(0).min(end)..end),
    };
    let mut answer = Body::from_stream(bytes(log, range.clone())).into_response();
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    let name = format!("inline; filename=\"job-{}-{}.txt\"", row.id, attempt.number);
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(CONTENT_DISPOSITION, name);
    }
    if is_whole {
        headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        headers.insert(CONTENT_LENGTH, (range.end - range.start).into());
    }
    if status == StatusCode::PARTIAL_CONTENT {
        let text = format!(
            "bytes {}-{}/{end}",
            range.start,
            range.end.saturating_sub(1)
        );
        if let Ok(text) = HeaderValue::from_str(&text) {
            headers.insert(CONTENT_RANGE, text);
        }
    }
    Ok(answer)
}

/// What a `Range` header asks for.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    /// Not a single range of bytes: the header is passed over, as HTTP says.
    All,
    Part(Range<u64>),
    Beyond,
}

fn parse(header: &str, end: u64) -> Wanted {
    let single = header.strip_prefix("bytes=").filter(|it| !it.contains(','));
    let Some((first, last)) = single.and_then(|range| range.split_once('-')) else {
        return Wanted::All;
    };
    let (first, last) = (first.trim(), last.trim());
    let range = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => first..last.saturating_add(1).min(end),
        (Ok(first), Err(_)) if last.is_empty() => first..end,
        (Err(_), Ok(count)) if first.is_empty() => end.saturating_sub(count)..end,
        _ => return Wanted::All,
    };
    if range.start >= range.end {
        return Wanted::Beyond;
    }
    Wanted::Part(range)
}

fn beyond(end: u64) -> Response {
    let range = [(CONTENT_RANGE, format!("bytes */{end}"))];
    (StatusCode::RANGE_NOT_SATISFIABLE, range).into_response()
}

fn bytes(log: Segments, range: Range<u64>) -> impl Stream<Item = Result<Bytes, io::Error>> {
    stream::unfold(Some((Arc::new(log), range)), |state| async move {
        let (log, range) = state?;
        if range.is_empty() {
            return None;
        }
        let reader = Arc::clone(&log);
        let at = range.clone();
        match tokio::task::spawn_blocking(move || block(&reader, at)).await {
            Ok(Ok((bytes, next))) => {
                let rest = next.max(range.start)..range.end;
                Some((Ok(bytes.into()), Some((log, rest))))
            }
            Ok(Err(error)) => {
                tracing::error!(%error, "a log cannot be read");
                Some((Err(io::Error::other("the log cannot be read")), None))
            }
            Err(error) => Some((Err(io::Error::other(error)), None)),
        }
    })
}

/// A block at the beginning of a range, and where the next begins.
fn block(log: &Segments, range: Range<u64>) -> Result<(Vec<u8>, u64), LogError> {
    let max = usize::try_from(range.end - range.start)
        .unwrap_or(BLOCK)
        .min(BLOCK);
    let mut out = MaskedBuf::new();
    Ok(match log.read(range.start, max, &mut out)? {
        Read::Bytes(len) => (out.bytes().to_vec(), range.start + len as u64),
        Read::Missing { next } => {
            let notice = format!("\r\n[{} bytes were not kept]\r\n", next - range.start);
            (notice.into_bytes(), next)
        }
        Read::End => (Vec::new(), range.end),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_http_says() {
        for (header, expected) in [
            ("bytes=0-4", Wanted::Part(0..5)),
            ("bytes=5-", Wanted::Part(5..10)),
            ("bytes=-3", Wanted::Part(7..10)),
            ("bytes=8-99", Wanted::Part(8..10)),
            ("bytes=-99", Wanted::Part(0..10)),
            ("bytes=0-18446744073709551615", Wanted::Part(0..10)),
            ("bytes=10-", Wanted::Beyond),
            ("bytes=-0", Wanted::Beyond),
            ("bytes=4-2", Wanted::All),
            ("bytes=0-1,4-5", Wanted::All),
            ("lines=0-1", Wanted::All),
            ("bytes=x", Wanted::All),
        ] {
            assert_eq!(parse(header, 10), expected, "{header}");
        }
        assert_eq!(parse("bytes=0-", 0), Wanted::Beyond);
    }
}
