//! Parts as they stand in the root: copied, with their references turned.
//!
//! It refuses to copy without end: what stands for itself, or grows beyond the bounds, stays a reference with a finding.

use gw_model::Severity;
use serde_json::{Map, Value};

use super::gather::{Gather, Part, Site, Written};
use super::location::Location;
use super::plan::Plan;
use super::role::{Kind as Object, Role};
use super::source::{ROOT, Spot, reference_of};
use crate::document;
use crate::finding::shorten;
use crate::pointer;
use crate::tree::{Kind, Node};

/// A part of the bundle that stands in another document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Copied {
    /// Its pointer in the bundle.
    pub(super) at: String,
    pub(super) spot: Spot,
}

/// Something to tell of a place in the bundle.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) at: String,
    pub(super) severity: Severity,
    pub(super) message: String,
}

/// Copies parts.
pub(super) struct Render<'g> {
    gather: &'g Gather,
    plan: &'g Plan,
    /// How much may still be copied.
    budget: usize,
    most_depth: usize,
    open: Vec<Part>,
    /// The pointer of what is being written.
    at: String,
    pub(super) copied: Vec<Copied>,
    pub(super) told: Vec<Told>,
}

/// What a reference becomes.
pub(super) enum Outcome {
    /// Text of a reference.
    Text(String),
    /// What it stands for, written out.
    Content(Value),
    /// Nothing: it stays.
    Stays,
}

impl<'g> Render<'g> {
    pub(super) fn new(
        gather: &'g Gather,
        plan: &'g Plan,
        budget: usize,
        most_depth: usize,
    ) -> Self {
        Self {
            gather,
            plan,
            budget,
            most_depth,
            open: Vec::new(),
            at: String::new(),
            copied: Vec::new(),
            told: Vec::new(),
        }
    }

    /// A part that goes to a place of its own.
    pub(super) fn part(&mut self, part: Part, at: &str) -> Value {
        at.clone_into(&mut self.at);
        let depth = steps(at);
        self.content(part, depth).unwrap_or(Value::Null)
    }

    /// What a reference in the root becomes.
    pub(super) fn outcome_at(&mut self, site: &Site, at: &str) -> Outcome {
        at.clone_into(&mut self.at);
        let Some(node) = self.gather.sources.node(site.part.spot) else {
            return Outcome::Stays;
        };
        self.outcome(site, node, steps(at))
    }

    fn outcome(&mut self, site: &Site, node: Node<'g>, depth: usize) -> Outcome {
        let spot = match &site.target {
            Ok(spot) => *spot,
            Err(reason) => {
                if site.written != Written::Name {
                    self.tell(site, node, reason);
                }
                return Outcome::Stays;
            }
        };
        let target = Part {
            spot,
            role: site.part.role,
        };
        let placed = !self.gather.written_out(target.role);
        if spot.source == ROOT && (placed || site.written != Written::Ref) {
            let pointer = self.gather.sources.node(spot).map(Node::pointer);
            return Outcome::Text(local(&pointer.unwrap_or_default()));
        }
        if let Some(home) = self.plan.homes.get(&target)
            && (*home != self.at || site.written != Written::Ref)
        {
            return Outcome::Text(local(home));
        }
        match self.content(target, depth) {
            Ok(content) => Outcome::Content(self.with_siblings(content, node, site.part, depth)),
            Err(reason) => {
                self.tell(site, node, reason);
                Outcome::Stays
            }
        }
    }

    /// What a part says, written out at the place being written.
    fn content(&mut self, part: Part, depth: usize) -> Result<Value, &'static str> {
        if self.open.contains(&part) {
            return Err("it stands for itself, without end");
        }
        if depth > self.most_depth {
            return Err("written out, it would be nested too deep");
        }
        if self.budget == 0 {
            return Err("written out, all references together would be too large");
        }
        let Some(source) = self.gather.sources.get(part.spot.source) else {
            return Err("it leads nowhere");
        };
        if part.spot.source != ROOT {
            self.copied.push(Copied {
                at: self.at.clone(),
                spot: part.spot,
            });
        }
        if let Some(text) = &source.prose {
            self.spend(text);
            return Ok(Value::from(text.as_str()));
        }
        self.open.push(part);
        let node = source.document.node(part.spot.node);
        let value = self.value(part.spot.source, node, part.role, depth);
        self.open.pop();
        Ok(value)
    }

    /// Content with what stands beside the reference, which wins.
    fn with_siblings(&mut self, content: Value, node: Node<'g>, part: Part, depth: usize) -> Value {
        match content {
            Value::Object(mut fields) => {
                for (key, value) in node.entries().filter(|(key, _)| key.text != "$ref") {
                    let role = part.role.child(key.text, value);
                    let value = self.below(key.text, |render| {
                        render.value(part.spot.source, value, role, depth + 1)
                    });
                    fields.insert(key.text.to_owned(), value);
                }
                Value::Object(fields)
            }
            other => other,
        }
    }

    fn value(&mut self, source: usize, node: Node<'g>, role: Role, depth: usize) -> Value {
        if self.budget == 0 || depth > self.most_depth {
            let message = if self.budget == 0 {
                "What stands here was left out: all references together would be too large"
            } else {
                "What stands here was left out: it would be nested too deep"
            };
            if self.told.last().is_none_or(|told| told.message != message) {
                self.told.push(Told {
                    at: self.at.clone(),
                    severity: Severity::Error,
                    message: message.to_owned(),
                });
            }
            return Value::Null;
        }
        self.spend(node.scalar_text().unwrap_or_default());
        let spot = Spot {
            source,
            node: node.id(),
        };
        let gather = self.gather;
        if let Some(site) = gather
            .at
            .get(&(spot, role))
            .and_then(|&at| gather.sites.get(at))
        {
            return self.reference(site, node, depth);
        }
        match node.kind() {
            Kind::Sequence => {
                let item = |(index, item): (usize, Node<'g>)| {
                    self.below(&index.to_string(), |render| {
                        render.value(source, item, role.item(), depth + 1)
                    })
                };
                node.items().enumerate().map(item).collect()
            }
            Kind::Mapping => Value::Object(self.fields(source, node, role, depth)),
            _ => {
                let mut one = usize::MAX;
                document::copy(node, &mut one)
            }
        }
    }

    fn fields(
        &mut self,
        source: usize,
        node: Node<'g>,
        role: Role,
        depth: usize,
    ) -> Map<String, Value> {
        let mut fields = Map::with_capacity(node.len());
        for (key, value) in node.entries() {
            // References are turned, so these name nothing any more, and would change where the turned ones lead.
            let identity = matches!(key.text, "$id" | "$schema" | "$anchor");
            if identity
                && role == Role::One(Object::Schema)
                && source != ROOT
                && value.as_str().is_some()
            {
                continue;
            }
            let role = match (role, value.kind()) {
                (Role::References, Kind::String) => Role::One(Object::Schema),
                _ => role.child(key.text, value),
            };
            let value = self.below(key.text, |render| {
                render.value(source, value, role, depth + 1)
            });
            fields.insert(key.text.to_owned(), value);
        }
        fields
    }

    fn reference(&mut self, site: &'g Site, node: Node<'g>, depth: usize) -> Value {
        let text = match self.outcome(site, node, depth) {
            Outcome::Content(content) => return content,
            Outcome::Text(text) => text,
            Outcome::Stays if site.written == Written::Name => {
                return Value::from(node.as_str().unwrap_or_default());
            }
            Outcome::Stays => self.unfollowed(site),
        };
        if site.written != Written::Ref {
            return Value::from(text);
        }
        let mut fields = Map::new();
        for (key, value) in node.entries() {
            let value = if key.text == "$ref" {
                Value::from(text.as_str())
            } else {
                let role = site.part.role.child(key.text, value);
                self.below(key.text, |render| {
                    render.value(site.part.spot.source, value, role, depth + 1)
                })
            };
            fields.insert(key.text.to_owned(), value);
        }
        Value::Object(fields)
    }

    /// A reference that is not followed, as it is written in the root.
    fn unfollowed(&self, site: &Site) -> String {
        let written = site.reference.clone();
        let sources = &self.gather.sources;
        let (Some(source), Some(root)) = (sources.get(site.part.spot.source), sources.get(ROOT))
        else {
            return written;
        };
        if site.part.spot.source == ROOT {
            return written;
        }
        let (path, fragment) = written.split_once('#').unwrap_or((&written, ""));
        let location: Option<Location> = if path.is_empty() {
            Some(source.at.clone())
        } else {
            source.at.join(path).ok()
        };
        match location {
            Some(location) if fragment.is_empty() => location.seen_from(&root.at),
            Some(location) => format!("{}#{fragment}", location.seen_from(&root.at)),
            None => written,
        }
    }

    fn tell(&mut self, site: &Site, node: Node<'_>, reason: &str) {
        let reference = shorten(&site.reference);
        let written = node.get("$ref").unwrap_or(node);
        let message = match self.gather.sources.get(site.part.spot.source) {
            Some(source) if site.part.spot.source != ROOT => {
                let line = written.place().line;
                format!(
                    "The reference '{reference}' in {}, line {line}, was not followed: {reason}",
                    source.at
                )
            }
            _ => format!("The reference '{reference}' was not followed: {reason}"),
        };
        let at = if reference_of(node).is_some() {
            format!("{}/$ref", self.at)
        } else {
            self.at.clone()
        };
        self.told.push(Told {
            at,
            severity: Severity::Error,
            message,
        });
    }

    fn below<T>(&mut self, step: &str, work: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.at.len();
        self.at.push('/');
        self.at.push_str(&pointer::escape(step));
        let done = work(self);
        self.at.truncate(length);
        done
    }

    fn spend(&mut self, text: &str) {
        self.budget = self.budget.saturating_sub(1 + text.len() / 64);
    }
}

/// A reference to a place in the same document.
fn local(pointer: &str) -> String {
    let mut text = String::from("#");
    for char in pointer.chars() {
        let awkward = char.is_ascii_control() || " \"<>`{}%#^|\\".contains(char);
        if awkward {
            text.push_str(&format!("%{:02X}", u32::from(char)));
        } else {
            text.push(char);
        }
    }
    text
}

fn steps(pointer: &str) -> usize {
    pointer.bytes().filter(|&byte| byte == b'/').count()
}
