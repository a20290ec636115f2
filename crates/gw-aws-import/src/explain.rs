//! What AWS's messages mean, in one sentence each.
//!
//! It refuses to guess: a message that is not known has no explanation.

/// Explains a message of AWS; `None` when it is not known. The message may be part of a longer text.
pub fn explain(message: &str) -> Option<&'static str> {
    let lower = message.to_ascii_lowercase();
    TABLE
        .iter()
        .find(|(parts, _)| parts.split('…').all(|part| lower.contains(part)))
        .map(|(_, sentence)| *sentence)
}

/// Lower-case parts of a message, all of which must occur, and what it means. Earlier rows win.
const TABLE: &[(&str, &str)] = &[
    (
        "unable to determine oas version",
        "AWS imports OpenAPI 2.0 and 3.0 only; the document says another version.",
    ),
    (
        "invalid openapi input",
        "AWS could not read the document as OpenAPI; it does not say where.",
    ),
    (
        "unable to build importer",
        "AWS could not read the document as OpenAPI; it does not say where.",
    ),
    (
        "doesn't contain any methods",
        "The API has no operations, so there is nothing to deploy.",
    ),
    (
        "no integration defined for method",
        "An operation has no backend, so the API cannot be deployed.",
    ),
    (
        "a sibling…variable path part",
        "Two paths have variables of different names at the same place; AWS allows one name.",
    ),
    (
        "cannot create a child of a resource with a greedy path variable",
        "A path goes on after a greedy variable such as {proxy+}, which takes everything.",
    ),
    (
        "another resource with the same parent already has this name",
        "Two paths end in the same segment at the same place.",
    ),
    (
        "invalid http endpoint specified for uri",
        "A backend's address is no http:// or https:// URL that AWS takes.",
    ),
    (
        "aws arn for integration must contain path or action",
        "An integration names an AWS service without saying what to call there.",
    ),
    (
        "aws_proxy…currently only supports lambda",
        "A proxy integration to AWS can only call Lambda or Firehose.",
    ),
    (
        "invalid httpmethod specified",
        "API Gateway has GET, PUT, POST, DELETE, PATCH, OPTIONS, HEAD and ANY; no other method.",
    ),
    (
        "parameter names must be unique across querystring, header and path",
        "One name is used for parameters in two places of a request.",
    ),
    (
        "invalid mapping expression",
        "A mapping names a parameter that the operation does not declare, or is not written as AWS reads it.",
    ),
    (
        "invalid format for 'requestparameters'",
        "A mapping's value must be a text in quotes.",
    ),
    (
        "invalid authorizer id",
        "An operation asks for an authorizer that is not there.",
    ),
    (
        "model name must be alphanumeric",
        "AWS takes letters and digits only in a schema's name.",
    ),
    (
        "model names can only contain alphanumeric",
        "AWS takes letters and digits only in a schema's name.",
    ),
    (
        "reference to model…not found",
        "A schema refers to another that AWS did not take, so it was dropped.",
    ),
    (
        "invalid model schema specified",
        "A schema uses words that AWS's models, JSON Schema draft 4, do not have.",
    ),
    (
        "invalid model specified",
        "A schema uses words that AWS's models, JSON Schema draft 4, do not have.",
    ),
    (
        "model schema must have at least 1 property",
        "A schema describes nothing; AWS wants a property or an item.",
    ),
    (
        "active stages pointing to this deployment",
        "A stage still serves this deployment, so it cannot be deleted.",
    ),
    (
        "concurrent modification",
        "Something else is changing the same API at this moment.",
    ),
    (
        "invalid api identifier specified",
        "The REST API is not in this account and region; perhaps it was deleted.",
    ),
    (
        "invalid stage identifier specified",
        "The API has no such stage; perhaps it was deleted.",
    ),
    (
        "deployment id does not exist",
        "The deployment was deleted.",
    ),
    (
        "member must satisfy enum value set",
        "A value is not one of those AWS has for it.",
    ),
    (
        "the role defined for the function cannot be assumed by lambda",
        "IAM takes some seconds to tell Lambda of a new role.",
    ),
    ("signature expired", "This machine's clock is behind AWS's."),
    (
        "signature not yet current",
        "This machine's clock is ahead of AWS's.",
    ),
    (
        "request signature we calculated does not match",
        "The secret access key does not belong to the access key id.",
    ),
    (
        "security token included in the request is expired",
        "The session has ended; sign in again.",
    ),
    (
        "security token included in the request is invalid",
        "AWS does not know the access key id, or it was deactivated.",
    ),
    (
        "is not authorized to perform…explicit deny",
        "A policy of the account denies this expressly.",
    ),
    (
        "is not authorized to perform",
        "No policy of the identity allows this.",
    ),
    (
        "rate exceeded",
        "The account makes more calls in this region than AWS allows; waiting helps.",
    ),
    (
        "too many requests",
        "The account makes more calls in this region than AWS allows; waiting helps.",
    ),
    (
        "could not be invoked by api gateway",
        "The function's policy does not let this API call it.",
    ),
    (
        "missing authentication token",
        "API Gateway says this when no operation has that method and path; usually the URL is wrong.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_messages_are_explained_wherever_they_stand() {
        let cases = [
            (
                "A sibling ({proxy+}) of this resource already has a variable path part -- only one is allowed",
                "Two paths have",
            ),
            (
                "Unable to build importer with provided input. Unable to determine OAS version from '3.1.0'",
                "AWS imports OpenAPI 2.0",
            ),
            (
                "BadRequestException: Invalid HTTP endpoint specified for URI",
                "A backend's address",
            ),
            (
                "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations.",
                "A proxy integration",
            ),
            (
                "User: arn:aws:iam::1:user/u is not authorized to perform: apigateway:POST on resource: x with an explicit deny in an identity-based policy",
                "A policy of the account denies",
            ),
        ];
        for (message, start) in cases {
            assert!(
                explain(message).is_some_and(|text| text.starts_with(start)),
                "{message}"
            );
        }
        assert_eq!(explain("great success!"), None);
    }

    #[test]
    fn every_row_can_be_reached() {
        for (row, (parts, _)) in TABLE.iter().enumerate() {
            let message = parts.replace('…', " x ");
            let first = TABLE
                .iter()
                .position(|(parts, _)| parts.split('…').all(|part| message.contains(part)));
            assert_eq!(first, Some(row), "{parts}");
        }
    }
}
