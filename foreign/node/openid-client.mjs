// Usage: openid-client.mjs secret|pkce|public|openid
import * as client from 'openid-client'
import { CLIENT_ID, CLIENT_SECRET, PORTAL, REDIRECT_URI, check, open, run } from './person.mjs'

const mode = process.argv[2]

await run(async () => {
  const authentication = mode === 'public' ? client.None() : client.ClientSecretPost(CLIENT_SECRET)
  const config = await client.discovery(
    new URL(PORTAL),
    CLIENT_ID,
    { id_token_signed_response_alg: 'ES256' },
    authentication,
    { execute: [client.allowInsecureRequests] }, // plain http, for development
  )

  // A URL keeps the order of its parameters; put scope last (docs/clients.md).
  const state = client.randomState()
  const parameters = { redirect_uri: REDIRECT_URI, state }
  let verifier
  if (mode !== 'secret') {
    verifier = client.randomPKCECodeVerifier()
    parameters.code_challenge = await client.calculatePKCECodeChallenge(verifier)
    parameters.code_challenge_method = 'S256'
  }
  parameters.scope = mode === 'openid' ? 'openid accounts.self:read' : 'accounts.self:read'
  const callback = await open(client.buildAuthorizationUrl(config, parameters))

  const tokens = await client.authorizationCodeGrant(config, callback, {
    expectedState: state,
    pkceCodeVerifier: verifier,
    idTokenExpected: mode === 'openid',
  })
  check(tokens.token_type === 'bearer' && tokens.expires_in > 0, 'tokens')

  const self = await client.fetchProtectedResource(config, tokens.access_token, new URL(`${PORTAL}/api/2.0/people/@self`), 'GET')
  check((await self.json()).response.email === 'user@docspace.test', 'API')

  if (mode === 'openid') {
    const subject = tokens.claims().sub
    const info = await client.fetchUserInfo(config, tokens.access_token, subject)
    check(info.sub === subject, 'userinfo')
  }
  if (mode === 'public') {
    check(tokens.refresh_token === undefined, 'no refresh token without a secret')
    return
  }

  const fresh = await client.refreshTokenGrant(config, tokens.refresh_token)
  check(fresh.refresh_token !== tokens.refresh_token, 'refreshed')

  await client.tokenRevocation(config, fresh.access_token, { token_type_hint: 'access_token' })
  const introspected = await client.tokenIntrospection(config, fresh.access_token)
  check(introspected.active === false, 'revoked')
})
