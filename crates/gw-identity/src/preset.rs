//! Known providers: how their issuer is written, and the traps people fall into.
//!
//! It refuses to guess endpoints: a preset makes an issuer URL, discovery does the rest.

use std::collections::BTreeMap;

use gw_model::{Code, Fault, KeyManagerKind};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A provider with a known issuer form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Preset {
    /// Which provider.
    pub kind: KeyManagerKind,
    /// Its name.
    pub title: String,
    /// What to fill in, in order.
    pub fields: Vec<PresetField>,
    /// The issuer, with `{field}` where a field goes.
    pub issuer: String,
    /// What to know before asking it for a token.
    pub notes: Vec<String>,
}

/// One thing to fill in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PresetField {
    /// Its name in the template.
    pub name: String,
    /// For people.
    pub label: String,
    /// What it looks like.
    pub example: String,
    /// Used when it is left empty; empty when it must be filled in.
    pub default: String,
}

impl Preset {
    /// The issuer with the fields filled in.
    ///
    /// # Errors
    /// `request.invalid` when a field is missing or cannot stand in a URL.
    pub fn issuer_url(&self, values: &BTreeMap<String, String>) -> Result<String, Fault> {
        let mut issuer = self.issuer.clone();
        for field in &self.fields {
            let value = values.get(&field.name).map_or("", |value| value.trim());
            let value = if value.is_empty() {
                &field.default
            } else {
                value
            };
            // People paste addresses where a host is asked for.
            let value = value.trim_start_matches("https://").trim_end_matches('/');
            let fits = |letter: char| letter.is_ascii_alphanumeric() || "-._~/:".contains(letter);
            if value.is_empty() || !value.chars().all(fits) || value.contains("..") {
                return Err(Fault::new(
                    Code::RequestInvalid,
                    format!(
                        "The {} of {} is missing or not usable: {value:?}.",
                        field.label.to_lowercase(),
                        self.title
                    ),
                    format!("Write it like {}.", field.example),
                )
                .fact("field", &field.name));
            }
            issuer = issuer.replace(&format!("{{{}}}", field.name), value);
        }
        Ok(issuer)
    }
}

/// The preset of one provider; `None` for the resident key manager and plain OpenID Connect, which have none.
pub fn preset(kind: KeyManagerKind) -> Option<Preset> {
    presets().into_iter().find(|preset| preset.kind == kind)
}

/// Every preset, in the order they are shown.
pub fn presets() -> Vec<Preset> {
    vec![
        make(
            KeyManagerKind::Auth0,
            "Auth0",
            "https://{domain}/",
            &[("domain", "Domain", "your-tenant.eu.auth0.com", "")],
            &[
                "Set the application's audience to your API's identifier; without it Auth0 gives an opaque token that no \
                 gateway can check.",
                "The issuer ends with a slash; tokens are compared to the letter.",
                "Authorize the application for the API under APIs, Machine to Machine Applications, or Auth0 answers \
                 access_denied.",
            ],
        ),
        make(
            KeyManagerKind::Okta,
            "Okta",
            "https://{domain}/oauth2/{server}",
            &[
                ("domain", "Okta domain", "your-org.okta.com", ""),
                ("server", "Authorization server", "default", "default"),
            ],
            &[
                "Use a custom authorization server: tokens of the org server (no /oauth2/… in the issuer) are opaque by \
                 contract and must not be checked by your API.",
                "Scopes stand in the claim scp; ask for at least one scope of the authorization server, or Okta answers \
                 invalid_scope for client credentials.",
            ],
        ),
        make(
            KeyManagerKind::EntraId,
            "Microsoft Entra ID",
            "https://login.microsoftonline.com/{tenant}/v2.0",
            &[(
                "tenant",
                "Tenant id",
                "72f988bf-86f1-41af-91ab-2d7cd011db47",
                "",
            )],
            &[
                "Ask for a scope of your own API (api://…/.default for client credentials); without one Entra gives a \
                 Microsoft Graph token whose signature cannot be checked.",
                "Use the tenant id, not common or organizations: their document names no usable issuer.",
                "Set accessTokenAcceptedVersion to 2 in the API's manifest; else tokens carry the issuer sts.windows.net.",
                "Application permissions stand in the claim roles, delegated ones in scp.",
            ],
        ),
        make(
            KeyManagerKind::Google,
            "Google",
            "https://accounts.google.com",
            &[],
            &[
                "Google's access tokens are opaque; a gateway can check only its ID tokens, whose audience is the client \
                 id.",
                "There is no client credentials flow; service accounts sign their own tokens.",
            ],
        ),
        make(
            KeyManagerKind::Cognito,
            "Amazon Cognito",
            "https://cognito-idp.{region}.amazonaws.com/{pool}",
            &[
                ("region", "Region", "eu-west-1", ""),
                ("pool", "User pool id", "eu-west-1_AbCdEf123", ""),
            ],
            &[
                "Access tokens have no aud claim unless a resource binding is used; set the policy's audience to the client id, \
                 which is compared with the claim client_id then.",
                "Client credentials need a domain on the user pool and a resource server with custom scopes.",
                "Scopes are written resource-server/scope.",
            ],
        ),
        make(
            KeyManagerKind::Keycloak,
            "Keycloak",
            "https://{host}/realms/{realm}",
            &[
                ("host", "Host", "sso.example.com", ""),
                ("realm", "Realm", "master", ""),
            ],
            &[
                "Add an audience mapper to the client or a client scope; without it tokens say aud account.",
                "Client credentials need Service accounts roles switched on at the client.",
                "Versions before 17 have /auth before /realms: write host.example.com/auth as the host.",
            ],
        ),
        make(
            KeyManagerKind::Wso2,
            "WSO2",
            "https://{host}/oauth2/token",
            &[("host", "Host and port", "localhost:9443", "")],
            &[
                "The issuer is the token endpoint's address; in Asgardeo write api.asgardeo.io/t/your-org as the host.",
                "Choose JWT as the application's access token type; the default is opaque.",
                "A self-signed certificate must be in the system's store or named in SSL_CERT_FILE.",
            ],
        ),
    ]
}

fn make(
    kind: KeyManagerKind,
    title: &str,
    issuer: &str,
    fields: &[(&str, &str, &str, &str)],
    notes: &[&str],
) -> Preset {
    Preset {
        kind,
        title: title.to_owned(),
        issuer: issuer.to_owned(),
        fields: fields
            .iter()
            .map(|(name, label, example, default)| PresetField {
                name: (*name).to_owned(),
                label: (*label).to_owned(),
                example: (*example).to_owned(),
                default: (*default).to_owned(),
            })
            .collect(),
        notes: notes.iter().map(|note| (*note).to_owned()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_makes_a_url_from_its_examples() {
        for preset in presets() {
            let values = preset
                .fields
                .iter()
                .map(|field| (field.name.clone(), field.example.clone()))
                .collect();
            let issuer = preset.issuer_url(&values).unwrap();
            assert!(!issuer.contains('{'), "{issuer}");
            assert_eq!(gw_http::Url::parse(&issuer).unwrap().scheme(), "https");
            assert!(
                !preset.notes.is_empty(),
                "{} warns of nothing",
                preset.title
            );
        }
    }

    #[test]
    fn a_pasted_address_is_understood_and_an_empty_field_is_named() {
        let auth0 = preset(KeyManagerKind::Auth0).unwrap();
        let pasted = [("domain".to_owned(), "https://t.eu.auth0.com/".to_owned())].into();
        assert_eq!(
            auth0.issuer_url(&pasted).unwrap(),
            "https://t.eu.auth0.com/"
        );
        let fault = auth0.issuer_url(&BTreeMap::new()).unwrap_err();
        assert_eq!(fault.facts["field"], "domain");
        let broken = [("domain".to_owned(), "evil.example/?x=".to_owned())].into();
        assert_eq!(
            auth0.issuer_url(&broken).unwrap_err().code,
            Code::RequestInvalid
        );
    }
}
