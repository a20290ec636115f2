//! `gatewright stage`.
//!
//! It refuses to change a stage: `plan` shows what would, and `deploy` does.

use gw_app::wire::{LogFormat, StageRequest, StageSet, StageView};
use gw_app::{App, resolve, stages};
use gw_model::{
    AccessLog, CacheSettings, Code, Fault, LogLevel, OperationKey, StageSettings, Throttle,
};

use super::word;
use crate::args::{LogArg, StageSetArgs, StageVerb, SwitchArg};
use crate::output::{self, Reply};

/// Runs one verb.
pub async fn run(app: &App, verb: StageVerb) -> Result<Reply, Fault> {
    match verb {
        StageVerb::Show { api, gateway } => show(app, &api, &gateway).await,
        StageVerb::Set(args) => set(app, args).await,
    }
}

async fn show(app: &App, api: &str, gateway: &str) -> Result<Reply, Fault> {
    let api = resolve::api(app, api).await?;
    let gateway = resolve::gateway(app, gateway).await?;
    let request = StageRequest {
        api: api.id,
        gateway: gateway.id,
    };
    let view = stages::get(app, request).await?;
    let text = describe(&view);
    Ok(Reply::new(view, text))
}

async fn set(app: &App, args: StageSetArgs) -> Result<Reply, Fault> {
    let api = resolve::api(app, &args.api).await?;
    let gateway = resolve::gateway(app, &args.gateway).await?;
    let wanted = stages::wanted(app, &api.id, &gateway.id).await?;
    let settings = edited(wanted, &args, &stages::log_formats())?;
    let request = StageSet {
        api: api.id,
        gateway: gateway.id,
        settings,
    };
    let wanted = stages::set(app, request).await?;
    let mut text = table(&wanted, None);
    text.push_str(&format!(
        "\nNothing was changed yet. See what will be: gatewright plan {} --gateway {}\n",
        args.api, gateway.name
    ));
    Ok(Reply::new(wanted, text))
}

/// What was wanted, with what the arguments say.
fn edited(
    mut wanted: StageSettings,
    args: &StageSetArgs,
    formats: &[LogFormat],
) -> Result<StageSettings, Fault> {
    for setting in &args.as_found {
        leave(&mut wanted, setting)?;
    }
    for text in &args.variables {
        let (name, value) = pair(text, "--variable NAME=VALUE")?;
        wanted.variables.insert(name, Some(value));
    }
    for name in &args.no_variables {
        wanted.variables.insert(name.clone(), None);
    }
    if let Some(text) = &args.throttle {
        wanted.throttle = Some(throttle(text)?);
    }
    for text in &args.throttle_operations {
        let (operation, limit) = of_operation(text, "--throttle-operation 'GET /orders=10/20'")?;
        let entry = wanted.operations.entry(operation).or_default();
        entry.throttle = Some(throttle(&limit)?);
    }
    for text in &args.cache_operations {
        let (operation, on) = of_operation(text, "--cache-operation 'GET /orders=on'")?;
        let entry = wanted.operations.entry(operation).or_default();
        entry.caching = Some(match on.as_str() {
            "on" => true,
            "off" => false,
            _ => {
                return Err(wrong(
                    text,
                    "Write --cache-operation 'GET /orders=on', or off",
                ));
            }
        });
    }
    if let Some(level) = args.log {
        wanted.logging = Some(match level {
            LogArg::Off => LogLevel::Off,
            LogArg::Error => LogLevel::Error,
            LogArg::Info => LogLevel::Info,
        });
    }
    let on = |switch: Option<SwitchArg>| switch.map(SwitchArg::is_on);
    wanted.full_requests = on(args.full_requests).or(wanted.full_requests);
    wanted.metrics = on(args.metrics).or(wanted.metrics);
    wanted.tracing = on(args.tracing).or(wanted.tracing);
    access_log(&mut wanted, args, formats)?;
    cache(&mut wanted, args)?;
    for text in &args.tags {
        let (name, value) = pair(text, "--tag NAME=VALUE")?;
        wanted.tags.insert(name, value);
    }
    Ok(wanted)
}

fn leave(wanted: &mut StageSettings, setting: &str) -> Result<(), Fault> {
    match setting.split_once('/') {
        None => match setting {
            "all" => *wanted = StageSettings::default(),
            "variables" => wanted.variables.clear(),
            "throttle" => wanted.throttle = None,
            "operations" => wanted.operations.clear(),
            "logging" => wanted.logging = None,
            "full-requests" => wanted.full_requests = None,
            "metrics" => wanted.metrics = None,
            "access-log" => wanted.access_log = None,
            "cache" => wanted.cache = None,
            "tracing" => wanted.tracing = None,
            "tags" => wanted.tags.clear(),
            _ => {
                return Err(wrong(
                    setting,
                    "Run gatewright stage set --help for the settings",
                ));
            }
        },
        Some(("variables", name)) => drop(wanted.variables.remove(name)),
        Some(("tags", name)) => drop(wanted.tags.remove(name)),
        Some(("operations", operation)) => {
            wanted.operations.remove(&read_operation(operation)?);
        }
        Some(_) => {
            return Err(wrong(
                setting,
                "Run gatewright stage set --help for the settings",
            ));
        }
    }
    Ok(())
}

fn access_log(
    wanted: &mut StageSettings,
    args: &StageSetArgs,
    formats: &[LogFormat],
) -> Result<(), Fault> {
    let named = |name: &str| {
        let known = formats.iter().find(|format| format.name == name);
        known.map_or_else(|| name.to_owned(), |format| format.format.clone())
    };
    let format = args.access_log_format.as_deref().map(named);
    let (was_to, was_as) = match wanted.access_log.take() {
        Some(AccessLog::On {
            destination,
            format,
        }) => (Some(destination), Some(format)),
        _ => (None, None),
    };
    if args.access_log.as_deref() == Some("off") {
        wanted.access_log = Some(AccessLog::Off);
        return Ok(());
    }
    let Some(destination) = args.access_log.clone().or(was_to) else {
        if format.is_some() {
            let advice = "Say --access-log ARN too: where the lines go";
            return Err(wrong("--access-log-format", advice));
        }
        return Ok(());
    };
    wanted.access_log = Some(AccessLog::On {
        destination,
        format: format.or(was_as).unwrap_or_else(|| named("json")),
    });
    Ok(())
}

fn cache(wanted: &mut StageSettings, args: &StageSetArgs) -> Result<(), Fault> {
    let encrypted = args.cache_encrypted.map(SwitchArg::is_on);
    let (was, was_ttl, was_encrypted) = match wanted.cache.take() {
        Some(CacheSettings::On {
            size_gb,
            ttl_seconds,
            encrypted,
        }) => (Some(size_gb), ttl_seconds, encrypted),
        Some(CacheSettings::Off) if args.cache.is_none() => {
            wanted.cache = Some(CacheSettings::Off);
            (None, None, None)
        }
        _ => (None, None, None),
    };
    if args.cache.as_deref() == Some("off") {
        wanted.cache = Some(CacheSettings::Off);
        return Ok(());
    }
    let Some(size_gb) = args.cache.clone().or(was) else {
        if args.cache_ttl.is_some() || encrypted.is_some() {
            let advice = "Say --cache GB too: how large it is";
            return Err(wrong("--cache-ttl", advice));
        }
        return Ok(());
    };
    wanted.cache = Some(CacheSettings::On {
        size_gb,
        ttl_seconds: args.cache_ttl.or(was_ttl),
        encrypted: encrypted.or(was_encrypted),
    });
    Ok(())
}

fn throttle(text: &str) -> Result<Throttle, Fault> {
    if text == "none" {
        return Ok(Throttle::NONE);
    }
    let read = text
        .split_once('/')
        .and_then(|(rate, burst)| Some((rate.parse().ok()?, burst.parse().ok()?)));
    let (rate, burst) =
        read.ok_or_else(|| wrong(text, "Write requests per second and at once, as 100/200"))?;
    Ok(Throttle { rate, burst })
}

fn of_operation(text: &str, form: &str) -> Result<(OperationKey, String), Fault> {
    let (operation, value) = text
        .rsplit_once('=')
        .ok_or_else(|| wrong(text, &format!("Write {form}")))?;
    Ok((read_operation(operation)?, value.to_owned()))
}

fn read_operation(text: &str) -> Result<OperationKey, Fault> {
    let read: Result<OperationKey, gw_model::operation::NotAnOperation> = text.parse();
    read.map_err(|error| {
        Fault::new(
            Code::RequestInvalid,
            error.to_string(),
            "Write it like 'GET /orders/{id}'",
        )
    })
}

fn pair(text: &str, form: &str) -> Result<(String, String), Fault> {
    let (name, value) = text
        .split_once('=')
        .ok_or_else(|| wrong(text, &format!("Write {form}")))?;
    Ok((name.to_owned(), value.to_owned()))
}

fn wrong(text: &str, advice: &str) -> Fault {
    Fault::new(
        Code::RequestInvalid,
        format!("'{text}' is not understood"),
        advice,
    )
}

fn describe(view: &StageView) -> String {
    if !view.available {
        return "This gateway has no stage settings.\n".to_owned();
    }
    let mut text = table(&view.wanted, view.found.as_ref().map(|it| &it.settings));
    if let Some(fault) = &view.fault {
        text.push_str(&format!(
            "\nWhat it has now could not be read: {}\n",
            output::fault_text(fault)
        ));
        return text;
    }
    for sentence in view.found.iter().flat_map(|found| &found.untouched) {
        text.push_str(&format!("{sentence}; it stays so\n"));
    }
    if !view.changes.is_empty() {
        text.push_str("\nThe next deployment changes:\n");
    }
    for change in &view.changes {
        text.push_str(&format!("  · {}\n", change.sentence));
    }
    text
}

/// One line per setting that is wanted or there.
fn table(wanted: &StageSettings, found: Option<&StageSettings>) -> String {
    let (wanted, found) = (words(wanted), found.map(words).unwrap_or_default());
    let mut names: Vec<&String> = wanted.iter().chain(&found).map(|(name, _)| name).collect();
    names.sort();
    names.dedup();
    let value = |of: &[(String, String)], name: &String, otherwise: &str| {
        let known = of.iter().find(|(known, _)| known == name);
        known.map_or_else(|| otherwise.to_owned(), |(_, value)| value.clone())
    };
    let rows = names
        .into_iter()
        .map(|name| {
            [
                name.clone(),
                value(&wanted, name, "as found"),
                value(&found, name, ""),
            ]
        })
        .collect();
    let none = "Nothing is wanted of the stage: everything stays as it is.";
    output::table(["setting", "wanted", "there"], rows, none)
}

fn words(settings: &StageSettings) -> Vec<(String, String)> {
    let switch = |on: bool| if on { "on" } else { "off" }.to_owned();
    let limit = |it: Throttle| {
        if it == Throttle::NONE {
            "none".to_owned()
        } else {
            format!("{}/{}", it.rate, it.burst)
        }
    };
    let mut all = Vec::new();
    let mut say = |name: String, value: Option<String>| {
        all.extend(value.map(|value| (name, value)));
    };
    for (name, value) in &settings.variables {
        let value = value.clone().unwrap_or_else(|| "not there".to_owned());
        say(format!("variables/{name}"), Some(value));
    }
    say("throttle".to_owned(), settings.throttle.map(limit));
    for (operation, of) in &settings.operations {
        let name = format!("operations/{operation}");
        let mut value: Vec<String> = of.throttle.map(limit).into_iter().collect();
        value.extend(of.caching.map(|on| format!("cache {}", switch(on))));
        say(name, Some(value.join(", ")));
    }
    say("logging".to_owned(), settings.logging.map(word));
    let full = settings.full_requests.map(switch);
    say("full-requests".to_owned(), full);
    say("metrics".to_owned(), settings.metrics.map(switch));
    let log = settings.access_log.as_ref().map(|log| match log {
        AccessLog::Off => "off".to_owned(),
        AccessLog::On { destination, .. } => destination.clone(),
    });
    say("access-log".to_owned(), log);
    let cache = settings.cache.as_ref().map(|cache| match cache {
        CacheSettings::Off => "off".to_owned(),
        CacheSettings::On {
            size_gb,
            ttl_seconds,
            ..
        } => {
            let kept = ttl_seconds.map(|ttl| format!(", {ttl} s"));
            format!("{size_gb} GB{}", kept.unwrap_or_default())
        }
    });
    say("cache".to_owned(), cache);
    say("tracing".to_owned(), settings.tracing.map(switch));
    for (name, value) in &settings.tags {
        say(format!("tags/{name}"), Some(value.clone()));
    }
    all
}
