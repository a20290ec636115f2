//! Operations: an HTTP method on a path template.
//!
//! It refuses to resolve `$ref`s or read documents.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The HTTP methods an operation can have, and AWS's catch-all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "UPPERCASE")]
pub enum HttpMethod {
    /// GET
    Get,
    /// PUT
    Put,
    /// POST
    Post,
    /// DELETE
    Delete,
    /// OPTIONS
    Options,
    /// HEAD
    Head,
    /// PATCH
    Patch,
    /// TRACE
    Trace,
    /// Every method: `x-amazon-apigateway-any-method`.
    Any,
}

impl HttpMethod {
    /// Every method, in the order OpenAPI lists them.
    pub const ALL: [HttpMethod; 9] = [
        Self::Get,
        Self::Put,
        Self::Post,
        Self::Delete,
        Self::Options,
        Self::Head,
        Self::Patch,
        Self::Trace,
        Self::Any,
    ];

    /// Upper case, as on the wire; `ANY` for the catch-all.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Put => "PUT",
            Self::Post => "POST",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
            Self::Head => "HEAD",
            Self::Patch => "PATCH",
            Self::Trace => "TRACE",
            Self::Any => "ANY",
        }
    }

    /// The key a path item uses for it.
    pub const fn document_key(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Put => "put",
            Self::Post => "post",
            Self::Delete => "delete",
            Self::Options => "options",
            Self::Head => "head",
            Self::Patch => "patch",
            Self::Trace => "trace",
            Self::Any => "x-amazon-apigateway-any-method",
        }
    }
}

impl fmt::Display for HttpMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for HttpMethod {
    type Err = NotAnOperation;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|method| method.as_str().eq_ignore_ascii_case(text))
            .ok_or_else(|| NotAnOperation(text.to_owned()))
    }
}

/// The text is not `METHOD /path`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not an operation: write a method and a path, like GET /pets/{{id}}")]
pub struct NotAnOperation(pub String);

/// A method and a path template; written and stored as `GET /pets/{id}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, TS)]
#[ts(type = "string")]
pub struct OperationKey {
    /// The method.
    pub method: HttpMethod,
    /// The path template as in the document, with its leading slash.
    pub path: String,
}

impl OperationKey {
    /// From its parts.
    pub fn new(method: HttpMethod, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
        }
    }
}

impl fmt::Display for OperationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

impl FromStr for OperationKey {
    type Err = NotAnOperation;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (method, path) = text
            .trim()
            .split_once(' ')
            .ok_or_else(|| NotAnOperation(text.to_owned()))?;
        let path = path.trim();
        if !path.starts_with('/') {
            return Err(NotAnOperation(text.to_owned()));
        }
        Ok(Self {
            method: method.parse()?,
            path: path.to_owned(),
        })
    }
}

impl Serialize for OperationKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for OperationKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut key: Self = text.parse().map_err(serde::de::Error::custom)?;
        // What was stored is exact: a path that ends with a space comes back with it.
        if let Some((_, path)) = text
            .split_once(' ')
            .filter(|(_, path)| path.starts_with('/'))
        {
            path.clone_into(&mut key.path);
        }
        Ok(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_reads_back_as_written() {
        for text in ["GET /pets", "ANY /{proxy+}", "DELETE /pets/{id}"] {
            assert_eq!(text.parse::<OperationKey>().unwrap().to_string(), text);
        }
        assert_eq!(
            "get /a".parse::<OperationKey>().unwrap().method,
            HttpMethod::Get
        );
    }

    #[test]
    fn text_that_is_no_operation_is_refused() {
        for text in ["", "GET", "/pets", "GET pets", "FETCH /pets"] {
            assert!(text.parse::<OperationKey>().is_err(), "{text:?} was taken");
        }
    }
}
