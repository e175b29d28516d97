//! `addons:`: packages and tools that are set up before a job.

use super::types::{
    Change, Type, any, flag, key, list, many, map, number, one_of, private, secret, text, texts,
    word,
};

/// `addons:`
pub(super) fn addons() -> Type {
    map(vec![
        key("apt", apt(), "Packages from apt."),
        key("apt_packages", texts(), "Packages from apt."),
        key("artifacts", artifacts(), "Files to keep of each job.")
            .idle("nothing is kept: upload in `after_script` what is to stay"),
        key("browserstack", browserstack(), "BrowserStack.").idle("open the tunnel in `before_script`"),
        key(
            "chrome",
            one_of(&["stable", "beta"]).downcase(),
            "Google Chrome.",
        ),
        key("code_climate", code_climate(), "Code Climate.").idle("send coverage in `after_script`"),
        key("coverity_scan", coverity_scan(), "Coverity Scan.").idle("run the scanner in `script`"),
        key("homebrew", homebrew(), "Packages from Homebrew.").idle("there is no macOS here: `addons.apt` has packages for Linux"),
        key("hostname", text(), "Name of the machine."),
        key("hosts", texts(), "Names of the machine."),
        key("jwt", many(secret()), "Tokens for Sauce Labs.")
            .deprecated("Discontinued as of April 17, 2018")
            .idle("Sauce Labs takes an access key now"),
        key("sauce_connect", sauce_connect(), "Sauce Connect.").idle("open the tunnel in `before_script`"),
        key("pkg", pkg(), "Packages from pkg.").idle("there is no FreeBSD here: `addons.apt` has packages for Linux"),
        key(
            "srcclr",
            any(vec![map(vec![]).open().normal(), flag().normal()]),
            "SourceClear.",
        )
        .idle("run the scanner in `script`"),
        key("snaps", snaps(), "Snaps.").idle("there are no snaps in containers: take a package by `addons.apt`, or an image that has the program"),
        key("sonarcloud", sonarcloud(), "SonarCloud.").idle("run the scanner in `script`"),
        key("ssh_known_hosts", many(private()), "Hosts that ssh trusts."),
        key("firefox", text(), "Version of Firefox."),
        key("mariadb", text(), "Version of MariaDB."),
        key("postgresql", text(), "Version of PostgreSQL.").alias(&["postgres"]),
        key("rethinkdb", text(), "Version of RethinkDB.").idle("start it in `before_install`, or as a service with an image of its own"),
        key(
            "deploy",
            super::deploy::deploys(),
            "Where to publish; old place.",
        )
        .idle("write it as `deploy` outside of `addons`"),
        key("sbom", sbom(), "A bill of materials.").idle("make one in `after_success`"),
    ])
}

fn apt() -> Type {
    let source = || {
        map(vec![
            key("name", text(), "Name of the source."),
            key("sourceline", text(), "Its line in `sources.list`."),
            key("key_url", text(), "Address of its key."),
        ])
        .prefix("name")
        .normal()
    };
    let sources = any(vec![list(any(vec![source(), text()])), source(), text()]);
    let config = map(vec![key("retries", flag(), "Whether apt tries again.")]);
    let section = map(vec![
        key("packages", texts(), "Packages to install.").alias(&["package"]),
        key("sources", sources, "Sources to add.").alias(&["source"]),
        key("dist", text(), "Distribution of the sources.")
            .idle("each source is added as it is written; the image is what decides"),
        key("update", flag(), "Whether lists are fetched first."),
        key("config", config, "Options of apt."),
    ])
    .prefix("packages")
    .change(Change::Enable)
    .normal();
    any(vec![section, texts(), flag()]).normal()
}

fn artifacts() -> Type {
    let section = map(vec![
        key("enabled", flag(), "Whether files are kept."),
        key("bucket", text(), "Bucket to store in."),
        key("endpoint", text(), "Address of the store."),
        key("key", private(), "Key of the account.").alias(&[
            "aws_access_key_id",
            "aws_access_key",
            "access_key_id",
            "access_key",
        ]),
        key("secret", secret(), "Secret of the account.").alias(&[
            "aws_secret_access_key",
            "aws_secret_key",
            "secret_access_key",
            "secret_key",
        ]),
        key("region", text(), "Region of the bucket.").alias(&["s3_region"]),
        key("paths", texts(), "Files to store."),
        key("branch", text(), "The only branch to store for."),
        key("log_format", text(), "Format of messages."),
        key("target_paths", texts(), "Paths in the bucket."),
        key("debug", flag(), "Whether to say more."),
        key("concurrency", number(), "Uploads at once."),
        key("max_size", number(), "Bytes at most."),
        key("permissions", text(), "Access of the files."),
        key("working_dir", text(), "Folder that paths count from."),
        key("cache_control", text(), "`Cache-Control` of the files."),
    ])
    .change(Change::Enable)
    .normal();
    any(vec![section, flag()]).normal()
}

fn browserstack() -> Type {
    let section = map(vec![
        key("username", private(), "User name."),
        key("access_key", secret(), "Access key."),
        key(
            "forcelocal",
            flag(),
            "Whether all traffic goes through the tunnel.",
        ),
        key("only", text(), "Hosts that go through the tunnel."),
        key("app_path", text(), "App to upload."),
        key("proxyHost", text(), "Host of the proxy."),
        key("proxyPort", text(), "Port of the proxy."),
        key("proxyUser", text(), "User of the proxy."),
        key("proxyPass", secret(), "Password of the proxy."),
    ])
    .change(Change::Enable)
    .normal();
    any(vec![section, flag()]).normal()
}

fn code_climate() -> Type {
    let section = map(vec![key("repo_token", secret(), "The repository's token.")])
        .prefix("repo_token")
        .change(Change::Enable)
        .normal();
    any(vec![section, secret(), flag()]).normal()
}

fn coverity_scan() -> Type {
    let project = map(vec![
        key("name", text(), "Name of the project."),
        key("version", text(), "Its version."),
        key("description", text(), "What it is."),
    ])
    .prefix("name")
    .required(&["name"])
    .normal();
    let section = map(vec![
        key("project", any(vec![project, text()]), "The project."),
        key("build_script_url", text(), "Address of the script."),
        key("branch_pattern", text(), "Branches to scan."),
        key("notification_email", private(), "Who is told."),
        key("build_command", text(), "Command that builds."),
        key("build_command_prepend", text(), "Command before it."),
    ])
    .change(Change::Enable)
    .normal();
    any(vec![section, flag()]).normal()
}

fn homebrew() -> Type {
    let section = map(vec![
        key("update", flag(), "Whether lists are fetched first."),
        key("packages", texts(), "Packages to install."),
        key("casks", texts(), "Casks to install."),
        key("taps", texts(), "Taps to add."),
        key(
            "brewfile",
            any(vec![flag(), text()]),
            "A Brewfile to install from.",
        ),
    ])
    .prefix("packages")
    .change(Change::Enable)
    .normal();
    any(vec![section, texts(), flag()]).normal()
}

fn sauce_connect() -> Type {
    let section = map(vec![
        key("enabled", flag(), "Whether the tunnel is opened."),
        key("username", private(), "User name."),
        key("access_key", secret(), "Access key."),
        key("direct_domains", text(), "Hosts that go past the tunnel."),
        key(
            "tunnel_domains",
            text(),
            "Hosts that go through the tunnel.",
        ),
        key(
            "no_ssl_bump_domains",
            text(),
            "Hosts whose certificates stay.",
        ),
    ])
    .change(Change::Enable)
    .normal();
    any(vec![section, flag()]).normal()
}

fn pkg() -> Type {
    let section = map(vec![
        key("packages", texts(), "Packages to install.").alias(&["package"]),
        key("branch", text(), "Branch of the repository."),
    ])
    .prefix("packages")
    .change(Change::Enable)
    .normal();
    any(vec![section, texts(), flag()]).normal()
}

fn snaps() -> Type {
    let snap = || {
        map(vec![
            key("name", text(), "Name of the snap."),
            key("classic", flag(), "Whether it runs without confinement."),
            key("channel", text(), "Channel it comes from."),
        ])
        .prefix("name")
        .normal()
    };
    any(vec![list(any(vec![snap(), text()])), snap(), text()])
}

fn sonarcloud() -> Type {
    let section = map(vec![
        key("enabled", flag(), "Whether the scanner is set up."),
        key("organization", text(), "The organisation."),
        key("token", secret(), "Its token."),
        key("github_token", secret(), "GitHub's token.")
            .deprecated("setting a GitHub token is deprecated"),
        key("branches", texts(), "Branches to scan.").deprecated("setting a branch is deprecated"),
    ])
    .change(Change::Enable)
    .normal();
    any(vec![section, flag()]).normal()
}

fn sbom() -> Type {
    let on = map(vec![
        key("branch", super::branches::branches(), "Branches.").alias(&["branch"]),
        key("condition", texts(), "Conditions in bash."),
        key("all_branches", flag(), "Whether the branch does not count."),
        key("pr", flag(), "Whether pull requests count."),
    ])
    .prefix_text("branch")
    .normal();
    let on = any(vec![on, super::branches::branches()]).normal();
    let phases = one_of(&["before_script", "script", "after_success", "after_failure"]);
    let formats = one_of(&["cyclonedx-json", "cyclonedx-xml", "spdx-json"]);
    let section = map(vec![
        key("on", on, "When to make one.").alias(&["true"]),
        key(
            "run_phase",
            phases.defaults(vec![word("after_success")]),
            "The phase to run in.",
        ),
        key(
            "output_format",
            formats.defaults(vec![word("cyclonedx-json")]),
            "The format.",
        ),
        key("output_dir", text(), "Where it goes."),
        key("input_dir", texts(), "What is looked at."),
    ])
    .change(Change::Enable)
    .normal();
    any(vec![section, flag()]).normal()
}
