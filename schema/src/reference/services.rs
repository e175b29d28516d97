//! `services:`: what runs beside a job.

use super::types::{Type, many, one_of_words, word};

/// `services:`
pub(super) fn services() -> Type {
    many(
        one_of_words(vec![
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
            word("riak"),
            word("cri-dockerd"),
        ])
        .downcase(),
    )
}
