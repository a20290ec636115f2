// How keys are chosen, fetched, kept and rotated.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createAuthorizer, usable } from './index.mjs';
import { allows, configFor, eventFor, goodClaims, keyServer, sign, signingKey } from './fixtures.mjs';

let one, two, unnamed;
const servers = [];
const log = () => {};
const unauthorized = { message: 'Unauthorized' };

before(async () => {
  [one, two] = await Promise.all([signingKey('RS256', 'k1'), signingKey('RS256', 'k2')]);
  unnamed = await signingKey('RS256', undefined);
});
after(() => servers.forEach((server) => server.close()));

async function set(...keys) {
  const server = await keyServer(...keys);
  servers.push(server);
  const clock = { now: Date.now() };
  return { server, clock, authorizer: createAuthorizer(configFor(server), { log, now: () => clock.now }) };
}

test('keys are fetched once for many requests, also at the same time', async () => {
  const { server, authorizer } = await set(one);
  const token = await sign(one, goodClaims());
  await Promise.all(Array.from({ length: 20 }, () => authorizer(eventFor(token))));
  await authorizer(eventFor(token));
  assert.equal(server.fetches, 1);
});

test('a key that was rotated in is found by asking again', async () => {
  const { server, clock, authorizer } = await set(one);
  await authorizer(eventFor(await sign(one, goodClaims())));
  server.keys = [two];
  clock.now += 31_000;
  const { policyDocument } = await authorizer(eventFor(await sign(two, goodClaims())));
  assert.ok(allows(policyDocument, 'GET', '/pets'));
  await assert.rejects(authorizer(eventFor(await sign(one, goodClaims()))), unauthorized);
});

test('unknown kids cannot make it ask more than once in thirty seconds', async () => {
  const { server, clock, authorizer } = await set(one);
  await authorizer(eventFor(await sign(one, goodClaims())));
  const junk = await sign(two, goodClaims());
  for (let i = 0; i < 10; i += 1) await assert.rejects(authorizer(eventFor(junk)), unauthorized);
  assert.equal(server.fetches, 1);
  clock.now += 31_000;
  for (let i = 0; i < 10; i += 1) await assert.rejects(authorizer(eventFor(junk)), unauthorized);
  assert.equal(server.fetches, 2);
});

test('a key that was withdrawn stops counting after ten minutes', async () => {
  const { server, clock, authorizer } = await set(one);
  const claims = goodClaims({ exp: Math.floor(Date.now() / 1000) + 7200 });
  const token = await sign(one, claims);
  await authorizer(eventFor(token));
  server.keys = [two];
  clock.now += 601_000;
  await assert.rejects(authorizer(eventFor(token)), unauthorized);
});

test('known keys are kept while the key manager is down, but not for ever', async () => {
  const { server, clock, authorizer } = await set(one);
  const token = await sign(one, goodClaims({ exp: Math.floor(Date.now() / 1000) + 200_000 }));
  await authorizer(eventFor(token));
  server.status = 503;
  clock.now += 3_600_000;
  await authorizer(eventFor(token));
  clock.now += 90_000_000;
  await assert.rejects(authorizer(eventFor(token)), /keys cannot be had/);
});

test('a cold start whose first answer is lost asks once more, and lets the caller in', async () => {
  const { server, authorizer } = await set(one);
  server.lost = 1;
  const token = await sign(one, goodClaims());
  await Promise.all(Array.from({ length: 5 }, () => authorizer(eventFor(token))));
  assert.equal(server.fetches, 2);
});

test('a cold start asks twice at most, however long each takes, and then pauses', async () => {
  const clock = { now: Date.now() };
  let fetches = 0;
  const fetch = async () => {
    fetches += 1;
    clock.now += 3_000; // as long as a fetch may take
    throw Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNRESET' } });
  };
  const authorizer = createAuthorizer(configFor({ url: 'http://127.0.0.1:1/' }), { fetch, log, now: () => clock.now });
  const token = await sign(one, goodClaims());
  const why = /keys cannot be had: fetch failed \(ECONNRESET\)/;
  await assert.rejects(authorizer(eventFor(token)), why);
  assert.equal(fetches, 2);
  await assert.rejects(authorizer(eventFor(token)), why);
  assert.equal(fetches, 2);
  clock.now += 2_001;
  await assert.rejects(authorizer(eventFor(token)), why);
  assert.equal(fetches, 4);
});

test('who has keys to fall back on does not wait for a second fetch', async () => {
  const { server, clock, authorizer } = await set(one);
  const token = await sign(one, goodClaims({ exp: Math.floor(Date.now() / 1000) + 7200 }));
  await authorizer(eventFor(token));
  server.lost = 1;
  clock.now += 601_000;
  await authorizer(eventFor(token));
  assert.equal(server.fetches, 2);
});

test('a key manager that does not answer is a failure, not a refusal, and is asked again soon', async () => {
  const { server, clock, authorizer } = await set(one);
  const token = await sign(one, goodClaims());
  for (const change of [{ status: 500 }, { status: 302 }, { status: 200, body: 'not json' }, { body: '{"keys":1}' },
    { body: `{"keys":[],"pad":"${'x'.repeat(300_000)}"}` }]) {
    Object.assign(server, change);
    await assert.rejects(authorizer(eventFor(token)), (error) => error.message !== 'Unauthorized', JSON.stringify(change).slice(0, 60));
    clock.now += 2_001;
  }
  Object.assign(server, { status: 200, body: undefined });
  await authorizer(eventFor(token));
});

test('a token without a kid needs a key set with exactly one key that fits', async () => {
  const alone = await set(unnamed);
  await alone.authorizer(eventFor(await sign(unnamed, goodClaims())));
  const crowd = await set(unnamed, one);
  await assert.rejects(crowd.authorizer(eventFor(await sign(unnamed, goodClaims()))), unauthorized);
  const twins = await set(one, { ...two, jwk: { ...two.jwk, kid: 'k1' } });
  await assert.rejects(twins.authorizer(eventFor(await sign(one, goodClaims()))), unauthorized);
});

test('a key is used for what it is meant for only', async () => {
  const cases = [
    [{}, true], [{ use: undefined, alg: undefined }, true], [{ key_ops: ['verify'] }, true],
    [{ use: 'enc' }, false], [{ alg: 'RS512' }, false], [{ alg: 'RSA-OAEP' }, false], [{ key_ops: ['encrypt'] }, false],
    [{ kty: 'oct', k: 'AAAA' }, false], [{ n: undefined }, false], [{ n: 'AQAB' }, false],
  ];
  for (const [members, expected] of cases) {
    assert.equal(usable({ ...one.jwk, ...members }, 'RS256'), expected, JSON.stringify(members));
  }
  const ec = await signingKey('ES384', 'e');
  assert.equal(usable(ec.jwk, 'ES384'), true);
  assert.equal(usable({ ...ec.jwk, alg: undefined }, 'ES256'), false);
  assert.equal(usable(null, 'RS256'), false);
});
