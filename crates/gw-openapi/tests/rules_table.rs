//! The list of rules in docs/rules.md is what the code's table says. Run with `GATEWRIGHT_WRITE=1` to write it anew.

#![expect(clippy::unwrap_used, reason = "a test stops on trouble")]

use std::fmt::Write as _;
use std::path::Path;

use gw_model::Severity;
use gw_openapi::lint::{Rule, Set, rules};

const HEAD: &str = "# Rules

What `lint` finds in a document, whatever gateway it is for. AWS's own rules (`GW…`) are the connector's. This file is
written by `GATEWRIGHT_WRITE=1 cargo test -p gw-openapi --test rules_table` from the table in
`crates/gw-openapi/src/lint/rules`; the same test fails when it is not current.

An *error* keeps a document from being deployed: only what makes it unusable for a gateway is one, a fault of form that
a gateway does not mind is a *warning* even where others call it an error, and what only helps readers is *info*. Of
each rule at most a hundred findings of a document are listed, and one more says how many there are.

A ruleset changes that. It is YAML or JSON:

```yaml
extends: recommended   # or minimal, owasp, all, off; or a list of them
rules:
  oas-operation-summary: off
  owasp-array-limit: warn
  GW021: info
```

`minimal` has the rules so marked below, `recommended` those and the ones marked recommended, `owasp` also every security
rule, `all` everything, `off` nothing. Severities are `off`, `info`, `warn`, `error`, and `on` for the rule's own. The
names other programs give a rule (Redocly's, and those of Spectral's OWASP ruleset) are understood in their place. What
a ruleset says and cannot be understood is a finding with its place, and the rest of it counts.

Not checked: `format` and `pattern` in examples, whose meaning differs between readers, and what other files say.
";

fn table(title: &str, rules: impl Iterator<Item = &'static Rule>) -> String {
    let mut text = format!(
        "\n## {title}\n\n| rule | known elsewhere as | severity | ruleset | versions | finds |\n|---|---|---|---|---|---|\n"
    );
    for rule in rules {
        let known: Vec<String> = rule.known_as.iter().map(|id| format!("`{id}`")).collect();
        let severity = match rule.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        };
        let set = match rule.set {
            Set::Minimal => "minimal",
            Set::Recommended => "recommended",
            Set::Extra => "",
        };
        writeln!(
            text,
            "| `{}` | {} | {severity} | {set} | {} | {} |",
            rule.id,
            known.join(", "),
            rule.versions(),
            rule.finds.replace('|', "\\|"),
        )
        .unwrap();
    }
    text
}

#[test]
fn the_list_of_rules_is_current() {
    let general = table("General rules", rules().filter(|rule| !rule.is_security()));
    let security = table("Security rules", rules().filter(|rule| rule.is_security()));
    let text = format!("{HEAD}{general}{security}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rules.md");
    if std::env::var_os("GATEWRIGHT_WRITE").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == text,
        "docs/rules.md is not current; see this test's first line"
    );
}

/// The rules of Redocly's `recommended` ruleset for OpenAPI 2.0 to 3.2, as of @redocly/cli 2.77.
const REDOCLY: [&str; 46] = [
    "struct",
    "no-unresolved-refs",
    "info-license",
    "info-license-strict",
    "no-ambiguous-paths",
    "no-duplicated-enum-values",
    "no-duplicated-tag-names",
    "no-empty-servers",
    "no-enum-type-mismatch",
    "no-example-value-and-externalValue",
    "no-identical-paths",
    "no-illogical-composition-keywords",
    "no-invalid-media-type-examples",
    "no-invalid-parameter-examples",
    "no-invalid-schema-examples",
    "no-mixed-number-range-constraints",
    "no-path-trailing-slash",
    "no-required-schema-properties-undefined",
    "no-schema-type-mismatch",
    "no-server-example.com",
    "no-server-trailing-slash",
    "no-server-variables-empty-enum",
    "no-undefined-server-variable",
    "no-unsafe-markdown",
    "no-unused-components",
    "nullable-type-sibling",
    "operation-2xx-response",
    "operation-4xx-response",
    "operation-operationId",
    "operation-operationId-unique",
    "operation-operationId-url-safe",
    "operation-parameters-unique",
    "operation-summary",
    "path-declaration-must-exist",
    "path-not-include-query",
    "path-parameters-defined",
    "security-defined",
    "security-scopes-defined",
    "spec-components-invalid-map-name",
    "spec-discriminator-defaultMapping",
    "spec-example-values",
    "spec-no-invalid-encoding-combinations",
    "spec-no-invalid-tag-parents",
    "spec-querystring-parameters",
    "spec-ref-siblings",
    "tag-description",
];

#[test]
fn the_recommended_rules_cover_redoclys() {
    for id in REDOCLY {
        let ours = rules().filter(|rule| rule.set <= Set::Recommended);
        let covered = ours.into_iter().any(|rule| rule.known_as.contains(&id));
        assert!(covered, "nothing finds what {id} finds");
    }
}
