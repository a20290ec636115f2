//! `gatewright policy`.
//!
//! It refuses to guess scopes.

use std::collections::BTreeMap;

use gw_app::wire::{ApiRequest, PolicyAttach, PolicyDetach, PolicyView, ValidationSet};
use gw_app::{App, policies, resolve};
use gw_model::{
    AwsAuthorizer, Code, Fault, OauthPolicy, OperationKey, OperationSecurity, ValidationPolicy,
    counted,
};

use super::api::security;
use crate::args::{PolicyArg, PolicyAttachArgs, PolicyVerb};
use crate::output::{self, Reply};

/// Runs one verb.
pub async fn run(app: &App, verb: PolicyVerb) -> Result<Reply, Fault> {
    match verb {
        PolicyVerb::Attach(args) => match args.policy {
            PolicyArg::Oauth => attach(app, args).await,
            PolicyArg::Validation => validate(app, args).await,
        },
        PolicyVerb::Show { api } => {
            let api = resolve::api(app, &api).await?;
            let view = policies::get(app, ApiRequest { api: api.id }).await?;
            let text = describe(&view);
            Ok(Reply::new(view, text))
        }
        PolicyVerb::Detach {
            api,
            policy: PolicyArg::Validation,
        } => {
            let view = set_validation(app, &api, None).await?;
            let text = "Detached. The backend checks every request when you deploy next.\n";
            Ok(Reply::new(view, text.to_owned()))
        }
        PolicyVerb::Detach {
            api,
            policy: PolicyArg::Oauth,
        } => {
            let api = resolve::api(app, &api).await?;
            let view = policies::detach(
                app,
                PolicyDetach {
                    api: api.id,
                    edition: api.edition,
                },
            )
            .await?;
            let text = format!(
                "Detached. {} {} open when you deploy next.\n",
                counted(view.operations.len(), "operation"),
                if view.operations.len() == 1 {
                    "is"
                } else {
                    "are"
                }
            );
            Ok(Reply::new(view, text))
        }
    }
}

async fn validate(app: &App, args: PolicyAttachArgs) -> Result<Reply, Fault> {
    if !args.parameters && !args.body {
        return Err(Fault::new(
            Code::RequestInvalid,
            "Nothing is to be checked",
            "Say --parameters, --body or both",
        )
        .fact("field", "validation"));
    }
    let checks = ValidationPolicy {
        parameters: args.parameters,
        body: args.body,
    };
    let view = set_validation(app, &args.api, Some(checks)).await?;
    let text = describe(&view);
    Ok(Reply::new(view, text))
}

async fn set_validation(
    app: &App,
    api: &str,
    validation: Option<ValidationPolicy>,
) -> Result<PolicyView, Fault> {
    let api = resolve::api(app, api).await?;
    let request = ValidationSet {
        api: api.id,
        edition: api.edition,
        validation,
    };
    policies::set_validation(app, request).await
}

async fn attach(app: &App, args: PolicyAttachArgs) -> Result<Reply, Fault> {
    if args.parameters || args.body {
        return Err(Fault::new(
            Code::RequestInvalid,
            "--parameters and --body are of request validation",
            "Attach it on its own: gatewright policy attach API validation --parameters --body",
        )
        .fact("field", "validation"));
    }
    let api = resolve::api(app, &args.api).await?;
    let key_manager =
        resolve::key_manager(app, args.key_manager.as_deref().unwrap_or_default()).await?;
    let (scopes, operations) = read_scopes(&args.scopes, &args.public)?;
    let oauth = OauthPolicy {
        key_manager: key_manager.id,
        audience: args.audience.unwrap_or_default(),
        scopes,
        operations,
        aws: match args.lambda_arn {
            Some(lambda_arn) => AwsAuthorizer::Existing {
                lambda_arn,
                invoke_role_arn: args.invoke_role_arn,
            },
            None => AwsAuthorizer::Provision,
        },
        ttl_seconds: args.ttl,
    };
    let view = policies::attach(
        app,
        PolicyAttach {
            api: api.id,
            edition: api.edition,
            oauth,
        },
    )
    .await?;
    let text = describe(&view);
    Ok(Reply::new(view, text))
}

type Scopes = (Vec<String>, BTreeMap<OperationKey, OperationSecurity>);

/// `GET /pets=pets:read` belongs to one operation, `pets:read` to all that have none of their own.
fn read_scopes(scopes: &[String], public: &[String]) -> Result<Scopes, Fault> {
    let mut common = Vec::new();
    let mut operations = BTreeMap::new();
    for text in scopes {
        match text.rsplit_once('=') {
            Some((operation, names)) => {
                let scopes = names.split_whitespace().map(str::to_owned).collect();
                operations.insert(
                    read_operation(operation)?,
                    OperationSecurity::Scopes { scopes },
                );
            }
            None => common.extend(text.split_whitespace().map(str::to_owned)),
        }
    }
    for text in public {
        let operation = read_operation(text)?;
        if operations
            .insert(operation, OperationSecurity::Public)
            .is_some()
        {
            return Err(Fault::new(
                Code::RequestInvalid,
                format!("{text} is given scopes and made public at once"),
                "Keep either --scope or --public for an operation",
            ));
        }
    }
    Ok((common, operations))
}

fn read_operation(text: &str) -> Result<OperationKey, Fault> {
    text.parse()
        .map_err(|error: gw_model::operation::NotAnOperation| {
            Fault::new(
                Code::RequestInvalid,
                error.to_string(),
                "Write it like 'GET /pets/{id}=pets:read'",
            )
        })
}

fn describe(view: &PolicyView) -> String {
    let mut text = match &view.policies.oauth {
        None => "No OAuth policy is attached.\n".to_owned(),
        Some(oauth) => output::facts(&[
            ("audience", oauth.audience.clone()),
            (
                "on AWS",
                match &oauth.aws {
                    AwsAuthorizer::Provision => "Gatewright provisions the authorizer".to_owned(),
                    AwsAuthorizer::Existing { lambda_arn, .. } => lambda_arn.clone(),
                },
            ),
            ("cache", format!("{} s", oauth.ttl_seconds)),
        ]),
    };
    if let Some(checks) = view.policies.validation {
        text.push_str(&output::facts(&[(
            "AWS checks",
            checked(checks).to_owned(),
        )]));
    }
    let lines = view
        .operations
        .iter()
        .map(|row| [row.operation.to_string(), security(&row.security)])
        .collect();
    text.push('\n');
    text.push_str(&output::table(
        ["operation", "security"],
        lines,
        "No operations yet.",
    ));
    text
}

fn checked(checks: ValidationPolicy) -> &'static str {
    match (checks.parameters, checks.body) {
        (true, true) => "required query parameters, headers and JSON bodies; it answers 400",
        (true, false) => "required query parameters and headers; it answers 400",
        (false, true) => "JSON bodies; it answers 400",
        (false, false) => "nothing",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_belong_to_an_operation_or_to_all() {
        let (common, operations) = read_scopes(
            &["GET /pets=pets:read pets:list".into(), "base".into()],
            &["GET /health".into()],
        )
        .unwrap();
        assert_eq!(common, ["base"]);
        assert_eq!(operations.len(), 2);
        let pets = &operations[&"GET /pets".parse().unwrap()];
        assert_eq!(
            *pets,
            OperationSecurity::Scopes {
                scopes: vec!["pets:read".into(), "pets:list".into()]
            }
        );
    }

    #[test]
    fn an_operation_cannot_be_public_and_scoped() {
        let fault =
            read_scopes(&["GET /pets=pets:read".into()], &["GET /pets".into()]).unwrap_err();
        assert_eq!(fault.code, Code::RequestInvalid);
    }
}
