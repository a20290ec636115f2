//! Hostile documents: each ends in a report, soon and in little memory.

#![expect(
    clippy::print_stdout,
    reason = "a test says how long each document took"
)]

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use gw_model::{Diagnostic, Severity};
use gw_openapi::{Document, Node, lint, sample};

/// Far above what is needed, which is well under a second each when optimized.
const LIMIT: Duration = Duration::from_secs(30);

/// CPU time of this thread where the system tells it, so that a busy machine fails no test; else time on the clock.
fn spent(since: Instant) -> Duration {
    let schedule = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = schedule
        .split(' ')
        .next()
        .and_then(|first| first.parse().ok());
    nanoseconds.map_or_else(|| since.elapsed(), Duration::from_nanos)
}

/// Does everything that can be done with a document, and gives what was found.
fn survive(name: &str, bytes: &[u8]) -> (Document, Vec<Diagnostic>) {
    let clock = Instant::now();
    let before = spent(clock);
    let (document, mut diagnostics) = Document::parse_bytes(bytes);
    diagnostics.extend(lint(&document));
    for operation in document.operations() {
        let answer = sample::answer(&document, operation);
        let request = sample::request(&document, operation);
        assert!(
            answer.body.len() + request.body.len() < 1024 * 1024,
            "{name}"
        );
    }
    if document.is_sound() {
        drop(document.to_value(document.root()));
    }
    assert!(document.pointer_at(1, 1).is_some(), "{name}");
    let elapsed = spent(clock).saturating_sub(before);
    println!("{name}: {elapsed:.1?}, {} findings", diagnostics.len());
    assert!(elapsed < LIMIT, "{name} took {elapsed:?}");
    (document, diagnostics)
}

fn expect(name: &str, text: impl AsRef<[u8]>, rule: &str) -> Document {
    let (document, diagnostics) = survive(name, text.as_ref());
    assert!(
        diagnostics.iter().any(|found| found.rule == rule),
        "{name}: no {rule} in {diagnostics:?}"
    );
    assert!(
        diagnostics
            .iter()
            .all(|found| found.place.line > 0 || found.place == gw_model::Place::default()),
        "{name}"
    );
    document
}

fn harmless(name: &str, text: &str) -> Document {
    let (document, diagnostics) = survive(name, text.as_bytes());
    assert!(
        diagnostics
            .iter()
            .all(|found| !found.rule.starts_with("doc-")),
        "{name}: {diagnostics:?}"
    );
    document
}

const HEAD: &str = "openapi: 3.0.3\ninfo: { title: T, version: '1' }\n";

#[test]
fn alias_bombs_are_told_and_not_written_out() {
    let mut bomb = format!("{HEAD}x-a: &l0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for level in 1..12 {
        let _ = writeln!(
            bomb,
            "x-{level}: &l{level} [{}]",
            vec![format!("*l{}", level - 1); 9].join(", ")
        );
    }
    expect("billion laughs", &bomb, "doc-hostile");

    let mut bomb = format!("{HEAD}x-a: &m0 {{ k: v }}\n");
    for level in 1..30 {
        let _ = writeln!(
            bomb,
            "x-{level}: &m{level}\n  a: *m{before}\n  b: *m{before}",
            before = level - 1
        );
    }
    expect("exponential mappings", &bomb, "doc-hostile");

    let long = "x".repeat(200_000);
    let text = format!(
        "{HEAD}x-long: &long '{long}'\nx-list: [{}]\n",
        vec!["*long"; 20_000].join(", ")
    );
    expect("quadratic blow-up", &text, "doc-hostile");

    let mut merges = format!(
        "{HEAD}x-a: &m0 {{ {} }}\n",
        (0..500)
            .map(|at| format!("k{at}: 1"))
            .collect::<Vec<_>>()
            .join(", ")
    );
    for level in 1..20_000 {
        let _ = writeln!(merges, "x-{level}:\n  <<: *m0\n  own: 1");
    }
    expect("merge keys without end", &merges, "doc-hostile");

    let mut deep = format!("{HEAD}x-a: &d0 [1]\n");
    for level in 1..2000 {
        let _ = writeln!(deep, "x-{level}: &d{level} [*d{}]", level - 1);
    }
    expect("deep aliases", &deep, "doc-hostile");
}

#[test]
fn alias_circles_are_told() {
    expect(
        "alias to itself",
        format!("{HEAD}x-a: &a [*a]\n"),
        "doc-hostile",
    );
    expect(
        "merge of itself",
        format!("{HEAD}x-a: &a\n  <<: *a\n  b: 1\n"),
        "doc-hostile",
    );
    expect(
        "unknown alias",
        format!("{HEAD}x-a: *nobody\n"),
        "doc-malformed",
    );
}

#[test]
fn deep_nesting_is_told() {
    for (name, open, close) in [
        ("deep JSON", "[", "]"),
        ("deep JSON objects", "{\"a\":", "}"),
    ] {
        for depth in [300, 100_000] {
            let text = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            expect(name, text, "doc-hostile");
        }
    }
    expect(
        "deep flow YAML",
        format!("{HEAD}x-a: {}", "[".repeat(100_000)),
        "doc-malformed",
    );
    let mut block = String::new();
    for depth in 0..5000 {
        let _ = writeln!(block, "{}a:", " ".repeat(depth));
    }
    expect("deep block YAML", block, "doc-hostile");
    expect(
        "unclosed JSON",
        "{\"openapi\": \"3.0.0\", \"a\": {",
        "doc-malformed",
    );
}

#[test]
fn circles_of_references_end() {
    let schemas = "components:\n  schemas:\n    Self: { $ref: '#/components/schemas/Self' }\n    A: { $ref: '#/components/schemas/B' }\n    B: { $ref: '#/components/schemas/A' }\n    Tree: { type: object, required: [child], properties: { child: { $ref: '#/components/schemas/Tree' }, list: { type: array, items: { $ref: '#/components/schemas/Tree' } } } }\n    Whole: { allOf: [{ $ref: '#/components/schemas/Whole' }] }\n";
    let paths = "paths:\n  /a: { $ref: '#/paths/~1a' }\n  /b:\n    post:\n      parameters: [{ $ref: '#/paths/~1b/post/parameters/0' }]\n      requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/Tree' } } } }\n      responses:\n        '200': { description: x, content: { application/json: { schema: { $ref: '#/components/schemas/Self' } } } }\n        '201': { $ref: '#/paths/~1b/post/responses/201' }\n        '202': { description: x, content: { application/json: { schema: { $ref: '#/components/schemas/Whole' } } } }\n";
    expect(
        "circular references",
        format!("{HEAD}{paths}{schemas}"),
        "oas-ref-circular",
    );
}

#[test]
fn exponential_compositions_are_sampled_within_bounds() {
    let mut text = format!(
        "{HEAD}paths:\n  /a:\n    get: {{ responses: {{ '200': {{ description: x, content: {{ application/json: {{ schema: {{ $ref: '#/components/schemas/S0' }} }} }} }} }} }}\ncomponents:\n  schemas:\n"
    );
    for at in 0..40 {
        let next = format!("$ref: '#/components/schemas/S{}'", at + 1);
        let _ = writeln!(
            text,
            "    S{at}: {{ allOf: [{{ {next} }}, {{ {next} }}], properties: {{ p{at}: {{ {next} }}, q{at}: {{ {next} }} }} }}"
        );
    }
    text.push_str("    S40: { type: object, properties: { end: { type: string } } }\n");
    harmless("exponential allOf", &text);

    let mut text = format!(
        "{HEAD}paths:\n  /a:\n    get: {{ responses: {{ '200': {{ description: x, content: {{ application/json: {{ schema: {{ $ref: '#/components/schemas/S0' }} }} }} }} }} }}\ncomponents:\n  schemas:\n"
    );
    for at in 0..60 {
        let next = format!("$ref: '#/components/schemas/S{}'", at + 1);
        let _ = writeln!(
            text,
            "    S{at}: {{ oneOf: [{{ {next} }}, {{ {next} }}], not: {{ {next} }} }}"
        );
    }
    text.push_str("    S60: { $ref: '#/components/schemas/S0' }\n");
    survive("exponential oneOf that ends nowhere", text.as_bytes());
}

#[test]
fn references_out_of_the_document_are_told_and_never_opened() {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    for target in [
        format!("http://127.0.0.1:{port}/schema.json"),
        "file:///etc/passwd".to_owned(),
        "../../../../etc/passwd".to_owned(),
        "/etc/passwd#/a".to_owned(),
        "http://169.254.169.254/latest/meta-data".to_owned(),
    ] {
        let text = format!(
            "{HEAD}paths: {{ /a: {{ get: {{ responses: {{ '200': {{ $ref: '{target}' }} }} }} }} }}"
        );
        expect("reference out", &text, "oas-ref-external");
    }
    assert!(listener.accept().is_err(), "something was fetched");
}

#[test]
fn duplicate_keys_are_told_with_both_places() {
    let json = "{\"openapi\": \"3.0.3\", \"info\": {\"title\": \"T\", \"version\": \"1\"},\n \"paths\": {\"/a\": {\"get\": {\"security\": [{\"k\": []}],\n \"security\": []}}}}";
    for text in [
        json.to_owned(),
        format!(
            "{HEAD}paths:\n  /a:\n    get:\n      security: [{{ k: [] }}]\n      security: []\n"
        ),
    ] {
        let (document, diagnostics) = survive("duplicate keys", text.as_bytes());
        let found = diagnostics
            .iter()
            .find(|found| found.rule == "doc-duplicate-key")
            .unwrap();
        assert_eq!(found.place.pointer, "/paths/~1a/get/security");
        assert!(
            found
                .message
                .contains(&format!("the first is at line {}", found.place.line - 1)),
            "{}",
            found.message
        );
        assert!(
            document.operations()[0].demands_security(),
            "the first one counts"
        );
    }
    let mut many = String::new();
    for at in 0..60_000 {
        let _ = write!(many, "\"k{}\":1,", at % 30_000);
    }
    expect(
        "many duplicates",
        format!("{{\"openapi\":\"3.0.3\",{many}\"z\":1}}"),
        "doc-duplicate-key",
    );
    survive(
        "merge of nothing",
        format!("{HEAD}x-a: {{ <<: 1, <<: 2 }}\n").as_bytes(),
    );
}

/// The duplicates told of a text: pointer, line and column, and the line of the first.
fn duplicates(text: &str) -> (Document, Vec<(String, u32, u32, u32)>) {
    let (document, diagnostics) = survive("duplicate keys", text.as_bytes());
    let told = diagnostics
        .iter()
        .filter(|found| found.rule == "doc-duplicate-key")
        .map(|found| {
            let (_, first) = found.message.split_once("the first is at line ")?;
            let (line, _) = first.split_once(',')?;
            let place = &found.place;
            let line = line.parse().ok()?;
            Some((place.pointer.clone(), place.line, place.column, line))
        })
        .map(|told| told.unwrap_or_else(|| panic!("no place of the first in {diagnostics:?}")))
        .collect();
    (document, told)
}

#[test]
fn a_key_spelled_with_escapes_is_the_same_key() {
    let json = "{\"openapi\": \"3.0.3\", \"info\": {\"title\": \"T\", \"version\": \"1\"},\n \"paths\": {\"/a\": {\"get\": {\n\"security\": [{\"k\": []}],\n\"s\\u0065curity\": []}},\n\"\\/a\": {}}}";
    let (document, told) = duplicates(json);
    let security = ("/paths/~1a/get/security".to_owned(), 4, 1, 3);
    assert_eq!(told, [security, ("/paths/~1a".to_owned(), 5, 1, 2)]);
    assert!(
        document.operations()[0].demands_security(),
        "the first one counts"
    );

    let yaml = format!(
        "{HEAD}paths:\n  /a:\n    get:\n      security: [{{ k: [] }}]\n      \"s\\x65curity\": []\n      'security': []\n      ? security\n      : []\n  \"\\/a\": {{}}\n"
    );
    let (document, told) = duplicates(&yaml);
    let security = |line, column| ("/paths/~1a/get/security".to_owned(), line, column, 6);
    assert_eq!(
        told,
        [
            security(7, 7),
            security(8, 7),
            security(9, 9),
            ("/paths/~1a".to_owned(), 11, 3, 4)
        ]
    );
    assert!(
        document.operations()[0].demands_security(),
        "the first one counts"
    );
    let whole = duplicates(
        &json
            .replace("s\\u0065curity", "x-security")
            .replace("\\/a", "/b"),
    );
    assert_eq!(whole.1, [], "other keys");
}

#[test]
fn keys_that_merge_keys_bring_are_no_duplicates_and_two_merge_keys_are() {
    let base = format!(
        "{HEAD}x-one: &one {{ security: [{{ k: [] }}], deprecated: true }}\nx-two: &two {{ security: [], summary: two }}\npaths:\n  /a:\n    get:\n"
    );
    let of = |lines: &str| duplicates(&format!("{base}{lines}      responses: {{}}\n"));
    let get = |document: &Document, key: &str| {
        let node = document.at(&format!("/paths/~1a/get/{key}"));
        node.map(|node| document.to_value(node).to_string())
    };
    let (document, told) = of("      <<: *one\n      security: []\n");
    assert_eq!(told, [], "a mapping's own key stands before a merged one");
    assert_eq!(get(&document, "security").as_deref(), Some("[]"));
    assert_eq!(get(&document, "deprecated").as_deref(), Some("true"));

    let (document, told) = of("      <<: [*two, *one]\n");
    assert_eq!(told, [], "the earlier of two merged ones counts");
    assert_eq!(get(&document, "security").as_deref(), Some("[]"));
    assert_eq!(get(&document, "deprecated").as_deref(), Some("true"));

    let (document, told) = of("      <<: *one\n      <<: *two\n");
    assert_eq!(told, [("/paths/~1a/get/<<".to_owned(), 9, 7, 8)]);
    assert!(
        document.operations()[0].demands_security(),
        "the first one counts"
    );

    // What is merged twice is told once, where it stands.
    let twins = format!(
        "{HEAD}x-one: &one\n  security: [{{ k: [] }}]\n  security: []\npaths:\n  /a: {{ get: {{ <<: *one }}, put: {{ <<: *one }} }}\n"
    );
    let (document, told) = duplicates(&twins);
    assert_eq!(told, [("/x-one/security".to_owned(), 5, 3, 4)]);
    assert!(
        document
            .operations()
            .iter()
            .all(gw_openapi::Operation::demands_security)
    );
}

#[test]
fn size_alone_does_no_harm() {
    harmless(
        "huge scalar",
        &format!("{HEAD}paths: {{}}\nx-a: '{}'\n", "y".repeat(20_000_000)),
    );
    let mut paths = format!("{HEAD}paths:\n");
    for at in 0..50_000 {
        let _ = writeln!(
            paths,
            "  /p{at}/{{id}}: {{ get: {{ parameters: [{{ name: id, in: path, required: true }}], responses: {{ '200': {{ description: x }} }} }} }}"
        );
    }
    assert_eq!(harmless("50,000 paths", &paths).operations().len(), 50_000);
    expect(
        "too many values",
        format!("[{}0]", "0,".repeat(4_500_000)),
        "doc-hostile",
    );
    let long_key = "k".repeat(5000);
    survive("long YAML key", format!("{HEAD}{long_key}: 1\n").as_bytes());
    harmless(
        "long JSON key",
        &format!(
            "{{\"openapi\":\"3.0.3\",\"info\":{{\"title\":\"T\",\"version\":\"1\"}},\"paths\":{{}},\"x-{long_key}\":1}}"
        ),
    );
}

#[test]
fn numbers_dates_and_norway_are_read_as_written() {
    let document = harmless(
        "values",
        &format!(
            "{HEAD}paths: {{}}\nx-big: 123456789012345678901234567890\nx-tiny: 1e-400\nx-huge: 1e400\nx-low: -9223372036854776000\nx-date: 2019-02-31T23:59:60Z\nx-no: no\nx-country: [NO, SE]\nx-octal: 0o17\nx-proto: {{ __proto__: {{ a: 1 }}, constructor: 1 }}\nx-pattern: '(a+)+$'\n"
        ),
    );
    let text = |pointer: &str| {
        document
            .at(pointer)
            .and_then(Node::scalar_text)
            .map(str::to_owned)
            .unwrap()
    };
    assert_eq!(text("/x-big"), "123456789012345678901234567890");
    assert_eq!(text("/x-date"), "2019-02-31T23:59:60Z");
    assert_eq!(document.at("/x-no").unwrap().as_str(), Some("no"));
    assert_eq!(document.at("/x-country/0").unwrap().as_str(), Some("NO"));
    let value = document.to_value(document.root());
    assert_eq!(value["x-date"], "2019-02-31T23:59:60Z");
    assert_eq!(value["x-huge"], "1e400");
    assert_eq!(value["x-octal"], 15);
    assert_eq!(value["x-proto"]["__proto__"]["a"], 1);
}

#[test]
fn encodings_are_read_or_told() {
    let text = format!("{HEAD}paths: {{}}\nx-ü: é\n");
    let little: Vec<u8> = std::iter::once(0xFEFF)
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let big: Vec<u8> = std::iter::once(0xFEFF)
        .chain(text.encode_utf16())
        .flat_map(u16::to_be_bytes)
        .collect();
    let marked = format!("\u{feff}{text}").into_bytes();
    for bytes in [little, big, marked] {
        let (document, diagnostics) = survive("encoding", &bytes);
        let advice = diagnostics
            .iter()
            .all(|found| found.severity == Severity::Info);
        assert!(advice, "{diagnostics:?}");
        assert_eq!(document.at("/x-ü").and_then(Node::as_str), Some("é"));
    }
    let marked =
        "\u{feff}{\"openapi\":\"3.0.3\",\"info\":{\"title\":\"T\",\"version\":\"1\"},\"paths\":{}}";
    assert_eq!(harmless("JSON with a mark", marked).text(), marked);
    let mut broken = text.clone().into_bytes();
    broken.extend(b"x-b: '\xff\xfe'\n");
    let (_, diagnostics) = survive("invalid UTF-8", &broken);
    assert_eq!(
        (
            diagnostics[0].rule.as_str(),
            diagnostics[0].place.line,
            diagnostics[0].place.column
        ),
        ("doc-malformed", 5, 7)
    );
    expect(
        "NUL in YAML",
        format!("{HEAD}x-a: \"\0\"\n").replace("\"\0\"", "\0"),
        "doc-malformed",
    );
    expect(
        "control character in JSON",
        "{\"a\": \"\u{1}\"}",
        "doc-malformed",
    );
}

#[test]
fn odd_documents_are_told() {
    expect("empty", "", "doc-empty");
    expect("blank", " \n\n", "doc-empty");
    expect("comments only", "# nothing\n", "doc-empty");
    expect("prose", "Hello there", "doc-unsupported");
    expect(
        "HTML",
        "<!doctype html>\n<html><body>Sign in</body></html>",
        "doc-unsupported",
    );
    expect("a list", "[1, 2]", "doc-unsupported");
    expect("another version", "openapi: 4.0.0\n", "doc-unsupported");
    expect("a number as version", "openapi: 3\n", "doc-unsupported");
    expect(
        "Swagger 1.2",
        "{\"swaggerVersion\": \"1.2\"}",
        "doc-unsupported",
    );
    expect(
        "complex keys",
        format!("{HEAD}paths: {{}}\n? [a, b]\n: c\n"),
        "doc-unsupported",
    );
    expect(
        "two documents",
        format!("{HEAD}paths: {{}}\n---\nother: 1\n"),
        "doc-unsupported",
    );
    expect(
        "custom tags",
        format!("{HEAD}paths: {{}}\nx-a: !Ref Thing\nx-b: !!python/object:os.system x\n"),
        "doc-unsupported",
    );
    expect(
        "tab indentation",
        "openapi: 3.0.3\ninfo:\n\ttitle: T\n",
        "doc-malformed",
    );
    expect(
        "path tricks",
        format!("{HEAD}paths:\n  /../../etc: {{}}\n  '/a/{{b': {{}}\n  //: {{}}\n"),
        "oas-path",
    );
    for version in ["3.0", "3.0.0", "3.1", "3.1.1", "3.2.0", "'3.0'"] {
        let (document, _) = survive(
            "version",
            format!("openapi: {version}\ninfo: {{ title: T, version: 1 }}\npaths: {{}}\n")
                .as_bytes(),
        );
        assert!(document.version().is_some(), "{version}");
    }
}
