//! Rules on the frame of a document: what every object holds, references, `info`, servers, tags, components.
//!
//! It refuses rules on operations and schemas: those have tables of their own.

use crate::lint::shapes::{ALL, V3, V32};

super::table! {
    Paths "oas-paths" Error Minimal ALL ["struct"]
    "A document without `paths` (from 3.1 on: and without `webhooks` and `components`)."
    "They are what an API serves."
    "Add 'paths' with at least one operation."

    Structure "oas-structure" Error Minimal ALL ["struct"]
    "A part every reader depends on that is of the wrong kind: `paths` as a list, an operation as text."
    "It cannot be read, so everything in it is left out."
    "Write it as what it must be."

    UnknownMethod "oas-unknown-method" Error Minimal ALL ["struct"]
    "A key of a path that is neither a method nor another field; a warning for methods only 3.2 knows."
    "Gateways do not serve it."
    "Remove it, or begin it with 'x-'."

    FieldUnknown "oas-field-unknown" Warning Recommended ALL ["struct"]
    "A field that an object of this version does not have, with the nearest one it has."
    "Readers leave it out without a word, so what it says is lost. Gateways do not mind, strict validators do."
    "Mend the name, remove it, or begin it with 'x-'."

    FieldType "oas-field-type" Warning Recommended ALL ["struct"]
    "A field whose value is of the wrong kind: text where a number must be, a list where one value must be."
    "Each reader makes of it what it likes. Gateways do not mind, strict validators do."
    "Write a value of the kind that must be here."

    FieldValue "oas-field-value" Warning Recommended ALL ["struct"]
    "A field whose value is none of those the specification lists."
    "Readers fall back to something else, or refuse the document."
    "Choose one of the values that may be here."

    FieldMissing "oas-field-missing" Warning Recommended ALL ["struct"]
    "An object without a field the specification requires."
    "Strict validators refuse the document; a gateway goes on without."
    "Add the field."

    RefUnresolved "oas-ref-unresolved" Error Minimal ALL ["no-unresolved-refs"]
    "A `$ref` that leads nowhere in the document; a warning in a discriminator's mapping."
    "What it should stand for is left out."
    "Mend the reference, or add what it names."

    RefExternal "oas-ref-external" Error Minimal ALL ["no-unresolved-refs"]
    "A `$ref` to another file or an address."
    "Only this document is read: other files and addresses are never opened, so what it names is left out."
    "Copy what it names into 'components' and refer to it there."

    RefCircular "oas-ref-circular" Error Minimal ALL ["no-unresolved-refs"]
    "A `$ref` that leads back to itself."
    "It stands for nothing: no schema, parameter or answer is ever reached."
    "Let it refer to something that is no reference."

    RefKind "oas-ref-kind" Warning Recommended ALL ["struct"]
    "A `$ref` to an object of another kind than the one that must be there."
    "Readers take it for what it is not, or leave it out."
    "Refer to an object of the right kind."

    RefSiblings "oas-ref-siblings" Warning Recommended ALL ["spec-ref-siblings"]
    "Fields beside a `$ref` that the reference hides (from 3.1 on: others than `summary` and `description`, and not in schemas)."
    "What stands beside a reference is left out without a word."
    "Remove it, or put the reference into an 'allOf' beside it."

    RefStrict "oas-ref-strict" Warning Extra ALL ["spec-strict-refs"]
    "A `$ref` where the specification allows none."
    "Only some readers follow it."
    "Write out what it stands for."

    InfoTitle "oas-info-title" Error Minimal ALL ["struct"]
    "A document without `info.title`."
    "It is the API's name; AWS shows it in every list."
    "Add 'title' under 'info'."

    InfoVersion "oas-info-version" Error Minimal ALL ["struct"]
    "A document without `info.version`."
    "It tells callers which edition of the API they use."
    "Add 'version' under 'info'."

    InfoLicense "oas-info-license" Info Recommended ALL ["info-license"]
    "A document that names no licence."
    "Callers do not know what they may do with the API."
    "Add 'license' with a 'name' under 'info'."

    InfoLicenseLink "oas-info-license-link" Info Recommended ALL ["info-license-strict" "info-license-url"]
    "A licence without `url` (from 3.1 on: and without `identifier`)."
    "A name alone may mean many texts."
    "Add the licence's 'url', or from 3.1 on its SPDX 'identifier'."

    InfoContact "oas-info-contact" Info Extra ALL ["info-contact"]
    "A document that names no contact."
    "Callers in trouble do not know whom to ask."
    "Add 'contact' under 'info'."

    ServerMissing "oas-server-missing" Info Recommended V3 ["no-empty-servers"]
    "A document that names no server."
    "Read elsewhere, its paths are relative to wherever it was fetched from. A gateway gives it an address."
    "Add 'servers' with the address callers use."

    ServerExample "oas-server-example" Info Recommended V3 ["no-server-example.com"]
    "A server at example.com or localhost."
    "Callers cannot reach it. A gateway gives the API an address of its own."
    "Write the address callers use."

    ServerTrailingSlash "oas-server-trailing-slash" Warning Recommended V3 ["no-server-trailing-slash"]
    "A server whose URL ends in a slash."
    "Paths begin with one, so calls go to '//'."
    "Remove the slash."

    ServerVariableUndefined "oas-server-variable-undefined" Warning Recommended V3 ["no-undefined-server-variable"]
    "A variable in a server's URL that is not declared, or a declared one the URL does not have."
    "No call can be made of a URL with an unknown part."
    "Let the URL and 'variables' name the same ones."

    ServerVariableEnum "oas-server-variable-enum" Warning Recommended V3 ["no-server-variables-empty-enum"]
    "A server variable with an empty `enum`, or a default that is not in it."
    "No value is left that may be used."
    "List the values, the default among them."

    TagDescription "oas-tag-description" Info Recommended ALL ["tag-description"]
    "A tag without description."
    "Pages made of the document show a bare name."
    "Add a 'description'."

    TagDuplicate "oas-tag-duplicate" Warning Recommended ALL ["no-duplicated-tag-names"]
    "A tag that is declared twice."
    "Readers keep one of the two without a word."
    "Remove one of the two."

    TagParent "oas-tag-parent" Warning Recommended V32 ["spec-no-invalid-tag-parents"]
    "A tag whose parent is not declared, or leads back to the tag."
    "The tree of tags cannot be drawn."
    "Name a tag that is declared and no child of this one."

    TagUndefined "oas-tag-undefined" Info Extra ALL ["operation-tag-defined"]
    "An operation with a tag that is not declared."
    "It has no description and no place in the order of tags."
    "Declare it under 'tags'."

    TagOrder "oas-tag-order" Info Extra ALL ["tags-alphabetical"]
    "Tags that are not in the order of the alphabet."
    "Long lists are hard to look through."
    "Sort them by name."

    ComponentUnused "oas-component-unused" Info Recommended ALL ["no-unused-components"]
    "A schema, parameter, answer or other component nothing refers to."
    "It takes room in every copy of the document; gateways with a limit on size count it."
    "Remove it, or refer to it."

    ComponentName "oas-component-name" Warning Recommended V3 ["spec-components-invalid-map-name"]
    "A component whose name has characters the specification does not allow there."
    "References to it break in readers that check; gateways rename it."
    "Use letters, digits, '.', '-' and '_'."

    MarkdownUnsafe "oas-markdown-unsafe" Warning Recommended ALL ["no-unsafe-markdown"]
    "A description with a script in it: `<script>`, event attributes, `javascript:` addresses."
    "Pages that show it run the script with their readers' rights."
    "Remove the script."
}
