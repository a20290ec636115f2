//! What a document says: title, servers and operations, with references resolved and versions 2.0 to 3.2 read alike.
//!
//! It refuses to judge: what is missing or wrong is left out here and told by `lint`.

use gw_model::{HttpMethod, OperationKey};

use crate::document::{Document, SpecVersion};
use crate::operation::{
    Content, Operation, Parameter, ParameterLocation, RequestBody, Response, SecurityRequirement,
};
use crate::tree::{Kind, Node, NodeId};

impl Document {
    /// `info.title`.
    pub fn title(&self) -> Option<&str> {
        self.at("/info/title").and_then(Node::scalar_text)
    }

    /// `info.version`.
    pub fn api_version(&self) -> Option<&str> {
        self.at("/info/version").and_then(Node::scalar_text)
    }

    /// `info.description`.
    pub fn description(&self) -> Option<&str> {
        self.at("/info/description").and_then(Node::scalar_text)
    }

    /// Base URLs, variables at their defaults; in 2.0 made of `schemes`, `host` and `basePath`.
    pub fn servers(&self) -> Vec<String> {
        let root = self.root();
        if self.version() == Some(SpecVersion::V2) {
            let base = root
                .get("basePath")
                .and_then(Node::as_str)
                .unwrap_or_default();
            let Some(host) = root.get("host").and_then(Node::as_str) else {
                return if base.is_empty() {
                    Vec::new()
                } else {
                    vec![base.to_owned()]
                };
            };
            let mut schemes: Vec<&str> = strings(root.get("schemes")).collect();
            if schemes.is_empty() {
                schemes.push("https");
            }
            return schemes
                .iter()
                .map(|scheme| format!("{scheme}://{host}{base}"))
                .collect();
        }
        let Some(servers) = root.get("servers") else {
            return Vec::new();
        };
        servers
            .items()
            .filter_map(|server| {
                let mut url = server.get("url")?.as_str()?.to_owned();
                for (name, variable) in server.get("variables").into_iter().flat_map(Node::entries)
                {
                    if let Some(value) = variable.get("default").and_then(Node::scalar_text) {
                        url = url.replace(&format!("{{{}}}", name.text), value);
                    }
                }
                Some(url)
            })
            .collect()
    }

    /// Every operation, in document order.
    pub fn operations(&self) -> Vec<Operation> {
        self.operation_nodes()
            .into_iter()
            .map(|found| self.read_operation(&found))
            .collect()
    }

    /// One operation.
    pub fn operation(&self, key: &OperationKey) -> Option<Operation> {
        self.operation_nodes()
            .iter()
            .find(|found| found.key == *key)
            .map(|found| self.read_operation(found))
    }

    pub(crate) fn operation_nodes(&self) -> Vec<FoundOperation<'_>> {
        let mut found = Vec::new();
        for (path, item) in self.root().get("paths").into_iter().flat_map(Node::entries) {
            if !path.text.starts_with('/') {
                continue;
            }
            let Ok(item) = self.resolve(item) else {
                continue;
            };
            for (name, node) in item.entries() {
                let method = HttpMethod::ALL
                    .into_iter()
                    .find(|method| method.document_key() == name.text);
                if let (Some(method), true) = (method, node.is_mapping()) {
                    let key = OperationKey::new(method, path.text);
                    found.push(FoundOperation {
                        key,
                        at: name.span().start,
                        node,
                        item,
                    });
                }
            }
        }
        found
    }

    fn read_operation(&self, found: &FoundOperation<'_>) -> Operation {
        let FoundOperation {
            key,
            at,
            node,
            item,
        } = found;
        let text = |name: &str| {
            node.get(name)
                .or_else(|| item.get(name))
                .and_then(Node::scalar_text)
                .map(str::to_owned)
        };
        let declared = self.read_parameters(*node, *item);
        let mut parameters = Vec::new();
        let mut form = Vec::new();
        let mut body = None;
        for parameter in declared {
            match parameter {
                Declared::Plain(parameter) => parameters.push(parameter),
                Declared::Form(parameter) => form.push(parameter),
                Declared::Body(node) => body = Some(node),
            }
        }
        let mut place = self.tree.place_at(*at, node.pointer());
        place.pointer = format!(
            "/paths/{}/{}",
            crate::pointer::escape(&key.path),
            key.method.document_key()
        );
        Operation {
            key: key.clone(),
            place,
            node: node.id(),
            operation_id: node
                .get("operationId")
                .and_then(Node::scalar_text)
                .map(str::to_owned),
            summary: text("summary"),
            description: text("description"),
            deprecated: is_true(*node, "deprecated"),
            tags: strings(node.get("tags")).map(str::to_owned).collect(),
            parameters,
            request_body: self.read_request_body(*node, body, form),
            responses: self.read_responses(*node),
            security: node
                .get("security")
                .or_else(|| self.root().get("security"))
                .map(read_security),
            extensions: node
                .entries()
                .filter(|(key, _)| key.text.starts_with("x-"))
                .map(|(key, value)| (key.text.to_owned(), value.id()))
                .collect(),
        }
    }

    fn read_parameters(&self, operation: Node<'_>, item: Node<'_>) -> Vec<Declared> {
        let mut declared: Vec<Declared> = Vec::new();
        for list in [operation.get("parameters"), item.get("parameters")]
            .into_iter()
            .flatten()
        {
            for parameter in list.items() {
                let Some(found) = self.read_parameter(parameter) else {
                    continue;
                };
                let known = declared.iter().any(|other| other.same_as(&found));
                if !known {
                    declared.push(found);
                }
            }
        }
        declared
    }

    fn read_parameter(&self, written: Node<'_>) -> Option<Declared> {
        let node = self.resolve(written).ok()?;
        let name = node.get("name")?.scalar_text()?.to_owned();
        let location = match node.get("in")?.as_str()? {
            "path" => ParameterLocation::Path,
            "query" | "querystring" => ParameterLocation::Query,
            "header" => ParameterLocation::Header,
            "cookie" => ParameterLocation::Cookie,
            "body" => return Some(Declared::Body(node.id())),
            "formData" => {
                return Some(Declared::Form(parameter_at(
                    name,
                    ParameterLocation::Query,
                    node,
                    written,
                )));
            }
            _ => return None,
        };
        Some(Declared::Plain(parameter_at(name, location, node, written)))
    }

    fn read_request_body(
        &self,
        operation: Node<'_>,
        body: Option<NodeId>,
        form: Vec<Parameter>,
    ) -> Option<RequestBody> {
        let old = |fallback: &str| {
            let own = operation
                .get("consumes")
                .or_else(|| self.root().get("consumes"));
            let types: Vec<String> = strings(own).map(str::to_owned).collect();
            if types.is_empty() {
                vec![fallback.to_owned()]
            } else {
                types
            }
        };
        if let Some(body) = body.map(|id| self.node(id)) {
            let schema = body.get("schema").map(Node::id);
            let content = |media_type| Content {
                media_type,
                schema,
                node: Some(body.id()),
            };
            return Some(RequestBody {
                required: is_true(body, "required"),
                description: body
                    .get("description")
                    .and_then(Node::scalar_text)
                    .map(str::to_owned),
                content: old("application/json").into_iter().map(content).collect(),
                form: Vec::new(),
            });
        }
        if !form.is_empty() {
            let content = |media_type| Content {
                media_type,
                schema: None,
                node: None,
            };
            return Some(RequestBody {
                required: form.iter().any(|field| field.required),
                description: None,
                content: old("application/x-www-form-urlencoded")
                    .into_iter()
                    .map(content)
                    .collect(),
                form,
            });
        }
        let node = self.resolve(operation.get("requestBody")?).ok()?;
        Some(RequestBody {
            required: is_true(node, "required"),
            description: node
                .get("description")
                .and_then(Node::scalar_text)
                .map(str::to_owned),
            content: self.read_content(node),
            form,
        })
    }

    fn read_responses(&self, operation: Node<'_>) -> Vec<Response> {
        let Some(responses) = operation.get("responses") else {
            return Vec::new();
        };
        let mut read = Vec::new();
        for (status, written) in responses.entries() {
            if status.text.starts_with("x-") {
                continue;
            }
            let Ok(node) = self.resolve(written) else {
                continue;
            };
            let headers = node.get("headers").into_iter().flat_map(Node::entries);
            read.push(Response {
                status: status.text.to_owned(),
                description: node
                    .get("description")
                    .and_then(Node::scalar_text)
                    .map(str::to_owned),
                headers: headers
                    .filter_map(|(name, header)| {
                        Some((name.text.to_owned(), self.resolve(header).ok()?.id()))
                    })
                    .collect(),
                content: self.read_response_content(operation, node),
                node: node.id(),
            });
        }
        read
    }

    fn read_response_content(&self, operation: Node<'_>, response: Node<'_>) -> Vec<Content> {
        if self.version() != Some(SpecVersion::V2) {
            return self.read_content(response);
        }
        let examples = response.get("examples");
        let schema = response.get("schema").map(Node::id);
        if schema.is_none() && examples.is_none() {
            return Vec::new();
        }
        let own = operation
            .get("produces")
            .or_else(|| self.root().get("produces"));
        let mut types: Vec<&str> = strings(own).collect();
        if types.is_empty() {
            types = examples
                .into_iter()
                .flat_map(Node::entries)
                .map(|(key, _)| key.text)
                .collect();
        }
        if types.is_empty() {
            types.push("application/json");
        }
        let content = |media_type: &str| Content {
            media_type: media_type.to_owned(),
            schema,
            node: Some(response.id()),
        };
        types.into_iter().map(content).collect()
    }

    fn read_content(&self, holder: Node<'_>) -> Vec<Content> {
        let content = holder.get("content").into_iter().flat_map(Node::entries);
        content
            .map(|(media_type, written)| {
                // 3.2 lets a media type be a reference.
                let node = self.resolve(written).unwrap_or(written);
                let schema = node
                    .get("schema")
                    .or_else(|| node.get("itemSchema"))
                    .map(Node::id);
                Content {
                    media_type: media_type.text.to_owned(),
                    schema,
                    node: Some(node.id()),
                }
            })
            .collect()
    }
}

/// Where an operation stands.
pub(crate) struct FoundOperation<'d> {
    pub(crate) key: OperationKey,
    /// Offset of the method's key.
    pub(crate) at: usize,
    pub(crate) node: Node<'d>,
    /// The path item, references resolved.
    pub(crate) item: Node<'d>,
}

enum Declared {
    Plain(Parameter),
    /// A field of a 2.0 form.
    Form(Parameter),
    /// A 2.0 body parameter.
    Body(NodeId),
}

impl Declared {
    fn same_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Plain(a), Self::Plain(b)) => a.name == b.name && a.location == b.location,
            (Self::Form(a), Self::Form(b)) => a.name == b.name,
            (Self::Body(_), Self::Body(_)) => true,
            _ => false,
        }
    }
}

fn parameter_at(
    name: String,
    location: ParameterLocation,
    node: Node<'_>,
    written: Node<'_>,
) -> Parameter {
    let in_content = || {
        node.get("content")
            .and_then(|content| content.entries().next()?.1.get("schema"))
    };
    let schema = node
        .get("schema")
        .or_else(in_content)
        .or_else(|| node.get("type").map(|_| node));
    Parameter {
        name,
        location,
        required: location == ParameterLocation::Path || is_true(node, "required"),
        description: node
            .get("description")
            .and_then(Node::scalar_text)
            .map(str::to_owned),
        deprecated: is_true(node, "deprecated"),
        schema: schema.map(Node::id),
        node: node.id(),
        place: written.place(),
    }
}

fn read_security(node: Node<'_>) -> Vec<SecurityRequirement> {
    node.items()
        .filter(|item| item.kind() == Kind::Mapping)
        .map(|item| SecurityRequirement {
            schemes: item
                .entries()
                .map(|(name, scopes)| {
                    (
                        name.text.to_owned(),
                        strings(Some(scopes)).map(str::to_owned).collect(),
                    )
                })
                .collect(),
        })
        .collect()
}

/// The strings of a list; none when it is no list.
pub(crate) fn strings(node: Option<Node<'_>>) -> impl Iterator<Item = &str> {
    node.into_iter()
        .flat_map(Node::items)
        .filter_map(Node::scalar_text)
}

/// Whether a flag is set.
fn is_true(node: Node<'_>, flag: &str) -> bool {
    node.get(flag).and_then(Node::as_bool) == Some(true)
}
