// Usage: simple-oauth2.mjs body|header|pkce
import { createHash, randomBytes } from 'node:crypto'
import { AuthorizationCode } from 'simple-oauth2'
import { CLIENT_ID, CLIENT_SECRET, PORTAL, REDIRECT_URI, check, open, run } from './person.mjs'

const mode = process.argv[2]

await run(async () => {
  const client = new AuthorizationCode({
    client: { id: CLIENT_ID, secret: CLIENT_SECRET },
    auth: {
      tokenHost: PORTAL,
      tokenPath: '/oauth2/token',
      refreshPath: '/oauth2/token',
      revokePath: '/oauth2/revoke',
      authorizePath: '/oauth2/authorize',
    },
    options: { authorizationMethod: mode === 'header' ? 'header' : 'body' },
    http: { json: true }, // the answer to a revocation has no body
  })

  const state = randomBytes(16).toString('hex')
  const verifier = randomBytes(32).toString('base64url')
  const challenge = {
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }
  const callback = await open(
    client.authorizeURL({
      redirect_uri: REDIRECT_URI,
      state,
      ...(mode === 'pkce' ? challenge : {}),
      scope: 'accounts.self:read',
    }),
  )
  check(callback.searchParams.get('state') === state, 'state')

  const tokens = await client.getToken({
    code: callback.searchParams.get('code'),
    redirect_uri: REDIRECT_URI,
    ...(mode === 'pkce' ? { code_verifier: verifier } : {}),
  })
  check(!tokens.expired(), 'tokens')

  const api = (token) =>
    fetch(`${PORTAL}/api/2.0/people/@self`, { headers: { authorization: `Bearer ${token.token.access_token}` } })
  const self = await api(tokens)
  check((await self.json()).response.email === 'user@docspace.test', 'API')

  const fresh = await tokens.refresh()
  check((await api(tokens)).status === 401 && (await api(fresh)).status === 200, 'refreshed')

  await fresh.revoke('access_token')
  check((await api(fresh)).status === 401, 'revoked')
})
