"""Reads and compares what a caller shows."""

import base64
import binascii
import hmac


def basic_pair(value: str) -> tuple[str, str] | None:
    """Name and secret of a ``Basic`` header's value; None where it is not one."""
    try:
        name, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return name, secret


def same(known: str, given: str) -> bool:
    """Compare secrets in constant time."""
    return hmac.compare_digest(known.encode(), given.encode())
