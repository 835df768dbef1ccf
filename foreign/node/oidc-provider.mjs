// An OpenID Connect server that is no portal, with two confidential clients of one
// kind and, for CLIENT_AUTH, another that shows its secret in the header. Anybody may
// sign in. It prints its address and lives until its input ends. On Node 20 it warns,
// and works.
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

const client = (id, secret, method) => ({
  client_id: id,
  client_secret: secret,
  redirect_uris: [process.env.REDIRECT_URI],
  grant_types: ['authorization_code', 'refresh_token'],
  token_endpoint_auth_method: method,
});

const server = createServer().listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      client(process.env.CLIENT_ID, process.env.CLIENT_SECRET, 'client_secret_post'),
      client(process.env.OTHER_ID, process.env.OTHER_SECRET, 'client_secret_post'),
      client(process.env.BASIC_ID, process.env.BASIC_SECRET, 'client_secret_basic'),
    ],
    features: { introspection: { enabled: true }, revocation: { enabled: true } },
  });
  // It serves OpenID's document only; RFC 8414 §3.1 has the same at another address.
  provider.use((ctx, next) => {
    if (ctx.path === '/.well-known/oauth-authorization-server') ctx.path = '/.well-known/openid-configuration';
    return next();
  });
  server.on('request', provider.callback());
  console.log(issuer);
});

process.stdin.resume().on('end', () => process.exit());
