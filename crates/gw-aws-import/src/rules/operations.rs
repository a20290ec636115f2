//! Rules about operations, integrations and parameters.
//!
//! It refuses checks: they are in `lint` and in the compiler.

super::texts! {
    "GW020" Error Compiler [Reported] "An operation has no integration"
        why "AWS deploys an API only when every method has a backend. Gatewright writes the integration from the API's backend."
        said ["No integration defined for method"]
        fix "Give the API a backend.";
    "GW021" Error Lint [Recorded, Deduced] "A method API Gateway does not have"
        why "Such an operation cannot be called on AWS."
        said ["Invalid HttpMethod specified. Valid options are GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY"]
        fix "Remove the operation, or give it another method.";
    "GW022" Error Lint [Recorded, Reported] "A mapping and its parameter do not fit"
        why "A mapping can only take what the method declares, and a method can only declare names that mappings can write."
        said ["Invalid mapping expression parameter specified"]
        fix "Declare the parameter that a mapping names, under a name of letters, digits and . _ - only.";
    "GW023" Warning Lint [Recorded] "A mapping's value is no text"
        why "AWS leaves the mapping out, so the backend does not get the value."
        said ["Invalid format for 'requestParameters'. Expected type string for property '…' of resource '…' and method '…' but got '…'"]
        fix "Write a fixed value as a text in single quotes: \"'true'\".";
    "GW024" Warning Lint [Reported] "A mapping fills a header the answer does not declare"
        why "AWS refuses the mapping unless the answer declares the header, so Gatewright declares it. Nothing tells callers of it."
        said []
        fix "Declare the header on the answer.";
    "GW025" Error Lint [Recorded] "A backend's address is no HTTP URL"
        why "AWS wants http:// or https:// and a host, also in front of a stage variable."
        said ["Invalid HTTP endpoint specified for URI"]
        fix "Write http:// or https:// and a host name or address, as in https://${stageVariables.host}.";
    "GW026" Error Lint [Recorded] "An integration's ARN names nothing AWS can call"
        why "An ARN of an integration says what to call, and a proxy calls Lambda or Firehose only."
        said ["AWS ARN for integration must contain path or action", "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations."]
        fix "Use the function's ARN, or an ARN like arn:aws:apigateway:REGION:SERVICE:action/NAME.";
    "GW027" Info Lint [Documented] "Deprecated operations"
        why "API Gateway does not know the mark, so it is left out. The document keeps it."
        said []
        fix "";
    "GW028" Warning Lint [Unverified] "A body where HTTP gives it no meaning"
        why "OpenAPI 3.0 and HTTP leave open what a body of GET, HEAD and DELETE means, and API Gateway may drop it."
        said []
        fix "Send the data in the query string, or use POST.";
    "GW029" Info Lint [Deduced] "Operation ids become operation names"
        why "AWS keeps an operationId as the method's operation name; SDKs that AWS generates use it."
        said []
        fix "";
    "GW030" Warning Lint [Documented] "Nobody on AWS checks what a parameter must be"
        why "API Gateway reads name, place, type, description and whether a parameter is required, and ignores the rest: values the document forbids reach the backend."
        said []
        fix "Check it in the backend.";
    "GW031" Warning Compiler [Recorded, Deduced] "One parameter name in two places"
        why "AWS wants names to be unique across query, header and path, so only one is declared. Requests pass unchanged."
        said ["Parameter names must be unique across querystring, header and path"]
        fix "Check the other in the backend.";
    "GW032" Warning Compiler [Unverified] "Cookie parameters"
        why "As far as is known, API Gateway declares path, query and header parameters only. Cookies pass to the backend, and nothing checks them; a declared one may be refused, so it is left out."
        said []
        fix "Check the cookie in the backend.";
    "GW033" Warning Lint [Documented] "Parameter names that differ only in case"
        why "API Gateway tells upper from lower case in the names of headers and of query parameters."
        said []
        fix "Declare the parameter once, as callers write it.";
    "GW034" Warning Lint [Documented] "A header that API Gateway changes"
        why "API Gateway drops, renames or overwrites some headers between caller and backend (API Gateway important notes)."
        said []
        fix "Use a header of another name.";
    "GW035" Warning Lint [Documented] "X-HTTP-Method-Override"
        why "API Gateway itself acts on the header and calls the backend with the method it names."
        said []
        fix "Use a header of another name, or declare the methods as operations.";
}
