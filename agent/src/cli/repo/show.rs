//! `agent repo show`.

use super::ConfigArgs;
use super::open::open;
use crate::cli::Printer;
use crate::cli::format::Format;
use crate::error::{Exit, UserError};
use crate::github::Slug;
use crate::setup::SETTINGS;
use crate::store::{Repository, RepositorySettings};
use serde::Serialize;

/// Show a repository that was added, and its settings
///
/// `agent repo set` changes them.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The repository
    #[arg(value_name = "OWNER/NAME")]
    repository: Slug,
    /// How to print
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    #[command(flatten)]
    config: ConfigArgs,
}

/// A repository as JSON.
#[derive(Serialize)]
struct View<'a> {
    id: u64,
    name: &'a str,
    private: bool,
    default_branch: &'a str,
    active: bool,
    hook: Option<u64>,
    settings: &'a RepositorySettings,
}

pub(super) fn run(args: &Args, printer: &mut Printer) -> Result<Exit, UserError> {
    let Some(opened) = open(&args.config, true, printer)? else {
        return Ok(Exit::Usage);
    };
    let name = args.repository.as_str();
    let known = opened.setup.store().repository_named(name);
    let known = opened.runtime.block_on(known);
    let known = known.map_err(|error| UserError::new(Exit::Backend, error.to_string()))?;
    let Some(known) = known else {
        let error = UserError::new(Exit::Usage, format!("{name} was never added here"));
        return Err(error.hint("`agent repo list` shows those that were"));
    };
    match args.format {
        Format::Text => text(&known, printer),
        Format::Json => {
            let json = serde_json::to_string_pretty(&view(&known))
                .map_err(|error| UserError::new(Exit::Internal, error.to_string()))?;
            printer.line(json);
        }
    }
    Ok(Exit::Passed)
}

fn view(repository: &Repository) -> View<'_> {
    View {
        id: repository.id.0,
        name: &repository.slug,
        private: repository.private,
        default_branch: &repository.default_branch,
        active: repository.active,
        hook: repository.hook,
        settings: &repository.settings,
    }
}

fn text(repository: &Repository, printer: &mut Printer) {
    printer.line(&repository.slug);
    let visibility = if repository.private {
        "private"
    } else {
        "public"
    };
    let hook = repository
        .hook
        .map_or("none".to_owned(), |id| id.to_string());
    let built = if repository.active {
        "yes"
    } else {
        "no, it was removed"
    };
    let facts = [
        ("id", repository.id.to_string()),
        ("visibility", visibility.to_owned()),
        ("default branch", repository.default_branch.clone()),
        ("webhook", hook),
        ("built", built.to_owned()),
    ];
    for (name, value) in facts {
        printer.line(format!("  {name:<26} {value}"));
    }
    printer.line("settings");
    for setting in &SETTINGS {
        let value = setting.value(&repository.settings).to_string();
        printer.line(format!(
            "  {:<26} {value:<5} {}",
            setting.name, setting.about
        ));
    }
}
