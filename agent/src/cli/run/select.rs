//! `--stage` and `--job`: a part of a plan.

use crate::cli::plan::view::title;
use crate::error::{Exit, UserError};
use schema::plan::{Job, Plan};

/// Keeps the stages and jobs that were asked for; all when nothing was.
///
/// # Errors
/// A name that the plan does not have; the hint lists what it has.
pub(super) fn select(
    mut plan: Plan,
    stages: &[String],
    jobs: &[String],
) -> Result<Plan, UserError> {
    for wanted in stages {
        let known = plan.stages.iter().filter_map(|stage| stage.name.as_deref());
        if !known.clone().any(|name| name.eq_ignore_ascii_case(wanted)) {
            let known: Vec<&str> = known.collect();
            let error = UserError::new(Exit::Usage, format!("there is no stage {wanted:?}"));
            return Err(if known.is_empty() {
                error.hint("this config has no stages")
            } else {
                error.hint(format!("the stages are {}", known.join(", ")))
            });
        }
    }
    for wanted in jobs {
        let mut all = plan.stages.iter().flat_map(|stage| &stage.jobs);
        if !all.any(|job| is(job, wanted)) {
            let all = plan.stages.iter().flat_map(|stage| &stage.jobs);
            let known: Vec<String> = all
                .map(|job| format!("{} ({})", job.number, title(job)))
                .collect();
            let error = UserError::new(Exit::Usage, format!("there is no job {wanted:?}"));
            return Err(error.hint(format!("the jobs are {}", known.join(", "))));
        }
    }
    for stage in &mut plan.stages {
        let named = stage.name.as_deref().unwrap_or_default();
        let whole = stages.is_empty() || stages.iter().any(|name| name.eq_ignore_ascii_case(named));
        stage
            .jobs
            .retain(|job| whole && (jobs.is_empty() || jobs.iter().any(|wanted| is(job, wanted))));
    }
    plan.stages.retain(|stage| !stage.jobs.is_empty());
    if plan.stages.is_empty() {
        let error = UserError::new(Exit::Usage, "no job is left");
        return Err(error.hint("the jobs of --job are not in the stages of --stage"));
    }
    Ok(plan)
}

/// By number (`2`, or `7.2` as the last run printed it) or by name.
fn is(job: &Job, wanted: &str) -> bool {
    let number = match wanted.split_once('.') {
        Some((build, job)) => build.parse::<u64>().and_then(|_| job.parse()),
        None => wanted.parse(),
    };
    number == Ok(job.number) || title(job).eq_ignore_ascii_case(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use schema::plan::Stage;

    fn plan() -> Plan {
        let job = |number, name: &str| Job {
            number,
            name: Some(name.to_owned()),
            ..Job::default()
        };
        let stage = |name: &str, jobs| Stage {
            name: Some(name.to_owned()),
            jobs,
        };
        Plan {
            stages: vec![
                stage("tests", vec![job(1, "Unit"), job(2, "Lint")]),
                stage("push", vec![job(3, "Push")]),
            ],
            ..Plan::default()
        }
    }

    fn numbers(stages: &[&str], jobs: &[&str]) -> Result<Vec<u32>, String> {
        let own = |list: &[&str]| list.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        let plan = select(plan(), &own(stages), &own(jobs)).map_err(|error| error.to_string())?;
        let jobs = plan.stages.iter().flat_map(|stage| &stage.jobs);
        Ok(jobs.map(|job| job.number).collect())
    }

    #[test]
    fn stages_by_name_and_jobs_by_number_or_name() {
        assert_eq!(numbers(&[], &[]), Ok(vec![1, 2, 3]));
        assert_eq!(numbers(&["Tests"], &[]), Ok(vec![1, 2]));
        assert_eq!(numbers(&[], &["7.2", "push"]), Ok(vec![2, 3]));
        assert!(
            numbers(&[], &["py3.2"]).is_err(),
            "a name that ends as a number does"
        );
    }

    #[test]
    fn unknown_names_are_told_with_the_known_ones() {
        insta::assert_snapshot!(numbers(&["tset"], &[]).unwrap_err(), @r#"
        There is no stage "tset"
        hint: the stages are tests, push
        "#);
        insta::assert_snapshot!(numbers(&[], &["9"]).unwrap_err(), @r#"
        There is no job "9"
        hint: the jobs are 1 (Unit), 2 (Lint), 3 (Push)
        "#);
        insta::assert_snapshot!(numbers(&["push"], &["1"]).unwrap_err(), @r"
        No job is left
        hint: the jobs of --job are not in the stages of --stage
        ");
    }
}
