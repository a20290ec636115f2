//! Security rules, after OWASP's ten worst risks of APIs (2023); numbered as Spectral's ruleset of that name numbers them.
//!
//! It refuses to drown the rest: what nearly every document lacks is off until a ruleset asks for it.

use crate::lint::shapes::{ALL, NEW, V3};

super::table! {
    NumericId "owasp-numeric-id" Info Recommended ALL ["owasp:api1:2023-no-numeric-ids"]
    "A parameter that is an id and a whole number."
    "Ids that count up can be guessed, and then only the authorizer stands between callers and each other's data."
    "Use ids that cannot be guessed, such as UUIDs."

    BasicAuth "owasp-basic-auth" Warning Recommended ALL ["owasp:api2:2023-no-http-basic"]
    "A security scheme of type HTTP basic."
    "Name and password go with every request, and cannot be limited or taken back as tokens can."
    "Use OAuth 2.0 or OpenID Connect."

    KeyInUrl "owasp-key-in-url" Warning Recommended ALL ["owasp:api2:2023-no-api-keys-in-url"]
    "An API key that is sent in the query."
    "URLs are kept in logs and histories, and the key with them."
    "Send it in a header."

    CredentialsInUrl "owasp-credentials-in-url" Warning Recommended ALL ["owasp:api2:2023-no-credentials-in-url"]
    "A query or path parameter that is a password, secret, key or token by its name."
    "URLs are kept in logs and histories, and what is in them too."
    "Send it in a header or in the body."

    InsecureScheme "owasp-insecure-scheme" Warning Recommended V3 ["owasp:api2:2023-auth-insecure-schemes"]
    "A security scheme of HTTP that is outdated: `negotiate`, `oauth` (OAuth 1.0)."
    "It is not held to be secure any more."
    "Use 'bearer' with OAuth 2.0 or OpenID Connect."

    JwtPractice "owasp-jwt-practice" Info Extra V3 ["owasp:api2:2023-jwt-best-practices"]
    "A scheme with JWTs or OAuth 2.0 whose description does not name RFC 8725."
    "Readers do not know whether tokens are checked as that best practice asks."
    "Say in its 'description' that RFC8725 is kept."

    TokenRefresh "owasp-token-refresh" Info Extra V3 ["owasp:api2:2023-short-lived-access-tokens"]
    "An OAuth flow of users without `refreshUrl`."
    "Access tokens that cannot be renewed tend to live long, and so do stolen ones."
    "Add 'refreshUrl' and let access tokens live shortly."

    WriteUnsecured "owasp-write-unsecured" Info Recommended ALL ["security-defined" "owasp:api2:2023-write-restricted"]
    "A POST, PUT, PATCH or DELETE that no security scheme protects."
    "Anybody can change data, if the policy on the gateway does not say otherwise."
    "Add 'security' to the operation or the document."

    ReadUnsecured "owasp-read-unsecured" Info Recommended ALL ["security-defined" "owasp:api2:2023-read-restricted"]
    "Any other operation that no security scheme protects and that does not say so by `security: []`."
    "Anybody can read what it answers, if the policy on the gateway does not say otherwise."
    "Add 'security', or 'security: []' where it is meant to be open."

    AdditionalProperties "owasp-additional-properties" Info Extra ALL ["owasp:api3:2023-no-additionalProperties" "owasp:api3:2023-constrained-additionalProperties"]
    "An object that allows properties it does not describe, without `maxProperties`."
    "Callers can set what they should not, where the backend copies what it gets."
    "Write 'additionalProperties: false', or add 'maxProperties'."

    UnevaluatedProperties "owasp-unevaluated-properties" Info Extra NEW ["owasp:api3:2023-no-unevaluatedProperties" "owasp:api3:2023-constrained-unevaluatedProperties"]
    "An object with `unevaluatedProperties` that is not false, without `maxProperties`."
    "Callers can set what they should not, where the backend copies what it gets."
    "Write 'unevaluatedProperties: false', or add 'maxProperties'."

    RateLimitHeaders "owasp-rate-limit-headers" Info Extra V3 ["owasp:api4:2023-rate-limit"]
    "An answer of the 200s or 400s without a header that tells the caller's quota."
    "Callers cannot slow down before they are refused."
    "Describe 'RateLimit', or 'X-RateLimit-Limit', among its headers."

    RetryAfter "owasp-retry-after" Info Recommended V3 ["owasp:api4:2023-rate-limit-retry-after"]
    "An answer 429 without the header `Retry-After`."
    "Callers do not know when to try again, and try at once."
    "Describe 'Retry-After' among its headers."

    Response429 "owasp-response-429" Info Extra ALL ["owasp:api4:2023-rate-limit-responses-429"]
    "An operation without the answer 429."
    "A gateway answers it to callers over their quota."
    "Describe '429', or '4XX'."

    ArrayLimit "owasp-array-limit" Info Extra ALL ["owasp:api4:2023-array-limit"]
    "A list without `maxItems`."
    "One long request can take all the memory there is."
    "Add 'maxItems'."

    StringLimit "owasp-string-limit" Info Extra ALL ["owasp:api4:2023-string-limit"]
    "A text without `maxLength`, `enum` or `const`."
    "One long request can take all the memory there is."
    "Add 'maxLength'."

    StringRestricted "owasp-string-restricted" Info Extra ALL ["owasp:api4:2023-string-restricted"]
    "A text without `format`, `pattern`, `enum` or `const`."
    "Everything is taken, and goes where the backend puts it."
    "Add 'format' or 'pattern'."

    IntegerLimit "owasp-integer-limit" Info Extra ALL ["owasp:api4:2023-integer-limit" "owasp:api4:2023-integer-limit-legacy"]
    "A whole number without a minimum and a maximum."
    "Values nobody thought of reach the backend: below nothing, or larger than it can hold."
    "Add 'minimum' and 'maximum'."

    IntegerFormat "owasp-integer-format" Info Extra ALL ["owasp:api4:2023-integer-format"]
    "A whole number without `format`."
    "Whether 32 or 64 bits hold it is left to chance."
    "Add 'format: int32' or 'format: int64'."

    AdminSecurity "owasp-admin-security" Warning Recommended ALL ["owasp:api5:2023-admin-security-unique"]
    "An operation below `/admin` with the same security as one that is not."
    "Whoever may call the one may call the other."
    "Ask for a scope or scheme of its own."

    UrlParameter "owasp-url-parameter" Info Recommended ALL ["owasp:api7:2023-concerning-url-parameter"]
    "A parameter that is an address by its name."
    "A backend that fetches what callers name can be sent to places it should not go."
    "See that the backend takes known addresses only."

    CorsOrigin "owasp-cors-origin" Info Extra V3 ["owasp:api8:2023-define-cors-origin"]
    "An answer with headers, and not `Access-Control-Allow-Origin` among them."
    "Which pages may read it is not said."
    "Describe 'Access-Control-Allow-Origin' among its headers."

    ServerHttp "owasp-server-http" Warning Recommended ALL ["owasp:api8:2023-no-scheme-http" "owasp:api8:2023-no-server-http"]
    "A server reached by plain HTTP."
    "Whoever is on the way reads and changes what is sent, tokens too."
    "Write 'https'."

    ErrorValidation "owasp-error-validation" Info Extra ALL ["owasp:api8:2023-define-error-validation"]
    "An operation without the answer 400, 422 or 4XX."
    "What a wrong request is answered is not said, and may tell too much."
    "Describe '400', '422' or '4XX'."

    Response401 "owasp-response-401" Info Extra ALL ["owasp:api8:2023-define-error-responses-401"]
    "A secured operation without the answer 401."
    "A gateway answers it to callers without a good token."
    "Describe '401', or '4XX'."

    Response500 "owasp-response-500" Info Extra ALL ["owasp:api8:2023-define-error-responses-500"]
    "An operation without the answer 500."
    "What a failure is answered is not said, and may tell too much."
    "Describe '500', or '5XX'."

    InventoryAudience "owasp-inventory-audience" Info Extra V3 ["owasp:api9:2023-inventory-access"]
    "A server that does not say by `x-internal` whom it is for."
    "Readers do not know which servers outsiders may use."
    "Add 'x-internal: true' or 'x-internal: false'."

    InventoryEnvironment "owasp-inventory-environment" Info Extra V3 ["owasp:api9:2023-inventory-environment"]
    "A server whose description does not say what it is for: production, staging, test, local."
    "Test data gets into production, and the other way round."
    "Say it in its 'description'."
}
