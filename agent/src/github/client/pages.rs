//! Lists that come in pages.

use super::{Ask, Client, GithubError};
use serde::de::DeserializeOwned;
use url::Url;

/// The most that GitHub puts on a page.
const PER_PAGE: usize = 100;
/// Twenty thousand entries; a list that is cut off would look as if the rest were deleted.
const PAGES: usize = 200;

impl Client {
    /// Reads a list to its end. `list` takes the entries out of a page.
    pub(in crate::github) async fn pages<P: DeserializeOwned, T>(
        &self,
        ask: &Ask,
        list: impl Fn(P) -> Vec<T>,
    ) -> Result<Vec<T>, GithubError> {
        let mut all = Vec::new();
        for page in 1..=PAGES {
            let ask = ask
                .clone()
                .query("per_page", &PER_PAGE)
                .query("page", &page);
            let answer = self.call(&ask).await?;
            let entries = list(answer.json()?);
            // A full last page costs one more call, where a proxy has dropped the links.
            let more = entries.len() >= PER_PAGE || next_page(answer.header("link")).is_some();
            all.extend(entries);
            if !more {
                return Ok(all);
            }
        }
        Err(GithubError::Unprocessable {
            ask: ask.name(),
            said: format!("more than {} entries", PAGES * PER_PAGE),
        })
    }
}

/// The next page by the answer's `Link` header. Only its query is of use; its host is not asked.
pub(in crate::github) fn next_page(link: Option<&str>) -> Option<Url> {
    link?.split(',').find_map(|part| {
        let (url, rest) = part.trim().strip_prefix('<')?.split_once('>')?;
        let is_next = rest.split(';').any(|rel| rel.trim() == "rel=\"next\"");
        is_next.then(|| Url::parse(url).ok()).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_next_page_is_found_among_the_links() {
        let link =
            r#"<https://h/x?page=1>; rel="prev", <https://h/x?page=3&cursor=v1_2>; rel="next""#;
        assert_eq!(
            next_page(Some(link)).unwrap().query(),
            Some("page=3&cursor=v1_2")
        );
        assert_eq!(next_page(Some(r#"<https://h/x>; rel="last""#)), None);
        assert_eq!(next_page(None), None);
    }

    proptest! {
        #[test]
        fn no_header_breaks_it(text: String) {
            let _ = next_page(Some(&text));
            prop_assert_eq!(next_page(Some(&format!("<not a url{text}>; rel=\"next\""))), None);
        }
    }
}
