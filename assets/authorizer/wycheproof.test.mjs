// Project Wycheproof's JSON Web Signature vectors, when public test data lies beside the project.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createKeySource, verifiedPayload } from './index.mjs';

const ACCEPTED = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384'];
const file = new URL('../../../shared/suites/wycheproof_json_web_signature.json', import.meta.url);
const skip = existsSync(file) ? false : 'skipped: not present';

function algorithmOf(jws) {
  try {
    return JSON.parse(Buffer.from(jws.split('.')[0], 'base64url').toString()).alg;
  } catch {
    return undefined;
  }
}

test('Wycheproof: every invalid signature is refused, every valid one of an accepted algorithm is taken', { skip }, async () => {
  const { testGroups } = JSON.parse(readFileSync(file, 'utf8'));
  const counts = { taken: 0, refused: 0 };
  const wrong = [];
  for (const group of testGroups) {
    const key = group.public ?? group.private;
    const fetch = async () => ({ ok: true, body: [Buffer.from(JSON.stringify({ keys: [key] }))] });
    for (const { jws, result, tcId, comment } of group.tests) {
      const keys = createKeySource('http://unused.test/', { fetch, now: Date.now });
      const taken = await verifiedPayload(typeof jws === 'string' ? jws : JSON.stringify(jws), keys, ACCEPTED).then(
        () => true,
        (error) => {
          assert.equal(error.message, 'Unauthorized', `${tcId} ${comment}: ${error.stack}`);
          return false;
        },
      );
      counts[taken ? 'taken' : 'refused'] += 1;
      // RFC 7520 labels one key PS256 and signs with PS384 under it: a key is taken at its word here.
      const may = result !== 'invalid' && key.kty !== 'oct' && algorithmOf(jws) === key.alg;
      if (taken && !may) wrong.push(`taken: ${tcId} ${comment}`);
      if (!taken && may && result === 'valid' && ACCEPTED.includes(key.alg)) wrong.push(`refused: ${tcId} ${comment} ${jws.slice(0, 120)}`);
    }
  }
  assert.deepEqual(wrong, []);
  assert.ok(counts.taken >= 20 && counts.refused >= 300, JSON.stringify(counts));
});
