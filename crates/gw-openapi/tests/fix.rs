//! Fixes: a finding that is there is gone after its fix, nothing new is found, and comments stay.

use gw_model::{Diagnostic, Place, Severity};
use gw_openapi::edit::{self, Edit};
use gw_openapi::{Document, fix, lint};
use serde_json::{Value, json};

fn document(text: &str) -> Document {
    let (document, diagnostics) = Document::parse(text);
    assert!(document.is_sound(), "{diagnostics:?}\n{text}");
    document
}

fn value(text: &str) -> Value {
    let document = document(text);
    document.to_value(document.root())
}

fn found(text: &str) -> Vec<(String, String)> {
    // Matters of taste come and go with what is added.
    lint(&document(text))
        .into_iter()
        .filter(|finding| finding.severity > Severity::Info)
        .map(|finding| (finding.rule, finding.place.pointer))
        .collect()
}

/// A document with these paths, and comments that must stay.
fn with(paths: &str) -> String {
    format!(
        "# head\nopenapi: 3.0.3\ninfo: # about\n  title: T\n  version: '1'\npaths: # served\n{paths}# foot\n"
    )
}

/// One operation at a path, with these lines in it.
fn operation(path: &str, lines: &str) -> String {
    with(&format!(
        "  {path}: # the path\n    # before\n    get: # reads\n{lines}"
    ))
}

const ANSWERS: &str =
    "      responses: # answers\n        '200': # good\n          description: OK\n";

/// Fixes every finding of one rule and checks what every fix must keep.
fn fixed(rule: &str, before: &str) -> String {
    let (read, at_first) = (document(before), found(before));
    let mine: Vec<Diagnostic> = lint(&read)
        .into_iter()
        .filter(|finding| finding.rule == rule)
        .collect();
    assert!(
        !mine.is_empty(),
        "{rule} is not found: {at_first:?}\n{before}"
    );
    assert!(
        mine.iter().any(|finding| finding.fixable),
        "{rule} is not said to be fixable\n{before}"
    );
    assert!(fix::is_fixable(rule));
    let outcome = fix::fix_all(&read, &lint(&read), Some(&[rule]));
    let after = outcome.text;
    let then = found(&after);
    assert!(
        then.iter().all(|(left, _)| left != rule),
        "{rule} is still found: {then:?}\n{after}"
    );
    for rule in then.iter().map(|(rule, _)| rule) {
        assert!(
            at_first.iter().any(|(known, _)| known == rule),
            "{rule} is new\n{after}"
        );
    }
    assert_eq!(
        (outcome.fixed, outcome.left),
        (mine.len(), Vec::new()),
        "{after}"
    );
    for comment in before
        .lines()
        .filter_map(|line| line.find('#').map(|at| &line[at..]))
    {
        assert!(
            !comment.starts_with("# ") || after.contains(comment) || comment == "# goes",
            "the comment '{comment}' is gone\n{after}"
        );
    }
    let windows = document(&before.replace('\n', "\r\n"));
    let of_windows = fix::fix_all(&windows, &lint(&windows), Some(&[rule]));
    assert_eq!(
        of_windows.text,
        after.replace('\n', "\r\n"),
        "{rule}: every line ends as it did"
    );
    after
}

#[test]
fn each_rule_is_fixed_where_there_is_one_way() {
    let required = "      parameters: # needs\n        - name: id # which\n          in: path\n          schema: {type: string}\n";
    let after = fixed(
        "oas-path-parameter-required",
        &operation("/a/{id}", &format!("{required}{ANSWERS}")),
    );
    assert!(
        after.contains("          schema: {type: string}\n          required: true\n"),
        "{after}"
    );

    let after = fixed(
        "oas-path-parameter-undeclared",
        &operation("/a/{id}/{to+}", ANSWERS),
    );
    let parameters = value(&after)["paths"]["/a/{id}/{to+}"]["get"]["parameters"].clone();
    assert_eq!(
        parameters[0],
        json!({ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } })
    );
    assert_eq!(
        (&parameters[1]["name"], parameters.as_array().unwrap().len()),
        (&json!("to"), 2)
    );

    let unused = "      parameters: # needs\n        - name: id # goes\n          in: path\n          required: true\n        # the other\n        - {name: q, in: query, schema: {type: string}}\n";
    let after = fixed(
        "oas-path-parameter-unused",
        &operation("/a", &format!("{unused}{ANSWERS}")),
    );
    assert!(
        after.contains("parameters: # needs\n        # the other\n        - {name: q"),
        "{after}"
    );

    let twice = "      parameters: # needs\n        - {name: q, in: query, schema: {type: string}}\n        - {name: q, in: query, schema: {type: string}, description: again}\n";
    let after = fixed(
        "oas-parameter-duplicate",
        &operation("/a", &format!("{twice}{ANSWERS}")),
    );
    assert!(!after.contains("again"), "{after}");

    let nameless =
        "      parameters:\n        - name: id # which\n          schema: {type: string}\n";
    let after = fixed(
        "oas-parameter",
        &operation("/a/{id}", &format!("{nameless}{ANSWERS}")),
    );
    assert!(
        after.contains("          in: path\n          required: true\n"),
        "{after}"
    );

    let after = fixed(
        "oas-responses",
        &operation("/a", "      summary: Reads # short\n"),
    );
    assert!(after.contains("      summary: Reads # short\n      responses:\n        '200':\n          description: OK\n"), "{after}");
    fixed(
        "oas-responses",
        &operation("/a", "      responses: {} # none\n"),
    );

    let bare = "      responses: # answers\n        '404': # gone\n          content: {}\n        '200': {}\n        default:\n          $ref: '#/components/responses/Any'\n";
    let components = "components:\n  responses:\n    Any: # all\n      content: {}\n";
    let text = operation("/a", bare).replace("# foot\n", &format!("{components}# foot\n"));
    let after = fixed("oas-response-description", &text);
    assert!(
        after.contains("          content: {}\n          description: Not found\n"),
        "{after}"
    );
    assert!(
        after.contains("      content: {}\n      description: Any\n"),
        "{after}"
    );

    let padded = "      responses:\n        'Default ': # all\n          description: Any\n";
    assert!(
        fixed("oas-response-status", &operation("/a", padded))
            .contains("        'default': # all\n")
    );

    let loud =
        with("  /a: # the path\n    GET: # reads\n      responses: {'200': {description: OK}}\n");
    assert!(fixed("oas-unknown-method", &loud).contains("    get: # reads\n"));

    let ids = with(
        "  /a:\n    get: # one\n      operationId: read\n      responses: {'200': {description: OK}}\n    post: # two\n      operationId: read # again\n      responses: {'200': {description: OK}}\n  /b:\n    get: # three\n      operationId: 'read'\n      responses: {'200': {description: OK}}\n    put:\n      operationId: read2\n      responses: {'200': {description: OK}}\n",
    );
    let after = fixed("oas-operation-id", &ids);
    assert!(
        after.contains("operationId: read3 # again\n") && after.contains("operationId: read4\n"),
        "{after}"
    );

    assert!(fixed("oas-path", &with("  a/{id}: {} # stray\n")).contains("  /a/{id}: {} # stray\n"));
    assert!(
        fixed(
            "oas-structure",
            &operation("/a", &format!("      tags: # goes\n{ANSWERS}"))
        )
        .contains("get: # reads\n      responses")
    );
    let after = fixed(
        "oas-info-title",
        &with("  {}\n")
            .replace("  title: T\n", "  title: ' ' # name\n")
            .replace("paths: # served\n  {}\n", "paths: {} # served\n"),
    );
    assert!(after.contains("  title: Untitled API # name\n"), "{after}");
    assert_eq!(
        value(&fixed(
            "oas-info-version",
            "openapi: 3.0.3\n# none\npaths: {}\n"
        ))["info"]["version"],
        "1.0.0"
    );
    assert_eq!(
        value(&fixed(
            "oas-paths",
            "openapi: 3.0.3\ninfo: {title: T, version: '1'} # all\n"
        ))["paths"],
        json!({})
    );

    let secured = "      security: # who\n        - Key: [] # a key\n";
    let schemes = "components:\n  securitySchemes:\n    key: {type: apiKey, in: header, name: k}\n";
    let text = operation("/a", &format!("{secured}{ANSWERS}"))
        .replace("# foot\n", &format!("{schemes}# foot\n"));
    assert!(fixed("oas-security-undeclared", &text).contains("        - key: [] # a key\n"));

    let refs = "      responses:\n        '200':\n          $ref: '#/responses/Any' # old\n";
    let text = operation("/a", refs).replace(
        "# foot\n",
        "components: {responses: {Any: {description: Any}}}\n# foot\n",
    );
    assert!(
        fixed("oas-ref-unresolved", &text).contains("$ref: '#/components/responses/Any' # old\n")
    );
}

#[test]
fn a_parameter_with_a_wrong_name_gets_the_variables() {
    let wrong = "      parameters: # needs\n        - name: petid # which\n          in: path\n          required: true\n          description: Of the pet\n          schema: {type: string}\n";
    let text = operation("/pets/{petId}", &format!("{wrong}{ANSWERS}"));
    let read = document(&text);
    let outcome = fix::fix_all(&read, &lint(&read), None);
    assert_eq!(outcome.text, text.replace("name: petid", "name: petId"));
    assert_eq!(
        (outcome.fixed, outcome.left),
        (2, Vec::new()),
        "one fix mends both findings"
    );
}

#[test]
fn what_can_be_mended_in_two_ways_is_left() {
    let twice = "      parameters:\n        - {name: q, in: query, schema: {type: string}}\n        - {name: q, in: query, schema: {type: integer}}\n";
    let text = operation("/a", &format!("{twice}{ANSWERS}"));
    let read = document(&text);
    let findings = lint(&read);
    assert!(
        findings
            .iter()
            .any(|finding| finding.rule == "oas-parameter-duplicate" && !finding.fixable)
    );
    let outcome = fix::fix_all(&read, &findings, Some(&["oas-parameter-duplicate"]));
    assert_eq!((outcome.text.as_str(), outcome.fixed), (text.as_str(), 0));
    assert_eq!(outcome.left.len(), 1);
    assert_eq!(
        outcome.left[0].reason,
        "there is no one way to mend it: Remove one of the two"
    );
}

#[test]
fn fixes_that_contradict_each_other_are_made_one_after_the_other() {
    // The second parameter is the first again, and is not marked required: it goes, and needs no mark any more.
    let twice = "      parameters:\n        - {name: id, in: path, schema: {type: string}}\n        - {name: id, in: path, schema: {type: string}}\n";
    let text = operation("/a/{id}", &format!("{twice}{ANSWERS}"));
    let read = document(&text);
    let outcome = fix::fix_all(&read, &lint(&read), None);
    assert_eq!(found(&outcome.text), []);
    assert_eq!(outcome.left, []);
    let parameters = &value(&outcome.text)["paths"]["/a/{id}"]["get"]["parameters"];
    assert_eq!(
        parameters,
        &json!([{ "name": "id", "in": "path", "schema": { "type": "string" }, "required": true }])
    );
}

#[test]
fn text_that_an_alias_shares_is_left_with_the_reason() {
    let text = with(
        "  /a/{id}:\n    get: &get\n      responses: {'200': {description: OK}}\n  /b/{id}:\n    get: *get\n  /c/{id}:\n    get:\n      responses: {'200': {description: OK}}\n",
    );
    let read = document(&text);
    let outcome = fix::fix_all(&read, &lint(&read), None);
    assert_eq!(
        outcome.fixed, 1,
        "the operation that is written once: {}",
        outcome.text
    );
    assert!(
        outcome
            .left
            .iter()
            .all(|left| left.reason.contains("shared by an alias")),
        "{:?}",
        outcome.left
    );
    assert!(!outcome.left.is_empty());
}

#[test]
fn rules_to_come_have_their_fixes() {
    let finding = |rule: &str, pointer: &str, message: &str| Diagnostic {
        rule: rule.to_owned(),
        severity: Severity::Warning,
        place: Place {
            pointer: pointer.to_owned(),
            line: 1,
            column: 1,
        },
        message: message.to_owned(),
        why: String::new(),
        fix: String::new(),
        fixable: false,
    };
    let text = "openapi: 3.0.3\ninfo: {title: T, version: 1.0}\nservers: [{url: 'https://a.example/v1/'}]\ntags: [{name: a, description: A}, {name: a}]\npaths:\n  /pets/{id}/toys:\n    get: {tags: [b], operationId: 'read it', responses: {}}\n    post: {responses: {}}\ncomponents: {schemas: {E: {enum: [x, y, x]}}}\n";
    let read = document(text);
    for (rule, pointer, message, expected) in [
        (
            "oas-server-trailing-slash",
            "/servers/0/url",
            "",
            Edit::Set {
                at: "/servers/0/url".into(),
                value: "https://a.example/v1".into(),
            },
        ),
        (
            "oas-tag-duplicate",
            "/tags/1",
            "",
            Edit::Remove {
                at: "/tags/1".into(),
            },
        ),
        (
            "oas-tag-undefined",
            "/paths/~1pets~1{id}~1toys/get/tags/0",
            "",
            Edit::Append {
                at: "/tags".into(),
                value: json!({ "name": "b" }),
            },
        ),
        (
            "oas-operation-id-characters",
            "/paths/~1pets~1{id}~1toys/get/operationId",
            "",
            Edit::Set {
                at: "/paths/~1pets~1{id}~1toys/get/operationId".into(),
                value: "read_it".into(),
            },
        ),
        (
            "oas-operation-id-missing",
            "/paths/~1pets~1{id}~1toys/post",
            "",
            Edit::Set {
                at: "/paths/~1pets~1{id}~1toys/post/operationId".into(),
                value: "postPetsByIdToys".into(),
            },
        ),
        (
            "oas-schema-enum-duplicate",
            "/components/schemas/E/enum/2",
            "",
            Edit::Remove {
                at: "/components/schemas/E/enum/2".into(),
            },
        ),
        (
            "oas-field-type",
            "/info/version",
            "'version' must be text here, and this is a number",
            Edit::Set {
                at: "/info/version".into(),
                value: "1.0".into(),
            },
        ),
    ] {
        let edits = fix::fix(&read, &finding(rule, pointer, message));
        assert_eq!(edits, Some(vec![expected]), "{rule}");
        edit::apply(&read, &edits.unwrap()).unwrap();
    }
    // The line that says how many findings are not listed has no place, and no fix.
    for rule in [
        "oas-operation-id",
        "oas-responses",
        "oas-path",
        "oas-unknown-method",
        "oas-tag-duplicate",
        "oas-structure",
    ] {
        assert_eq!(
            fix::fix(&read, &finding(rule, "", "5 more findings")),
            None,
            "{rule}"
        );
    }
    assert_eq!(
        fix::fix(
            &read,
            &finding("oas-path-parameter-undeclared", "/nowhere", "")
        ),
        None
    );
}
