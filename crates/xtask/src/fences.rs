//! Which crate alone may know which vendor's library. Refuses exceptions; a test may not step over a fence either.

use crate::failure::Defect;
use crate::metadata::Metadata;

/// A family of libraries, by the start of their names, and the one crate behind whose port they live.
const FENCES: [(&str, &str); 13] = [
    ("tauri", "gatewright-desktop"),
    ("rusqlite", "gw-catalog"),
    ("keyring", "gw-vault"),
    ("secret-service", "gw-vault"),
    ("apple-native-keyring-store", "gw-vault"),
    ("windows-native-keyring-store", "gw-vault"),
    ("zbus-secret-service", "gw-vault"),
    ("aws-config", "gw-aws"),
    ("aws-credential-types", "gw-aws"),
    ("aws-sdk", "gw-aws"),
    ("aws-smithy", "gw-aws"),
    ("reqwest", "gw-http"),
    ("age", "gw-vault"),
];

pub fn check(metadata: &Metadata) -> Vec<Defect> {
    let mut defects = Vec::new();
    for package in &metadata.packages {
        for dependency in &package.dependencies {
            let fence = FENCES
                .iter()
                .find(|(family, _)| belongs(&dependency.name, family));
            if let Some((_, owner)) = fence
                && package.name != *owner
            {
                let message = format!("needs {}, which only {owner} may know", dependency.name);
                defects.push(Defect::new(&package.name, message));
            }
        }
    }
    defects
}

/// `aws-sdk` is a family; `age` must not fence `agent`.
fn belongs(name: &str, family: &str) -> bool {
    name.strip_prefix(family)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::Package;
    use serde_json::json;

    #[test]
    fn a_vendor_is_known_behind_its_fence_only() {
        let packages = vec![
            Package::sample("gw-aws", json!(6), &[("aws-sdk-iam", None)]),
            Package::sample(
                "gw-app",
                json!(7),
                &[
                    ("aws-config", Some("dev")),
                    ("agent", None),
                    ("aws-lc-rs", None),
                    ("keyring-core", None),
                ],
            ),
        ];
        let found = check(&Metadata {
            packages,
            target_directory: "target".into(),
        });
        let messages: Vec<&str> = found.iter().map(|defect| defect.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "needs aws-config, which only gw-aws may know",
                "needs keyring-core, which only gw-vault may know"
            ]
        );
    }
}
