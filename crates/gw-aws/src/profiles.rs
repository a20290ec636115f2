//! Profiles of the shared AWS config files.
//!
//! It refuses to read keys: only the names of sections are looked at.

use std::collections::BTreeSet;
use std::path::PathBuf;

/// The names of the profiles in the shared config and credentials files, sorted, `default` first. Files that are missing
/// or unreadable have none.
pub fn profiles() -> Vec<String> {
    let mut names = BTreeSet::new();
    if let Some(text) = shared_file("AWS_CONFIG_FILE", "config") {
        names.extend(config_profiles(&text));
    }
    if let Some(text) = shared_file("AWS_SHARED_CREDENTIALS_FILE", "credentials") {
        names.extend(sections(&text).map(str::to_owned));
    }
    let default = names.take("default");
    default.into_iter().chain(names).collect()
}

fn shared_file(variable: &str, name: &str) -> Option<String> {
    let path = std::env::var_os(variable)
        .map(PathBuf::from)
        .or_else(|| Some(std::env::home_dir()?.join(".aws").join(name)))?;
    std::fs::read_to_string(path).ok()
}

/// In the config file a profile's section is `[profile NAME]`, except `[default]`; other sections are no profiles.
fn config_profiles(text: &str) -> impl Iterator<Item = String> + '_ {
    sections(text).filter_map(|section| {
        let name = match section.split_once(char::is_whitespace) {
            Some(("profile", name)) => name.trim().trim_matches('"'),
            None if section == "default" => section,
            _ => return None,
        };
        (!name.is_empty()).then(|| name.to_owned())
    })
}

fn sections(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .filter_map(|line| line.trim().strip_prefix('[')?.split(']').next())
        .map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn config_sections_that_are_no_profiles_are_left_out() {
        let text = "# c\n[default]\nregion = eu-west-1\n[profile dev]\n[ profile \"two words\" ] ; c\n[sso-session s]\n[services x]\n[plain]\n";
        assert_eq!(
            config_profiles(text).collect::<Vec<_>>(),
            ["default", "dev", "two words"]
        );
    }

    #[test]
    fn credential_sections_are_profiles() {
        assert_eq!(
            sections("[default]\naws_access_key_id = x\n\n[ci]\n").collect::<Vec<_>>(),
            ["default", "ci"]
        );
    }
}
