"""API Gateway may invoke a function only when the function's resource policy allows it, or with credentials of its own.

Stock localemu lets it call anything, so a forgotten ``lambda:AddPermission`` would go unnoticed until AWS.
"""

import json

from botocore.exceptions import ClientError
from localemu.aws.connect import connect_to
from localemu.services.apigateway.next_gen.execute_api.gateway_response import AuthorizerConfigurationError
from localemu.services.apigateway.next_gen.execute_api.handlers.authorizer import AuthorizerHandler
from localemu.services.apigateway.next_gen.execute_api.integrations.aws import RestApiAwsProxyIntegration

from lsexec.policy import permits_api_gateway


def apply() -> None:
    _guard_integrations()
    _guard_authorizers()


def _guard_integrations() -> None:
    call_lambda = RestApiAwsProxyIntegration.call_lambda

    def guarded(function_arn, event, source_arn, credentials=None):
        if not credentials and not _may_invoke(function_arn, source_arn):
            error = {"Code": "AccessDeniedException", "Message": "Invalid permissions on Lambda function"}
            raise ClientError({"Error": error}, "Invoke")
        return call_lambda(function_arn, event, source_arn, credentials)

    RestApiAwsProxyIntegration.call_lambda = staticmethod(guarded)


def _guard_authorizers() -> None:
    invoke = AuthorizerHandler._invoke_authorizer_lambda

    def guarded(self, context, authorizer, event):
        uri = authorizer.get("authorizerUri") or ""
        if not authorizer.get("authorizerCredentials") and "functions/" in uri:
            function_arn = uri.split("functions/")[1].split("/invocations")[0]
            source_arn = (
                f"arn:aws:execute-api:{context.region}:{context.account_id}:{context.api_id}"
                f"/authorizers/{authorizer.get('id')}"
            )
            if not _may_invoke(function_arn, source_arn):
                refusal = PermissionError(f"API Gateway may not invoke {function_arn}")
                raise AuthorizerConfigurationError("Internal server error") from refusal
        return invoke(self, context, authorizer, event)

    AuthorizerHandler._invoke_authorizer_lambda = guarded


def _may_invoke(function_arn: str, source_arn: str) -> bool:
    parts = function_arn.split(":")
    qualifier = {"Qualifier": parts[7]} if len(parts) > 7 else {}
    functions = connect_to(region_name=parts[3]).lambda_
    try:
        answer = functions.get_policy(FunctionName=":".join(parts[:7]), **qualifier)
    except ClientError:
        return False  # no policy at all, or no such function
    return permits_api_gateway(json.loads(answer["Policy"]), source_arn)
