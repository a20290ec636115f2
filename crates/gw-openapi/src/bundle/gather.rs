//! Finds every reference that leads out of the root, and what must be loaded for it.
//!
//! It refuses to look at what nothing refers to: a file of parts may hold others that are broken.

use std::collections::{HashMap, VecDeque};

use super::location::Location;
use super::role::{Kind as Object, Role};
use super::source::{Found, ROOT, Sources, Spot, reference_of};
use crate::document::SpecVersion;
use crate::tree::{Kind, Node};

/// A part of a document together with what it is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Part {
    pub(super) spot: Spot,
    pub(super) role: Role,
}

/// How a reference is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// A mapping with a `$ref`.
    Ref,
    /// Text that is the reference.
    Plain,
    /// The name of a schema, if there is one of that name.
    Name,
}

/// A reference that stands somewhere.
#[derive(Debug)]
pub(super) struct Site {
    /// The mapping that is the reference, or the text that is.
    pub(super) part: Part,
    pub(super) written: Written,
    pub(super) reference: String,
    /// Where it leads, or why it leads nowhere.
    pub(super) target: Result<Spot, String>,
}

/// What was found on the way.
#[derive(Debug)]
pub(super) struct Gather {
    pub(super) version: SpecVersion,
    pub(super) sources: Sources,
    pub(super) sites: Vec<Site>,
    /// The sites that stand in a part, in the order of its text.
    pub(super) of: HashMap<Part, Vec<usize>>,
    /// The site a node is.
    pub(super) at: HashMap<(Spot, Role), usize>,
    /// References in data, which stay text.
    pub(super) literal: Vec<Spot>,
    queue: VecDeque<usize>,
    waiting: Vec<usize>,
    nodes: usize,
    most_nodes: usize,
}

impl Gather {
    pub(super) fn new(version: SpecVersion, sources: Sources, most_nodes: usize) -> Self {
        let mut gather = Self {
            version,
            sources,
            sites: Vec::new(),
            of: HashMap::new(),
            at: HashMap::new(),
            literal: Vec::new(),
            queue: VecDeque::new(),
            waiting: Vec::new(),
            nodes: 0,
            most_nodes,
        };
        // The root is bounded by being read; what counts is what comes on top.
        gather.most_nodes = usize::MAX;
        gather.visit(Self::root());
        gather.nodes = 0;
        gather.most_nodes = most_nodes;
        gather
    }

    /// The root document.
    pub(super) fn root() -> Part {
        Part {
            spot: Spot {
                source: ROOT,
                node: crate::tree::NodeId::ROOT,
            },
            role: Role::One(Object::Document),
        }
    }

    /// Follows what can be followed; gives what must be loaded to go on.
    pub(super) fn advance(&mut self) -> Vec<Location> {
        self.queue.extend(self.waiting.drain(..));
        let mut needs = Vec::new();
        while let Some(index) = self.queue.pop_front() {
            let Some(site) = self.sites.get(index) else {
                continue;
            };
            let (part, written) = (site.part, site.written);
            let mut target = match self.sources.find(part.spot, &site.reference) {
                Found::Needs(location) => {
                    if self.sources.ask(location.clone()) {
                        needs.push(location);
                    }
                    self.waiting.push(index);
                    continue;
                }
                Found::Lost(reason) => Err(reason),
                Found::At(spot) => self.acceptable(spot, part.role).map(|()| spot),
            };
            if let Ok(spot) = target
                && (spot.source != ROOT || (written == Written::Ref && self.written_out(part.role)))
                && !self.visit(Part {
                    spot,
                    role: part.role,
                })
            {
                target = Err(self.too_much());
            }
            if let Some(site) = self.sites.get_mut(index) {
                site.target = target;
            }
        }
        needs
    }

    /// Whether parts of this kind have no place of their own.
    pub(super) fn written_out(&self, role: Role) -> bool {
        role.section(self.version).is_none()
    }

    fn acceptable(&self, spot: Spot, role: Role) -> Result<(), String> {
        if self.nodes > self.most_nodes {
            return Err(self.too_much());
        }
        let prose = self
            .sources
            .get(spot.source)
            .is_some_and(|source| source.prose.is_some());
        if prose && !self.written_out(role) {
            return Err("it is prose; a YAML or JSON document is needed here".to_owned());
        }
        Ok(())
    }

    fn too_much(&self) -> String {
        format!(
            "the documents together have more than {} values",
            self.most_nodes
        )
    }

    /// Notes the references that stand in a part, once; whether all of it was looked at.
    fn visit(&mut self, part: Part) -> bool {
        if self.of.contains_key(&part) {
            return true;
        }
        let first = self.sites.len();
        let Self {
            sources,
            sites,
            at,
            literal,
            nodes,
            most_nodes,
            ..
        } = self;
        let Some(node) = sources.node(part.spot) else {
            return false;
        };
        let mut look = Look {
            source: part.spot.source,
            sites,
            at,
            literal,
            nodes,
            most: *most_nodes,
            found: Vec::new(),
        };
        look.look(node, part.role);
        let found = look.found;
        if self.nodes > self.most_nodes {
            return false;
        }
        self.of.insert(part, found);
        self.queue.extend(first..self.sites.len());
        true
    }
}

struct Look<'g> {
    source: usize,
    sites: &'g mut Vec<Site>,
    at: &'g mut HashMap<(Spot, Role), usize>,
    literal: &'g mut Vec<Spot>,
    nodes: &'g mut usize,
    most: usize,
    found: Vec<usize>,
}

impl Look<'_> {
    fn look(&mut self, node: Node<'_>, role: Role) {
        *self.nodes += 1;
        if *self.nodes > self.most {
            return;
        }
        match node.kind() {
            Kind::Sequence => {
                for item in node.items() {
                    self.look(item, role.item());
                }
            }
            Kind::Mapping => {
                let reference = reference_of(node);
                if let Some(reference) = reference {
                    self.reference(node, role, reference);
                }
                for (key, value) in node.entries() {
                    if reference.is_some() && key.text == "$ref" {
                        continue;
                    }
                    match (role, value.as_str()) {
                        (Role::References, Some(text)) => self.mapped(value, text),
                        _ => self.look(value, role.child(key.text, value)),
                    }
                }
            }
            _ => {}
        }
    }

    fn reference(&mut self, node: Node<'_>, role: Role, reference: &str) {
        let within = reference.starts_with('#');
        if role == Role::Literal || role == Role::References {
            if !within && node.len() == 1 {
                self.literal.push(self.spot(node));
            }
        } else if !(within && self.source == ROOT) {
            self.add(node, role, Written::Ref, reference);
        }
    }

    /// A discriminator's value is a reference, or the name of a schema.
    fn mapped(&mut self, value: Node<'_>, text: &str) {
        let is_path = text.contains(['/', '#'])
            || [".yaml", ".yml", ".json"]
                .iter()
                .any(|ending| text.ends_with(ending));
        if is_path && !(text.starts_with('#') && self.source == ROOT) {
            self.add(value, Role::One(Object::Schema), Written::Plain, text);
        } else if !is_path && self.source != ROOT {
            let named = format!("#/components/schemas/{}", crate::pointer::escape(text));
            self.add(value, Role::One(Object::Schema), Written::Name, &named);
        }
    }

    fn add(&mut self, node: Node<'_>, role: Role, written: Written, reference: &str) {
        let spot = self.spot(node);
        if let Some(&known) = self.at.get(&(spot, role)) {
            self.found.push(known);
            return;
        }
        self.found.push(self.sites.len());
        self.at.insert((spot, role), self.sites.len());
        self.sites.push(Site {
            part: Part { spot, role },
            written,
            reference: reference.to_owned(),
            target: Err("it was not loaded".to_owned()),
        });
    }

    fn spot(&self, node: Node<'_>) -> Spot {
        Spot {
            source: self.source,
            node: node.id(),
        }
    }
}
