"""Calls an endpoint over real HTTP, once."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import requests

_KEPT_RESPONSE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `status_code` is None where nothing did, `late` where that was for time."""

    status_code: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    late: bool = False


def call(
    method: str, url: str, *, body: bytes, headers: Mapping[str, str], seconds: float
) -> Answer:
    """Make one request. `seconds` limit connecting, and each read of the answer."""
    try:
        with requests.Session() as session:
            # Proxies of the environment have no place between two local servers.
            session.trust_env = False
            with session.request(
                method,
                url,
                data=body,
                headers=headers,
                timeout=seconds,
                allow_redirects=False,
                stream=True,
            ) as got:
                text = next(got.iter_content(_KEPT_RESPONSE_BYTES), b"")
                told = text.decode(errors="replace")
                return Answer(got.status_code, dict(got.headers), told)
    except requests.Timeout:
        return Answer(late=True)
    except (requests.RequestException, ValueError):
        # ValueError: a custom header that HTTP cannot carry.
        return Answer()
