"""Where the browser belongs: a program prints the address to open, and is told
the address at which the person arrived."""

import os
import sys

PORTAL = os.environ["PORTAL"]
CLIENT_ID = os.environ["CLIENT_ID"]
CLIENT_SECRET = os.environ["CLIENT_SECRET"]
REDIRECT_URI = os.environ["REDIRECT_URI"]
AUTHORIZE, TOKEN, REVOKE = PORTAL + "/oauth2/authorize", PORTAL + "/oauth2/token", PORTAL + "/oauth2/revoke"
SELF = PORTAL + "/api/2.0/people/@self"


def visit(address):
    print("open", address, flush=True)
    return sys.stdin.readline().strip()


def check(is_so, what):
    """Ends the program unless a thing is as it should be."""
    if not is_so:
        raise AssertionError("not so: " + what)
    print(what, flush=True)


def run(flow):
    """Ends with "done", or with what the library raised."""
    try:
        flow(sys.argv[1])
        print("done")
    except Exception as error:
        print("error", type(error).__name__, error)
