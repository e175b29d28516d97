//! A compiled config as text that people can read and compare.

use std::fmt::Write as _;

use schema::diagnostic::{Diagnostic, Level};
use schema::plan::{
    ChangedPaths, Deploy, DeployValue, EnvValue, EnvVar, Git, Job, Phase, Phases, Plan, Reports,
    Service,
};
use schema::source::{Source, Span};
use schema::{Compiled, Outcome};

pub(crate) fn compiled(compiled: &Compiled, sources: &[Source]) -> String {
    let mut out = String::new();
    for found in &compiled.diagnostics {
        out.push_str(&message(found, sources));
    }
    match &compiled.outcome {
        Outcome::Need(need) => line(&mut out, 0, &format!("needs {need:?}")),
        Outcome::Refused => line(&mut out, 0, "refused"),
        Outcome::Skipped(skipped) => {
            let place = at(sources, skipped.span);
            line(
                &mut out,
                0,
                &format!("skipped at {place}: {}", skipped.reason),
            );
        }
        Outcome::Plan(found) => plan(&mut out, found, sources),
    }
    out
}

/// Line and column, with the file's name where it is imported.
fn at(sources: &[Source], span: Span) -> String {
    let source = &sources[usize::from(span.file.0)];
    let at = source.line_column(span.start);
    match span.file.0 {
        0 => at.to_string(),
        _ => format!("{}:{at}", source.name),
    }
}

fn message(found: &Diagnostic, sources: &[Source]) -> String {
    let level = match found.level {
        Level::Info => "info",
        Level::Warning => "warning",
        Level::Error => "error",
        Level::Alert => "alert",
    };
    let fatal = if found.fatal { " fatal" } else { "" };
    let place = at(sources, found.span);
    let mut out = format!(
        "{place} {level}{fatal} {} {}: {}\n",
        found.code, found.key, found.message
    );
    for (name, text) in [("label", &found.label), ("help", &found.help)] {
        if let Some(text) = text {
            line(&mut out, 1, &format!("{name}: {text}"));
        }
    }
    if let Some(fix) = &found.suggestion {
        line(&mut out, 1, &format!("write: {}", fix.replacement));
    }
    out
}

fn line(out: &mut String, depth: usize, text: &str) {
    writeln!(out, "{}{text}", "  ".repeat(depth)).expect("a string takes all");
}

fn plan(out: &mut String, plan: &Plan, sources: &[Source]) {
    line(
        out,
        0,
        if plan.fast_finish {
            "plan, fast finish"
        } else {
            "plan"
        },
    );
    if let Some(concurrency) = &plan.concurrency {
        line(out, 0, &format!("{concurrency:?}"));
    }
    for stage in &plan.stages {
        line(
            out,
            0,
            &format!("stage {}", stage.name.as_deref().unwrap_or("-")),
        );
        for job in &stage.jobs {
            self::job(out, job);
        }
    }
    for skipped in &plan.skipped {
        let place = at(sources, skipped.span);
        line(
            out,
            0,
            &format!("skipped {:?} at {place}: {}", skipped.what, skipped.reason),
        );
    }
}

fn job(out: &mut String, job: &Job) {
    let mut title = format!("job {} {} on {}", job.number, job.language, job.os);
    for (name, value) in [
        ("dist", &job.dist),
        ("arch", &job.arch),
        ("image", &job.image),
        ("name", &job.name),
    ] {
        if let Some(value) = value {
            write!(title, ", {name} {value}").expect("a string takes all");
        }
    }
    line(out, 1, &title);
    for (key, value) in &job.versions {
        line(out, 2, &format!("version {key} {value}"));
    }
    if job.allow_failure {
        line(out, 2, "may fail");
    }
    if let Some(why) = job.foreign_os() {
        line(out, 2, &why);
    }
    for (name, seconds) in [
        ("timeout", job.timeout),
        ("silence timeout", job.silence_timeout),
    ] {
        if let Some(seconds) = seconds {
            line(out, 2, &format!("{name} {seconds} s"));
        }
    }
    for variable in &job.env {
        line(out, 2, &env(variable));
    }
    for service in &job.services {
        line(out, 2, &self::service(service));
    }
    let ChangedPaths { only, ignore } = &job.paths;
    for (name, paths) in [("paths", only), ("ignored paths", ignore)] {
        if !paths.is_empty() {
            line(out, 2, &format!("{name} {paths:?}"));
        }
    }
    if let Some(concurrency) = &job.concurrency {
        line(out, 2, &format!("{concurrency:?}"));
    }
    if let Some(retry) = &job.retry {
        line(out, 2, &format!("{retry:?}"));
    }
    if let Some(artifacts) = &job.artifacts {
        line(out, 2, &format!("{artifacts:?}"));
    }
    if job.reports != Reports::default() {
        line(out, 2, &format!("{:?}", job.reports));
    }
    if let Some(key) = &job.cache_key {
        line(out, 2, &format!("{key:?}"));
    }
    if !job.addons.is_empty() {
        let mut addons = job.addons.clone();
        (addons.span, addons.apt.span) = Default::default();
        line(out, 2, &format!("{addons:?}"));
    }
    if job.git != Git::default() {
        line(out, 2, &format!("{:?}", job.git));
    }
    for (name, phase) in phases(&job.phases) {
        match phase {
            Phase::Absent => {}
            Phase::Skip => line(out, 2, &format!("{name}: skip")),
            Phase::Commands(commands) => {
                let texts: Vec<&str> = commands
                    .iter()
                    .map(|command| command.text.as_str())
                    .collect();
                line(out, 2, &format!("{name}: {texts:?}"));
            }
        }
    }
    for entry in &job.deploy {
        deploy(out, entry);
    }
}

fn service(service: &Service) -> String {
    let Service {
        name,
        version,
        image,
        env,
        command,
        cache,
        ready,
        span: _,
    } = service;
    let mut text = format!("service {name}");
    if let Some(version) = version {
        write!(text, ", version {version}").expect("a string takes all");
    }
    if let Some(image) = image {
        write!(text, ", image {image}").expect("a string takes all");
    }
    for (name, value) in env {
        write!(text, ", {name}={value}").expect("a string takes all");
    }
    if !command.is_empty() {
        write!(text, ", command {command:?}").expect("a string takes all");
    }
    if let Some(cache) = cache {
        write!(text, ", cache {cache}").expect("a string takes all");
    }
    if let Some(ready) = ready {
        write!(text, ", {ready:?}").expect("a string takes all");
    }
    text
}

fn env(variable: &EnvVar) -> String {
    match variable {
        EnvVar::Plain {
            name,
            value: EnvValue::Literal(text),
            ..
        } => format!("env {name} literal {text:?}"),
        EnvVar::Plain {
            name,
            value: EnvValue::Shell(text),
            ..
        } => format!("env {name} shell {text:?}"),
        EnvVar::Secure { name, path, .. } => {
            format!("env {} sealed at {path}", name.as_deref().unwrap_or("?"))
        }
    }
}

fn phases(phases: &Phases) -> [(&'static str, &Phase); 10] {
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
}

fn deploy(out: &mut String, deploy: &Deploy) {
    line(out, 2, &format!("deploy {}", deploy.provider));
    for (name, value) in &deploy.options {
        match value {
            DeployValue::Secure { path, .. } => line(out, 3, &format!("{name} sealed at {path}")),
            other => line(out, 3, &format!("{name} {other:?}")),
        }
    }
    let on = format!("{:?}", deploy.on);
    line(out, 3, &on);
}
