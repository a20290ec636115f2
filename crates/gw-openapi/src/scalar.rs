//! What a plain YAML scalar means, by the core schema of YAML 1.2 (§10.3.2), and numbers of both formats.
//!
//! It refuses the guesses of YAML 1.1: `no`, `12:30` and dates are text.

use serde_json::{Number, Value};

/// What a plain scalar is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plain {
    Null,
    Bool(bool),
    Number,
    String,
}

pub(crate) fn plain(text: &str) -> Plain {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Plain::Null,
        "true" | "True" | "TRUE" => Plain::Bool(true),
        "false" | "False" | "FALSE" => Plain::Bool(false),
        _ if is_number(text) => Plain::Number,
        _ => Plain::String,
    }
}

/// Integers in base 10, `0o` and `0x`, and floats; infinities and NaN have no JSON form and are text.
fn is_number(text: &str) -> bool {
    let based =
        |digits: &str, base| !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(base));
    if let Some(digits) = text.strip_prefix("0o") {
        return based(digits, 8);
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return based(digits, 16);
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (
            unsigned.get(..at).unwrap_or_default(),
            unsigned.get(at + 1..),
        ),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let exponent_holds = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent_holds
}

/// The number as a float, when it is finite.
pub(crate) fn float(text: &str) -> Option<f64> {
    if let Some(value) = based(text) {
        #[expect(clippy::cast_precision_loss, reason = "a float is asked for")]
        return Some(value as f64);
    }
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

/// The number in JSON: whole when it fits 64 bits, else a float, else its text.
pub(crate) fn json_number(text: &str) -> Value {
    let plain = text.strip_prefix('+').unwrap_or(text);
    if let Some(value) = based(plain) {
        return Value::from(value);
    }
    // No whole number holds the sign of zero.
    if let Ok(value) = plain.parse::<i64>()
        && (value != 0 || !plain.starts_with('-'))
    {
        return Value::from(value);
    }
    if let Ok(value) = plain.parse::<u64>() {
        return Value::from(value);
    }
    plain
        .parse()
        .ok()
        .and_then(Number::from_f64)
        .map_or_else(|| Value::from(text), Value::Number)
}

fn based(text: &str) -> Option<u64> {
    let parse = |prefix, base| {
        text.strip_prefix(prefix)
            .and_then(|digits| u64::from_str_radix(digits, base).ok())
    };
    parse("0o", 8).or_else(|| parse("0x", 16))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn plain_scalars_follow_the_core_schema() {
        for (text, expected) in [
            ("", Plain::Null),
            ("~", Plain::Null),
            ("null", Plain::Null),
            ("True", Plain::Bool(true)),
            ("no", Plain::String),
            ("NO", Plain::String),
            ("yes", Plain::String),
            ("12:30", Plain::String),
            ("2019-02-31T23:59:60Z", Plain::String),
            ("2020-01-01", Plain::String),
            ("200", Plain::Number),
            ("0123", Plain::Number),
            ("-9223372036854776000", Plain::Number),
            ("1e3", Plain::Number),
            ("1.", Plain::Number),
            (".5", Plain::Number),
            ("0x1F", Plain::Number),
            ("0o17", Plain::Number),
            (".", Plain::String),
            ("-", Plain::String),
            ("1.2.3", Plain::String),
            ("1_000", Plain::String),
            (".inf", Plain::String),
            ("e5", Plain::String),
            ("0x", Plain::String),
        ] {
            assert_eq!(plain(text), expected, "{text:?}");
        }
    }

    #[test]
    fn numbers_become_json_without_losing_their_size() {
        assert_eq!(json_number("200"), json!(200));
        assert_eq!(json_number("18446744073709551615"), json!(u64::MAX));
        assert_eq!(
            json_number("-9223372036854776000"),
            json!(-9_223_372_036_854_776_000.0)
        );
        assert_eq!(json_number("0x1F"), json!(31));
        assert_eq!(json_number("+7"), json!(7));
        assert_eq!(json_number("-0"), json!(-0.0));
        assert_eq!(json_number("1e400"), json!("1e400"));
        assert_eq!(float("0o17"), Some(15.0));
    }
}
