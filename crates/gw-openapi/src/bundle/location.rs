//! Where documents are, and where a reference in one leads.
//!
//! It refuses to look: nothing here knows whether anything is there. It refuses absolute paths and every kind of address
//! but http and https.

use std::fmt;

use url::Url;

use crate::pointer;

/// Where a document is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Location {
    /// Nowhere: it was pasted. Nothing is relative to it.
    Text,
    /// A file: its path from the folder that may be read, with `/` between folders. One that leaves the folder begins
    /// with `../`; who loads it must refuse it.
    File(String),
    /// An address, http or https, without a fragment.
    Url(Url),
}

impl Location {
    /// Where a reference without its fragment leads from here, or why nobody goes there.
    pub fn join(&self, reference: &str) -> Result<Self, String> {
        if let Some(scheme) = scheme(reference) {
            return match scheme.to_ascii_lowercase().as_str() {
                "http" | "https" => Url::parse(reference)
                    .map(Self::url)
                    .map_err(|error| format!("it is no address: {error}")),
                letter if letter.len() == 1 => Err(ABSOLUTE.to_owned()),
                other => Err(format!("addresses with '{other}:' are not read")),
            };
        }
        match self {
            Self::Url(base) => base
                .join(reference)
                .map(Self::url)
                .map_err(|error| format!("it is no address: {error}")),
            Self::File(base) => {
                // Windows writes backslashes; nobody else has them in a name.
                let path = pointer::from_fragment(reference).replace('\\', "/");
                if path.starts_with('/') {
                    return Err(ABSOLUTE.to_owned());
                }
                let folder = base.rsplit_once('/').map_or("", |(folder, _)| folder);
                Ok(Self::File(plain(folder, &path)))
            }
            Self::Text => Err(
                "the text is in no folder that the path could be relative to; import the file or its folder".to_owned(),
            ),
        }
    }

    /// How this is written in the document at `from`.
    pub(super) fn seen_from(&self, from: &Self) -> String {
        let (Self::File(to), Self::File(from)) = (self, from) else {
            return self.to_string();
        };
        let to: Vec<&str> = to.split('/').collect();
        let from: Vec<&str> = from.split('/').collect();
        let folders = from.len().saturating_sub(1).min(to.len().saturating_sub(1));
        let shared = to
            .iter()
            .zip(&from)
            .take(folders)
            .take_while(|(a, b)| a == b)
            .count();
        let up = from.len().saturating_sub(1).saturating_sub(shared);
        let mut steps = vec![".."; up];
        steps.extend(to.iter().skip(shared));
        steps.join("/")
    }

    /// The last step of the path without its ending: what a document is called when it has no other name.
    pub(super) fn stem(&self) -> String {
        let path = match self {
            Self::Text => return "text".to_owned(),
            Self::File(path) => path.as_str(),
            Self::Url(url) => url.path(),
        };
        let name = pointer::from_fragment(
            path.trim_end_matches('/')
                .rsplit('/')
                .next()
                .unwrap_or(path),
        );
        let endings = [".yaml", ".yml", ".json"];
        endings
            .iter()
            .find_map(|ending| name.strip_suffix(ending))
            .unwrap_or(&name)
            .to_owned()
    }

    /// Whether its name says that it is prose, not a document.
    pub(super) fn is_prose(&self) -> bool {
        let path = match self {
            Self::Text => return false,
            Self::File(path) => path.as_str(),
            Self::Url(url) => url.path(),
        };
        let ending = path.rsplit('.').next().unwrap_or_default();
        ["md", "markdown", "txt", "html"]
            .iter()
            .any(|known| ending.eq_ignore_ascii_case(known))
    }

    fn url(mut url: Url) -> Self {
        url.set_fragment(None);
        Self::Url(url)
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text => f.write_str("the text"),
            Self::File(path) => f.write_str(path),
            Self::Url(url) => f.write_str(url.as_str()),
        }
    }
}

const ABSOLUTE: &str = "it is an absolute path; only paths relative to the document are read";

/// The scheme of an absolute address; a drive letter counts.
fn scheme(reference: &str) -> Option<&str> {
    let (scheme, _) = reference.split_once(':')?;
    let inner = |char: char| char.is_ascii_alphanumeric() || "+-.".contains(char);
    (scheme.starts_with(|char: char| char.is_ascii_alphabetic()) && scheme.chars().all(inner))
        .then_some(scheme)
}

/// A path from a folder with `.` and `..` worked in, as far as they can be.
fn plain(folder: &str, path: &str) -> String {
    let mut steps: Vec<&str> = Vec::new();
    for step in folder.split('/').chain(path.split('/')) {
        match step {
            "" | "." => {}
            ".." if steps.last().is_some_and(|last| *last != "..") => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    steps.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str) -> Location {
        Location::File(path.to_owned())
    }

    #[test]
    fn references_lead_where_they_say_or_nowhere() {
        for (from, reference, to) in [
            ("openapi.yaml", "pet.yaml", "pet.yaml"),
            ("openapi.yaml", "./parts/pet.yaml", "parts/pet.yaml"),
            ("a/b/c.yaml", "../d.yaml", "a/d.yaml"),
            ("a/b.yaml", "..\\c\\d.yaml", "c/d.yaml"),
            ("a/b.yaml", "my%20pet.yaml", "a/my pet.yaml"),
            ("a.yaml", "../../etc/passwd", "../../etc/passwd"),
            ("a/b.yaml", "x/../../../y", "../y"),
            ("a.yaml", "%2e%2e/up.yaml", "../up.yaml"),
        ] {
            assert_eq!(
                file(from).join(reference),
                Ok(file(to)),
                "{reference} from {from}"
            );
        }
        for refused in [
            "/etc/passwd",
            "C:\\x.yaml",
            "file:///etc/passwd",
            "urn:a:b",
            "//host/x",
            "ftp://h/x",
        ] {
            assert!(
                file("a.yaml").join(refused).is_err(),
                "{refused} leads somewhere"
            );
        }
        assert!(Location::Text.join("pet.yaml").is_err());
        let url = Location::Text.join("https://example.com/a/b.yaml").unwrap();
        assert_eq!(
            url.join("../c.yaml").unwrap().to_string(),
            "https://example.com/c.yaml"
        );
        assert_eq!(file("a.yaml").join("https://example.com/a/b.yaml"), Ok(url));
    }

    #[test]
    fn locations_are_written_as_seen_from_the_root() {
        for (from, to, written) in [
            ("openapi.yaml", "parts/pet.yaml", "parts/pet.yaml"),
            ("spec/openapi.yaml", "common/x.yaml", "../common/x.yaml"),
            ("spec/v1/openapi.yaml", "spec/v2/x.yaml", "../v2/x.yaml"),
            ("a.yaml", "../x.yaml", "../x.yaml"),
        ] {
            assert_eq!(file(to).seen_from(&file(from)), written);
        }
    }
}
