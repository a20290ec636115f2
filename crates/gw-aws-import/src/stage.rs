//! What AWS accepts as stage settings (aws-facts 3.2 and the reference of `UpdateStage`), and the formats of its console.
//!
//! It refuses calls: whether a log or a cache size is to be had in an account, AWS says.

use gw_model::{AccessLog, CacheSettings, StageSettings, Throttle};

/// Cache sizes AWS has, in gigabytes.
pub const CACHE_SIZES: [&str; 8] = ["0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237"];

/// Most stage variables.
pub const MAX_VARIABLES: usize = 100;
/// Most bytes of an access log's format.
pub const MAX_FORMAT_BYTES: usize = 3 * 1024;

/// A format of the access log that AWS's console offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// `clf`, `json`, `xml`, `csv`.
    pub name: &'static str,
    /// For people.
    pub title: &'static str,
    /// The format.
    pub format: &'static str,
}

/// The formats AWS's console offers.
pub const PRESETS: [Preset; 4] = [
    Preset {
        name: "clf",
        title: "Common log format",
        format: r#"$context.identity.sourceIp $context.identity.caller $context.identity.user [$context.requestTime] "$context.httpMethod $context.resourcePath $context.protocol" $context.status $context.responseLength $context.requestId"#,
    },
    Preset {
        name: "json",
        title: "JSON",
        format: r#"{"requestId":"$context.requestId","ip":"$context.identity.sourceIp","caller":"$context.identity.caller","user":"$context.identity.user","requestTime":"$context.requestTime","httpMethod":"$context.httpMethod","resourcePath":"$context.resourcePath","status":"$context.status","protocol":"$context.protocol","responseLength":"$context.responseLength"}"#,
    },
    Preset {
        name: "xml",
        title: "XML",
        format: r#"<request id="$context.requestId"><ip>$context.identity.sourceIp</ip><caller>$context.identity.caller</caller><user>$context.identity.user</user><requestTime>$context.requestTime</requestTime><httpMethod>$context.httpMethod</httpMethod><resourcePath>$context.resourcePath</resourcePath><status>$context.status</status><protocol>$context.protocol</protocol><responseLength>$context.responseLength</responseLength></request>"#,
    },
    Preset {
        name: "csv",
        title: "CSV",
        format: "$context.identity.sourceIp,$context.identity.caller,$context.identity.user,$context.requestTime,$context.httpMethod,$context.resourcePath,$context.protocol,$context.status,$context.responseLength,$context.requestId",
    },
];

/// Why AWS would refuse a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Which: `variables/stock`, `throttle`, `access_log/format`.
    pub setting: String,
    /// What is wrong.
    pub summary: String,
    /// What to do.
    pub advice: String,
}

/// Everything AWS would refuse, in the order of the settings.
pub fn refusals(settings: &StageSettings) -> Vec<Refusal> {
    let mut all = variables(settings);
    all.extend(settings.throttle.and_then(|it| throttle("throttle", it)));
    for (operation, of) in &settings.operations {
        let name = format!("operations/{operation}/throttle");
        all.extend(of.throttle.and_then(|it| throttle(&name, it)));
    }
    if let Some(AccessLog::On {
        destination,
        format,
    }) = &settings.access_log
    {
        all.extend(log_destination(destination));
        all.extend(log_format(format));
    }
    if let Some(CacheSettings::On {
        size_gb,
        ttl_seconds,
        ..
    }) = &settings.cache
    {
        if !CACHE_SIZES.contains(&size_gb.as_str()) {
            all.push(refusal(
                "cache/size_gb",
                format!("AWS has no cache of {size_gb} GB"),
                format!("Use one of {}", CACHE_SIZES.join(", ")),
            ));
        }
        if let Some(ttl) = ttl_seconds.filter(|ttl| *ttl > 3600) {
            all.push(refusal(
                "cache/ttl_seconds",
                format!("AWS keeps no answer for {ttl} s"),
                "Use 0 to 3600 seconds",
            ));
        }
    }
    all.extend(tags(settings));
    all
}

fn variables(settings: &StageSettings) -> Vec<Refusal> {
    let mut all = Vec::new();
    let set = settings.variables.values().flatten().count();
    if set > MAX_VARIABLES {
        all.push(refusal(
            "variables",
            format!("{set} stage variables are too many"),
            format!("A stage has at most {MAX_VARIABLES}"),
        ));
    }
    for (name, value) in &settings.variables {
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if name.is_empty() || name.len() > 64 || !name.chars().all(fits) {
            all.push(refusal(
                format!("variables/{name}"),
                format!("'{name}' is not the name of a stage variable"),
                "Use 1 to 64 letters, digits and underscores",
            ));
        }
        let Some(value) = value else { continue };
        let fits = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#&=,".contains(c);
        if value.is_empty() || value.len() > 512 || !value.chars().all(fits) {
            all.push(refusal(
                format!("variables/{name}"),
                format!("The value of the stage variable '{name}' is not one AWS takes"),
                "Use 1 to 512 letters, digits and -._~:/?#&=,",
            ));
        }
    }
    all
}

fn throttle(setting: &str, throttle: Throttle) -> Option<Refusal> {
    let limits = throttle.rate.is_finite() && throttle.rate >= 0.0 && throttle.burst >= 0;
    (throttle != Throttle::NONE && !limits).then(|| {
        refusal(
            setting,
            format!(
                "{} requests/s, burst {} is no throttle",
                throttle.rate, throttle.burst
            ),
            "Use numbers of 0 and more, or no limit of its own",
        )
    })
}

fn log_destination(arn: &str) -> Option<Refusal> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let fits = match parts.as_slice() {
        [_, _, "logs", region, account, rest] => {
            !region.is_empty() && !account.is_empty() && rest.starts_with("log-group:")
        }
        [_, _, "firehose", region, account, rest] => {
            let stream = rest.strip_prefix("deliverystream/");
            !region.is_empty()
                && !account.is_empty()
                && stream.is_some_and(|name| name.starts_with("amazon-apigateway-"))
        }
        _ => false,
    };
    let fits = fits && arn.starts_with("arn:aws") && !arn.contains(char::is_whitespace);
    (!fits).then(|| {
        refusal(
            "access_log/destination",
            format!("'{arn}' is no log that AWS writes access logs to"),
            "Use arn:aws:logs:REGION:ACCOUNT:log-group:NAME, or a delivery stream whose name begins with amazon-apigateway-",
        )
    })
}

fn log_format(format: &str) -> Option<Refusal> {
    let has_id =
        format.contains("$context.requestId") || format.contains("$context.extendedRequestId");
    let (summary, advice) = if format.len() > MAX_FORMAT_BYTES {
        (
            format!("The access log's format has {} bytes", format.len()),
            "AWS takes 3072 bytes at most",
        )
    } else if !has_id {
        (
            "The access log's format names no request".to_owned(),
            "Put $context.requestId into it: AWS refuses a format without",
        )
    } else if format.contains(['\n', '\r']) {
        (
            "The access log's format has more than one line".to_owned(),
            "Write it in one line: each request is one",
        )
    } else {
        return None;
    };
    Some(refusal("access_log/format", summary, advice))
}

fn tags(settings: &StageSettings) -> Vec<Refusal> {
    let allowed = |text: &str| {
        text.chars()
            .all(|c| c.is_alphanumeric() || " _.:/=+-@".contains(c))
    };
    let mut all = Vec::new();
    for (name, value) in &settings.tags {
        let lower = name.to_ascii_lowercase();
        let reserved = lower.starts_with("aws:") || lower.starts_with("gatewright:");
        let length = name.chars().count();
        if length == 0 || length > 128 || !allowed(name) || reserved {
            all.push(refusal(
                format!("tags/{name}"),
                format!("'{name}' is not the name of a tag"),
                "Use 1 to 128 letters, digits, spaces and _.:/=+-@; aws: and gatewright: are taken",
            ));
        }
        if value.chars().count() > 256 || !allowed(value) {
            all.push(refusal(
                format!("tags/{name}"),
                format!("The value of the tag '{name}' is not one AWS takes"),
                "Use up to 256 letters, digits, spaces and _.:/=+-@",
            ));
        }
    }
    all
}

fn refusal(
    setting: impl Into<String>,
    summary: impl Into<String>,
    advice: impl Into<String>,
) -> Refusal {
    Refusal {
        setting: setting.into(),
        summary: summary.into(),
        advice: advice.into(),
    }
}

#[cfg(test)]
mod tests {
    use gw_model::OperationSettings;

    use super::*;

    fn refused(settings: &StageSettings) -> Vec<String> {
        refusals(settings)
            .into_iter()
            .map(|it| it.setting)
            .collect()
    }

    fn variable(name: &str, value: &str) -> StageSettings {
        StageSettings {
            variables: [(name.to_owned(), Some(value.to_owned()))].into(),
            ..StageSettings::default()
        }
    }

    fn log(destination: &str, format: &str) -> StageSettings {
        StageSettings {
            access_log: Some(AccessLog::On {
                destination: destination.to_owned(),
                format: format.to_owned(),
            }),
            ..StageSettings::default()
        }
    }

    #[test]
    fn variables_are_held_to_awss_letters_and_lengths() {
        let long = "x".repeat(513);
        for (name, value, expected) in [
            ("stock", "https://a.example/x?y=1&z=2,3#4", 0),
            ("stock", &"x".repeat(512), 0),
            (&"n".repeat(64), "v", 0),
            (&"n".repeat(65), "v", 1),
            ("a-b", "v", 1),
            ("", "v", 1),
            ("a", "", 1),
            ("a", "two words", 1),
            ("a", &long, 1),
        ] {
            let found = refused(&variable(name, value));
            assert_eq!(found.len(), expected, "{name} {value}: {found:?}");
        }
        let mut many = StageSettings::default();
        for number in 0..101 {
            let name = format!("v{number}");
            many.variables.insert(name, Some("x".to_owned()));
        }
        assert_eq!(refused(&many), ["variables"]);
        many.variables.insert("v0".to_owned(), None);
        assert!(
            refused(&many).is_empty(),
            "one that is removed does not count"
        );
    }

    #[test]
    fn every_preset_is_taken_and_other_logs_are_looked_at() {
        let group = "arn:aws:logs:eu-west-1:111122223333:log-group:access";
        for preset in PRESETS {
            assert!(refused(&log(group, preset.format)).is_empty(), "{preset:?}");
        }
        let stream = "arn:aws:firehose:eu-west-1:111122223333:deliverystream/amazon-apigateway-x";
        assert!(refused(&log(stream, "$context.extendedRequestId")).is_empty());
        let format = "$context.requestId";
        for arn in [
            "",
            "access",
            "arn:aws:s3:::bucket",
            "arn:aws:firehose:eu-west-1:111122223333:deliverystream/x",
            "arn:aws:logs:eu-west-1::log-group:x",
        ] {
            assert_eq!(
                refused(&log(arn, format)),
                ["access_log/destination"],
                "{arn}"
            );
        }
        let long = format!("{format}{}", "x".repeat(3072));
        for bad in ["$context.status", "$context.requestId\n", &long] {
            assert_eq!(refused(&log(group, bad)), ["access_log/format"], "{bad}");
        }
    }

    #[test]
    fn throttles_caches_and_tags_are_held_to_awss_bounds() {
        let mut settings = StageSettings {
            throttle: Some(Throttle::NONE),
            ..StageSettings::default()
        };
        assert!(refused(&settings).is_empty());
        settings.throttle = Some(Throttle {
            rate: -2.0,
            burst: 1,
        });
        let of = OperationSettings {
            throttle: Some(Throttle {
                rate: f64::NAN,
                burst: 1,
            }),
            caching: None,
        };
        settings.operations.insert("GET /a".parse().unwrap(), of);
        settings.cache = Some(CacheSettings::On {
            size_gb: "2".to_owned(),
            ttl_seconds: Some(3601),
            encrypted: None,
        });
        for name in ["aws:x", "gatewright:api", "", "a*b"] {
            settings.tags.insert(name.to_owned(), "v".to_owned());
        }
        assert_eq!(
            refused(&settings),
            [
                "throttle",
                "operations/GET /a/throttle",
                "cache/size_gb",
                "cache/ttl_seconds",
                "tags/",
                "tags/a*b",
                "tags/aws:x",
                "tags/gatewright:api",
            ]
        );
    }
}
