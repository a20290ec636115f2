"""Lambda authorizers as AWS runs them.

Stock localemu answers 401 to a deny, takes any ``Allow`` statement whatever its resource, ignores the validation
expression and the cache, and turns every failure into 401.
"""

import json
import re
import threading
import time

from localemu.services.apigateway.next_gen.execute_api.gateway_response import (
    AccessDeniedError,
    AuthorizerConfigurationError,
    AuthorizerFailureError,
    UnauthorizedError,
)
from localemu.services.apigateway.next_gen.execute_api.handlers.authorizer import AuthorizerHandler

from lsexec.policy import decide_invoke

DEFAULT_TTL_SECONDS = 300
HEADER_SOURCE = "method.request.header."

_cache: dict[tuple, tuple[float, dict]] = {}
_cache_lock = threading.Lock()


def apply() -> None:
    AuthorizerHandler._build_method_arn = staticmethod(_method_arn)
    AuthorizerHandler._invoke_token_authorizer = _token_authorizer
    AuthorizerHandler._invoke_request_authorizer = _request_authorizer
    AuthorizerHandler._apply_authorizer_result = lambda self, context, result: _apply_result(context, result)


def _method_arn(context) -> str:
    """The ARN of the concrete request (its path, not the resource's template)."""
    method = context.invocation_request["http_method"]
    path = context.invocation_request.get("path") or "/"
    region = context.region or "us-east-1"
    return f"arn:aws:execute-api:{region}:{context.account_id}:{context.api_id}/{context.stage}/{method}{path}"


def _token_authorizer(self, context, authorizer: dict) -> None:
    header = (authorizer.get("identitySource") or f"{HEADER_SOURCE}Authorization").replace(HEADER_SOURCE, "")
    token = context.invocation_request["headers"].get(header)
    if not token:
        raise UnauthorizedError("Unauthorized")
    expression = authorizer.get("identityValidationExpression")
    if expression and not re.fullmatch(expression, token):
        raise UnauthorizedError("Unauthorized")

    event = {"type": "TOKEN", "authorizationToken": token, "methodArn": _method_arn(context)}
    _decide(self, context, authorizer, event, [token])


def _request_authorizer(self, context, authorizer: dict) -> None:
    """A REQUEST authorizer: without one of its identity sources the answer is 401 and the function is not asked; their
    values, in order, are the cache's key."""
    sources = [source.strip() for source in (authorizer.get("identitySource") or "").split(",") if source.strip()]
    identity = [_identity(context, source) for source in sources]
    if not all(identity):
        raise UnauthorizedError("Unauthorized")
    request = context.invocation_request
    event = {
        "type": "REQUEST",
        "methodArn": _method_arn(context),
        "resource": context.resource.get("path", ""),
        "path": request.get("raw_path", ""),
        "httpMethod": request["http_method"],
        "headers": dict(request["headers"]),
        "queryStringParameters": request.get("query_string_parameters") or {},
        "pathParameters": request.get("path_parameters") or {},
        "stageVariables": context.stage_variables or {},
        "requestContext": context.context_variables,
    }
    _decide(self, context, authorizer, event, identity)


def _identity(context, source: str) -> str:
    request = context.invocation_request
    if source.startswith(HEADER_SOURCE):
        return request["headers"].get(source.removeprefix(HEADER_SOURCE)) or ""
    if source.startswith("method.request.querystring."):
        values = request.get("query_string_parameters") or {}
        return values.get(source.removeprefix("method.request.querystring.")) or ""
    if source.startswith("stageVariables."):
        return (context.stage_variables or {}).get(source.removeprefix("stageVariables.")) or ""
    known = {"context.httpMethod": request["http_method"], "context.resourcePath": context.resource.get("path", "")}
    return known.get(source, "")


def _decide(self, context, authorizer: dict, event: dict, identity: list[str]) -> None:
    lifetime = int(authorizer.get("authorizerResultTtlInSeconds", DEFAULT_TTL_SECONDS))
    if not identity:
        lifetime = 0
    # The cache holds the policy of an identity for every method of the stage, which is why a policy that names one
    # method only is wrong on AWS as soon as it is cached, unless the method is part of the identity.
    key = (
        context.account_id,
        context.region,
        context.api_id,
        context.stage,
        authorizer.get("id"),
        authorizer.get("authorizerUri"),
        *identity,
    )
    with _cache_lock:
        known = _cache.get(key)
    if lifetime and known and known[0] > time.time():
        result = known[1]
    else:
        result = _answer(self, context, authorizer, event)
        _refuse_failure(result)
        if lifetime:
            with _cache_lock:
                _cache[key] = (time.time() + lifetime, result)
    _apply_result(context, result)


def _answer(self, context, authorizer: dict, event: dict) -> dict:
    """The function's answer. What ends in a 500 is said on standard output, with the API: a caller learns no reason."""
    try:
        result = self._invoke_authorizer_lambda(context, authorizer, event) or {}
    except Exception as error:
        cause = error.__cause__ or error
        _say(context, f"could not be asked: {type(cause).__name__}: {cause}")
        raise
    if result.get("errorMessage", "Unauthorized") != "Unauthorized":
        _say(context, f"failed: {json.dumps(result)}")
    return result


def _say(context, what: str) -> None:
    print(f"lsexec: the authorizer of {context.account_id}/{context.api_id}/{context.stage} {what}", flush=True)


def _refuse_failure(result: dict) -> None:
    if "errorMessage" in result:
        if result["errorMessage"] == "Unauthorized":
            raise UnauthorizedError("Unauthorized")
        raise AuthorizerFailureError(None)
    if not isinstance(result.get("policyDocument"), dict):
        raise AuthorizerConfigurationError("Internal server error")


def _apply_result(context, result: dict) -> None:
    """Refuses what the policy does not allow; otherwise hands the authorizer's context to the integration, as text."""
    _refuse_failure(result or {})
    verdict = decide_invoke(result["policyDocument"], _method_arn(context))
    if verdict != "allow":
        suffix = " with an explicit deny" if verdict == "explicit" else ""
        raise AccessDeniedError("User is not authorized to access this resource" + suffix)
    values = {name: _text(value) for name, value in (result.get("context") or {}).items()}
    values["principalId"] = result.get("principalId")
    if usage_key := result.get("usageIdentifierKey"):
        values["usageIdentifierKey"] = usage_key
    context.context_variables["authorizer"] = values


def _text(value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
