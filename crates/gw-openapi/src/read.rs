//! What a document says: title, servers and operations, with references resolved and versions 2.0 to 3.2 read alike.
//!
//! It refuses to judge: what is missing or wrong is left out here and told by `lint`.

use std::cell::Cell;
use std::collections::HashSet;

use gw_model::{HttpMethod, OperationKey};

use crate::document::{Document, SpecVersion};
use crate::operation::{
    Content, Operation, Parameter, ParameterLocation, RequestBody, Response, SecurityRequirement,
};
use crate::tree::{Kind, Node, NodeId};

/// Most operations read; the largest public document known has 22,361.
pub const MAX_OPERATIONS: usize = 100_000;
/// Most that operations may take, in bytes.
const MAX_READ: usize = 160 * 1024 * 1024;
/// What a piece of text takes besides its bytes, with what its allocation takes.
const TEXT: usize = 64;
/// Longest URL of a server.
const MAX_URL: usize = 64 * 1024;

/// Bytes that operations may still take. Once more was asked for than there is, there is none.
struct Room(Cell<Option<usize>>);

impl Room {
    fn new(bytes: usize) -> Self {
        Self(Cell::new(Some(bytes)))
    }

    fn take(&self, bytes: usize) -> bool {
        let left = self.0.get().and_then(|left| left.checked_sub(bytes));
        self.0.set(left);
        left.is_some()
    }

    fn is_spent(&self) -> bool {
        self.0.get().is_none()
    }
}

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
            .filter_map(|server| filled_in(server.get("url")?.as_str()?, server.get("variables")))
            .collect()
    }

    /// Every operation, in document order, as far as [`Document::bounded_operations`] goes.
    pub fn operations(&self) -> &[Operation] {
        self.bounded_operations().0
    }

    /// Every operation, in document order, and whether these are all: references make a small text stand for more than
    /// memory holds, and what goes beyond the bounds is left out, whole operations at a time.
    pub fn bounded_operations(&self) -> (&[Operation], bool) {
        // Linting, compiling and reporting all ask; they are read once.
        let (operations, whole) = self.operations.get_or_init(|| self.read_operations());
        (operations, *whole)
    }

    fn read_operations(&self) -> (Vec<Operation>, bool) {
        let room = Room::new(MAX_READ);
        let nodes = self.operation_nodes();
        let mut operations = Vec::with_capacity(nodes.len().min(1024));
        for found in &nodes {
            let operation = self.read_operation(found, &room);
            if room.is_spent() {
                return (operations, false);
            }
            operations.push(operation);
        }
        (operations, nodes.len() < MAX_OPERATIONS)
    }

    /// One operation.
    pub fn operation(&self, key: &OperationKey) -> Option<Operation> {
        self.operation_nodes()
            .iter()
            .find(|found| found.key == *key)
            .map(|found| self.read_operation(found, &Room::new(MAX_READ)))
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
                    if found.len() == MAX_OPERATIONS {
                        return found;
                    }
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

    fn read_operation(&self, found: &FoundOperation<'_>, room: &Room) -> Operation {
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
        room.take(size_of::<Operation>() + key.path.len() * 3);
        let declared = self.read_parameters(*node, *item, room);
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
            tags: strings(node.get("tags"))
                .take_while(|tag| room.take(TEXT + tag.len()))
                .map(str::to_owned)
                .collect(),
            parameters,
            request_body: self.read_request_body(*node, body, form, room),
            responses: self.read_responses(*node, room),
            security: node
                .get("security")
                .or_else(|| self.root().get("security"))
                .map(|security| read_security(security, room)),
            extensions: node
                .entries()
                .filter(|(key, _)| key.text.starts_with("x-"))
                .take_while(|(key, _)| room.take(TEXT + key.text.len()))
                .map(|(key, value)| (key.text.to_owned(), value.id()))
                .collect(),
        }
    }

    fn read_parameters(&self, operation: Node<'_>, item: Node<'_>, room: &Room) -> Vec<Declared> {
        let mut declared: Vec<Declared> = Vec::new();
        // Looking through a long list for each of its members would take for ever.
        let mut names: HashSet<(u8, String)> = HashSet::new();
        for list in [operation.get("parameters"), item.get("parameters")]
            .into_iter()
            .flatten()
        {
            for parameter in list.items() {
                let Some(found) = self.read_parameter(parameter) else {
                    continue;
                };
                let (place, name) = found.identity();
                if names.insert((place, name.to_owned())) {
                    if !room.take(found.size()) {
                        return declared;
                    }
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
        room: &Room,
    ) -> Option<RequestBody> {
        let old = |fallback: &str| {
            let own = operation
                .get("consumes")
                .or_else(|| self.root().get("consumes"));
            let types: Vec<String> = strings(own)
                .take_while(|kind| room.take(size_of::<Content>() + TEXT + kind.len()))
                .map(str::to_owned)
                .collect();
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
            content: self.read_content(node, room),
            form,
        })
    }

    fn read_responses(&self, operation: Node<'_>, room: &Room) -> Vec<Response> {
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
            let description = node.get("description").and_then(Node::scalar_text);
            let text = status.text.len() + description.map_or(0, str::len);
            if !room.take(size_of::<Response>() + text) {
                return read;
            }
            let headers = node.get("headers").into_iter().flat_map(Node::entries);
            read.push(Response {
                status: status.text.to_owned(),
                description: description.map(str::to_owned),
                headers: headers
                    .take_while(|(name, _)| room.take(TEXT + name.text.len()))
                    .filter_map(|(name, header)| {
                        Some((name.text.to_owned(), self.resolve(header).ok()?.id()))
                    })
                    .collect(),
                content: self.read_response_content(operation, node, room),
                node: node.id(),
            });
        }
        read
    }

    fn read_response_content(
        &self,
        operation: Node<'_>,
        response: Node<'_>,
        room: &Room,
    ) -> Vec<Content> {
        if self.version() != Some(SpecVersion::V2) {
            return self.read_content(response, room);
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
        types
            .into_iter()
            .take_while(|kind| room.take(size_of::<Content>() + kind.len()))
            .map(content)
            .collect()
    }

    fn read_content(&self, holder: Node<'_>, room: &Room) -> Vec<Content> {
        let content = holder.get("content").into_iter().flat_map(Node::entries);
        content
            .take_while(|(kind, _)| room.take(size_of::<Content>() + kind.text.len()))
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
    /// Two of one identity are one parameter.
    fn identity(&self) -> (u8, &str) {
        match self {
            Self::Plain(parameter) => (parameter.location as u8, &parameter.name),
            Self::Form(parameter) => (u8::MAX - 1, &parameter.name),
            Self::Body(_) => (u8::MAX, ""),
        }
    }

    fn size(&self) -> usize {
        match self {
            Self::Plain(parameter) | Self::Form(parameter) => {
                let description = parameter.description.as_ref().map_or(0, String::len);
                size_of::<Parameter>()
                    + parameter.name.len()
                    + parameter.place.pointer.len()
                    + description
            }
            Self::Body(_) => 0,
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

fn read_security(node: Node<'_>, room: &Room) -> Vec<SecurityRequirement> {
    let scopes = |scopes: Node<'_>| {
        strings(Some(scopes))
            .take_while(|scope| room.take(TEXT + scope.len()))
            .map(str::to_owned)
            .collect()
    };
    node.items()
        .filter(|item| item.kind() == Kind::Mapping)
        .take_while(|_| room.take(size_of::<SecurityRequirement>()))
        .map(|item| SecurityRequirement {
            schemes: item
                .entries()
                .take_while(|(name, _)| room.take(2 * TEXT + name.text.len()))
                .map(|(name, value)| (name.text.to_owned(), scopes(value)))
                .collect(),
        })
        .collect()
}

/// A server's URL with its variables at their defaults; `None` for what is too long for one.
fn filled_in(template: &str, variables: Option<Node<'_>>) -> Option<String> {
    let mut url = String::new();
    let mut rest = template;
    while let Some((before, variable)) = rest.split_once('{') {
        url.push_str(before);
        let known = variable.split_once('}').and_then(|(name, after)| {
            let default = variables?.get(name)?.get("default")?.scalar_text()?;
            Some((default, after))
        });
        match known {
            Some((default, after)) => {
                url.push_str(default);
                rest = after;
            }
            None => {
                url.push('{');
                rest = variable;
            }
        }
        if url.len() > MAX_URL {
            return None;
        }
    }
    url.push_str(rest);
    (url.len() <= MAX_URL).then_some(url)
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
