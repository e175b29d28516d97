//! Reads a body that nobody has vouched for yet.

use super::room::{Held, Room};
use super::{LONGEST_BODY, Refused};
use axum::body::Body;
use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;

/// The length that the sender announces, if it does.
///
/// # Errors
/// It is too long; nothing of the body has been read.
pub(super) fn announced(headers: &HeaderMap) -> Result<usize, Refused> {
    let Some(length) = headers.get(header::CONTENT_LENGTH) else {
        return Ok(0);
    };
    let length = length.to_str().ok().and_then(|text| text.parse().ok());
    length
        .filter(|length| *length <= LONGEST_BODY)
        .ok_or(Refused::TooLong)
}

/// Reads the body, taking room for what has really come.
pub(super) async fn read(
    body: Body,
    announced: usize,
    room: &Room,
) -> Result<(Bytes, Held), Refused> {
    let mut chunks = body.into_data_stream();
    // What is announced costs nothing to announce.
    let mut bytes = BytesMut::with_capacity(announced.min(64 << 10));
    let mut held = Held::default();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Refused::Broken)?;
        if bytes.len() + chunk.len() > LONGEST_BODY {
            return Err(Refused::TooLong);
        }
        room.take(&mut held, bytes.len(), chunk.len()).await?;
        bytes.extend_from_slice(&chunk);
    }
    Ok((bytes.freeze(), held))
}
