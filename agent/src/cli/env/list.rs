//! `agent env list`.

use super::{Where, failed};
use crate::cli::Printer;
use crate::cli::format::Format;
use crate::error::{Exit, UserError};
use crate::log::clean;
use crate::setup::variables::{self, Shown};
use serde::Serialize;

/// List the variables of a repository; values of secret ones are never shown
///
/// Exits with 1 when the value of a public one does not open.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// How to print
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    #[command(flatten)]
    place: Where,
}

/// A variable as JSON.
#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    public: bool,
    branch: Option<&'a str>,
    /// Null for secret ones, and where it does not open.
    value: Option<&'a str>,
}

pub(super) fn run(args: &Args, printer: &mut Printer) -> Result<Exit, UserError> {
    let slug = args.place.slug()?;
    let Some(opened) = args.place.open(printer)? else {
        return Ok(Exit::Usage);
    };
    let list = variables::list(&opened.setup, &slug);
    let all = opened.runtime.block_on(list).map_err(failed)?;
    match args.format {
        Format::Text => table(&all, slug.as_str(), printer),
        Format::Json => {
            let rows: Vec<Row<'_>> = all.iter().map(row).collect();
            let json = serde_json::to_string_pretty(&rows)
                .map_err(|error| UserError::new(Exit::Internal, error.to_string()))?;
            printer.line(json);
        }
    }
    let bad = all
        .iter()
        .filter_map(|shown| shown.value.as_ref()?.as_ref().err());
    let mut exit = Exit::Passed;
    for error in bad {
        printer.warn(error.to_string());
        printer.hint(error.hint());
        exit = Exit::BuildFailed;
    }
    Ok(exit)
}

fn row(shown: &Shown) -> Row<'_> {
    let value = shown.value.as_ref().and_then(|value| value.as_ref().ok());
    Row {
        name: &shown.name,
        public: shown.public,
        branch: shown.branch.as_deref(),
        value: value.map(String::as_str),
    }
}

fn table(all: &[Shown], slug: &str, printer: &mut Printer) {
    if all.is_empty() {
        printer.note(format!(
            "{slug} has no variables; `agent env set` makes one"
        ));
        return;
    }
    let head = ["NAME", "KIND", "BRANCH", "VALUE"].map(str::to_owned);
    let rows: Vec<[String; 4]> = std::iter::once(head).chain(all.iter().map(cells)).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let [name, kind, branch] = [0, 1, 2].map(|column| width(column).unwrap_or(0));
    for row in &rows {
        let line = format!(
            "{:name$}  {:kind$}  {:branch$}  {}",
            row[0], row[1], row[2], row[3]
        );
        printer.line(line.trim_end());
    }
}

/// Values of several lines, or with control characters, stay in one line.
fn cells(shown: &Shown) -> [String; 4] {
    let value = match &shown.value {
        None => "[secure]".to_owned(),
        Some(Err(_)) => "(does not open)".to_owned(),
        Some(Ok(value)) if value.contains(|c: char| c.is_control()) => format!("{value:?}"),
        Some(Ok(value)) => clean(value),
    };
    [
        shown.name.clone(),
        if shown.public { "public" } else { "secret" }.to_owned(),
        shown.branch.as_deref().map_or("-".to_owned(), clean),
        value,
    ]
}
