//! Texts being typed, kept in memory so that a keystroke sends a keystroke, and linted near the keystroke first, then as
//! a whole, then for a gateway.
//!
//! It refuses to keep many or to write any down: a draft is the page's, and a page that finds it gone sends it whole.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use gw_model::{Api, Diagnostic, Fault, KeyManagerSnapshot};
use gw_openapi::Document;

use super::working::{self, Working};
use super::{count, import, report};
use crate::app::{App, blocking, locked};
use crate::names;
use crate::wire::{
    Done, DraftClose, DraftDepth, DraftLint, DraftReport, DraftState, LintTarget, TextChange,
};

/// Most drafts kept; the one that was touched longest ago goes first.
const MOST_DRAFTS: usize = 4;
/// Most findings told at once: an editor shows no more.
const MOST_FINDINGS: usize = 500;

/// The drafts of an app.
#[derive(Default)]
pub(crate) struct Drafts {
    by_name: HashMap<String, Arc<Draft>>,
    /// Names, the one touched last at the end.
    order: Vec<String>,
}

struct Draft {
    api: Api,
    key_manager: Option<KeyManagerSnapshot>,
    /// The newest version asked for; older runs stop when they see it.
    newest: AtomicU64,
    /// One run at a time: an older one gives way soon.
    held: Mutex<Held>,
}

struct Held {
    version: u64,
    text: String,
    /// The text, or one some edits before it, as it was read last; a broken one only where none was sound before.
    read: Option<gw_openapi::Draft>,
    /// What was found last in a sound text beside the general rules, at its lines in the text.
    further: Vec<Diagnostic>,
}

impl Drafts {
    fn get(&mut self, name: &str) -> Option<Arc<Draft>> {
        let draft = self.by_name.get(name).cloned()?;
        self.order.retain(|one| one != name);
        self.order.push(name.to_owned());
        Some(draft)
    }

    fn put(&mut self, name: &str, draft: Arc<Draft>) {
        self.drop_one(name);
        while self.order.len() >= MOST_DRAFTS {
            let oldest = self.order.remove(0);
            self.by_name.remove(&oldest);
        }
        self.by_name.insert(name.to_owned(), draft);
        self.order.push(name.to_owned());
    }

    fn drop_one(&mut self, name: &str) {
        self.order.retain(|one| one != name);
        if let Some(draft) = self.by_name.remove(name) {
            draft.newest.store(u64::MAX, Ordering::Relaxed);
        }
    }
}

/// Takes what was typed and finds problems in it; a newer version of the draft makes an older run give up.
pub async fn lint_draft(app: &App, request: DraftLint) -> Result<DraftReport, Fault> {
    let DraftLint {
        draft: name,
        version,
        api,
        text,
        changes,
        target,
        depth,
    } = request;
    let drafts = &app.inner().drafts;
    let draft = match text {
        Some(text) => {
            check_size(text.len())?;
            let (api, key_manager) = working::context(app, &api).await?;
            let draft = Arc::new(Draft {
                api,
                key_manager,
                newest: AtomicU64::new(version),
                held: Mutex::new(Held {
                    version,
                    text,
                    read: None,
                    further: Vec::new(),
                }),
            });
            locked(drafts).put(&name, Arc::clone(&draft));
            draft
        }
        None => match locked(drafts).get(&name) {
            Some(draft) if draft.api.id == api => draft,
            _ => return Ok(without(version, DraftState::Unknown)),
        },
    };
    draft.newest.fetch_max(version, Ordering::Relaxed);
    blocking(move || run(&draft, version, &changes, target, depth)).await
}

/// Forgets a draft.
pub async fn close_draft(app: &App, request: DraftClose) -> Result<Done, Fault> {
    locked(&app.inner().drafts).drop_one(&request.draft);
    Ok(Done {})
}

fn run(
    draft: &Draft,
    version: u64,
    changes: &[TextChange],
    target: Option<LintTarget>,
    depth: DraftDepth,
) -> Result<DraftReport, Fault> {
    let text = {
        let mut held = locked(&draft.held);
        if held.version.checked_add(1) == Some(version) {
            held.take(changes)?;
            held.version = version;
        } else if held.version != version || !changes.is_empty() {
            return Ok(without(version, DraftState::Unknown));
        }
        check_size(held.text.len())?;
        if depth == DraftDepth::Near
            && let Some(found) = held.near()
        {
            return Ok(told(version, DraftDepth::Near, found, &held.further));
        }
        held.text.clone()
    };
    let current = || draft.newest.load(Ordering::Relaxed) == version;
    let report = match depth {
        DraftDepth::Near | DraftDepth::Text => by_general_rules(draft, version, &text, current),
        DraftDepth::Whole => whole(draft, version, text, target, current),
    };
    Ok(report.unwrap_or_else(|| without(version, DraftState::Stale)))
}

/// Reads and lints a text for as long as that is wanted, and keeps what was read for the next edit.
fn by_general_rules(
    draft: &Draft,
    version: u64,
    text: &str,
    current: impl Fn() -> bool,
) -> Option<DraftReport> {
    if !current() {
        return None;
    }
    let (document, mut found) = Document::parse(text);
    if !current() {
        return None;
    }
    found.extend(gw_openapi::lint(&document));
    let mut held = locked(&draft.held);
    if !current() || held.version != version {
        return None;
    }
    let report = told(version, DraftDepth::Text, found.clone(), &held.further);
    if document.is_sound() || held.read.is_none() {
        held.read = Some(gw_openapi::Draft::new(document, found));
    }
    Some(report)
}

/// Compiles a text, too.
fn whole(
    draft: &Draft,
    version: u64,
    text: String,
    target: Option<LintTarget>,
    current: impl Fn() -> bool,
) -> Option<DraftReport> {
    let working = Working::read_while(&draft.api, text, draft.key_manager.clone(), &current)?;
    let (general, further) = super::for_target(&working, target)
        .into_iter()
        .partition(is_general);
    let mut held = locked(&draft.held);
    if !current() || held.version != version {
        return None;
    }
    let report = told(version, DraftDepth::Whole, general, &further);
    // What a broken text lacks is nothing about the next one.
    if working.document.is_sound() {
        held.further = further;
    }
    Some(report)
}

fn is_general(finding: &Diagnostic) -> bool {
    let of = ["doc-", "oas-", "owasp-"];
    of.iter().any(|prefix| finding.rule.starts_with(prefix))
}

impl Held {
    /// Makes changes; what was found below them moves along.
    fn take(&mut self, changes: &[TextChange]) -> Result<(), Fault> {
        let text = changed(&self.text, changes)?;
        if !self.further.is_empty() {
            gw_openapi::move_along(&self.text, &text, &mut self.further);
        }
        self.text = text;
        Ok(())
    }

    /// What is found near the last edit, and elsewhere as before; `None` when the whole has to be read.
    fn near(&mut self) -> Option<Vec<Diagnostic>> {
        let read = self.read.as_mut()?;
        if read.document().text() == self.text {
            return Some(read.found().to_vec());
        }
        read.edit(&self.text)
    }
}

fn told(
    version: u64,
    depth: DraftDepth,
    mut found: Vec<Diagnostic>,
    further: &[Diagnostic],
) -> DraftReport {
    found.extend(further.iter().cloned());
    let mut found = report(found);
    let total = count(found.diagnostics.len());
    found.diagnostics.truncate(MOST_FINDINGS);
    DraftReport {
        version,
        state: DraftState::Linted,
        depth,
        diagnostics: found.diagnostics,
        total,
        errors: found.errors,
    }
}

fn without(version: u64, state: DraftState) -> DraftReport {
    DraftReport {
        version,
        state,
        depth: DraftDepth::Near,
        diagnostics: Vec::new(),
        total: 0,
        errors: 0,
    }
}

fn check_size(bytes: usize) -> Result<(), Fault> {
    if bytes > gw_openapi::MAX_TEXT {
        return Err(import::too_large("The document", bytes as u64));
    }
    Ok(())
}

/// A text with changes made, all of which count UTF-16 units in the text as it was and stand in order.
fn changed(text: &str, changes: &[TextChange]) -> Result<String, Fault> {
    let mut places = Units {
        text,
        narrow: text.is_ascii(),
        at: 0,
        bytes: 0,
    };
    let added: usize = changes.iter().map(|change| change.insert.len()).sum();
    let mut new = String::with_capacity(text.len() + added);
    let mut done = 0;
    for change in changes {
        let edges = (places.byte(change.from), places.byte(change.to));
        let (Some(from), Some(to)) = edges else {
            return Err(outside());
        };
        let Some(kept) = text.get(done..from) else {
            return Err(outside());
        };
        new.push_str(kept);
        new.push_str(&change.insert);
        done = to;
    }
    new.push_str(text.get(done..).unwrap_or_default());
    Ok(new)
}

fn outside() -> Fault {
    let advice = "Send the whole text";
    names::invalid("changes", "A change does not fit the text", advice)
}

/// Goes forward through a text in UTF-16 units.
struct Units<'t> {
    text: &'t str,
    /// Every unit is one byte.
    narrow: bool,
    at: usize,
    bytes: usize,
}

impl Units<'_> {
    /// Where a unit begins; `None` before the last one asked for, past the end, or inside a character.
    fn byte(&mut self, unit: u32) -> Option<usize> {
        let unit = usize::try_from(unit).ok()?;
        if self.narrow {
            let forward = unit >= self.bytes && unit <= self.text.len();
            self.bytes = unit;
            return forward.then_some(unit);
        }
        let rest = self.text.get(self.bytes..)?;
        for character in rest.chars() {
            if self.at >= unit {
                break;
            }
            self.at += character.len_utf16();
            self.bytes += character.len_utf8();
        }
        (self.at == unit).then_some(self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(from: u32, to: u32, insert: &str) -> TextChange {
        TextChange {
            from,
            to,
            insert: insert.to_owned(),
        }
    }

    #[test]
    fn changes_count_in_utf_16_units_of_the_text_before() {
        let two = [change(0, 1, "A"), change(3, 4, "")];
        assert_eq!(changed("abcde", &two).unwrap(), "Abce");
        // A face is two units and four bytes, an umlaut one unit and two bytes.
        let wide = [change(2, 3, "u"), change(4, 4, "!")];
        assert_eq!(
            changed("\u{1f600}\u{fc}xy", &wide).unwrap(),
            "\u{1f600}ux!y"
        );
        assert_eq!(changed("ab", &[change(2, 2, "c")]).unwrap(), "abc");
    }

    #[test]
    fn changes_that_do_not_fit_are_refused() {
        for wrong in [
            vec![change(0, 9, "")],
            vec![change(2, 1, "")],
            vec![change(2, 3, ""), change(0, 1, "")],
        ] {
            assert!(changed("abc", &wrong).is_err(), "{wrong:?}");
            assert!(changed("ab\u{fc}", &wrong).is_err(), "{wrong:?}");
        }
        assert!(
            changed("\u{1f600}", &[change(1, 2, "")]).is_err(),
            "half a character"
        );
    }
}
