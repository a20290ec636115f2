//! What a document promises of bodies: requests and answers by media type, with their schemas.
//!
//! It refuses to judge or change schemas: they are taken out as they are written.

use gw_model::ValidationPolicy;
use gw_openapi::extract::Extract;
use gw_openapi::{Content, Document, Operation, Parameter, ParameterLocation, SpecVersion};

use crate::own::OwnWords;
use crate::plan::{Answer, Body, Checks, Contract, Dialect, Media, SchemaText, Schemas};

/// Contracts of one document's operations, and the schemas they share.
pub(crate) struct Contracts<'d> {
    document: &'d Document,
    /// What the policy asks for; without one the document's own validators say it.
    policy: Option<Checks>,
    own: &'d OwnWords<'d>,
    extract: Extract<'d>,
}

impl<'d> Contracts<'d> {
    pub(crate) fn new(
        document: &'d Document,
        policy: Option<ValidationPolicy>,
        own: &'d OwnWords<'d>,
    ) -> Self {
        Self {
            document,
            policy: policy.map(|policy| Checks {
                parameters: policy.parameters,
                body: policy.body,
            }),
            own,
            extract: Extract::new(document),
        }
    }

    /// The contract of one operation.
    pub(crate) fn of(&mut self, operation: &Operation) -> Contract {
        let body = operation.request_body.as_ref().map(|body| Body {
            required: body.required,
            content: self.media(&body.content),
        });
        let answers = operation
            .responses
            .iter()
            .map(|response| Answer {
                status: response.status.clone(),
                pointer: self.document.node(response.node).pointer(),
                description: response.description.clone().unwrap_or_default(),
                headers: response
                    .headers
                    .iter()
                    .map(|(name, _)| name.clone())
                    .collect(),
                content: self.media(&response.content),
            })
            .collect();
        // A check of what the document does not have would be one more thing to deploy for nothing.
        let required = |parameter: &Parameter| {
            parameter.required
                && matches!(
                    parameter.location,
                    ParameterLocation::Query | ParameterLocation::Header
                )
        };
        let asked = self.policy.unwrap_or_else(|| self.own.checks(operation));
        let checks = Checks {
            parameters: asked.parameters && operation.parameters.iter().any(required),
            body: asked.body && body.is_some(),
        };
        Contract {
            body,
            answers,
            checks,
        }
    }

    /// Whether the schemas passed the bound, so that some are missing.
    pub(crate) fn is_spent(&self) -> bool {
        self.extract.is_spent()
    }

    /// Everything the contracts refer to.
    pub(crate) fn finish(&mut self) -> Schemas {
        let dialect = match self.document.version() {
            Some(SpecVersion::V2) => Dialect::Openapi2,
            Some(SpecVersion::V3_1 | SpecVersion::V3_2) => Dialect::JsonSchema2020,
            Some(SpecVersion::V3_0) | None => Dialect::Openapi30,
        };
        Schemas {
            dialect,
            texts: self.extract.finish(),
        }
    }

    fn media(&mut self, content: &[Content]) -> Vec<Media> {
        let mut media = Vec::with_capacity(content.len());
        for one in content {
            let schema = one.schema.map(|id| {
                let node = self.document.node(id);
                SchemaText {
                    pointer: node.pointer(),
                    text: self.extract.schema(node),
                }
            });
            media.push(Media {
                media_type: one.media_type.clone(),
                schema,
            });
        }
        media
    }
}
