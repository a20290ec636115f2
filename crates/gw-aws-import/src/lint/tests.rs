//! Every rule on its fixtures, and what all of them have in common.

use std::collections::BTreeSet;

use gw_model::{AwsTarget, Diagnostic, HttpMethod, Severity};
use gw_openapi::Document;
use gw_plan::{Plan, RouteSecurity};

use super::fixtures::{Case, FIXTURES};
use super::{advice, lint, obstacles};
use crate::rules::{self, MOST_OF_A_KIND, Teller};
use crate::samples::{aws, pets, plan_of, wide};

/// A document with a head and a path.
pub(crate) fn whole(text: &str) -> String {
    if text.starts_with('{') || text.starts_with("openapi") || text.starts_with("swagger") {
        return text.to_owned();
    }
    let paths = if text.contains("paths:") {
        ""
    } else {
        "paths: {/a: {get: {responses: {}}}}\n"
    };
    format!("openapi: 3.0.3\ninfo: {{title: pets, version: '1'}}\n{paths}{text}")
}

pub(crate) fn found_in(text: &str) -> Vec<Diagnostic> {
    let (document, _) = Document::parse(&whole(text));
    lint(&document, &plan_of(&document), &aws())
}

fn found_of(plan: &Plan, target: &AwsTarget) -> Vec<Diagnostic> {
    let head = format!(
        "openapi: 3.0.3\ninfo: {{title: {}, version: '1'}}\npaths: {{}}\n",
        plan.name
    );
    lint(&Document::parse(&head).0, plan, target)
}

fn found(case: &Case) -> Vec<Diagnostic> {
    match case {
        Case::Text(text) => found_in(text),
        Case::Made(make) => {
            let (plan, target) = make();
            found_of(&plan, &target)
        }
    }
}

fn rules_of(found: &[Diagnostic]) -> Vec<&str> {
    found.iter().map(|finding| finding.rule.as_str()).collect()
}

#[test]
fn every_rule_finds_what_breaks_it_and_nothing_else() {
    for fixture in FIXTURES {
        let failing = found(&fixture.fails);
        let finding = failing.iter().find(|finding| finding.rule == fixture.rule);
        let text = match &fixture.fails {
            Case::Text(text) => text,
            Case::Made(_) => "a plan",
        };
        let finding = finding.unwrap_or_else(|| panic!("{} missed {text}", fixture.rule));
        assert!(!finding.message.is_empty() && !finding.why.is_empty());
        if matches!(fixture.fails, Case::Text(_)) && fixture.rule != "GW074" {
            assert!(
                finding.place.line > 0,
                "{} has no line in {text}",
                fixture.rule
            );
        }
        let passing = found(&fixture.passes);
        assert!(
            !rules_of(&passing).contains(&fixture.rule),
            "{} wrongly found beside {text}: {passing:#?}",
            fixture.rule
        );
    }
}

#[test]
fn a_policy_that_is_attached_is_not_advised_again() {
    let text = whole("components: {securitySchemes: {o: {type: http, scheme: bearer}}}\n");
    let (document, _) = Document::parse(&text);
    let mut plan = plan_of(&document);
    let fix = |plan: &Plan| {
        let found = lint(&document, plan, &aws());
        let mut of_scheme = found.into_iter().filter(|found| found.rule == "GW073");
        of_scheme.next().unwrap().fix
    };
    assert_eq!(fix(&plan), "Attach an OAuth policy.");
    plan.token_check = pets().token_check;
    assert_eq!(fix(&plan), "");
}

#[test]
fn every_rule_of_the_table_has_fixtures_or_another_teller() {
    let tested: BTreeSet<&str> = FIXTURES.iter().map(|fixture| fixture.rule).collect();
    let untested: Vec<&str> = rules::all()
        .filter(|rule| !tested.contains(rule.id))
        .map(|rule| rule.id)
        .collect();
    let by_others: Vec<&str> = rules::all()
        .filter(|rule| rule.teller != Teller::Lint && !tested.contains(rule.id))
        .map(|rule| rule.id)
        .collect();
    assert_eq!(untested, by_others, "rules of lint without fixtures");
    // What only the compiler tells, or nobody: its tests have the fixtures.
    assert_eq!(
        by_others,
        [
            "GW020",
            "GW040",
            "GW041",
            "GW042",
            "GW044",
            "GW045",
            "GW048",
            "GW049",
            "GW050",
            "GW051",
            "GW052",
            "GW053",
            "GW054",
            "GW055",
            "GW056",
            "GW057",
            "GW058",
            "GW060",
            "GW070",
            "GW072",
            "aws-import-warning",
        ]
    );
}

#[test]
fn what_aws_takes_has_no_findings() {
    assert_eq!(rules_of(&found_of(&pets(), &aws())), Vec::<&str>::new());
    // Circles, descriptions beside items, and statuses as numbers (GW057, GW058, GW072).
    let text = "paths: {/a: {get: {responses: {200: {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/A'}}}}}}}}\n\
        components: {schemas: {A: {type: object, properties: {next: {$ref: '#/components/schemas/A'}, all: {type: array, description: d, items: {type: string}}}}}}\n";
    assert_eq!(rules_of(&found_in(text)), ["GW074"]);
}

#[test]
fn anchors_are_looked_at_once() {
    let mut text = "components:\n  schemas:\n    A0: &a0 {type: string, example: x}\n".to_owned();
    for level in 1..=30 {
        text.push_str(&format!(
            "    A{level}: &a{level} {{properties: {{a: *a{0}, b: *a{0}, c: *a{0}}}}}\n",
            level - 1
        ));
    }
    let found = found_in(&text);
    let examples = found
        .iter()
        .find(|finding| finding.rule == "GW043")
        .unwrap();
    assert!(examples.message.starts_with("1 example"), "{examples:?}");
}

#[test]
fn findings_of_a_kind_are_limited_and_counted() {
    let paths: String = (0..MOST_OF_A_KIND + 7)
        .map(|index| format!("'/p{index}:x': {{get: {{}}}}, "))
        .collect();
    let found = found_in(&format!("paths: {{{paths}}}\n"));
    let colons: Vec<&Diagnostic> = found
        .iter()
        .filter(|finding| finding.rule == "GW016")
        .collect();
    assert_eq!(colons.len(), MOST_OF_A_KIND + 1);
    let last = &colons.last().unwrap().message;
    assert!(last.ends_with("7 more places are not listed"), "{last}");
}

#[test]
fn messages_name_what_they_are_about() {
    let cases = [
        (
            "GW001",
            "openapi: 3.1.0\ninfo: {title: pets, version: '1'}\npaths: {/a: {get: {}}}\n",
            "The document is OpenAPI 3.1.0; it is compiled down to 3.0 for AWS",
        ),
        (
            "GW005",
            "servers: [{url: /v2}]\npaths: {/pets: {get: {}}}\n",
            "'/v2' is no part of the URL on AWS: /pets is at https://API.execute-api.eu-west-1.amazonaws.com/live/pets",
        ),
        (
            "GW030",
            "paths: {/a: {get: {parameters: [{name: q, in: query, schema: {type: string, maxLength: 3, enum: [a]}}]}}}\n",
            "Nobody on AWS acts on enum, maxLength of the query parameter 'q'",
        ),
        (
            "GW034",
            "paths: {/a: {get: {responses: {'401': {description: d, headers: {WWW-Authenticate: {schema: {type: string}}}}}}}}\n",
            "API Gateway renames to X-Amzn-Remapped-… the header 'WWW-Authenticate' of an answer of GET /a",
        ),
        (
            "GW047",
            "components: {schemas: {A: {default: 1}, B: {default: 2}}}\n",
            "2 default values are left out on AWS; the first is here",
        ),
    ];
    for (rule, text, message) in cases {
        let found = found_in(text);
        let messages: Vec<&str> = found
            .iter()
            .filter(|finding| finding.rule == rule)
            .map(|finding| finding.message.as_str())
            .collect();
        assert_eq!(messages, [message]);
    }
}

#[test]
fn a_text_that_stops_being_readable_says_where() {
    let (document, _) = Document::parse("{\n  \"openapi\": \"3.0.3\",\n  \"paths\": {,}\n}");
    let found = lint(&document, &plan_of(&document), &aws());
    let finding = found
        .iter()
        .find(|finding| finding.rule == "GW002")
        .unwrap();
    assert_eq!(finding.place.line, 3);
}

#[test]
fn findings_point_at_the_operation() {
    let text = "openapi: 3.0.3\ninfo: {title: pets, version: '1'}\npaths:\n  /users/@me:\n    get:\n      responses: {}\n";
    let finding = &found_in(text)[0];
    let finding = if finding.rule == "GW010" {
        finding
    } else {
        &found_in(text)[1]
    };
    assert_eq!((finding.rule.as_str(), finding.place.line), ("GW010", 5));
}

#[test]
fn only_errors_are_obstacles() {
    let mut plan = wide(300);
    plan.routes[0].security = RouteSecurity::Open { declared: false };
    assert!(obstacles(&plan, &aws()).is_empty());
    let mut plan = pets();
    plan.routes.truncate(1);
    plan.routes[0].operation.method = HttpMethod::Trace;
    let found = obstacles(&plan, &aws());
    assert_eq!(rules_of(&found), ["GW021"]);
    assert_eq!(found[0].severity, Severity::Error);
    assert_eq!(advice("GW021"), found[0].fix);
}

#[test]
fn scopes_of_the_document_that_the_policy_lacks_are_told() {
    let text = whole(
        "paths: {'/pets/{id}': {get: {security: [{o: ['pets:read', 'pets:all']}]}}, /health: {get: {security: [{o: [a]}, {k: []}]}}}\n",
    );
    let (document, _) = Document::parse(&text);
    let found = lint(&document, &pets(), &aws());
    let messages: Vec<&str> = found
        .iter()
        .filter(|finding| finding.rule == "GW076")
        .map(|finding| finding.message.as_str())
        .collect();
    assert_eq!(
        messages,
        ["GET /pets/{id} asks for pets:all in the document and not in the policy"]
    );
}
