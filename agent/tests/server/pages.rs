//! Every page as it is sent.

use super::rows::{self, HELLO};
use super::world::{URL, World};
use agent::secrets::{Keyring, MasterKeys, MasterSources, Repository};
use agent::store::Cursor;
use axum::http::StatusCode;
use axum::http::header::REFERER;

async fn main_of(path: &str) -> String {
    let world = World::new();
    let answer = world.anybody().get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
    answer.main()
}

#[tokio::test]
async fn the_frame_of_every_page() {
    let world = World::new();
    let page = world.anybody().get("/octo/hello").await.body;
    let (head, _) = page.split_once("<main>").unwrap();
    insta::assert_snapshot!(head);
}

#[tokio::test]
async fn builds_of_all_public_repositories() {
    insta::assert_snapshot!(main_of("/").await);
}

#[tokio::test]
async fn builds_of_one_repository_by_branch_and_state() {
    insta::assert_snapshot!(main_of("/octo/hello?branch=main&state=failed").await);
    let none = main_of("/octo/hello?state=fine").await;
    assert!(none.contains("No builds like that."), "{none}");
}

#[tokio::test]
async fn a_build_that_cannot_be_read_says_what_is_known_of_it() {
    let world = World::new();
    world.memory.with(|rows| rows.unreadable.push(1));
    for path in ["/octo/hello/builds/1", "/octo/hello/jobs/1.1"] {
        let answer = world.anybody().get(path).await;
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{path}");
        assert!(!answer.body.contains("stands"), "{}", answer.body);
    }
    // What stands in the row is for the operator.
    let answer = world.operator().get("/octo/hello/builds/1").await;
    insta::assert_snapshot!(answer.main());
}

#[tokio::test]
async fn a_long_list_goes_on_where_it_ended() {
    let world = World::new();
    world.memory.with(|rows| {
        let state = agent::scheduler::State::Passed;
        let more = (6..120).map(|id| rows::build(id, HELLO, id, state));
        rows.builds.extend(more);
    });
    let mut path = "/octo/hello?branch=main&state=passed".to_owned();
    let mut seen = Vec::new();
    loop {
        let main = world.anybody().get(&path).await.main();
        let links = main.split("<a href=\"/octo/hello/builds/").skip(1);
        seen.extend(links.map(|link| link.split('"').next().unwrap_or_default().to_owned()));
        let Some((_, next)) = main.split_once("rel=\"next\" href=\"") else {
            break;
        };
        let query = next.split('"').next().unwrap_or_default();
        path = format!("/octo/hello{}", query.replace("&#38;", "&"));
    }
    let expected = (6..120).rev().chain([1]).map(|n: u64| n.to_string());
    assert_eq!(seen, expected.collect::<Vec<_>>());
    assert_eq!(Cursor::default(), Cursor(None));
}

#[tokio::test]
async fn a_build_with_stages_images_and_warnings() {
    insta::assert_snapshot!(main_of("/octo/hello/builds/1").await);
}

#[tokio::test]
async fn a_build_whose_config_was_refused_says_where_and_why() {
    insta::assert_snapshot!(main_of("/octo/hello/builds/3").await);
}

#[tokio::test]
async fn a_forks_build_as_the_operator_sees_it() {
    let world = World::new();
    let page = world.operator().get("/octo/hello/builds/2").await;
    insta::assert_snapshot!(page.main());
}

#[tokio::test]
async fn a_job_with_its_log_commands_and_attempts() {
    let world = World::new();
    world.write_log(
        10,
        2,
        "travis_fold:start:install\r\x1b[0Ktravis_time:start:0a\r\x1b[0K$ npm ci\r\nadded 3\r\n\
         travis_time:end:0a:start=1,finish=2,duration=4200000000,event=install\r\x1b[0K\
         travis_fold:end:install\r\x1b[0K$ npm test\r\n\x1b[32;1m3 passed\x1b[0m <all>\r\n",
    );
    world.write_log(10, 1, "no registry\r\n");
    let newest = world.anybody().get("/octo/hello/jobs/1.1").await;
    insta::assert_snapshot!(newest.main());
    let first = world.anybody().get("/octo/hello/jobs/1.1?attempt=1").await;
    let first = first.main();
    assert!(first.contains("no registry") && first.contains("the registry did not answer"));
    let none = world.anybody().get("/octo/hello/jobs/1.1?attempt=3").await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_running_job_as_the_operator_sees_it() {
    let world = World::new();
    world.write_log(40, 1, "$ make\r\nCompiling 1/9");
    let page = world.operator().get("/octo/hello/jobs/4.1").await;
    insta::assert_snapshot!(page.main());
}

#[tokio::test]
async fn a_job_that_was_asked_to_stop_says_so() {
    let world = World::new();
    let says = async || {
        let (job, build) = ("/octo/hello/jobs/4.1", "/octo/hello/builds/4");
        let job = world.anybody().get(job).await.body;
        let build = world.anybody().get(build).await.body;
        let said = [job, build].map(|page| page.contains("is being stopped"));
        (said[0], said[1])
    };
    assert_eq!(says().await, (false, false));
    world.memory.with(|rows| {
        let mut all = rows.jobs.iter_mut();
        all.find(|job| job.id.0 == 40).unwrap().stopping = true;
    });
    assert_eq!(says().await, (true, true));
}

#[tokio::test]
async fn a_job_that_waits_for_a_group_says_for_whom_as_plain_text() {
    let world = World::new();
    world.memory.with(|rows| {
        let mut all = rows.jobs.iter_mut();
        let job = all.find(|job| job.id.0 == 41).unwrap();
        job.gated = true;
        let text = "waiting for group <b>x: build 3".to_owned();
        rows.waits.insert(job.id, text);
    });
    for path in ["/octo/hello/jobs/4.2", "/octo/hello/builds/4"] {
        let page = world.anybody().get(path).await.body;
        assert!(page.contains("waiting for group "), "{path}: {page}");
        assert!(
            page.contains("x: build 3") && !page.contains("<b>x"),
            "{path}: {page}"
        );
    }
    let other = world.anybody().get("/octo/hello/jobs/4.1").await.body;
    assert!(!other.contains("waiting for group"));
}

#[tokio::test]
async fn deliveries_say_what_became_of_each() {
    insta::assert_snapshot!(main_of("/octo/hello/deliveries").await);
    let world = World::new();
    let all = world.operator().get("/deliveries").await;
    insta::assert_snapshot!("all deliveries", all.main());
}

#[tokio::test]
async fn signing_in_leads_back_to_where_one_came_from() {
    let world = World::new();
    let from = format!("{URL}/octo/hello/builds/2");
    let form = world.anybody().with(REFERER, &from).get("/login").await;
    insta::assert_snapshot!(form.main());
}

#[tokio::test]
async fn a_page_that_is_not_there() {
    let world = World::new();
    let answer = world.anybody().get("/octo/nothing").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    insta::assert_snapshot!(answer.main());
}

#[tokio::test]
async fn a_repositorys_key_is_the_line_of_its_file() {
    let world = World::new();
    let path = "/repos/octo/hello/key.pub";
    let none = world.anybody().get(path).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);

    let (host, id) = ("github.com".to_owned(), HELLO.0);
    let repository = Repository {
        host,
        id,
        slug: Some("octo/hello".to_owned()),
    };
    let sources = MasterSources {
        file: world.data.path().join("master-key"),
        credentials: None,
        environment: false,
    };
    let masters = MasterKeys::create(&sources).unwrap();
    let mut keyring = Keyring::open(&world.data.path().join("keys")).unwrap();
    let entry = keyring
        .generate(&repository, &masters, rows::now())
        .unwrap();
    let key = world.anybody().get(path).await;
    assert_eq!(key.body, format!("{}\n", entry.public));
    assert!(key.body.starts_with("cipub1 github.com 1 "), "{}", key.body);
    assert!(
        key.body.ends_with(" # octo/hello 2026-11-20\n"),
        "{}",
        key.body
    );
    assert_eq!(key.header("content-type"), "text/plain; charset=utf-8");
}

#[tokio::test]
async fn a_job_to_repeat_is_told_without_secrets_and_without_the_words_of_its_configs() {
    let world = World::new();
    world.memory.with(|rows| {
        let build = &mut rows.builds[0];
        build.request.variables = vec![("SETTING".to_owned(), "not-for-others".to_owned())];
        let job = &mut rows.jobs[0];
        job.plan.env = vec![schema::plan::EnvVar::Secure {
            name: None,
            sealed: "sec1.0123".to_owned(),
            path: "env[0]".to_owned(),
            span: schema::source::Span::default(),
        }];
    });
    let answer = world
        .anybody()
        .get("/octo/hello/jobs/1.1/repeat.json")
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!(answer.header("content-type"), "application/json");
    assert!(answer.body.contains("sec1.0123"), "{}", answer.body);
    for word in ["not-for-others", "SETTING", "Nightly", "include"] {
        assert!(!answer.body.contains(word), "{word}: {}", answer.body);
    }
    let told: agent::repeat::Repeat = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(told.version, agent::repeat::VERSION);
    assert_eq!((told.build, told.job.number), (1, 1));
    assert_eq!(told.build_url, format!("{URL}/octo/hello/builds/1"));
    assert_eq!(told.job_url, format!("{URL}/octo/hello/jobs/1.1"));
    assert_eq!(told.restarted.as_deref(), Some("operator"));
    let missing = world
        .anybody()
        .get("/octo/hello/jobs/1.99/repeat.json")
        .await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
}
