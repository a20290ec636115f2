//! Where in the root each part goes, and under which name.
//!
//! It refuses to take a name that is in use, and to depend on the order in which documents were loaded.

use std::collections::{HashMap, HashSet, VecDeque};

use super::gather::{Gather, Part, Written};
use super::role::{Kind as Object, Role};
use super::source::{ROOT, Spot};
use crate::document::SpecVersion;
use crate::pointer;
use crate::tree::Node;

/// Where parts go.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// The pointer of each part that has a place of its own.
    pub(super) homes: HashMap<Part, String>,
    /// Parts to add to the root, with section and name, in the order they are first referred to.
    pub(super) added: Vec<(Part, &'static str, String)>,
}

impl Plan {
    pub(super) fn new(gather: &Gather) -> Self {
        let mut naming = Naming {
            gather,
            taken: HashMap::new(),
            plan: Self::default(),
        };
        naming.adopt();
        let (order, uses) = naming.reached();
        for part in order {
            // A path item in a place of its own cannot be edited like others, so it gets one only when it is shared.
            let once = part.role == Role::One(Object::PathItem) && uses.get(&part) == Some(&1);
            if !once && !naming.plan.homes.contains_key(&part) {
                naming.name(part);
            }
        }
        naming.plan
    }
}

struct Naming<'g> {
    gather: &'g Gather,
    /// Names in use, by section.
    taken: HashMap<&'static str, HashSet<String>>,
    plan: Plan,
}

impl<'g> Naming<'g> {
    /// Gives parts the names under which the root refers to them among its components.
    fn adopt(&mut self) {
        let root = Gather::root();
        let version = self.gather.version;
        let holders = if version == SpecVersion::V2 {
            vec![root.spot]
        } else {
            let Some(components) = self.child(root.spot, "components") else {
                return;
            };
            self.layers(components, Role::One(Object::Components))
        };
        for (key, kind) in SECTIONS {
            let role = Role::One(kind);
            let key = if version == SpecVersion::V2 && kind == Object::Schema {
                "definitions"
            } else {
                key
            };
            let Some(section) = role.section(version) else {
                continue;
            };
            let Some(names) = holders.iter().find_map(|&holder| self.child(holder, key)) else {
                continue;
            };
            for layer in self.layers(names, Role::Names(kind)) {
                let Some(node) = self.gather.sources.node(layer) else {
                    continue;
                };
                for (name, entry) in node.entries() {
                    self.adopt_entry(section, role, layer, name.text, entry);
                }
            }
        }
    }

    fn adopt_entry(
        &mut self,
        section: &'static str,
        role: Role,
        layer: Spot,
        name: &str,
        entry: Node<'g>,
    ) {
        if name == "$ref"
            || !self
                .taken
                .entry(section)
                .or_default()
                .insert(name.to_owned())
        {
            return;
        }
        let spot = Spot {
            source: layer.source,
            node: entry.id(),
        };
        let home = if layer.source == ROOT {
            entry.pointer()
        } else {
            format!("{section}/{}", pointer::escape(name))
        };
        let target = self.target(spot, role).filter(|_| entry.len() == 1);
        let part = match target {
            Some(target) if target.source != ROOT => target,
            None if layer.source != ROOT => spot,
            _ => return,
        };
        self.plan
            .homes
            .entry(Part { spot: part, role })
            .or_insert(home);
    }

    /// A mapping and what it is said to be by references in it, own entries first.
    fn layers(&self, spot: Spot, role: Role) -> Vec<Spot> {
        let mut layers = vec![spot];
        let mut last = spot;
        while let Some(next) = self.target(last, role) {
            if layers.contains(&next) {
                break;
            }
            layers.push(next);
            last = next;
        }
        layers
    }

    fn target(&self, spot: Spot, role: Role) -> Option<Spot> {
        let site = self.gather.at.get(&(spot, role))?;
        self.gather.sites.get(*site)?.target.as_ref().ok().copied()
    }

    fn child(&self, spot: Spot, key: &str) -> Option<Spot> {
        let node = self.gather.sources.node(spot)?.get(key)?;
        Some(Spot {
            source: spot.source,
            node: node.id(),
        })
    }

    /// Parts outside the root that could have a place of their own, in the order they are come upon, and how often
    /// each is referred to.
    fn reached(&self) -> (Vec<Part>, HashMap<Part, usize>) {
        let mut order = Vec::new();
        let mut uses: HashMap<Part, usize> = HashMap::new();
        let mut seen = HashSet::from([Gather::root()]);
        let mut queue = VecDeque::from([Gather::root()]);
        while let Some(part) = queue.pop_front() {
            for &index in self.gather.of.get(&part).into_iter().flatten() {
                let Some(site) = self.gather.sites.get(index) else {
                    continue;
                };
                let Ok(spot) = site.target else { continue };
                let target = Part {
                    spot,
                    role: site.part.role,
                };
                let placed = !self.gather.written_out(target.role);
                if spot.source == ROOT && (placed || site.written != Written::Ref) {
                    continue;
                }
                *uses.entry(target).or_default() += 1;
                if seen.insert(target) {
                    if placed {
                        order.push(target);
                    }
                    queue.push_back(target);
                }
            }
        }
        (order, uses)
    }

    fn name(&mut self, part: Part) {
        let Some(section) = part.role.section(self.gather.version) else {
            return;
        };
        let Some(source) = self.gather.sources.get(part.spot.source) else {
            return;
        };
        let stem = source.at.stem();
        let at = source.document.node(part.spot.node).pointer();
        let last = at.rsplit('/').next().map(pointer::unescape);
        let own = last.filter(|last| !at.is_empty() && !last.is_empty());
        let (first, second) = match own {
            None => (clean(&stem), clean(&format!("{stem}_part"))),
            Some(last) if says_nothing(&last) => {
                let whole = clean(&format!("{stem}{}", at.replace("~1", "").replace('/', "_")));
                (clean(&format!("{stem}_{last}")), whole)
            }
            Some(last) => (clean(&last), clean(&format!("{stem}_{last}"))),
        };
        let taken = self.taken.entry(section).or_default();
        let name = [first.clone(), second]
            .into_iter()
            .chain((2_u32..=u32::MAX).map(|number| format!("{first}_{number}")))
            .find(|name| !taken.contains(name));
        let Some(name) = name else { return };
        taken.insert(name.clone());
        // Nothing in a clean name needs an escape.
        self.plan.homes.insert(part, format!("{section}/{name}"));
        self.plan.added.push((part, section, name));
    }
}

const SECTIONS: [(&str, Object); 11] = [
    ("schemas", Object::Schema),
    ("responses", Object::Response),
    ("parameters", Object::Parameter),
    ("examples", Object::Example),
    ("requestBodies", Object::RequestBody),
    ("headers", Object::Header),
    ("securitySchemes", Object::SecurityScheme),
    ("links", Object::Link),
    ("callbacks", Object::Callback),
    ("pathItems", Object::PathItem),
    ("mediaTypes", Object::MediaType),
];

/// A step that is a word of OpenAPI or a number says nothing of what is there.
fn says_nothing(step: &str) -> bool {
    step.bytes().all(|byte| byte.is_ascii_digit())
        || matches!(
            step,
            "schema" | "items" | "additionalProperties" | "not" | "default" | "requestBody"
        )
}

/// What a component may be called: letters, digits, `.`, `_` and `-`.
fn clean(name: &str) -> String {
    let kept: String = name
        .chars()
        .take(100)
        .map(|char| {
            if char.is_ascii_alphanumeric() || "._-".contains(char) {
                char
            } else {
                '_'
            }
        })
        .collect();
    if kept.trim_matches(['_', '.', '-']).is_empty() {
        "part".to_owned()
    } else {
        kept
    }
}
