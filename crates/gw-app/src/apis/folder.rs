//! Finds the OpenAPI document in a folder.
//!
//! It refuses to choose between several: it names them.

use std::io::Read;
use std::path::{Path, PathBuf};

use gw_model::{Code, Fault};

use crate::names;

/// What the document of a folder is called.
const USUAL: [&str; 6] = [
    "openapi.yaml",
    "openapi.yml",
    "openapi.json",
    "swagger.yaml",
    "swagger.yml",
    "swagger.json",
];
/// Most files and folders looked at.
const MOST: usize = 5_000;
/// Where a document says that it is one.
const HEAD: u64 = 16 * 1024;

/// The document in a folder: one with a usual name, else the only one there is.
pub(super) fn find_document(folder: &Path) -> Result<PathBuf, Fault> {
    let usual = USUAL.iter().map(|name| folder.join(name));
    if let Some(found) = usual.into_iter().find(|path| path.is_file()) {
        return Ok(found);
    }
    let mut found = documents(folder);
    let shown = folder.display();
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err(Fault::new(
            Code::FileUnreadable,
            format!("The folder {shown} has no OpenAPI document in it"),
            "Give the folder of the document, or the document itself",
        )
        .fact("file", shown.to_string())),
        many => {
            let mut names: Vec<String> = found
                .iter()
                .take(20)
                .map(|path| {
                    let inner = path.strip_prefix(folder).unwrap_or(path);
                    inner.display().to_string()
                })
                .collect();
            if many > names.len() {
                names.push("…".to_owned());
            }
            let names = names.join(", ");
            let summary = format!("The folder {shown} has {many} OpenAPI documents");
            Err(
                names::invalid("path", summary, format!("Give one of them: {names}"))
                    .fact("candidates", names),
            )
        }
    }
}

/// Every file that says it is an OpenAPI document, in order; links are not followed.
fn documents(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    let mut looked = 0;
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries.flatten() {
            looked += 1;
            if looked > MOST {
                break;
            }
            let (path, Ok(kind)) = (entry.path(), entry.file_type()) else {
                continue;
            };
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            if kind.is_dir() && !hidden && entry.file_name() != "node_modules" {
                folders.push(path);
            } else if kind.is_file() && is_document(&path) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn is_document(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default().to_string_lossy();
    if !["yaml", "yml", "json"].contains(&ending.to_ascii_lowercase().as_str()) {
        return false;
    }
    let Ok(file) = std::fs::File::open(path) else {
        return false;
    };
    let mut head = Vec::new();
    if file.take(HEAD).read_to_end(&mut head).is_err() {
        return false;
    }
    let head = String::from_utf8_lossy(&head);
    let says = |line: &str| {
        let line = line.trim_start_matches(['\u{feff}', '{', ' ', '\t']);
        ["openapi", "swagger"].iter().any(|word| {
            let rest = line
                .strip_prefix(['"', '\''])
                .unwrap_or(line)
                .strip_prefix(word);
            rest.map(|rest| rest.trim_start_matches(['"', '\'', ' ']))
                .and_then(|rest| rest.strip_prefix(':'))
                .is_some_and(|rest| {
                    rest.trim_start_matches([' ', '"', '\''])
                        .starts_with(['2', '3'])
                })
        })
    };
    head.lines().any(says)
}
