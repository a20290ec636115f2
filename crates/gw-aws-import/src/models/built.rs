//! Compiled models: their text, what was done to make them, and how true each is with all it refers to.
//!
//! It refuses to keep a `oneOf` or `not` over models that accept more than the document says: it would refuse more.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use super::compile::Model;
use super::place::{Found, Notes, Weight};
use super::size::{self, children};
use super::{Asked, ModelId};
use crate::note::{Fidelity, Note, Subject};

/// Most notes kept of one model with all it refers to.
const MAX_REASONS: usize = 16;

/// Compiled models.
#[derive(Debug)]
pub struct Built {
    text: String,
    /// Parts of the text that are descriptions.
    descriptions: Vec<Range<usize>>,
    notes: Vec<Note>,
    /// By what was asked for.
    asked: Vec<Option<usize>>,
    /// By model, of those that can be bound.
    names: Vec<Option<String>>,
    /// By model.
    component: Vec<usize>,
    components: Vec<Component>,
}

/// Models that refer to one another.
#[derive(Clone, Debug, Default)]
struct Component {
    fidelity: Fidelity,
    /// The worst notes of these models and all they refer to.
    reasons: Vec<usize>,
}

impl Built {
    pub(super) fn new(
        (mut models, mut notes): (Vec<Model<'_>>, Notes),
        asked: Vec<Asked>,
        max_bytes: usize,
    ) -> Self {
        let ranks = rank(&models, &asked);
        let mut is_asked = vec![false; models.len()];
        for model in asked.iter().filter_map(|one| one.model) {
            if let Some(mark) = is_asked.get_mut(model) {
                *mark = true;
            }
        }
        let first_of_size = notes.all.len();
        let (is_bare, dropped) = size::fit(&mut models, &ranks, &is_asked, &mut notes, max_bytes);
        let is_bound = |at: usize| {
            dropped.get(at) == Some(&false)
                && models.get(at).is_some_and(|model| !model.says_nothing)
        };
        let bound: Vec<Asked> = asked
            .iter()
            .filter(|one| one.model.is_some_and(is_bound))
            .copied()
            .collect();
        let needed = rank(&models, &bound);
        loosen(&mut models, &needed, &mut notes);

        let (text, descriptions) = write(&models, &needed, is_bare);
        // A model that was left out for size has no places; where others refer to it, it accepts everything.
        let left: Vec<bool> = needed
            .iter()
            .zip(&dropped)
            .map(|(rank, dropped)| *rank > 0 && !dropped)
            .collect();
        let (notes, index) = judge(&models, &ranks, &left, notes, first_of_size);
        let (component, components) = condense(&models, &notes, &index);
        let names = models
            .iter()
            .enumerate()
            .map(|(at, model)| {
                let is_bound = needed.get(at).is_some_and(|rank| *rank > 0)
                    && dropped.get(at) == Some(&false)
                    && !model.says_nothing;
                is_bound.then(|| model.name.clone())
            })
            .collect();
        Self {
            text,
            descriptions,
            notes,
            asked: asked.iter().map(|one| one.model).collect(),
            names,
            component,
            components,
        }
    }

    /// The reference to bind a body with; `None` when its schema says nothing or was left out for size.
    pub fn reference(&self, model: ModelId) -> Option<String> {
        self.name(model)
            .map(|name| format!("#/components/schemas/{name}"))
    }

    /// The name of the model, when there is one to bind.
    pub fn name(&self, model: ModelId) -> Option<&str> {
        self.names.get(self.at(model)?)?.as_deref()
    }

    /// The object `components.schemas` as compact JSON, by name; `{}` without models.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The same without descriptions.
    pub fn without_descriptions(&self) -> String {
        without(&self.text, &self.descriptions)
    }

    /// What was done, in the order it was found.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// How true a model is, with everything it refers to.
    pub fn fidelity(&self, model: ModelId) -> Fidelity {
        self.component(model)
            .map_or(Fidelity::Exact, |component| component.fidelity)
    }

    /// Indexes of the notes that say so, the worst first: at most `at_most`, and never more than 16.
    pub fn reasons(&self, model: ModelId, at_most: usize) -> Vec<usize> {
        self.component(model).map_or_else(Vec::new, |component| {
            component.reasons.iter().copied().take(at_most).collect()
        })
    }

    fn at(&self, model: ModelId) -> Option<usize> {
        self.asked.get(model.0).copied().flatten()
    }

    fn component(&self, model: ModelId) -> Option<&Component> {
        let at = self.at(model)?;
        self.components.get(*self.component.get(at)?)
    }
}

/// How much each model is needed: the highest rank of what asks for it, directly or not; 0 for not at all.
fn rank(models: &[Model<'_>], asked: &[Asked]) -> Vec<u8> {
    let mut ranks = vec![0; models.len()];
    for rank in (1..=3).rev() {
        let mut waiting: Vec<usize> = asked
            .iter()
            .filter(|one| one.purpose.rank() == rank)
            .filter_map(|one| one.model)
            .collect();
        while let Some(at) = waiting.pop() {
            if let (Some(own), Some(model)) = (ranks.get_mut(at), models.get(at))
                && *own == 0
            {
                *own = rank;
                waiting.extend(&model.text.references);
            }
        }
    }
    ranks
}

/// Takes out `oneOf` and `not` over models that accept more than they should.
fn loosen(models: &mut [Model<'_>], needed: &[u8], notes: &mut Notes) {
    let mut parents: Vec<Vec<usize>> = vec![Vec::new(); models.len()];
    for (at, model) in models.iter().enumerate() {
        for child in children(model) {
            if let Some(parents) = parents.get_mut(child) {
                parents.push(at);
            }
        }
    }
    let mut is_loose: Vec<bool> = vec![false; models.len()];
    let mut waiting: Vec<usize> = (0..models.len())
        .filter(|at| models.get(*at).is_some_and(|model| model.is_loose))
        .collect();
    while let Some(at) = waiting.pop() {
        if let Some(mark) = is_loose.get_mut(at)
            && !std::mem::replace(mark, true)
        {
            waiting.extend(parents.get(at).into_iter().flatten());
        }
    }
    for (model, _) in models.iter_mut().zip(needed).filter(|(_, rank)| **rank > 0) {
        let mut cuts = Vec::new();
        for site in std::mem::take(&mut model.text.sites) {
            let mut below = model
                .text
                .references
                .get(site.references)
                .into_iter()
                .flatten();
            if !below.any(|at| is_loose.get(*at) == Some(&true)) {
                continue;
            }
            let message = if site.is_not {
                "What must not be refers to schemas that accept more than they should, so nothing is refused for it"
            } else {
                "These schemas refer to some that accept more than they should, so more than one may match; 'anyOf' stands instead"
            };
            let note = notes.add(Found {
                rule: "GW048",
                weight: Weight::Check,
                subject: site.subject,
                source: site.source,
                result: if site.is_not {
                    String::new()
                } else {
                    site.result
                },
                message: Cow::Borrowed(message),
            });
            model.notes.push(note);
            if site.is_not {
                cuts.push(site.bytes);
            } else {
                model.text.json.replace_range(site.bytes, "anyOf");
            }
        }
        if !cuts.is_empty() {
            cuts.sort_by_key(|cut| (cut.start, std::cmp::Reverse(cut.end)));
            model.text.descriptions = shifted(&model.text.json, &model.text.descriptions, &cuts);
            model.text.json = without(&model.text.json, &cuts);
        }
    }
}

/// Where parts of a text are after others are cut.
fn shifted(text: &str, parts: &[Range<usize>], cuts: &[Range<usize>]) -> Vec<Range<usize>> {
    let place = |at: usize| {
        let head = text.get(..at).unwrap_or_default();
        without(head, cuts).len()
    };
    let is_left = |part: &Range<usize>| {
        !cuts
            .iter()
            .any(|cut| cut.start <= part.start && part.end <= cut.end)
    };
    parts
        .iter()
        .filter(|part| is_left(part))
        .map(|part| place(part.start)..place(part.end))
        .collect()
}

/// A text of JSON without some members; a comma that would open an object goes with them.
fn without(text: &str, cuts: &[Range<usize>]) -> String {
    let mut left = String::with_capacity(text.len());
    let mut from = 0;
    for cut in cuts {
        if cut.start < from {
            continue; // within one that is cut already
        }
        left.push_str(text.get(from..cut.start).unwrap_or_default());
        from = cut.end;
        if left.ends_with('{') && text.get(from..).is_some_and(|rest| rest.starts_with(',')) {
            from += 1;
        }
    }
    left.push_str(text.get(from..).unwrap_or_default());
    left
}

fn write(models: &[Model<'_>], needed: &[u8], is_bare: bool) -> (String, Vec<Range<usize>>) {
    let mut order: Vec<&Model<'_>> = models
        .iter()
        .zip(needed)
        .filter(|(_, rank)| **rank > 0)
        .map(|(model, _)| model)
        .collect();
    order.sort_by(|one, two| one.name.cmp(&two.name));
    let size: usize = order
        .iter()
        .map(|model| model.name.len() + model.text.json.len() + 4)
        .sum();
    let mut text = String::with_capacity(size + 2);
    let mut descriptions = Vec::new();
    text.push('{');
    for model in order {
        if text.len() > 1 {
            text.push(',');
        }
        text.push('"');
        text.push_str(&model.name);
        text.push_str("\":");
        if is_bare {
            text.push_str(&without(&model.text.json, &model.text.descriptions));
        } else {
            let start = text.len();
            let parts = model.text.descriptions.iter();
            descriptions.extend(parts.map(|part| part.start + start..part.end + start));
            text.push_str(&model.text.json);
        }
    }
    text.push('}');
    (text, descriptions)
}

/// Notes with their fidelity, of models that are needed; and where each found one went.
fn judge(
    models: &[Model<'_>],
    ranks: &[u8],
    is_left: &[bool],
    found: Notes,
    first_of_size: usize,
) -> (Vec<Note>, Vec<Option<usize>>) {
    // By note: the highest rank of a model that has it.
    let mut weight = vec![0; found.all.len()];
    let mut left: HashSet<&str> = HashSet::new();
    for (at, model) in models.iter().enumerate() {
        if is_left.get(at) == Some(&true) {
            left.insert(&model.name);
        }
        let rank = ranks.get(at).copied().unwrap_or_default();
        for note in &model.notes {
            if let Some(own) = weight.get_mut(*note) {
                *own = rank.max(*own);
            }
        }
    }
    let mut notes = Vec::new();
    let mut index = vec![None; found.all.len()];
    for (at, one) in found.all.into_iter().enumerate() {
        let rank = weight.get(at).copied().unwrap_or_default();
        let is_of_api = at >= first_of_size && one.subject.is_empty() && one.source.is_empty();
        if rank == 0 && !is_of_api {
            continue;
        }
        let fidelity = match one.weight {
            _ if rank < 3 => Fidelity::Exact,
            Weight::Documentation => Fidelity::Exact,
            Weight::Otherwise => Fidelity::Changed,
            Weight::Check => Fidelity::Lost,
        };
        let model = one
            .result
            .strip_prefix("/components/schemas/")
            .map(|rest| rest.split('/').next().unwrap_or_default());
        let result = match model {
            Some(model) if !left.contains(model) => String::new(),
            _ => one.result,
        };
        if let Some(place) = index.get_mut(at) {
            *place = Some(notes.len());
        }
        notes.push(Note {
            rule: one.rule,
            fidelity,
            subject: if is_of_api {
                Subject::Api
            } else {
                Subject::Schema(one.subject)
            },
            source: one.source,
            result,
            message: one.message.into_owned(),
        });
    }
    (notes, index)
}

/// Components of models that refer to one another, those they refer to first (Tarjan), each with what it comes to.
fn condense(
    models: &[Model<'_>],
    notes: &[Note],
    index: &[Option<usize>],
) -> (Vec<usize>, Vec<Component>) {
    const NEW: usize = usize::MAX;
    let edges: Vec<Vec<usize>> = models.iter().map(children).collect();
    let mut component = vec![NEW; models.len()];
    let mut components: Vec<Component> = Vec::new();
    let mut number = vec![NEW; models.len()];
    let mut low = vec![NEW; models.len()];
    let mut open: Vec<usize> = Vec::new();
    let mut path: Vec<(usize, usize)> = Vec::new();
    let mut count = 0;
    for root in 0..models.len() {
        if number[root] != NEW {
            continue;
        }
        path.push((root, 0));
        while let Some((at, next)) = path.pop() {
            if next == 0 {
                number[at] = count;
                low[at] = count;
                count += 1;
                open.push(at);
            }
            if let Some(child) = edges[at].get(next).copied() {
                path.push((at, next + 1));
                if number[child] == NEW {
                    path.push((child, 0));
                } else if component[child] == NEW {
                    low[at] = low[at].min(number[child]);
                }
                continue;
            }
            if let Some((parent, _)) = path.last() {
                low[*parent] = low[*parent].min(low[at]);
            }
            if low[at] != number[at] {
                continue;
            }
            let mut reasons = Vec::new();
            let mut members = Vec::new();
            while let Some(member) = open.pop() {
                component[member] = components.len();
                members.push(member);
                if member == at {
                    break;
                }
            }
            for member in members {
                reasons.extend(
                    models[member]
                        .notes
                        .iter()
                        .filter_map(|note| *index.get(*note)?),
                );
                for child in &edges[member] {
                    if let Some(below) = components.get(component[*child]) {
                        reasons.extend(&below.reasons);
                    }
                }
            }
            reasons.sort_by_key(|note| {
                (
                    std::cmp::Reverse(notes.get(*note).map(|note| note.fidelity)),
                    *note,
                )
            });
            reasons.dedup();
            reasons.truncate(MAX_REASONS);
            components.push(Component {
                fidelity: reasons
                    .first()
                    .and_then(|note| notes.get(*note))
                    .map_or(Fidelity::Exact, |note| note.fidelity),
                reasons,
            });
        }
    }
    (component, components)
}
