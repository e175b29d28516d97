//! `agent plan`: what would run for an event, and why something would not.

mod explain;
mod text;
pub(super) mod view;

use super::Printer;
use super::checkout::Checkout;
use super::config::ConfigFile;
use super::event::EventArgs;
use super::known::Known;
use super::messages;
use super::repo::runtime;
use crate::error::{Exit, UserError};
use crate::images;
use crate::jobs::{foreign, refusal};
use crate::policy::{self, Allowed, DockerPolicy, Grants, RunAllowed};
use crate::runner::script;
use crate::settings::Settings;
use clap::{Args as ClapArgs, ValueEnum};
use explain::Explain;
use schema::changes::Changes;
use schema::plan::{Job, Plan};
use schema::request::Request;
use schema::{Compiled, Outcome};
use std::path::PathBuf;

/// Show what would run for an event, and why something would not
///
/// Nothing runs and nothing is changed. Exits with 3 when the config has a fatal mistake.
///
/// Each job, stage, import, notification and deploy entry that does not run is listed with the reason.
/// With --explain, with the condition, all the values that it saw, and the parts that were false.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  agent plan
  agent plan --event pull_request --fork
  agent plan --explain --branch topic
  agent plan --tag v1.0.0 --format json")]
pub(super) struct Args {
    #[command(flatten)]
    event: EventArgs,
    /// The config [default: .ci.yml or .travis.yml of the checkout]
    file: Option<PathBuf>,
    /// How to print the plan
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Take apart why something does not run: condition, values, what was false
    #[arg(long)]
    explain: bool,
    /// The settings [default: agent.yml in the config folder]
    #[arg(
        long,
        env = "AGENT_CONFIG",
        hide_env_values = true,
        value_name = "FILE"
    )]
    config: Option<PathBuf>,
}

/// How the plan is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
    Yaml,
}

/// Runs `agent plan`.
///
/// # Errors
/// What was asked for can't be told: options, settings, no config.
pub(super) fn run(args: &Args, printer: &mut Printer) -> Result<Exit, UserError> {
    let settings = Settings::load(args.config.as_deref())?;
    let checkout = Checkout::here()?;
    let file = ConfigFile::find(args.file.as_deref(), checkout.top())?;
    let mut request = args.event.request(&checkout, checkout.head()?.as_ref())?;
    let name = (request.slug.as_str(), args.event.repo.is_some());
    let known = Known::find(&settings, &checkout, name, printer);
    if let Some(known) = runtime()?.block_on(known)? {
        request.variables = known.public(&request)?;
    }
    request.changes = Changes::Ask;
    let (sources, compiled) = file.compile(&mut request, &checkout, true);
    messages::print(printer, &sources, &compiled.diagnostics);
    if matches!(compiled.outcome, Outcome::Refused | Outcome::Need(_)) {
        messages::refused(printer, &file.name, &compiled.diagnostics);
    }
    let grants = policy::decide(
        &args.event.facts(&request),
        &Allowed::Run(RunAllowed {
            secrets: true,
            deploy: true,
            docker: DockerPolicy::Own,
        }),
    );
    let texts = sources.all();
    let explain = Explain {
        sources: &texts,
        request: &request,
    };
    let explain = args.explain.then_some(explain);
    let (plan, exit) = view(&file.name, &compiled, &request, &settings, &grants, explain);
    let text = match args.format {
        Format::Text => text::render(&plan),
        Format::Json => serde_json::to_string_pretty(&plan).unwrap_or_default() + "\n",
        Format::Yaml => serde_yaml::to_string(&plan).unwrap_or_default(),
    };
    printer.data(text.as_bytes());
    Ok(exit)
}

fn view(
    config: &str,
    compiled: &Compiled,
    request: &Request,
    settings: &Settings,
    grants: &Grants,
    explain: Option<Explain<'_>>,
) -> (view::PlanView, Exit) {
    let diagnostics = &compiled.diagnostics;
    match &compiled.outcome {
        Outcome::Plan(plan) => (
            planned(config, plan, compiled, request, settings, grants, explain),
            Exit::Passed,
        ),
        Outcome::Skipped(skipped) => (
            view::PlanView::none("skipped", Some(skipped), diagnostics, explain.as_ref()),
            Exit::Passed,
        ),
        Outcome::Refused | Outcome::Need(_) => (
            view::PlanView::none("refused", None, diagnostics, None),
            Exit::Config,
        ),
    }
}

fn planned(
    config: &str,
    plan: &Plan,
    compiled: &Compiled,
    request: &Request,
    settings: &Settings,
    grants: &Grants,
    explain: Option<Explain<'_>>,
) -> view::PlanView {
    let image = |job: &Job| match images::choose(job, &settings.image_rules()) {
        Ok(choice) => view::ImageView {
            name: Some(choice.reference),
            reason: choice.rule,
        },
        Err(error) => view::ImageView {
            name: None,
            reason: error.to_string(),
        },
    };
    let facts = view::Facts {
        image: &image,
        deploy: &|job, entry| script::skip_reasons(&entry.on, job, request, config),
        refused: &|job| refusal(job, grants).or_else(|| foreign(job)),
        explain,
    };
    view::PlanView::new(plan, &compiled.diagnostics, &facts)
}
