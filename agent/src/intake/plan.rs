//! From the facts and the config to a build, or to the reason that there is none. Pure.

use super::config::ConfigProblem;
use super::facts;
use crate::groups::Groups;
use crate::policy::skip::{Refusal, without_config};
use crate::policy::{Facts, group_scope};
use crate::report::status::{CommitStatus, StatusState, plain};
use crate::runner::env::of_event;
use crate::scheduler::BuildState;
use crate::store::{DeliveryId, NewBuild, RepositoryId};
use schema::diagnostic::{Diagnostic, Level};
use schema::import::Import;
use schema::plan::Plan;
use schema::request::Request;
use schema::{Outcome, Sources, compile};

/// What comes of an event that could make a build.
#[derive(Debug)]
pub(super) enum Planned {
    /// A build; its config may be broken, which its status and page say.
    Build(Box<NewBuild>),
    /// None, and nothing is wrong.
    Skipped(Refusal),
}

/// What a build is made from.
pub(super) struct Event<'a> {
    /// Its repository.
    pub(super) repository: RepositoryId,
    /// The delivery that asks for it.
    pub(super) delivery: Option<DeliveryId>,
    /// Its facts.
    pub(super) request: &'a Request,
    /// The context of its status.
    pub(super) context: String,
    /// Whether its head commit was approved.
    pub(super) approved: bool,
}

/// Makes a build of an event and the config at its commit.
pub(super) fn plan(event: &Event<'_>, config: Result<Sources, ConfigProblem>) -> Planned {
    let sources = match config {
        Ok(sources) => sources,
        Err(ConfigProblem::Missing) if let Some(refusal) = without_config(event.request) => {
            return Planned::Skipped(refusal);
        }
        Err(problem) => {
            return Planned::Build(Box::new(refused(event, Vec::new(), problem.text())));
        }
    };
    let compiled = compile(&sources, event.request);
    match compiled.outcome {
        Outcome::Plan(plan) => Planned::Build(Box::new(planned(event, texts(&sources), plan))),
        Outcome::Skipped(skipped) => Planned::Skipped(Refusal::Config(skipped.reason)),
        Outcome::Refused | Outcome::Need(_) => {
            let reason = first_error(&compiled.diagnostics, &sources);
            Planned::Build(Box::new(refused(event, texts(&sources), reason)))
        }
    }
}

/// The config and what it imports by name, as they are kept with the build. What could not be had is
/// not among them.
fn texts(sources: &Sources) -> Vec<(String, String)> {
    let config = [(sources.config.name.clone(), sources.config.text.clone())];
    let import = |import: &Import| {
        let text = import.found.as_ref().ok()?;
        Some((import.reference.to_string(), text.clone()))
    };
    config
        .into_iter()
        .chain(sources.imports.iter().filter_map(import))
        .collect()
}

fn planned(event: &Event<'_>, sources: Vec<(String, String)>, plan: Plan) -> NewBuild {
    let jobs = || plan.stages.iter().flat_map(|stage| &stage.jobs);
    let skipped: Vec<u32> = jobs()
        .filter(|job| job.foreign_os().is_some())
        .map(|job| job.number)
        .collect();
    if !skipped.is_empty() && skipped.len() == jobs().count() {
        let reason = jobs().find_map(|job| job.foreign_os()).unwrap_or_default();
        return refused(
            event,
            sources,
            format!("no job of this build can run here: {reason}"),
        );
    }
    let state = BuildState::new(&plan, &skipped);
    let waiting = crate::report::status::of_build(
        event.context.clone(),
        &state,
        std::time::Duration::ZERO,
        |_| String::new(),
    );
    let scope = group_scope(&Facts::of(event.request));
    NewBuild {
        groups: Groups::of(&plan, &scope, &of_event(event.request)),
        plan: Some(plan),
        skipped,
        ..bare(event, sources, Some(waiting))
    }
}

fn refused(event: &Event<'_>, sources: Vec<(String, String)>, reason: String) -> NewBuild {
    let status = plain(event.context.clone(), StatusState::Error, &reason);
    NewBuild {
        refused: Some(reason),
        ..bare(event, sources, Some(status))
    }
}

fn bare(
    event: &Event<'_>,
    sources: Vec<(String, String)>,
    status: Option<CommitStatus>,
) -> NewBuild {
    NewBuild {
        repository: event.repository,
        delivery: event.delivery,
        meaning: facts::meaning(event.request, event.approved),
        // Variables of the settings are read anew for each job, and lie in the database sealed only.
        request: Request {
            variables: Vec::new(),
            ..event.request.clone()
        },
        sources,
        plan: None,
        skipped: Vec::new(),
        groups: Groups::default(),
        refused: None,
        status_sha: facts::status_sha(event.request).to_owned(),
        status,
    }
}

/// The first message that stops the build, with its place; the page shows all of them.
fn first_error(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let stopping = diagnostics.iter().find(|found| found.fatal);
    let found = stopping.or_else(|| diagnostics.iter().find(|found| found.level == Level::Error));
    let Some(found) = found else {
        return format!("{} says nothing that can run", sources.config.name);
    };
    let all = sources.all();
    let source = all.get(usize::from(found.span.file.0));
    let source = source.unwrap_or(&sources.config);
    let at = source.line_column(found.span.start);
    format!("{}:{at}: {}", source.name, found.message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use schema::source::Source;

    fn event(request: &Request) -> Event<'_> {
        Event {
            repository: RepositoryId(7),
            delivery: None,
            request,
            context: "ci/push".to_owned(),
            approved: false,
        }
    }

    fn request() -> Request {
        Request {
            slug: "acme/widget".to_owned(),
            default_branch: "main".to_owned(),
            branch: "main".to_owned(),
            sha: "2222222222222222222222222222222222222222".to_owned(),
            ..Request::default()
        }
    }

    fn of(text: &str, request: &Request) -> Planned {
        let source = Source::new(".ci.yml", text);
        plan(&event(request), Ok(Sources::new(source)))
    }

    fn built(planned: Planned) -> NewBuild {
        let Planned::Build(build) = planned else {
            panic!("{planned:?}")
        };
        *build
    }

    #[test]
    fn a_good_config_waits_with_its_jobs() {
        let build = built(of(
            "jobs: {include: [{script: a}, {script: b}]}\n",
            &request(),
        ));
        let status = build.status.unwrap();
        assert_eq!(status.description, "Waiting: 2 jobs queued");
        assert_eq!(status.state, StatusState::Pending);
        assert_eq!(
            build.sources.first().map(|(name, _)| name.as_str()),
            Some(".ci.yml")
        );
    }

    #[test]
    fn a_broken_config_is_an_error_with_its_line() {
        let build = built(of("script: a\nlanguage: [\n", &request()));
        let status = build.status.unwrap();
        assert_eq!(status.state, StatusState::Error);
        assert!(
            status.description.starts_with(".ci.yml:"),
            "{}",
            status.description
        );
        assert_eq!(build.refused.as_deref(), Some(status.description.as_str()));
    }

    #[test]
    fn a_commit_without_a_config_is_an_error_that_says_how_to_start() {
        let request = request();
        let build = built(plan(&event(&request), Err(ConfigProblem::Missing)));
        let text = build.status.unwrap().description;
        assert!(
            text.contains("no .ci.yml") && text.contains("script: make test"),
            "{text}"
        );
    }

    #[test]
    fn a_pages_branch_without_a_config_is_skipped() {
        let request = Request {
            branch: "gh-pages".to_owned(),
            ..request()
        };
        let planned = plan(&event(&request), Err(ConfigProblem::Missing));
        assert!(
            matches!(planned, Planned::Skipped(Refusal::Pages(_))),
            "{planned:?}"
        );
    }

    #[test]
    fn a_branch_filter_skips_with_its_reason() {
        let planned = of("script: a\nbranches: {only: [release]}\n", &request());
        assert!(
            matches!(planned, Planned::Skipped(Refusal::Config(_))),
            "{planned:?}"
        );
    }

    #[test]
    fn a_build_of_which_no_job_can_run_here_is_an_error() {
        let build = built(of("os: osx\nscript: a\n", &request()));
        let reason = build.refused.unwrap();
        assert!(
            reason.starts_with("no job of this build can run here: os is osx"),
            "{reason}"
        );
    }
}
