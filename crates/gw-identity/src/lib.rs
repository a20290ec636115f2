//! OAuth 2.0 client, discovery, JWKS and token issuing.
