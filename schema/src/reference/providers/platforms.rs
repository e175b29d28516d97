//! Providers: platforms that run apps.

use super::super::deploy::Provider;
use super::super::types::{flag, key, number, one_of, private, secret, text, texts, word};
use super::{by_branch, provider};

pub(super) fn all() -> Vec<Provider> {
    vec![
        provider(
            "anynines",
            &[],
            vec![
                key("username", private(), "User name."),
                key("password", secret(), "Password."),
                key("organization", text(), "The organisation."),
                key("space", text(), "The space."),
                key("app_name", text(), "Name of the app."),
                key("buildpack", text(), "Buildpack to use."),
                key("manifest", text(), "Path of the manifest."),
                key("logout", flag(), "Whether to log out at the end."),
            ],
        ),
        provider(
            "azure_web_apps",
            &[],
            vec![
                key("site", text(), "The site."),
                key("slot", text(), "The slot of the app."),
                key("username", private(), "User name."),
                key("password", secret(), "Password."),
                key("verbose", flag(), "Whether to say more."),
            ],
        ),
        provider(
            "bluemixcloudfoundry",
            &[],
            vec![
                key("username", private(), "User name."),
                key("password", secret(), "Password."),
                key("organization", text(), "The organisation."),
                key("api", text(), "Address of the API."),
                key("space", text(), "The space."),
                key("region", text(), "Region."),
                key("buildpack", text(), "Buildpack to use."),
                key("manifest", text(), "Path of the manifest."),
                key(
                    "skip_ssl_validation",
                    flag(),
                    "Whether certificates are not checked.",
                ),
                key("app_name", text(), "Name of the app."),
                key("logout", flag(), "Whether to log out at the end."),
            ],
        ),
        provider(
            "boxfuse",
            &[],
            vec![
                key("user", private(), "User name."),
                key("secret", secret(), "Secret."),
                key("config_file", text(), "Path of the config file.").alias(&["configfile"]),
                key("payload", text(), "What is deployed."),
                key("app", text(), "The app."),
                key("version", text(), "Version to deploy."),
                key("env", text(), "The environment."),
                key("extra_args", text(), "More arguments."),
            ],
        ),
        provider(
            "cloud66",
            &[],
            vec![key(
                "redeployment_hook",
                secret(),
                "Address that starts the deployment.",
            )],
        ),
        provider(
            "cloudfoundry",
            &[],
            vec![
                key("username", private(), "User name."),
                key("password", secret(), "Password."),
                key("organization", text(), "The organisation."),
                key("api", text(), "Address of the API."),
                key("space", text(), "The space."),
                key("buildpack", text(), "Buildpack to use."),
                key("manifest", text(), "Path of the manifest."),
                key(
                    "skip_ssl_validation",
                    flag(),
                    "Whether certificates are not checked.",
                ),
                key("app_name", text(), "Name of the app."),
                key("logout", flag(), "Whether to log out at the end."),
                key("v3", flag(), "Whether to use version 3 of the API."),
            ],
        ),
        provider(
            "convox",
            &["app", "rack", "password"],
            vec![
                key("host", text(), "Host of the service."),
                key("app", text(), "The app."),
                key("rack", text(), "The rack."),
                key("password", secret(), "Password."),
                key("install_url", text(), "Where the client comes from."),
                key("update_cli", flag(), "Whether the client is updated."),
                key("create", flag(), "Whether the app is created when missing."),
                key(
                    "promote",
                    flag(),
                    "Whether the new version gets the traffic.",
                ),
                key("env", texts(), "The environment."),
                key("env_file", text(), "File with the environment."),
                key("description", text(), "What it is."),
                key("generation", number(), "Generation of the app."),
            ],
        ),
        provider(
            "datica",
            &[],
            vec![
                key("target", text(), "Where it goes."),
                key("path", text(), "Path to publish."),
            ],
        ),
        provider(
            "engineyard",
            &[],
            vec![
                key("email", private(), "E-mail address."),
                key("password", secret(), "Password."),
                key("api_key", secret(), "Key of the API."),
                key("account", private(), "The account."),
                key("app", by_branch(text), "The app."),
                key("env", by_branch(text), "The environment.").alias(&["environment"]),
                key("migrate", text(), "Migration to run."),
            ],
        ),
        provider(
            "flynn",
            &[],
            vec![key("git", private(), "Address of the git repository.")],
        ),
        provider(
            "gae",
            &[],
            vec![
                key("project", text(), "The project."),
                key("keyfile", text(), "Path of the key file."),
                key("config", texts(), "Paths of config files."),
                key("version", text(), "Version to deploy."),
                key("verbosity", text(), "How much is said."),
                key(
                    "promote",
                    flag(),
                    "Whether the new version gets the traffic.",
                ),
                key(
                    "no_promote",
                    flag(),
                    "Whether the traffic stays where it is.",
                )
                .deprecated("use promote: false"),
                key(
                    "stop_previous_version",
                    flag(),
                    "Whether the old version is stopped.",
                ),
                key(
                    "no_stop_previous_version",
                    flag(),
                    "Whether the old version keeps running.",
                )
                .deprecated("use stop_previous_version: false"),
                key("install_sdk", flag(), "Whether the SDK is installed."),
            ],
        ),
        provider(
            "gleis",
            &[],
            vec![
                key("app", text(), "The app."),
                key("username", text(), "User name."),
                key("password", secret(), "Password."),
                key("key_name", text(), "Name of the key."),
                key("verbose", flag(), "Whether to say more."),
            ],
        ),
        provider(
            "hephy",
            &[],
            vec![
                key("controller", text(), "Address of the controller."),
                key("username", private(), "User name."),
                key("password", secret(), "Password."),
                key("app", text(), "The app."),
                key("cli_version", text(), "Version of the client."),
                key("verbose", flag(), "Whether to say more."),
            ],
        ),
        provider(
            "heroku",
            &[],
            vec![
                key(
                    "strategy",
                    one_of(&["api", "git"]).defaults(vec![word("api")]),
                    "How it is done.",
                ),
                key("api_key", by_branch(secret), "Key of the API."),
                key("username", secret(), "User name.").alias(&["user"]),
                key("password", secret(), "Password."),
                key("app", by_branch(text), "The app."),
                key("git", text(), "Address of the git repository."),
            ],
        ),
        provider(
            "openshift",
            &[],
            vec![
                key("server", text(), "Address of the server."),
                key("token", secret(), "Token."),
                key("project", text(), "The project."),
                key("app", text(), "The app."),
            ],
        ),
        provider(
            "scalingo",
            &[],
            vec![
                key("api_token", secret(), "Token of the API.").alias(&["api_key"]),
                key("username", private(), "User name.").alias(&["user"]),
                key("password", secret(), "Password."),
                key("remote", text(), "Name of the remote."),
                key("branch", text(), "The branch."),
                key("app", text(), "The app."),
                key("region", text(), "Region."),
                key("timeout", number(), "Seconds to wait."),
            ],
        ),
    ]
}
