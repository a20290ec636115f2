//! Names of models: letters and digits only (GW040).
//!
//! It refuses to give one name twice, and to depend on anything but the document and the order it is asked in.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Longest name before a number is added.
const MAX_NAME: usize = 120;
/// Segments of pointers that say nothing about what a schema is.
const STRUCTURE: [&str; 21] = [
    "components",
    "schemas",
    "definitions",
    "$defs",
    "properties",
    "patternProperties",
    "additionalProperties",
    "items",
    "allOf",
    "anyOf",
    "oneOf",
    "paths",
    "content",
    "schema",
    "responses",
    "requestBody",
    "requestBodies",
    "parameters",
    "not",
    "application/json",
    "get",
];

/// Names given so far.
#[derive(Debug, Default)]
pub(super) struct Names {
    taken: HashSet<String>,
    /// The number to try next, by name.
    next: HashMap<String, usize>,
}

impl Names {
    /// Keeps the names of schemas that need no change for them.
    pub(super) fn new(texts: &BTreeMap<String, String>) -> Self {
        let own = texts.keys().filter_map(|pointer| own_name(pointer));
        let taken = own.filter(|name| is_fit(name)).map(Cow::into_owned);
        Self {
            taken: taken.collect(),
            next: HashMap::new(),
        }
    }

    /// A name for the schema at a pointer of the document's texts.
    pub(super) fn of_pointer(&mut self, pointer: &str) -> String {
        match own_name(pointer) {
            Some(name) if is_fit(&name) => name.into_owned(),
            Some(name) => self.give(&name),
            None => self.give(&of_segments(pointer)),
        }
    }

    /// A name like this one.
    pub(super) fn give(&mut self, like: &str) -> String {
        let mut base = alphanumeric(like);
        if base.is_empty() {
            base.push_str("Model");
        }
        if self.taken.insert(base.clone()) {
            return base;
        }
        let next = self.next.entry(base.clone()).or_insert(2);
        loop {
            let name = format!("{base}{next}");
            *next += 1;
            if self.taken.insert(name.clone()) {
                return name;
            }
        }
    }
}

/// The name the document gives a shared schema.
pub(super) fn own_name(pointer: &str) -> Option<Cow<'_, str>> {
    let name = pointer
        .strip_prefix("/components/schemas/")
        .or_else(|| pointer.strip_prefix("/definitions/"))
        .filter(|name| !name.contains('/'))?;
    Some(if name.contains('~') {
        Cow::Owned(name.replace("~1", "/").replace("~0", "~"))
    } else {
        Cow::Borrowed(name)
    })
}

fn is_fit(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= MAX_NAME
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Letters and digits; what follows a cut begins with a capital, as `pet.kind` becomes `petKind`.
fn alphanumeric(like: &str) -> String {
    let mut name = String::with_capacity(like.len());
    let mut is_cut = false;
    for character in like.chars() {
        if name.len() >= MAX_NAME {
            break;
        }
        if character.is_ascii_alphanumeric() {
            if is_cut && !name.is_empty() {
                name.push(character.to_ascii_uppercase());
            } else {
                name.push(character);
            }
            is_cut = false;
        } else {
            is_cut = true;
        }
    }
    name
}

fn of_segments(pointer: &str) -> String {
    let mut name = String::new();
    for segment in pointer.split('/').skip(1) {
        let plain = segment.replace("~1", "/").replace("~0", "~");
        if !STRUCTURE.contains(&plain.as_str()) {
            name.push('.');
            name.push_str(&plain);
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_fit_stable_and_given_once() {
        let texts = [
            "/components/schemas/petKind",
            "/components/schemas/pet.kind",
        ];
        let texts = texts.map(|pointer| (pointer.to_owned(), "{}".to_owned()));
        let mut names = Names::new(&texts.into());
        assert_eq!(names.of_pointer("/components/schemas/pet.kind"), "petKind2");
        assert_eq!(names.of_pointer("/components/schemas/petKind"), "petKind");
        assert_eq!(
            names.of_pointer("/components/schemas/Pet/properties/owner"),
            "PetOwner"
        );
        assert_eq!(names.of_pointer("/definitions/%C3%BC"), "C3BC");
        assert_eq!(names.give("日本"), "Model");
        assert_eq!(names.give("Model"), "Model2");
    }
}
