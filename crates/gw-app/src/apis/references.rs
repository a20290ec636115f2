//! Loads what a document refers to: files in its folder and below, and addresses when that was asked for.
//!
//! It refuses files outside the folder, by whatever way, addresses nobody asked for, and to go on when the import is
//! given up.

use std::collections::HashSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use futures::{StreamExt, stream};
use gw_http::{AddressRules, Oversize, Request};
use gw_model::{Diagnostic, Fault};
use gw_openapi::bundle::{Bundle, Bundler, Limits, Loaded, Location, Origins, RULE};
use tokio_util::sync::CancellationToken;
use url::Url;

use super::import::{ReadFrom, decode};
use crate::app::blocking;

/// For everything that is fetched for one document.
const WEB_TIME: Duration = Duration::from_mins(1);
/// For one answer.
const WEB_BYTES: usize = 16 * 1024 * 1024;
const AT_ONCE: usize = 4;

/// Makes one document of a text and what it refers to. Without `remote` no address is asked.
pub(super) async fn bundle(
    text: String,
    from: &ReadFrom,
    remote: Option<AddressRules>,
) -> Result<Bundle, Fault> {
    // The thread that reads files learns from this that nobody waits any more.
    let given_up = CancellationToken::new();
    let _guard = given_up.clone().drop_guard();
    let (stop, at, folder) = (given_up.clone(), from.at.clone(), from.folder.clone());
    let begin = move || {
        let mut bundler = Bundler::new(&text, at, Limits::default());
        let needs = read_files(&mut bundler, folder.as_deref(), remote.is_some(), &stop);
        Ok((bundler, needs))
    };
    let (mut bundler, mut needs) = blocking(begin).await?;
    let mut web = None;
    while !needs.is_empty() {
        let asking = match (web.take(), remote) {
            (Some(web), _) => web,
            (None, Some(rules)) => Web::new(rules)?,
            (None, None) => break,
        };
        let fetched = asking.fetch(needs, bundler.bytes_left(), &given_up).await;
        web = Some(asking);
        let (stop, folder) = (given_up.clone(), from.folder.clone());
        let go_on = move || {
            for (location, loaded) in fetched {
                bundler.give(location, loaded);
            }
            let needs = read_files(&mut bundler, folder.as_deref(), true, &stop);
            Ok((bundler, needs))
        };
        (bundler, needs) = blocking(go_on).await?;
    }
    blocking(move || Ok(bundler.finish())).await
}

/// Findings of a bundle's text together with those of bundling, each with the file it is about.
pub(super) fn told(bundle: &Bundle, found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut all = merged(&bundle.findings, found);
    let Some(origins) = &bundle.origins else {
        return all;
    };
    for finding in all.iter_mut().filter(|finding| finding.rule != RULE) {
        let origin = origins.of(&finding.place.pointer);
        if let Some(source) = origin.source {
            finding.message = format!(
                "{} (from {source}, line {})",
                finding.message, origin.place.line
            );
        }
    }
    all
}

/// The same with lines and columns of the root's own file, for who never sees the bundle.
pub(super) fn told_in_files(
    bundling: &[Diagnostic],
    origins: Option<&Origins>,
    found: Vec<Diagnostic>,
) -> Vec<Diagnostic> {
    let mut all = merged(bundling, found);
    let Some(origins) = origins else {
        return all;
    };
    for finding in &mut all {
        let origin = origins.of(&finding.place.pointer);
        match origin.source {
            None if finding.place.line > 0 => finding.place = origin.place,
            None => {}
            Some(source) => {
                if finding.rule != RULE {
                    finding.message = format!(
                        "{source}, line {}, column {}: {}",
                        origin.place.line, origin.place.column, finding.message
                    );
                }
                finding.place.line = 0;
                finding.place.column = 0;
            }
        }
    }
    all
}

/// Bundling knows why a reference was not followed; the rule that looks at the text alone does not.
fn merged(bundling: &[Diagnostic], mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let known: HashSet<&str> = bundling
        .iter()
        .map(|finding| finding.place.pointer.as_str())
        .collect();
    found.retain(|finding| finding.rule != RULE || !known.contains(finding.place.pointer.as_str()));
    found.extend(bundling.iter().cloned());
    found
}

/// Gives every file that is needed; what is left are addresses to ask.
fn read_files(
    bundler: &mut Bundler,
    folder: Option<&Path>,
    remote: bool,
    given_up: &CancellationToken,
) -> Vec<Location> {
    let mut addresses = Vec::new();
    loop {
        let needs = bundler.needs();
        let mut read = false;
        for need in needs {
            if given_up.is_cancelled() {
                return Vec::new();
            }
            let loaded = match &need {
                Location::Url(_) if remote => {
                    addresses.push(need);
                    continue;
                }
                Location::Url(_) => Err(
                    "references to other addresses are followed only when that is asked for"
                        .to_owned(),
                ),
                Location::File(path) => read_file(folder, path, bundler.bytes_left()),
                Location::Text => Err("it leads nowhere".to_owned()),
            };
            bundler.give(need, loaded);
            read = true;
        }
        if !read {
            return addresses;
        }
    }
}

/// Reads a file below a folder, links and `..` worked out first.
fn read_file(folder: Option<&Path>, path: &str, most: usize) -> Result<Loaded, String> {
    let folder = folder.ok_or("there is no folder to look in")?;
    let outside = || {
        format!(
            "it leads out of the folder {}; only files in it and below are read",
            folder.display()
        )
    };
    if path.split('/').any(|step| step == "..") {
        return Err(outside());
    }
    let unreadable = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => {
            "there is no such file".to_owned()
        }
        _ => format!("the file cannot be read: {error}"),
    };
    let real = folder.join(path).canonicalize().map_err(unreadable)?;
    if !real.starts_with(folder) {
        return Err(outside());
    }
    let about = std::fs::metadata(&real).map_err(unreadable)?;
    if about.is_dir() {
        return Err("it is a folder".to_owned());
    }
    if !about.is_file() {
        return Err("it is no file".to_owned());
    }
    let limit = most as u64;
    if about.len() > limit {
        return Err("all documents together would be too large".to_owned());
    }
    let file = std::fs::File::open(&real).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    let text = decode(path, bytes).map_err(|_| "it is not text".to_owned())?;
    Ok(Loaded { text, at: None })
}

struct Web {
    client: gw_http::Client,
    until: Instant,
}

impl Web {
    fn new(rules: AddressRules) -> Result<Self, Fault> {
        Ok(Self {
            client: gw_http::Client::with_rules(rules)?,
            until: Instant::now() + WEB_TIME,
        })
    }

    async fn fetch(
        &self,
        locations: Vec<Location>,
        left: usize,
        given_up: &CancellationToken,
    ) -> Vec<(Location, Result<Loaded, String>)> {
        stream::iter(locations)
            .map(|location| async move {
                let loaded = match &location {
                    Location::Url(url) => self.fetch_one(url, left, given_up).await,
                    _ => Err("it is no address".to_owned()),
                };
                (location, loaded)
            })
            .buffered(AT_ONCE)
            .collect()
            .await
    }

    async fn fetch_one(
        &self,
        url: &Url,
        left: usize,
        given_up: &CancellationToken,
    ) -> Result<Loaded, String> {
        let time = self.until.saturating_duration_since(Instant::now());
        if time.is_zero() {
            let seconds = WEB_TIME.as_secs();
            return Err(format!("the {seconds} s for all references were used up"));
        }
        let request = Request::get(url.clone())
            .timeout(time.min(Duration::from_secs(30)))
            .at_most(left.min(WEB_BYTES) as u64, Oversize::Refuse)
            .redirects(5);
        let answer = self
            .client
            .send(request, given_up)
            .await
            .map_err(|fault| fault.summary.trim_end_matches('.').to_owned())?;
        if !answer.status.is_success() {
            return Err(format!("it answered {}", answer.status));
        }
        let text =
            decode(url.as_str(), answer.body.to_vec()).map_err(|_| "it is not text".to_owned())?;
        let at = Location::Text.join(answer.url.as_str()).ok();
        Ok(Loaded { text, at })
    }
}

/// Where a file is, as references see it: its folder, and its path from there.
pub(super) fn place_of(path: &Path, folder: Option<&Path>) -> (Location, Option<PathBuf>) {
    let nearest = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let folder = folder.or(nearest).unwrap_or(Path::new("."));
    let Ok(real) = folder.canonicalize() else {
        return (Location::Text, None);
    };
    let inner = path.strip_prefix(folder).unwrap_or(path);
    let steps: Vec<String> = inner
        .components()
        .filter(|step| matches!(step, std::path::Component::Normal(_)))
        .map(|step| step.as_os_str().to_string_lossy().into_owned())
        .collect();
    (Location::File(steps.join("/")), Some(real))
}
