//! Documents that are small as text and large once every reference is followed, and parts that are searched once for
//! each of many others: what a reader of OpenAPI is open to, where one of YAML or JSON alone is not.
//!
//! It refuses what aliases can do: that is among the other cases.

use std::fmt::Write as _;

use super::{Case, HEAD, answering, case};

const LARGE: Option<&str> = Some("plan-too-large");

pub(super) fn cases() -> Vec<Case> {
    vec![
        case(
            "references that multiply",
            "one path item, two thousand paths",
            LARGE,
            || {
                let parameters: Vec<String> = (0..300)
                    .map(|at| {
                        format!("{{ name: q{at}, in: query, description: some words for people }}")
                    })
                    .collect();
                let mut text =
                    format!("{HEAD}x-item:\n  parameters: [{}]\n", parameters.join(", "));
                for method in ["get", "put", "post", "delete", "head", "patch", "trace"] {
                    let _ = writeln!(
                        text,
                        "  {method}: {{ responses: {{ '200': {{ description: x }} }} }}"
                    );
                }
                text.push_str("paths:\n");
                for at in 0..2_000 {
                    let _ = writeln!(text, "  /p{at}: {{ $ref: '#/x-item' }}");
                }
                text.into_bytes()
            },
        ),
        case(
            "references that multiply",
            "one example, twenty thousand answers",
            LARGE,
            || {
                let example = "word ".repeat(200_000);
                let mut text = format!(
                    "{HEAD}components: {{ responses: {{ R: {{ description: x, content: {{ text/plain: {{ example: '{example}' }} }} }} }} }}\npaths:\n"
                );
                for at in 0..20_000 {
                    let _ = writeln!(
                        text,
                        "  /p{at}: {{ get: {{ responses: {{ '200': {{ $ref: '#/components/responses/R' }} }} }} }}"
                    );
                }
                text.into_bytes()
            },
        ),
        case(
            "references that multiply",
            "one inline schema, twenty thousand bodies",
            LARGE,
            || {
                let words = "word ".repeat(100_000);
                let mut text = format!(
                    "{HEAD}components: {{ requestBodies: {{ B: {{ content: {{ application/json: {{ schema: {{ description: '{words}' }} }} }} }} }} }}\npaths:\n"
                );
                for at in 0..20_000 {
                    let _ = writeln!(
                        text,
                        "  /p{at}: {{ post: {{ requestBody: {{ $ref: '#/components/requestBodies/B' }}, responses: {{ '200': {{ description: x }} }} }} }}"
                    );
                }
                text.into_bytes()
            },
        ),
        case(
            "references that multiply",
            "one exponential schema, ten thousand answers",
            None,
            || {
                let mut text = format!("{HEAD}components:\n  schemas:\n");
                for at in 0..40 {
                    let next = format!("$ref: '#/components/schemas/S{}'", at + 1);
                    let _ = writeln!(
                        text,
                        "    S{at}: {{ oneOf: [{{ allOf: [{{ {next} }}, {{ {next} }}] }}, {{ {next} }}] }}"
                    );
                }
                text.push_str("    S40: { type: 'null' }\npaths:\n");
                for at in 0..10_000 {
                    let _ = writeln!(
                        text,
                        "  /p{at}: {{ get: {{ responses: {{ '200': {{ description: x, content: {{ application/json: {{ schema: {{ allOf: [{{ $ref: '#/components/schemas/S0' }}] }} }} }} }} }} }} }}"
                    );
                }
                text.into_bytes()
            },
        ),
        case(
            "references that multiply",
            "long chains to deep places",
            None,
            || {
                let step = "/a".repeat(230);
                let deep = format!(
                    "{}{{ name: q, in: query }}{}",
                    "{ a: ".repeat(230),
                    " }".repeat(230)
                );
                let mut text = format!("{HEAD}x-c: {deep}\nx-r:\n");
                for at in 0..90 {
                    let _ = writeln!(text, "  r{at}: {{ $ref: '#/x-r/r{}' }}", at + 1);
                }
                let _ = writeln!(text, "  r90: {{ $ref: '#/x-c{step}' }}\npaths:");
                for at in 0..40_000 {
                    let _ = writeln!(
                        text,
                        "  /p{at}: {{ get: {{ parameters: [{{ $ref: '#/x-r/r0' }}], responses: {{ '200': {{ description: x }} }} }} }}"
                    );
                }
                text.into_bytes()
            },
        ),
        case(
            "lists that multiply",
            "media types by operations",
            LARGE,
            || {
                let types: Vec<String> = (0..3000).map(|at| format!("a/b{at}")).collect();
                let mut text = format!(
                    "swagger: '2.0'\ninfo: {{ title: T, version: '1' }}\nproduces: [{0}]\nconsumes: [{0}]\npaths:\n",
                    types.join(", ")
                );
                for at in 0..5000 {
                    let _ = writeln!(
                        text,
                        "  /p{at}: {{ post: {{ parameters: [{{ name: b, in: body, schema: {{}} }}], responses: {{ '200': {{ description: x, schema: {{}} }} }} }} }}"
                    );
                }
                text.into_bytes()
            },
        ),
        case(
            "lists that multiply",
            "securities by operations",
            LARGE,
            || {
                let schemes: Vec<String> =
                    (0..3000).map(|at| format!("{{ s{at}: [a, b] }}")).collect();
                let mut text = format!("{HEAD}security: [{}]\npaths:\n", schemes.join(", "));
                for at in 0..5000 {
                    let _ = writeln!(
                        text,
                        "  /p{at}: {{ get: {{ responses: {{ '200': {{ description: x }} }} }} }}"
                    );
                }
                text.into_bytes()
            },
        ),
        case(
            "lists that multiply",
            "parameters by parameters",
            None,
            || {
                let parameters: Vec<String> = (0..30_000)
                    .map(|at| format!("{{ name: q{at}, in: query }}"))
                    .collect();
                let mut text = format!(
                    "{HEAD}paths:\n  /a:\n    parameters: [{}]\n",
                    parameters.join(", ")
                );
                for method in ["get", "put", "post", "delete", "head", "patch", "trace"] {
                    let _ = writeln!(
                        text,
                        "    {method}: {{ responses: {{ '200': {{ description: x }} }} }}"
                    );
                }
                text.into_bytes()
            },
        ),
        case(
            "lists that multiply",
            "lists of lists of lists",
            None,
            || {
                let mut text = String::new();
                for at in 0..11 {
                    let _ = writeln!(
                        text,
                        "    S{at}: {{ type: array, minItems: 10, items: {{ $ref: '#/components/schemas/S{}' }} }}",
                        at + 1
                    );
                }
                text.push_str("    S11: { type: string, minLength: 1000 }\n");
                answering(&text)
            },
        ),
        case(
            "lists that multiply",
            "many properties many times",
            None,
            || {
                let properties: Vec<String> = (0..50_000)
                    .map(|at| format!("p{at}: {{ $ref: '#/none' }}"))
                    .collect();
                let parts = vec!["{ $ref: '#/components/schemas/P' }"; 1000].join(", ");
                let mut text = format!(
                    "{HEAD}components:\n  schemas:\n    P: {{ properties: {{ {} }} }}\n    S0: {{ allOf: [{parts}] }}\npaths:\n",
                    properties.join(", ")
                );
                for at in 0..500 {
                    let _ = writeln!(
                        text,
                        "  /p{at}: {{ get: {{ responses: {{ '200': {{ description: x, content: {{ application/json: {{ schema: {{ $ref: '#/components/schemas/S0' }} }} }} }} }} }} }}"
                    );
                }
                text.into_bytes()
            },
        ),
        case(
            "lists that multiply",
            "a path of a hundred thousand segments",
            Some("doc-hostile"),
            || {
                let path = "/a".repeat(100_000);
                format!("{{\"openapi\":\"3.0.3\",\"info\":{{\"title\":\"T\",\"version\":\"1\"}},\"paths\":{{\"{path}\":{{\"get\":{{\"responses\":{{\"200\":{{\"description\":\"x\"}}}}}}}}}}}}").into_bytes()
            },
        ),
        case(
            "lists that multiply",
            "nested schemas each referred to",
            LARGE,
            || {
                let depth = 200;
                let words = "word ".repeat(200_000);
                let mut text = format!(
                    "{{\"openapi\":\"3.0.3\",\"info\":{{\"title\":\"T\",\"version\":\"1\"}},\"components\":{{\"schemas\":{{\"S\":{}{{\"description\":\"{words}\"}}{}}}}},\"paths\":{{",
                    "{\"items\":".repeat(depth),
                    "}".repeat(depth)
                );
                for at in 0..depth {
                    let _ = write!(
                        text,
                        "\"/p{at}\":{{\"get\":{{\"responses\":{{\"200\":{{\"description\":\"x\",\"content\":{{\"application/json\":{{\"schema\":{{\"$ref\":\"#/components/schemas/S{}\"}}}}}}}}}}}}}},",
                        "/items".repeat(at)
                    );
                }
                text.push_str("\"/z\":{}}}");
                text.into_bytes()
            },
        ),
        case("lists that multiply", "variables of a server", None, || {
            let mut text =
                format!("{HEAD}paths: {{}}\nservers:\n  - url: 'http://{{v0}}'\n    variables:\n");
            for at in 0..60 {
                let next = format!("{{v{}}}", at + 1);
                let _ = writeln!(text, "      v{at}: {{ default: '{next}{next}' }}");
            }
            text.into_bytes()
        }),
        case(
            "lists that multiply",
            "a long path over many parameters",
            Some("doc-hostile"),
            || {
                let path = "a".repeat(1_000_000);
                let parameters: Vec<String> = (0..3000)
                    .map(|at| format!("{{\"name\":\"q{at}\",\"in\":\"path\"}}"))
                    .collect();
                format!("{{\"openapi\":\"3.0.3\",\"info\":{{\"title\":\"T\",\"version\":\"1\"}},\"paths\":{{\"/{path}\":{{\"get\":{{\"parameters\":[{}],\"responses\":{{\"200\":{{\"description\":\"x\"}}}}}}}}}}}}", parameters.join(",")).into_bytes()
            },
        ),
        case(
            "more than can be served",
            "two hundred thousand paths",
            LARGE,
            || {
                let mut text = "{\"openapi\":\"3.0.3\",\"info\":{\"title\":\"T\",\"version\":\"1\"},\"paths\":{\"/\":{\"get\":{}}".to_owned();
                for at in 0..200_000 {
                    let _ = write!(text, ",\"/{at}\":{{\"get\":{{}}}}");
                }
                text.push_str("}}");
                text.into_bytes()
            },
        ),
    ]
}
