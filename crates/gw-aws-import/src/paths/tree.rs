//! The resources of a REST API as they grow, path by path.
//!
//! Invariant: below one resource there is at most one variable, and no name stands twice on one way from the root.

use indexmap::IndexMap;

use super::segment::{Segment, plain_name};

/// One resource.
#[derive(Debug, Default)]
struct Resource {
    parent: usize,
    /// As in a path: `pets` or `{petId}`.
    part: String,
    literals: IndexMap<String, usize>,
    variable: Option<Variable>,
}

#[derive(Debug)]
struct Variable {
    name: String,
    greedy: bool,
    resource: usize,
}

/// Every resource, the root first.
#[derive(Debug)]
pub(super) struct Tree {
    resources: Vec<Resource>,
}

impl Default for Tree {
    fn default() -> Self {
        Self {
            resources: vec![Resource::default()],
        }
    }
}

/// Where a path led.
#[derive(Debug)]
pub(super) struct Walked {
    /// The path on AWS.
    pub(super) path: String,
    /// For each segment the name of the variable it is there, if it is one.
    pub(super) variables: Vec<Option<String>>,
}

impl Tree {
    /// Adds the resources of a path. Refuses, with the sibling's part, a greedy variable beside another one.
    pub(super) fn insert(&mut self, segments: &[Segment]) -> Result<Walked, String> {
        let mut at = 0;
        let mut path = String::new();
        let mut variables = Vec::with_capacity(segments.len());
        let mut used: Vec<String> = Vec::new();
        for segment in segments {
            let (wanted, greedy) = match segment {
                Segment::Literal(text) => {
                    at = self.literal(at, text);
                    path.push('/');
                    path.push_str(text);
                    variables.push(None);
                    continue;
                }
                Segment::Variable { name, greedy } => (plain_name(name), *greedy),
                Segment::Partly { name, .. } => (plain_name(name), false),
                Segment::Odd { text } => (plain_name(text), false),
            };
            let name = self.variable(&mut at, &wanted, greedy, &used)?;
            path.push_str("/{");
            path.push_str(&name);
            path.push_str(if greedy { "+}" } else { "}" });
            used.push(name.clone());
            variables.push(Some(name));
        }
        if path.is_empty() {
            path.push('/');
        }
        Ok(Walked { path, variables })
    }

    /// How many resources there are, the root not counted.
    pub(super) fn resources(&self) -> u32 {
        u32::try_from(self.resources.len() - 1).unwrap_or(u32::MAX)
    }

    /// The branch at the root with the most resources, and how many.
    pub(super) fn largest_branch(&self) -> (String, u32) {
        let mut top: IndexMap<usize, u32> = IndexMap::new();
        for at in 1..self.resources.len() {
            let mut step = at;
            while let Some(resource) = self.resources.get(step).filter(|one| one.parent != 0) {
                step = resource.parent;
            }
            *top.entry(step).or_default() += 1;
        }
        let largest = top.iter().rev().max_by_key(|(_, count)| **count);
        largest.map_or_else(Default::default, |(at, count)| {
            let part = self.resources.get(*at).map_or("", |one| one.part.as_str());
            (format!("/{part}"), *count)
        })
    }

    fn literal(&mut self, at: usize, text: &str) -> usize {
        let known = self
            .resources
            .get(at)
            .and_then(|resource| resource.literals.get(text).copied());
        if let Some(known) = known {
            return known;
        }
        let new = self.push(at, text.to_owned());
        if let Some(resource) = self.resources.get_mut(at) {
            resource.literals.insert(text.to_owned(), new);
        }
        new
    }

    /// Steps to the one variable below a resource; the first path names it.
    fn variable(
        &mut self,
        at: &mut usize,
        wanted: &str,
        greedy: bool,
        used: &[String],
    ) -> Result<String, String> {
        let known = self
            .resources
            .get(*at)
            .and_then(|resource| resource.variable.as_ref());
        if let Some(known) = known {
            if known.greedy != greedy {
                let plus = if known.greedy { "+" } else { "" };
                return Err(format!("{{{}{plus}}}", known.name));
            }
            *at = known.resource;
            return Ok(known.name.clone());
        }
        let mut name = wanted.to_owned();
        let mut number = 2;
        while used.contains(&name) {
            name = format!("{wanted}{number}");
            number += 1;
        }
        let plus = if greedy { "+" } else { "" };
        let new = self.push(*at, format!("{{{name}{plus}}}"));
        if let Some(resource) = self.resources.get_mut(*at) {
            resource.variable = Some(Variable {
                name: name.clone(),
                greedy,
                resource: new,
            });
        }
        *at = new;
        Ok(name)
    }

    fn push(&mut self, parent: usize, part: String) -> usize {
        self.resources.push(Resource {
            parent,
            part,
            ..Resource::default()
        });
        self.resources.len() - 1
    }
}
