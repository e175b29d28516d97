//! `agent images`: which image each job gets, by which rule, and whether it is here.

use super::Printer;
use super::checkout::Checkout;
use super::config::ConfigFile;
use super::event::EventArgs;
use super::format::Format;
use super::messages;
use super::repo::runtime;
use crate::backend::docker::{DockerBackend, Options};
use crate::backend::{Backend, Present, reference};
use crate::cli::plan::view::title;
use crate::error::{Exit, UserError};
use crate::images::{self, Choice};
use crate::log::clean;
use crate::settings::Settings;
use schema::Outcome;
use schema::plan::Job;
use serde::Serialize;
use std::path::PathBuf;

/// Show which image each job of the checkout's config gets, by which rule, and whether it is here
///
/// With --language, what a job of that language would get; no config is read then. Nothing is pulled.
/// Exits with 1 when there is no image for one of them.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  agent images
  agent images --tag v1.0.0
  agent images --language python --version 3.8 --dist jammy
  agent images --language node_js --format json")]
pub(super) struct Args {
    #[command(flatten)]
    event: EventArgs,
    /// A language, in place of the config's jobs
    #[arg(long, value_name = "LANGUAGE")]
    language: Option<String>,
    /// Its version, as a config writes it
    #[arg(long, value_name = "VERSION", requires = "language")]
    version: Option<String>,
    /// The distribution
    #[arg(long, value_name = "NAME", requires = "language")]
    dist: Option<String>,
    /// The processor
    #[arg(long, value_name = "NAME", requires = "language")]
    arch: Option<String>,
    /// How to print
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// The settings [default: agent.yml in the config folder]
    #[arg(
        long,
        env = "AGENT_CONFIG",
        hide_env_values = true,
        value_name = "FILE"
    )]
    config: Option<PathBuf>,
}

/// A job's image as JSON.
#[derive(Serialize)]
struct Row {
    job: String,
    image: Option<String>,
    /// The rule that chose it, or why none did.
    reason: String,
    pull: Option<&'static str>,
    /// Null where no engine answers.
    present: Option<bool>,
    digest: Option<String>,
}

/// Runs `agent images`.
///
/// # Errors
/// Settings, no config.
pub(super) fn run(args: &Args, printer: &mut Printer) -> Result<Exit, UserError> {
    let settings = Settings::load(args.config.as_deref())?;
    let jobs = match &args.language {
        Some(language) => {
            let of = [&args.version, &args.dist, &args.arch].map(Option::as_deref);
            let job = images::job_of(language, of);
            let name = [Some(language.as_str()), of[0], of[1], of[2]];
            let name: Vec<&str> = name.into_iter().flatten().collect();
            vec![(name.join(" "), job)]
        }
        None => match planned(args, printer)? {
            Some(jobs) => jobs,
            None => return Ok(Exit::Config),
        },
    };
    let rules = settings.image_rules();
    let chosen: Vec<(String, Result<Choice, String>)> = jobs
        .into_iter()
        .map(|(name, job)| {
            let choice = images::choose(&job, &rules);
            (name, choice.map_err(|error| error.to_string()))
        })
        .collect();
    let rows = runtime()?.block_on(rows(chosen, &settings, printer))?;
    match args.format {
        Format::Json => {
            let json = serde_json::to_string_pretty(&rows)
                .map_err(|error| UserError::new(Exit::Internal, error.to_string()))?;
            printer.line(json);
        }
        Format::Text => rows.iter().for_each(|row| text(row, printer)),
    }
    Ok(if rows.iter().any(|row| row.image.is_none()) {
        Exit::BuildFailed
    } else {
        Exit::Passed
    })
}

/// The jobs of the checkout's config; none where it is refused, which was said.
fn planned(args: &Args, printer: &mut Printer) -> Result<Option<Vec<(String, Job)>>, UserError> {
    let checkout = Checkout::here()?;
    let file = ConfigFile::find(None, checkout.top())?;
    let mut request = args.event.request(&checkout, checkout.head()?.as_ref())?;
    let (sources, compiled) = file.compile(&mut request, &checkout, true);
    match compiled.outcome {
        Outcome::Plan(plan) => {
            let jobs = plan.stages.into_iter().flat_map(|stage| stage.jobs);
            let named = |job: Job| (format!("{}: {}", job.number, clean(&title(&job))), job);
            Ok(Some(jobs.map(named).collect()))
        }
        Outcome::Skipped(skipped) => {
            printer.note(format!("Nothing would run: {}", clean(&skipped.reason)));
            Ok(Some(Vec::new()))
        }
        Outcome::Refused | Outcome::Need(_) => {
            messages::print(printer, &sources, &compiled.diagnostics);
            messages::refused(printer, &file.name, &compiled.diagnostics);
            Ok(None)
        }
    }
}

async fn rows(
    chosen: Vec<(String, Result<Choice, String>)>,
    settings: &Settings,
    printer: &mut Printer,
) -> Result<Vec<Row>, UserError> {
    let options = Options {
        data: settings.data_dir()?,
        ..Options::default()
    };
    let engine = match DockerBackend::connect(options).await {
        Ok(engine) => Some(engine),
        Err(error) => {
            printer.warn(format!("which images are here is not known: {error}"));
            None
        }
    };
    let mut rows = Vec::new();
    for (job, choice) in chosen {
        rows.push(match choice {
            Err(reason) => Row {
                job,
                image: None,
                reason,
                pull: None,
                present: None,
                digest: None,
            },
            Ok(choice) => {
                let here = match &engine {
                    Some(engine) => Some(present(engine, &choice.reference).await?),
                    None => None,
                };
                let pinned = reference::pinned(&choice.reference).map(str::to_owned);
                let known = here.clone().flatten();
                Row {
                    job,
                    reason: choice.rule,
                    pull: Some(choice.pull.unwrap_or(settings.jobs.pull).as_str()),
                    present: here.map(|here| here.is_some()),
                    digest: pinned.or_else(|| known.and_then(|here| here.digest)),
                    image: Some(choice.reference),
                }
            }
        });
    }
    Ok(rows)
}

async fn present(engine: &DockerBackend, image: &str) -> Result<Option<Present>, UserError> {
    let found = engine.present(image).await;
    found.map_err(|error| super::no_backend(&error))
}

fn text(row: &Row, printer: &mut Printer) {
    printer.line(&row.job);
    let Some(image) = &row.image else {
        printer.line(format!("  no image  {}", clean(&row.reason)));
        return;
    };
    let here = match row.present {
        Some(true) => "yes",
        Some(false) => "no",
        None => "not known",
    };
    let facts = [
        ("image", clean(image)),
        ("rule", clean(&row.reason)),
        ("pull", row.pull.unwrap_or("-").to_owned()),
        ("here", here.to_owned()),
        ("digest", row.digest.clone().unwrap_or("-".to_owned())),
    ];
    for (name, value) in facts {
        printer.line(format!("  {name:<8}  {value}"));
    }
}
