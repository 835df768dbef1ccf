"""Usage: authlib_httpx.py openid"""

import httpx
from authlib.common.security import generate_token
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet

from person import CLIENT_ID, CLIENT_SECRET, PORTAL, REDIRECT_URI, check, run, visit


def flow(_):
    metadata = httpx.get(PORTAL + "/oauth2/.well-known/openid-configuration").json()
    client = OAuth2Client(
        CLIENT_ID, CLIENT_SECRET, redirect_uri=REDIRECT_URI, scope="openid", token_endpoint_auth_method="client_secret_post"
    )
    nonce = generate_token()
    address, state = client.create_authorization_url(metadata["authorization_endpoint"], nonce=nonce)
    token = client.fetch_token(metadata["token_endpoint"], authorization_response=visit(address), state=state)
    info = client.get(metadata["userinfo_endpoint"]).json()
    check("sub" in info, "userinfo")

    keys = KeySet.import_key_set(httpx.get(metadata["jwks_uri"]).json())
    claims = jwt.decode(token["id_token"], keys, algorithms=["ES256"]).claims
    CodeIDToken(
        claims,
        {},
        {"iss": {"essential": True, "value": metadata["issuer"]}, "aud": {"essential": True, "value": CLIENT_ID}},
        {"nonce": nonce, "client_id": CLIENT_ID},
    ).validate()
    check(claims["sub"] == info["sub"], "id_token")


run(flow)
