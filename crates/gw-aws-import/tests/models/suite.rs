//! The JSON Schema Test Suite: every instance that is valid stays valid.

use std::path::{Path, PathBuf};

use gw_aws_import::Fidelity;
use gw_plan::Dialect;
use serde_json::{Value, json};

use crate::support::{CHECKED, built, check, model_validator, source};

/// A folder of shared test data; `GATEWRIGHT_SHARED` says where, else it is looked for beside the checkout.
pub fn shared(folder: &str, extensions: &[&str]) -> Vec<PathBuf> {
    let root = std::env::var_os("GATEWRIGHT_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let Ok(entries) = std::fs::read_dir(root.join(folder)) else {
        println!("skipped: {folder} is not present");
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|found| extensions.iter().any(|known| found == *known))
        })
        .collect();
    files.sort();
    files
}

/// References as they are in a document; `false` when there is one that a document cannot have.
fn rebase(schema: &mut Value) -> bool {
    const BODY: &str = "#/paths/~1b/post/requestBody/content/application~1json/schema";
    match schema {
        Value::Object(words) => {
            for word in [
                "$id",
                "id",
                "$anchor",
                "$dynamicRef",
                "$dynamicAnchor",
                "$schema",
            ] {
                if words.get(word).is_some_and(Value::is_string) {
                    if word == "$schema" {
                        words.remove(word);
                    } else {
                        return false;
                    }
                }
            }
            if let Some(Value::String(target)) = words.get_mut("$ref") {
                match target.strip_prefix('#') {
                    Some(rest) if rest.is_empty() || rest.starts_with('/') => {
                        *target = format!("{BODY}{rest}");
                    }
                    _ => return false,
                }
            }
            let schemas = words
                .iter_mut()
                .filter(|(word, _)| !matches!(word.as_str(), "enum" | "const"));
            schemas.map(|(_, value)| value).all(rebase)
        }
        Value::Array(items) => items.iter_mut().all(rebase),
        _ => true,
    }
}

fn run(folder: &str, dialect: Dialect) {
    let (mut kept, mut refused, mut loose, mut skipped) = (0, 0, 0, 0);
    for path in shared(folder, &["json"]) {
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        let cases: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        for case in cases.as_array().unwrap() {
            let mut schema = case["schema"].clone();
            if !rebase(&mut schema) {
                skipped += 1;
                continue;
            }
            let source = source(dialect, &schema, &json!({}));
            let (models, id) = built(&source, CHECKED);
            check(&models);
            let model = model_validator(&models, id);
            for test in case["tests"].as_array().unwrap() {
                let value = &test["data"];
                let is_valid = model.is_valid(value);
                if test["valid"] == json!(true) {
                    // Draft 4 has it that 1.0 is no integer; what AWS checks with does not.
                    let is_whole_float =
                        value.is_f64() && value.as_f64().is_some_and(|float| float.fract() == 0.0);
                    assert!(
                        is_valid || is_whole_float,
                        "{file}: {} / {}: {value} under {}",
                        case["description"],
                        test["description"],
                        models.text()
                    );
                    kept += 1;
                } else if is_valid {
                    assert!(
                        // Words of draft 4 that OpenAPI 3.0 does not have say nothing there; a note tells it.
                        models.fidelity(id) == Fidelity::Lost
                            || dialect == Dialect::Openapi30 && !models.reasons(id, 1).is_empty(),
                        "lost in silence: {file}: {} / {}: {value} under {} from {}",
                        case["description"],
                        test["description"],
                        models.text(),
                        source.body.text
                    );
                    loose += 1;
                } else {
                    refused += 1;
                }
            }
        }
    }
    println!(
        "{folder}: {kept} valid stay valid, {refused} refused, {loose} losses told, {skipped} cases no document can have"
    );
}

#[test]
fn valid_under_2020_12_stays_valid() {
    run(
        "suites/JSON-Schema-Test-Suite/draft2020-12",
        Dialect::JsonSchema2020,
    );
}

#[test]
fn valid_under_draft_4_stays_valid() {
    run("suites/JSON-Schema-Test-Suite/draft4", Dialect::Openapi30);
}
