"""The address of an account at a vendor's, from whatever a person types for it."""

import re
from urllib.parse import urlsplit

from connectors.http import base_url

# A label of a host's name (RFC 1035, section 2.3.1); vendors make it from a company's name.
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def account_address(given: str, domain: str, *, expected: str, allow_private: bool) -> str:
    """``https://NAME.DOMAIN`` from a name, a host or any address in it.

    Args:
        given: As it was typed; untrusted.
        domain: The vendor's, with a leading dot, such as ``.zendesk.com``.
        expected: For whoever typed something else.
        allow_private: A whole address elsewhere is taken, too, such as a sandbox's.

    Raises:
        ValueError: It is none; says what is expected.
    """
    given = given.strip()
    if _LABEL.fullmatch(given.lower()):
        return f"https://{given.lower()}{domain}"
    try:
        parts = urlsplit(given if "://" in given else f"https://{given}")
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise ValueError(expected) from None
    name = host.removesuffix(domain)
    if name != host and _LABEL.fullmatch(name) and port is None:
        return f"https://{host}"
    if not allow_private or "://" not in given:
        raise ValueError(expected)
    return base_url(given, allow_private=True)
