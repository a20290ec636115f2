//! Two schemas as one that both must be met by, and a schema that takes null too.
//!
//! It refuses to merge where the result would be another set of values: then both stand under `allOf`.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use serde_json::Number;

use super::json::Json;
use super::shape::{Further, Kind, Property, Shape};

/// Makes `shape` demand what `other` demands too.
pub(super) fn both<'p>(shape: &mut Shape<'p>, other: Shape<'p>) {
    if let Some(rest) = merge(shape, other) {
        shape.all_of.push(rest);
    }
}

/// Merges `other` in, or gives it back.
fn merge<'p>(shape: &mut Shape<'p>, mut other: Shape<'p>) -> Option<Shape<'p>> {
    if !fits(shape, &other) {
        return Some(other);
    }
    shape.kind = match (shape.kind, other.kind) {
        (Some(one), Some(two)) if one != two => Some(Kind::Integer),
        (one, two) => one.or(two),
    };
    shape.format = shape.format.take().or(other.format);
    shape.title = shape.title.take().or(other.title);
    shape.description = shape.description.take().or(other.description);
    shape.values = shape.values.take().or(other.values);
    shape.multiple_of = shape.multiple_of.take().or(other.multiple_of);
    shape.pattern = shape.pattern.take().or(other.pattern);
    shape.items = shape.items.take().or(other.items);
    shape.minimum = tighter(shape.minimum.take(), other.minimum, Ordering::Greater);
    shape.maximum = tighter(shape.maximum.take(), other.maximum, Ordering::Less);
    for (own, more) in [
        (&mut shape.min_length, other.min_length),
        (&mut shape.min_items, other.min_items),
        (&mut shape.min_properties, other.min_properties),
    ] {
        *own = (*own).max(more);
    }
    for (own, more) in [
        (&mut shape.max_length, other.max_length),
        (&mut shape.max_items, other.max_items),
        (&mut shape.max_properties, other.max_properties),
    ] {
        *own = match (*own, more) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        };
    }
    shape.unique_items |= other.unique_items;
    if shape.required.is_empty() {
        shape.required = other.required;
    } else {
        let mut known: HashSet<_> = shape.required.iter().cloned().collect();
        let more = other.required.into_iter();
        shape
            .required
            .extend(more.filter(|name| known.insert(name.clone())));
    }
    if shape.properties.is_empty() {
        shape.properties = other.properties;
    } else {
        let places = places(&shape.properties, &other.properties);
        for (property, place) in other.properties.into_iter().zip(places) {
            match place.and_then(|at| shape.properties.get_mut(at)) {
                Some(own) => {
                    own.read_only |= property.read_only;
                    if own.shape != property.shape {
                        both(&mut own.shape, property.shape);
                    }
                }
                None => shape.properties.push(property),
            }
        }
    }
    if other.further != Further::Anything {
        shape.further = other.further;
    }
    if shape.any_of.is_empty() {
        shape.any_of = other.any_of;
    }
    shape.one_of = shape.one_of.take().or(other.one_of);
    shape.not = shape.not.take().or(other.not);
    shape.all_of.append(&mut other.all_of);
    None
}

/// Where in `own` each property of `other` stands by its name.
fn places(own: &[Property<'_>], other: &[Property<'_>]) -> Vec<Option<usize>> {
    if other.len() < 8 {
        let at = |name: &str| own.iter().position(|property| property.name == name);
        return other.iter().map(|property| at(&property.name)).collect();
    }
    let names = own.iter().enumerate();
    let names: HashMap<&str, usize> = names.map(|(at, own)| (own.name.as_ref(), at)).collect();
    let at = |property: &Property<'_>| names.get(property.name.as_ref()).copied();
    other.iter().map(at).collect()
}

/// Whether two schemas can be one.
fn fits(one: &Shape<'_>, two: &Shape<'_>) -> bool {
    fn agree<T: PartialEq>(one: Option<&T>, two: Option<&T>) -> bool {
        one.is_none() || two.is_none() || one == two
    }
    one.reference.is_none()
        && two.reference.is_none()
        && match (one.kind, two.kind) {
            (Some(one), Some(two)) => one == two || (is_number(one) && is_number(two)),
            _ => true,
        }
        && agree(one.format.as_ref(), two.format.as_ref())
        && agree(one.values.as_ref(), two.values.as_ref())
        && agree(one.multiple_of.as_ref(), two.multiple_of.as_ref())
        && agree(one.pattern.as_ref(), two.pattern.as_ref())
        && agree(one.items.as_ref(), two.items.as_ref())
        && (one.any_of.is_empty() || two.any_of.is_empty())
        && (one.one_of.is_none() || two.one_of.is_none())
        && (one.not.is_none() || two.not.is_none())
        && names_fit(one, two)
        && names_fit(two, one)
        && (one.further == Further::Anything
            || two.further == Further::Anything
            || one.further == two.further)
        && properties_fit(one, two)
}

/// Whether what `one` says of further properties is about none that only `two` names.
fn names_fit(one: &Shape<'_>, two: &Shape<'_>) -> bool {
    one.further == Further::Anything
        || places(&one.properties, &two.properties)
            .iter()
            .all(Option::is_some)
}

/// Whether properties that both name can be one.
fn properties_fit(one: &Shape<'_>, two: &Shape<'_>) -> bool {
    let places = places(&one.properties, &two.properties);
    two.properties.iter().zip(places).all(|(other, place)| {
        place
            .and_then(|at| one.properties.get(at))
            .is_none_or(|own| own.shape == other.shape || fits(&own.shape, &other.shape))
    })
}

fn is_number(kind: Kind) -> bool {
    matches!(kind, Kind::Number | Kind::Integer)
}

/// The bound that refuses more; `keep` is how the tighter one compares.
pub(super) fn tighter(one: Option<Number>, two: Option<Number>, keep: Ordering) -> Option<Number> {
    match (one, two) {
        (Some(one), Some(two)) => Some(if compare(&two, &one) == keep {
            two
        } else {
            one
        }),
        (one, two) => one.or(two),
    }
}

pub(super) fn compare(one: &Number, two: &Number) -> Ordering {
    if let (Some(one), Some(two)) = (one.as_i64(), two.as_i64()) {
        return one.cmp(&two);
    }
    let float = |number: &Number| number.as_f64().unwrap_or(0.0);
    float(one).total_cmp(&float(two))
}

/// Makes a schema accept null, and with it whatever a type refused.
pub(super) fn take_null(shape: &mut Shape<'_>) {
    shape.kind = None;
    shape.not = None;
    if let Some(values) = &mut shape.values
        && !values.contains(&Json::Null)
    {
        values.push(Json::Null);
    }
    for branch in &mut shape.all_of {
        take_null(branch);
    }
    if let Some(branch) = shape.any_of.first_mut() {
        take_null(branch);
    }
    if let Some(mut one_of) = shape.one_of.take() {
        if let Some(branch) = one_of.part.first_mut() {
            take_null(branch);
        }
        any_of(shape, one_of.part);
    }
}

/// Adds a choice; a schema has room for one.
pub(super) fn any_of<'p>(shape: &mut Shape<'p>, branches: Vec<Shape<'p>>) {
    if shape.any_of.is_empty() {
        shape.any_of = branches;
    } else {
        shape.all_of.push(Shape {
            any_of: branches,
            ..Shape::default()
        });
    }
}
