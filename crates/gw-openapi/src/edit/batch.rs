//! Many edits of one document in one go: one pass over the text, one reading back.
//!
//! It refuses half an answer: a group of edits is made whole or not at all, and one that cannot be made does not stop the
//! others.

use super::asked::{Gathering, Refused};
use super::patch::{Holder, Patch};
use super::{Edit, EditError, proof};
use crate::document::Document;
use crate::tree::{Kind, NodeId};

/// Most readings of the text in search of the group that spoils a batch.
const MAX_TRIALS: usize = 48;

/// Makes every edit. Pointers are of the document before the edits, whatever their order; a key that an edit removes or
/// renames is free for the ones behind it.
///
/// Invariant: the result says what was asked and nothing else; every line no edit is about stays as it was, byte for
/// byte. Two edits that ask for the same are made once; two that contradict each other are refused with both named.
pub fn apply(document: &Document, edits: &[Edit]) -> Result<String, EditError> {
    must_be_whole(document)?;
    let mut gathering = Gathering::new(document, edits);
    for (index, edit) in edits.iter().enumerate() {
        gathering
            .add(index)
            .map_err(|refused| error(refused, edit, edits))?;
    }
    write(document, &gathering).map_err(|at| {
        let guilty = nearest(document, edits, at);
        EditError::Layout(guilty.map_or_else(String::new, |edit| edit.at().to_owned()))
    })
}

/// Makes every group of edits that can be made beside those before it, and says of each why not.
///
/// Fails when the document cannot be read whole.
pub fn apply_each(
    document: &Document,
    groups: &[&[Edit]],
) -> Result<(String, Vec<Option<EditError>>), EditError> {
    must_be_whole(document)?;
    let mut batch = Batch {
        document,
        edits: groups
            .iter()
            .flat_map(|group| group.iter().cloned())
            .collect(),
        bounds: Vec::with_capacity(groups.len()),
        errors: vec![None; groups.len()],
        trials: 0,
    };
    let mut from = 0;
    for group in groups {
        batch.bounds.push((from, from + group.len()));
        from += group.len();
    }
    let all: Vec<usize> = (0..groups.len()).collect();
    let text = batch.make(&all);
    Ok((text, batch.errors))
}

struct Batch<'d> {
    document: &'d Document,
    edits: Vec<Edit>,
    /// Each group's first edit and the one behind its last.
    bounds: Vec<(usize, usize)>,
    errors: Vec<Option<EditError>>,
    trials: usize,
}

impl Batch<'_> {
    /// The text with all of these groups that can be made.
    fn make(&mut self, groups: &[usize]) -> String {
        match self.attempt(groups) {
            Ok(text) => text,
            Err(_) => {
                let good = self.search(groups);
                // Each half may be good alone and not with the other; then nothing is made.
                match self.attempt(&good) {
                    Ok(text) => text,
                    Err(guilty) => {
                        self.spoil(&good, guilty);
                        self.document.text().to_owned()
                    }
                }
            }
        }
    }

    /// Those of the groups that can be made, found by halving.
    fn search(&mut self, groups: &[usize]) -> Vec<usize> {
        let (left, right) = groups.split_at(groups.len() / 2);
        let mut good = Vec::with_capacity(groups.len());
        for half in [left, right] {
            if half.is_empty() {
                continue;
            }
            self.trials += 1;
            match self.attempt(half) {
                Ok(_) => good.extend_from_slice(half),
                Err(guilty) if half.len() == 1 || self.trials > MAX_TRIALS => {
                    self.spoil(half, guilty);
                }
                Err(_) => good.extend(self.search(half)),
            }
        }
        good
    }

    fn spoil(&mut self, groups: &[usize], guilty: Option<String>) {
        for group in groups {
            let (from, to) = self.bounds.get(*group).copied().unwrap_or_default();
            let edits = self.edits.get(from..to).unwrap_or_default();
            let at = guilty
                .clone()
                .or_else(|| edits.first().map(|edit| edit.at().to_owned()));
            if let Some(error) = self.errors.get_mut(*group) {
                error.get_or_insert(EditError::Layout(at.unwrap_or_default()));
            }
        }
    }

    /// The text with all groups that agree with each other, or the pointer of the edit that spoils it, if that is known.
    fn attempt(&mut self, groups: &[usize]) -> Result<String, Option<String>> {
        // A group whose own edits contradict each other is left out, and the others are gathered anew.
        'again: loop {
            let mut gathering = Gathering::new(self.document, &self.edits);
            for group in groups {
                if self.errors.get(*group).is_some_and(Option::is_some) {
                    continue;
                }
                let (from, to) = self.bounds.get(*group).copied().unwrap_or_default();
                let refused = (from..to).find_map(|index| {
                    let refused = gathering.check(index).err()?;
                    Some((index, refused))
                });
                if let Some((index, refused)) = refused {
                    let error = self
                        .edits
                        .get(index)
                        .map(|edit| error(refused, edit, &self.edits));
                    if let Some(slot) = self.errors.get_mut(*group) {
                        *slot = error;
                    }
                    continue;
                }
                for index in from..to {
                    if let Err(refused) = gathering.add(index) {
                        let error = self
                            .edits
                            .get(index)
                            .map(|edit| error(refused, edit, &self.edits));
                        if let Some(slot) = self.errors.get_mut(*group) {
                            *slot = error;
                        }
                        continue 'again;
                    }
                }
            }
            return write(self.document, &gathering).map_err(|at| {
                nearest(self.document, &self.edits, at).map(|edit| edit.at().to_owned())
            });
        }
    }
}

fn must_be_whole(document: &Document) -> Result<(), EditError> {
    // An empty YAML text is a document to begin with.
    if document.is_sound() && matches!(document.root().kind(), Kind::Mapping | Kind::Null) {
        Ok(())
    } else {
        Err(EditError::Unsound)
    }
}

/// The edited text, proven; or the offset at which it is not as it should be, if that is known.
fn write(document: &Document, gathering: &Gathering<'_>) -> Result<String, Option<usize>> {
    let mut patch = Patch::new(document);
    patch
        .emit(NodeId::ROOT, Holder::Root, &gathering.root)
        .map_err(|_| None)?;
    let text = patch.apply().map_err(|_| None)?;
    if text == document.text() {
        proof::check(document, &gathering.root, document).map_err(Some)?;
        return Ok(text);
    }
    let (edited, _) = Document::parse_as(&text, document.format());
    if !edited.is_sound() {
        return Err(None);
    }
    proof::check(document, &gathering.root, &edited).map_err(Some)?;
    Ok(text)
}

/// The edit whose place is closest to an offset.
fn nearest<'e>(document: &Document, edits: &'e [Edit], at: Option<usize>) -> Option<&'e Edit> {
    let Some(at) = at else {
        return edits.first().filter(|_| edits.len() == 1);
    };
    edits.iter().min_by_key(|edit| {
        let mut pointer = edit.at();
        // What is new has no place; what holds it does.
        loop {
            if let Some(node) = document.at(pointer) {
                return node.span().start.abs_diff(at);
            }
            pointer = pointer.rsplit_once('/').map_or("", |(holder, _)| holder);
        }
    })
}

fn error(refused: Refused, edit: &Edit, edits: &[Edit]) -> EditError {
    let at = edit.at().to_owned();
    match refused {
        Refused::Missing => EditError::Missing(at),
        Refused::Shared => EditError::Shared(at),
        Refused::Layout => EditError::Layout(at),
        Refused::Taken => {
            let to = match edit {
                Edit::Rename { to, .. } => to.clone(),
                _ => String::new(),
            };
            EditError::Taken { at, to }
        }
        Refused::Conflict(other) => EditError::Conflict {
            first: edits
                .get(other)
                .map_or_else(String::new, |edit| edit.at().to_owned()),
            second: at,
        },
    }
}
