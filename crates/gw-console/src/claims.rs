//! Which claims of a token disagree with what a gateway checks.
//!
//! It refuses to check signatures: a gateway does, and the token itself never comes here, only its claims.

use gw_plan::TokenCheck;
use serde_json::Value;

/// A claim that will get a token refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// Which: `iss`, `aud`, `exp`, `nbf`, `scope`.
    pub claim: &'static str,
    /// What is wrong, in one sentence.
    pub sentence: String,
    /// What to do.
    pub next: String,
}

/// What in the claims disagrees with the check and a route's scopes at this moment (seconds since 1970).
pub fn disagreements(
    claims: &Value,
    check: &TokenCheck,
    scopes: &[String],
    now: i64,
) -> Vec<Disagreement> {
    let found = [
        issuer(claims, check),
        audience(claims, check),
        expiry(claims, now),
        start(claims, now),
        scope(claims, scopes),
    ];
    found.into_iter().flatten().collect()
}

fn issuer(claims: &Value, check: &TokenCheck) -> Option<Disagreement> {
    let issuer = claims.get("iss").and_then(Value::as_str);
    if issuer == Some(check.issuer.as_str()) {
        return None;
    }
    let sentence = match issuer {
        Some(other) if other.trim_end_matches('/') == check.issuer.trim_end_matches('/') => {
            format!(
                "The token's issuer is '{other}' and the policy's '{}': they differ by the slash at the end.",
                check.issuer
            )
        }
        Some(other) => format!(
            "The token was issued by '{other}', but the policy trusts '{}'.",
            check.issuer
        ),
        None => format!(
            "The token names no issuer; the policy trusts '{}'.",
            check.issuer
        ),
    };
    let next = "Use an application of the policy's key manager, or correct the key manager's issuer and deploy again.";
    Some(Disagreement {
        claim: "iss",
        sentence,
        next: next.to_owned(),
    })
}

fn audience(claims: &Value, check: &TokenCheck) -> Option<Disagreement> {
    let audiences = words(claims.get("aud"), false);
    if audiences.contains(&check.audience.as_str()) {
        return None;
    }
    let sentence = match (
        audiences.as_slice(),
        claims.get("client_id").and_then(Value::as_str),
    ) {
        ([], Some(client)) => {
            format!(
                "The token has no audience, only client_id '{client}'; the policy wants '{}'.",
                check.audience
            )
        }
        ([], None) => format!(
            "The token has no audience; the policy wants '{}'.",
            check.audience
        ),
        (others, _) => format!(
            "The token is for '{}', but the policy wants '{}'.",
            others.join("', '"),
            check.audience
        ),
    };
    let next = format!(
        "Ask the key manager for the audience '{}' (the application's audience setting), or change the policy and deploy again.",
        check.audience
    );
    Some(Disagreement {
        claim: "aud",
        sentence,
        next,
    })
}

fn expiry(claims: &Value, now: i64) -> Option<Disagreement> {
    let sentence = match seconds(claims.get("exp")) {
        Some(end) if end > now => return None,
        Some(end) => format!("The token expired {} ago.", ago(now - end)),
        None => "The token has no expiry (exp), so it is refused.".to_owned(),
    };
    Some(Disagreement {
        claim: "exp",
        sentence,
        next: "Get a new token and send again.".to_owned(),
    })
}

fn start(claims: &Value, now: i64) -> Option<Disagreement> {
    let start = seconds(claims.get("nbf")).filter(|start| *start > now)?;
    Some(Disagreement {
        claim: "nbf",
        sentence: format!("The token is valid only in {}.", ago(start - now)),
        next: "Wait, or check the clocks of this machine and the key manager.".to_owned(),
    })
}

fn scope(claims: &Value, scopes: &[String]) -> Option<Disagreement> {
    // `scp` is what Entra ID and Okta say.
    let mut granted = words(claims.get("scope"), true);
    granted.extend(words(claims.get("scp"), true));
    let missing: Vec<&str> = scopes
        .iter()
        .map(String::as_str)
        .filter(|scope| !granted.contains(scope))
        .collect();
    if missing.is_empty() {
        return None;
    }
    let granted = if granted.is_empty() {
        "none".to_owned()
    } else {
        granted.join(" ")
    };
    Some(Disagreement {
        claim: "scope",
        sentence: format!(
            "The route asks for the scope {}, and the token has {granted}.",
            missing.join(" ")
        ),
        next: format!(
            "Get a token with the scope {}; the key manager must allow it to the application.",
            missing.join(" ")
        ),
    })
}

/// The strings of a claim that is a list or, when `split`, words in one string.
fn words(claim: Option<&Value>, split: bool) -> Vec<&str> {
    match claim {
        Some(Value::String(text)) if split => text.split_whitespace().collect(),
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// A NumericDate (RFC 7519 §2), which may have a fraction.
fn seconds(claim: Option<&Value>) -> Option<i64> {
    let claim = claim?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "whole seconds are wanted, and the cast saturates"
    )]
    claim
        .as_i64()
        .or_else(|| claim.as_f64().map(|seconds| seconds as i64))
}

fn ago(seconds: i64) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7199 => format!("{} min", seconds / 60),
        7200..=172_799 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86400),
    }
}
