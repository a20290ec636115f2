// The Lambda authorizer that Gatewright provisions: checks an OAuth 2.0 bearer token (a signed JWT) for one API.
//
// It refuses to log, store or pass on a token; to take a key or an algorithm from a token; to answer for another route.
//
// API Gateway asks it as a REQUEST authorizer whose identity sources are the Authorization header, the HTTP method and
// the resource path. Those three are the key of API Gateway's cache, so a kept answer is only ever used for the route
// it was made for.
//
// Invariant: an answer allows or denies exactly the requests of the route it was asked about. It names the route's own
// ARN pattern, so should a cache ever mix routes up, the mistake is a refusal.
//
// Answers: a policy that allows; a policy that denies (403: the token is good, its scopes are not); an error whose
// message is "Unauthorized" (401: no good token); any other error (500: the keys cannot be had).
import { readFileSync } from 'node:fs';

const MAX_TOKEN_BYTES = 8192;
const MAX_JWKS_BYTES = 256 * 1024;
const MAX_JWKS_KEYS = 128;
const MIN_RSA_BITS = 2048; // RFC 7518 3.3 and 3.5
const FETCH_TIMEOUT_MS = 3000; // two of them fit into the function's ten seconds
const KEYS_FRESH_MS = 10 * 60 * 1000;
const KEYS_STALE_MS = 24 * 60 * 60 * 1000; // kept this long while the key manager does not answer
const REFETCH_PAUSE_MS = 30 * 1000; // an unknown kid asks again this often at most, whatever callers send
const FAILURE_PAUSE_MS = 2 * 1000; // the same after a failed fetch
const LEEWAY_SECONDS = 30;
const MAX_RESOURCE_CHARS = 512; // API Gateway's limit for a policy's Resource

const ALGORITHMS = {
  RS256: { kty: 'RSA', name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  RS384: { kty: 'RSA', name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-384' },
  RS512: { kty: 'RSA', name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-512' },
  PS256: { kty: 'RSA', name: 'RSA-PSS', hash: 'SHA-256', saltLength: 32 },
  PS384: { kty: 'RSA', name: 'RSA-PSS', hash: 'SHA-384', saltLength: 48 },
  PS512: { kty: 'RSA', name: 'RSA-PSS', hash: 'SHA-512', saltLength: 64 },
  ES256: { kty: 'EC', name: 'ECDSA', hash: 'SHA-256', crv: 'P-256' },
  ES384: { kty: 'EC', name: 'ECDSA', hash: 'SHA-384', crv: 'P-384' },
};

const TYPES = new Set(['jwt', 'at+jwt', 'application/at+jwt']); // RFC 9068; another type is another kind of token

/** No good token: 401. `reason` is for the log and says nothing of the token's contents. */
class Refusal extends Error {
  constructor(reason) {
    super('Unauthorized');
    this.reason = reason;
  }
}

let configured;

/** What Lambda calls. Its configuration is `config.json`, in the same package. */
export async function handler(event) {
  configured ??= createAuthorizer(JSON.parse(readFileSync(new URL('./config.json', import.meta.url), 'utf8')));
  return configured(event);
}

/**
 * An authorizer for one configuration:
 * `issuer`, `jwksUri`, `audience`; `algorithms`: accepted signature algorithms; `routes`: the scopes each protected
 * route needs, by `METHOD /path/{template}` (`ANY` for every method).
 */
export function createAuthorizer(config, { fetch = globalThis.fetch, now = Date.now, log = console.log } = {}) {
  for (const name of ['issuer', 'jwksUri', 'audience']) {
    if (typeof config[name] !== 'string' || config[name] === '') throw new Error(`the configuration lacks ${name}`);
  }
  const algorithms = config.algorithms.filter((algorithm) => Object.hasOwn(ALGORITHMS, algorithm));
  if (algorithms.length === 0) throw new Error('the configuration names no usable algorithm');
  const keys = createKeySource(config.jwksUri, { fetch, now });
  const routes = new Map(Object.entries(config.routes));

  return async (event) => {
    try {
      const token = bearerToken(event);
      const claims = await verifyJws(token, keys, algorithms);
      checkClaims(claims, config, Math.floor(now() / 1000));
      return answer(event, claims, routes);
    } catch (error) {
      if (error instanceof Refusal) log(JSON.stringify({ refused: error.reason }));
      throw error;
    }
  };
}

/** The token of the request's one Authorization header. RFC 6750 2.1; the scheme's case does not matter. */
export function bearerToken(event) {
  const values = [];
  for (const [name, value] of Object.entries(event?.headers ?? {})) {
    if (name.toLowerCase() === 'authorization') values.push(value);
  }
  for (const [name, many] of Object.entries(event?.multiValueHeaders ?? {})) {
    if (name.toLowerCase() === 'authorization' && many?.length > 1) throw new Refusal('several-headers');
  }
  if (values.length === 0 || values[0] === '') throw new Refusal('no-token');
  if (values.length > 1) throw new Refusal('several-headers');
  const match = /^bearer +([A-Za-z0-9_.-]+)$/i.exec(values[0]);
  if (!match) throw new Refusal('not-bearer');
  if (match[1].length > MAX_TOKEN_BYTES) throw new Refusal('token-too-large');
  return match[1];
}

/** The claims of a compact JWS whose signature verifies with one key of `keys` under one of `algorithms`. */
export async function verifyJws(token, keys, algorithms) {
  return parseObject(await verifiedPayload(token, keys, algorithms), 'bad-claims');
}

/** The payload bytes of a compact JWS, once its signature is verified. */
export async function verifiedPayload(token, keys, algorithms) {
  const parts = token.split('.');
  if (parts.length !== 3) throw new Refusal('not-a-jwt');
  const [encodedHeader, encodedPayload, encodedSignature] = parts;
  const header = parseObject(decode(encodedHeader), 'bad-header');
  const { alg, kid, typ } = header;
  if (!algorithms.includes(alg)) throw new Refusal('algorithm-not-allowed');
  if (Object.hasOwn(header, 'crit')) throw new Refusal('critical-extension');
  if (kid !== undefined && typeof kid !== 'string') throw new Refusal('bad-header');
  if (typ !== undefined && !(typeof typ === 'string' && TYPES.has(typ.toLowerCase()))) throw new Refusal('other-type');
  const payload = decode(encodedPayload);
  const signature = decode(encodedSignature);

  const { kty, ...parameters } = ALGORITHMS[alg];
  const key = await importKey(await keys(kid, alg), alg);
  const signed = new TextEncoder().encode(`${encodedHeader}.${encodedPayload}`);
  if (!(await crypto.subtle.verify(parameters, key, signature, signed))) throw new Refusal('bad-signature');
  return payload;
}

/** Whether a JSON Web Key may verify signatures of an algorithm (RFC 7517 4.1 to 4.4). */
export function usable(key, alg) {
  const { kty, crv } = ALGORITHMS[alg];
  if (typeof key !== 'object' || key === null || key.kty !== kty) return false;
  if (key.alg !== undefined && key.alg !== alg) return false;
  if (key.use !== undefined && key.use !== 'sig') return false;
  if (key.key_ops !== undefined && !(Array.isArray(key.key_ops) && key.key_ops.includes('verify'))) return false;
  if (kty === 'EC') return key.crv === crv && typeof key.x === 'string' && typeof key.y === 'string';
  return typeof key.n === 'string' && typeof key.e === 'string' && rsaBits(key.n) >= MIN_RSA_BITS;
}

/**
 * The keys behind a URL: `(kid, alg) => key`. They are kept for ten minutes, and for a day while the key manager does
 * not answer; a kid they lack fetches them again, at most every thirty seconds.
 *
 * Invariant: no request waits for more than two fetches. The second is for whoever has no keys to fall back on, as a
 * cold start: one lost answer must not refuse a caller.
 */
export function createKeySource(url, { fetch, now }) {
  let keys = [];
  let fetchedAt = -Infinity;
  let askedAt = -Infinity;
  let failure;
  let underWay;

  const isWithout = () => now() - fetchedAt >= KEYS_STALE_MS;

  const refresh = () => {
    askedAt = now();
    underWay ??= fetchKeys(url, fetch)
      .catch((error) => {
        if (isWithout()) return fetchKeys(url, fetch);
        throw error;
      })
      .then((fetched) => {
        keys = fetched;
        fetchedAt = now();
        failure = undefined;
      })
      .catch((error) => {
        failure = error;
        askedAt = now(); // the pause begins when it failed, or a request that waited would ask at once again
      })
      .finally(() => {
        underWay = undefined;
      });
    return underWay;
  };

  return async (kid, alg) => {
    const mayAsk = () => now() - askedAt >= (failure ? FAILURE_PAUSE_MS : REFETCH_PAUSE_MS);
    if (underWay) await underWay;
    else if (now() - fetchedAt >= KEYS_FRESH_MS && mayAsk()) await refresh();
    if (find(keys, kid, alg).length === 0 && mayAsk()) await refresh();
    if (isWithout()) throw new Error(`the signing keys cannot be had: ${reasonOf(failure)}`);
    const found = find(keys, kid, alg);
    // Two keys that fit would mean trying keys until one does: which one vouched for the token must be certain.
    if (found.length !== 1) throw new Refusal(found.length === 0 ? 'unknown-key' : 'ambiguous-key');
    return found[0];
  };
}

/** Why a fetch failed: `fetch` itself says only that it did, and has the reason as its cause. */
function reasonOf(failure) {
  const cause = failure?.cause?.code ?? failure?.cause?.message;
  return cause ? `${failure.message} (${cause})` : failure?.message;
}

function find(keys, kid, alg) {
  return keys.filter((key) => (kid === undefined || key.kid === kid) && usable(key, alg));
}

async function fetchKeys(url, fetch) {
  const response = await fetch(url, {
    headers: { accept: 'application/jwk-set+json, application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`the key manager answered ${response.status}`);
  const chunks = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.length;
    if (size > MAX_JWKS_BYTES) throw new Error('the key set is too large');
    chunks.push(chunk);
  }
  const parsed = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  if (!Array.isArray(parsed?.keys)) throw new Error('the key set holds no keys');
  return parsed.keys.slice(0, MAX_JWKS_KEYS);
}

async function importKey(key, alg) {
  const { kty, name, hash, crv } = ALGORITHMS[alg];
  // Only the public members: a private key published by mistake must not change what is imported.
  const jwk = kty === 'EC' ? { kty, crv, x: key.x, y: key.y } : { kty, n: key.n, e: key.e };
  try {
    return await crypto.subtle.importKey('jwk', jwk, { name, hash, namedCurve: crv }, false, ['verify']);
  } catch {
    throw new Refusal('bad-key');
  }
}

/** Issuer, audience and times (RFC 7519 4.1, RFC 9068 4). */
export function checkClaims(claims, { issuer, audience }, seconds) {
  const { iss, aud, exp, nbf, iat } = claims;
  if (iss !== issuer) throw new Refusal('wrong-issuer');
  if (!(Array.isArray(aud) ? aud.includes(audience) : aud === audience)) throw new Refusal('wrong-audience');
  if (!Number.isFinite(exp)) throw new Refusal('no-expiry');
  if (seconds >= exp + LEEWAY_SECONDS) throw new Refusal('expired');
  for (const [time, reason] of [[nbf, 'not-yet-valid'], [iat, 'issued-in-future']]) {
    if (time === undefined) continue;
    if (!Number.isFinite(time) || time > seconds + LEEWAY_SECONDS) throw new Refusal(reason);
  }
}

/** Every scope a token carries: `scope` (RFC 9068) and `scp` (Entra ID, Okta), each a text or a list. */
export function scopesOf({ scope, scp }) {
  return new Set(
    [scope, scp]
      .flatMap((value) => (Array.isArray(value) ? value : typeof value === 'string' ? value.split(' ') : []))
      .filter((value) => typeof value === 'string' && value !== ''),
  );
}

function answer(event, claims, routes) {
  const template = event.resource ?? event.requestContext?.resourcePath;
  const needed = routes.get(`${event.httpMethod} ${template}`) ?? routes.get(`ANY ${template}`);
  const held = scopesOf(claims);
  const allowed = needed !== undefined && needed.every((scope) => held.has(scope));
  const client = claims.client_id ?? claims.azp ?? claims.cid ?? claims.appid;
  return {
    principalId: text(claims.sub) || text(client) || 'unknown',
    policyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Action: 'execute-api:Invoke',
          Effect: allowed ? 'Allow' : 'Deny',
          Resource: resourcesOf(event.methodArn, event.httpMethod, template),
        },
      ],
    },
    context: { sub: text(claims.sub), client_id: text(client), scope: [...held].join(' ') },
  };
}

/** ARN patterns of a route's requests; one more for the slash that API Gateway takes at a path's end. */
function resourcesOf(methodArn, method, template) {
  const [api, stage] = methodArn.split('/');
  const path = template === '/' ? '/' : template.replace(/\{[^}]*\}/g, '*');
  const pattern = `${api}/${stage}/${method}${path}`;
  if (pattern.length >= MAX_RESOURCE_CHARS) return [`${pattern.slice(0, MAX_RESOURCE_CHARS - 1)}*`];
  return pattern.endsWith('/') ? [pattern] : [pattern, `${pattern}/`];
}

function decode(encoded) {
  const bytes = Buffer.from(encoded, 'base64url');
  // Node skips what is not base64url; only the one canonical spelling of the bytes is a JWS (RFC 7515 2).
  if (bytes.toString('base64url') !== encoded) throw new Refusal('bad-encoding');
  return bytes;
}

function parseObject(bytes, reason) {
  let value;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Refusal(reason);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Refusal(reason);
  return value;
}

function rsaBits(n) {
  const bytes = Buffer.from(n, 'base64url');
  const first = bytes.findIndex((byte) => byte !== 0);
  return first < 0 ? 0 : (bytes.length - first) * 8 - Math.clz32(bytes[first]) + 24;
}

function text(value) {
  return typeof value === 'string' ? value : '';
}
