//! The resident key manager's signing key.
//!
//! It refuses to show its private half but as a [`Secret`] for the vault.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gw_model::{Code, Fault, Secret};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::encoding;

/// An RSA key pair of 2048 bits for RS256.
pub struct ResidentKey {
    pair: KeyPair,
    id: String,
    modulus: String,
    exponent: String,
}

impl ResidentKey {
    /// Makes one; takes about a tenth of a second.
    ///
    /// # Errors
    /// `app.defect` when the system gives no random numbers.
    pub fn generate() -> Result<Self, Fault> {
        KeyPair::generate(KeySize::Rsa2048)
            .map(Self::of)
            .map_err(|_| {
                Fault::new(
                    Code::AppDefect,
                    "No signing key for the resident key manager could be made.",
                    "Try again; when it stays so, this system gives no random numbers.",
                )
            })
    }

    /// Reads back what [`ResidentKey::to_secret`] wrote.
    ///
    /// # Errors
    /// `vault.damaged` when it is something else.
    pub fn from_secret(secret: &Secret<String>) -> Result<Self, Fault> {
        let pair = STANDARD
            .decode(secret.reveal())
            .ok()
            .and_then(|der| KeyPair::from_pkcs8(&der).ok());
        pair.map(Self::of).ok_or_else(|| {
            Fault::new(
                Code::VaultDamaged,
                "The resident key manager's signing key in the vault is damaged.",
                "Make a new one; tokens signed with the old one stop working.",
            )
        })
    }

    /// For the vault: base64 of the PKCS #8 form.
    ///
    /// # Errors
    /// `app.defect` when the key cannot be encoded.
    pub fn to_secret(&self) -> Result<Secret<String>, Fault> {
        AsDer::<Pkcs8V1Der<'static>>::as_der(&self.pair)
            .map(|der| Secret::new(STANDARD.encode(der.as_ref())))
            .map_err(|_| {
                Fault::new(
                    Code::AppDefect,
                    "The resident key manager's signing key could not be encoded.",
                    "Try again.",
                )
            })
    }

    /// Its key id: the thumbprint of RFC 7638.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The public half (RFC 7517).
    pub fn public_jwk(&self) -> Value {
        json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.id, "n": self.modulus, "e": self.exponent })
    }

    /// Signs claims as a JWT of the type given (`at+jwt` for access tokens, RFC 9068 §2.1).
    ///
    /// # Errors
    /// `app.defect` when signing fails.
    pub fn sign(&self, kind: &str, claims: &Value) -> Result<Secret<String>, Fault> {
        let header = json!({ "alg": "RS256", "typ": kind, "kid": self.id });
        let message = format!(
            "{}.{}",
            encoding::encode(header.to_string()),
            encoding::encode(claims.to_string())
        );
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                message.as_bytes(),
                &mut signature,
            )
            .map_err(|_| {
                Fault::new(
                    Code::AppDefect,
                    "A token could not be signed.",
                    "Try again.",
                )
            })?;
        Ok(Secret::new(format!(
            "{message}.{}",
            encoding::encode(signature)
        )))
    }

    fn of(pair: KeyPair) -> Self {
        let public = pair.public_key();
        let modulus = encoding::encode(public.modulus().big_endian_without_leading_zero());
        let exponent = encoding::encode(public.exponent().big_endian_without_leading_zero());
        // RFC 7638 §3: the required members in lexicographic order, without spaces.
        let thumbprint = Sha256::digest(format!(
            r#"{{"e":"{exponent}","kty":"RSA","n":"{modulus}"}}"#
        ));
        Self {
            id: encoding::encode(thumbprint),
            modulus,
            exponent,
            pair,
        }
    }
}
