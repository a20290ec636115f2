//! Rules on paths, parameters, operations, answers and what secures them.
//!
//! It refuses advice on how to be secure: that is the table of the security rules.

use crate::lint::shapes::{ALL, V3, V32};

super::table! {
    Path "oas-path" Warning Minimal ALL ["path-not-include-query" "path-declaration-must-exist"]
    "A path of a form no request matches: without a leading slash, with a query, spaces, unbalanced or empty braces."
    "Gateways refuse it, or no request ever matches it."
    "Write it as in '/pets/{petId}'."

    PathAmbiguous "oas-path-ambiguous" Warning Minimal ALL ["no-identical-paths" "no-ambiguous-paths"]
    "Two paths that a request can match both of: they differ in the names of variables only, or neither is the plainer one."
    "They differ in the names of variables only, so which one answers is left to chance."
    "Merge the two, or tell them apart."

    PathTrailingSlash "oas-path-trailing-slash" Warning Recommended ALL ["no-path-trailing-slash"]
    "A path that ends in a slash."
    "Some gateways take it for another path than the one without, some for the same."
    "Remove the slash."

    PathVerb "oas-path-verb" Info Extra ALL ["no-http-verbs-in-paths"]
    "A path with the name of a method in it, as in `/getPets`."
    "The method says it already."
    "Name the thing, not what is done to it."

    PathKebabCase "oas-path-kebab-case" Info Extra ALL ["paths-kebab-case"]
    "A path with parts not written in small letters and hyphens."
    "Paths of one style are easier to remember."
    "Write the parts like 'spare-parts'."

    PathParameterUndeclared "oas-path-parameter-undeclared" Error Minimal ALL ["path-parameters-defined"]
    "A variable of a path that an operation does not declare as a parameter."
    "Callers are not told what to put there; gateways cannot pass it on by name."
    "Add a parameter with 'in: path' and 'required: true'."

    PathParameterUnused "oas-path-parameter-unused" Error Minimal ALL ["path-parameters-defined"]
    "A path parameter of an operation whose path has no such variable."
    "A path parameter that is not in the path can never have a value; AWS refuses it."
    "Mend the name, or remove it."

    PathParameterRequired "oas-path-parameter-required" Warning Recommended ALL ["struct"]
    "A path parameter that is not marked required."
    "A path cannot be without it, and validators insist that the document says so."
    "Add 'required: true'."

    Parameter "oas-parameter" Error Minimal ALL ["struct"]
    "A parameter without a name, or without a place this version knows."
    "It cannot be read, so it is left out."
    "Give it a 'name' and an 'in'."

    ParameterDuplicate "oas-parameter-duplicate" Error Minimal ALL ["operation-parameters-unique"]
    "A parameter an operation declares twice."
    "Readers keep one of the two without a word."
    "Remove one of the two."

    ParameterDescription "oas-parameter-description" Info Extra ALL ["parameter-description"]
    "A parameter without description."
    "Callers have to guess what it does."
    "Add a 'description'."

    ParameterQuerystring "oas-parameter-querystring" Warning Recommended V32 ["spec-querystring-parameters"]
    "A `querystring` parameter beside another one, or beside `query` parameters."
    "It stands for the whole query, so nothing is left for the others."
    "Keep the one, or describe the query by 'query' parameters alone."

    OperationId "oas-operation-id" Error Minimal ALL ["operation-operationId-unique"]
    "An operationId two operations have."
    "Ids name operations in generated code, and on AWS; two of one name cannot be told apart."
    "Give each operation an id of its own."

    OperationIdMissing "oas-operation-id-missing" Info Recommended ALL ["operation-operationId"]
    "An operation without operationId."
    "Generated code then makes up a name, and another one after each change."
    "Add an 'operationId'."

    OperationIdCharacters "oas-operation-id-characters" Warning Recommended ALL ["operation-operationId-url-safe"]
    "An operationId with characters that no URL can have."
    "Pages and tools that make addresses of ids cannot link to it."
    "Use letters, digits, '-', '.' and '_'."

    OperationSummary "oas-operation-summary" Info Recommended ALL ["operation-summary"]
    "An operation without summary."
    "Lists of operations show its path only."
    "Add a 'summary' of a few words."

    OperationDescription "oas-operation-description" Info Extra ALL ["operation-description"]
    "An operation without description."
    "Callers have to guess what it does."
    "Add a 'description'."

    OperationSingleTag "oas-operation-single-tag" Info Extra ALL ["operation-singular-tag"]
    "An operation with more than one tag."
    "Pages made of the document show it more than once."
    "Keep the tag that fits best."

    Responses "oas-responses" Error Minimal ALL ["struct"]
    "An operation without answers (2.0 and 3.0 only, and not where AWS has an integration for it)."
    "Callers are not told what they get, and a mock has nothing to answer."
    "Add 'responses' with at least one status."

    ResponseStatus "oas-response-status" Error Minimal ALL ["struct"]
    "An answer under a key that is no HTTP status."
    "Readers leave the answer out."
    "Write a status like '200', a range like '4XX', or 'default'."

    ResponseDescription "oas-response-description" Warning Recommended ALL ["struct"]
    "An answer without description (optional from 3.2 on)."
    "The specification requires one, and strict readers refuse the document."
    "Add a 'description'."

    ResponseSuccess "oas-response-success" Warning Recommended ALL ["operation-2xx-response"]
    "An operation that describes no success."
    "Callers are told only what goes wrong; a mock has nothing good to answer."
    "Add an answer like '200'."

    ResponseClientError "oas-response-client-error" Info Recommended ALL ["operation-4xx-response"]
    "An operation that describes no answer of the 400s."
    "Callers do not know what they get for a wrong request, and there always is one."
    "Add an answer like '400' or '4XX'."

    BodyOnGet "oas-body-on-get" Warning Recommended V3 []
    "A GET, HEAD or DELETE with a body."
    "What a body means with this method is not defined: proxies and gateways may drop it."
    "Use POST, or send the values in the query."

    SecurityUndeclared "oas-security-undeclared" Error Minimal ALL ["security-defined"]
    "A security requirement whose scheme is not declared."
    "Nobody can tell what it asks for, so nothing is asked."
    "Declare it under 'components.securitySchemes'."

    SecurityScope "oas-security-scope" Warning Recommended ALL ["security-scopes-defined"]
    "A security requirement with a scope that its OAuth scheme does not declare."
    "Callers cannot know that they have to ask for it."
    "Declare it among the scheme's scopes, or mend its name."
}
