//! Reads, lints and edits documents and says what each step costs: `measure [--rounds N] [--all] FILE…`.
//!
//! It refuses to write anything but its table.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the terminal"
)]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use gw_openapi::{Document, Draft, lint};

/// A text with a key in its middle that was mistyped.
fn typed(text: &str) -> String {
    let middle = text.floor_char_boundary(text.len() / 2);
    let (before, after) = text.split_at(middle);
    format!("{before}{}", after.replacen("type", "typ", 1))
}

fn main() {
    let mut rounds = 1_u32;
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == "--rounds") {
        rounds = arguments
            .get(1)
            .and_then(|text| text.parse().ok())
            .unwrap_or(1);
        arguments.drain(..2.min(arguments.len()));
    }
    let quiet = arguments.len() > 30;
    let mut rules: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut total = (Duration::ZERO, Duration::ZERO);
    for path in &arguments {
        let Ok(bytes) = std::fs::read(path) else {
            eprintln!("{path} cannot be read");
            continue;
        };
        let mut best = (Duration::MAX, Duration::MAX);
        let mut near = None;
        let mut found = Vec::new();
        for _ in 0..rounds {
            let started = Instant::now();
            let (document, mut diagnostics) = Document::parse_bytes(&bytes);
            let parsed = started.elapsed();
            let started = Instant::now();
            diagnostics.extend(lint(&document));
            let linted = started.elapsed();
            best = (best.0.min(parsed), best.1.min(linted));
            found.clone_from(&diagnostics);
            let typed = typed(document.text());
            let mut draft = Draft::new(document, diagnostics);
            let started = Instant::now();
            if draft.edit(&typed).is_some() {
                near = Some(near.map_or(started.elapsed(), |best| started.elapsed().min(best)));
            }
        }
        total = (total.0 + best.0, total.1 + best.1);
        let mut here: BTreeMap<&str, usize> = BTreeMap::new();
        for finding in &found {
            *here.entry(&finding.rule).or_default() += 1;
        }
        for (rule, count) in &here {
            let entry = rules.entry((*rule).to_owned()).or_default();
            *entry = (entry.0 + 1, entry.1 + count);
        }
        if !quiet || best.0 + best.1 > Duration::from_millis(300) {
            println!(
                "{path}: parse {:.1?} lint {:.1?} edit {}, {} findings",
                best.0,
                best.1,
                near.map_or("none".to_owned(), |near| format!("{near:.1?}")),
                found.len()
            );
        }
    }
    println!("in whole: parse {:.1?} lint {:.1?}", total.0, total.1);
    for (rule, (documents, findings)) in rules {
        println!("{rule}: {findings} in {documents} documents");
    }
}
