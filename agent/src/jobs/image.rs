//! A job's image: what is asked for it, and what the log says while it comes.

use super::Context;
use crate::backend::{Image, Pull, Tell, Wanted, reference};
use crate::images::Choice;
use crate::log::{MaskedBuf, Masker};
use crate::policy::Grants;
use crate::report::duration::short;
use crate::runner::execute::Sink;
use crate::runner::script::{fold_end, fold_start};
use crate::settings::Settings;
use tokio::sync::mpsc;

/// The fold of a pull in the log.
const FOLD: &str = "image";

/// What is asked for an image in the name of a repository.
///
/// # Errors
/// The account that the settings name can't be used.
pub fn wanted(
    settings: &Settings,
    (grants, slug): (&Grants, &str),
    (reference, pull): (&str, Option<Pull>),
) -> Result<Wanted, String> {
    let host = reference::registry(reference);
    let mut of_host = settings.registries.iter().filter(|one| one.is_of(host));
    let guarded = of_host.clone().next().is_some();
    // Code that nobody trusts must not look into a private image either.
    let account = of_host.find(|one| !grants.untrusted() && one.is_for(slug));
    Ok(Wanted {
        reference: reference.to_owned(),
        pull: pull.unwrap_or(settings.jobs.pull),
        login: account.map(|account| account.login()).transpose()?,
        guarded,
    })
}

/// Gets an image ready, in the name of the job's repository; the log hears of a pull as it goes.
///
/// # Errors
/// In words: the account, the registry, the engine.
pub(super) async fn have(
    context: &Context,
    choice: &Choice,
    sink: &mut dyn Sink,
) -> Result<Image, String> {
    let asked = (choice.reference.as_str(), choice.pull);
    let wanted = wanted(
        &context.settings,
        (&context.grants, &context.repository),
        asked,
    )?;
    let (send, mut lines) = mpsc::unbounded_channel();
    let tell = move |line| {
        // Nobody hears of it any more once the image is there.
        let _ = send.send(line);
    };
    let mut told = Told::default();
    let image = {
        let mut having = std::pin::pin!(in_time(context, &wanted, &tell));
        loop {
            tokio::select! {
                biased;
                Some(line) = lines.recv() => told.line(&line, sink).await,
                image = &mut having => break image,
            }
        }
    };
    while let Ok(line) = lines.try_recv() {
        told.line(&line, sink).await;
    }
    told.end(sink).await;
    image
}

/// Gets an image ready within the time of a job: a registry that goes on for ever holds no place.
///
/// # Errors
/// In words: the registry, the engine, the time.
pub(super) async fn in_time(
    context: &Context,
    wanted: &Wanted,
    tell: Tell<'_>,
) -> Result<Image, String> {
    let limit = context.settings.jobs.hard_limit;
    let having = tokio::time::timeout(limit, context.backend.have(wanted, tell));
    match having.await {
        Ok(image) => image.map_err(|error| error.with_hint()),
        Err(_) => Err(format!(
            "image {} did not come within the time of a job, {}",
            wanted.reference,
            short(limit)
        )),
    }
}

/// The lines of a pull, in a fold of their own.
#[derive(Default)]
struct Told {
    begun: bool,
}

impl Told {
    async fn line(&mut self, line: &str, sink: &mut dyn Sink) {
        let mut text = if self.begun {
            Vec::new()
        } else {
            fold_start(FOLD)
        };
        self.begun = true;
        text.extend_from_slice(line.as_bytes());
        text.extend_from_slice(b"\r\n");
        log(&text, sink).await;
    }

    async fn end(&self, sink: &mut dyn Sink) {
        if self.begun {
            log(&fold_end(FOLD), sink).await;
        }
    }
}

/// Names and words of registries: nothing that the job was given is in them.
async fn log(text: &[u8], sink: &mut dyn Sink) {
    let (mut stream, mut out) = (Masker::none().stream(), MaskedBuf::new());
    stream.push(text, &mut out);
    stream.finish(&mut out);
    sink.log(out.as_masked()).await;
}
