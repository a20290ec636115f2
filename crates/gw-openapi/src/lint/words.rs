//! The words of OpenAPI and of JSON schemas, so that a key of a document is compared as a number and not as text.
//!
//! It refuses to know where a word may stand: the shapes do.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::tree::Tree;

macro_rules! words {
    ($($name:ident $text:literal)*) => {
        /// A key OpenAPI knows.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u8)]
        pub(super) enum Word {
            /// No word of OpenAPI.
            Other,
            /// A key that begins with `x-`.
            Extension,
            $($name),*
        }

        const ALL: &[(Word, &str)] = &[$((Word::$name, $text)),*];
    };
}

// The words before `Title` are those a rule on schemas asks for; see `SLOTS`.
words! {
    Ref "$ref" Type "type" Items "items" Properties "properties" Required "required" Enum "enum" Nullable "nullable"
    Example "example" Examples "examples" AllOf "allOf" AnyOf "anyOf" OneOf "oneOf" Discriminator "discriminator"
    AdditionalProperties "additionalProperties" UnevaluatedProperties "unevaluatedProperties"
    Minimum "minimum" Maximum "maximum" ExclusiveMinimum "exclusiveMinimum" ExclusiveMaximum "exclusiveMaximum"
    MaxItems "maxItems" MaxLength "maxLength" MaxProperties "maxProperties" Pattern "pattern" Format "format"
    Const "const"
    Title "title" Description "description" Default "default" MultipleOf "multipleOf" MinLength "minLength"
    MinItems "minItems" UniqueItems "uniqueItems" MinProperties "minProperties" Not "not" If "if" Then "then"
    Else "else" DependentSchemas "dependentSchemas" DependentRequired "dependentRequired" PrefixItems "prefixItems"
    Contains "contains" MinContains "minContains" MaxContains "maxContains" PatternProperties "patternProperties"
    PropertyNames "propertyNames" UnevaluatedItems "unevaluatedItems" ContentEncoding "contentEncoding"
    ContentMediaType "contentMediaType" ContentSchema "contentSchema" ReadOnly "readOnly" WriteOnly "writeOnly"
    Xml "xml" ExternalDocs "externalDocs" Deprecated "deprecated" Comment "$comment" DynamicAnchor "$dynamicAnchor"
    DynamicRef "$dynamicRef" DollarId "$id" Anchor "$anchor" Id "id" Schema "$schema" Definitions "definitions"
    Defs "$defs" Vocabulary "$vocabulary" Summary "summary"
    OpenApi "openapi" Swagger "swagger" Info "info" Servers "servers" Security "security" Tags "tags" Paths "paths"
    Webhooks "webhooks" Components "components" JsonSchemaDialect "jsonSchemaDialect" SelfUri "$self" Host "host"
    BasePath "basePath" Schemes "schemes" Consumes "consumes" Produces "produces" Parameters "parameters"
    Responses "responses" SecurityDefinitions "securityDefinitions"
    TermsOfService "termsOfService" Contact "contact" License "license" Version "version" Name "name" Url "url"
    Email "email" Identifier "identifier" Variables "variables" Kind "kind" Parent "parent"
    Get "get" Put "put" Post "post" Delete "delete" Options "options" Head "head" Patch "patch" Trace "trace"
    Query "query" AdditionalOperations "additionalOperations" AnyMethod "x-amazon-apigateway-any-method"
    OperationId "operationId" RequestBody "requestBody" Callbacks "callbacks"
    In "in" AllowEmptyValue "allowEmptyValue" Style "style" Explode "explode" AllowReserved "allowReserved"
    BareSchema "schema" Content "content" CollectionFormat "collectionFormat" Encoding "encoding"
    ItemSchema "itemSchema" PrefixEncoding "prefixEncoding" ItemEncoding "itemEncoding" ContentType "contentType"
    Headers "headers" Value "value" ExternalValue "externalValue" DataValue "dataValue"
    SerializedValue "serializedValue" Links "links" OperationRef "operationRef" Server "server"
    PropertyName "propertyName" Mapping "mapping" DefaultMapping "defaultMapping" Namespace "namespace"
    Prefix "prefix" Attribute "attribute" Wrapped "wrapped" NodeType "nodeType"
    Schemas "schemas" RequestBodies "requestBodies" SecuritySchemes "securitySchemes" PathItems "pathItems"
    MediaTypes "mediaTypes"
    Scheme "scheme" BearerFormat "bearerFormat" Flows "flows" Flow "flow" OpenIdConnectUrl "openIdConnectUrl"
    Oauth2MetadataUrl "oauth2MetadataUrl" Implicit "implicit" Password "password"
    ClientCredentials "clientCredentials" AuthorizationCode "authorizationCode"
    DeviceAuthorization "deviceAuthorization" AuthorizationUrl "authorizationUrl" TokenUrl "tokenUrl"
    RefreshUrl "refreshUrl" Scopes "scopes" DeviceAuthorizationUrl "deviceAuthorizationUrl"
}

/// How many words there are, the two that are none included.
pub(super) const COUNT: usize = ALL.len() + 2;
/// Words below this number are kept for the rules on schemas.
pub(super) const SLOTS: usize = Word::Title as usize;

impl Word {
    /// As it stands in a document.
    pub(super) fn text(self) -> &'static str {
        (self as usize)
            .checked_sub(2)
            .and_then(|at| ALL.get(at))
            .map_or("", |(_, text)| text)
    }
}

/// For every symbol of a document the word it is.
pub(super) fn of(tree: &Tree) -> Vec<Word> {
    static BY_TEXT: OnceLock<HashMap<&'static str, Word>> = OnceLock::new();
    let known = BY_TEXT.get_or_init(|| ALL.iter().map(|&(word, text)| (text, word)).collect());
    tree.symbols
        .iter()
        .map(|symbol| match known.get(&**symbol) {
            Some(word) => *word,
            None if symbol.starts_with("x-") => Word::Extension,
            None => Word::Other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_knows_its_text() {
        for &(word, text) in ALL {
            assert_eq!(word.text(), text);
        }
        assert_eq!(Word::Extension.text(), "");
        assert!((Word::Ref as usize) < SLOTS && (Word::Const as usize) < SLOTS);
    }
}
