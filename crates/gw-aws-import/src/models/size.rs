//! The size of all models, brought under what AWS takes (GW056).
//!
//! It refuses to drop what is needed more before what is needed less: descriptions, then what only answers use, then what
//! nobody checks, then the largest of what is checked.

use std::borrow::Cow;

use super::compile::Model;
use super::place::{Found, Notes, Weight};
use super::shape::Text;

/// Brings models under `max_bytes`; `ranks` says how much each is needed, 0 for not at all. Says whether descriptions go.
pub(super) fn fit(
    models: &mut [Model<'_>],
    ranks: &[u8],
    is_asked: &[bool],
    notes: &mut Notes,
    max_bytes: usize,
) -> (bool, Vec<bool>) {
    let mut dropped = vec![false; models.len()];
    let mut total: usize = 2;
    let mut bare: usize = 2;
    for (model, rank) in models.iter().zip(ranks) {
        if *rank > 0 {
            let descriptions: usize = model
                .text
                .descriptions
                .iter()
                .map(ExactSizeIterator::len)
                .sum();
            total += frame(model) + model.text.json.len();
            bare += frame(model) + model.text.json.len() - descriptions;
        }
    }
    if total <= max_bytes {
        return (false, dropped);
    }
    if bare < total {
        notes.add(Found {
            rule: "GW056",
            weight: Weight::Documentation,
            subject: String::new(),
            source: String::new(),
            result: "/components/schemas".to_owned(),
            message: Cow::Owned(format!(
                "The models have {total} bytes and AWS takes {max_bytes}; their descriptions are left out"
            )),
        });
    }
    total = bare;
    let mut parents = parents(models, ranks);
    let mut order: Vec<usize> = (0..models.len())
        .filter(|at| ranks.get(*at).is_some_and(|rank| *rank > 0))
        .collect();
    order.sort_by_key(|at| {
        let size = models.get(*at).map_or(0, size);
        (ranks.get(*at).copied(), std::cmp::Reverse(size), *at)
    });
    let mut gone = vec![false; models.len()];
    for at in order {
        if total <= max_bytes {
            break;
        }
        if gone.get(at) != Some(&false) {
            continue;
        }
        let Some(model) = models.get(at) else {
            continue;
        };
        if size(model) <= 2 {
            continue;
        }
        let is_checked = ranks.get(at) == Some(&3);
        let found = Found {
            rule: "GW056",
            weight: if is_checked {
                Weight::Check
            } else {
                Weight::Documentation
            },
            subject: model.pointer().to_owned(),
            source: model.pointer().to_owned(),
            result: String::new(),
            message: Cow::Owned(format!(
                "AWS takes {max_bytes} bytes of models in one API; the model {} is left out{}",
                model.name,
                if is_checked { " and not checked" } else { "" }
            )),
        };
        total -= size(model) - 2;
        if parents.get(at) == Some(&0) {
            total = total.saturating_sub(frame(model) + 2);
        }
        let mut waiting = children(model);
        let note = notes.add(found);
        if let (Some(model), Some(mark)) = (models.get_mut(at), dropped.get_mut(at)) {
            model.text = Text {
                json: "{}".to_owned(),
                ..Text::default()
            };
            model.is_loose = true;
            model.notes = vec![note];
            *mark = true;
        }
        // What only this one used goes with it.
        while let Some(child) = waiting.pop() {
            let Some(count) = parents.get_mut(child) else {
                continue;
            };
            *count = count.saturating_sub(1);
            let is_free = *count == 0 && is_asked.get(child) == Some(&false);
            if is_free && let (Some(model), Some(gone)) = (models.get(child), gone.get_mut(child)) {
                let is_stub = dropped.get(child) == Some(&true);
                if !std::mem::replace(gone, true) {
                    total = total.saturating_sub(frame(model) + size(model));
                    if !is_stub {
                        waiting.extend(children(model));
                    }
                }
            }
        }
    }
    (true, dropped)
}

/// Bytes around a model's schema: its name, quotes, colon and comma.
fn frame(model: &Model<'_>) -> usize {
    model.name.len() + 4
}

/// Bytes of a model's schema without descriptions.
fn size(model: &Model<'_>) -> usize {
    let descriptions: usize = model
        .text
        .descriptions
        .iter()
        .map(ExactSizeIterator::len)
        .sum();
    model.text.json.len() - descriptions
}

/// The models one refers to, each once, itself left out.
pub(super) fn children(model: &Model<'_>) -> Vec<usize> {
    let mut children = model.text.references.clone();
    children.sort_unstable();
    children.dedup();
    children
}

fn parents(models: &[Model<'_>], ranks: &[u8]) -> Vec<usize> {
    let mut parents = vec![0; models.len()];
    for (at, model) in models.iter().enumerate() {
        if ranks.get(at).is_some_and(|rank| *rank > 0) {
            for child in children(model) {
                if child != at
                    && let Some(count) = parents.get_mut(child)
                {
                    *count += 1;
                }
            }
        }
    }
    parents
}
