//! What is known of each service.

/// A service that goes by its name.
#[derive(Debug)]
pub struct Row {
    /// The canonical name in configs.
    pub name: &'static str,
    /// Its image, without the tag.
    pub image: &'static str,
    /// The tag where the config says no version.
    pub version: &'static str,
    /// The tag by `dist`, where that is another: what Travis CI's images of that name have.
    pub by_dist: &'static [(&'static str, &'static str)],
    /// Variables of its container; those of the config win.
    pub env: &'static [(&'static str, &'static str)],
    /// The port that it takes connections on.
    pub port: u16,
    /// Folders of its data, which are kept in memory.
    pub data: &'static [&'static str],
    /// What asks it whether it is ready, once its port takes connections.
    pub check: Option<Check>,
    /// Shell text that is run once in its container after that.
    pub then: Option<&'static str>,
    /// Seconds that it may take.
    pub timeout: u64,
    /// What lets clients in the job find it.
    pub client: Client,
}

/// A check by a program of the service's image; without the program, its port is enough.
#[derive(Debug)]
pub struct Check {
    /// The program, or several names of it.
    programs: &'static [&'static str],
    /// What follows it, as shell text.
    rest: &'static str,
}

/// What a job gets for clients, unless it has its own.
#[derive(Debug)]
pub struct Client {
    /// Variables.
    pub env: &'static [(&'static str, &'static str)],
    /// Files in its home directory with their text.
    pub files: &'static [(&'static str, &'static str)],
}

impl Check {
    /// As shell text.
    #[must_use]
    pub fn text(&self) -> String {
        format!(
            "for program in {}; do\n  if command -v \"$program\" >/dev/null 2>&1; then\n    \
             \"$program\" {}\n    exit\n  fi\ndone",
            self.programs.join(" "),
            self.rest
        )
    }
}

/// The row of a service, by its canonical name.
#[must_use]
pub fn row(name: &str) -> Option<&'static Row> {
    TABLE.iter().find(|row| row.name == name)
}

const NO_CLIENT: Client = Client {
    env: &[],
    files: &[],
};

/// Clients take `localhost` for a socket, which is in another container.
const MYSQL_CLIENT: Client = Client {
    env: &[],
    files: &[(
        ".my.cnf",
        "[client]\nhost=127.0.0.1\nprotocol=tcp\nuser=root\n",
    )],
};

const MYSQL_CHECK: Check = Check {
    programs: &["mariadb-admin", "mysqladmin"],
    rest: "--protocol=tcp --host=127.0.0.1 --user=root ping",
};

/// A user `travis` who may do everything; who sets a password makes users of their own. Servers
/// that have users without a name would take those for a user of another host.
const MYSQL_THEN: &str = "\
[ -z \"${MYSQL_ROOT_PASSWORD:-}${MARIADB_ROOT_PASSWORD:-}${MYSQL_RANDOM_ROOT_PASSWORD:-}\" ] || exit 0
program=$(command -v mariadb || command -v mysql) || exit 0
for host in % localhost; do
  \"$program\" --protocol=tcp --host=127.0.0.1 --user=root --execute \"\
create user if not exists travis@'$host'; grant all privileges on *.* to travis@'$host' with grant option\" ||
  \"$program\" --protocol=tcp --host=127.0.0.1 --user=root --execute \"\
grant all privileges on *.* to travis@'$host' with grant option\" || exit
done";

const POSTGRESQL_THEN: &str = "\
command -v psql >/dev/null 2>&1 || exit 0
ask() {
  psql -X -q -t -A -v ON_ERROR_STOP=1 -h 127.0.0.1 -U \"${POSTGRES_USER:-postgres}\" -d postgres -c \"$1\"
}
for role in postgres travis; do
  [ -n \"$(ask \"select 1 from pg_roles where rolname = '$role'\")\" ] ||
    ask \"create role $role superuser login\" || exit
done
[ -n \"$(ask \"select 1 from pg_database where datname = 'travis'\")\" ] ||
  ask 'create database travis owner travis'";

const COUCHDB_THEN: &str = "\
command -v curl >/dev/null 2>&1 || exit 0
for database in _users _replicator _global_changes; do
  curl -s -o /dev/null -X PUT \"http://$COUCHDB_USER:$COUCHDB_PASSWORD@127.0.0.1:5984/$database\" || exit
done";

const TABLE: &[Row] = &[
    Row {
        name: "postgresql",
        image: "postgres",
        version: "16",
        by_dist: &[("focal", "13"), ("jammy", "14"), ("noble", "16")],
        env: &[
            ("POSTGRES_HOST_AUTH_METHOD", "trust"),
            // Where images keep it differs from version to version.
            ("PGDATA", "/run/ci-postgresql"),
        ],
        port: 5432,
        data: &["/run/ci-postgresql"],
        check: Some(Check {
            programs: &["pg_isready"],
            rest: "-h 127.0.0.1 -U \"${POSTGRES_USER:-postgres}\"",
        }),
        then: Some(POSTGRESQL_THEN),
        timeout: 60,
        client: Client {
            env: &[("PGHOST", "localhost"), ("PGUSER", "postgres")],
            files: &[],
        },
    },
    Row {
        name: "mysql",
        image: "mysql",
        version: "8.0",
        by_dist: &[],
        env: &[("MYSQL_ALLOW_EMPTY_PASSWORD", "yes")],
        port: 3306,
        data: &["/var/lib/mysql"],
        check: Some(MYSQL_CHECK),
        then: Some(MYSQL_THEN),
        timeout: 60,
        client: MYSQL_CLIENT,
    },
    Row {
        name: "mariadb",
        image: "mariadb",
        version: "10.11",
        by_dist: &[],
        env: &[
            ("MARIADB_ALLOW_EMPTY_ROOT_PASSWORD", "yes"),
            ("MYSQL_ALLOW_EMPTY_PASSWORD", "yes"),
        ],
        port: 3306,
        data: &["/var/lib/mysql"],
        check: Some(MYSQL_CHECK),
        then: Some(MYSQL_THEN),
        timeout: 60,
        client: MYSQL_CLIENT,
    },
    Row {
        name: "redis",
        image: "redis",
        version: "7",
        by_dist: &[],
        env: &[],
        port: 6379,
        data: &["/data"],
        check: Some(Check {
            programs: &["redis-cli"],
            // One that wants a password is ready, too.
            rest: "-h 127.0.0.1 ping | grep -qE 'PONG|NOAUTH'",
        }),
        then: None,
        timeout: 60,
        client: NO_CLIENT,
    },
    Row {
        name: "mongodb",
        image: "mongo",
        version: "7",
        by_dist: &[],
        env: &[],
        port: 27017,
        data: &["/data/db", "/data/configdb"],
        check: Some(Check {
            programs: &["mongosh", "mongo"],
            rest: "--quiet --eval 'db.adminCommand(\"ping\").ok' | grep -q 1",
        }),
        then: None,
        timeout: 60,
        client: NO_CLIENT,
    },
    Row {
        name: "memcached",
        image: "memcached",
        version: "1",
        by_dist: &[],
        env: &[],
        port: 11211,
        data: &[],
        check: None,
        then: None,
        timeout: 60,
        client: NO_CLIENT,
    },
    Row {
        name: "rabbitmq",
        image: "rabbitmq",
        version: "3",
        by_dist: &[],
        env: &[],
        // It opens its port last; `rabbitmq-diagnostics` takes seconds to say the same.
        port: 5672,
        data: &["/var/lib/rabbitmq"],
        check: None,
        then: None,
        timeout: 90,
        client: NO_CLIENT,
    },
    Row {
        name: "elasticsearch",
        image: "elasticsearch",
        version: "7.17.28",
        by_dist: &[],
        env: &[
            ("discovery.type", "single-node"),
            ("xpack.security.enabled", "false"),
            ("ES_JAVA_OPTS", "-Xms512m -Xmx512m"),
        ],
        port: 9200,
        data: &["/usr/share/elasticsearch/data"],
        check: Some(Check {
            programs: &["curl"],
            rest: "-s -m 8 'http://127.0.0.1:9200/_cluster/health?wait_for_status=yellow&timeout=5s' \
                   | grep -qE '\"status\":\"(yellow|green)\"|security_exception'",
        }),
        then: None,
        timeout: 120,
        client: NO_CLIENT,
    },
    Row {
        name: "couchdb",
        image: "couchdb",
        version: "3",
        by_dist: &[],
        // It does not start without an administrator.
        env: &[("COUCHDB_USER", "admin"), ("COUCHDB_PASSWORD", "travis")],
        port: 5984,
        data: &["/opt/couchdb/data"],
        check: Some(Check {
            programs: &["curl"],
            rest: "-s -f -m 8 http://127.0.0.1:5984/_up",
        }),
        then: Some(COUCHDB_THEN),
        timeout: 60,
        client: NO_CLIENT,
    },
    Row {
        name: "neo4j",
        image: "neo4j",
        version: "5",
        by_dist: &[],
        env: &[("NEO4J_AUTH", "none")],
        port: 7474,
        data: &["/data"],
        check: None,
        then: None,
        timeout: 120,
        client: NO_CLIENT,
    },
    Row {
        name: "cassandra",
        image: "cassandra",
        version: "4",
        by_dist: &[],
        env: &[("MAX_HEAP_SIZE", "512M"), ("HEAP_NEWSIZE", "128M")],
        port: 9042,
        data: &["/var/lib/cassandra"],
        check: None,
        then: None,
        timeout: 180,
        client: NO_CLIENT,
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::reference::is_reference;

    #[test]
    fn every_row_is_whole() {
        for (at, row) in TABLE.iter().enumerate() {
            assert_eq!(
                schema::reference::service(row.name),
                Some(row.name),
                "not in the language"
            );
            assert!(
                TABLE
                    .iter()
                    .skip(at + 1)
                    .all(|other| other.name != row.name)
            );
            let versions = row.by_dist.iter().map(|(_, version)| *version);
            for version in versions.chain([row.version]) {
                assert!(is_reference(&format!("{}:{version}", row.image)), "{row:?}");
            }
            assert!(
                row.data.iter().all(|folder| folder.starts_with('/')),
                "{row:?}"
            );
            assert!(row.timeout > 0 && row.port > 0, "{row:?}");
        }
    }

    #[test]
    fn people_find_every_row_in_the_documents() {
        let text = include_str!("../../../docs/services.md");
        for row in TABLE {
            let begin = format!("| `{}` | `{}:{}`", row.name, row.image, row.version);
            let line = text.lines().find(|line| line.starts_with(&begin));
            let line = line.unwrap_or_else(|| panic!("no {begin}"));
            assert!(line.contains(&format!(" | {} | ", row.port)), "{line}");
        }
    }

    #[test]
    fn shell_texts_are_shell() {
        for row in TABLE {
            let texts = row.check.iter().map(Check::text);
            for text in texts.chain(row.then.map(str::to_owned)) {
                let mut shell = std::process::Command::new("sh");
                let checked = shell.args(["-n", "-c", &text]).output().unwrap();
                let said = String::from_utf8_lossy(&checked.stderr);
                assert!(checked.status.success(), "{}: {said}\n{text}", row.name);
            }
        }
    }

    #[test]
    fn a_check_whose_program_is_missing_is_left_to_the_port() {
        let check = Check {
            programs: &["no-such-program", "test"],
            rest: "x = y",
        };
        let status = |text: &str| {
            let mut shell = std::process::Command::new("sh");
            shell.args(["-c", text]).status().unwrap().code()
        };
        assert_eq!(status(&check.text()), Some(1));
        let check = Check {
            programs: &["no-such-program"],
            ..check
        };
        assert_eq!(status(&check.text()), Some(0));
    }
}
