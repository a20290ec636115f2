//! Rules about the document as a whole and about paths.
//!
//! It refuses checks: they are in `lint` and in the compiler.

super::texts! {
    "GW001" Info Lint [Recorded, Reported] "OpenAPI 3.1 or 3.2"
        why "AWS imports OpenAPI 2.0 and 3.0, so Gatewright compiles the document down to 3.0. As it is, AWS would refuse it."
        said ["Unable to build importer with provided input. Unable to determine OAS version from '…'"]
        fix "";
    "GW002" Error Lint [Recorded] "The document cannot be read"
        why "AWS says no more than that it could not read the document, and not where."
        said ["Invalid OpenAPI input."]
        fix "Mend the text at this place.";
    "GW003" Error Compiler [Documented] "The document is too large"
        why "AWS imports documents of at most 6 MB."
        said []
        fix "Split the API, or shorten its mock answers.";
    "GW004" Error Lint [Documented] "A reference leads out of the document"
        why "AWS does not support references to other files and addresses, so what they name is left out."
        said []
        fix "Import the folder with its files, so that they become one document, or copy what it names into 'components'.";
    "GW005" Info Lint [Documented] "The server URL has a path"
        why "AWS makes the URL of an API from its id, region and stage. Gatewright leaves a server's path out of it and puts the backend's own path in front of each operation."
        said []
        fix "Map a custom domain with that path to the stage if callers need it.";
    "GW006" Error Lint [Reported] "The API has no operations"
        why "There is nothing to deploy."
        said ["The REST API doesn't contain any methods"]
        fix "Add an operation.";
    "GW007" Info Lint [Deduced] "The REST API gets another name than the title"
        why "An import gives the REST API the title of what is imported. Gatewright sends the API's own name, so that the REST API is found again."
        said []
        fix "";
    "GW008" Info Lint [Deduced] "Webhooks, callbacks and links"
        why "API Gateway has nothing like them, so they are left out. What the API answers stays the same."
        said []
        fix "";
    "GW009" Info Lint [Documented, Deduced] "Tags and external documentation"
        why "On AWS they would only be documentation, so they are left out. The document keeps them."
        said []
        fix "";
    "GW010" Error Compiler [Documented] "A path segment has characters AWS does not take"
        why "AWS takes path segments of letters, digits and _ - . , : only."
        said []
        fix "Rename the segment, or make it a variable.";
    "GW011" Error Compiler [Documented] "A variable is only a part of its segment"
        why "On AWS a path variable is a whole segment."
        said []
        fix "Make the segment one variable, such as /{file}, and split its value in the backend.";
    "GW012" Error Compiler [Recorded, Reported] "Two variable names at one place"
        why "Paths that differ in nothing but the name of a variable are one resource on AWS."
        said ["A sibling ({…}) of this resource already has a variable path part -- only one is allowed"]
        fix "Give the variables at this place one name.";
    "GW013" Error Compiler [Recorded] "A path goes on after a greedy variable"
        why "A greedy variable takes everything that follows."
        said ["Cannot create a child of a resource with a greedy path variable: {…}"]
        fix "End the path at the greedy variable.";
    "GW014" Warning Lint [Documented] "A path that API Gateway keeps for itself"
        why "API Gateway answers /ping and /sping at the root itself, for health checks; behind a custom domain they never reach the API."
        said []
        fix "Use another path, such as /health.";
    "GW015" Error Compiler [Documented] "Too many resources"
        why "AWS allows 300 resources in one REST API; every path segment of its own counts, also those without operations. The quota can be raised on request."
        said []
        fix "Split the API, or serve a branch by one greedy path such as /admin/{proxy+}.";
    "GW016" Warning Lint [Documented, Reported] "A path has a colon"
        why "AWS lists the colon as allowed in a segment, and users report that it may not work."
        said []
        fix "Try it on a stage of its own first.";
    "GW017" Error Compiler [Unverified] "Two paths differ only in a slash at their end"
        why "AWS has no resource with an empty name, so a path with a slash at its end may be the same resource as the path without."
        said []
        fix "Keep one of the two, or remove the slash.";
}
