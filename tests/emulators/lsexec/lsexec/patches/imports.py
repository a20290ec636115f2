"""What an OpenAPI import must apply or remove, and stock localemu does not."""

import threading

from localemu.services.apigateway import helpers
from localemu.services.apigateway.legacy import provider
from localemu.services.apigateway.next_gen.execute_api.gateway_response import build_gateway_response

ANY_METHOD = "x-amazon-apigateway-any-method"


def apply() -> None:
    import_document = helpers.import_api_from_openapi_spec
    # Real API Gateway serialises, or refuses, concurrent imports of one API.
    one_at_a_time = threading.RLock()

    def patched(rest_api, context, open_api_spec, mode):
        with one_at_a_time:
            _refuse_non_openapi(open_api_spec)
            container = helpers.get_apigateway_store(context=context).rest_apis[rest_api.id]
            _remove_replaced(container, open_api_spec, mode)
            imported, warnings = import_document(rest_api, context=context, open_api_spec=open_api_spec, mode=mode)
            _apply_gateway_responses(container, open_api_spec)
            _apply_credentials(imported, open_api_spec)
            _apply_request_models(imported, open_api_spec)
            return imported, warnings

    helpers.import_api_from_openapi_spec = patched
    provider.import_api_from_openapi_spec = patched  # imported by name there


def _refuse_non_openapi(document) -> None:
    if not isinstance(document, dict) or not (document.get("openapi") or document.get("swagger")):
        raise provider.BadRequestException("Invalid OpenAPI input.")


def _remove_replaced(container, document: dict, mode: str) -> None:
    """An overwrite starts empty; a merge replaces the authorizers it names. Stock localemu piles both up."""
    if mode != "merge":
        container.authorizers.clear()
        container.validators.clear()
        container.gateway_responses.clear()
        return
    schemes = (document.get("components") or {}).get("securitySchemes") or document.get("securityDefinitions") or {}
    for identifier, authorizer in list(container.authorizers.items()):
        if authorizer.get("name") in schemes:
            container.authorizers.pop(identifier)


def _apply_gateway_responses(container, document: dict) -> None:
    for response_type, response in (document.get("x-amazon-apigateway-gateway-responses") or {}).items():
        container.gateway_responses[response_type] = build_gateway_response(
            status_code=str(response["statusCode"]) if response.get("statusCode") else None,
            response_parameters=response.get("responseParameters") or {},
            response_templates=response.get("responseTemplates") or {},
            response_type=response_type,
            default_response=False,
        )


def _apply_credentials(rest_api, document: dict) -> None:
    """Integration credentials, which stock localemu drops."""
    for method, operation in _operations(rest_api, document):
        credentials = (operation.get("x-amazon-apigateway-integration") or {}).get("credentials")
        integration = getattr(method, "method_integration", None)
        if credentials and integration is not None:
            integration.credentials = credentials


def _apply_request_models(rest_api, document: dict) -> None:
    """Models of bodies of every media type; stock localemu takes those of ``application/json`` alone."""
    for method, operation in _operations(rest_api, document):
        content = (operation.get("requestBody") or {}).get("content") or {}
        references = {media: (of.get("schema") or {}).get("$ref") for media, of in content.items()}
        models = {media: reference.rsplit("/", 1)[-1] for media, reference in references.items() if reference}
        if models:
            method.request_models = models


def _operations(rest_api, document: dict):
    """Every method that was imported, with what the document says of it."""
    for resource in rest_api.resources.values():
        item = (document.get("paths") or {}).get(resource.get_path()) or {}
        for verb, method in (resource.resource_methods or {}).items():
            is_any = verb.lower() in ("any", ANY_METHOD)
            yield method, item.get(verb.lower()) or (item.get(ANY_METHOD) if is_any else None) or {}
