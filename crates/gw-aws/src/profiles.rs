//! Profiles of the shared AWS config files.
//!
//! It refuses to keep keys: of a section only its name, its region and where its credentials come from are looked at.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// A profile a gateway can use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// Where its credentials come from: `access key`, `SSO`, `assumed role`, `credential process`, `web identity`; empty
    /// when the files do not say.
    pub source: String,
    /// Its region, when it names one.
    pub region: Option<String>,
}

/// The profiles in the shared config and credentials files, by name, `default` first. Files that are missing or
/// unreadable have none.
pub fn profiles() -> Vec<Profile> {
    let config = shared_file("AWS_CONFIG_FILE", "config").unwrap_or_default();
    let credentials = shared_file("AWS_SHARED_CREDENTIALS_FILE", "credentials").unwrap_or_default();
    read(&config, &credentials)
}

fn shared_file(variable: &str, name: &str) -> Option<String> {
    let path = std::env::var_os(variable)
        .map(PathBuf::from)
        .or_else(|| Some(std::env::home_dir()?.join(".aws").join(name)))?;
    std::fs::read_to_string(path).ok()
}

fn read(config: &str, credentials: &str) -> Vec<Profile> {
    let mut found: BTreeMap<String, Profile> = BTreeMap::new();
    for (section, settings) in sections(config) {
        if let Some(name) = config_profile(section) {
            add(&mut found, name, &settings);
        }
    }
    for (section, settings) in sections(credentials) {
        add(&mut found, section, &settings);
    }
    let default = found.remove("default");
    default.into_iter().chain(found.into_values()).collect()
}

fn add(found: &mut BTreeMap<String, Profile>, name: &str, settings: &[(&str, &str)]) {
    let profile = found.entry(name.to_owned()).or_insert_with(|| Profile {
        name: name.to_owned(),
        source: String::new(),
        region: None,
    });
    let has = |key: &str| settings.iter().any(|(name, _)| *name == key);
    // In the order the SDKs prefer.
    let source = [
        ("role_arn", "assumed role"),
        ("sso_session", "SSO"),
        ("sso_account_id", "SSO"),
        ("web_identity_token_file", "web identity"),
        ("credential_process", "credential process"),
        ("aws_access_key_id", "access key"),
    ];
    if let Some((_, words)) = source.iter().find(|(key, _)| has(key))
        && profile.source.is_empty()
    {
        (*words).clone_into(&mut profile.source);
    }
    if let Some((_, region)) = settings.iter().find(|(name, _)| *name == "region") {
        profile.region = Some((*region).to_owned());
    }
}

/// In the config file a profile's section is `[profile NAME]`, except `[default]`; other sections are no profiles.
fn config_profile(section: &str) -> Option<&str> {
    let name = match section.split_once(char::is_whitespace) {
        Some(("profile", name)) => name.trim().trim_matches('"'),
        None if section == "default" => section,
        _ => return None,
    };
    (!name.is_empty()).then_some(name)
}

type Section<'t> = (&'t str, Vec<(&'t str, &'t str)>);

/// Section names with their settings; nested settings are left out.
fn sections(text: &str) -> Vec<Section<'_>> {
    let mut sections: Vec<Section<'_>> = Vec::new();
    for line in text.lines() {
        if let Some(name) = line
            .trim()
            .strip_prefix('[')
            .and_then(|rest| rest.split(']').next())
        {
            sections.push((name.trim(), Vec::new()));
        } else if let (Some((name, value)), false) =
            (line.split_once('='), line.starts_with(char::is_whitespace))
            && !line.starts_with(['#', ';'])
            && let Some((_, settings)) = sections.last_mut()
        {
            settings.push((name.trim(), value.trim()));
        }
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(config: &str, credentials: &str) -> Vec<String> {
        read(config, credentials)
            .into_iter()
            .map(|profile| profile.name)
            .collect()
    }

    #[test]
    fn config_sections_that_are_no_profiles_are_left_out() {
        let text = "# c\n[default]\nregion = eu-west-1\n[profile dev]\n[ profile \"two words\" ] ; c\n[sso-session s]\n[services x]\n[plain]\n";
        assert_eq!(names(text, ""), ["default", "dev", "two words"]);
    }

    #[test]
    fn a_profile_says_where_its_credentials_come_from() {
        let config = "[profile a]\nrole_arn = arn:x\nsource_profile = b\nregion=eu-west-1\n[profile b]\nsso_session = s\n";
        let found = read(
            config,
            "[ci]\naws_access_key_id = x\naws_secret_access_key = y\n[a]\n",
        );
        let told: Vec<_> = found
            .iter()
            .map(|it| (it.name.as_str(), it.source.as_str(), it.region.as_deref()))
            .collect();
        assert_eq!(
            told,
            [
                ("a", "assumed role", Some("eu-west-1")),
                ("b", "SSO", None),
                ("ci", "access key", None)
            ]
        );
    }

    #[test]
    fn nested_settings_are_not_taken_for_the_profiles_own() {
        let found = read("[profile a]\ns3 =\n  region = us-east-1\n", "");
        assert_eq!(found[0].region, None);
    }
}
