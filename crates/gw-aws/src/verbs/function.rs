//! The provisioned function and its published versions.
//!
//! It refuses to let a live stage ask code that can change: API Gateway is given a version, never `$LATEST`.

use aws_sdk_lambda::operation::RequestId;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{
    FunctionCode, FunctionConfiguration, LastUpdateStatus, Runtime, State,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use gw_connector::names::FACT_WAITS_FOR;
use gw_connector::{Mark, Outputs, Receipt};
use gw_model::{Code, Fault, Retry};

use super::role::foreign;
use super::{defect, needed, receipt};
use crate::connector::AwsConnector;
use crate::fault::{Attempt, exists, fault, is_gone};
use crate::lower::Owner;
use crate::names::{self, Label, output};
use crate::package;

/// Seconds; a cold start fetches the key set twice at most, three seconds each.
const TIMEOUT_SECONDS: i32 = 10;
const MEMORY_MB: i32 = 256;

/// A function as found.
pub(crate) struct Function {
    pub arn: String,
    pub api: Option<String>,
    pub mark: Option<String>,
    digest: String,
}

impl AwsConnector {
    /// Makes the function. One that a former run of the same API left behind gets this code instead.
    pub(super) async fn create_function(
        &self,
        function: &str,
        owner: &Owner,
        zip: &str,
        mark: &Mark,
        outputs: &Outputs,
    ) -> Result<Receipt, Fault> {
        let doing = format!("make the function {function}");
        let attempt = Attempt {
            call: "CreateFunction",
            doing: &doing,
            writes: true,
        };
        let code = FunctionCode::builder().zip_file(decode(zip)?).build();
        let answer = self
            .lambda
            .create_function()
            .function_name(function)
            .description(format!("Gatewright authorizer of {}", owner.name))
            .role(needed(outputs, names::ROLE_ARN)?)
            .runtime(Runtime::from(package::RUNTIME))
            .handler(package::HANDLER)
            .timeout(TIMEOUT_SECONDS)
            .memory_size(MEMORY_MB)
            .code(code)
            .tags(names::TAG_API, &owner.api)
            .tags(names::TAG_MARK, mark.as_str())
            .send()
            .await;
        match answer {
            Ok(answer) => Ok(made(
                true,
                answer.request_id(),
                unversioned(answer.function_arn().unwrap_or_default()),
            )),
            Err(error) if exists(&error) => {
                let there = self.function(function).await?;
                let Some(there) =
                    there.filter(|there| there.api.as_deref() == Some(owner.api.as_str()))
                else {
                    return Err(foreign("function", function));
                };
                if there.mark.as_deref() == Some(mark.as_str()) {
                    // A try of this run whose answer was lost.
                    return Ok(made(true, None, there.arn));
                }
                self.update_function(function, zip).await?;
                Ok(made(false, None, there.arn))
            }
            Err(error) => Err(fault(&self.target, attempt, error)),
        }
    }

    pub(super) async fn update_function(
        &self,
        function: &str,
        zip: &str,
    ) -> Result<Receipt, Fault> {
        let doing = format!("change the code of the function {function}");
        let attempt = Attempt {
            call: "UpdateFunctionCode",
            doing: &doing,
            writes: true,
        };
        let request = self
            .lambda
            .update_function_code()
            .function_name(function)
            .zip_file(decode(zip)?);
        let answer = request
            .send()
            .await
            .map_err(|error| fault(&self.target, attempt, error))?;
        Ok(receipt(false, answer.request_id(), []))
    }

    /// Whether the function can be published; a fault that time mends when not yet.
    pub(super) async fn await_function(&self, function: &str) -> Result<Receipt, Fault> {
        let doing = format!("read the function {function}");
        let attempt = Attempt {
            call: "GetFunctionConfiguration",
            doing: &doing,
            writes: false,
        };
        let answer = self
            .lambda
            .get_function_configuration()
            .function_name(function)
            .send()
            .await;
        let answer = answer.map_err(|error| fault(&self.target, attempt, error))?;
        let failed = answer.state() == Some(&State::Failed)
            || answer.last_update_status() == Some(&LastUpdateStatus::Failed);
        if failed {
            let reason = answer
                .state_reason()
                .or(answer.last_update_status_reason())
                .unwrap_or("no reason given");
            return Err(Fault::new(
                Code::AwsRefused,
                format!("AWS could not make the function {function} ready: {reason}"),
                "Delete the function in the AWS console, then deploy again.",
            ));
        }
        let pending = answer.state() == Some(&State::Pending)
            || answer.last_update_status() == Some(&LastUpdateStatus::InProgress);
        if pending {
            let fault = Fault::new(
                Code::AwsNotReady,
                format!("The function {function} is not ready yet"),
                "Wait some seconds and try again.",
            );
            return Err(fault
                .retry(Retry::Soon)
                .fact(FACT_WAITS_FOR, "the authorizer function to be ready"));
        }
        Ok(receipt(false, answer.request_id(), []))
    }

    pub(super) async fn publish_version(
        &self,
        function: &str,
        digest: &str,
        mark: &Mark,
    ) -> Result<Receipt, Fault> {
        let doing = format!("publish a version of the function {function}");
        let attempt = Attempt {
            call: "PublishVersion",
            doing: &doing,
            writes: true,
        };
        let description = label(mark);
        let answer = self
            .lambda
            .publish_version()
            .function_name(function)
            .code_sha256(digest)
            .description(&description)
            .send()
            .await
            .map_err(|error| fault(&self.target, attempt, error))?;
        // Lambda gives the last version again when the code is the same; that one is not this run's to delete.
        let created = answer.description() == Some(description.as_str());
        let arn = versioned(
            answer.function_arn().unwrap_or_default(),
            answer.version().unwrap_or_default(),
        );
        Ok(version(created, answer.request_id(), arn, digest))
    }

    pub(super) async fn delete_function(&self, function: &str) -> Result<Receipt, Fault> {
        let doing = format!("delete the function {function}");
        let attempt = Attempt {
            call: "DeleteFunction",
            doing: &doing,
            writes: true,
        };
        match self
            .lambda
            .delete_function()
            .function_name(function)
            .send()
            .await
        {
            Ok(answer) => Ok(receipt(false, answer.request_id(), [])),
            Err(error) if is_gone(&error) => Ok(receipt(false, None, [])),
            Err(error) => Err(fault(&self.target, attempt, error)),
        }
    }

    pub(super) async fn delete_version(&self, arn: &str) -> Result<(), Fault> {
        let Some((function, number)) = arn
            .rsplit_once(':')
            .filter(|(_, version)| version.parse::<u64>().is_ok())
        else {
            return Err(defect(format!("'{arn}' is no version of a function")));
        };
        let doing = format!("delete the version {number} of the authorizer function");
        let attempt = Attempt {
            call: "DeleteFunction",
            doing: &doing,
            writes: true,
        };
        match self
            .lambda
            .delete_function()
            .function_name(function)
            .qualifier(number)
            .send()
            .await
        {
            Ok(_) => Ok(()),
            Err(error) if is_gone(&error) => Ok(()),
            Err(error) => Err(fault(&self.target, attempt, error)),
        }
    }

    /// A function by name; `None` when there is none.
    pub(crate) async fn function(&self, function: &str) -> Result<Option<Function>, Fault> {
        let doing = format!("read the function {function}");
        let attempt = Attempt {
            call: "GetFunction",
            doing: &doing,
            writes: false,
        };
        match self
            .lambda
            .get_function()
            .function_name(function)
            .send()
            .await
        {
            Ok(answer) => {
                let tag = |name: &str| answer.tags()?.get(name).cloned();
                let configuration = answer.configuration();
                Ok(Some(Function {
                    arn: unversioned(
                        configuration
                            .and_then(FunctionConfiguration::function_arn)
                            .unwrap_or_default(),
                    ),
                    api: tag(names::TAG_API),
                    mark: tag(names::TAG_MARK),
                    digest: configuration
                        .and_then(FunctionConfiguration::code_sha256)
                        .unwrap_or_default()
                        .to_owned(),
                }))
            }
            Err(error) if is_gone(&error) => Ok(None),
            Err(error) => Err(fault(&self.target, attempt, error)),
        }
    }

    pub(super) async fn probe_function(
        &self,
        mark: &Mark,
        outputs: &Outputs,
    ) -> Result<Option<Receipt>, Fault> {
        let function = self
            .function(needed(outputs, names::FUNCTION_NAME)?)
            .await?;
        let function = function.filter(|function| function.mark.as_deref() == Some(mark.as_str()));
        Ok(function.map(|function| made(true, None, function.arn)))
    }

    /// Whether the function's code is what the run wanted. After a crash nobody knows what that was: then code that is
    /// not the published one counts, which decides nothing, because nobody asks it and there is nothing to take back.
    pub(super) async fn probe_function_code(
        &self,
        wanted: Option<&str>,
        outputs: &Outputs,
    ) -> Result<Option<Receipt>, Fault> {
        let function = self
            .function(needed(outputs, names::FUNCTION_NAME)?)
            .await?;
        let published = output(outputs, names::FUNCTION_DIGEST);
        let changed = function.filter(|function| match wanted {
            Some(wanted) => function.digest == wanted,
            None => published.is_some_and(|digest| digest != function.digest),
        });
        Ok(changed.map(|_| receipt(false, None, [])))
    }

    pub(super) async fn probe_version(
        &self,
        mark: &Mark,
        outputs: &Outputs,
    ) -> Result<Option<Receipt>, Fault> {
        let function = needed(outputs, names::FUNCTION_NAME)?;
        let wanted = label(mark);
        let found = self
            .versions(function)
            .await?
            .into_iter()
            .find(|version| version.description() == Some(&wanted));
        Ok(found.map(|found| {
            let arn = versioned(
                found.function_arn().unwrap_or_default(),
                found.version().unwrap_or_default(),
            );
            version(true, None, arn, found.code_sha256().unwrap_or_default())
        }))
    }

    pub(super) async fn probe_function_gone(
        &self,
        outputs: &Outputs,
    ) -> Result<Option<Receipt>, Fault> {
        let function = self
            .function(needed(outputs, names::FUNCTION_NAME)?)
            .await?;
        Ok(function.is_none().then(|| receipt(false, None, [])))
    }

    pub(crate) async fn versions(
        &self,
        function: &str,
    ) -> Result<Vec<FunctionConfiguration>, Fault> {
        let doing = format!("list the versions of the function {function}");
        let attempt = Attempt {
            call: "ListVersionsByFunction",
            doing: &doing,
            writes: false,
        };
        let mut versions = Vec::new();
        let mut marker = None;
        loop {
            let page = self
                .lambda
                .list_versions_by_function()
                .function_name(function)
                .set_marker(marker)
                .send()
                .await;
            let page = match page {
                Ok(page) => page,
                Err(error) if is_gone(&error) => return Ok(Vec::new()),
                Err(error) => return Err(fault(&self.target, attempt, error)),
            };
            versions.extend_from_slice(page.versions());
            match page.next_marker() {
                Some(next) => marker = Some(next.to_owned()),
                None => return Ok(versions),
            }
        }
    }
}

fn made(created: bool, request_id: Option<&str>, arn: String) -> Receipt {
    receipt(created, request_id, [(names::FUNCTION_ARN, arn)])
}

fn version(created: bool, request_id: Option<&str>, arn: String, digest: &str) -> Receipt {
    receipt(
        created,
        request_id,
        [
            (names::FUNCTION_VERSION_ARN, arn),
            (names::FUNCTION_DIGEST, digest.to_owned()),
        ],
    )
}

/// What a published version's description says.
fn label(mark: &Mark) -> String {
    Label {
        mark: mark.as_str().to_owned(),
        ..Label::default()
    }
    .text()
}

/// A function's ARN without version or alias.
fn unversioned(arn: &str) -> String {
    arn.split(':').take(7).collect::<Vec<_>>().join(":")
}

/// A version's ARN, whether or not Lambda's answer has the version in its ARN.
fn versioned(arn: &str, version: &str) -> String {
    format!("{}:{version}", unversioned(arn))
}

fn decode(zip: &str) -> Result<Blob, Fault> {
    let bytes = STANDARD.decode(zip);
    bytes
        .map(Blob::new)
        .map_err(|error| defect("The authorizer's package is unreadable".to_owned()).because(error))
}
