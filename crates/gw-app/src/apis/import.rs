//! Reading documents from files, URLs and pasted text.
//!
//! It refuses what cannot be an OpenAPI document before anything is stored, and addresses nobody asked for.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use gw_http::{AddressRules, Oversize, Request};
use gw_model::{Backend, Code, Diagnostic, Fault, Place, Severity};
use gw_openapi::bundle::{Bundle, Location};
use gw_openapi::{Document, MAX_TEXT, SpecVersion};
use tokio_util::sync::CancellationToken;
use url::Url;

use super::{folder, references};
use crate::app::blocking;
use crate::names;
use crate::wire::{ApiImport, ImportSource};

/// A document's text and where it came from.
pub(super) struct ReadText {
    pub(super) text: String,
    pub(super) from: ReadFrom,
}

/// Where a text came from.
pub(super) struct ReadFrom {
    /// For people.
    pub(super) origin: String,
    /// What relative server URLs are relative to.
    pub(super) base: Option<Url>,
    /// What references in it are relative to.
    pub(super) at: Location,
    /// The folder whose files it may refer to.
    pub(super) folder: Option<PathBuf>,
}

/// What an import will store.
pub(super) struct Prepared {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) base_path: String,
    pub(super) backend: Backend,
    pub(super) operations: u32,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Reads a source.
pub(super) async fn read(source: &ImportSource) -> Result<ReadText, Fault> {
    match source {
        ImportSource::File { path } => read_file(path).await,
        ImportSource::Url { url, allow_private } => read_url(url, *allow_private).await,
        ImportSource::Text { text, file_name } => {
            let origin = file_name.clone().unwrap_or_else(|| "The text".to_owned());
            bounded(&origin, text.len() as u64)?;
            Ok(ReadText {
                text: text.clone(),
                from: ReadFrom {
                    origin,
                    base: None,
                    at: Location::Text,
                    folder: None,
                },
            })
        }
    }
}

/// Which addresses the references of a document may lead to; none unless that is asked for.
pub(super) fn reach(request: &ApiImport) -> Option<AddressRules> {
    let from_private = matches!(
        request.source,
        ImportSource::Url {
            allow_private: true,
            ..
        }
    );
    request
        .remote_refs
        .then(|| rules(from_private || request.private_refs))
}

fn rules(allow_private: bool) -> AddressRules {
    if allow_private {
        AddressRules::ANY
    } else {
        AddressRules::PUBLIC
    }
}

/// Reads a file, or the document in a folder.
pub(super) async fn read_file(path: &str) -> Result<ReadText, Fault> {
    let path = path.to_owned();
    blocking(move || {
        let unreadable = |error: std::io::Error| {
            let advice = "Check the path, and that you may read the file";
            Fault::new(
                Code::FileUnreadable,
                format!("The file {path} cannot be read"),
                advice,
            )
            .fact("file", &path)
            .fact("reason", error.to_string())
            .because(error)
        };
        let given = Path::new(&path);
        let about = std::fs::metadata(given).map_err(unreadable)?;
        let (file, folder) = if about.is_dir() {
            (folder::find_document(given)?, Some(given))
        } else {
            (given.to_path_buf(), None)
        };
        let origin = file.display().to_string();
        let about = std::fs::metadata(&file).map_err(unreadable)?;
        bounded(&origin, about.len())?;
        // What is no plain file says nothing true of its size.
        let mut bytes = Vec::with_capacity(usize::try_from(about.len()).unwrap_or(0));
        std::fs::File::open(&file)
            .map_err(unreadable)?
            .take(MAX_TEXT as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(unreadable)?;
        bounded(&origin, bytes.len() as u64)?;
        let text = decode(&origin, bytes)?;
        let (at, folder) = references::place_of(&file, folder);
        Ok(ReadText {
            text,
            from: ReadFrom {
                origin,
                base: None,
                at,
                folder,
            },
        })
    })
    .await
}

async fn read_url(text: &str, allow_private: bool) -> Result<ReadText, Fault> {
    let url = Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))
        .ok_or_else(|| {
            names::invalid(
                "url",
                format!("'{text}' is not an http or https URL"),
                "Check the address",
            )
        })?;
    let client = gw_http::Client::with_rules(rules(allow_private))?;
    let request = Request::get(url.clone())
        .timeout(Duration::from_secs(30))
        .at_most(MAX_TEXT as u64, Oversize::Refuse)
        .redirects(5);
    let answer = client.send(request, &CancellationToken::new()).await?;
    if !answer.status.is_success() {
        return Err(Fault::new(
            Code::NetworkBadAnswer,
            format!("{url} answered {}", answer.status),
            "Check the address in a browser; it must give the document itself",
        )
        .fact("status", answer.status.as_u16().to_string()));
    }
    let text = decode(url.as_str(), answer.body.to_vec())?;
    // References are relative to where the document was in the end.
    let at = Location::Text
        .join(answer.url.as_str())
        .unwrap_or(Location::Text);
    Ok(ReadText {
        text,
        from: ReadFrom {
            origin: url.to_string(),
            base: Some(url),
            at,
            folder: None,
        },
    })
}

/// UTF-8, or UTF-16 with a byte order mark.
pub(super) fn decode(origin: &str, bytes: Vec<u8>) -> Result<String, Fault> {
    let not_text = || {
        Fault::new(
            Code::DocumentMalformed,
            format!("{origin} is not text"),
            "Save it as UTF-8; an OpenAPI document is YAML or JSON",
        )
        .fact("file", origin)
    };
    let units = |swap: bool| {
        let pair = |pair: &[u8]| {
            if swap {
                u16::from_be_bytes([pair[0], pair[1]])
            } else {
                u16::from_le_bytes([pair[0], pair[1]])
            }
        };
        let wide: Vec<u16> = bytes[2..].chunks_exact(2).map(pair).collect();
        String::from_utf16(&wide).map_err(|_| not_text())
    };
    match bytes.as_slice() {
        [0xff, 0xfe, ..] => units(false),
        [0xfe, 0xff, ..] => units(true),
        _ => String::from_utf8(bytes).map_err(|_| not_text()),
    }
}

fn bounded(origin: &str, bytes: u64) -> Result<(), Fault> {
    if bytes > MAX_TEXT as u64 {
        Err(too_large(origin, bytes))
    } else {
        Ok(())
    }
}

/// The fault for a document past the bound.
pub(super) fn too_large(origin: &str, bytes: u64) -> Fault {
    let megabytes = |bytes: u64| bytes / (1024 * 1024);
    Fault::new(
        Code::DocumentTooLarge,
        format!(
            "{origin} has {} MB; Gatewright reads up to {} MB",
            megabytes(bytes),
            megabytes(MAX_TEXT as u64)
        ),
        "Split it into several APIs",
    )
    .fact("bytes", bytes.to_string())
}

/// Decides what an import stores, or refuses a text that cannot be an OpenAPI document.
pub(super) fn prepare(
    from: &ReadFrom,
    bundle: &Bundle,
    request: &ApiImport,
) -> Result<Prepared, Fault> {
    let document = &bundle.document;
    let mut found = bundle.diagnostics.clone();
    refuse_unreadable(&from.origin, document, &found)?;
    found.extend(gw_openapi::lint(document));
    let mut diagnostics = references::told(bundle, found);
    super::sort(&mut diagnostics);
    let title = document
        .title()
        .map(str::trim)
        .filter(|title| !title.is_empty())
        .unwrap_or("Untitled API");
    let name = request
        .name
        .clone()
        .unwrap_or_else(|| printable(title, '@', ' '));
    let version = match (&request.version, document.api_version()) {
        (Some(version), _) => version.clone(),
        (None, Some(version)) if !version.trim().is_empty() => version
            .trim()
            .replace(|c: char| c.is_whitespace() || c == '@' || c == '/', "-"),
        (None, _) => "1.0.0".to_owned(),
    };
    let backend = match &request.backend {
        Some(backend) => backend.clone(),
        None => backend_of(document, from.base.as_ref()),
    };
    let base_path = request
        .base_path
        .clone()
        .unwrap_or_else(|| default_base_path(&name));
    let operations = u32::try_from(document.operations().len()).unwrap_or(u32::MAX);
    Ok(Prepared {
        name,
        version,
        base_path,
        backend,
        operations,
        diagnostics,
    })
}

/// Every API of a local gateway needs a prefix of its own; the name is the one thing sure to differ.
fn default_base_path(name: &str) -> String {
    format!("/{}", names::slug(name))
}

/// A title with control characters and one forbidden character taken out, at most 200 characters.
fn printable(title: &str, forbidden: char, instead: char) -> String {
    let clean: String = title
        .chars()
        .map(|c| {
            if c.is_control() || c == forbidden {
                instead
            } else {
                c
            }
        })
        .take(200)
        .collect();
    clean.trim().to_owned()
}

/// Where a document says its operations are; answers from its examples when it does not say.
pub(super) fn backend_of(document: &Document, base: Option<&Url>) -> Backend {
    match server_url(document, base) {
        Some(url) => Backend::Http {
            url: url.as_str().trim_end_matches('/').to_owned(),
        },
        None => Backend::Mock,
    }
}

/// The first server that is, or can be made, an absolute URL without variables.
fn server_url(document: &Document, base: Option<&Url>) -> Option<Url> {
    document.servers().iter().find_map(|server| {
        let url = match Url::parse(server) {
            Ok(url) => url,
            Err(_) => base?.join(server).ok()?,
        };
        names::check_backend_url(url.as_str())
            .is_ok()
            .then_some(url)
    })
}

/// Text of which nothing can be used, or that was made to fill memory, is refused with its place; anything else imports with findings.
fn refuse_unreadable(
    origin: &str,
    document: &Document,
    diagnostics: &[Diagnostic],
) -> Result<(), Fault> {
    let hostile = diagnostics
        .iter()
        .find(|finding| finding.rule == "doc-hostile");
    let readable = document.is_sound()
        && document
            .version()
            .is_some_and(|version| version >= SpecVersion::V2);
    if readable && hostile.is_none() {
        return Ok(());
    }
    let error = hostile.or_else(|| {
        diagnostics
            .iter()
            .find(|finding| finding.severity == Severity::Error)
    });
    let (rule, message, place, fix) = match error {
        Some(finding) => (
            finding.rule.as_str(),
            finding.message.clone(),
            finding.place.clone(),
            finding.fix.clone(),
        ),
        None => (
            "doc-unsupported",
            "it does not say which OpenAPI version it is".to_owned(),
            Place::default(),
            String::new(),
        ),
    };
    let code = match rule {
        "doc-empty" => Code::DocumentEmpty,
        "doc-hostile" => Code::DocumentHostile,
        "doc-too-large" => Code::DocumentTooLarge,
        "doc-unsupported" => Code::DocumentUnsupported,
        _ => Code::DocumentMalformed,
    };
    let place_text = if place.line > 0 {
        format!(", line {}, column {}", place.line, place.column)
    } else {
        String::new()
    };
    let advice = if fix.is_empty() {
        "Give an OpenAPI document in YAML or JSON".to_owned()
    } else {
        fix
    };
    Err(
        Fault::new(code, format!("{origin}{place_text}: {message}"), advice)
            .fact("file", origin)
            .fact("rule", rule)
            .fact("line", place.line.to_string())
            .fact("column", place.column.to_string()),
    )
}
