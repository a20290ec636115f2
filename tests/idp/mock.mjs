// An OAuth 2.0 server on loopback that issues the tokens an honest provider never would. It asks no client for a secret.
//
// Environment: PORT (0 or absent: any free one), AUDIENCE, SCOPE (what a token carries when the request does not say),
// KID. Prints `ready <issuer URL>` when it answers.
//
// The token request's form fields beyond OAuth's:
//   variant   one of the names in `claims` and `forgeries` below; absent: a good token
//   resource  the audience, ttl the lifetime in seconds, sub the subject, fail an HTTP status to answer instead
import { createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { OAuth2Server } from 'oauth2-mock-server';

const AUDIENCE = process.env.AUDIENCE ?? 'https://api.example.test';
const SCOPE = process.env.SCOPE ?? 'pets:read pets:write';
const HOUR = 3600;

// Variants that are signed properly and lie in their claims.
const claims = {
  expired: (payload, now) => Object.assign(payload, { iat: now - 2 * HOUR, nbf: now - 2 * HOUR, exp: now - HOUR }),
  'not-yet-valid': (payload, now) => Object.assign(payload, { nbf: now + HOUR, exp: now + 2 * HOUR }),
  'wrong-audience': (payload) => Object.assign(payload, { aud: 'https://someone-else.example.test' }),
  'wrong-issuer': (payload) => Object.assign(payload, { iss: 'https://issuer.example.test' }),
  'missing-scope': (payload) => delete payload.scope,
  'wrong-scope': (payload) => Object.assign(payload, { scope: 'unrelated:scope' }),
};

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const decode = (part) => JSON.parse(Buffer.from(part, 'base64url'));
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const signedBy = (key, text) => sign('sha256', Buffer.from(text), key).toString('base64url');

// Variants whose claims are right and whose signature is not. Each gets the honest header, payload part and public key.
const forgeries = {
  'alg-none': (header, payload) => `${encode({ ...header, alg: 'none' })}.${payload}.`,
  'hs256-public-key': (header, payload, publicKey) => {
    const text = `${encode({ ...header, alg: 'HS256' })}.${payload}`;
    const secret = publicKey.export({ type: 'spki', format: 'pem' });
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
  },
  'unknown-key': (header, payload) => {
    const text = `${encode({ ...header, kid: 'nobody-knows-this-key' })}.${payload}`;
    return `${text}.${signedBy(stranger, text)}`;
  },
  'wrong-signature': (header, payload) => {
    const text = `${encode(header)}.${payload}`;
    return `${text}.${signedBy(stranger, text)}`;
  },
};

const server = new OAuth2Server();
await server.issuer.keys.generate('RS256', { kid: process.env.KID ?? 'mock-1' });

server.service.on('beforeTokenSigning', ({ payload }, { body = {} }) => {
  const now = Math.floor(Date.now() / 1000);
  payload.aud = body.resource ?? body.audience ?? AUDIENCE;
  payload.scope = body.scope ?? SCOPE;
  payload.sub ??= body.sub ?? body.client_id ?? 'mock-client';
  if (body.ttl) payload.exp = now + Number(body.ttl);
  claims[body.variant]?.(payload, now);
});

server.service.on('beforeResponse', (response, { body = {} }) => {
  if (body.fail) {
    Object.assign(response, { statusCode: Number(body.fail), body: { error: 'invalid_grant' } });
    return;
  }
  if (body.variant && !claims[body.variant] && !forgeries[body.variant]) {
    Object.assign(response, { statusCode: 400, body: { error: 'invalid_request', error_description: 'unknown variant' } });
    return;
  }
  const forge = forgeries[body.variant];
  if (!forge) return;
  const [header, payload] = response.body.access_token.split('.');
  const { kid } = decode(header);
  const jwk = server.issuer.keys.toJSON().find((key) => key.kid === kid);
  response.body.access_token = forge(decode(header), payload, createPublicKey({ key: jwk, format: 'jwk' }));
});

await server.start(Number(process.env.PORT ?? 0), '127.0.0.1');
server.issuer.url = `http://127.0.0.1:${server.address().port}`;
console.log('ready', server.issuer.url);
