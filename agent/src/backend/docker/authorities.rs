//! Certificate authorities and proxies of the host on their way into containers.

use super::short_hash;
use crate::backend::BackendError;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Where the bundle is in every container. In `/dev`, which is never part of an image.
pub(super) const INSIDE: &str = "/dev/ci-ca.pem";

/// Variables by which common programs find a bundle.
const VARIABLES: [&str; 8] = [
    "SSL_CERT_FILE",
    "CURL_CA_BUNDLE",
    "REQUESTS_CA_BUNDLE",
    "PIP_CERT",
    "NODE_EXTRA_CA_CERTS",
    "GIT_SSL_CAINFO",
    "AWS_CA_BUNDLE",
    "CARGO_HTTP_CAINFO",
];

/// A copy of the bundle that every user of a container can read and that stays as it is while
/// jobs run: `<data>/ca/<hash>.pem`.
pub(super) fn copy(data: &Path, bundle: &Path) -> Result<PathBuf, BackendError> {
    let failed = |error: std::io::Error| BackendError::Refused {
        action: format!(
            "reading the authorities {} (jobs.ca_file)",
            bundle.display()
        ),
        reason: error.to_string(),
    };
    let bytes = std::fs::read(bundle).map_err(failed)?;
    let kept = || BackendError::data(data.join("ca"));
    let folder = data.join("ca");
    let copy = folder.join(format!("{}.pem", short_hash(&bytes, 12)));
    if !copy.exists() {
        std::fs::create_dir_all(&folder).map_err(kept())?;
        let file = tempfile::NamedTempFile::new_in(&folder).map_err(kept())?;
        std::fs::write(file.path(), &bytes).map_err(kept())?;
        let readable = PermissionsExt::from_mode(0o444);
        std::fs::set_permissions(file.path(), readable).map_err(kept())?;
        file.persist(&copy).map_err(|error| kept()(error.error))?;
    }
    copy.canonicalize().map_err(kept())
}

/// The variables of a container: its own first, then, where it has not set them itself, those for
/// the authorities and the proxies.
pub(super) fn variables(
    own: &[(String, String)],
    authorities: bool,
    proxy: &[(String, String)],
) -> Vec<String> {
    let mut all: Vec<(&str, &str)> = own.iter().map(pair).collect();
    let given = VARIABLES
        .iter()
        .filter(|_| authorities)
        .map(|name| (*name, INSIDE));
    for (name, value) in given.chain(proxy.iter().map(pair)) {
        if !all.iter().any(|(known, _)| *known == name) {
            all.push((name, value));
        }
    }
    all.iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect()
}

fn pair(pair: &(String, String)) -> (&str, &str) {
    (&pair.0, &pair.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_job_sets_itself_stays() {
        let own = [("PIP_CERT".to_owned(), "/mine".to_owned())];
        let proxy = [("http_proxy".to_owned(), "http://p".to_owned())];
        let all = variables(&own, true, &proxy);
        assert!(all.contains(&"PIP_CERT=/mine".to_owned()));
        assert!(!all.contains(&format!("PIP_CERT={INSIDE}")));
        assert!(all.contains(&format!("SSL_CERT_FILE={INSIDE}")));
        assert!(all.contains(&"http_proxy=http://p".to_owned()));
        assert_eq!(variables(&own, false, &[]), ["PIP_CERT=/mine"]);
    }

    #[test]
    fn the_copy_can_be_read_by_all_and_keeps_its_name() {
        let data = tempfile::tempdir().unwrap();
        let bundle = data.path().join("bundle.pem");
        std::fs::write(&bundle, "PEM").unwrap();
        std::fs::set_permissions(&bundle, PermissionsExt::from_mode(0o600)).unwrap();
        let one = copy(data.path(), &bundle).unwrap();
        assert_eq!(copy(data.path(), &bundle).unwrap(), one);
        assert_eq!(one.metadata().unwrap().permissions().mode() & 0o777, 0o444);
        let error = copy(data.path(), Path::new("/nowhere")).unwrap_err();
        assert!(error.to_string().contains("jobs.ca_file"), "{error}");
    }
}
