"""The signature of webhook requests.

https://developer.zendesk.com/documentation/webhooks/verifying/
"""

import base64
import hashlib
import hmac
import secrets

# Signs the test requests made before a webhook exists; published, so worth nothing.
TEST_SECRET = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="  # noqa: S105 - published by the vendor
_SECRET_BYTES = 32


def new_secret() -> str:
    """A signing secret. Its text is the key, not the bytes that it encodes."""
    return base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def signature(secret: str, *, timestamp: str, body: bytes) -> str:
    """What ``X-Zendesk-Webhook-Signature`` carries."""
    digest = hmac.new(secret.encode(), timestamp.encode() + body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
