// What the authorizer's tests share: keys, tokens, a key manager on loopback, events as API Gateway sends them.
import http from 'node:http';

export const ISSUER = 'https://issuer.example.test';
export const AUDIENCE = 'https://api.example.test';
export const STAGE_ARN = 'arn:aws:execute-api:eu-west-1:111122223333:a1b2c3d4e5/live';
export const ROUTES = {
  'GET /pets': ['pets:read'],
  'POST /pets': ['pets:write'],
  'GET /pets/{id}': ['pets:read'],
  'GET /pets/{id}/owners/{owner}': ['pets:read', 'owners:read'],
  'ANY /files/{path+}': [],
  'GET /': [],
};

const GENERATE = {
  RS: (hash) => ({ name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash }),
  PS: (hash) => ({ name: 'RSA-PSS', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash }),
  ES: (hash) => ({ name: 'ECDSA', namedCurve: hash === 'SHA-256' ? 'P-256' : 'P-384' }),
};

/** A signing key: its public JWK and a function that signs a text. */
export async function signingKey(alg, kid, jwkMembers = {}) {
  const hash = `SHA-${alg.slice(2)}`;
  const family = alg.slice(0, 2);
  const pair = await crypto.subtle.generateKey(GENERATE[family](hash), true, ['sign', 'verify']);
  const { kty, n, e, crv, x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey);
  const publicMembers = kty === 'RSA' ? { kty, n, e } : { kty, crv, x, y };
  const parameters = { name: pair.privateKey.algorithm.name, hash, saltLength: Number(alg.slice(2)) / 8 };
  return {
    pair,
    jwk: { ...publicMembers, kid, alg, use: 'sig', ...jwkMembers },
    sign: async (text) => Buffer.from(await crypto.subtle.sign(parameters, pair.privateKey, Buffer.from(text))),
  };
}

export const encode = (value) =>
  Buffer.from(typeof value === 'string' || value instanceof Uint8Array ? value : JSON.stringify(value)).toString('base64url');

export const goodClaims = (changes = {}) => {
  const now = Math.floor(Date.now() / 1000);
  return { iss: ISSUER, aud: AUDIENCE, sub: 'u1', client_id: 'c1', iat: now, exp: now + 300, scope: 'pets:read', ...changes };
};

/** A compact JWS. */
export async function sign(key, claims, header = {}) {
  const text = `${encode({ alg: key.jwk.alg, kid: key.jwk.kid, typ: 'at+jwt', ...header })}.${encode(claims)}`;
  return `${text}.${encode(await key.sign(text))}`;
}

/**
 * A key manager's key set on loopback; `keys` may be changed, `status` and `delayMs` make it misbehave, and the next
 * `lost` answers never come: the connection breaks.
 */
export async function keyServer(...keys) {
  const state = { keys, status: 200, delayMs: 0, body: undefined, fetches: 0, lost: 0 };
  const server = http.createServer((request, response) => {
    state.fetches += 1;
    if (state.lost > 0) {
      state.lost -= 1;
      request.socket.destroy();
      return;
    }
    setTimeout(() => {
      response.writeHead(state.status, { 'content-type': 'application/json', location: 'http://127.0.0.1:1/' });
      response.end(state.body ?? JSON.stringify({ keys: state.keys.map((key) => key.jwk ?? key) }));
    }, state.delayMs);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  state.url = `http://127.0.0.1:${server.address().port}/jwks`;
  state.close = () => {
    server.closeAllConnections();
    server.close();
  };
  return state;
}

export const configFor = (server, changes = {}) => ({
  issuer: ISSUER,
  jwksUri: server.url,
  audience: AUDIENCE,
  algorithms: ['RS256', 'ES256', 'PS256'],
  routes: ROUTES,
  ...changes,
});

/** The event API Gateway sends a REQUEST authorizer. */
export function eventFor(token, { method = 'GET', resource = '/pets', path = resource, headers } = {}) {
  return {
    type: 'REQUEST',
    methodArn: `${STAGE_ARN}/${method}${path}`,
    resource,
    path,
    httpMethod: method,
    headers: headers ?? { Accept: '*/*', Authorization: `Bearer ${token}` },
  };
}

/** Whether IAM would let a request through: the policy's statements against the request's ARN. */
export function allows(policyDocument, method, path) {
  const arn = `${STAGE_ARN}/${method}${path}`;
  const matches = (pattern) =>
    new RegExp(`^${pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.')}$`).test(arn);
  const hits = policyDocument.Statement.filter((statement) => statement.Resource.some(matches));
  return hits.length > 0 && hits.every((statement) => statement.Effect === 'Allow');
}
