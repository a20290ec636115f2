//! The messages of AWS that are known.
//!
//! It refuses messages that neither an import nor a deployment nor a call of the API can bring.

/// A message and what it means.
pub(super) struct Row {
    /// Lower-case parts of it with `…` between, all of which must occur in this order. Earlier rows win.
    pub(super) message: &'static str,
    pub(super) sentence: &'static str,
    pub(super) rules: &'static [&'static str],
    /// Empty when the first rule says what to do.
    pub(super) advice: &'static str,
}

/// Writes rows down without their field names.
macro_rules! rows {
    ($($message:literal [$($rule:literal),*] $sentence:literal $advice:literal;)+) => {
        &[$(Row {
            message: $message,
            sentence: $sentence,
            rules: &[$($rule),*],
            advice: $advice,
        }),+]
    };
}

pub(super) const TABLE: &[Row] = rows! {
    // Reading the document.
    "unable to determine oas version" ["GW001"]
        "AWS imports OpenAPI 2.0 and 3.0 only; the document says another version."
        "Deploy with Gatewright, which compiles the document down, or write openapi: 3.0.3.";
    "unable to build importer" ["GW002", "GW001"]
        "AWS could not read the document as OpenAPI; it does not say where."
        "Run gatewright api lint FILE --for aws, which says where.";
    "invalid openapi input" ["GW002", "GW001"]
        "AWS could not read the document as OpenAPI; it does not say where."
        "Run gatewright api lint FILE --for aws, which says where.";
    "doesn't contain any methods" ["GW006"]
        "The API has no operations, so there is nothing to deploy." "";
    "name cannot be empty" ["GW007"]
        "The API has no name." "Give the document a title.";

    // Paths and methods.
    "a sibling…variable path part" ["GW012"]
        "Two paths have variables of different names at the same place; AWS allows one name." "";
    "cannot create a child of a resource with a greedy path variable" ["GW013"]
        "A path goes on after a greedy variable such as {proxy+}, which takes everything." "";
    "another resource with the same parent already has this name" ["GW017"]
        "Two paths end in the same segment at the same place." "";
    "resource's path part" ["GW010", "GW011"]
        "A segment of a path has characters that AWS does not take." "";
    "invalid httpmethod specified" ["GW021"]
        "API Gateway has GET, PUT, POST, DELETE, PATCH, OPTIONS, HEAD and ANY; no other method." "";

    // Integrations and mappings.
    "no integration defined for method" ["GW020"]
        "An operation has no backend, so the API cannot be deployed." "";
    "enumeration value for httpmethod must be non-empty" ["GW020"]
        "An integration does not say by which method it calls its backend."
        "Write httpMethod into the integration.";
    "integrationinput.type'…enum value set" ["GW020"]
        "An integration's type is none of AWS's: HTTP, HTTP_PROXY, AWS, AWS_PROXY and MOCK."
        "Write one of these types.";
    "invalid http endpoint specified for uri" ["GW025"]
        "A backend's address is no http:// or https:// URL that AWS takes." "";
    "aws arn for integration must contain path or action" ["GW026"]
        "An integration names an AWS service without saying what to call there." "";
    "aws_proxy…currently only supports lambda" ["GW026"]
        "A proxy integration to AWS can only call Lambda or Firehose." "";
    "invalid mapping expression parameter" ["GW022", "GW024"]
        "A mapping names a parameter or a header that the operation does not declare." "";
    "invalid mapping expression" ["GW023", "GW022"]
        "A mapping's value is not written as AWS reads it: a fixed text stands in single quotes, and method.request.… names a declared parameter." "";
    "invalid format for 'requestparameters'" ["GW023"]
        "A mapping's value must be a text in quotes." "";
    "invalid format for 'responseparameters'" ["GW023"]
        "A mapping's value must be a text in quotes." "";
    "can not be converted to an string" ["GW023"]
        "AWS wants a text where the document has a number or true or false." "Write the value in quotes.";
    "invalid null or empty value in responseparameters" ["GW024"]
        "A mapping of an answer's header has no value." "Give the mapping a value, or remove it.";
    "invalid null or empty value in responsetemplates" []
        "A template of an answer is empty." "Give the template a text, or remove it.";
    "invalid vpc link identifier" []
        "An integration goes through a VPC link that is not in this account and region."
        "Write the id of a VPC link of the gateway's account and region into connectionId.";
    "invalid integration identifier" ["GW020"]
        "An operation has no integration." "";

    // Parameters.
    "parameter names must be unique across querystring, header and path" ["GW031"]
        "One name is used for parameters in two places of a request." "";
    "invalid parameter name specified" ["GW032"]
        "AWS does not take a parameter's name or place: it knows path, query and header."
        "Rename the parameter, or remove it.";
    "invalid request validator identifier" []
        "An operation names a request validator that the document does not define."
        "Define it in x-amazon-apigateway-request-validators.";
    "request validator name cannot be blank" []
        "A request validator of the document has no name." "Name it.";

    // Schemas.
    "model name must be alphanumeric" ["GW040"]
        "AWS takes letters and digits only in a schema's name." "";
    "model names can only contain alphanumeric" ["GW040"]
        "AWS takes letters and digits only in a schema's name." "";
    "invalid model name specified" ["GW040"]
        "AWS takes letters and digits only in a schema's name." "";
    "model name must be non-empty" ["GW040"]
        "A schema has no name." "";
    "model name already exists" ["GW040"]
        "Two schemas have one name on AWS, where only letters and digits of it count."
        "Rename one of them.";
    "reference to model…not found" ["GW060", "GW040"]
        "A schema refers to another that AWS did not take, so it was dropped." "";
    "invalid model identifier specified" ["GW060", "GW040"]
        "An operation names a model that is not there." "";
    "cannot delete model…is referenced in" ["GW060"]
        "A model that is no longer in the document is still used by an operation."
        "Deploy again; if it stays, remove the model on AWS.";
    "invalid format for model" ["GW055"]
        "AWS makes models of JSON bodies only." "Bodies of other media types pass as they are; remove the schema to be rid of the message.";
    "invalid content type specified" ["GW055"]
        "A media type of a body is not written as AWS reads it." "Write it as type/subtype.";
    "content-type specified was not found" ["GW055"]
        "No model belongs to that media type." "Declare the media type on the operation, or send another.";
    "invalid model schema specified" ["GW043", "GW041", "GW058"]
        "A schema uses words that AWS's models, JSON Schema draft 4, do not have."
        "Deploy with Gatewright, which leaves such words out, or remove them.";
    "invalid model specified" ["GW043", "GW041", "GW058"]
        "A schema uses words that AWS's models, JSON Schema draft 4, do not have."
        "Deploy with Gatewright, which leaves such words out, or remove them.";
    "model schema must have at least 1 property" ["GW054"]
        "A schema describes nothing; AWS wants a property or an item." "";

    // Answers and security.
    "at 'statuscode'…regular expression pattern: [1-5]" ["GW070"]
        "An answer's status is no number from 100 to 599; AWS knows no default and no 4XX there." "";
    "invalid response status code specified" ["GW070"]
        "An answer's status is not declared, or no number from 100 to 599." "";
    "gateway response type not defined" []
        "x-amazon-apigateway-gateway-responses names a response that API Gateway does not have."
        "Use one of its types, such as DEFAULT_4XX or UNAUTHORIZED.";
    "invalid authorizer id" ["GW077"]
        "An operation asks for an authorizer that is not there." "Deploy again, so that the authorizer is imported with it.";
    "invalid authorizer uri" ["GW077"]
        "AWS does not take the address of the authorizer's function." "";
    "arn is not well formed" ["GW077", "GW026"]
        "A function or role is not named by a whole ARN." "";
    "invalid arn specified in the request" ["GW077", "GW026"]
        "A function or role is not named by a whole ARN." "";
    "invalid lambda function" ["GW077"]
        "AWS does not find a function the document names." "Check that it is in the gateway's region and account.";
    "could not be invoked by api gateway" ["GW077"]
        "The function's policy does not let this API call it."
        "Deploy again, or let apigateway.amazonaws.com invoke the function.";
    "updaterestapipolicy" ["GW079"]
        "The document has a resource policy, and the identity may not import one."
        "Allow apigateway:UpdateRestApiPolicy to the identity.";

    // The API and its stage.
    "invalid minimum compression size" []
        "x-amazon-apigateway-minimum-compression-size is no number from 0 to 10485760."
        "Write a number of bytes in that range.";
    "cannot create an api with multiple endpoint types" []
        "A REST API has one endpoint type." "Choose regional, edge-optimized or private for the gateway.";
    "invalid endpointtypes specified" []
        "AWS has the endpoint types REGIONAL, EDGE and PRIVATE." "Choose one of them for the gateway.";
    "endpointconfiguration.…enum value set" []
        "AWS has the endpoint types REGIONAL, EDGE and PRIVATE, and the address types ipv4 and dualstack."
        "Choose one of them for the gateway.";
    "regional configuration and edge configuration cannot be both disabled" []
        "A REST API needs an endpoint." "Choose regional or edge-optimized for the gateway.";
    "only dualstack ipaddresstype is supported for private" []
        "A private API has addresses of both kinds." "Write dualstack.";
    "ipaddresstype must be either ipv4 or dualstack" []
        "AWS has the address types ipv4 and dualstack." "Write one of them.";
    "private rest api doesn't have a resource policy" ["aws-private-policy"]
        "AWS deploys a private API only with a resource policy." "";
    "active stages pointing to this deployment" []
        "A stage still serves this deployment, so it cannot be deleted."
        "Move the stage to another deployment first.";
    "promotion not available. canary does not exist" []
        "The stage has no canary release." "Make one on AWS first, or deploy without it.";
    "invalid deployment content specified" []
        "The canary release names no stage that is there."
        "Deploy to the stage once without a canary.";
    "concurrent modification" []
        "Something else is changing the same API at this moment." "Wait until it is done and try again.";
    "invalid api identifier specified" []
        "The REST API is not in this account and region; perhaps it was deleted."
        "Check the gateway's account and region, or deploy again.";
    "invalid rest api identifier specified" []
        "The REST API is not in this account and region; perhaps it was deleted."
        "Check the gateway's account and region, or deploy again.";
    "invalid stage identifier specified" []
        "The API has no such stage; perhaps it was deleted." "Deploy again.";
    "invalid resource identifier specified" []
        "The API has no such path any more; perhaps something else changed it." "Deploy again.";
    "invalid method identifier specified" []
        "The API has no such operation any more; perhaps something else changed it." "Deploy again.";
    "invalid documentation part identifier" []
        "A piece of documentation is not there any more." "Deploy again.";
    "deployment id does not exist" []
        "The deployment was deleted." "Deploy again.";
    "invalid patch" []
        "An update names a field of the object that AWS does not change." "This is a defect: report it.";
    "member must satisfy enum value set" []
        "A value is not one of those AWS has for it." "Use one of the values the message lists.";
    "internal server error" []
        "AWS failed and does not say why." "Try again; if it stays, ask AWS with the request id.";

    // Accounts, identities and functions.
    "the role defined for the function cannot be assumed by lambda" []
        "IAM takes some seconds to tell Lambda of a new role." "Try again.";
    "signature expired" []
        "This machine's clock is behind AWS's." "Set the clock.";
    "signature not yet current" []
        "This machine's clock is ahead of AWS's." "Set the clock.";
    "request signature we calculated does not match" []
        "The secret access key does not belong to the access key id." "Enter both again.";
    "security token included in the request is expired" []
        "The session has ended; sign in again." "Sign in again.";
    "security token included in the request is invalid" []
        "AWS does not know the access key id, or it was deactivated." "Enter another access key.";
    "is not authorized to perform…explicit deny" []
        "A policy of the account denies this expressly." "Ask who looks after the account.";
    "is not authorized to perform" []
        "No policy of the identity allows this." "Allow the action to the identity; gatewright gateway test lists what is missing.";
    "rate exceeded" []
        "The account makes more calls in this region than AWS allows; waiting helps." "Wait and try again.";
    "too many requests" []
        "The account makes more calls in this region than AWS allows; waiting helps." "Wait and try again.";

    // Calls of the API.
    "missing authentication token" []
        "API Gateway says this when no operation has that method and path; usually the URL is wrong."
        "Compare method, stage and path with the API's operations.";
    "missing required request parameters" []
        "The request lacks parameters that the document requires." "Send them.";
    "invalid request body" []
        "The body is not as the document's schema says." "Compare it with the schema.";
};
