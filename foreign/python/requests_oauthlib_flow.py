"""Usage: requests_oauthlib_flow.py post|basic|pkce"""

import os

import requests
from requests_oauthlib import OAuth2Session

from person import AUTHORIZE, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, REVOKE, SELF, TOKEN, check, run, visit

os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"  # plain http, for development


def flow(mode):
    session = OAuth2Session(
        CLIENT_ID, redirect_uri=REDIRECT_URI, scope=["accounts.self:read"], pkce="S256" if mode == "pkce" else None
    )
    address, _ = session.authorization_url(AUTHORIZE)
    token = session.fetch_token(
        TOKEN,
        authorization_response=visit(address),
        client_secret=CLIENT_SECRET,
        include_client_id=None if mode == "basic" else True,  # in the body, not as Basic
    )
    check(token["token_type"] == "Bearer", "tokens")
    check(session.get(SELF).json()["response"]["email"] == "user@docspace.test", "API")

    fresh = session.refresh_token(TOKEN, client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
    check(fresh["refresh_token"] != token["refresh_token"] and session.get(SELF).status_code == 200, "refreshed")

    address, headers, body = session._client.prepare_token_revocation_request(
        REVOKE, fresh["access_token"], "access_token", client_id=CLIENT_ID, client_secret=CLIENT_SECRET
    )
    check(requests.post(address, headers=headers, data=body).status_code == 200, "revocation")
    check(session.get(SELF).status_code == 401, "revoked")


run(flow)
