//! Misbehaviour on demand: what GitHub and the network do on bad days.

use super::answer::Answer;
use super::calls::like;
use super::state::World;
use std::time::Duration;

/// What happens to a call instead of, before or after its answer.
#[derive(Debug, Clone)]
pub(crate) enum Mischief {
    /// This status, with a body as GitHub words it.
    Status(u16),
    /// The same with further headers, `retry-after` for one.
    StatusWith(u16, Vec<(String, String)>),
    /// A page of HTML with this status; 200 happens too.
    Html(u16),
    /// This body with status 200.
    Garbage(String),
    /// No answer, and the connection stays.
    Hang,
    /// The connection is reset without an answer.
    Reset,
    /// The right answer, late.
    Delay(Duration),
    /// It is done, and nobody says so.
    ApplyThenHang,
    /// It is done, and the connection is reset.
    ApplyThenReset,
    /// It is done, and the answer is this status.
    ApplyThenStatus(u16),
}

/// The next `left` calls like `pattern` meet this.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) pattern: String,
    pub(crate) mischief: Mischief,
    pub(crate) left: usize,
}

impl Mischief {
    pub(crate) fn applies(&self) -> bool {
        matches!(
            self,
            Self::Delay(_) | Self::ApplyThenHang | Self::ApplyThenReset | Self::ApplyThenStatus(_)
        )
    }

    /// The answer, where there is one that has nothing to do with the question.
    pub(crate) fn answer(&self) -> Option<Answer> {
        match self {
            Self::Status(code) | Self::ApplyThenStatus(code) => Some(refusal(*code)),
            Self::StatusWith(code, headers) => {
                let mut answer = refusal(*code);
                answer.headers.extend(headers.iter().cloned());
                Some(answer)
            }
            Self::Html(code) => Some(Answer::new(
                *code,
                "text/html; charset=utf-8",
                "<!DOCTYPE html>\n<html><body><h1>Unicorn!</h1></body></html>\n",
            )),
            Self::Garbage(text) => Some(Answer::new(
                200,
                "application/json; charset=utf-8",
                text.clone(),
            )),
            _ => None,
        }
    }
}

fn refusal(code: u16) -> Answer {
    let message = match code {
        401 => "Bad credentials",
        403 => "Resource not accessible by personal access token",
        404 => "Not Found",
        429 => "You have exceeded a secondary rate limit.",
        500.. => "Server Error",
        _ => "The model was told to answer so",
    };
    Answer::refuse(code, message)
}

impl World {
    /// What is to happen to this call; uses it up.
    pub(crate) fn next_mischief(&mut self, line: &str) -> Option<Mischief> {
        let at = self
            .mischief
            .iter()
            .position(|rule| like(&rule.pattern, line))?;
        let rule = &mut self.mischief[at];
        rule.left -= 1;
        let mischief = rule.mischief.clone();
        if rule.left == 0 {
            self.mischief.remove(at);
        }
        Some(mischief)
    }
}
