//! `github:`: where GitHub is, and the secrets shared with it.

use super::places::Checks;
use super::server::{http_url, is_loopback};
use crate::github::api_of;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use url::Url;

const DOT_COM: &str = "https://github.com";

/// Where GitHub is, and the secrets shared with it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default, expecting = "a map of settings")]
pub struct GithubSettings {
    /// GitHub's pages and git; the address of an Enterprise server.
    pub web_url: String,
    /// GitHub's API; of an Enterprise server `<web_url>/api/v3` where nothing is said.
    pub api_url: Option<String>,
    /// The file with the token.
    pub token_file: Option<PathBuf>,
    /// The file with the webhooks' secret, at least 16 characters.
    pub webhook_secret_file: Option<PathBuf>,
    /// The file with the secret before it: deliveries signed with either are taken.
    pub webhook_secret_old_file: Option<PathBuf>,
    /// Certificate authorities (PEM) that GitHub's certificate may come from, beside the system's.
    pub ca_file: Option<PathBuf>,
    /// The proxy to GitHub; `HTTPS_PROXY` and `NO_PROXY` count where nothing is said.
    pub proxy: Option<String>,
}

impl Default for GithubSettings {
    fn default() -> Self {
        Self {
            web_url: DOT_COM.to_owned(),
            api_url: None,
            token_file: None,
            webhook_secret_file: None,
            webhook_secret_old_file: None,
            ca_file: None,
            proxy: None,
        }
    }
}

impl GithubSettings {
    /// The URLs of the API and of the pages, each ending in `/`.
    pub(super) fn urls(&self, checks: &mut Checks<'_>) -> Option<(Url, Url)> {
        let web = http_url(checks, "github.web_url", &self.web_url);
        let api = match (&self.api_url, &web) {
            (Some(api), _) => http_url(checks, "github.api_url", api),
            (None, Some(web)) => api_of(web),
            (None, None) => None,
        };
        checks.file("github.ca_file", self.ca_file.as_deref());
        if let Some(proxy) = &self.proxy
            && !Url::parse(proxy)
                .is_ok_and(|proxy| matches!(proxy.scheme(), "http" | "https") && proxy.has_host())
        {
            checks.refuse("github.proxy", "is not an http(s) URL");
        }
        let (api, web) = (api?, web?);
        for (setting, url) in [("github.api_url", &api), ("github.web_url", &web)] {
            if url.scheme() == "http" && !is_loopback(url) {
                checks
                    .warn(setting, "is not https: the token can be read on the way")
                    .hint("use https, and github.ca_file for a certificate of your own");
            }
        }
        Some((api, web))
    }
}
