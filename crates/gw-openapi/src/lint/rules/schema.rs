//! Rules on schemas and examples.
//!
//! It refuses limits on sizes: those are security rules.

use crate::lint::shapes::{ALL, NEW, V3, V30, V32};

super::table! {
    SchemaTypeMismatch "oas-schema-type-mismatch" Warning Recommended ALL ["no-schema-type-mismatch"]
    "A schema of objects with `items`, or of lists with `properties`."
    "The field can never apply, so what it says is not checked."
    "Mend the type, or remove the field."

    SchemaEnumType "oas-schema-enum-type" Warning Recommended ALL ["no-enum-type-mismatch"]
    "A value of an `enum` that is not of the schema's type."
    "No value can be that one and of the type, so callers who send it are refused."
    "Mend the value, or the type."

    SchemaEnumDuplicate "oas-schema-enum-duplicate" Warning Recommended ALL ["no-duplicated-enum-values"]
    "A value that stands in an `enum` twice."
    "Strict validators refuse the schema; generated code may not compile."
    "Remove one of the two."

    SchemaRequiredUndefined "oas-schema-required-undefined" Warning Recommended ALL ["no-required-schema-properties-undefined"]
    "A required property that the schema does not describe."
    "Every value must have it and nobody knows what it is; most often its name is misspelt."
    "Describe it under 'properties', or mend its name."

    SchemaNullableType "oas-schema-nullable-type" Warning Recommended V30 ["nullable-type-sibling"]
    "A schema with `nullable` and no `type`."
    "Without a type it changes nothing."
    "Add the 'type'."

    SchemaRangeMixed "oas-schema-range-mixed" Warning Recommended NEW ["no-mixed-number-range-constraints"]
    "A schema with both `minimum` and `exclusiveMinimum`, or both maxima."
    "Only the stricter of the two counts, so the other misleads."
    "Keep one of the two."

    SchemaComposition "oas-schema-composition" Info Recommended V3 ["no-illogical-composition-keywords"]
    "An `allOf`, `anyOf` or `oneOf` that composes nothing: too few members, an empty one, the same one twice, or members of `oneOf` that take the same values."
    "It says less than it seems to, and generated code is the worse for it."
    "Write what is meant without it, or tell the members apart."

    DiscriminatorDefault "oas-discriminator-default" Warning Recommended V32 ["spec-discriminator-defaultMapping"]
    "A discriminator on an optional property without `defaultMapping`, or with one that names no schema."
    "For a value without the property nobody knows which schema counts."
    "Require the property, or name a schema in 'defaultMapping'."

    EncodingMixed "oas-encoding-mixed" Warning Recommended V32 ["spec-no-invalid-encoding-combinations"]
    "`encoding` beside `prefixEncoding` or `itemEncoding`."
    "The one goes by names and the others by places, so they exclude each other."
    "Keep one kind."

    ExampleSources "oas-example-sources" Warning Recommended V3 ["no-example-value-and-externalValue" "spec-example-values"]
    "An example that gives its value twice: `value` beside `externalValue`, and from 3.2 on beside `dataValue` or `serializedValue`."
    "They exclude each other; readers show one of them."
    "Keep one of them."

    ExampleMediaType "oas-example-media-type" Warning Recommended V3 ["no-invalid-media-type-examples"]
    "An example of a body that its schema does not allow."
    "Callers copy it and are refused; a mock answers what its own description forbids."
    "Mend the example, or the schema."

    ExampleParameter "oas-example-parameter" Warning Recommended V3 ["no-invalid-parameter-examples"]
    "An example of a parameter or header that its schema does not allow."
    "Callers copy it and are refused."
    "Mend the example, or the schema."

    ExampleSchema "oas-example-schema" Warning Recommended ALL ["no-invalid-schema-examples"]
    "An example of a schema that the schema does not allow."
    "Whoever copies it is refused."
    "Mend the example, or the schema."
}
