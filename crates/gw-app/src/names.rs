//! Rules for what users name.
//!
//! It refuses names that a command line, a URL or AWS could not take.

use gw_model::{Code, Fault};

/// Names of gateways, key managers and applications: `[a-z0-9][a-z0-9-]{0,62}`.
pub fn check_name(what: &str, name: &str) -> Result<(), Fault> {
    let first_fits =
        name.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit());
    let rest_fits = name
        .chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if first_fits && rest_fits && name.len() <= 63 {
        return Ok(());
    }
    Err(invalid(
        "name",
        format!("'{name}' is not a name for a {what}"),
        "Use 1 to 63 lower-case letters, digits and hyphens, beginning with a letter or digit",
    ))
}

/// API names: anything printable that fits a line and has no `@`, which parts name and version.
pub fn check_api_name(name: &str) -> Result<(), Fault> {
    check_line("name", name)?;
    if name.contains('@') {
        return Err(invalid(
            "name",
            format!("The API name '{name}' has an @"),
            "Leave it out: it parts name and version",
        ));
    }
    Ok(())
}

/// API versions: no white space, no `@`, no `/`.
pub fn check_version(version: &str) -> Result<(), Fault> {
    check_line("version", version)?;
    if version.contains(|c: char| c.is_whitespace() || c == '@' || c == '/') {
        return Err(invalid(
            "version",
            format!("'{version}' is not a version"),
            "Leave out spaces, @ and /; for example 1.0.0",
        ));
    }
    Ok(())
}

/// Base paths: `/`, or segments of unreserved characters, without a slash at the end.
pub fn check_base_path(path: &str) -> Result<(), Fault> {
    let segment_fits = |segment: &str| {
        !segment.is_empty()
            && segment != "."
            && segment != ".."
            && segment
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-._~".contains(c))
    };
    let fits = path == "/"
        || path
            .strip_prefix('/')
            .is_some_and(|rest| rest.split('/').all(segment_fits))
            && !path.starts_with("/_gatewright");
    if fits {
        return Ok(());
    }
    Err(invalid(
        "base_path",
        format!("'{path}' is not a base path"),
        "Write / or segments of letters, digits and -._~ such as /orders/v1, without a slash at the end",
    ))
}

/// Backend base URLs: absolute, http or https, with a host and without query or fragment.
pub fn check_backend_url(text: &str) -> Result<(), Fault> {
    let refuse = |why: &str| {
        let advice = "Write an absolute URL such as https://orders.example.com/v1, or mock";
        Err(invalid(
            "backend",
            format!("The backend URL '{text}' {why}"),
            advice,
        ))
    };
    let Ok(url) = url::Url::parse(text) else {
        return refuse("is not a URL");
    };
    if !matches!(url.scheme(), "http" | "https") {
        return refuse("is neither http nor https");
    }
    if url.host_str().is_none_or(str::is_empty) {
        return refuse("has no host");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return refuse("has a query or fragment, which operations could not keep");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("has a user name or password, which would be stored in the clear");
    }
    Ok(())
}

/// AWS stage names: `[A-Za-z0-9_-]{1,128}` (aws-facts 3.2).
pub fn check_stage(stage: &str) -> Result<(), Fault> {
    let fits = (1..=128).contains(&stage.len())
        && stage
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if fits {
        return Ok(());
    }
    Err(invalid(
        "stage",
        format!("'{stage}' is not a stage name"),
        "Use 1 to 128 letters, digits, underscores and hyphens",
    ))
}

/// Text for one line of a list.
fn check_line(field: &str, text: &str) -> Result<(), Fault> {
    if text.trim().is_empty()
        || text.trim() != text
        || text.chars().any(char::is_control)
        || text.chars().count() > 200
    {
        return Err(invalid(
            field,
            format!("'{}' cannot be a {field}", text.escape_debug()),
            "Use 1 to 200 printable characters without spaces at the ends",
        ));
    }
    Ok(())
}

/// A request field that is wrong.
pub fn invalid(field: &str, summary: impl Into<String>, advice: impl Into<String>) -> Fault {
    Fault::new(Code::RequestInvalid, summary, advice).fact("field", field)
}

/// A name made of free text: `Order API v2` becomes `order-api-v2`.
pub fn slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug: String = slug.trim_end_matches('-').chars().take(40).collect();
    if slug.is_empty() {
        "api".to_owned()
    } else {
        slug.trim_end_matches('-').to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_a_command_line_and_a_url() {
        for good in ["a", "prod-eu-1", "0a"] {
            assert!(check_name("gateway", good).is_ok(), "{good}");
        }
        for bad in ["", "-a", "A", "a b", "ä", &"a".repeat(64)] {
            assert!(check_name("gateway", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn base_paths_are_clean_prefixes() {
        for good in ["/", "/orders", "/orders/v1.2"] {
            assert!(check_base_path(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "orders",
            "/orders/",
            "//",
            "/a/../b",
            "/{x}",
            "/_gatewright",
        ] {
            assert!(check_base_path(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn backends_are_absolute_and_hold_no_secret() {
        assert!(check_backend_url("http://127.0.0.1:9000/base").is_ok());
        for bad in [
            "",
            "localhost:80",
            "ftp://h/",
            "https://h/?q=1",
            "https://u:p@h/",
            "https:///x?",
        ] {
            assert!(check_backend_url(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn slugs_are_names() {
        for text in ["Order API v2", "ÄÖ", "--x--", &"word ".repeat(40)] {
            assert!(
                check_name("api", &slug(text)).is_ok(),
                "{text} gave {}",
                slug(text)
            );
        }
    }
}
