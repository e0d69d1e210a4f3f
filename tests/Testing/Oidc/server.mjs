// A provider of OpenID Connect for tests: whoever is named in login_hint is signed in without being asked. Ends with its input.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const [redirectUri, clientSecret] = process.argv.slice(2);
const key = (type, options, more) => ({ ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }), use: 'sig', ...more });
const client = (client_id, more) => ({
  client_id,
  client_secret: clientSecret,
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code'],
  response_types: ['code'],
  ...more,
});

const settings = {
  jwks: {
    keys: [key('rsa', { modulusLength: 2048 }, { alg: 'RS256', kid: 'one' }), key('ec', { namedCurve: 'P-256' }, { alg: 'ES256', kid: 'two' })],
  },
  clients: [
    client('hazina'),
    client('hazina-es256', { id_token_signed_response_alg: 'ES256', token_endpoint_auth_method: 'client_secret_post' }),
  ],
  cookies: { keys: [randomBytes(32).toString('hex')] },
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'given_name', 'family_name'] },
  conformIdTokenClaims: false,
  features: { devInteractions: { enabled: false } },
  pkce: { required: () => true },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  // An account is its subject, its address, and whether that is verified: subject~address~true.
  findAccount: (_, accountId) => ({
    accountId,
    claims: () => {
      const [sub, email, verified] = accountId.split('~');
      return { sub, email: email || undefined, email_verified: verified === 'true', name: 'Asha Mwangi', given_name: 'Asha', family_name: 'Mwangi' };
    },
  }),
  loadExistingGrant: async ({ oidc }) => {
    const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
    grant.addOIDCScope(oidc.params.scope);
    await grant.save();
    return grant;
  },
};

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, settings);
  const answer = provider.callback();
  server.on('request', async (request, response) => {
    if (!request.url.startsWith('/interaction/')) return answer(request, response);
    const { params } = await provider.interactionDetails(request, response);
    const login = { accountId: params.login_hint };
    return provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false });
  });
  console.log(issuer);
});
process.stdin.on('end', () => process.exit()).resume();
