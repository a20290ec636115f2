//! Runs work over hostile documents in processes of their own, within the bounds that the project promises.
//!
//! It refuses to believe the work: a process that passes a bound is ended by the system.

use std::collections::BTreeSet;
use std::process::Command;

use gw_model::Diagnostic;
use rustix::process::{Resource, Rlimit, setrlimit};

use super::{Case, KINDS, cases};

const CASE: &str = "GATEWRIGHT_HOSTILE_CASE";
/// CPU seconds of a process; what is promised is promised of what is built for users, which is optimised.
const SECONDS: u64 = if cfg!(debug_assertions) { 25 } else { 5 };
/// Bytes of memory of a process, whether touched or not.
const MEMORY: u64 = 512 * 1024 * 1024;
/// What the line with the result begins with.
const MARK: &str = "hostile-report:";

/// Calls `work` with every case, each in a process of its own, and sees that a report comes out. `test` is the full name of
/// the test that calls this: the processes are the test's own program, run for it alone.
pub fn run_all(test: &str, work: fn(&[u8]) -> Vec<Diagnostic>) {
    if let Ok(name) = std::env::var(CASE) {
        return run_one(&name, work);
    }
    let all = cases();
    let kinds: BTreeSet<&str> = all.iter().map(|case| case.kind).collect();
    for kind in KINDS {
        assert!(kinds.contains(kind), "no case of {kind}");
    }
    let names: BTreeSet<&str> = all.iter().map(|case| case.name).collect();
    assert_eq!(names.len(), all.len(), "two cases have one name");
    let failed: Vec<String> = all.iter().filter_map(|case| outcome(test, case)).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// What went wrong; `None` for nothing.
fn outcome(test: &str, case: &Case) -> Option<String> {
    let output = Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env(CASE, case.name)
        // Further arenas reserve memory that nothing uses.
        .env("MALLOC_ARENA_MAX", "1")
        .env("RUST_BACKTRACE", "0")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let report = said
        .lines()
        .find_map(|line| line.split_once(MARK))
        .map(|(_, report)| report.trim());
    println!(
        "{:<28} {:<44} {}",
        case.kind,
        case.name,
        report.unwrap_or("no report")
    );
    let Some(report) = report.filter(|_| output.status.success()) else {
        let error = String::from_utf8_lossy(&output.stderr);
        let error: String = error.chars().take(400).collect();
        return Some(format!("{}: {}, {error}", case.name, output.status));
    };
    let told = |rule: &str| report.split([' ', ',']).any(|word| word == rule);
    match case.rule {
        Some(rule) if !told(rule) => Some(format!("{}: no {rule} in {report}", case.name)),
        None if report.contains("doc-") && !told("doc-unsupported") || told("plan-too-large") => {
            Some(format!(
                "{}: was to be read without harm: {report}",
                case.name
            ))
        }
        _ => None,
    }
}

fn run_one(name: &str, work: fn(&[u8]) -> Vec<Diagnostic>) {
    let case = cases().into_iter().find(|case| case.name == name).unwrap();
    limit(Resource::Cpu, SECONDS);
    limit(Resource::As, MEMORY);
    limit(Resource::Core, 0);
    let bytes = (case.make)();
    let before = cpu_milliseconds();
    let found = work(&bytes);
    let spent = cpu_milliseconds() - before;
    for finding in &found {
        assert!(!finding.message.is_empty(), "{finding:?}");
        assert!(
            finding.message.len() < 64 * 1024,
            "a finding of {} bytes",
            finding.message.len()
        );
    }
    let rules: BTreeSet<&str> = found.iter().map(|finding| finding.rule.as_str()).collect();
    let rules: Vec<&str> = rules.into_iter().collect();
    println!(
        "\n{MARK} {} KB in, {spent} ms, {} MB, {} findings: {}",
        bytes.len() / 1024,
        peak_megabytes(),
        found.len(),
        rules.join(",")
    );
}

fn limit(resource: Resource, most: u64) {
    let bounds = Rlimit {
        current: Some(most),
        maximum: Some(most),
    };
    setrlimit(resource, bounds).unwrap();
}

fn cpu_milliseconds() -> u64 {
    let schedule = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    let nanoseconds: u64 = schedule.split(' ').next().unwrap().parse().unwrap();
    nanoseconds / 1_000_000
}

/// The most memory the process held at once.
fn peak_megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .unwrap();
    let kilobytes: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kilobytes / 1024
}
