//! The shape of source files: how they open, how long they are, what they call things. Refuses to parse a language.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Failure;
use crate::failure::Defect;
use crate::metadata::run;

/// A longer file is cut along a seam.
const LINES: usize = 600;
/// Words that say nothing about what a thing is.
const EMPTY_NAMES: [&str; 8] = [
    "Manager",
    "Service",
    "Helper",
    "Helpers",
    "Util",
    "Utils",
    "Processor",
    "Handler",
];
/// Names that others gave: ours by the glossary, the keychains of Linux and Windows, AWS's table of quotas.
const GIVEN_NAMES: [&str; 4] = [
    "KeyManager",
    "SecretService",
    "CredentialManager",
    "ServiceQuota",
];
/// Files that a program writes.
const GENERATED: [&str; 2] = ["ui/src/ipc/generated.ts", "ui/src/tokens/tokens.css"];

/// A text file of the repository.
#[derive(Debug)]
pub struct Source {
    /// From the repository's root, with `/`.
    pub path: String,
    pub text: String,
}

impl Source {
    pub fn has_extension(&self, extensions: &[&str]) -> bool {
        extensions.iter().any(|extension| {
            self.path
                .strip_suffix(extension)
                .is_some_and(|stem| stem.ends_with('.'))
        })
    }
}

/// Every file that is, or could be, under version control, as far as it is text.
pub fn read(root: &Path) -> Result<Vec<Source>, Failure> {
    let list = run(Command::new("git")
        .args([
            "ls-files",
            "--cached",
            "--others",
            "--exclude-standard",
            "-z",
        ])
        .current_dir(root))?;
    let mut sources = Vec::new();
    for path in list
        .split(|byte| *byte == 0)
        .filter(|path| !path.is_empty())
    {
        let path = String::from_utf8_lossy(path).into_owned();
        let file: PathBuf = root.join(&path);
        if GENERATED.contains(&path.as_str()) || !file.is_file() {
            continue; // written by a program, or deleted and not yet committed
        }
        let bytes = fs::read(&file).map_err(Failure::io(format!("reading {path}")))?;
        if let Ok(text) = String::from_utf8(bytes) {
            sources.push(Source { path, text });
        }
    }
    Ok(sources)
}

pub fn check(source: &Source) -> Vec<Defect> {
    let mut defects = Vec::new();
    let is_rust = source.has_extension(&["rs"]);
    let is_page = source.has_extension(&["ts", "svelte", "mjs"]);
    if is_rust && !source.text.starts_with("//!") {
        defects.push(Defect::new(
            &source.path,
            "opens without `//!`: what is it for, and what does it refuse to do?",
        ));
    }
    let lines = source.text.lines().count();
    if (is_rust || is_page) && lines > LINES {
        defects.push(Defect::new(
            &source.path,
            format!("has {lines} lines; {LINES} is the limit"),
        ));
    }
    if is_rust || is_page {
        defects.extend(file_name(source));
        defects.extend(definitions(source));
    }
    defects
}

fn file_name(source: &Source) -> Option<Defect> {
    let stem = Path::new(&source.path).file_stem()?.to_str()?;
    let name: String = stem.split(['_', '-', '.']).map(capitalised).collect();
    let word = empty_word(&name)?;
    Some(Defect::new(
        &source.path,
        format!("is named `{word}`, which says nothing about what it holds"),
    ))
}

fn definitions(source: &Source) -> Vec<Defect> {
    const OPENERS: [&str; 7] = [
        "struct ",
        "enum ",
        "trait ",
        "type ",
        "mod ",
        "class ",
        "interface ",
    ];
    let mut defects = Vec::new();
    for (number, line) in source.text.lines().enumerate() {
        let line = line
            .trim_start()
            .trim_start_matches("export ")
            .trim_start_matches("pub ");
        let line = line
            .strip_prefix("pub(crate) ")
            .or_else(|| line.strip_prefix("pub(super) "))
            .unwrap_or(line);
        let Some(rest) = OPENERS.iter().find_map(|opener| line.strip_prefix(opener)) else {
            continue;
        };
        let name: String = rest
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
        let spelled: String = name.split('_').map(capitalised).collect();
        if let Some(word) = empty_word(&spelled) {
            let place = format!("{}:{}", source.path, number + 1);
            defects.push(Defect::new(
                place,
                format!("`{name}`: `{word}` says nothing about what it is"),
            ));
        }
    }
    defects
}

/// The empty word in a CamelCase name.
fn empty_word(name: &str) -> Option<&'static str> {
    let name = GIVEN_NAMES
        .iter()
        .fold(name.to_owned(), |name, given| name.replace(given, ""));
    let mut words = Vec::<String>::new();
    for character in name.chars() {
        match words.last_mut() {
            Some(word) if !character.is_uppercase() => word.push(character),
            _ => words.push(character.to_string()),
        }
    }
    EMPTY_NAMES
        .into_iter()
        .find(|empty| words.iter().any(|word| word == empty))
}

fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(characters).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(path: &str, text: &str) -> Vec<String> {
        let source = Source {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        check(&source)
            .into_iter()
            .map(|defect| format!("{} {}", defect.place, defect.message))
            .collect()
    }

    #[test]
    fn a_plain_module_passes() {
        let text = "//! Words.\npub struct KeyManagerRow;\nmod secret_service;\nmod key_managers;\npub(crate) enum Handled {}\n";
        assert_eq!(
            messages("crates/a/src/words.rs", text),
            Vec::<String>::new()
        );
    }

    #[test]
    fn headers_lengths_and_names_are_checked() {
        assert_eq!(messages("crates/a/src/a.rs", "fn a() {}\n").len(), 1);
        assert_eq!(
            messages(
                "crates/a/src/a.rs",
                &format!("//! A.\n{}", "\n".repeat(600))
            )
            .len(),
            1
        );
        assert_eq!(
            messages("crates/a/src/http_helpers.rs", "//! A.\n").len(),
            1
        );
        assert_eq!(
            messages("ui/src/kit/apiUtils.ts", "export const a = 1\n").len(),
            1
        );
        let named = messages(
            "crates/a/src/a.rs",
            "//! A.\npub struct TokenService;\nmod string_utils;\n",
        );
        assert_eq!(named.len(), 2, "{named:#?}");
        assert!(named[0].starts_with("crates/a/src/a.rs:2 "), "{named:#?}");
    }
}
