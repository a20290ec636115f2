//! For each rule of `lint` an API that breaks it and the next best that does not.
//!
//! It refuses to be part of the product: it is built for tests only.

use gw_model::{AwsAuthorizer, AwsTarget, EndpointType, HttpMethod};
use gw_plan::{Parameter, ParameterLocation, Plan, RouteBackend, RouteSecurity};

use crate::samples::{any_origin, aws, pets, route, wide};

/// What is linted.
pub(super) enum Case {
    /// A document; what it lacks of a head and of paths is added.
    Text(&'static str),
    /// A plan and a gateway, without a document.
    Made(fn() -> (Plan, AwsTarget)),
}
use Case::{Made, Text};

/// A rule with both.
pub(super) struct Fixture {
    pub(super) rule: &'static str,
    pub(super) fails: Case,
    pub(super) passes: Case,
}

const fn text(rule: &'static str, fails: &'static str, passes: &'static str) -> Fixture {
    Fixture {
        rule,
        fails: Text(fails),
        passes: Text(passes),
    }
}

const fn made(
    rule: &'static str,
    fails: fn() -> (Plan, AwsTarget),
    passes: fn() -> (Plan, AwsTarget),
) -> Fixture {
    Fixture {
        rule,
        fails: Made(fails),
        passes: Made(passes),
    }
}

pub(super) const FIXTURES: &[Fixture] = &[
    text(
        "GW001",
        "openapi: 3.1.0\ninfo: {title: pets, version: '1'}\npaths: {/a: {get: {responses: {}}}}\n",
        "",
    ),
    text(
        "GW002",
        "openapi: 3.0.3\ninfo: {title: pets\npaths: [\n",
        "",
    ),
    text("GW002", "swagger: '1.2'\ninfo: {}\n", ""),
    made(
        "GW003",
        || {
            let mut plan = wide(300);
            plan.routes[0].backend = RouteBackend::Verbatim {
                integration: format!("\"{}\"", "x".repeat(7 << 20)),
            };
            (plan, aws())
        },
        || (wide(300), aws()),
    ),
    text(
        "GW004",
        "components: {schemas: {A: {$ref: 'other.yaml#/A'}}}\n",
        "components: {schemas: {A: {properties: {$ref: {type: string}}}, B: {$ref: '#/components/schemas/A'}}}\n",
    ),
    text(
        "GW005",
        "servers: [{url: 'https://api.example.test'}, {url: 'https://api.example.test/v2/'}]\n",
        "servers: [{url: 'https://api.example.test/'}]\n",
    ),
    text(
        "GW005",
        "swagger: '2.0'\ninfo: {title: pets, version: '1'}\nbasePath: /v2\npaths: {/a: {get: {responses: {}}}}\n",
        "swagger: '2.0'\ninfo: {title: pets, version: '1'}\nbasePath: /\npaths: {/a: {get: {responses: {}}}}\n",
    ),
    text("GW006", "paths: {}\n", ""),
    text(
        "GW007",
        "openapi: 3.0.3\ninfo: {title: Pet Store, version: '1'}\npaths: {/a: {get: {responses: {}}}}\n",
        "openapi: 3.0.3\ninfo: {title: P-ets, version: '1'}\npaths: {/a: {get: {responses: {}}}}\n",
    ),
    text(
        "GW008",
        "paths: {/a: {get: {responses: {}, callbacks: {done: {'{$request.query.url}': {post: {responses: {}}}}}}}}\n",
        "components: {schemas: {A: {properties: {callbacks: {type: string}, links: {type: string}}}}}\n",
    ),
    text(
        "GW008",
        "paths: {/a: {get: {responses: {'200': {description: d, links: {next: {operationId: x}}}}}}}\n",
        "paths: {/a: {get: {responses: {'200': {description: d, links: {}}}}}}\n",
    ),
    text(
        "GW008",
        "openapi: 3.1.0\ninfo: {title: pets, version: '1'}\nwebhooks: {gone: {post: {responses: {}}}}\npaths: {/a: {get: {responses: {}}}}\n",
        "openapi: 3.1.0\ninfo: {title: pets, version: '1'}\nwebhooks: {}\npaths: {/a: {get: {responses: {}}}}\n",
    ),
    text(
        "GW009",
        "tags: [{name: pets}]\n",
        "components: {schemas: {A: {properties: {tags: {type: array, items: {type: string}}}}}}\n",
    ),
    text(
        "GW010",
        "paths: {'/users/@me': {get: {}}}\n",
        "paths: {'/a_b-c.d,e:f/{id}': {get: {}}, '/a.{ext}': {get: {}}}\n",
    ),
    text("GW010", "paths: {'/a b': {get: {}}}\n", ""),
    text("GW010", "paths: {'/é': {get: {}}}\n", ""),
    text(
        "GW011",
        "paths: {'/a.{ext}': {get: {}}}\n",
        "paths: {'/{id}/a.b': {get: {}}, '/@me': {get: {}}}\n",
    ),
    text("GW011", "paths: {'/{a}{b}': {get: {}}}\n", ""),
    text("GW011", "paths: {'/{a}-{b}': {get: {}}}\n", ""),
    text(
        "GW012",
        "paths: {'/u/{id}': {get: {}}, '/u/{name}/x': {get: {}}}\n",
        "paths: {'/u/{id}': {get: {}}, '/u/{id}/x': {get: {}}, '/v/{name}': {get: {}}, '/u/{id}/{name}': {get: {}}}\n",
    ),
    text(
        "GW012",
        "paths: {'/{a}': {get: {}}, '/{b+}': {get: {}}}\n",
        "",
    ),
    text(
        "GW013",
        "paths: {'/a/{p+}/{q}': {get: {}}}\n",
        "paths: {'/a/{p+}': {get: {}}, /a: {get: {}}}\n",
    ),
    text(
        "GW014",
        "paths: {/sping/x: {get: {}}}\n",
        "paths: {/a/ping: {get: {}}, /pings: {get: {}}}\n",
    ),
    made("GW015", || (wide(755), aws()), || (wide(750), aws())),
    text(
        "GW016",
        "paths: {'/items:batchGet': {get: {}}}\n",
        "paths: {/items: {get: {}}}\n",
    ),
    text(
        "GW017",
        "paths: {/a: {get: {}}, /a/: {get: {}}}\n",
        "paths: {/a/: {get: {}}, /b: {get: {}}, /: {get: {}}}\n",
    ),
    text(
        "GW021",
        "paths: {/a: {trace: {}}}\n",
        "paths: {/a: {get: {}}}\n",
    ),
    text("GW021", "paths: {/a: {trace: {}, get: {}}}\n", ""),
    text(
        "GW021",
        "openapi: 3.2.0\ninfo: {title: pets, version: '1'}\npaths: {/a: {get: {}, query: {responses: {}}}}\n",
        "",
    ),
    text(
        "GW021",
        "openapi: 3.2.0\ninfo: {title: pets, version: '1'}\npaths: {/a: {get: {}, additionalOperations: {COPY: {responses: {}}}}}\n",
        "",
    ),
    text(
        "GW022",
        "paths: {/a: {get: {x-amazon-apigateway-integration: {type: http, uri: 'https://b.example', requestParameters: {integration.request.querystring.q: method.request.querystring.q}}}}}\n",
        "paths: {'/a/{id}': {get: {parameters: [{name: q, in: query, schema: {type: string}}], x-amazon-apigateway-integration: {type: http, uri: 'https://b.example', requestParameters: {integration.request.querystring.q: method.request.querystring.q, integration.request.path.id: method.request.path.id, integration.request.header.b: method.request.body.a, integration.request.header.c: context.requestId}}}}}\n",
    ),
    text(
        "GW023",
        "paths: {/a: {get: {x-amazon-apigateway-integration: {type: http, uri: 'https://b.example', requestParameters: {integration.request.header.x: true}}}}}\n",
        "paths: {/a: {get: {x-amazon-apigateway-integration: {type: http, uri: 'https://b.example', requestParameters: {integration.request.header.x: \"'true'\"}}}}}\n",
    ),
    text(
        "GW024",
        "paths: {/a: {get: {responses: {'200': {description: d}}, x-amazon-apigateway-integration: {type: http, uri: 'https://b.example', responses: {default: {statusCode: 200, responseParameters: {method.response.header.X-Kind: \"'a'\"}}}}}}}\n",
        "paths: {/a: {get: {responses: {'200': {description: d, headers: {x-kind: {schema: {type: string}}}}}, x-amazon-apigateway-integration: {type: http, uri: 'https://b.example', responses: {default: {statusCode: 200, responseParameters: {method.response.header.X-Kind: \"'a'\"}}}}}}}\n",
    ),
    text(
        "GW025",
        "paths: {/a: {get: {x-amazon-apigateway-integration: {type: http_proxy, uri: '${stageVariables.host}/x'}}}}\n",
        "paths: {/a: {get: {x-amazon-apigateway-integration: {type: http_proxy, uri: 'https://${stageVariables.host}/x'}}}}\n",
    ),
    made("GW025", || http("ftp://x"), || http("https://x.example/x")),
    made(
        "GW025",
        || http("https:///x"),
        || http("https://x.example/x"),
    ),
    text(
        "GW026",
        "paths: {/a: {get: {x-amazon-apigateway-integration: {type: aws, uri: 'arn:aws:sqs:eu-west-1:1:q'}}}}\n",
        "paths: {/a: {get: {x-amazon-apigateway-integration: {type: aws, uri: 'arn:aws:apigateway:eu-west-1:sqs:action/SendMessage'}}}}\n",
    ),
    text(
        "GW026",
        "paths: {/a: {get: {x-amazon-apigateway-integration: {type: aws_proxy, uri: 'arn:aws:apigateway:eu-west-1:sqs:path/1/q'}}}}\n",
        "paths: {/a: {get: {x-amazon-apigateway-integration: {type: aws_proxy, uri: 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/f/invocations'}}}}\n",
    ),
    made(
        "GW026",
        || lambda("arn:aws:sqs:eu-west-1:1:q"),
        || lambda("arn:aws:lambda:eu-west-1:1:function:f"),
    ),
    text(
        "GW027",
        "paths: {/a: {get: {deprecated: true}}}\n",
        "paths: {/a: {get: {deprecated: false}}}\n",
    ),
    text(
        "GW028",
        "paths: {/a: {delete: {requestBody: {content: {application/json: {}}}}}}\n",
        "paths: {/a: {post: {requestBody: {content: {application/json: {}}}}}}\n",
    ),
    text(
        "GW029",
        "paths: {/a: {get: {operationId: getA}}}\n",
        "paths: {/a: {get: {}}}\n",
    ),
    text(
        "GW030",
        "paths: {/a: {get: {parameters: [{name: q, in: query, schema: {type: string, enum: [a]}}]}}}\n",
        "paths: {/a: {get: {parameters: [{name: q, in: query, required: true, description: d, schema: {type: string}}]}}}\n",
    ),
    text(
        "GW030",
        "swagger: '2.0'\ninfo: {title: pets, version: '1'}\npaths: {/a: {get: {parameters: [{name: q, in: query, type: integer, maximum: 3}]}}}\n",
        "swagger: '2.0'\ninfo: {title: pets, version: '1'}\npaths: {/a: {get: {parameters: [{name: q, in: query, type: integer}]}}}\n",
    ),
    // What is asked of lists says nothing about a text.
    text(
        "GW030",
        "paths: {/a: {get: {parameters: [{name: q, in: query, schema: {type: [array, 'null'], uniqueItems: true}}]}}}\n",
        "paths: {/a: {get: {parameters: [{name: q, in: query, schema: {type: string, uniqueItems: true, minimum: 3}}]}}}\n",
    ),
    text(
        "GW031",
        "paths: {'/a/{id}': {get: {parameters: [{name: id, in: query}]}}}\n",
        "paths: {'/a/{id}': {get: {parameters: [{name: x-id, in: query}]}}}\n",
    ),
    text(
        "GW032",
        "paths: {/a: {get: {parameters: [{name: id, in: cookie}]}}}\n",
        "paths: {/a: {get: {parameters: [{name: id, in: query}]}}}\n",
    ),
    text(
        "GW033",
        "paths: {/a: {get: {parameters: [{name: Page, in: query}, {name: page, in: query}]}}}\n",
        "paths: {/a: {get: {parameters: [{name: Page, in: query}, {name: page, in: header}]}}}\n",
    ),
    text(
        "GW034",
        "paths: {/a: {get: {parameters: [{name: Via, in: header}]}}}\n",
        "paths: {/a: {get: {parameters: [{name: X-Via, in: header}, {name: te, in: query}]}}}\n",
    ),
    text(
        "GW034",
        "paths: {/a: {get: {responses: {'401': {description: d, headers: {WWW-Authenticate: {schema: {type: string}}}}}}}}\n",
        "paths: {/a: {get: {responses: {'401': {description: d, headers: {Age: {schema: {type: integer}}}}}}}}\n",
    ),
    text(
        "GW035",
        "paths: {/a: {post: {parameters: [{name: x-http-method-override, in: header}]}}}\n",
        "paths: {/a: {post: {parameters: [{name: x-http-method-override, in: query}]}}}\n",
    ),
    text(
        "GW043",
        "components: {schemas: {A: {type: string, example: a}}}\n",
        "components: {schemas: {A: {properties: {example: {type: string}}}}}\n",
    ),
    text(
        "GW046",
        "components: {schemas: {A: {properties: {id: {type: string, readOnly: true}}}}}\n",
        "components: {schemas: {A: {properties: {readOnly: {type: boolean}, id: {readOnly: false}}}}}\n",
    ),
    text(
        "GW047",
        "components: {schemas: {A: {type: string, default: a}}}\n",
        "servers: [{url: 'https://{h}', variables: {h: {default: x.example}}}]\npaths: {/a: {get: {responses: {default: {description: d}}}}}\ncomponents: {schemas: {A: {properties: {default: {type: string}}}}}\n",
    ),
    text(
        "GW059",
        "components: {schemas: {A: {type: string, pattern: '(?<=a)b'}}}\n",
        "components: {schemas: {A: {type: string, pattern: '(?=a)b'}, B: {properties: {pattern: {type: string}}}}}\n",
    ),
    text(
        "GW071",
        "paths: {/a: {get: {responses: {'500': {$ref: '#/components/responses/E'}}}}}\ncomponents: {responses: {E: {description: e}}}\n",
        "paths: {/a: {get: {responses: {'500': {description: e}}}}}\n",
    ),
    text(
        "GW073",
        "components: {securitySchemes: {o: {type: http, scheme: bearer}}}\n",
        "components: {securitySchemes: {k: {type: apiKey, name: x-api-key, in: header}}}\n",
    ),
    text(
        "GW073",
        "swagger: '2.0'\ninfo: {title: pets, version: '1'}\nsecurityDefinitions: {o: {type: basic}}\npaths: {/a: {get: {}}}\n",
        "swagger: '2.0'\ninfo: {title: pets, version: '1'}\nsecurityDefinitions: {o: {type: apiKey, name: k, in: query}}\npaths: {/a: {get: {}}}\n",
    ),
    Fixture {
        rule: "GW074",
        fails: Text(""),
        passes: Made(|| (pets(), aws())),
    },
    text(
        "GW075",
        "security: [{a: []}, {b: []}]\n",
        "security: [{a: []}, {}]\n",
    ),
    text(
        "GW075",
        "paths: {/a: {get: {security: [{a: [], b: []}]}}}\n",
        "paths: {/a: {get: {security: [{a: []}]}}}\n",
    ),
    made(
        "GW076",
        || existing("arn:aws:lambda:eu-west-1:111122223333:function:auth"),
        || (pets(), aws()),
    ),
    made(
        "GW077",
        || existing("auth"),
        || existing("arn:aws:lambda:eu-west-1:111122223333:function:auth:live"),
    ),
    made(
        "GW077",
        || existing("arn:aws:lambda:eu-west-1:1:function:auth"),
        || existing("arn:aws:lambda:eu-west-1:111122223333:function:auth"),
    ),
    made(
        "GW077",
        || existing("arn:aws:iam::111122223333:role/x"),
        || (pets(), aws()),
    ),
    text(
        "GW078",
        "components: {securitySchemes: {r: {type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authorizer: {type: request, identitySource: 'method.request.header.A, context.identity.sourceIp'}}}}\n",
        "components: {securitySchemes: {r: {type: apiKey, name: Unused, in: header, x-amazon-apigateway-authorizer: {type: request, identitySource: 'method.request.header.A, context.identity.sourceIp'}}}}\n",
    ),
    text(
        "GW079",
        "x-amazon-apigateway-policy: {Version: '2012-10-17'}\n",
        "",
    ),
    made(
        "aws-authorizer-algorithms",
        || checked(|check| check.algorithms = vec!["EdDSA".to_owned()]),
        || checked(|check| check.algorithms = vec!["EdDSA".to_owned(), "ES256".to_owned()]),
    ),
    made(
        "aws-authorizer-ttl",
        || checked(|check| check.ttl_seconds = 3601),
        || checked(|check| check.ttl_seconds = 3600),
    ),
    made(
        "aws-backend-unreachable",
        || http("http://127.0.0.1:8080/x"),
        || http("http://127.example.com/x"),
    ),
    made(
        "aws-backend-unreachable",
        || http("http://[::1]:8080/x"),
        || {
            let (plan, target) = http("http://localhost/x");
            let endpoint_url = Some("http://127.0.0.1:4566".to_owned());
            (
                plan,
                AwsTarget {
                    endpoint_url,
                    ..target
                },
            )
        },
    ),
    made(
        "aws-cors-answers",
        || {
            let (mut plan, target) = http("https://x.example/a");
            plan.cors = Some(any_origin(&[("/a", &[HttpMethod::Get])]));
            (plan, target)
        },
        || http("https://x.example/a"),
    ),
    made(
        "aws-keys-unreachable",
        || checked(|check| check.jwks_uri = "http://127.0.0.1:9/jwks".to_owned()),
        || (pets(), aws()),
    ),
    made(
        "aws-private-policy",
        || {
            let endpoint_type = EndpointType::Private;
            (
                pets(),
                AwsTarget {
                    endpoint_type,
                    ..aws()
                },
            )
        },
        || (pets(), aws()),
    ),
    made("aws-stage-name", || staged("a/b"), || staged("a-b_1")),
    made("aws-stage-name", || staged(""), || staged("a")),
];

fn one(backend: RouteBackend) -> (Plan, AwsTarget) {
    let mut plan = pets();
    plan.token_check = None;
    let open = RouteSecurity::Open { declared: true };
    plan.routes = vec![route(HttpMethod::Get, "/a", open)];
    plan.routes[0].backend = backend;
    plan.routes[0].parameters = vec![Parameter {
        name: "q".to_owned(),
        location: ParameterLocation::Query,
        required: false,
    }];
    (plan, aws())
}

fn http(url: &str) -> (Plan, AwsTarget) {
    one(RouteBackend::Http {
        url: url.to_owned(),
    })
}

fn lambda(uri: &str) -> (Plan, AwsTarget) {
    one(RouteBackend::Lambda {
        uri: uri.to_owned(),
        credentials: None,
    })
}

fn checked(change: fn(&mut gw_plan::TokenCheck)) -> (Plan, AwsTarget) {
    let mut plan = pets();
    change(plan.token_check.as_mut().unwrap());
    (plan, aws())
}

fn existing(arn: &str) -> (Plan, AwsTarget) {
    let mut plan = pets();
    plan.token_check.as_mut().unwrap().aws = AwsAuthorizer::Existing {
        lambda_arn: arn.to_owned(),
        invoke_role_arn: None,
    };
    (plan, aws())
}

fn staged(stage: &str) -> (Plan, AwsTarget) {
    let stage = stage.to_owned();
    (pets(), AwsTarget { stage, ..aws() })
}
