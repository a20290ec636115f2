"""Evaluates the small IAM policies that API Gateway meets. Pure: no emulator, no I/O."""

import re


def as_list(value):
    """IAM writes one element without its list."""
    return value if isinstance(value, list) else [value]


def matches(pattern: str, text: str) -> bool:
    """IAM's wildcards: ``*`` any run of characters, ``?`` exactly one."""
    expression = "".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    return re.fullmatch(expression, text) is not None


def decide_invoke(policy: dict, method_arn: str) -> str:
    """What an authorizer's policy says about calling a method: ``allow``, ``implicit`` or ``explicit`` (both are denials)."""
    allowed = False
    for statement in as_list(policy.get("Statement") or []):
        if not any(matches(action.lower(), "execute-api:invoke") for action in as_list(statement.get("Action") or [])):
            continue
        if not any(matches(resource, method_arn) for resource in as_list(statement.get("Resource") or [])):
            continue
        if str(statement.get("Effect")).lower() == "deny":
            return "explicit"
        allowed = True
    return "allow" if allowed else "implicit"


def permits_api_gateway(policy: dict, source_arn: str) -> bool:
    """Whether a function's resource policy lets API Gateway invoke it on behalf of ``source_arn``."""
    return any(_permits(statement, source_arn) for statement in as_list(policy.get("Statement") or []))


def _permits(statement: dict, source_arn: str) -> bool:
    principal = statement.get("Principal")
    services = [principal] if isinstance(principal, str) else as_list((principal or {}).get("Service") or [])
    if statement.get("Effect") != "Allow" or not {"apigateway.amazonaws.com", "*"} & set(services):
        return False
    if not any(matches(action.lower(), "lambda:invokefunction") for action in as_list(statement.get("Action"))):
        return False
    for condition in (statement.get("Condition") or {}).values():
        for key, wanted in condition.items():
            if key.lower() == "aws:sourcearn" and not any(matches(arn, source_arn) for arn in as_list(wanted)):
                return False
            if key.lower() == "aws:sourceaccount" and source_arn.split(":")[4] not in as_list(wanted):
                return False
    return True
