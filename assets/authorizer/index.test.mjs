// What the authorizer lets through and what it refuses, and with which of API Gateway's answers.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { createAuthorizer } from './index.mjs';
import {
  allows, AUDIENCE, configFor, encode, eventFor, goodClaims, ISSUER, keyServer, sign, signingKey, STAGE_ARN,
} from './fixtures.mjs';

let rsa, other, ec, pss, rs512, server, authorizer;
const logged = [];
const log = (line) => logged.push(line);

before(async () => {
  [rsa, other, ec, pss, rs512] = await Promise.all([
    signingKey('RS256', 'r1'), signingKey('RS256', 'r1'), signingKey('ES256', 'e1'), signingKey('PS256', 'p1'),
    signingKey('RS512', 's1'),
  ]);
  server = await keyServer(rsa, ec, pss, rs512);
  authorizer = createAuthorizer(configFor(server), { log });
});
after(() => server.close());

const seconds = () => Math.floor(Date.now() / 1000);
const unauthorized = { message: 'Unauthorized' };

test('a good token opens its route, whichever accepted algorithm signed it', async () => {
  for (const key of [rsa, ec, pss]) {
    const result = await authorizer(eventFor(await sign(key, goodClaims())));
    assert.ok(allows(result.policyDocument, 'GET', '/pets'), key.jwk.alg);
    assert.equal(result.principalId, 'u1');
    assert.deepEqual(result.context, { sub: 'u1', client_id: 'c1', scope: 'pets:read' });
  }
});

test('a good token without the scope is denied, not unauthorized', async () => {
  const token = await sign(rsa, goodClaims());
  for (const [method, resource, path] of [
    ['POST', '/pets', '/pets'], ['GET', '/pets/{id}/owners/{owner}', '/pets/1/owners/2'],
  ]) {
    const { policyDocument } = await authorizer(eventFor(token, { method, resource, path }));
    assert.equal(policyDocument.Statement[0].Effect, 'Deny');
    assert.ok(!allows(policyDocument, method, path));
  }
});

test('a route that is not in the configuration is denied', async () => {
  const { policyDocument } = await authorizer(eventFor(await sign(rsa, goodClaims()), { resource: '/internal' }));
  assert.equal(policyDocument.Statement[0].Effect, 'Deny');
});

test('times may be off by the leeway', async () => {
  const now = seconds();
  for (const claims of [{ exp: now - 20 }, { nbf: now + 20 }, { iat: now + 20 }]) {
    await authorizer(eventFor(await sign(rsa, goodClaims(claims))));
  }
});

test('audiences and scopes may be lists, and scopes may be called scp', async () => {
  for (const claims of [
    { aud: ['https://x.test', AUDIENCE] }, { scope: ['a', 'pets:read'] }, { scope: undefined, scp: 'a pets:read' },
    { scope: undefined, scp: ['pets:read'] },
  ]) {
    const { policyDocument } = await authorizer(eventFor(await sign(rsa, goodClaims(claims))));
    assert.ok(allows(policyDocument, 'GET', '/pets'), JSON.stringify(claims));
  }
});

test('the scheme is read in any case', async () => {
  const token = await sign(rsa, goodClaims());
  for (const value of [`bearer ${token}`, `BEARER  ${token}`]) {
    await authorizer(eventFor('', { headers: { authorization: value } }));
  }
});

describe('unauthorized', () => {
  const claimCases = () => {
    const now = seconds();
    return {
      'wrong issuer': { iss: 'https://evil.example.test' },
      'issuer with a slash more': { iss: `${ISSUER}/` },
      'no issuer': { iss: undefined },
      'wrong audience': { aud: 'https://other.example.test' },
      'wrong audiences': { aud: ['https://other.example.test'] },
      'audience as a prefix': { aud: `${AUDIENCE}/x` },
      'audience in an object': { aud: { 0: AUDIENCE } },
      'no audience': { aud: undefined },
      'expired': { exp: now - 31 },
      'no expiry': { exp: undefined },
      'expiry as a text': { exp: String(now + 300) },
      'expiry as null': { exp: null },
      'not yet valid': { nbf: now + 90 },
      'not before as a text': { nbf: '0' },
      'issued in the future': { iat: now + 90 },
    };
  };
  for (const name of Object.keys(claimCases())) {
    test(name, async () => {
      const token = await sign(rsa, goodClaims(claimCases()[name]));
      await assert.rejects(authorizer(eventFor(token)), unauthorized);
    });
  }

  const pem = () => crypto.createPublicKey({ key: rsa.jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  const hmac = (text, secret) => crypto.createHmac('sha256', secret).update(text).digest();
  const tokenCases = {
    'no signature (alg none)': async () => `${encode({ alg: 'none', kid: 'r1' })}.${encode(goodClaims())}.`,
    'alg None': async () => `${encode({ alg: 'None', kid: 'r1' })}.${encode(goodClaims())}.`,
    'no alg': async () => sign(rsa, goodClaims(), { alg: undefined }),
    'HS256 with the public key as the secret': async () => {
      const text = `${encode({ alg: 'HS256', kid: 'r1' })}.${encode(goodClaims())}`;
      return `${text}.${encode(hmac(text, pem()))}`;
    },
    'HS256 with the modulus as the secret': async () => {
      const text = `${encode({ alg: 'HS256', kid: 'r1' })}.${encode(goodClaims())}`;
      return `${text}.${encode(hmac(text, Buffer.from(rsa.jwk.n, 'base64url')))}`;
    },
    'an algorithm that is not configured': async () => sign(rs512, goodClaims()),
    'the key used under another algorithm': async () => sign(rsa, goodClaims(), { alg: 'PS256' }),
    'the key of another kind': async () => sign(rsa, goodClaims(), { kid: 'e1' }),
    'another key under a known kid': async () => sign(other, goodClaims()),
    'unknown kid': async () => sign(rsa, goodClaims(), { kid: 'nope' }),
    'kid that is a number': async () => sign(rsa, goodClaims(), { kid: 1 }),
    'a key of its own in the header': async () => sign(other, goodClaims(), { kid: undefined, jwk: other.jwk }),
    'critical extension': async () => sign(rsa, goodClaims(), { crit: ['exp'] }),
    'another type of token': async () => sign(rsa, goodClaims(), { typ: 'logout+jwt' }),
    'changed payload': async () => {
      const [header, , signature] = (await sign(rsa, goodClaims())).split('.');
      return [header, encode(goodClaims({ scope: 'pets:write' })), signature].join('.');
    },
    'changed signature': async () => {
      const parts = (await sign(rsa, goodClaims())).split('.');
      const bytes = Buffer.from(parts[2], 'base64url');
      bytes[10] ^= 1;
      return [parts[0], parts[1], encode(bytes)].join('.');
    },
    'empty signature': async () => (await sign(rsa, goodClaims())).replace(/[^.]+$/, ''),
    'signature with spare bits set': async () => {
      const token = await sign(rsa, goodClaims());
      const last = token.at(-1);
      const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
      return token.slice(0, -1) + alphabet[alphabet.indexOf(last) + 1];
    },
    'two parts': async () => (await sign(rsa, goodClaims())).split('.').slice(0, 2).join('.'),
    'five parts': async () => `${await sign(rsa, goodClaims())}.a.b`,
    'a payload that is no object': async () => sign(rsa, '"text"'),
    'a payload that is not UTF-8': async () => sign(rsa, new Uint8Array([0x7b, 0xff, 0x7d])),
    'larger than any token': async () => sign(rsa, goodClaims({ pad: 'x'.repeat(9000) })),
    'junk': async () => 'junk',
    'dots': async () => '..',
  };
  for (const [name, make] of Object.entries(tokenCases)) {
    test(name, async () => assert.rejects(authorizer(eventFor(await make())), unauthorized));
  }

  test('no header, an empty one, another scheme, a bare token, two tokens', async () => {
    const token = await sign(rsa, goodClaims());
    for (const headers of [
      {}, null, { Authorization: '' }, { Authorization: 'Bearer' }, { Authorization: 'Bearer ' },
      { Authorization: `Basic ${token}` }, { Authorization: token }, { Authorization: `Bearer ${token} ${token}` },
      { Authorization: `Bearer ${token}`, authorization: `Bearer ${token}` }, { Authorization: `Bearer ${token}\n` },
    ]) {
      await assert.rejects(authorizer({ ...eventFor(token), headers }), unauthorized, JSON.stringify(headers));
    }
    const twice = { ...eventFor(token), multiValueHeaders: { Authorization: [`Bearer ${token}`, 'Bearer x'] } };
    await assert.rejects(authorizer(twice), unauthorized);
  });
});

test('Invariant: a kept answer is right for every request of its route and opens no other route', async () => {
  const token = await sign(rsa, goodClaims({ scope: 'pets:read' }));
  const { policyDocument } = await authorizer(eventFor(token, { resource: '/pets/{id}', path: '/pets/42' }));
  for (const path of ['/pets/42', '/pets/43', '/pets/a%2Fb', '/pets/43/']) assert.ok(allows(policyDocument, 'GET', path), path);
  for (const [method, path] of [['POST', '/pets'], ['GET', '/pets'], ['DELETE', '/pets/42'], ['GET', '/orders/42']]) {
    assert.ok(!allows(policyDocument, method, path), `${method} ${path}`);
  }
});

test('the root, greedy paths and every-method routes get policies that fit them', async () => {
  const token = await sign(rsa, goodClaims({ scope: '' }));
  const root = await authorizer(eventFor(token, { resource: '/', path: '/' }));
  assert.deepEqual(root.policyDocument.Statement[0].Resource, [`${STAGE_ARN}/GET/`]);
  const greedy = await authorizer(eventFor(token, { method: 'PUT', resource: '/files/{path+}', path: '/files/a/b.txt' }));
  assert.ok(allows(greedy.policyDocument, 'PUT', '/files/a/b.txt'));
  assert.ok(!allows(greedy.policyDocument, 'DELETE', '/files/a/b.txt'));
});

test('a resource longer than API Gateway takes is cut at a wildcard', async () => {
  const resource = `/${'x'.repeat(300)}/{id}/${'y'.repeat(300)}`;
  const wide = createAuthorizer(configFor(server, { routes: { [`GET ${resource}`]: [] } }), { log });
  const { policyDocument } = await wide(eventFor(await sign(rsa, goodClaims()), { resource, path: resource.replace('{id}', '1') }));
  assert.ok(policyDocument.Statement[0].Resource.every((pattern) => pattern.length <= 512));
  assert.ok(allows(policyDocument, 'GET', resource.replace('{id}', '7')));
});

test('the answer stays below 8 KB however many scopes a token has', async () => {
  const scope = Array.from({ length: 250 }, (_, i) => `scope:${i}`).join(' ');
  const result = await authorizer(eventFor(await sign(rsa, goodClaims({ scope: `${scope} pets:read` }))));
  assert.ok(JSON.stringify(result).length < 8192);
});

test('Invariant: no token and no part of one is logged', async () => {
  const token = await sign(rsa, goodClaims({ iss: 'https://evil.example.test', sub: 'canary' }));
  await assert.rejects(authorizer(eventFor(token)), unauthorized);
  const text = logged.join('\n');
  assert.ok(logged.length > 0 && text.includes('wrong-issuer'));
  for (const part of [...token.split('.'), 'canary']) assert.ok(!text.includes(part));
});

test('a configuration that checks nothing is refused', () => {
  for (const changes of [{ issuer: '' }, { audience: undefined }, { algorithms: ['none', 'HS256'] }, { algorithms: [] }]) {
    assert.throws(() => createAuthorizer(configFor(server, changes)));
  }
});
