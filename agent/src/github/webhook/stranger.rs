//! Deliveries whose signature is wrong, told to the operator now and then: most likely a secret that
//! differs between GitHub and the settings, and then nothing is built.

use axum::extract::FromRequestParts;
use axum::extract::connect_info::ConnectInfo;
use axum::http::HeaderValue;
use axum::http::request::Parts;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Anybody can send wrong ones as fast as they like; the log hears of them this often.
const PAUSE: Duration = Duration::from_secs(60);

/// Who sent a request, and how it calls it; nobody has vouched for either.
#[derive(Debug)]
pub struct Sender {
    peer: Option<IpAddr>,
    /// What the nearest proxy says of whom it speaks for.
    forwarded: Option<IpAddr>,
    guid: Option<HeaderValue>,
}

impl<S: Sync> FromRequestParts<S> for Sender {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let forwarded = parts.headers.get_all("x-forwarded-for").iter().next_back();
        Ok(Self {
            peer: peer.map(|peer| peer.0.ip().to_canonical()),
            forwarded: forwarded
                .and_then(|list| list.to_str().ok())
                .and_then(|list| list.rsplit(',').next()?.trim().parse().ok()),
            guid: parts.headers.get("x-github-delivery").cloned(),
        })
    }
}

impl Sender {
    /// Its address and its name for the delivery, of which nothing is shown that a name can't hold.
    fn told(&self) -> String {
        let peer = self.peer.map(|peer| peer.to_string());
        let peer = peer.unwrap_or_else(|| "an unknown address".to_owned());
        let of = self.forwarded.map(|of| format!(" for {of}"));
        let guid = self.guid.as_ref().and_then(|guid| guid.to_str().ok());
        let is_name = |guid: &&str| {
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
            (1..=100).contains(&guid.len()) && guid.chars().all(plain)
        };
        let guid = guid.filter(is_name).unwrap_or("without a name");
        format!("delivery {guid} from {peer}{}", of.unwrap_or_default())
    }
}

/// Warns, not too often. Clones of the daemon's parts share one.
#[derive(Debug, Default)]
pub struct Alarm(Mutex<Heard>);

#[derive(Debug, Default)]
struct Heard {
    last: Option<Instant>,
    /// Those that were passed over since.
    since: u64,
}

impl Alarm {
    /// Tells of a delivery whose signature is missing or wrong.
    pub fn wrong_signature(&self, sender: &Sender) {
        if let Some(others) = self.ring(Instant::now()) {
            tracing::warn!("{}", warning(sender, others));
        }
    }

    /// Whether this one is told, and how many before it were not.
    fn ring(&self, now: Instant) -> Option<u64> {
        // Each change is whole, so a panic elsewhere leaves nothing half done.
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if heard
            .last
            .is_some_and(|last| now.duration_since(last) < PAUSE)
        {
            heard.since += 1;
            return None;
        }
        heard.last = Some(now);
        Some(std::mem::take(&mut heard.since))
    }
}

fn warning(sender: &Sender, others: u64) -> String {
    let others = match others {
        0 => String::new(),
        others => format!("; since the last warning there were {others} others"),
    };
    format!(
        "refused {}: its signature is missing or wrong; where that is GitHub, the webhook's secret is \
         not that of the settings (`agent repo add --renew-secret` writes it){others}",
        sender.told()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    async fn sender(peer: Option<&str>, headers: &[(&str, &[u8])]) -> Sender {
        let mut request = Request::new(());
        for (name, value) in headers {
            let name = axum::http::HeaderName::from_bytes(name.as_bytes()).unwrap();
            let value = HeaderValue::from_bytes(value).unwrap();
            request.headers_mut().append(name, value);
        }
        let (mut parts, ()) = request.into_parts();
        if let Some(peer) = peer {
            let peer: SocketAddr = peer.parse().unwrap();
            parts.extensions.insert(ConnectInfo(peer));
        }
        let Ok(sender) = Sender::from_request_parts(&mut parts, &()).await;
        sender
    }

    #[tokio::test]
    async fn address_and_name_are_told_and_nothing_else_of_what_was_sent() {
        let github: &[(&str, &[u8])] = &[("x-github-delivery", b"72d3162e-cc78-11e3-81ab")];
        let hostile: &[(&str, &[u8])] = &[
            ("x-github-delivery", b"a b\xff<script>"),
            ("x-forwarded-for", b"evil\xe9[31m"),
        ];
        let proxied: &[(&str, &[u8])] = &[("x-forwarded-for", b"10.0.0.1, 203.0.113.7")];
        let told = [
            sender(Some("192.0.2.1:5"), github).await.told(),
            sender(Some("[::ffff:127.0.0.1]:5"), proxied).await.told(),
            sender(None, hostile).await.told(),
        ];
        insta::assert_snapshot!(told.join("\n"), @r"
        delivery 72d3162e-cc78-11e3-81ab from 192.0.2.1
        delivery without a name from 127.0.0.1 for 203.0.113.7
        delivery without a name from an unknown address
        ");
    }

    #[tokio::test]
    async fn one_a_minute_is_told_with_the_number_of_the_others() {
        let alarm = Alarm::default();
        let start = Instant::now();
        let ring = |second| alarm.ring(start + Duration::from_secs(second));
        assert_eq!([0, 1, 59].map(ring), [Some(0), None, None]);
        assert_eq!(
            [60, 61, 120, 180].map(ring),
            [Some(2), None, Some(1), Some(0)]
        );
        let text = warning(&sender(None, &[]).await, 2);
        assert!(text.ends_with("there were 2 others"), "{text}");
    }
}
