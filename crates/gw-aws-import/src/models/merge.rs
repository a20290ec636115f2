//! Two schemas as one that both must be met by, and a schema that takes null too.
//!
//! It refuses to merge where the result would be another set of values: then both stand under `allOf`.

use std::cmp::Ordering;

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
    for required in other.required {
        if !shape.required.contains(&required) {
            shape.required.push(required);
        }
    }
    if shape.properties.is_empty() {
        shape.properties = other.properties;
    } else {
        for property in other.properties {
            merge_property(&mut shape.properties, property);
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

fn merge_property<'p>(properties: &mut Vec<Property<'p>>, property: Property<'p>) {
    let same = properties.iter_mut().find(|own| own.name == property.name);
    match same {
        Some(own) => {
            own.read_only |= property.read_only;
            if !own.shape.is_equal(&property.shape) {
                both(&mut own.shape, property.shape);
            }
        }
        None => properties.push(property),
    }
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
        && one.properties.iter().all(|own| {
            property(two, &own.name).is_none_or(|other| {
                own.shape.is_equal(other) || fits(&own.shape, other)
            })
        })
}

/// Whether what `one` says of further properties is about none that only `two` names.
fn names_fit(one: &Shape<'_>, two: &Shape<'_>) -> bool {
    one.further == Further::Anything
        || two
            .properties
            .iter()
            .all(|other| property(one, &other.name).is_some())
}

fn property<'a, 'p>(shape: &'a Shape<'p>, name: &str) -> Option<&'a Shape<'p>> {
    let found = shape.properties.iter().find(|own| own.name == name);
    found.map(|own| &own.shape)
}

fn is_number(kind: Kind) -> bool {
    matches!(kind, Kind::Number | Kind::Integer)
}

impl Shape<'_> {
    /// Whether two schemas demand the same, as far as that is plain.
    fn is_equal(&self, other: &Self) -> bool {
        self == other
    }
}

/// The bound that refuses more; `keep` is how the tighter one compares.
pub(super) fn tighter(
    one: Option<Number>,
    two: Option<Number>,
    keep: Ordering,
) -> Option<Number> {
    match (one, two) {
        (Some(one), Some(two)) => Some(if compare(&two, &one) == keep { two } else { one }),
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
