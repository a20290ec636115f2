//! Published keys: which of a JWK set may check signatures, and why the others may not.
//!
//! It refuses symmetric keys, keys meant for encryption, RSA keys under 2048 bits or from the ROCA generator, and key
//! ids that name two keys. The crate that checks signatures takes such keys, so they are kept from it here.

use std::collections::HashMap;

use jsonwebtoken::{Algorithm, DecodingKey};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;

use crate::encoding;

/// A key that may check signatures.
#[derive(Clone, Debug)]
pub struct Key {
    /// `kid`, when it has one.
    pub id: Option<String>,
    /// The algorithms it may be used with: the one it names, or all of its kind.
    pub algorithms: Vec<Algorithm>,
    pub(crate) decoding: DecodingKey,
}

/// One entry of a JWK set, for showing it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct KeyInfo {
    /// `kid`; empty when it has none.
    pub id: String,
    /// `RSA 2048`, `EC P-256`, `OKP Ed25519`.
    pub kind: String,
    /// The algorithms it may be used with.
    pub algorithms: Vec<String>,
    /// Why it is not used; empty when it is.
    pub refused: String,
}

/// Reads a JWK set (RFC 7517 §5). `None` when it is not one.
pub fn read(text: &[u8]) -> Option<(Vec<Key>, Vec<KeyInfo>)> {
    let set: Map<String, Value> = serde_json::from_slice(text).ok()?;
    let entries = set.get("keys")?.as_array()?;
    let mut uses: HashMap<&str, usize> = HashMap::new();
    for id in entries
        .iter()
        .filter_map(|entry| entry.get("kid").and_then(Value::as_str))
    {
        *uses.entry(id).or_default() += 1;
    }
    let mut keys = Vec::new();
    let mut infos = Vec::new();
    for entry in entries {
        let id = entry.get("kid").and_then(Value::as_str);
        let mut read = read_one(entry);
        if id.is_some_and(|id| uses.get(id).is_some_and(|count| *count > 1)) {
            read.key = Err("its key id names another key too".to_owned());
        }
        let algorithms = read
            .key
            .as_ref()
            .map_or_else(|_| Vec::new(), |(algorithms, _)| algorithms.clone());
        infos.push(KeyInfo {
            id: id.unwrap_or_default().to_owned(),
            kind: read.kind,
            algorithms: algorithms
                .iter()
                .map(|algorithm| format!("{algorithm:?}"))
                .collect(),
            refused: read.key.as_ref().err().cloned().unwrap_or_default(),
        });
        if let Ok((algorithms, decoding)) = read.key {
            keys.push(Key {
                id: id.map(str::to_owned),
                algorithms,
                decoding,
            });
        }
    }
    Some((keys, infos))
}

struct Read {
    kind: String,
    key: Result<(Vec<Algorithm>, DecodingKey), String>,
}

fn read_one(entry: &Value) -> Read {
    let kty = entry.get("kty").and_then(Value::as_str).unwrap_or_default();
    let (kind, made) = match kty {
        "RSA" => rsa(entry),
        "EC" => ec(entry),
        "OKP" => okp(entry),
        "oct" => (
            "oct".to_owned(),
            Err("a symmetric key must not be published".to_owned()),
        ),
        other => (other.to_owned(), Err("its type is not known".to_owned())),
    };
    let key = made.and_then(|(possible, decoding)| Ok((usable(entry, possible)?, decoding)));
    Read { kind, key }
}

/// What `use`, `key_ops` and `alg` leave of the possible algorithms.
fn usable(entry: &Value, possible: Vec<Algorithm>) -> Result<Vec<Algorithm>, String> {
    if let Some(purpose) = entry.get("use")
        && purpose != "sig"
    {
        return Err("it is not for signatures (use)".to_owned());
    }
    if let Some(operations) = entry.get("key_ops")
        && !operations
            .as_array()
            .is_some_and(|list| list.iter().any(|operation| operation == "verify"))
    {
        return Err("it is not for checking signatures (key_ops)".to_owned());
    }
    let Some(named) = entry.get("alg") else {
        return Ok(possible);
    };
    let named = named.as_str().unwrap_or_default();
    possible
        .into_iter()
        .find(|algorithm| format!("{algorithm:?}") == named)
        .map(|algorithm| vec![algorithm])
        .ok_or_else(|| format!("its algorithm {named:?} does not fit its type or is not supported"))
}

type Made = (String, Result<(Vec<Algorithm>, DecodingKey), String>);

fn rsa(entry: &Value) -> Made {
    let (Some(modulus), Some(exponent)) = (bytes(entry, "n"), bytes(entry, "e")) else {
        return (
            "RSA".to_owned(),
            Err("its numbers are not base64url".to_owned()),
        );
    };
    let modulus = without_leading_zeros(&modulus);
    let exponent = without_leading_zeros(&exponent);
    let bits = bit_length(modulus);
    let kind = format!("RSA {bits}");
    let made = if bits < 2048 {
        Err("it is shorter than 2048 bits".to_owned())
    } else if bits > 8192 {
        Err("it is longer than 8192 bits".to_owned())
    } else if modulus.last().is_none_or(|last| last % 2 == 0) {
        Err("its modulus is even".to_owned())
    } else if exponent.last().is_none_or(|last| last % 2 == 0)
        || exponent.len() > 8
        || exponent == [1]
    {
        Err("its exponent is not a usable one".to_owned())
    } else if is_roca(modulus) {
        Err("it was made by the weak ROCA generator".to_owned())
    } else {
        let possible = vec![
            Algorithm::RS256,
            Algorithm::RS384,
            Algorithm::RS512,
            Algorithm::PS256,
            Algorithm::PS384,
            Algorithm::PS512,
        ];
        Ok((
            possible,
            DecodingKey::from_rsa_raw_components(modulus, exponent),
        ))
    };
    (kind, made)
}

fn ec(entry: &Value) -> Made {
    let curve = entry.get("crv").and_then(Value::as_str).unwrap_or_default();
    let kind = format!("EC {curve}");
    let (algorithm, length, check): (
        _,
        usize,
        &'static dyn aws_lc_rs::signature::VerificationAlgorithm,
    ) = match curve {
        "P-256" => (
            Algorithm::ES256,
            32,
            &aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED,
        ),
        "P-384" => (
            Algorithm::ES384,
            48,
            &aws_lc_rs::signature::ECDSA_P384_SHA384_FIXED,
        ),
        _ => return (kind, Err("its curve is not supported".to_owned())),
    };
    let (Some(x), Some(y)) = (bytes(entry, "x"), bytes(entry, "y")) else {
        return (kind, Err("its numbers are not base64url".to_owned()));
    };
    if x.len() != length || y.len() != length {
        return (kind, Err("its point has the wrong length".to_owned()));
    }
    let point: Vec<u8> = [&[4][..], &x, &y].concat();
    if aws_lc_rs::signature::ParsedPublicKey::new(check, &point).is_err() {
        return (kind, Err("its point is not on the curve".to_owned()));
    }
    (
        kind,
        Ok((vec![algorithm], DecodingKey::from_ec_der(&point))),
    )
}

fn okp(entry: &Value) -> Made {
    let curve = entry.get("crv").and_then(Value::as_str).unwrap_or_default();
    let kind = format!("OKP {curve}");
    if curve != "Ed25519" {
        return (kind, Err("its curve is not supported".to_owned()));
    }
    match bytes(entry, "x").filter(|x| x.len() == 32) {
        Some(x) => (
            kind,
            Ok((vec![Algorithm::EdDSA], DecodingKey::from_ed_der(&x))),
        ),
        None => (kind, Err("its point has the wrong length".to_owned())),
    }
}

fn bytes(entry: &Value, name: &str) -> Option<Vec<u8>> {
    encoding::decode(entry.get(name)?.as_str()?)
}

fn without_leading_zeros(number: &[u8]) -> &[u8] {
    let first = number
        .iter()
        .position(|byte| *byte != 0)
        .unwrap_or(number.len());
    &number[first..]
}

fn bit_length(number: &[u8]) -> usize {
    number
        .first()
        .map_or(0, |first| number.len() * 8 - first.leading_zeros() as usize)
}

/// The fingerprint of CVE-2017-15361 (Nemec et al., "The Return of Coppersmith's Attack", §2.1): modulo each small prime
/// the modulus is a power of 65537.
fn is_roca(modulus: &[u8]) -> bool {
    const PRIMES: [u32; 38] = [
        3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89,
        97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
    ];
    PRIMES.iter().all(|prime| {
        let residue = modulus
            .iter()
            .fold(0, |rest: u32, byte| (rest * 256 + u32::from(*byte)) % prime);
        let mut power = 1;
        (0..*prime).any(|_| {
            let hit = power == residue;
            power = power * (65537 % prime) % prime;
            hit
        })
    })
}
