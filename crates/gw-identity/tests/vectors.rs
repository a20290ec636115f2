//! Published test vectors for signatures and keys: Wycheproof's JSON Web vectors, and the JOSE cookbook (RFC 7520).
//!
//! Where the data is not beside the project, these tests say so and pass.
#![expect(
    clippy::print_stdout,
    reason = "a skipped test says so, and the figures are worth reading"
)]
#![expect(
    clippy::unwrap_used,
    reason = "a setup that fails is a test that fails"
)]

use std::path::{Path, PathBuf};

use gw_identity::TokenRules;
use gw_identity::verify;
use serde_json::{Value, json};

fn suites() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/suites");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: the public test vectors are not present");
    None
}

fn load(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn rules() -> TokenRules {
    let algorithms = [
        "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA", "HS256",
        "none",
    ];
    TokenRules {
        issuer: String::new(),
        audience: String::new(),
        algorithms: algorithms.map(str::to_owned).to_vec(),
        leeway_seconds: 0,
    }
}

/// Whether signature, key and header pass, as for any token.
fn passes(token: &str, keys: &Value) -> bool {
    let set = if keys.get("keys").is_some() {
        keys.clone()
    } else {
        json!({ "keys": [keys] })
    };
    let Some((keys, _)) = gw_identity::jwk::read(set.to_string().as_bytes()) else {
        return false;
    };
    let Ok(head) = verify::head(token, &rules()) else {
        return false;
    };
    verify::choose(&keys, &head)
        .and_then(|key| verify::payload(token, key, &head))
        .is_ok()
}

/// Valid vectors refused on purpose: symmetric keys, curves outside the list, and two whose token uses another algorithm
/// than its key names (RFC 7517 §4.4).
fn is_outside_policy(group: &Value, test: &Value) -> bool {
    if matches!(test["tcId"].as_u64(), Some(346 | 350))
        && group["comment"].as_str().unwrap().starts_with("rfc7520")
    {
        return true;
    }
    let text = group.get("public").unwrap_or(&group["private"]).to_string();
    text.contains(r#""oct""#)
        || text.contains(r#""P-521""#)
        || text.contains("ES512")
        || text.contains("secp256k1")
}

#[test]
fn no_invalid_vector_of_wycheproof_is_accepted() {
    let Some(suites) = suites() else { return };
    let (mut invalid, mut valid, mut outside) = (0, 0, 0);
    let mut wrong = Vec::new();
    for file in ["signature", "key", "crypto"] {
        let suite = load(&suites.join(format!("wycheproof_json_web_{file}.json")));
        for group in suite["testGroups"].as_array().unwrap() {
            let keys = group.get("public").unwrap_or(&group["private"]);
            for test in group["tests"].as_array().unwrap() {
                let Some(token) = test["jws"].as_str() else {
                    continue;
                };
                let passed = passes(token, keys);
                let name = format!(
                    "{file} {} {}: {}",
                    test["tcId"], group["comment"], test["comment"]
                );
                match test["result"].as_str().unwrap() {
                    "invalid" if passed => wrong.push(format!("accepted {name}")),
                    "invalid" => invalid += 1,
                    _ if passed => valid += 1,
                    _ if is_outside_policy(group, test) => outside += 1,
                    _ => wrong.push(format!("refused {name}")),
                }
            }
        }
    }
    println!(
        "{invalid} invalid refused, {valid} valid accepted, {outside} valid outside the policy"
    );
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(
        invalid > 300 && valid > 20,
        "{invalid} invalid, {valid} valid: the suite was not read"
    );
}

#[test]
fn the_cookbook_s_signatures_are_told_apart() {
    let Some(suites) = suites() else { return };
    let key = |file: &str| load(&suites.join("jose-cookbook/jwk").join(file));
    let rsa = key("3_3.rsa_public_key.json");
    let compact = |file: &str| {
        let example = load(&suites.join("jose-cookbook/jws").join(file));
        example["output"]["compact"].as_str().unwrap().to_owned()
    };
    for file in ["4_1.rsa_v15_signature.json", "4_2.rsa-pss_signature.json"] {
        let token = compact(file);
        assert!(passes(&token, &rsa), "{file} was refused");
        let spoilt = token.replacen(".SXTigJ", ".TXTigJ", 1);
        assert_ne!(spoilt, token);
        assert!(
            !passes(&spoilt, &rsa),
            "{file} was accepted with another payload"
        );
    }
    let p521 = compact("4_3.ecdsa_signature.json");
    assert!(
        !passes(&p521, &key("3_1.ec_public_key.json")),
        "ES512 is not in the list"
    );
    let symmetric = compact("4_4.hmac-sha2_integrity_protection.json");
    assert!(
        !passes(&symmetric, &key("3_5.symmetric_key_mac_computation.json")),
        "a symmetric key was accepted"
    );
}

#[test]
fn keys_that_must_not_check_signatures_say_why() {
    let modulus = |bits: usize| {
        let mut bytes = vec![0xff; bits / 8];
        bytes[0] = 0x80;
        base64_url(&bytes)
    };
    let rsa = |bits: usize| json!({ "kty": "RSA", "n": modulus(bits), "e": "AQAB", "kid": "k" });
    let with = |name: &str, value: Value| {
        let mut key = rsa(2048);
        key[name] = value;
        key
    };
    for (key, why) in [
        (rsa(1024), "shorter than 2048"),
        (with("use", json!("enc")), "(use)"),
        (with("key_ops", json!(["sign"])), "(key_ops)"),
        (with("alg", json!("HS256")), "algorithm"),
        (with("e", json!("Ag")), "exponent"),
        (with("e", json!("AQ")), "exponent"),
        (with("n", json!("not base64url!")), "base64url"),
        (
            json!({ "kty": "oct", "k": "AAAA", "kid": "k" }),
            "symmetric",
        ),
        (
            json!({ "kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA" }),
            "length",
        ),
        (
            json!({ "kty": "EC", "crv": "P-256", "x": base64_url(&[1; 32]), "y": base64_url(&[1; 32]) }),
            "on the curve",
        ),
        (
            json!({ "kty": "OKP", "crv": "X25519", "x": base64_url(&[1; 32]) }),
            "curve",
        ),
    ] {
        let (keys, infos) =
            gw_identity::jwk::read(json!({ "keys": [key] }).to_string().as_bytes()).unwrap();
        assert!(keys.is_empty(), "{key} is used");
        assert!(
            infos[0].refused.contains(why),
            "{key}: {}",
            infos[0].refused
        );
    }
    let twins = json!({ "keys": [rsa(2048), rsa(3072)] });
    let (keys, infos) = gw_identity::jwk::read(twins.to_string().as_bytes()).unwrap();
    assert!(
        keys.is_empty()
            && infos
                .iter()
                .all(|info| info.refused.contains("another key")),
        "{infos:?}"
    );
    let (keys, infos) =
        gw_identity::jwk::read(json!({ "keys": [rsa(2048)] }).to_string().as_bytes()).unwrap();
    assert_eq!((keys.len(), infos[0].kind.as_str()), (1, "RSA 2048"));
}

fn base64_url(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}
