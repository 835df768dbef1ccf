"""Usage: authlib_requests.py post|basic|pkce"""

from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session

from person import AUTHORIZE, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, REVOKE, SELF, TOKEN, check, run, visit


def flow(mode):
    session = OAuth2Session(
        CLIENT_ID,
        CLIENT_SECRET,
        redirect_uri=REDIRECT_URI,
        scope="accounts.self:read",
        token_endpoint_auth_method="client_secret_basic" if mode == "basic" else "client_secret_post",
        revocation_endpoint_auth_method="client_secret_post",
        code_challenge_method="S256" if mode == "pkce" else None,
    )
    verifier = generate_token(48) if mode == "pkce" else None
    address, state = session.create_authorization_url(AUTHORIZE, code_verifier=verifier)
    token = session.fetch_token(TOKEN, authorization_response=visit(address), state=state, code_verifier=verifier)
    check(token["token_type"] == "Bearer", "tokens")
    check(session.get(SELF).json()["response"]["email"] == "user@docspace.test", "API")

    fresh = session.refresh_token(TOKEN, refresh_token=token["refresh_token"])
    check(fresh["refresh_token"] != token["refresh_token"] and session.get(SELF).status_code == 200, "refreshed")

    session.revoke_token(REVOKE, token=fresh["access_token"], token_type_hint="access_token")
    check(session.get(SELF).status_code == 401, "revoked")


run(flow)
