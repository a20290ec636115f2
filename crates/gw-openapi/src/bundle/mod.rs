//! Several documents made one: what references name in other files or at addresses becomes part of the root.
//!
//! It refuses to load anything: it says what it needs, and is given texts or reasons. It refuses to touch a root that
//! needs nothing, and to fail: what cannot be had stays a reference, with a finding.

mod gather;
mod location;
mod plan;
mod render;
mod role;
mod source;
mod write;

use std::collections::{HashMap, HashSet};

use gw_model::{Diagnostic, Place, Severity};

pub use location::Location;

use crate::document::{Document, MAX_TEXT, SpecVersion};
use crate::finding;
use crate::tree::Node;
use gather::{Gather, Site};
use plan::Plan;
use render::{Copied, Outcome, Render, Told};
use source::{ROOT, Sources, Spot};
use write::Changes;

/// The rule of everything that is told of a bundle.
pub const RULE: &str = "oas-ref-external";
/// Most findings of one bundle.
const MOST_FINDINGS: usize = 10_000;

/// How much is bundled at most.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Documents besides the root.
    pub files: usize,
    /// Bytes of them together.
    pub bytes: usize,
    /// Values looked at in them, and values written into the root.
    pub nodes: usize,
    /// Levels of nesting of the result.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            files: 2_000,
            bytes: MAX_TEXT,
            nodes: 2_000_000,
            depth: 240,
        }
    }
}

/// A text that was loaded.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The text.
    pub text: String,
    /// Where it was in the end, when that is elsewhere: references in it are relative to this.
    pub at: Option<Location>,
}

/// Makes one document of several, step by step: load what [`Bundler::needs`] names, give it, until nothing is needed.
#[derive(Debug)]
pub struct Bundler {
    gather: Gather,
    /// Whether the root can be bundled at all.
    readable: bool,
    limits: Limits,
    asked: usize,
    bytes: usize,
}

/// A piece of the bundle that came from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Its pointer in the bundle.
    pub at: String,
    /// The document it came from.
    pub source: Location,
    /// Its pointer there.
    pub pointer: String,
}

/// Where something in the bundle was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// In which document; `None` for the root.
    pub source: Option<Location>,
    /// Where in it.
    pub place: Place,
}

/// One document made of several.
///
/// Invariant: without references out of the root its text is the root's, byte for byte.
#[derive(Debug)]
pub struct Bundle {
    /// The document.
    pub document: Document,
    /// What reading it found.
    pub diagnostics: Vec<Diagnostic>,
    /// What could not be bundled.
    pub findings: Vec<Diagnostic>,
    /// What came from elsewhere, in the order it was written.
    pub pieces: Vec<Piece>,
    /// Where everything in it was written; `None` when nothing was bundled: the text is the root's then, byte for byte.
    pub origins: Option<Origins>,
}

/// Where what stands in a bundle was written.
#[derive(Debug)]
pub struct Origins {
    sources: Sources,
    copied: HashMap<String, Spot>,
}

impl Bundler {
    /// Begins with the root's text and where it is.
    pub fn new(text: &str, at: Location, limits: Limits) -> Self {
        let (document, diagnostics) = Document::parse(text);
        let version = document.version().filter(|_| document.is_sound());
        let readable = version.is_some();
        let mut sources = Sources::default();
        sources.add(at, document, diagnostics, None);
        let gather = Gather::new(version.unwrap_or(SpecVersion::V3_0), sources, limits.nodes);
        Self {
            gather,
            readable,
            limits,
            asked: 0,
            bytes: 0,
        }
    }

    /// What must be loaded to go on, each once; nothing when the bundle can be finished.
    pub fn needs(&mut self) -> Vec<Location> {
        if !self.readable {
            return Vec::new();
        }
        loop {
            let mut needs = self.gather.advance();
            let mut refused = false;
            needs.retain(|location| {
                self.asked += 1;
                if self.asked <= self.limits.files {
                    return true;
                }
                let reason = format!("more than {} documents are referred to", self.limits.files);
                self.gather.sources.refuse(location.clone(), reason);
                refused = true;
                false
            });
            if !needs.is_empty() || !refused {
                return needs;
            }
        }
    }

    /// How many bytes may still be loaded.
    pub fn bytes_left(&self) -> usize {
        self.limits.bytes.saturating_sub(self.bytes)
    }

    /// Gives what was asked for: a text, or why there is none. What was not asked for is ignored.
    pub fn give(&mut self, location: Location, loaded: Result<Loaded, String>) {
        if !self.gather.sources.is_asked(&location) {
            return;
        }
        let loaded = match loaded {
            Ok(loaded) if loaded.text.len() > self.bytes_left() => {
                let most = self.limits.bytes / 1024 / 1024;
                Err(format!("all documents together are larger than {most} MB"))
            }
            other => other,
        };
        let Loaded { text, at } = match loaded {
            Ok(loaded) => loaded,
            Err(reason) => {
                self.gather.sources.refuse(location, reason);
                return;
            }
        };
        self.bytes += text.len();
        let place = at.unwrap_or_else(|| location.clone());
        let prose = place.is_prose().then(|| text.clone());
        let (document, diagnostics) = Document::parse(if prose.is_some() { "" } else { &text });
        let sources = &mut self.gather.sources;
        if !document.is_sound() {
            let error = diagnostics
                .iter()
                .find(|found| found.severity == Severity::Error);
            let reason = error.map_or_else(
                || "it cannot be read".to_owned(),
                |error| {
                    let Place { line, column, .. } = error.place;
                    let message = &error.message;
                    format!("{place} cannot be read: line {line}, column {column}: {message}")
                },
            );
            sources.refuse(location, reason);
            return;
        }
        // That a part names no version of OpenAPI is as it should be.
        let diagnostics = diagnostics
            .into_iter()
            .filter(|found| !matches!(found.rule.as_str(), "doc-unsupported" | "doc-empty"))
            .collect();
        let moved = place != location;
        sources.add(place, document, diagnostics, prose);
        if moved {
            sources.also_at(location);
        }
    }

    /// Makes the bundle. What was needed and not given stays a reference.
    pub fn finish(self) -> Bundle {
        let gather = self.gather;
        if !self.readable {
            return unchanged(gather.sources, Vec::new());
        }
        let plan = Plan::new(&gather);
        let mut render = Render::new(&gather, &plan, self.limits.nodes, self.limits.depth);
        let changes = changes(&gather, &plan, &mut render);
        let Render {
            copied, mut told, ..
        } = render;
        tell_data(&gather, &mut told);
        tell_read(&gather, &copied, &mut told);
        if changes.is_empty() {
            return unchanged(gather.sources, told);
        }
        let Some(root) = gather.sources.get(ROOT) else {
            return unchanged(gather.sources, told);
        };
        match write::write(&root.document, &changes) {
            Ok((document, diagnostics)) => {
                let findings = place(&document, told);
                Bundle {
                    document,
                    diagnostics,
                    findings,
                    pieces: pieces(&gather.sources, &copied),
                    origins: Some(Origins {
                        copied: copied
                            .into_iter()
                            .map(|copied| (copied.at, copied.spot))
                            .collect(),
                        sources: gather.sources,
                    }),
                }
            }
            Err(reason) => {
                told.insert(
                    0,
                    Told {
                        at: String::new(),
                        severity: Severity::Error,
                        message: format!(
                            "What references name in other documents could not be written into this one: {reason}"
                        ),
                    },
                );
                // Places of parts that were not written do not exist.
                told.retain(|told| root.document.at(&told.at).is_some());
                unchanged(gather.sources, told)
            }
        }
    }
}

impl Bundle {
    /// The text.
    pub fn text(&self) -> &str {
        self.document.text()
    }
}

impl Origins {
    /// Where what stands at a pointer of the bundle was written.
    pub fn of(&self, pointer: &str) -> Origin {
        let mut at = pointer;
        let spot = loop {
            if let Some(spot) = self.copied.get(at) {
                break Some(*spot);
            }
            match at.rsplit_once('/') {
                Some((holder, _)) => at = holder,
                None => break None,
            }
        };
        let source = spot.map_or(ROOT, |spot| spot.source);
        let Some(source) = self.sources.get(source) else {
            return Origin {
                source: None,
                place: Place::default(),
            };
        };
        let begin = match spot {
            Some(spot) => source.document.node(spot.node).pointer(),
            None => String::new(),
        };
        let rest = spot.map_or(pointer, |_| pointer.get(at.len()..).unwrap_or_default());
        Origin {
            source: spot.map(|_| source.at.clone()),
            place: nearest(&source.document, &format!("{begin}{rest}")),
        }
    }
}

/// Bundles with what a function loads.
pub fn bundle(
    text: &str,
    at: Location,
    limits: Limits,
    mut load: impl FnMut(&Location) -> Result<Loaded, String>,
) -> Bundle {
    let mut bundler = Bundler::new(text, at, limits);
    loop {
        let needs = bundler.needs();
        if needs.is_empty() {
            return bundler.finish();
        }
        for location in needs {
            let loaded = load(&location);
            bundler.give(location, loaded);
        }
    }
}

/// What becomes of every reference in the root, and what is added to it.
fn changes(gather: &Gather, plan: &Plan, render: &mut Render<'_>) -> Changes {
    let mut changes = Changes::default();
    let mut written_out: HashSet<String> = HashSet::new();
    let sites = gather.of.get(&Gather::root()).into_iter().flatten();
    for site in sites.filter_map(|&index| gather.sites.get(index)) {
        let Some(node) = gather.sources.node(site.part.spot) else {
            continue;
        };
        let pointer = node.pointer();
        let within = pointer.match_indices('/').any(|(end, _)| {
            pointer
                .get(..end)
                .is_some_and(|holder| written_out.contains(holder))
        });
        if within {
            continue;
        }
        match render.outcome_at(site, &pointer) {
            Outcome::Stays => {}
            Outcome::Text(text) => {
                let scalar = reference_node(site, node);
                changes.texts.entry(scalar.id()).or_insert(text);
            }
            Outcome::Content(value) => {
                changes.values.entry(node.id()).or_insert(value);
                written_out.insert(pointer);
            }
        }
    }
    for (part, section, name) in &plan.added {
        let at = format!("{section}/{name}");
        let value = render.part(*part, &at);
        changes.added.push((at, value));
    }
    changes
}

fn reference_node<'d>(site: &Site, node: Node<'d>) -> Node<'d> {
    match site.written {
        gather::Written::Ref => node.get("$ref").unwrap_or(node),
        _ => node,
    }
}

fn unchanged(sources: Sources, told: Vec<Told>) -> Bundle {
    let (document, diagnostics) = sources.into_root();
    let findings = place(&document, told);
    Bundle {
        document,
        diagnostics,
        findings,
        pieces: Vec::new(),
        origins: None,
    }
}

/// References in examples and extensions are text; that they look like references is worth a word.
fn tell_data(gather: &Gather, told: &mut Vec<Told>) {
    for spot in gather.literal.iter().filter(|spot| spot.source == ROOT) {
        let Some(node) = gather.sources.node(*spot) else {
            continue;
        };
        let reference = source::reference_of(node).unwrap_or_default();
        told.push(Told {
            at: format!("{}/$ref", node.pointer()),
            severity: Severity::Info,
            message: format!(
                "The reference '{}' was not followed: it stands in an example or an extension, where OpenAPI has data",
                finding::shorten(reference)
            ),
        });
    }
}

/// What was noticed while other documents were read is told where they came in.
fn tell_read(gather: &Gather, copied: &[Copied], told: &mut Vec<Told>) {
    for (index, source) in gather.sources.iter().enumerate().skip(1) {
        let Some(first) = copied.iter().find(|copied| copied.spot.source == index) else {
            continue;
        };
        for found in source.diagnostics.iter().take(finding::MOST_OF_A_KIND) {
            let Place { line, column, .. } = found.place;
            told.push(Told {
                at: first.at.clone(),
                severity: found.severity,
                message: format!(
                    "{}, line {line}, column {column}: {}",
                    source.at, found.message
                ),
            });
        }
    }
}

fn place(document: &Document, told: Vec<Told>) -> Vec<Diagnostic> {
    let left = told.len().saturating_sub(MOST_FINDINGS);
    let mut findings: Vec<Diagnostic> = told
        .into_iter()
        .take(MOST_FINDINGS)
        .map(|told| {
            let (why, fix) = match told.severity {
                Severity::Info => ("It is kept as it is.", ""),
                _ => (
                    "What it names is left out.",
                    "Put it where the reference says, or copy what it names into this document.",
                ),
            };
            let place = nearest(document, &told.at);
            finding::new(RULE, told.severity, place, told.message, why, fix)
        })
        .collect();
    if left > 0 {
        let message = format!("{left} more references were not followed");
        let place = document.root().place();
        findings.push(finding::new(RULE, Severity::Error, place, message, "", ""));
    }
    findings
}

/// Where a pointer leads, or as near as there is text.
fn nearest(document: &Document, pointer: &str) -> Place {
    let mut at = pointer;
    loop {
        if let Some(mut place) = document.place(at) {
            pointer.clone_into(&mut place.pointer);
            return place;
        }
        match at.rsplit_once('/') {
            Some((holder, _)) => at = holder,
            None => return Place::default(),
        }
    }
}

fn pieces(sources: &Sources, copied: &[Copied]) -> Vec<Piece> {
    copied
        .iter()
        .filter_map(|copied| {
            let source = sources.get(copied.spot.source)?;
            Some(Piece {
                at: copied.at.clone(),
                source: source.at.clone(),
                pointer: source.document.node(copied.spot.node).pointer(),
            })
        })
        .collect()
}
