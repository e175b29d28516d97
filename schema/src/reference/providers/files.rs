//! Providers: files, sites, releases and scripts.

use super::super::deploy::Provider;
use super::super::types::{flag, key, one_of, private, secret, text, texts, word};
use super::provider;

pub(super) fn all() -> Vec<Provider> {
    vec![
        provider(
            "cloudfiles",
            &[],
            vec![
                key("username", private(), "User name."),
                key("api_key", secret(), "Key of the API."),
                key("region", text(), "Region."),
                key("container", text(), "Container to store in."),
                key("glob", text(), "Files to upload."),
                key(
                    "dot_match",
                    flag(),
                    "Whether hidden files are uploaded too.",
                ),
            ],
        ),
        provider(
            "firebase",
            &[],
            vec![
                key("project", text(), "The project."),
                key("token", secret(), "Token."),
                key("message", text(), "Message of the deployment."),
                key("only", text(), "Parts to deploy."),
                key("force", flag(), "Whether to go on against warnings."),
            ],
        ),
        provider(
            "gcs",
            &[],
            vec![
                key("key_file", text(), "Path of the key file."),
                key("access_key_id", private(), "Id of the access key."),
                key("secret_access_key", secret(), "Secret of the access key."),
                key("bucket", text(), "Bucket to store in."),
                key("upload_dir", text(), "Folder to upload to."),
                key("local_dir", text(), "Folder to publish."),
                key(
                    "dot_match",
                    flag(),
                    "Whether hidden files are uploaded too.",
                ),
                key("acl", text(), "Access of the files."),
                key("cache_control", text(), "`Cache-Control` of the files."),
                key(
                    "detect_encoding",
                    flag(),
                    "Whether the encoding is found out.",
                ),
            ],
        ),
        provider(
            "git_push",
            &[],
            vec![
                key("token", secret(), "Token.").alias(&["github_token"]),
                key("deploy_key", text(), "Path of the deploy key."),
                key("repo", text(), "The repository."),
                key("branch", text(), "The branch."),
                key(
                    "base_branch",
                    text(),
                    "The branch that a pull request goes to.",
                ),
                key("commit_message", text(), "Message of the commit."),
                key(
                    "allow_empty_commit",
                    flag(),
                    "Whether a commit may be empty.",
                ),
                key(
                    "allow_same_branch",
                    flag(),
                    "Whether source and target may be one branch.",
                ),
                key("force", flag(), "Whether to go on against warnings."),
                key("local_dir", text(), "Folder to publish."),
                key("name", text(), "Name."),
                key("email", text(), "E-mail address."),
                key("host", text(), "Host of the service."),
                key("enterprise", flag(), "Whether it is GitHub Enterprise."),
            ],
        ),
        provider(
            "netlify",
            &[],
            vec![
                key("site", text(), "The site."),
                key("auth", secret(), "Token."),
                key("dir", text(), "Folder to publish."),
                key("functions", text(), "Folder of functions."),
                key("message", text(), "Message of the deployment."),
                key("prod", flag(), "Whether it goes to production."),
            ],
        ),
        provider(
            "pages",
            &[],
            vec![
                key(
                    "strategy",
                    one_of(&["api", "git"]).defaults(vec![word("git")]),
                    "How it is done.",
                ),
                key("token", secret(), "Token.").alias(&["github_token"]),
                key("deploy_key", text(), "Path of the deploy key."),
                key("repo", text(), "The repository."),
                key("target_branch", text(), "Branch that is pushed to."),
                key("local_dir", text(), "Folder to publish."),
                key("fqdn", text(), "The site's domain."),
                key("project_name", text(), "Name in the commit message."),
                key("email", text(), "E-mail address."),
                key("name", text(), "Name."),
                key("url", text(), "Address of the service.").alias(&["github_url"]),
                key("keep_history", flag(), "Whether earlier commits stay."),
                key("verbose", flag(), "Whether to say more."),
                key(
                    "allow_empty_commit",
                    flag(),
                    "Whether a commit may be empty.",
                ),
                key("commit_message", text(), "Message of the commit."),
                key(
                    "committer_from_gh",
                    flag(),
                    "Whether the committer is the token's owner.",
                ),
                key(
                    "deployment_file",
                    flag(),
                    "Whether a file tells of the deployment.",
                ),
            ],
        ),
        provider(
            "releases",
            &[],
            vec![
                key("username", private(), "User name.").alias(&["user"]),
                key("password", secret(), "Password."),
                key("token", secret(), "Token.").alias(&["api_key"]),
                key("repo", text(), "The repository."),
                key("file", texts(), "File to publish."),
                key("file_glob", flag(), "Whether `file` is a pattern."),
                key(
                    "overwrite",
                    flag(),
                    "Whether files that exist are replaced.",
                ),
                key("draft", flag(), "Whether the release is a draft."),
                key("name", text(), "Name."),
                key("prerelease", flag(), "Whether it is a pre-release."),
                key("release_number", text(), "Number of the release."),
                key("release_notes", text(), "Text of the release.").alias(&["body"]),
                key(
                    "release_notes_file",
                    text(),
                    "File with the text of the release.",
                ),
                key("tag_name", text(), "Name of the tag."),
                key("target_commitish", text(), "Commit of the tag."),
            ],
        ),
        provider(
            "script",
            &[],
            vec![key("script", text(), "The command to run.")],
        ),
        provider(
            "surge",
            &[],
            vec![
                key("login", private(), "User name."),
                key("token", secret(), "Token."),
                key("project", text(), "The project."),
                key("domain", text(), "Domain of the site."),
            ],
        ),
        provider(
            "testfairy",
            &[],
            vec![
                key("api_key", secret(), "Key of the API."),
                key("app_file", text(), "The app."),
                key("symbols_file", text(), "The symbols."),
                key("testers_groups", text(), "Who tests it."),
                key("notify", flag(), "Whether testers are told."),
                key("auto_update", flag(), "Whether testers get it at once."),
                key("advanced_options", text(), "More options."),
            ],
        ),
        provider(
            "transifex",
            &[],
            vec![
                key("api_token", secret(), "Token of the API."),
                key("username", private(), "User name."),
                key("password", secret(), "Password."),
                key("hostname", text(), "Host of the service."),
                key("cli_version", text(), "Version of the client."),
            ],
        ),
    ]
}
