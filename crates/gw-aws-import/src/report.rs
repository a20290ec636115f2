//! The fidelity report: how true AWS is to the document, operation by operation.
//!
//! It refuses to leave out what callers can notice: an operation is exact only when no note about it, about a schema its
//! bodies refer to, or about its parameters says otherwise.

use gw_model::{OperationKey, Place};
use gw_openapi::Document;
use gw_plan::Plan;
use serde::Serialize;
use ts_rs::TS;

use crate::compile::Compiled;
use crate::lint::foreign_methods;
use crate::note::{Fidelity, Note, Subject};
use crate::parameters::{ignored, noticed};
use crate::rules::nearest;

/// Most reasons given for one operation out of schemas; schemas can have thousands.
const MOST_REASONS: usize = 20;

/// How true AWS is to an API's document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, TS)]
pub struct FidelityReport {
    /// One per operation, in document order.
    pub operations: Vec<OperationFidelity>,
    /// What concerns the API as a whole, and operations of methods that no gateway knows.
    pub api: Vec<FidelityNote>,
    /// How many operations are exact.
    pub exact: u32,
    /// How many are changed.
    pub changed: u32,
    /// How many lose something.
    pub lost: u32,
    /// How many cannot be imported.
    pub refused: u32,
}

/// How true AWS is to one operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct OperationFidelity {
    /// Which.
    pub operation: OperationKey,
    /// How true, in the worst respect.
    pub fidelity: Fidelity,
    /// The path it is served under on AWS; empty when it is not served.
    pub path: String,
    /// Why; also what is exact but written otherwise.
    pub notes: Vec<FidelityNote>,
}

/// One reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct FidelityNote {
    /// Rule of the table of AWS import rules, as `GW012`.
    pub rule: String,
    /// How true.
    pub fidelity: Fidelity,
    /// In one sentence.
    pub message: String,
    /// Where in the API's document.
    pub place: Place,
    /// JSON pointer in the document AWS imports; empty when nothing is left of it.
    pub result: String,
}

/// Reports on a plan compiled for AWS; `document` is the one the plan was compiled from.
pub fn report(document: &Document, plan: &Plan, compiled: &Compiled) -> FidelityReport {
    let mut report = FidelityReport::default();
    let mut of_route: Vec<Vec<FidelityNote>> = vec![Vec::new(); plan.routes.len()];
    for note in &compiled.notes {
        match &note.subject {
            Subject::Api => report.api.push(told(document, note)),
            Subject::Route(route) => {
                if let Some(notes) = of_route.get_mut(*route) {
                    notes.push(told(document, note));
                }
            }
            Subject::Schema(_) => {}
        }
    }
    let foreign = foreign_methods(document).map(|foreign| FidelityNote {
        rule: "GW021".to_owned(),
        fidelity: Fidelity::Lost,
        message: foreign.to_string(),
        place: foreign.node.key_place(),
        result: String::new(),
    });
    report.api.extend(foreign);
    let of_models = compiled.models.notes();
    for (served, bodies) in compiled.served.iter().zip(&compiled.bodies) {
        let Some(notes) = of_route.get_mut(served.route) else {
            continue;
        };
        let mut known = Vec::new();
        for model in bodies.models() {
            for reason in compiled.models.reasons(model, MOST_REASONS) {
                if !known.contains(&reason) && known.len() < MOST_REASONS {
                    known.push(reason);
                }
            }
        }
        notes.extend(
            known
                .iter()
                .filter_map(|reason| of_models.get(*reason))
                .map(|note| told(document, note)),
        );
    }
    for (operation, notes) in document.operations().iter().zip(&mut of_route) {
        for parameter in &operation.parameters {
            let ignored = ignored(document, parameter);
            if ignored.is_empty() {
                continue;
            }
            notes.push(FidelityNote {
                rule: "GW030".to_owned(),
                fidelity: if noticed(&ignored) {
                    Fidelity::Lost
                } else {
                    Fidelity::Exact
                },
                message: format!(
                    "AWS does not act on {} of the parameter '{}'",
                    listed(&ignored),
                    parameter.name
                ),
                place: parameter.place.clone(),
                result: String::new(),
            });
        }
    }
    for ((at, route), mut notes) in plan.routes.iter().enumerate().zip(of_route) {
        notes.sort_by_key(|note| std::cmp::Reverse(note.fidelity));
        let fidelity = notes
            .iter()
            .map(|note| note.fidelity)
            .max()
            .unwrap_or_default();
        match fidelity {
            Fidelity::Exact => report.exact += 1,
            Fidelity::Changed => report.changed += 1,
            Fidelity::Lost => report.lost += 1,
            Fidelity::Refused => report.refused += 1,
        }
        report.operations.push(OperationFidelity {
            operation: route.operation.clone(),
            fidelity,
            path: compiled.path_of(at).unwrap_or_default().to_owned(),
            notes,
        });
    }
    report
}

fn told(document: &Document, note: &Note) -> FidelityNote {
    FidelityNote {
        rule: note.rule.to_owned(),
        fidelity: note.fidelity,
        message: note.message.clone(),
        place: place(document, &note.source),
        result: note.result.clone(),
    }
}

/// The nearest place to a note's source, under the source's own pointer.
fn place(document: &Document, pointer: &str) -> Place {
    let Some(place) = nearest(document, pointer) else {
        return Place::default();
    };
    Place {
        pointer: pointer.to_owned(),
        ..place
    }
}

fn listed(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}
