//! Every call in its turn: between the SDK and the network, where pages, probes and reads pass as well as changes.
//!
//! It refuses to decide who goes first: the deploy engine's pacer does. It refuses to try again.
//!
//! The SDK's own limits of time would run while a call waits, so the limit is kept here, around the call alone.

use std::time::Duration;

use aws_sdk_apigateway::config::interceptors::BeforeTransmitInterceptorContextMut;
use aws_sdk_apigateway::config::{ConfigBag, Intercept, RuntimeComponents, SharedHttpClient};
use aws_sdk_apigateway::error::BoxError;
use aws_sdk_lambda::primitives::{ByteStream, SdkBody};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, ConnectorBuilder};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, Metadata};
use aws_smithy_runtime_api::client::result::ConnectorError;

use gw_deploy::Turns;

/// An import of 6 MB takes AWS tens of seconds.
const CALL_TIMEOUT: Duration = Duration::from_secs(90);

/// A client that waits for each call's turn; without turns it only keeps the time.
pub(crate) fn http_client(turns: Option<Turns>) -> SharedHttpClient {
    SharedHttpClient::new(InTurn {
        inner: inner(),
        turns,
    })
}

/// What the SDK takes unless told otherwise.
fn inner() -> SharedHttpClient {
    Builder::new().build_with_connector_fn(|settings, components| {
        let mut builder =
            ConnectorBuilder::default().tls_provider(Provider::Rustls(CryptoMode::AwsLc));
        builder.set_connector_settings(settings.cloned());
        if let Some(components) = components {
            builder.set_sleep_impl(components.sleep_impl());
        }
        builder.set_proxy_config(Some(ProxyConfig::from_env()));
        builder.build()
    })
}

/// Writes the operation's name on the request, where the client below reads it.
#[derive(Debug)]
pub(crate) struct Named;

/// The vendor's name of a request: `GetStage`.
#[derive(Clone, Debug)]
struct Operation(String);

impl Intercept for Named {
    fn name(&self) -> &'static str {
        "Named"
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(metadata) = config.load::<Metadata>() {
            let name = metadata.name().to_owned();
            context.request_mut().add_extension(Operation(name));
        }
        Ok(())
    }
}

#[derive(Debug)]
struct InTurn {
    inner: SharedHttpClient,
    turns: Option<Turns>,
}

impl HttpClient for InTurn {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(InTurnConnector {
            inner: self.inner.http_connector(settings, components),
            turns: self.turns.clone(),
        })
    }
}

#[derive(Debug)]
struct InTurnConnector {
    inner: SharedHttpConnector,
    turns: Option<Turns>,
}

impl HttpConnector for InTurnConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (inner, turns) = (self.inner.clone(), self.turns.clone());
        HttpConnectorFuture::new(async move {
            let Some(turns) = turns else {
                return in_time(&inner, request).await;
            };
            let service = service_of(&request);
            // Without a name the call still waits for its service's total.
            let name = request
                .extension::<Operation>()
                .map(|operation| operation.0.clone())
                .unwrap_or_default();
            turns.take(&service, &name).await;
            let answer = in_time(&inner, request).await?;
            if is_refusal(&answer) {
                turns.refused(&service, &name, asked_pause(&answer));
            }
            Ok(answer)
        })
    }
}

/// One call with its whole answer, or a timeout.
async fn in_time(
    inner: &SharedHttpConnector,
    request: HttpRequest,
) -> Result<HttpResponse, ConnectorError> {
    let whole = async {
        let mut answer = inner.call(request).await?;
        let body = ByteStream::new(answer.take_body()).collect().await;
        let body = body.map_err(|error| ConnectorError::io(error.into()))?;
        *answer.body_mut() = SdkBody::from(body.into_bytes());
        Ok(answer)
    };
    let late = |_| Err(ConnectorError::timeout("the answer timed out".into()));
    tokio::time::timeout(CALL_TIMEOUT, whole)
        .await
        .unwrap_or_else(late)
}

/// Of the credential scope of the signature: `Credential=KEY/DATE/REGION/SERVICE/aws4_request`.
fn service_of(request: &HttpRequest) -> String {
    let authorization = request.headers().get("authorization").unwrap_or_default();
    let scope = authorization.split("Credential=").nth(1);
    scope
        .and_then(|scope| scope.split('/').nth(3))
        .unwrap_or_default()
        .to_owned()
}

/// Whether the call was refused for its rate. API Gateway and Lambda say 429; IAM says 400 and `Throttling`.
fn is_refusal(answer: &HttpResponse) -> bool {
    let status = answer.status().as_u16();
    let says = |text: &[u8]| {
        let text = String::from_utf8_lossy(text);
        text.contains("<Code>Throttling") || text.contains("ThrottlingException")
    };
    status == 429 || (status == 400 && answer.body().bytes().is_some_and(says))
}

fn asked_pause(answer: &HttpResponse) -> Option<Duration> {
    let seconds = answer.headers().get("retry-after")?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}
