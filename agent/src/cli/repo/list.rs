//! `agent repo list`.

use super::ConfigArgs;
use super::open::open;
use crate::cli::Printer;
use crate::cli::format::Format;
use crate::error::{Exit, UserError};
use crate::store::{Repository, StoreError};
use serde::Serialize;

/// List the repositories that were added
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// How to print
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    #[command(flatten)]
    config: ConfigArgs,
}

/// A repository as JSON.
#[derive(Serialize)]
struct Row<'a> {
    id: u64,
    name: &'a str,
    private: bool,
    default_branch: &'a str,
    active: bool,
    hook: Option<u64>,
    pushes: bool,
    pull_requests: bool,
    docker: bool,
    max_jobs: Option<u32>,
}

pub(super) fn run(args: &Args, printer: &mut Printer) -> Result<Exit, UserError> {
    let Some(opened) = open(&args.config, true, printer)? else {
        return Ok(Exit::Usage);
    };
    let all = opened.runtime.block_on(opened.setup.store().repositories());
    let all = all.map_err(|error: StoreError| UserError::new(Exit::Backend, error.to_string()))?;
    match args.format {
        Format::Text => table(&all, printer),
        Format::Json => {
            let rows: Vec<Row<'_>> = all.iter().map(row).collect();
            let json = serde_json::to_string_pretty(&rows)
                .map_err(|error| UserError::new(Exit::Internal, error.to_string()))?;
            printer.line(json);
        }
    }
    Ok(Exit::Passed)
}

fn row(repository: &Repository) -> Row<'_> {
    Row {
        id: repository.id.0,
        name: &repository.slug,
        private: repository.private,
        default_branch: &repository.default_branch,
        active: repository.active,
        hook: repository.hook,
        pushes: repository.settings.build_pushes,
        pull_requests: repository.settings.build_pull_requests,
        docker: repository.settings.docker,
        max_jobs: repository.settings.max_jobs,
    }
}

fn table(all: &[Repository], printer: &mut Printer) {
    if all.is_empty() {
        printer.note("There are no repositories here; `agent repo add` adds one");
        return;
    }
    let head = ["NAME", "VISIBILITY", "BRANCH", "WEBHOOK", "BUILDS"].map(str::to_owned);
    let rows: Vec<[String; 5]> = std::iter::once(head).chain(all.iter().map(cells)).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let [name, sight, branch, hook] = [0, 1, 2, 3].map(|column| width(column).unwrap_or(0));
    for row in &rows {
        printer.line(format!(
            "{:name$}  {:sight$}  {:branch$}  {:hook$}  {}",
            row[0], row[1], row[2], row[3], row[4]
        ));
    }
}

fn cells(repository: &Repository) -> [String; 5] {
    let visibility = if repository.private {
        "private"
    } else {
        "public"
    };
    let hook = repository.hook.map_or("-".to_owned(), |id| id.to_string());
    let settings = &repository.settings;
    let builds = match (settings.build_pushes, settings.build_pull_requests) {
        _ if !repository.active => "removed",
        (true, true) => "pushes, pull requests",
        (true, false) => "pushes",
        (false, true) => "pull requests",
        (false, false) => "nothing",
    };
    [
        repository.slug.clone(),
        visibility.to_owned(),
        repository.default_branch.clone(),
        hook,
        builds.to_owned(),
    ]
}
