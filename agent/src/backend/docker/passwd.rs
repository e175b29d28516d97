//! The user of an image, from its config and its own passwd and group files. Pure.

use crate::backend::User;

/// What an image's config and files say.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Facts<'a> {
    /// `User` of the config: empty, `name`, `uid`, each also with `:group`.
    pub(super) user: &'a str,
    /// `HOME` among the config's variables.
    pub(super) home: Option<&'a str>,
    /// `/etc/passwd`
    pub(super) passwd: &'a str,
    /// `/etc/group`
    pub(super) group: &'a str,
}

/// The user that the image's processes run as, as the engine would find it. A name that the
/// files don't have is taken for root; the engine refuses to start such an image anyway.
pub(super) fn user(facts: Facts<'_>) -> User {
    let (user, group) = match facts.user.split_once(':') {
        Some((user, group)) => (user, Some(group)),
        None => (facts.user, None),
    };
    let user = if user.is_empty() { "0" } else { user };
    let line = facts.passwd.lines().find(|line| {
        let mut fields = line.split(':');
        fields.next() == Some(user) || fields.nth(1) == Some(user)
    });
    let field = |number| line.and_then(|line| line.split(':').nth(number));
    let uid = field(2).unwrap_or(user).parse().unwrap_or(0);
    let gid = match group {
        Some(group) => group_number(group, facts.group),
        None => field(3).and_then(|gid| gid.parse().ok()),
    };
    let home = facts
        .home
        .or_else(|| field(5))
        .filter(|home| home.starts_with('/'))
        .unwrap_or(if uid == 0 { "/root" } else { "/" });
    User {
        name: field(0).unwrap_or(user).to_owned(),
        uid,
        gid: gid.unwrap_or(0),
        home: home.to_owned(),
    }
}

fn group_number(group: &str, file: &str) -> Option<u32> {
    file.lines()
        .find(|line| line.split(':').next() == Some(group))
        .and_then(|line| line.split(':').nth(2))
        .unwrap_or(group)
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str = "root:x:0:0:root:/root:/bin/sh\n\
                          travis:x:2000:2001::/home/travis:/bin/bash\nodd line\n";
    const GROUP: &str = "root:x:0:\ndocker:x:2375:travis\n";

    #[test]
    fn users_are_found_by_name_and_number() {
        for (config, name, uid, gid, home) in [
            ("", "root", 0, 0, "/root"),
            ("travis", "travis", 2000, 2001, "/home/travis"),
            ("2000", "travis", 2000, 2001, "/home/travis"),
            ("travis:docker", "travis", 2000, 2375, "/home/travis"),
            ("travis:7", "travis", 2000, 7, "/home/travis"),
            ("1234", "1234", 1234, 0, "/"),
            ("1234:5", "1234", 1234, 5, "/"),
        ] {
            let facts = Facts {
                user: config,
                home: None,
                passwd: PASSWD,
                group: GROUP,
            };
            let expected = User {
                name: name.into(),
                uid,
                gid,
                home: home.into(),
            };
            assert_eq!(user(facts), expected, "{config:?}");
        }
    }

    #[test]
    fn the_images_own_home_wins_where_it_is_a_path() {
        let facts = |home| Facts {
            user: "travis",
            home,
            passwd: PASSWD,
            group: GROUP,
        };
        assert_eq!(user(facts(Some("/work"))).home, "/work");
        assert_eq!(user(facts(Some("work"))).home, "/");
    }

    #[test]
    fn an_image_without_files_still_has_root() {
        assert_eq!(user(Facts::default()).home, "/root");
    }
}
