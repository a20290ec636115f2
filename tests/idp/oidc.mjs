// A certified OpenID Connect provider (oidc-provider) on loopback, issuing RS256 JWT access tokens with audience and scope.
//
// Environment: PORT (0 or absent: any free one), TTL (access token lifetime in seconds, 600), KID,
// CLIENTS (a JSON list of client metadata instead of the ones below),
// RESOURCES (a JSON object, audience to its scopes, instead of the ones below).
// Prints `ready <issuer URL>` when it answers. Its state, keys among it, ends with the process.
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair } from 'jose';
import { Provider, errors } from 'oidc-provider';

const TTL = Number(process.env.TTL ?? 600);
const RESOURCES = JSON.parse(
  process.env.RESOURCES ??
    '{"https://api.example.test": "pets:read pets:write", "https://other.example.test": "x:read"}',
);
const CLIENTS = process.env.CLIENTS
  ? JSON.parse(process.env.CLIENTS)
  : [
      machine('svc', 'svc-secret', 'pets:read pets:write'),
      machine('ro', 'ro-secret', 'pets:read'),
      {
        client_id: 'app',
        token_endpoint_auth_method: 'none',
        application_type: 'native',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        redirect_uris: ['http://127.0.0.1/cb'],
      },
    ];

function machine(id, secret, scope) {
  return {
    client_id: id,
    client_secret: secret,
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
    scope,
  };
}

// The issuer must be the URL that is used, so the port comes first.
const server = createServer();
await new Promise((resolve, reject) => {
  server.once('error', reject);
  server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', resolve);
});
const issuer = `http://127.0.0.1:${server.address().port}`;

const { privateKey } = await generateKeyPair('RS256', { extractable: true });
const signingKey = { ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: process.env.KID ?? 'oidc-1' };
const scopes = new Set(['openid', 'offline_access', ...Object.values(RESOURCES).flatMap((list) => list.split(' '))]);

const provider = new Provider(issuer, {
  jwks: { keys: [signingKey] },
  clients: CLIENTS,
  scopes: [...scopes],
  pkce: { required: () => true },
  features: {
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
    devInteractions: { enabled: true }, // any login and password: for tests only
    resourceIndicators: {
      enabled: true,
      // Without a resource the access token would be opaque.
      defaultResource: () => Object.keys(RESOURCES)[0],
      useGrantedResource: () => true,
      getResourceServerInfo(_context, resource) {
        const scope = RESOURCES[resource];
        if (!scope) throw new errors.InvalidTarget();
        return {
          scope,
          audience: resource,
          accessTokenTTL: TTL,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        };
      },
    },
  },
  ttl: { AccessToken: TTL, ClientCredentials: TTL },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: `${id}@example.test` }),
  }),
});
provider.on('server_error', (_context, error) => console.error('server error', error));
server.on('request', provider.callback());
console.log('ready', issuer);
