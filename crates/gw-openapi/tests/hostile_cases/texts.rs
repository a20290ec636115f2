//! The kinds that other tools were measured with.
//!
//! It refuses subtlety: each text is as bad as it can be made in some lines.

use std::fmt::Write as _;

use super::{Case, HEAD, answering, case};

pub(super) fn cases() -> Vec<Case> {
    vec![
        case("alias bombs", "billion laughs", Some("doc-hostile"), || {
            let mut text = format!("{HEAD}paths: {{}}\nx-a: &l0 [{}]\n", ["lol"; 9].join(", "));
            for level in 1..12 {
                let items = vec![format!("*l{}", level - 1); 9].join(", ");
                let _ = writeln!(text, "x-{level}: &l{level} [{items}]");
            }
            text.into_bytes()
        }),
        case(
            "alias bombs",
            "a long key repeated",
            Some("doc-hostile"),
            || {
                let key = "k".repeat(200_000);
                let uses = vec!["*a"; 20_000].join(", ");
                format!("{HEAD}paths: {{}}\nx-a: &a\n  ? {key}\n  : 1\nx-list: [{uses}]\n")
                    .into_bytes()
            },
        ),
        case("alias bombs", "deep aliases", Some("doc-hostile"), || {
            let mut text = format!("{HEAD}paths: {{}}\nx-a: &d0 [1]\n");
            for level in 1..2000 {
                let _ = writeln!(text, "x-{level}: &d{level} [*d{}]", level - 1);
            }
            text.into_bytes()
        }),
        case(
            "mappings that double",
            "exponential mappings",
            Some("doc-hostile"),
            || {
                let mut text = format!("{HEAD}paths: {{}}\nx-a: &m0 {{ k: v }}\n");
                for level in 1..30 {
                    let before = level - 1;
                    let _ = writeln!(
                        text,
                        "x-{level}: &m{level}\n  a: *m{before}\n  b: *m{before}"
                    );
                }
                text.into_bytes()
            },
        ),
        case(
            "quadratic blow-up",
            "a long scalar repeated",
            Some("doc-hostile"),
            || {
                let uses = vec!["*long"; 20_000].join(", ");
                let long = "x".repeat(200_000);
                format!("{HEAD}paths: {{}}\nx-long: &long '{long}'\nx-list: [{uses}]\n")
                    .into_bytes()
            },
        ),
        case(
            "deep nesting in JSON",
            "deep lists",
            Some("doc-hostile"),
            || format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000)).into_bytes(),
        ),
        case(
            "deep nesting in JSON",
            "deep objects",
            Some("doc-hostile"),
            || format!("{}1{}", "{\"a\":".repeat(100_000), "}".repeat(100_000)).into_bytes(),
        ),
        case("deep nesting in JSON", "a deep schema", None, || {
            let schema = format!("{}{{}}{}", "{\"items\":".repeat(240), "}".repeat(240));
            format!("{{\"openapi\":\"3.0.3\",\"info\":{{\"title\":\"T\",\"version\":\"1\"}},\"paths\":{{}},\"components\":{{\"schemas\":{{\"S\":{schema}}}}}}}").into_bytes()
        }),
        case(
            "deep nesting in YAML",
            "deep brackets",
            Some("doc-malformed"),
            || format!("{HEAD}x-a: {}", "[".repeat(100_000)).into_bytes(),
        ),
        case(
            "deep nesting in YAML",
            "deep blocks",
            Some("doc-hostile"),
            || {
                let lines: Vec<String> = (0..5000)
                    .map(|depth| format!("{}a:", " ".repeat(depth)))
                    .collect();
                lines.join("\n").into_bytes()
            },
        ),
        case(
            "deep nesting in YAML",
            "deep dashes",
            Some("doc-hostile"),
            || format!("{HEAD}x-a:\n  {}1\n", "- ".repeat(5000)).into_bytes(),
        ),
        case(
            "self references",
            "a schema that is itself",
            Some("oas-ref-circular"),
            || answering("    S0: { $ref: '#/components/schemas/S0' }\n"),
        ),
        case("self references", "a tree", None, || {
            answering(
                "    S0: { type: object, required: [child], properties: { child: { $ref: '#/components/schemas/S0' }, list: { type: array, items: { $ref: '#/components/schemas/S0' } } } }\n",
            )
        }),
        case(
            "cyclic references",
            "two schemas in a circle",
            Some("oas-ref-circular"),
            || {
                answering(
                    "    S0: { $ref: '#/components/schemas/S1' }\n    S1: { $ref: '#/components/schemas/S0' }\n",
                )
            },
        ),
        case(
            "cyclic references",
            "parameters and answers in a circle",
            Some("oas-ref-circular"),
            || {
                format!("{HEAD}paths:\n  /b:\n    post:\n      parameters: [{{ $ref: '#/paths/~1b/post/parameters/0' }}]\n      requestBody: {{ $ref: '#/paths/~1b/post/requestBody' }}\n      responses:\n        '200': {{ $ref: '#/paths/~1b/post/responses/200' }}\n").into_bytes()
            },
        ),
        case(
            "exponential allOf",
            "allOf doubling forty times",
            None,
            || {
                let mut text = String::new();
                for at in 0..40 {
                    let next = format!("$ref: '#/components/schemas/S{}'", at + 1);
                    let _ = writeln!(
                        text,
                        "    S{at}: {{ allOf: [{{ {next} }}, {{ {next} }}], properties: {{ p{at}: {{ {next} }}, q{at}: {{ {next} }} }} }}"
                    );
                }
                text.push_str("    S40: { type: object, properties: { end: { type: string } } }\n");
                answering(&text)
            },
        ),
        case("exponential allOf", "oneOf that ends nowhere", None, || {
            let mut text = String::new();
            for at in 0..60 {
                let next = format!("$ref: '#/components/schemas/S{}'", at + 1);
                let _ = writeln!(
                    text,
                    "    S{at}: {{ oneOf: [{{ {next} }}, {{ {next} }}], not: {{ {next} }} }}"
                );
            }
            text.push_str("    S60: { type: string }\n");
            answering(&text)
        }),
        case(
            "path self-reference",
            "a path that is itself",
            Some("oas-ref-circular"),
            || format!("{HEAD}paths:\n  /a: {{ $ref: '#/paths/~1a' }}\n").into_bytes(),
        ),
        case(
            "path self-reference",
            "a path that is all paths",
            None,
            || {
                format!("{HEAD}paths:\n  /a: {{ $ref: '#/paths' }}\n  /b: {{ get: {{ responses: {{ '200': {{ $ref: '#' }} }} }} }}\n").into_bytes()
            },
        ),
        case(
            "file traversal",
            "a file above",
            Some("oas-ref-external"),
            || out("../../../../../../etc/passwd"),
        ),
        case(
            "file traversal",
            "a file by its address",
            Some("oas-ref-external"),
            || out("file:///etc/passwd"),
        ),
        case(
            "loopback references",
            "an address of this machine",
            Some("oas-ref-external"),
            || out("http://127.0.0.1:8791/schema.json"),
        ),
        case(
            "loopback references",
            "an address of the cloud's",
            Some("oas-ref-external"),
            || out("http://169.254.169.254/latest/meta-data/"),
        ),
        case(
            "duplicate keys",
            "two securities",
            Some("doc-duplicate-key"),
            || {
                format!("{HEAD}paths:\n  /a:\n    get:\n      security: [{{ k: [] }}]\n      security: []\n      responses: {{}}\n").into_bytes()
            },
        ),
        case(
            "duplicate keys",
            "twins spelled with escapes",
            Some("doc-duplicate-key"),
            || {
                let mut text = "{\"openapi\":\"3.0.3\",\"info\":{\"title\":\"T\",\"version\":\"1\"},\"paths\":{\"/a\":{\"get\":{\"security\":[{\"k\":[]}],\"s\\u0065curity\":[],\"responses\":{}}}}".to_owned();
                for at in 0..30_000 {
                    let _ = write!(text, ",\"x-k{at}\":1,\"\\u0078-k{at}\":2");
                }
                text.push('}');
                text.into_bytes()
            },
        ),
        case(
            "duplicate keys",
            "twins through merge keys",
            Some("doc-duplicate-key"),
            || {
                let mut text = format!(
                    "{HEAD}paths: {{}}\nx-a: &a {{ security: [{{ k: [] }}], security: [] }}\n"
                );
                for at in 0..2_000 {
                    let _ = writeln!(text, "x-{at}:\n  <<: *a\n  <<: *a\n  security: []");
                }
                text.into_bytes()
            },
        ),
        case(
            "duplicate keys",
            "thirty thousand twins",
            Some("doc-duplicate-key"),
            || {
                let mut text = "{\"openapi\":\"3.0.3\",".to_owned();
                for at in 0..60_000 {
                    let _ = write!(text, "\"k{}\":1,", at % 30_000);
                }
                text.push_str("\"z\":1}");
                text.into_bytes()
            },
        ),
        case("huge scalars", "twenty megabytes of text", None, || {
            format!("{HEAD}paths: {{}}\nx-a: '{}'\n", "y".repeat(20_000_000)).into_bytes()
        }),
        case("huge scalars", "a block of a million lines", None, || {
            format!(
                "{HEAD}paths: {{}}\nx-a: |\n{}",
                "  line\n".repeat(1_000_000)
            )
            .into_bytes()
        }),
        case("huge scalars", "a megabyte of escapes", None, || {
            format!("{{\"openapi\":\"3.0.3\",\"info\":{{\"title\":\"T\",\"version\":\"1\"}},\"paths\":{{}},\"x-a\":\"{}\"}}", "\\u0061".repeat(1_000_000)).into_bytes()
        }),
        case("50,000 paths", "fifty thousand paths", None, || {
            let mut text = format!("{HEAD}paths:\n");
            for at in 0..50_000 {
                let _ = writeln!(
                    text,
                    "  /p{at}/{{id}}: {{ get: {{ parameters: [{{ name: id, in: path, required: true }}], responses: {{ '200': {{ description: x }} }} }} }}"
                );
            }
            text.into_bytes()
        }),
        case("big numbers", "numbers no float holds", None, || {
            let digits = "9".repeat(100_000);
            let schema = "{ type: number, minimum: 1e400, maximum: -1e400, multipleOf: 1e-400, minItems: 123456789012345678901234567890 }";
            format!("{HEAD}paths:\n  /a: {{ get: {{ responses: {{ '200': {{ description: x, content: {{ application/json: {{ schema: {schema} }} }} }} }} }} }}\nx-a: [{digits}, 1e999999999, -0, 0x{digits}]\n").into_bytes()
        }),
        case("big numbers", "lengths no memory holds", None, || {
            answering(
                "    S0: { type: object, properties: { a: { type: string, minLength: 9223372036854775807 }, b: { type: array, minItems: 4294967295, items: { type: array, minItems: 4294967295, items: { type: string, minLength: 1000000000 } } } } }\n",
            )
        }),
        case(
            "merge keys",
            "merge keys without end",
            Some("doc-hostile"),
            || {
                let many: Vec<String> = (0..500).map(|at| format!("k{at}: 1")).collect();
                let mut text = format!("{HEAD}paths: {{}}\nx-a: &m0 {{ {} }}\n", many.join(", "));
                for level in 1..20_000 {
                    let _ = writeln!(text, "x-{level}:\n  <<: *m0\n  own: 1");
                }
                text.into_bytes()
            },
        ),
        case(
            "merge keys",
            "a merge of itself",
            Some("doc-hostile"),
            || format!("{HEAD}paths: {{}}\nx-a: &a\n  <<: *a\n  b: 1\n").into_bytes(),
        ),
        case(
            "tags",
            "tags that make objects",
            Some("doc-unsupported"),
            || {
                format!("{HEAD}paths: {{}}\nx-a: !!python/object/apply:os.system ['touch /tmp/x']\nx-b: !<tag:yaml.org,2002:js/function> 'x'\nx-c: !Ref Thing\n").into_bytes()
            },
        ),
        case(
            "tags",
            "a hundred thousand tags",
            Some("doc-unsupported"),
            || {
                format!(
                    "{HEAD}paths: {{}}\nx-a: [{}]\n",
                    vec!["!t 1"; 100_000].join(", ")
                )
                .into_bytes()
            },
        ),
        case("UTF-16", "little end first", None, || {
            wide(u16::to_le_bytes)
        }),
        case("UTF-16", "big end first", None, || wide(u16::to_be_bytes)),
        case("UTF-16", "half a pair", None, || {
            let mut bytes = wide(u16::to_le_bytes);
            bytes.extend([b'#', 0, 0x00, 0xD8, 0x0A]);
            bytes
        }),
        case("byte order marks", "a mark before YAML", None, || {
            format!("\u{feff}{HEAD}paths: {{}}\n").into_bytes()
        }),
        case("byte order marks", "a mark before JSON", None, || {
            "\u{feff}{\"openapi\":\"3.0.3\",\"info\":{\"title\":\"T\",\"version\":\"1\"},\"paths\":{}}".into()
        }),
        case("byte order marks", "marks everywhere", None, || {
            format!("\u{feff}{HEAD}paths: {{}}\nx-a: '\u{feff}'\nx-\u{feff}b: 1\n").into_bytes()
        }),
        case("prototype keys", "keys JavaScript acts on", None, || {
            answering(
                "    S0: { type: object, properties: { __proto__: { type: object, properties: { admin: { type: boolean } } }, constructor: { type: string }, prototype: {}, toString: {}, hasOwnProperty: {} } }\n    __proto__: { type: string }\n",
            )
        }),
        case(
            "patterns that take for ever",
            "nested repetition",
            None,
            || {
                answering(
                    "    S0: { type: string, pattern: '^(([a-z])+.)+[A-Z]([a-z])+$', example: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa! }\n    S1: { type: string, pattern: '(a+)+$', default: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa! }\n    S2: { type: string, pattern: '(x{1000}){1000}', enum: [xx] }\n",
                )
            },
        ),
        case(
            "alias cycles",
            "an alias to itself",
            Some("doc-hostile"),
            || format!("{HEAD}paths: {{}}\nx-a: &a [*a]\n").into_bytes(),
        ),
        case(
            "alias cycles",
            "an alias to nobody",
            Some("doc-malformed"),
            || format!("{HEAD}paths: {{}}\nx-a: *nobody\n").into_bytes(),
        ),
        case("bad dates", "days there are not", None, || {
            answering(
                "    S0: { type: string, format: date-time, example: 2019-02-31T23:59:60Z }\nx-a: [2001-99-99, 0000-00-00, 12:60:61, 2001-02-30 25:00:00 +99:99]\n",
            )
        }),
        case("NUL", "NUL in YAML", Some("doc-malformed"), || {
            format!("{HEAD}x-a: \0\n").into_bytes()
        }),
        case("NUL", "NUL in JSON", Some("doc-malformed"), || {
            b"{\"openapi\":\"3.0.3\",\"a\":\"\0\"}".to_vec()
        }),
        case("NUL", "NUL written out", None, || {
            b"{\"openapi\":\"3.0.3\",\"info\":{\"title\":\"\\u0000\",\"version\":\"1\"},\"paths\":{\"/a\\u0000b\":{\"get\":{\"responses\":{\"200\":{\"description\":\"x\"}}}}}}".to_vec()
        }),
        case(
            "control characters",
            "control characters in JSON",
            Some("doc-malformed"),
            || b"{\"openapi\":\"3.0.3\",\"a\":\"\x01\x1b[31m\"}".to_vec(),
        ),
        case(
            "control characters",
            "control characters in YAML",
            Some("doc-malformed"),
            || format!("{HEAD}x-a: \"\u{7}\u{1b}[31m\"\n").into_bytes(),
        ),
        case(
            "control characters",
            "text that runs backwards",
            None,
            || {
                format!("{HEAD}paths: {{ /\u{202e}a: {{ get: {{ summary: \"\u{2066}x\", responses: {{ '200': {{ description: x }} }} }} }} }}\n").into_bytes()
            },
        ),
        case(
            "invalid UTF-8",
            "bytes that are no text",
            Some("doc-malformed"),
            || {
                [
                    HEAD.as_bytes(),
                    b"paths: {}\nx-b: '\xff\xfe\xc0\x80\xed\xa0\x80'\n",
                ]
                .concat()
            },
        ),
        case(
            "invalid UTF-8",
            "a megabyte of noise",
            Some("doc-malformed"),
            || {
                (0..1_000_000_u32)
                    .map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8 | 0x80)
                    .collect()
            },
        ),
        case("Norway", "countries and switches", None, || {
            answering(
                "    S0: { type: string, enum: [NO, SE, on, off, y, n, yes, no, ~, null, 1_000, 0o7, 012, 1:20] }\n",
            )
        }),
        case("path tricks", "paths that climb", Some("oas-path"), || {
            format!("{HEAD}paths:\n  /../../etc: {{}}\n  '/a/{{b': {{}}\n  //: {{}}\n  '/%2e%2e/%00': {{}}\n  'http://other.example/': {{}}\n  '/a?b#c': {{}}\n").into_bytes()
        }),
        case(
            "path tricks",
            "thousands of variables",
            Some("oas-path"),
            || {
                let variables: String = (0..2000).map(|at| format!("/{{v{at}}}")).collect();
                format!("{{\"openapi\":\"3.0.3\",\"info\":{{\"title\":\"T\",\"version\":\"1\"}},\"paths\":{{\"{variables}\":{{\"get\":{{\"responses\":{{\"200\":{{\"description\":\"x\"}}}}}}}}}}}}").into_bytes()
            },
        ),
    ]
}

fn out(target: &str) -> Vec<u8> {
    format!(
        "{HEAD}paths: {{ /a: {{ get: {{ responses: {{ '200': {{ $ref: '{target}' }} }} }} }} }}\n"
    )
    .into_bytes()
}

fn wide(unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let text = format!("\u{feff}{HEAD}paths: {{}}\nx-ü: é\n");
    text.encode_utf16().flat_map(unit).collect()
}
