//! `agent config check`: what the settings mean, and what is wrong with them.

use crate::cli::Printer;
use crate::error::{Exit, UserError};
use crate::settings::{
    Checks, DaemonSettings, Environment, Finding, Loaded, SecretPlace, Settings, Severity, listed,
};
use clap::ValueEnum;
use serde_json::{Value, json};
use std::path::PathBuf;

/// Show what the daemon makes of its settings, and what is wrong with them
///
/// Every setting with its value and where that comes from: a line of the file, a variable, or the
/// default. Of secrets only where they were found. Exits with 2 when the daemon would not start
/// with them; warnings alone pass.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  agent config check
  agent config check --config /etc/agent/agent.yml --format json")]
pub(super) struct Args {
    /// The settings [default: agent.yml in the config folder]
    #[arg(
        long,
        env = "AGENT_CONFIG",
        hide_env_values = true,
        value_name = "FILE"
    )]
    config: Option<PathBuf>,
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// How it is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table
    Text,
    /// One JSON object
    Json,
}

/// Longer values push the rest of their line aside, instead of all lines.
const WIDEST: usize = 40;

/// A row of the table.
struct Row {
    name: String,
    value: Value,
    source: String,
}

/// Runs `agent config check`.
///
/// # Errors
/// A file that can't be read or is no settings file; as JSON it is a finding.
pub(super) fn run(args: &Args, printer: &mut Printer) -> Result<Exit, UserError> {
    let environment = Environment::of_process();
    let loaded = match Loaded::find(args.config.as_deref(), &environment, &[]) {
        Ok(loaded) => loaded,
        Err(error) if args.format == Format::Json => {
            let finding = Finding {
                severity: Severity::Error,
                message: error.message,
                hint: error.hint,
            };
            print_json(printer, None, &[], &[], &[finding]);
            return Ok(error.exit);
        }
        Err(error) => return Err(error),
    };
    let mut checks = Checks::new(&loaded.places);
    let daemon = DaemonSettings::resolve(&loaded, &environment, &mut checks);
    let findings = checks.finish();
    let (settings, secrets) = match &daemon {
        Some(daemon) => (&daemon.settings, daemon.secrets.as_slice()),
        None => (&loaded.settings, &[][..]),
    };
    let rows = rows(settings, &loaded);
    let file = loaded.places.file();
    match args.format {
        Format::Json => print_json(printer, file, &rows, secrets, &findings),
        Format::Text => print_text(printer, &loaded, &rows, secrets, &findings),
    }
    Ok(if daemon.is_some() {
        Exit::Passed
    } else {
        Exit::Usage
    })
}

fn rows(settings: &Settings, loaded: &Loaded) -> Vec<Row> {
    let row = |(name, value): (String, serde_yaml::Value)| Row {
        source: loaded.places.origin(&name).to_string(),
        value: serde_json::to_value(value).unwrap_or_default(),
        name,
    };
    listed(settings).into_iter().map(row).collect()
}

fn print_text(
    printer: &mut Printer,
    loaded: &Loaded,
    rows: &[Row],
    secrets: &[SecretPlace],
    findings: &[Finding],
) {
    let mut table: Vec<[String; 3]> = rows
        .iter()
        .map(|row| [row.name.clone(), plain(&row.value), row.source.clone()])
        .collect();
    table.extend(secrets.iter().map(|secret| {
        let (value, source) = match &secret.from {
            Some(from) => ("set", from.as_str()),
            None => ("not set", "-"),
        };
        [secret.name.to_owned(), value.to_owned(), source.to_owned()]
    }));
    let width = |column: usize| {
        let cells = table.iter().map(|row| row[column].chars().count());
        cells
            .filter(|width| *width <= WIDEST)
            .max()
            .unwrap_or_default()
    };
    let (name, value) = (width(0), width(1));
    for row in &table {
        printer.line(format!("{:name$}  {:value$}  {}", row[0], row[1], row[2]));
    }
    super::findings(printer, loaded, findings);
    let file = loaded.places.file().unwrap_or("no settings file");
    printer.note(format!("{file}: {}", summary(findings)));
}

/// A value as people write it.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.is_empty() => "-".to_owned(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

fn summary(findings: &[Finding]) -> String {
    let count = |severity: Severity, one: &str| {
        let found = findings.iter().filter(|found| found.severity == severity);
        match found.count() {
            0 => None,
            1 => Some(format!("1 {one}")),
            count => Some(format!("{count} {one}s")),
        }
    };
    let counts: Vec<String> = [
        count(Severity::Error, "error"),
        count(Severity::Warning, "warning"),
    ]
    .into_iter()
    .flatten()
    .collect();
    if counts.is_empty() {
        "nothing to complain about".to_owned()
    } else {
        counts.join(", ")
    }
}

fn print_json(
    printer: &mut Printer,
    file: Option<&str>,
    rows: &[Row],
    secrets: &[SecretPlace],
    findings: &[Finding],
) {
    let settings: Vec<Value> = rows
        .iter()
        .map(|row| json!({"name": row.name, "value": row.value, "source": row.source}))
        .collect();
    let secrets: Vec<Value> = secrets
        .iter()
        .map(|secret| json!({"name": secret.name, "source": secret.from}))
        .collect();
    let findings: Vec<Value> = findings
        .iter()
        .map(|found| {
            let level = match found.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            };
            json!({"level": level, "message": found.message, "hint": found.hint})
        })
        .collect();
    let all = json!({
        "file": file,
        "settings": settings,
        "secrets": secrets,
        "findings": findings,
    });
    printer.line(format!("{all:#}"));
}
