//! Parse, lint, edit and sample an OpenAPI document; never fails.
