//! `/metrics`: in the form that Prometheus reads, by its conventions, and as the documentation lists.

use crate::agent::{Agent, CONFIG, PUSH, hello};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// A family of figures as its lines tell of it.
#[derive(Debug, Default)]
struct Family {
    kind: String,
    help: String,
    unit: String,
    /// Names with their suffix, labels as written, and values.
    samples: Vec<(String, String, f64)>,
}

/// Reads the OpenMetrics text format, and refuses what Prometheus would.
fn families(text: &str) -> BTreeMap<String, Family> {
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    let mut open = String::new();
    let body = text.strip_suffix("# EOF\n").expect("it ends with # EOF");
    for line in body.lines() {
        if let Some(meta) = line.strip_prefix("# ") {
            let mut words = meta.splitn(3, ' ');
            let (what, name, rest) = (words.next().unwrap(), words.next().unwrap(), words.next());
            assert!(
                name == open || !families.contains_key(name),
                "apart: {line}"
            );
            open = name.to_owned();
            let family = families.entry(open.clone()).or_default();
            let place = match what {
                "TYPE" => &mut family.kind,
                "HELP" => &mut family.help,
                "UNIT" => &mut family.unit,
                other => panic!("{other}: {line}"),
            };
            assert!(place.is_empty(), "twice: {line}");
            rest.expect(line).clone_into(place);
            continue;
        }
        let (series, value) = line.rsplit_once(' ').expect(line);
        let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
        let labels = labels.strip_suffix('}').expect(line);
        let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        assert!(
            name.chars().all(letters) && name.starts_with("agent_"),
            "{line}"
        );
        assert!(name.starts_with(&open), "{line} stands in {open}");
        let value = value.parse().expect(line);
        let family = families.get_mut(&open).expect(line);
        family
            .samples
            .push((name.to_owned(), labels.to_owned(), value));
    }
    families
}

/// The labels and values of the samples that end so.
fn of<'a>(family: &'a Family, suffix: &str) -> Vec<(&'a str, f64)> {
    let samples = family.samples.iter();
    let fitting = samples.filter(|(sample, _, _)| sample.ends_with(suffix));
    fitting
        .map(|(_, labels, value)| (labels.as_str(), *value))
        .collect()
}

/// What `promtool check metrics` looks at.
fn check(name: &str, family: &Family) {
    assert!(!family.help.is_empty(), "{name} has no help");
    assert!(
        family.unit.is_empty() || name.ends_with(&family.unit),
        "{name}"
    );
    let suffixes: BTreeSet<&str> = family
        .samples
        .iter()
        .map(|(sample, _, _)| &sample[name.len()..])
        .collect();
    match family.kind.as_str() {
        "counter" => assert!(suffixes.iter().all(|one| *one == "_total"), "{name}"),
        "gauge" => {
            assert!(suffixes.iter().all(|one| one.is_empty()), "{name}");
            assert!(!name.ends_with("_total"), "{name}");
        }
        "info" => assert_eq!(suffixes, ["_info"].into(), "{name}"),
        "histogram" => {
            assert_eq!(suffixes, ["_bucket", "_count", "_sum"].into(), "{name}");
            let buckets = of(family, "_bucket");
            assert!(buckets.windows(2).all(|two| two[0].1 <= two[1].1), "{name}");
            let (last, all) = buckets.last().copied().unwrap();
            assert_eq!((last, all), ("le=\"+Inf\"", of(family, "_count")[0].1));
        }
        other => panic!("{name} is a {other}"),
    }
    let series: BTreeSet<(&str, &str)> = family
        .samples
        .iter()
        .map(|(sample, labels, _)| (sample.as_str(), labels.as_str()))
        .collect();
    assert_eq!(
        series.len(),
        family.samples.len(),
        "{name} says something twice"
    );
}

/// The names that docs/running.md lists.
fn documented() -> BTreeSet<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/running.md");
    let text = std::fs::read_to_string(path).unwrap();
    let rows = text.lines().filter(|line| line.starts_with("| `agent_"));
    let names = rows.flat_map(|row| row.split('|').nth(1).unwrap().split('`').skip(1).step_by(2));
    names
        .map(|name| name.split('{').next().unwrap().to_owned())
        .collect()
}

/// The figures, once they have lines that begin so.
async fn figures(agent: &Agent, lines: &[&str]) -> String {
    let began = Instant::now();
    loop {
        let (code, text) = agent.page("metrics").await;
        assert_eq!(code, 200);
        let has = |line: &&str| text.lines().any(|found| found.starts_with(*line));
        if lines.iter().all(has) {
            return text;
        }
        assert!(
            began.elapsed() < Duration::from_secs(30),
            "{lines:?} in\n{text}"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_figures_read_and_are_those_that_are_documented() {
    let (model, agent, repo) = hello().await;
    let sha = repo.push("main", &[CONFIG], "Begin");
    repo.expect_status(&sha, PUSH, "pending").await;
    // The ping of the new webhook came first.
    let broken = repo.push("main", &[(".ci.yml", "script: [\n")], "Break");
    repo.expect_status(&broken, PUSH, "error").await;
    // Nothing of it had begun.
    repo.expect_status(&sha, PUSH, "error").await;
    agent.ended(2).await;
    let text = figures(
        &agent,
        &[
            "agent_deliveries_total{outcome=\"build\"} 2",
            "agent_webhooks_total{status=\"202\"} 3",
            "agent_builds_total{state=\"errored\"} 1",
            "agent_data_bytes{part=\"files\"}",
        ],
    )
    .await;
    let families = families(&text);
    for (name, family) in &families {
        check(name, family);
    }
    let figures = families
        .iter()
        .map(|(name, family)| match family.kind.as_str() {
            "counter" => format!("{name}_total"),
            "info" => format!("{name}_info"),
            _ => name.clone(),
        });
    assert_eq!(figures.collect::<BTreeSet<_>>(), documented());
    agent.stop().await;
    model.finish();
}
