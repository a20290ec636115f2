//! Rules about answers and security, and this crate's own.
//!
//! It refuses checks: they are in `lint` and in the compiler.

super::texts! {
    "GW070" Info Compiler [Recorded, Unverified] "Answers for a range of statuses"
        why "AWS wants a status of three digits and may refuse default and 4XX, so they are expanded or left out. Backends answer as before."
        said ["Value '…' at 'statusCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [1-5]\\d\\d"]
        fix "Write the statuses the API answers with.";
    "GW071" Info Lint [Documented] "Answers by reference"
        why "AWS does not support answers that refer to others, so each is copied to where it is used. Callers notice nothing."
        said []
        fix "";
    "GW072" Info Nobody [Recorded] "Statuses written as numbers"
        why "AWS takes them."
        said []
        fix "";
    "GW073" Info Lint [Documented] "A security scheme that AWS cannot check"
        why "AWS reads schemes of type apiKey only. What checks callers is the API's OAuth policy, as a Lambda authorizer."
        said []
        fix "Attach an OAuth policy.";
    "GW074" Warning Lint [Documented, Recorded] "Operations are open to everyone"
        why "Everyone who knows the address may call them. What a document says of security at its root may or may not count on AWS, so Gatewright counts on the policy only, writes it on every operation, and asks for your consent to open ones."
        said []
        fix "Attach an OAuth policy, and mark as public what is meant to be.";
    "GW075" Warning Lint [Deduced] "Several security schemes for one operation"
        why "API Gateway asks one authorizer, and an API key at most beside it. Callers need a token of the OAuth policy, whatever else the document offers."
        said []
        fix "Let one scheme protect each operation.";
    "GW076" Warning Lint [Documented, Deduced] "Scopes that nobody checks"
        why "On AWS scopes of a method count with Cognito authorizers only. The authorizer Gatewright makes checks the scopes of the policy; one of your own must check them itself."
        said []
        fix "Name the scopes in the OAuth policy.";
    "GW077" Error Lint [Recorded, Reported] "An authorizer's function that is not named well"
        why "AWS checks at import that the authorizer's function exists."
        said ["Invalid ARN specified in the request", "Invalid ARN. ARN is not well formed …"]
        fix "Write the function's ARN: arn:aws:lambda:REGION:ACCOUNT:function:NAME, with a version or alias if you like.";
    "GW078" Warning Lint [Documented] "An authorizer with several identity sources"
        why "AWS reads such a scheme only when it is written with name: Unused and in: header."
        said []
        fix "Write name: Unused and in: header.";
    "GW079" Info Lint [Documented] "A resource policy in the document"
        why "It is imported with the document, for which AWS wants the permission apigateway:UpdateRestApiPolicy. An address of one REST API in it is wrong on every other gateway."
        said []
        fix "Write resources as execute-api:/*, so that the policy fits every gateway.";

    "aws-authorizer-algorithms" Error Lint [Ours] "The authorizer cannot check the signatures"
        why "The provisioned authorizer checks RS, PS and ES signatures with SHA-256, SHA-384 and (RS, PS) SHA-512."
        said []
        fix "Let the key manager sign with RS256, for example.";
    "aws-authorizer-ttl" Error Lint [Documented] "An authorizer's answer is kept too long"
        why "AWS keeps an authorizer's answer for 0 to 3600 seconds."
        said []
        fix "Choose a time in that range; 0 asks every time.";
    "aws-backend-unreachable" Error Lint [Deduced] "AWS cannot reach the backend"
        why "API Gateway calls the backend from AWS, where this address means another machine or none."
        said []
        fix "Use an address that AWS can reach.";
    "aws-cors-answers" Info Lint [Documented] "The backend sends its own CORS headers"
        why "API Gateway passes a backend's answer on unchanged; the CORS policy answers preflights and API Gateway's own errors."
        said []
        fix "Let the backend send Access-Control-Allow-Origin.";
    "aws-import-warning" Warning Connector [Recorded] "AWS warns of something it imported"
        why "AWS imported the document and left something out or changed it."
        said []
        fix "";
    "aws-keys-unreachable" Error Lint [Deduced] "AWS cannot reach the signing keys"
        why "The authorizer fetches the signing keys from AWS, where this address means another machine or none."
        said []
        fix "Use a key manager that AWS can reach; the resident one is for the local gateway.";
    "aws-private-policy" Error Lint [Documented] "A private API without a resource policy"
        why "AWS deploys a private API only with a resource policy that says which VPC endpoints may call it."
        said []
        fix "Make the gateway regional or edge-optimized; Gatewright does not write resource policies.";
    "aws-stage-name" Error Lint [Documented] "A stage's name that AWS does not take"
        why "AWS takes stage names of 1 to 128 letters, digits, hyphens and underscores."
        said []
        fix "Change the gateway's stage.";
}
