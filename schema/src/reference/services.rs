//! `services:`: what runs beside a job.

use super::job::Extras;
use super::types::{
    Custom, Format, Type, Word, any, between, flag, key, many, map, one_of_words, text, texts, word,
};

/// Why a service is not there, and what to do.
const NOT_STARTED: &str = "`{}` is not started";
const INSTEAD: &str =
    "name an image of it: `{name: riak, image: …}`, or start it in `before_install`";

/// `services:`
pub(super) fn services(extras: Extras) -> Type {
    match extras {
        Extras::Without => many(one_of_words(words()).downcase()),
        Extras::With => {
            let named = words().into_iter().chain(added()).collect();
            many(any(vec![own(), one_of_words(named).downcase()]))
        }
    }
}

/// The services that go by their names alone.
fn words() -> Vec<Word> {
    let idle = |word: Word| word.idle(NOT_STARTED, INSTEAD);
    vec![
        word("memcached").alias(&["memcache"]),
        word("postgresql").alias(&["postgres"]),
        word("rabbitmq").alias(&["rabbitmq-server"]),
        word("redis").alias(&["redis-server"]),
        word("xvfb").only("dist", &["xenial"]),
        word("cassandra"),
        word("couchdb"),
        word("docker"),
        word("elasticsearch"),
        word("mongodb"),
        word("mysql"),
        word("neo4j"),
        idle(word("riak")),
        idle(word("cri-dockerd")),
    ]
}

/// Those of a `.ci.yml` beside them; in a `.travis.yml` it is an addon.
fn added() -> Vec<Word> {
    vec![word("mariadb")]
}

/// The service that goes by a name or another name.
pub fn service(name: &str) -> Option<&'static str> {
    let words = words().into_iter().chain(added());
    let mut named = words.filter(|word| word.value == name || word.aliases.contains(&name));
    named.next().map(|word| word.value)
}

/// The names of services.
pub fn service_names() -> impl Iterator<Item = &'static str> {
    words().into_iter().chain(added()).map(|word| word.value)
}

/// A service with settings of its own: one that goes by its name, or any image (decision 8).
fn own() -> Type {
    let ready = map(vec![
        key(
            "command",
            text(),
            "A command that ends with 0 in the service's container once it is ready.",
        ),
        key(
            "port",
            between(1, 65_535),
            "A port that takes connections once it is ready.",
        ),
        key(
            "timeout",
            between(1, 3_600),
            "Seconds after which it counts as failed, and the job as errored.",
        ),
    ])
    .prefix_text("command")
    .normal();
    map(vec![
        key(
            "name",
            text().format(Format::ServiceName),
            "What logs and messages call it; the name of a known service brings that one's image and check.",
        ),
        key(
            "image",
            text().format(Format::Image),
            "Its container image; needed where the name is not that of a known service.",
        ),
        key(
            "env",
            map(vec![]).open_to(Custom::Any, text()),
            "Variables of its container.",
        ),
        key(
            "command",
            texts(),
            "The words of the command that its container runs; else that of the image.",
        ),
        key(
            "ready",
            ready,
            "When the job may begin; else as soon as the container runs.",
        ),
        key(
            "cache",
            flag(),
            "Of `docker`: whether its daemon has the layers of earlier builds, and keeps its own; else as the repository is set up.",
        ),
    ])
    .required(&["name"])
}
