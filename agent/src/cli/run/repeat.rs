//! `--from`: a job of the daemon once more, on this machine.

use super::args::Args;
use super::drive_build;
use super::image::Pinned;
use super::report;
use super::setup::{Found, Setup};
use crate::cli::Printer;
use crate::cli::checkout::Checkout;
use crate::cli::known::Known;
use crate::cli::repository;
use crate::error::{Exit, UserError};
use crate::git;
use crate::log::clean;
use crate::policy::Grants;
use crate::repeat::{self, FetchError, Page, Repeat};
use crate::runner::opened;
use crate::settings::{Environment, SecretName, Settings, http_address, is_loopback};
use schema::plan::{Plan, Stage};
use secrecy::SecretString;

/// Runs `agent run --job 12.3 --from BUILD`.
///
/// # Errors
/// What keeps the job from starting: options, the daemon, the checkout, Docker.
pub(super) async fn build(
    args: &Args,
    from: &str,
    printer: &mut Printer,
) -> Result<Exit, UserError> {
    let checkout = Checkout::here()?;
    let head = checkout.commit()?;
    let settings = Settings::load(args.config.as_deref())?;
    let page = page(args, from, &checkout, &settings)?;
    let number = number(&args.job, page.build)?;
    let token = token(&page, &settings);
    let fetched = repeat::fetch(&page, number, token.as_ref()).await;
    let repeat = fetched.map_err(|error| not_fetched(&error))?;
    if !is_sound(&repeat, &page, number) {
        let error = format!("the daemon at {} tells a job that cannot be", page.server);
        return Err(UserError::new(Exit::Usage, error));
    }
    is_of(&repeat, args, &checkout)?;
    has_commit(&repeat, &checkout)?;
    let request = repeat.request.clone();
    let name = (repeat.slug.as_str(), args.event.repo.is_some());
    let known = Known::find(&settings, &checkout, name, printer).await?;
    let plan = Plan {
        stages: vec![Stage {
            name: repeat.job.stage.clone(),
            jobs: vec![repeat.job.clone()],
        }],
        ..Plan::default()
    };
    let config = repeat.sources.first().map(|(name, _)| name.clone());
    let found = Found {
        checkout: &checkout,
        head: &head,
        config: config.unwrap_or_else(|| ".ci.yml".to_owned()),
        sources: repeat.sources(),
        travis: repeat.travis,
        settings,
        known,
        repeat: Some(repeat),
    };
    let setup = Setup::new(args, found, request, &plan).await?;
    if let Some(exit) = report::refused(printer, &setup, &plan) {
        return Ok(exit);
    }
    setup.say(printer, &plan);
    setup.sweep(printer).await;
    drive_build(setup, plan, printer).await
}

/// What is another than at the daemon, in one line.
pub(super) fn say(repeat: &Repeat, here: (&Grants, Option<&Pinned>), printer: &mut Printer) {
    let (grants, pinned) = here;
    let mut unlike = Vec::new();
    if opened::count(&repeat.job) > 0 && !grants.secrets().given() {
        unlike.push("its secrets stay closed (--secrets opens them)".to_owned());
    }
    if !repeat.job.deploy.is_empty() && grants.deploy().reason().is_some() {
        unlike.push("deployments are only listed (--deploy runs them)".to_owned());
    }
    unlike.extend(match pinned {
        Some(pinned) => pinned.unlike.clone(),
        None => Some("the daemon does not tell its image, so one is chosen here".to_owned()),
    });
    unlike.push("variables, limits and image rules are those of this machine".to_owned());
    printer.note(clean(&format!(
        "Repeats {}. Unlike there: {}.",
        repeat.job_url,
        unlike.join("; ")
    )));
}

/// The build that is meant: a page, or a number at the daemon of the settings.
fn page(
    args: &Args,
    from: &str,
    checkout: &Checkout,
    settings: &Settings,
) -> Result<Page, UserError> {
    let Ok(build) = from.parse() else {
        return Page::parse(from).ok_or_else(|| {
            UserError::new(Exit::Usage, format!("--from {from:?} is no build of a daemon")).hint(
                "it is a build's page, like https://ci.example.com/octo/hello/builds/12, or its number",
            )
        });
    };
    let server = settings.server.public_url.as_deref().and_then(http_address);
    let server = server.ok_or_else(|| {
        let error = "--from with a number needs the setting server.public_url";
        UserError::new(Exit::Usage, error).hint("or write the address of the build's page")
    })?;
    let origin = checkout.origin().map(|origin| origin.slug.clone());
    let slug = args.event.repo.clone().or(origin).ok_or_else(|| {
        let error = "the remote `origin` names no repository";
        UserError::new(Exit::Usage, error).hint("name it with `-r OWNER/REPO`")
    })?;
    Ok(Page {
        server,
        slug,
        build,
    })
}

/// The one job, by its number: `3`, or `12.3` of build 12.
fn number(jobs: &[String], build: u64) -> Result<u32, UserError> {
    let usage = |error: String| {
        UserError::new(Exit::Usage, error).hint(format!("write `--job {build}.1`, or `--job 1`"))
    };
    let [job] = jobs else {
        return Err(usage("--from repeats one --job".to_owned()));
    };
    let (of, number) = match job.split_once('.') {
        Some((of, number)) => (Some(of), number),
        None => (None, job.as_str()),
    };
    let number = number
        .parse()
        .map_err(|_| usage(format!("--job {job:?} is no number, as --from wants it")))?;
    match of {
        Some(of) if of.parse() != Ok(build) => {
            Err(usage(format!("--job {job} is no job of build {build}")))
        }
        _ => Ok(number),
    }
}

/// The operator's token, for the daemon that it is for: the one of the settings, or of this machine.
fn token(page: &Page, settings: &Settings) -> Option<SecretString> {
    let own = settings.server.public_url.as_deref().and_then(http_address);
    let is_own = own.is_some_and(|own| own.origin() == page.server.origin());
    if !is_own && !is_loopback(&page.server) {
        return None;
    }
    // Only private repositories need it, so that one which is not to be had is no mistake.
    let file = settings.operator.token_file.as_deref();
    let environment = Environment::of_process();
    SecretName::OPERATOR_TOKEN
        .read_again(file, &environment)
        .ok()
}

fn not_fetched(error: &FetchError) -> UserError {
    let (exit, hint) = match error {
        FetchError::NoAnswer { .. } => (Exit::Backend, "is that where the daemon is?"),
        FetchError::NoBuild(_) => (
            Exit::Usage,
            "look at the address; jobs of a private repository are told to who has \
             AGENT_OPERATOR_TOKEN and names this daemon as server.public_url",
        ),
        FetchError::NoJob { .. } => (Exit::Usage, "the build's page lists its jobs"),
        FetchError::TooOld(_) => (Exit::Usage, "update the daemon"),
        FetchError::TooNew(_) => (Exit::Usage, "update this agent"),
        FetchError::Status { .. } | FetchError::NoJson { .. } => (
            Exit::Usage,
            "something else than an agent's daemon answers there",
        ),
    };
    UserError::new(exit, error.to_string()).hint(hint)
}

/// Whether it is what was asked for, with names and a commit that can go into paths and commands.
fn is_sound(repeat: &Repeat, page: &Page, number: u32) -> bool {
    let sha = &repeat.request.sha;
    repeat.build == page.build
        && repeat.job.number == number
        && repository::slug(&repeat.slug).is_ok()
        // The name it had then: it may have been renamed since.
        && repository::slug(&repeat.request.slug).is_ok()
        && sha.len() == 40
        && sha.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Refuses in a checkout of another repository.
fn is_of(repeat: &Repeat, args: &Args, checkout: &Checkout) -> Result<(), UserError> {
    let here = checkout.origin().map(|origin| origin.slug.as_str());
    let here = args.event.repo.as_deref().or(here);
    match here {
        Some(here) if !here.eq_ignore_ascii_case(&repeat.slug) => {
            let slug = clean(&repeat.slug);
            let error = format!("the build is of {slug}, and this is a checkout of {here}");
            Err(UserError::new(Exit::Usage, error).hint(format!(
                "stand in a checkout of {slug}; `-r {slug}` says that this is one"
            )))
        }
        _ => Ok(()),
    }
}

/// Refuses where the job's commit is not in the checkout.
fn has_commit(repeat: &Repeat, checkout: &Checkout) -> Result<(), UserError> {
    let sha = &repeat.request.sha;
    let there = git::has_commit(checkout.top(), sha)
        .map_err(|error| UserError::new(Exit::Usage, error.to_string()))?;
    if there {
        return Ok(());
    }
    let error = format!("commit {sha} is not in this checkout");
    let fetch = format!("git fetch origin {sha}");
    Err(UserError::new(Exit::Usage, error).hint(format!("`{fetch}` brings it")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_job_by_its_number_in_the_build() {
        let number = |jobs: &[&str]| {
            let jobs: Vec<String> = jobs.iter().map(|&job| job.to_owned()).collect();
            number(&jobs, 12).map_err(|error| error.message)
        };
        assert_eq!(number(&["3"]), Ok(3));
        assert_eq!(number(&["12.3"]), Ok(3));
        assert!(
            number(&["11.3"])
                .unwrap_err()
                .contains("no job of build 12")
        );
        assert!(number(&["Unit"]).unwrap_err().contains("no number"));
        assert!(number(&["1", "2"]).unwrap_err().contains("one --job"));
    }
}
