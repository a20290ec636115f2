//! The authorizer's function package: a zip made in process from the checked-in source and one API's configuration.
//!
//! It refuses npm and the clock: the same configuration always gives the same bytes, so a digest tells whether a function
//! is up to date.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};

use serde::Serialize;
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use gw_model::{Code, Effect, Fault, Retry};
use gw_plan::{Plan, RouteSecurity, TokenCheck};

use gw_aws_import::Compiled;

/// The authorizer's source, `assets/authorizer/index.mjs`.
pub const SOURCE: &str = include_str!("../../../assets/authorizer/index.mjs");

/// Lambda's runtime for it: the newest Node.js with long-term support (aws-facts 3.5; until 30 Apr 2028).
pub const RUNTIME: &str = "nodejs24.x";

/// Its entry point.
pub const HANDLER: &str = "index.handler";

/// A function package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// The zip file.
    pub zip: Vec<u8>,
    /// Its SHA-256 in base64, as Lambda tells it (`CodeSha256`).
    pub digest: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Configuration<'a> {
    issuer: &'a str,
    jwks_uri: &'a str,
    audience: &'a str,
    algorithms: &'a [String],
    /// The scopes each protected route needs.
    routes: BTreeMap<String, &'a [String]>,
}

/// The package for a plan's protected routes, by the paths they are served under.
///
/// Invariant: equal plans give equal bytes, on every machine and at every time.
pub fn package(plan: &Plan, check: &TokenCheck, compiled: &Compiled) -> Result<Package, Fault> {
    let routes = compiled.served.iter().filter_map(|served| {
        match &plan.routes.get(served.route)?.security {
            RouteSecurity::Token { scopes } => Some((
                format!("{} {}", served.method, served.path),
                scopes.as_slice(),
            )),
            RouteSecurity::Open { .. } | RouteSecurity::Own { .. } => None,
        }
    });
    let configuration = Configuration {
        issuer: &check.issuer,
        jwks_uri: &check.jwks_uri,
        audience: &check.audience,
        algorithms: &check.algorithms,
        routes: routes.collect(),
    };
    let zip = zip(&configuration).map_err(|error| {
        Fault::new(
            Code::AppDefect,
            "The authorizer's package could not be built",
            "Report this as a defect.",
        )
        .retry(Retry::Never)
        .effect(Effect::None)
        .because(error)
    })?;
    Ok(Package {
        digest: base64(&Sha256::digest(&zip)),
        zip,
    })
}

fn zip(configuration: &Configuration<'_>) -> Result<Vec<u8>, std::io::Error> {
    let configuration = serde_json::to_vec_pretty(configuration)?;
    // Stored, not deflated: a newer compressor would change the digest, and with it every deployed function.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in [
        ("index.mjs", SOURCE.as_bytes()),
        ("config.json", configuration.as_slice()),
    ] {
        writer.start_file(name, options)?;
        writer.write_all(content)?;
    }
    Ok(writer.finish()?.into_inner())
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;
    use crate::lower::samples;
    use gw_aws_import::compile;

    #[test]
    fn equal_plans_give_equal_bytes_and_other_scopes_other_ones() {
        let plan = samples::pets();
        let check = plan.token_check.clone().unwrap();
        let packed = |plan: &Plan| package(plan, &check, &compile(plan, &samples::aws())).unwrap();
        let first = packed(&plan);
        assert_eq!(first, packed(&plan));

        let mut stricter = plan.clone();
        stricter.routes[1].security = RouteSecurity::Token {
            scopes: vec!["pets:admin".to_owned()],
        };
        assert_ne!(first.digest, packed(&stricter).digest);
    }

    #[test]
    fn the_package_holds_the_source_and_the_protected_routes_only() {
        let plan = samples::pets();
        let compiled = compile(&plan, &samples::aws());
        let package = package(&plan, plan.token_check.as_ref().unwrap(), &compiled).unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(package.zip)).unwrap();
        let mut text = String::new();
        archive
            .by_name("config.json")
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        let configuration: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            configuration["routes"],
            serde_json::json!({"GET /pets/{id}": ["pets:read"], "POST /pets": ["pets:write"]})
        );
        assert_eq!(configuration["jwksUri"], "https://issuer.example.test/jwks");
        let mut source = String::new();
        archive
            .by_name("index.mjs")
            .unwrap()
            .read_to_string(&mut source)
            .unwrap();
        assert_eq!(source, SOURCE);
        assert_eq!(archive.len(), 2);
    }
}
