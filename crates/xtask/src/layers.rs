//! The direction of knowledge: an arrow between two of our crates may only point down. Refuses exceptions.

use crate::failure::Defect;
use crate::metadata::{Layer, Metadata, Package};

pub fn check(metadata: &Metadata) -> Vec<Defect> {
    metadata
        .packages
        .iter()
        .flat_map(|package| edges(metadata, package))
        .collect()
}

fn edges(metadata: &Metadata, package: &Package) -> Vec<Defect> {
    let Some(own) = package.layer() else {
        let message = "names no layer in [package.metadata.gatewright]";
        return vec![Defect::new(&package.name, message)];
    };
    let refuse = |message: String| Some(Defect::new(&package.name, message));
    package
        .dependencies
        .iter()
        // Itself with a feature, for its examples, is no other crate.
        .filter(|dependency| dependency.name != package.name)
        .filter_map(|dependency| {
            let other = metadata.package(&dependency.name)?;
            let for_tests = dependency.kind.as_deref() == Some("dev");
            match (own, other.layer()?) {
                // What stands beside the layers may look at all of them.
                (Layer::Beside, _) => None,
                (Layer::Level(_), Layer::Beside) if for_tests => None,
                (Layer::Level(_), Layer::Beside) => refuse(format!(
                    "needs {}, which is for tests and chores only",
                    other.name
                )),
                (Layer::Level(own), Layer::Level(below)) if below < own => None,
                (Layer::Level(own), Layer::Level(level)) => refuse(format!(
                    "(layer {own}) needs {} (layer {level}): an arrow may only point down",
                    other.name
                )),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn defects(packages: Vec<Package>) -> Vec<String> {
        let metadata = Metadata {
            packages,
            target_directory: "target".into(),
        };
        check(&metadata)
            .into_iter()
            .map(|defect| format!("{} {}", defect.place, defect.message))
            .collect()
    }

    #[test]
    fn arrows_point_down() {
        let fine = vec![
            Package::sample("low", json!(0), &[("serde", None), ("low", Some("dev"))]),
            Package::sample("high", json!(3), &[("low", None), ("kit", Some("dev"))]),
            Package::sample("kit", json!("beside"), &[("high", None)]),
        ];
        assert_eq!(defects(fine), Vec::<String>::new());
    }

    #[test]
    fn up_sideways_and_beside_are_refused() {
        let wrong = vec![
            Package::sample("a", json!(1), &[("b", None)]),
            Package::sample("b", json!(1), &[("c", Some("dev"))]),
            Package::sample("c", json!(2), &[("kit", None)]),
            Package::sample("kit", json!("beside"), &[]),
            Package::sample("lost", json!(null), &[]),
        ];
        let found = defects(wrong);
        assert_eq!(found.len(), 4, "{found:#?}");
        assert!(found[0].starts_with("a (layer 1) needs b"), "{found:#?}");
        assert!(found[2].contains("for tests and chores only"), "{found:#?}");
    }
}
