//! The phases of a job in order (run-time reference §1.1), deploys aside.

use super::builder::Builder;
use super::defaults::Filled;
use super::style;
use crate::protocol::{Failure, Phase, When};
use schema::plan;
use schema::source::Span;

/// All phases before the deploys.
pub(super) fn until_after_failure(builder: &mut Builder<'_>, filled: &Filled) {
    let phases = &filled.phases;
    use Failure::{Assert, Ignore, Record, Warn};
    use When::{Always, Failed, Passed};
    let table = [
        (Phase::BeforeInstall, &phases.before_install, Always, Assert),
        (Phase::Install, &phases.install, Always, Assert),
        (Phase::BeforeScript, &phases.before_script, Always, Assert),
        (Phase::Script, &phases.script, Always, Record),
        (Phase::BeforeCache, &phases.before_cache, Always, Ignore),
        (Phase::AfterSuccess, &phases.after_success, Passed, Warn),
        (Phase::AfterFailure, &phases.after_failure, Failed, Ignore),
    ];
    for (phase, content, when, failure) in table {
        match &filled.no_script {
            Some(reason) if phase == Phase::Script => {
                builder.phase(phase, None, when);
                builder.refusal(reason, Span::default(), failure);
            }
            _ if filled.chooses(phase) => choose(builder, phase, content, when, failure),
            _ => add(builder, phase, content, None, when, &failure),
        }
    }
}

/// A default that chooses what it runs, and tells so by itself.
fn choose(
    builder: &mut Builder<'_>,
    phase: Phase,
    content: &plan::Phase,
    when: When,
    failure: Failure,
) {
    if let plan::Phase::Commands(commands) = content
        && let [command] = commands.as_slice()
    {
        let fold = (phase != Phase::Script).then(|| phase.name().to_owned());
        builder.phase(phase, None, when);
        builder.choice(&command.text, fold, failure);
    }
}

/// The last phase.
pub(super) fn after_script(builder: &mut Builder<'_>, phases: &plan::Phases) {
    let content = &phases.after_script;
    let ignore = Failure::Ignore;
    add(
        builder,
        Phase::AfterScript,
        content,
        None,
        When::Always,
        &ignore,
    );
}

/// One phase; nothing where it has nothing to do. `script` is always there: it gives the result.
pub(super) fn add(
    builder: &mut Builder<'_>,
    phase: Phase,
    content: &plan::Phase,
    entry: Option<u32>,
    when: When,
    failure: &Failure,
) {
    let commands: &[plan::Command] = match content {
        plan::Phase::Commands(commands) => commands,
        plan::Phase::Absent | plan::Phase::Skip => &[],
    };
    let is_skip = matches!(content, plan::Phase::Skip);
    if commands.is_empty() && !is_skip && phase != Phase::Script {
        return;
    }
    builder.phase(phase, entry, when);
    if is_skip {
        builder.text(style::lines(&format!(
            "Skipping the {} step, as specified in the configuration.",
            phase.name()
        )));
    } else if commands.is_empty() {
        builder.text(style::yellow(
            "There is no script to run, so this job tests nothing.",
        ));
    }
    for (number, command) in (1..).zip(commands) {
        let fold = match (phase, commands.len()) {
            (Phase::Script, _) => None,
            (_, 1) => Some(phase.name().to_owned()),
            _ => Some(format!("{}.{number}", phase.name())),
        };
        builder.command(number, &command.text, command.span, fold, failure.clone());
    }
}
