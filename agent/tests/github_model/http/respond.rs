//! From a request to its response: whose it is, what misbehaviour it meets, limits, the answer.

use super::super::Shared;
use super::super::answer::{Answer, Answered};
use super::super::api;
use super::super::asked::Asked;
use super::super::calls::Call;
use super::super::mischief::Mischief;
use super::super::state::World;
use super::super::token::Token;
use super::{Wire, smart};
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Larger requests are none of an agent's.
const MAX_BODY: usize = 64 * 1024 * 1024;

/// Where a request belongs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Door {
    Api,
    Git,
}

/// The one handler of the server.
pub(crate) async fn serve(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(wire): ConnectInfo<Wire>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY).await else {
        return write(Answer::empty(413));
    };
    let raw = parts.uri.path();
    let path = raw
        .strip_prefix("/api/v3")
        .filter(|rest| rest.starts_with('/'))
        .unwrap_or(raw);
    let door = if raw == path && smart::is_git(path) {
        Door::Git
    } else {
        Door::Api
    };
    let mut asked = Asked {
        method: parts.method.to_string(),
        path: path.to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body,
        token: None,
    };
    let (call, token, mischief) = shared.change(|world| enter(world, &asked));
    let wrong_token = token.is_err();
    asked.token = token.unwrap_or_default();
    if let Some(Mischief::Delay(time)) = &mischief {
        tokio::time::sleep(*time).await;
    }
    let applies = mischief.as_ref().is_none_or(Mischief::applies);
    let mut answer = Answer::empty(500);
    if applies {
        answer = match door {
            _ if wrong_token => bad_credentials(door),
            Door::Api => answer_api(&shared, asked).await,
            Door::Git => smart::answer(&shared, asked).await,
        };
    }
    if let Some(other) = mischief.as_ref().and_then(Mischief::answer) {
        answer = other;
    }
    let cut = matches!(mischief, Some(Mischief::Reset | Mischief::ApplyThenReset));
    let hangs = matches!(mischief, Some(Mischief::Hang | Mischief::ApplyThenHang));
    let status = if cut || hangs { 0 } else { answer.status };
    shared.change(|world| {
        world.calls[call].status = status;
        obey(world, &answer, status);
    });
    if hangs {
        std::future::pending::<()>().await;
    }
    if cut {
        wire.cut();
    }
    write(answer)
}

/// Records the call, and finds out whose it is and what it meets.
fn enter(world: &mut World, asked: &Asked) -> (usize, Result<Option<Token>, ()>, Option<Mischief>) {
    let token = token(world, &asked.headers);
    let now = Instant::now();
    let call = Call {
        method: asked.method.clone(),
        path: asked.path.clone(),
        query: asked.query.clone(),
        token: token
            .as_ref()
            .ok()
            .and_then(|token| Some(token.as_ref()?.name.clone())),
        at: now,
        too_early: world.limits.quiet_until.is_some_and(|until| now < until),
        status: 0,
    };
    let mischief = world.next_mischief(&call.line());
    world.calls.push(call);
    (world.calls.len() - 1, token, mischief)
}

/// Whoever is told to wait has to.
fn obey(world: &mut World, answer: &Answer, status: u16) {
    let wait = answer
        .headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("retry-after"));
    if let (403 | 429 | 503, Some((_, seconds))) = (status, wait) {
        let seconds = seconds.parse().unwrap_or(60);
        world.limits.be_quiet(Duration::from_secs(seconds));
    }
}

/// The token of `Authorization`: `Bearer`, `token`, or basic with any name. An unknown one is an
/// error, none is nobody.
fn token(world: &World, headers: &HeaderMap) -> Result<Option<Token>, ()> {
    let Some(header) = headers.get("authorization") else {
        return Ok(None);
    };
    let (scheme, rest) = header.to_str().map_err(|_| ())?.split_once(' ').ok_or(())?;
    let value = match scheme.to_lowercase().as_str() {
        "bearer" | "token" => rest.to_owned(),
        "basic" => {
            let bytes = STANDARD.decode(rest).map_err(|_| ())?;
            let text = String::from_utf8(bytes).map_err(|_| ())?;
            text.split_once(':').ok_or(())?.1.to_owned()
        }
        _ => return Err(()),
    };
    let token = world.tokens.get(&value).filter(|token| !token.expired);
    token.cloned().map(Some).ok_or(())
}

fn bad_credentials(door: Door) -> Answer {
    let answer = Answer::refuse(401, "Bad credentials");
    match door {
        Door::Api => answer,
        Door::Git => answer.header("www-authenticate", "Basic realm=\"GitHub\""),
    }
}

async fn answer_api(shared: &Arc<Shared>, asked: Asked) -> Answer {
    let world = Arc::clone(shared);
    // Git runs while the world is locked, which must not hold up the other connections' sockets.
    let done = tokio::task::spawn_blocking(move || {
        world.change(|it| {
            let mut tries = Vec::new();
            let answer = limited(it, &asked, &mut tries);
            (answer, tries)
        })
    });
    match done.await {
        Ok((answer, tries)) => {
            shared.try_merges(tries);
            answer
        }
        Err(error) => {
            shared.change(|world| world.complaints.push(format!("the model broke: {error}")));
            Answer::refuse(500, "Server Error")
        }
    }
}

fn limited(
    world: &mut World,
    asked: &Asked,
    tries: &mut Vec<super::super::pushing::Try>,
) -> Answer {
    let who = asked
        .token
        .as_ref()
        .map_or("nobody", |token| token.name.as_str());
    let writes = asked.method != "GET";
    let answered: Answered = if asked.path == "/rate_limit" {
        api::answer(world, asked, tries)
    } else {
        world
            .limits
            .count(who, writes)
            .and_then(|()| api::answer(world, asked, tries))
    };
    let mut answer = answered.unwrap_or_else(|refusal| refusal);
    if asked.method == "GET" && answer.status == 200 {
        answer = conditional(world, asked, who, answer);
    }
    answer.headers.extend(world.limits.headers(who));
    let scopes = asked.token.as_ref().and_then(|token| token.scopes.clone());
    answer
        .headers
        .extend(scopes.map(|scopes| ("x-oauth-scopes".to_owned(), scopes)));
    answer.headers.push((
        "x-github-request-id".to_owned(),
        super::super::hooks::random_hex(8),
    ));
    answer.headers.push((
        "x-github-api-version-selected".to_owned(),
        "2022-11-28".to_owned(),
    ));
    answer
}

/// 304 when nothing has changed since the caller asked last; that costs nothing.
fn conditional(world: &mut World, asked: &Asked, who: &str, answer: Answer) -> Answer {
    let digest = ring::digest::digest(&ring::digest::SHA256, &answer.body);
    let tag = format!("W/\"{}\"", STANDARD.encode(digest.as_ref()));
    if asked.header("if-none-match") == Some(tag.as_str()) {
        world.limits.give_back(who);
        return Answer::empty(304).header("etag", tag);
    }
    answer.header("etag", tag)
}

/// The answer as a response.
pub(crate) fn write(answer: Answer) -> Response {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or_default();
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (
            axum::http::HeaderName::from_bytes(name.as_bytes()),
            axum::http::HeaderValue::from_str(&value),
        ) {
            response.headers_mut().append(name, value);
        }
    }
    response
}
