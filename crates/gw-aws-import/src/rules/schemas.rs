//! Rules about schemas, which are models on AWS.
//!
//! It refuses checks: they are in `lint` and in the compiler.

super::texts! {
    "GW040" Info Compiler [Documented, Reported] "A schema's name has other characters than letters and digits"
        why "AWS takes letters and digits only in a model's name, so the schema has another name there. Callers do not see it."
        said ["Model name must be alphanumeric: …", "Model names can only contain alphanumeric characters", "Invalid model name specified: …"]
        fix "Rename the schema and every reference to it.";
    "GW041" Info Compiler [Documented] "Words that JSON Schema draft 4 does not have"
        why "Models on AWS are JSON Schema draft 4, so schemas are written in its words."
        said []
        fix "";
    "GW042" Warning Compiler [Documented] "Discriminators"
        why "AWS does not support the discriminator in any schema, so it is left out: a body is not checked by the type it names."
        said []
        fix "Check it in the backend.";
    "GW043" Info Lint [Documented, Reported] "Examples"
        why "AWS does not support examples, and some have made it refuse a schema, so they are left out. The document keeps them."
        said ["Invalid model specified: … [Invalid model schema specified]"]
        fix "";
    "GW044" Warning Compiler [Documented, Unverified] "Nullable schemas"
        why "AWS does not support nullable. A schema that also takes null is written as a list of types, which AWS may refuse, or null is no longer taken."
        said []
        fix "Leave the property out instead of sending null.";
    "GW045" Warning Compiler [Documented, Deduced] "Exclusive bounds"
        why "AWS does not support exclusiveMinimum, and nothing is known of exclusiveMaximum, so the bound itself is taken too."
        said []
        fix "Use minimum and maximum.";
    "GW046" Info Lint [Documented, Deduced] "readOnly and writeOnly"
        why "AWS does not support readOnly, so both are left out: nothing on AWS keeps callers from sending what is read only."
        said []
        fix "Check it in the backend.";
    "GW047" Info Lint [Documented] "Default values"
        why "AWS does not support default, so nothing on AWS fills in a value. The backend does, as before."
        said []
        fix "";
    "GW048" Warning Compiler [Documented] "Compositions with references"
        why "AWS does not take oneOf, anyOf and allOf together with $ref in one schema, so the schema is written otherwise."
        said []
        fix "";
    "GW049" Warning Compiler [Documented] "oneOf"
        why "AWS does not support oneOf in OpenAPI 2.0 and when it generates SDKs, so the schema is written otherwise."
        said []
        fix "";
    "GW050" Warning Compiler [Documented] "minItems and maxItems"
        why "AWS leaves them out of its request validation: lists of any length reach the backend."
        said []
        fix "Check the length in the backend.";
    "GW051" Info Compiler [Documented] "type number with format int32 or int64"
        why "AWS does not support these formats of numbers, so the type is written as integer."
        said []
        fix "Use type: integer.";
    "GW052" Info Compiler [Documented] "format decimal"
        why "AWS does not support the format, so it is left out."
        said []
        fix "Remove the format.";
    "GW053" Info Compiler [Documented] "An answer's schema is no object"
        why "AWS wants an object, or a model of its own, so the schema becomes a model."
        said []
        fix "";
    "GW054" Info Compiler [Recorded] "A schema without properties or items"
        why "AWS wants a property or an item in a model, so an empty object stands in its place."
        said ["Model schema must have at least 1 property or array items defined"]
        fix "Say what the object holds.";
    "GW055" Info Compiler [Reported] "Media types other than JSON"
        why "AWS checks JSON bodies only, so bodies of other media types pass as they are."
        said ["Invalid format for model …"]
        fix "";
    "GW056" Warning Compiler [Documented] "Too many or too large models"
        why "AWS allows 400 KB of models in one REST API, so those that check nothing are left out first."
        said []
        fix "Turn body checks off where they are not needed, or split the API.";
    "GW057" Info Nobody [Recorded] "Schemas that refer to themselves"
        why "AWS takes them."
        said []
        fix "";
    "GW058" Info Nobody [Reported, Unverified] "A description on a list of a schema"
        why "In 2015 AWS refused such schemas; today it may take them, and nothing is written otherwise."
        said ["Invalid model schema specified"]
        fix "Remove the description beside 'items' if AWS refuses the schema.";
    "GW059" Warning Lint [Unverified] "A pattern looks behind"
        why "AWS does not say which regular expressions it takes, and it may refuse one that looks behind."
        said []
        fix "Write the pattern without (?<= and (?<!.";
    "GW060" Error Compiler [Reported, Recorded] "A schema that is not there"
        why "AWS ignores a reference to a model it does not have, so nothing is checked."
        said ["Reference to model '…' not found. Ignoring."]
        fix "Mend the reference, or add what it names.";
}
