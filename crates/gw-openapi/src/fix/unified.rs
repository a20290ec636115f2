//! The difference of two texts as a unified diff, as `patch -p1` and `git apply` take it.
//!
//! It refuses colours, and names that would make a tool write elsewhere.

use imara_diff::{Algorithm, Diff, InternedInput};

/// Lines shown around a change.
const CONTEXT: u32 = 3;

/// The unified diff of two texts of one file; empty when they are equal. `name` is the file's, as it stands below the
/// folder the patch is applied in.
pub fn unified(before: &str, after: &str, name: &str) -> String {
    if before == after {
        return String::new();
    }
    let old: Vec<&str> = before.split_inclusive('\n').collect();
    let new: Vec<&str> = after.split_inclusive('\n').collect();
    let mut input = InternedInput::default();
    input.update_before(old.iter().copied());
    input.update_after(new.iter().copied());
    let mut diff = Diff::compute(Algorithm::Myers, &input);
    diff.postprocess_no_heuristic(&input);
    let changes: Vec<(u32, u32, u32, u32)> = diff
        .hunks()
        .map(|hunk| {
            let (before, after) = (hunk.before, hunk.after);
            (before.start, before.end, after.start, after.end)
        })
        .collect();
    let name = file_name(name);
    let mut text = format!("--- a/{name}\n+++ b/{name}\n");
    let mut rest = changes.as_slice();
    while let Some(first) = rest.first() {
        // Changes whose context would touch share a hunk.
        let mut count = 1;
        while let (Some(one), Some(next)) = (rest.get(count - 1), rest.get(count))
            && next.0 - one.1 <= 2 * CONTEXT
        {
            count += 1;
        }
        let (hunk, others) = rest.split_at(count);
        let last = hunk.last().unwrap_or(first);
        write_hunk(&mut text, &old, &new, hunk, *first, *last);
        rest = others;
    }
    text
}

fn write_hunk(
    text: &mut String,
    old: &[&str],
    new: &[&str],
    changes: &[(u32, u32, u32, u32)],
    first: (u32, u32, u32, u32),
    last: (u32, u32, u32, u32),
) {
    let lead = first.0.min(CONTEXT);
    let start = first.0 - lead;
    let end = (last.1 + CONTEXT).min(u32::try_from(old.len()).unwrap_or(u32::MAX));
    let new_start = first.2 - lead;
    let new_end = last.3 + (end - last.1);
    text.push_str(&format!(
        "@@ -{} +{} @@\n",
        range(start, end),
        range(new_start, new_end)
    ));
    let mut at = start;
    for change in changes {
        lines(text, ' ', old, at, change.0);
        lines(text, '-', old, change.0, change.1);
        lines(text, '+', new, change.2, change.3);
        at = change.1;
    }
    lines(text, ' ', old, at, end);
}

fn lines(text: &mut String, sign: char, of: &[&str], from: u32, to: u32) {
    for line in of.get(from as usize..to as usize).unwrap_or_default() {
        text.push(sign);
        text.push_str(line);
        if !line.ends_with('\n') {
            text.push_str("\n\\ No newline at end of file\n");
        }
    }
}

/// Line numbers count from 1; an empty range names the line before it.
fn range(start: u32, end: u32) -> String {
    match end - start {
        0 => format!("{start},0"),
        1 => format!("{}", start + 1),
        length => format!("{},{length}", start + 1),
    }
}

/// A relative name without steps out of its folder, on one line.
fn file_name(name: &str) -> String {
    let parts: Vec<String> = name
        .split(['/', '\\'])
        .filter(|part| !matches!(*part, "" | "." | ".."))
        .map(|part| part.chars().filter(|char| !char.is_control()).collect())
        .collect();
    if parts.is_empty() {
        "document".to_owned()
    } else {
        parts.join("/")
    }
}
