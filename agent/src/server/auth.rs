//! Who asks: the operator, or anybody.
//!
//! The operator shows the token of the settings, as `Authorization: Bearer` or in the sign-in
//! form. The form gives a cookie, which holds a time and its MAC under the token: nothing is kept
//! here, and a new token ends every session.

use super::app::App;
use super::error::Error;
use crate::store::Repository;
use axum::extract::FromRequestParts;
use axum::http::header::{AUTHORIZATION, COOKIE, HOST, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;
use hmac::{Hmac, KeyInit, Mac};
use jiff::{Timestamp, ToSpan};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use std::convert::Infallible;
use std::sync::{Arc, PoisonError, RwLock};
use url::Url;

/// How long a session lasts, in hours: thirty days.
const HOURS: i64 = 30 * 24;
/// What is signed says what it is for, so that no other MAC under the token opens a session.
const PURPOSE: &[u8] = b"agent/session/1\0";

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Viewer {
    /// Whether it is the operator.
    pub(super) operator: bool,
}

impl Viewer {
    /// Whether a repository's pages may be seen.
    pub(super) fn sees(self, repository: &Repository) -> bool {
        self.operator || !repository.private
    }

    /// Goes on for the operator only.
    ///
    /// # Errors
    /// Somebody else asks.
    pub(super) fn must_be_operator(self) -> Result<(), Error> {
        self.operator.then_some(()).ok_or(Error::OperatorOnly)
    }
}

impl FromRequestParts<Arc<App>> for Viewer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Infallible> {
        let operator = app.operator.asks(&parts.headers, app.clock.now());
        Ok(Self { operator })
    }
}

/// The operator's right to change something: signed in, and asking from our own page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Own;

impl FromRequestParts<Arc<App>> for Own {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Error> {
        let own = app.operator.is_own(&parts.headers);
        own.then_some(Self).ok_or(Error::Foreign)
    }
}

/// What the operator is known by.
pub(super) struct Operator {
    token: RwLock<Option<SecretString>>,
    origin: String,
    https: bool,
}

impl Operator {
    pub(super) fn new(token: Option<SecretString>, public_url: &Url) -> Self {
        Self {
            token: RwLock::new(token.filter(is_some)),
            origin: public_url.origin().ascii_serialization(),
            https: public_url.scheme() == "https",
        }
    }

    /// Another token from now on. Sessions of the former one end.
    pub(super) fn replace(&self, token: Option<SecretString>) {
        // What is inside is replaced whole, so a panic elsewhere can't have left half of it.
        *self.token.write().unwrap_or_else(PoisonError::into_inner) = token.filter(is_some);
    }

    fn token(&self) -> Option<SecretString> {
        self.token
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Whether somebody can sign in at all.
    pub(super) fn can_sign_in(&self) -> bool {
        self.token().is_some()
    }

    /// Whether this is the token, in a time that does not depend on where it differs.
    pub(super) fn is_token(&self, shown: &str) -> bool {
        let check = || {
            let token = self.token()?;
            let own = token.expose_secret().as_bytes();
            // MACs are compared, so that even lengths are not.
            let expected = mac(own, own)?.finalize().into_bytes();
            mac(own, shown.as_bytes())?.verify_slice(&expected).ok()
        };
        check().is_some()
    }

    /// Whether a request shows the token or a session made of it.
    pub(super) fn asks(&self, headers: &HeaderMap, now: Timestamp) -> bool {
        bearer(headers).is_some_and(|token| self.is_token(token))
            || cookies(headers, self.cookie_name()).any(|value| self.is_session(value, now))
    }

    /// A session from now on, as a `Set-Cookie` value.
    pub(super) fn sign_in(&self, now: Timestamp) -> String {
        let until = now.saturating_add(HOURS.hours()).unwrap_or(now);
        let value = self.session(until.as_second()).unwrap_or_default();
        self.cookie(&value, HOURS * 3600)
    }

    /// No session any more, as a `Set-Cookie` value.
    pub(super) fn sign_out(&self) -> String {
        self.cookie("", 0)
    }

    /// Whether a form comes from our own page. A request with the token in its header is no form:
    /// a browser does not send that by itself.
    pub(super) fn is_own(&self, headers: &HeaderMap) -> bool {
        if bearer(headers).is_some() {
            return true;
        }
        let Some(origin) = text(headers, &ORIGIN) else {
            return false;
        };
        // The operator may also open the agent by another name than the public one, which is
        // then the name that the browser keeps the cookie for.
        let here = origin.split_once("://").map(|(_, host)| host);
        origin == self.origin || (here.is_some() && here == text(headers, &HOST))
    }

    fn cookie_name(&self) -> &'static str {
        if self.https { "__Host-agent" } else { "agent" }
    }

    fn cookie(&self, value: &str, seconds: i64) -> String {
        let name = self.cookie_name();
        let secure = if self.https { "; Secure" } else { "" };
        format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
    }

    fn session(&self, until: i64) -> Option<String> {
        let tag = self.session_mac(until)?.finalize().into_bytes();
        Some(format!("{until}.{}", BASE64URL.encode(tag)))
    }

    fn is_session(&self, value: &str, now: Timestamp) -> bool {
        let check = || {
            let (until, tag) = value.split_once('.')?;
            let until: i64 = until.parse().ok()?;
            let tag = BASE64URL.decode(tag).ok()?;
            self.session_mac(until)?.verify_slice(&tag).ok()?;
            (now.as_second() < until).then_some(())
        };
        check().is_some()
    }

    fn session_mac(&self, until: i64) -> Option<Hmac<Sha256>> {
        let token = self.token()?;
        let mut tag = mac(token.expose_secret().as_bytes(), PURPOSE)?;
        tag.update(&until.to_be_bytes());
        Some(tag)
    }
}

fn is_some(token: &SecretString) -> bool {
    !token.expose_secret().is_empty()
}

fn mac(key: &[u8], text: &[u8]) -> Option<Hmac<Sha256>> {
    let mut tag = Hmac::<Sha256>::new_from_slice(key).ok()?;
    tag.update(text);
    Some(tag)
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = text(headers, &AUTHORIZATION)?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn cookies<'a>(headers: &'a HeaderMap, name: &'a str) -> impl Iterator<Item = &'a str> {
    let all = headers.get_all(COOKIE).into_iter();
    all.filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(move |pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn operator(token: &str, url: &str) -> Operator {
        let token = Some(SecretString::from(token.to_owned()));
        Operator::new(token, &url.parse().unwrap())
    }

    fn with(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        let pairs = pairs.iter().cloned();
        pairs
            .map(|(name, value)| (name, HeaderValue::from_str(value).unwrap()))
            .collect()
    }

    fn session(operator: &Operator, now: Timestamp) -> String {
        let cookie = operator.sign_in(now);
        cookie.split(';').next().unwrap_or_default().to_owned()
    }

    #[test]
    fn the_token_and_nothing_near_it_is_the_operator() {
        let ours = operator("correct-horse", "https://ci.example.org");
        let now = Timestamp::UNIX_EPOCH;
        let asks = |value: &str| ours.asks(&with(&[(AUTHORIZATION, value)]), now);
        assert!(asks("Bearer correct-horse") && asks("bearer correct-horse"));
        for wrong in [
            "Bearer correct-hors",
            "Bearer correct-horse2",
            "Bearer ",
            "Basic correct-horse",
            "correct-horse",
        ] {
            assert!(!asks(wrong), "{wrong}");
        }
    }

    #[test]
    fn without_a_token_nobody_is_the_operator() {
        for none in [None, Some(SecretString::from(String::new()))] {
            let nobody = Operator::new(none, &"http://ci.example.org".parse().unwrap());
            assert!(!nobody.can_sign_in() && !nobody.is_token(""));
            let cookie = session(&nobody, Timestamp::UNIX_EPOCH);
            let headers = with(&[(COOKIE, &cookie), (AUTHORIZATION, "Bearer ")]);
            assert!(!nobody.asks(&headers, Timestamp::UNIX_EPOCH));
        }
    }

    #[test]
    fn a_session_ends_with_its_time_and_with_its_token() {
        let ours = operator("one", "https://ci.example.org");
        let start = Timestamp::UNIX_EPOCH;
        let headers = with(&[(COOKIE, &format!("a=b; {}", session(&ours, start)))]);
        let after = |hours: i64| start.saturating_add(hours.hours()).unwrap();
        assert!(ours.asks(&headers, after(HOURS - 1)));
        assert!(!ours.asks(&headers, after(HOURS)));
        assert!(!operator("two", "https://ci.example.org").asks(&headers, start));
    }

    #[test]
    fn a_session_cannot_be_made_longer() {
        let ours = operator("one", "http://ci.example.org");
        let now = Timestamp::UNIX_EPOCH;
        let made = session(&ours, now);
        let longer = made.replacen("agent=2592000", "agent=9992592000", 1);
        assert_ne!(made, longer);
        assert!(!ours.asks(&with(&[(COOKIE, &longer)]), now));
        assert!(!ours.asks(&with(&[(COOKIE, "agent=9992592000.")]), now));
    }

    #[test]
    fn the_cookie_is_kept_from_scripts_and_other_sites() {
        let cookie = operator("one", "https://ci.example.org").sign_in(Timestamp::UNIX_EPOCH);
        assert!(cookie.starts_with("__Host-agent="), "{cookie}");
        for part in ["; HttpOnly", "; SameSite=Lax", "; Secure", "; Path=/;"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        let plain = operator("one", "http://127.0.0.1:8080").sign_in(Timestamp::UNIX_EPOCH);
        assert!(!plain.contains("Secure"), "{plain}");
    }

    #[test]
    fn forms_of_other_sites_are_foreign() {
        let ours = operator("one", "https://ci.example.org");
        let own = |pairs: &[(HeaderName, &str)]| ours.is_own(&with(pairs));
        assert!(own(&[(ORIGIN, "https://ci.example.org")]));
        assert!(own(&[
            (ORIGIN, "http://localhost:8080"),
            (HOST, "localhost:8080")
        ]));
        assert!(own(&[(AUTHORIZATION, "Bearer x")]));
        for foreign in [
            vec![],
            vec![(ORIGIN, "null")],
            vec![(ORIGIN, "https://evil.example")],
            vec![(ORIGIN, "http://ci.example.org")],
            vec![(ORIGIN, "https://ci.example.org.evil.example")],
            vec![(ORIGIN, "https://evil.example"), (HOST, "ci.example.org")],
        ] {
            assert!(!own(&foreign), "{foreign:?}");
        }
    }
}
