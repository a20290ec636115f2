//! Words that mark unfinished work. Refuses to look at prose that quotes them for a reason: this file, and vendored data.

use crate::failure::Defect;
use crate::sources::Source;

/// Found with any capitals in code, styles, scripts and documents.
const UNFINISHED: [&str; 5] = [
    "coming soon",
    "not implemented yet",
    "not yet implemented",
    "lorem ipsum",
    "unimplemented!(",
];
/// Found as written, as a word of its own.
const MARKS: [&str; 4] = ["TODO", "FIXME", "XXX", "HACK"];
const EXTENSIONS: [&str; 10] = [
    "rs", "ts", "svelte", "mjs", "js", "py", "sh", "css", "md", "toml",
];
/// This file, and data that other people wrote.
const EXEMPT: [&str; 4] = [
    "crates/xtask/src/words.rs",
    "tests/fixtures/",
    "ui/tests/fixture/",
    "assets/samples/",
];

pub fn check(source: &Source) -> Vec<Defect> {
    if !source.has_extension(&EXTENSIONS) || EXEMPT.iter().any(|path| source.path.starts_with(path))
    {
        return Vec::new();
    }
    let mut defects = Vec::new();
    for (number, line) in source.text.lines().enumerate() {
        let lower = line.to_lowercase();
        let found = UNFINISHED
            .into_iter()
            .find(|word| lower.contains(word))
            .or_else(|| MARKS.into_iter().find(|mark| has_word(line, mark)))
            .or_else(|| line.contains("todo!(").then_some("todo!("));
        if let Some(word) = found {
            let place = format!("{}:{}", source.path, number + 1);
            defects.push(Defect::new(
                place,
                format!("`{word}` marks unfinished work; finish it or take it out"),
            ));
        }
    }
    defects
}

fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        let after = line[start + word.len()..].chars().next();
        [before, after]
            .into_iter()
            .flatten()
            .all(|c| !c.is_alphanumeric() && c != '_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(path: &str, text: &str) -> usize {
        check(&Source {
            path: path.to_owned(),
            text: text.to_owned(),
        })
        .len()
    }

    #[test]
    fn unfinished_work_is_found_and_the_rest_is_left_alone() {
        assert_eq!(count("a.rs", "// TODO: later\n"), 1);
        assert_eq!(count("a.svelte", "<p>Coming Soon</p>\n"), 1);
        assert_eq!(count("a.rs", "let TODOS = method(\"XXXL\");\n"), 0);
        assert_eq!(count("a.rs", "fn f() { todo!() }\n"), 1);
        assert_eq!(count("tests/fixtures/a.md", "TODO\n"), 0);
        assert_eq!(count("a.png", "TODO\n"), 0);
    }
}
