//! What a language does before the first phase: variables that follow from the config, and versions
//! of tools (run-time reference §1.1, phases 8 and 11).

use super::builder::Builder;
use super::defaults;
use crate::protocol::{Phase, When};
use schema::plan::Job;

pub(super) fn set_up(builder: &mut Builder<'_>, job: &Job) {
    let (setup, announce) = defaults::set_up(job);
    if setup.is_empty() && announce.is_empty() {
        return;
    }
    builder.phase(Phase::Setup, None, When::Always);
    for text in setup {
        builder.own(text, Vec::new());
    }
    // In one command: each has its price.
    let told: Vec<String> = announce.iter().map(|text| tell(text)).collect();
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
