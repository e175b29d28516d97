//! What a language does before the first phase: the version of its tools, variables that follow from
//! the config, and what versions there are (run-time reference §1.1, phases 8 and 11).

use super::builder::Builder;
use super::defaults::fill;
use super::tools;
use crate::protocol::{Phase, When};
use schema::languages::language;
use schema::plan::Job;

pub(super) fn set_up(builder: &mut Builder<'_>, job: &Job) {
    let Some(known) = language(&job.language) else {
        return;
    };
    if known.tools.is_empty() && known.setup.is_empty() && known.announce.is_empty() {
        return;
    }
    builder.phase(Phase::Setup, None, When::Always);
    for tool in known.tools {
        if let Some(text) = tools::activate(tool, job) {
            let name = format!("{}: {}", tool.key, tools::asked(tool, job));
            builder.needed(&name, text);
        }
    }
    for text in known.setup {
        builder.own(fill(text, job), Vec::new());
    }
    // In one command: each has its price.
    let told: Vec<String> = known.announce.iter().map(|text| tell(text)).collect();
    if !told.is_empty() {
        builder.own(told.join("\n"), Vec::new());
    }
}

/// Nothing is said of what the image has not.
fn tell(text: &str) -> String {
    let program = text.split(' ').next().unwrap_or_default();
    format!(
        "if command -v \"{program}\" > /dev/null 2>&1; then\n  printf '%s\\n' \"$ {text}\"\n  {text} || :\nfi"
    )
}
