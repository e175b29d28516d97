//! Providers: registries of packages.

use super::super::deploy::Provider;
use super::super::types::{flag, key, number, one_of, private, secret, text, texts};
use super::{by_branch, provider};

pub(super) fn all() -> Vec<Provider> {
    vec![
        provider(
            "bintray",
            &[],
            vec![
                key("user", private(), "User name."),
                key("key", secret(), "Key."),
                key("file", text(), "File to publish."),
                key("passphrase", secret(), "Passphrase of the signing key."),
                key("url", text(), "Address of the service."),
            ],
        ),
        provider(
            "cargo",
            &[],
            vec![
                key("token", secret(), "Token."),
                key(
                    "allow_dirty",
                    flag(),
                    "Whether a changed work tree may be published.",
                ),
            ],
        ),
        provider(
            "chef_supermarket",
            &[],
            vec![
                key("user_id", text(), "User name."),
                key("client_key", text(), "Path of the key file."),
                key("name", text(), "Name.").alias(&["cookbook_name"]),
                key("category", text(), "Category.").alias(&["cookbook_category"]),
                key("dir", text(), "Folder to publish."),
            ],
        ),
        provider(
            "hackage",
            &[],
            vec![
                key("username", private(), "User name."),
                key("password", secret(), "Password."),
                key("publish", flag(), "Whether it becomes public."),
            ],
        ),
        provider(
            "launchpad",
            &["slug", "oauth_token", "oauth_token_secret"],
            vec![
                key("slug", text(), "The project's name."),
                key("oauth_token", secret(), "OAuth token."),
                key("oauth_token_secret", secret(), "Secret of the OAuth token."),
            ],
        ),
        provider(
            "npm",
            &[],
            vec![
                key("email", private(), "E-mail address."),
                key("api_token", secret(), "Token of the API.").alias(&["api_key"]),
                key(
                    "access",
                    one_of(&["public", "private"]),
                    "Who can see the package.",
                ),
                key("registry", text(), "Address of the registry."),
                key("src", text(), "What is published."),
                key("tag", text(), "Tag of the version."),
                key("auth_method", text(), "How to log in."),
            ],
        ),
        provider(
            "nuget",
            &[],
            vec![
                key("api_key", private(), "Key of the API."),
                key("registry", text(), "Address of the registry."),
                key("src", text(), "What is published."),
                key("no_symbols", flag(), "Whether symbols are left out."),
                key(
                    "skip_duplicate",
                    flag(),
                    "Whether a known version is passed over.",
                ),
            ],
        ),
        provider(
            "packagecloud",
            &[],
            vec![
                key("username", private(), "User name."),
                key("token", secret(), "Token."),
                key("repository", text(), "The repository."),
                key("local_dir", text(), "Folder to publish."),
                key("dist", text(), "The distribution."),
                key("package_glob", texts(), "Packages to upload."),
                key("force", flag(), "Whether to go on against warnings."),
                key("connect_timeout", number(), "Seconds to connect."),
                key("read_timeout", number(), "Seconds to read."),
                key("write_timeout", number(), "Seconds to write."),
            ],
        ),
        provider(
            "puppetforge",
            &["username", "password"],
            vec![
                key("username", private(), "User name.").alias(&["user"]),
                key("password", secret(), "Password."),
                key("url", text(), "Address of the service."),
            ],
        ),
        provider(
            "pypi",
            &[],
            vec![
                key("username", private(), "User name.").alias(&["user"]),
                key("password", secret(), "Password."),
                key("server", text(), "Address of the server."),
                key("distributions", text(), "Commands of setup.py."),
                key("docs_dir", text(), "Folder of the documentation."),
                key(
                    "skip_existing",
                    flag(),
                    "Whether known files are passed over.",
                ),
                key("upload_docs", flag(), "Whether documentation is uploaded."),
                key(
                    "skip_upload_docs",
                    flag(),
                    "Whether documentation is not uploaded.",
                )
                .deprecated("use upload_docs: false"),
                key(
                    "twine_check",
                    flag(),
                    "Whether twine checks the files first.",
                ),
                key(
                    "remove_build_dir",
                    flag(),
                    "Whether the build folder is removed.",
                ),
                key("setuptools_version", text(), "Version of setuptools."),
                key("twine_version", text(), "Version of twine."),
                key("wheel_version", text(), "Version of wheel."),
            ],
        ),
        provider(
            "rubygems",
            &[],
            vec![
                key("api_key", by_branch(secret), "Key of the API."),
                key("username", by_branch(private), "User name.").alias(&["user"]),
                key("password", by_branch(secret), "Password."),
                key("gem", by_branch(text), "Name of the gem."),
                key("gemspec", text(), "Path of the gemspec."),
                key("gemspec_glob", text(), "Pattern of gemspecs."),
                key("host", text(), "Host of the service."),
            ],
        ),
        provider(
            "snap",
            &[],
            vec![
                key("snap", text(), "Pattern of snaps."),
                key("channel", text(), "Channel to publish in."),
                key("token", secret(), "Token."),
            ],
        ),
    ]
}
