//! The plan as `agent plan --format json` promises it, apart from the type that runs.

use super::explain::{Explain, WhyView};
use crate::log::clean;
use schema::diagnostic::{Diagnostic, Level};
use schema::plan::{Deploy, EnvVar, Job, Phase, Plan, Skipped, SkippedThing};
use serde::{Serialize, Serializer};

/// A whole plan.
#[derive(Debug, Serialize)]
pub(crate) struct PlanView {
    /// `run`, `skipped` or `refused`.
    pub outcome: &'static str,
    /// Stages in order.
    pub stages: Vec<StageView>,
    /// What will not run.
    pub skipped: Vec<SkippedView>,
    /// Whether the build ends with its last required job.
    pub fast_finish: bool,
    /// How many messages of each level the config has.
    pub messages: Counts,
}

/// Messages by level.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Counts {
    /// Errors and alerts.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
}

/// A stage.
#[derive(Debug, Serialize)]
pub(crate) struct StageView {
    /// Its name; absent where the config has no stages.
    pub name: Option<String>,
    /// Its jobs.
    pub jobs: Vec<JobView>,
}

/// A job.
#[derive(Debug, Serialize)]
pub(crate) struct JobView {
    /// Its number in the build.
    pub number: u32,
    /// `name:`, or what tells it from its neighbours.
    pub title: String,
    /// The language.
    pub language: String,
    /// The values of version keys, by key.
    #[serde(serialize_with = "as_map")]
    pub versions: Vec<(String, String)>,
    /// The image it would run in.
    pub image: ImageView,
    /// Public variables as written; names only of secret ones.
    pub env: Vec<String>,
    /// Services.
    pub services: Vec<String>,
    /// Phases with their commands, by name and in their order.
    #[serde(serialize_with = "as_map")]
    pub phases: Vec<(&'static str, Vec<String>)>,
    /// Deploy entries with the reasons that keep them from running.
    pub deploy: Vec<DeployView>,
    /// Whether its failure does not count.
    pub allow_failure: bool,
    /// Why it can't run here.
    pub refused: Option<String>,
}

/// An image, and how it was found.
#[derive(Debug, Serialize)]
pub(crate) struct ImageView {
    /// Its name; none where no image fits.
    pub name: Option<String>,
    /// The rule that chose it, or why none did.
    pub reason: String,
}

/// A deploy entry.
#[derive(Debug, Serialize)]
pub(crate) struct DeployView {
    /// The provider.
    pub provider: String,
    /// Why it will not run; empty when it will.
    pub skipped: Vec<String>,
    /// What the job's shell has to say yes to before it runs.
    pub conditions: Vec<String>,
    /// With `--explain`, why it does not run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<WhyView>,
}

/// Something that will not run.
#[derive(Debug, Serialize)]
pub(crate) struct SkippedView {
    /// `build`, `stage`, `job` or `notification`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Why.
    pub reason: String,
    /// With `--explain`, the condition taken apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<WhyView>,
    /// With `--explain`, of a build without a job left, what does not run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub behind: Vec<SkippedView>,
}

/// What only the caller knows of a job.
pub(crate) struct Facts<'a> {
    /// The image it would run in.
    pub image: &'a dyn Fn(&Job) -> ImageView,
    /// Why a deploy entry would be skipped.
    pub deploy: &'a dyn Fn(&Job, &Deploy) -> Vec<String>,
    /// Why the job can't run.
    pub refused: &'a dyn Fn(&Job) -> Option<String>,
    /// With `--explain`, the reasons taken apart.
    pub explain: Option<Explain<'a>>,
}

impl PlanView {
    /// The view of a plan.
    #[must_use]
    pub(crate) fn new(plan: &Plan, diagnostics: &[Diagnostic], facts: &Facts<'_>) -> Self {
        let stages = plan.stages.iter().map(|stage| StageView {
            name: stage.name.clone(),
            jobs: stage.jobs.iter().map(|job| job_view(job, facts)).collect(),
        });
        Self {
            outcome: "run",
            stages: stages.collect(),
            skipped: skipped_views(&plan.skipped, facts.explain.as_ref()),
            fast_finish: plan.fast_finish,
            messages: Counts::of(diagnostics),
        }
    }

    /// The view of a build that does not run at all.
    #[must_use]
    pub(crate) fn none(
        outcome: &'static str,
        skipped: Option<&Skipped>,
        diagnostics: &[Diagnostic],
        explain: Option<&Explain<'_>>,
    ) -> Self {
        Self {
            outcome,
            stages: Vec::new(),
            skipped: skipped_views(
                skipped.map(std::slice::from_ref).unwrap_or_default(),
                explain,
            ),
            fast_finish: false,
            messages: Counts::of(diagnostics),
        }
    }
}

impl Counts {
    fn of(diagnostics: &[Diagnostic]) -> Self {
        let count = |wanted: fn(Level) -> bool| {
            diagnostics
                .iter()
                .filter(|diagnostic| wanted(diagnostic.level))
                .count()
        };
        Self {
            errors: count(|level| level >= Level::Error),
            warnings: count(|level| level == Level::Warning),
        }
    }
}

/// What a job is called on a terminal: its name, or what tells it from its neighbours.
#[must_use]
pub(crate) fn title(job: &Job) -> String {
    clean(job.name.as_ref().unwrap_or(&job.title))
}

pub(super) fn as_map<V: Serialize, K: Serialize, S: Serializer>(
    pairs: &[(K, V)],
    to: S,
) -> Result<S::Ok, S::Error> {
    to.collect_map(pairs.iter().map(|(key, value)| (key, value)))
}

fn job_view(job: &Job, facts: &Facts<'_>) -> JobView {
    JobView {
        number: job.number,
        title: title(job),
        language: job.language.clone(),
        versions: job.versions.clone(),
        image: (facts.image)(job),
        env: job.env.iter().map(env_text).collect(),
        services: job
            .services
            .iter()
            .map(|service| service.name.clone())
            .collect(),
        phases: phases(job),
        deploy: job
            .deploy
            .iter()
            .map(|entry| DeployView {
                provider: entry.provider.clone(),
                skipped: (facts.deploy)(job, entry)
                    .iter()
                    .map(|reason| reason.trim_end_matches('.').to_owned())
                    .collect(),
                conditions: entry.on.conditions.clone(),
                why: facts
                    .explain
                    .as_ref()
                    .and_then(|explain| explain.deploy(job, entry)),
            })
            .collect(),
        allow_failure: job.allow_failure,
        refused: (facts.refused)(job),
    }
}

fn env_text(var: &EnvVar) -> String {
    use schema::plan::EnvValue::{Literal, Shell};
    match var {
        EnvVar::Plain {
            name,
            value: Literal(value) | Shell(value),
            ..
        } => format!("{name}={value}"),
        EnvVar::Secure { name, .. } => {
            format!("{}=[secure]", name.as_deref().unwrap_or("(sealed name)"))
        }
    }
}

fn phases(job: &Job) -> Vec<(&'static str, Vec<String>)> {
    let phases = &job.phases;
    [
        ("before_install", &phases.before_install),
        ("install", &phases.install),
        ("before_script", &phases.before_script),
        ("script", &phases.script),
        ("before_cache", &phases.before_cache),
        ("after_success", &phases.after_success),
        ("after_failure", &phases.after_failure),
        ("before_deploy", &phases.before_deploy),
        ("after_deploy", &phases.after_deploy),
        ("after_script", &phases.after_script),
    ]
    .into_iter()
    .filter_map(|(name, phase)| match phase {
        Phase::Absent => None,
        Phase::Skip => Some((name, vec!["skip".to_owned()])),
        Phase::Commands(commands) => Some((
            name,
            commands
                .iter()
                .map(|command| command.text.clone())
                .collect(),
        )),
    })
    .filter(|(_, commands)| !commands.is_empty())
    .collect()
}

fn skipped_views(skipped: &[Skipped], explain: Option<&Explain<'_>>) -> Vec<SkippedView> {
    let view = |skipped| skipped_view(skipped, explain);
    skipped.iter().map(view).collect()
}

fn skipped_view(skipped: &Skipped, explain: Option<&Explain<'_>>) -> SkippedView {
    let (kind, name) = match &skipped.what {
        SkippedThing::Build => ("build", String::new()),
        SkippedThing::Stage(name) => ("stage", name.clone()),
        SkippedThing::Job(name) => ("job", name.clone()),
        SkippedThing::Notification(name) => ("notification", name.clone()),
        SkippedThing::Import(name) => ("import", name.clone()),
    };
    SkippedView {
        kind,
        name,
        reason: skipped.reason.clone(),
        why: explain.and_then(|explain| explain.skipped(skipped)),
        behind: match explain {
            Some(_) => skipped_views(&skipped.behind, explain),
            None => Vec::new(),
        },
    }
}
