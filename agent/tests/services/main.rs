//! Services beside a job, for real: servers from Debian's packages in containers, as `agent run` makes
//! them. Fails where no engine answers; run by `script/test services`, which builds their images.

#![allow(
    dead_code,
    reason = "what is shared with other targets is not all used here"
)]

#[path = "../build/agent.rs"]
mod agent;
#[path = "../build/checkout.rs"]
mod checkout;
#[path = "../build/engine.rs"]
mod engine;
#[path = "../build/report.rs"]
mod report;
#[path = "../build/sealing.rs"]
mod sealing;
#[path = "../build/services.rs"]
mod services;
#[path = "../build/table.rs"]
mod table;
#[path = "../build/verbs.rs"]
mod verbs;
#[path = "../build/world.rs"]
mod world;

mod apart;
mod failing;
mod removed;

use world::World;

/// Rules that give Debian's servers for the images of the table.
const IMAGES: &str = "\
images:
- {from: 'postgres:*', image: agent-test/postgres}
- {from: 'mysql:*', image: agent-test/mysql}
- {from: 'redis:*', image: agent-test/redis}
- {from: 'memcached:*', image: agent-test/memcached}
- {from: 'rabbitmq:*', image: agent-test/rabbitmq}
";

#[test]
fn one_job_uses_five_services_on_localhost() {
    let config = r#"
image: agent-test/services
services: [postgresql, mysql, redis, memcached, rabbitmq]
script:
- psql --tuples-only --no-align --command "select 'postgresql as ' || current_user"
- psql --command 'create database shop' && psql -U travis -h localhost travis -c 'create table t (n int)'
- mysql --execute "create database shop; select concat('mysql as ', current_user())"
- mysql --user travis --execute "create table shop.t (n int); select 'and as travis'"
- redis-cli set greeting "redis speaks" && redis-cli -h localhost get greeting
- printf 'set k 0 0 17\r\nmemcached answers\r\nget k\r\nquit\r\n' | nc localhost 11211
- amqp-declare-queue --queue work && amqp-publish --routing-key work --body "rabbitmq carries"
- amqp-get --queue work && echo
"#;
    let world = World::with_settings(config, IMAGES);
    let build = world.run(&[]);
    build.expect_exit(0);
    let job = build.only_job();
    for said in [
        "postgresql as postgres",
        "CREATE TABLE",
        "mysql as root@localhost",
        "and as travis",
        "redis speaks",
        "memcached answers",
        "rabbitmq carries",
    ] {
        build.expect_log(&job, said);
    }
    for service in ["postgresql", "mysql", "redis", "memcached", "rabbitmq"] {
        build.expect_log(&job, &format!("{service} is ready after "));
    }
    build.expect_log(
        &job,
        "agent-test/redis (images rule 3, for redis:7 (the built-in table)), sha256:",
    );
    world.finish();
}

#[test]
fn a_service_of_ones_own_has_its_command_variables_and_check() {
    let config = r#"
services:
- name: own
  image: agent-test/services
  env: {WORD: "two words"}
  command: [sh, -c, 'echo "$WORD" >/tmp/word; while :; do nc -N -l -p 4000 </tmp/word; done']
  ready: {port: 4000, command: 'grep -q words /tmp/word'}
script: nc -d localhost 4000
"#;
    let world = World::with_settings(config, "");
    let build = world.run(&[]);
    build.expect_exit(0);
    let job = build.only_job();
    build.expect_log(&job, "own is ready after ");
    build.expect_log(&job, "two words");
    world.finish();
}
