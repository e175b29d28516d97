//! How settings are read: file, environment, options; and what is refused.

use super::*;

#[test]
fn an_empty_file_means_the_defaults() {
    let settings = Settings::parse("# nothing yet\n", "agent.yml");
    assert!(settings.is_ok_and(|settings| settings.jobs.memory == 4 << 30));
}

#[test]
fn an_unknown_key_is_refused_with_its_line() {
    let error = Settings::parse("jobs:\n  memroy: 2GiB\n", "agent.yml");
    let text = error
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default();
    assert!(
        text.contains("memroy") && text.starts_with("agent.yml:2:3: "),
        "{text}"
    );
}

#[test]
fn sizes_and_times_read_as_people_write_them() {
    let text = "jobs: {memory: 512MiB, hard_limit: 90m, silence_limit: 45s, cpus: 1.5}\n";
    let jobs = Settings::parse(text, "agent.yml").map(|settings| settings.jobs);
    assert!(jobs.is_ok_and(|jobs| jobs.memory == 512 << 20
        && jobs.hard_limit.as_secs() == 5400
        && jobs.silence_limit.as_secs() == 45
        && jobs.cpu_millis == 1500));
}

#[test]
fn a_limit_of_nothing_is_refused() {
    for text in [
        "jobs: {hard_limit: 0}",
        "jobs: {memory: 1MiB}",
        "jobs: {pids: 0}",
    ] {
        assert!(Settings::parse(text, "agent.yml").is_err(), "{text}");
    }
}

fn loaded(text: &str, variables: &[(&str, &str)], options: &[Override]) -> Result<Loaded, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agent.yml");
    std::fs::write(&path, text).unwrap();
    let environment = Environment::of(variables, None);
    let neutral = |text: String| text.replace(&folder.path().display().to_string(), "DIR");
    Loaded::find(Some(&path), &environment, options).map_err(|error| neutral(error.to_string()))
}

#[test]
fn an_option_comes_before_a_variable_and_that_before_the_file() {
    let text = "server: {listen: \"127.0.0.1:1\"}\njobs: {pids: 100}\nlogs: {head: 1GiB}\n";
    let loaded = loaded(
        text,
        &[
            ("AGENT_SERVER_LISTEN", "127.0.0.1:2"),
            ("AGENT_JOBS_PIDS", "200"),
        ],
        &[Override::option("server.listen", "--listen", "127.0.0.1:3")],
    )
    .unwrap();
    let settings = &loaded.settings;
    assert_eq!(settings.server.listen.port(), 3);
    assert_eq!(settings.jobs.pids, 200);
    assert_eq!(settings.logs.head, 1 << 30);
    assert_eq!(
        settings.jobs.memory,
        4 << 30,
        "what nobody says is the default"
    );
    let origin = |setting: &str| {
        let text = loaded.places.origin(setting).to_string();
        text.rsplit('/').next().unwrap().to_owned()
    };
    assert_eq!(origin("server.listen"), "--listen");
    assert_eq!(origin("jobs.pids"), "AGENT_JOBS_PIDS");
    assert_eq!(origin("logs.head"), "agent.yml:3:14");
    assert_eq!(origin("jobs.memory"), "default");
}

#[test]
fn every_setting_but_lists_of_maps_can_be_given_by_a_variable() {
    let samples = [
        ("size", "2GiB"),
        ("true value", "false"),
        ("number", "77"),
        ("time", "90s"),
        ("address", "127.0.0.1:99"),
        ("word", "success"),
        ("another word", "never"),
        ("path", "/some/where"),
    ];
    for (setting, default) in listed(&Settings::default()) {
        if setting == "images" || setting == "registries" {
            continue;
        }
        let name = variable(&setting);
        let set = samples.iter().any(|(_, sample)| {
            let loaded = loaded("", &[(&name, sample)], &[]);
            loaded.is_ok_and(|loaded| {
                let now = listed(&loaded.settings);
                let value = &now.iter().find(|(other, _)| *other == setting).unwrap().1;
                let by = loaded.places.origin(&setting) == Origin::Named(name.clone());
                by && (value != &default || setting == "status.nothing_ran")
            })
        });
        assert!(set, "{name}");
    }
}

#[test]
fn lists_are_given_with_commas_and_words_that_look_like_numbers_stay_words() {
    let loaded = loaded(
        "",
        &[
            ("AGENT_DOCKER_TRUSTED_REPOSITORIES", "acme/widget, tools/*,"),
            ("AGENT_STATUS_PREFIX", "123"),
            ("AGENT_POLL_ENABLED", "false"),
            ("AGENT_POLL_INTERVAL", "600"),
        ],
        &[],
    )
    .unwrap();
    let settings = loaded.settings;
    assert_eq!(
        settings.docker.trusted_repositories,
        ["acme/widget", "tools/*"]
    );
    assert_eq!(settings.status.prefix, "123");
    assert!(!settings.poll.enabled);
    assert_eq!(settings.poll.interval.as_secs(), 600);
}

#[test]
fn a_variable_that_makes_no_sense_is_named() {
    for (name, value) in [
        ("AGENT_JOBS_MEMORY", "lots"),
        ("AGENT_SERVER_LISTEN", "localhost"),
        ("AGENT_POLL_ENABLED", "perhaps"),
        ("AGENT_QUEUE_PER_REPOSITORY", "-1"),
        ("AGENT_STATUS_NOTHING_RAN", "green"),
    ] {
        let error = loaded("", &[(name, value)], &[]).err().unwrap();
        assert!(error.starts_with(&format!("{name}: ")), "{error}");
    }
    let zero = loaded("", &[("AGENT_JOBS_PIDS", "0")], &[]).unwrap();
    let error = zero.checked().err().unwrap().to_string();
    assert_eq!(error, "AGENT_JOBS_PIDS must be at least 16");
}

#[test]
fn a_value_that_makes_no_sense_is_refused_at_its_place() {
    for (text, refusal) in [
        (
            "jobs:\n  pids: 1\n",
            "agent.yml:2:9: jobs.pids must be at least 16",
        ),
        (
            "docker:\n  trusted_repositories: [acme/widget, acme]\n",
            "agent.yml:2:25: docker.trusted_repositories takes owner/name or owner/*, not \"acme\"",
        ),
        (
            "queue: {per_repository: 0}",
            "agent.yml:1:25: queue.per_repository must be at least 1",
        ),
        (
            "logs: {tail: 1}",
            "agent.yml:1:14: logs.tail must be at least 64KiB",
        ),
        (
            "logs: {retention: 5m}",
            "agent.yml:1:19: logs.retention must be at least 1h",
        ),
        (
            "poll: {interval: 1s}",
            "agent.yml:1:18: poll.interval must be at least 10s",
        ),
        (
            "status: {prefix: ci/}",
            "agent.yml:1:18: status.prefix does not begin a context\n\
             hint: write e.g. continuous-integration/agent",
        ),
        (
            "poll: {enabled: false}\nwebhooks: {enabled: false}",
            "agent.yml:1:17: poll.enabled and webhooks.enabled are both false: nothing would ever \
             be built\nhint: leave one of them on",
        ),
    ] {
        let error = Settings::parse(text, "agent.yml").err().unwrap();
        assert_eq!(error.to_string(), refusal);
    }
    for entry in ["acme/*", "acme/widget.rs", "A-b_c/d"] {
        let text = format!("docker: {{trusted_repositories: [\"{entry}\"]}}");
        assert!(Settings::parse(&text, "agent.yml").is_ok(), "{entry}");
    }
    for entry in [
        "*",
        "*/*",
        "acme/",
        "/widget",
        "acme/w/x",
        "https://github.com/acme/widget",
    ] {
        let text = format!("docker: {{trusted_repositories: [\"{entry}\"]}}");
        assert!(Settings::parse(&text, "agent.yml").is_err(), "{entry}");
    }
}

#[test]
fn a_password_in_the_wrong_place_is_not_repeated() {
    for text in [
        "database: postgres://agent:hunter2@db/agent\n",
        "github: \"hunter2\\\"x\"\n",
        "operator: {token: hunter2}\n",
        "database: {path: 1, url: postgres://agent:hunter2@db/agent}\n",
    ] {
        let error = Settings::parse(text, "agent.yml")
            .err()
            .unwrap()
            .to_string();
        assert!(!error.contains("hunter2"), "{error}");
        assert!(error.starts_with("agent.yml:1:"), "{error}");
    }
}

#[test]
fn what_is_listed_reads_back_as_the_same_settings() {
    let text = "jobs: {cpus: 1.5, memory: 3GiB}\nimages: [{language: rust, image: \"rust:1\"}]\n";
    let settings = Settings::parse(text, "agent.yml").unwrap();
    let again = serde_yaml::to_string(&settings).unwrap();
    let again = Settings::parse(&again, "again.yml").unwrap();
    assert_eq!(listed(&settings), listed(&again));
    assert_eq!(again.jobs.cpu_millis, 1500);
    assert_eq!(again.images.len(), 1);
}

#[test]
fn limits_of_layers_and_times_that_are_none() {
    let docker = Settings::parse("docker: {layer_age: 2d, layer_stores: 3}", "agent.yml");
    let layers = docker.map(|settings| settings.docker.layers());
    assert!(layers.is_ok_and(|kept| kept.stores == 3 && kept.age.as_secs() == 172_800));
    for text in [
        "jobs: {grace: 18446744073709551615}",
        "jobs: {hard_limit: 9999999999h}",
    ] {
        assert!(Settings::parse(text, "agent.yml").is_err(), "{text}");
    }
}
