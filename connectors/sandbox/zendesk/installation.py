"""The app installed in the sandbox: its address, and the key its page loads are signed with.

https://developer.zendesk.com/documentation/apps/build-an-app/building-a-server-side-app/part-5-secure-the-app/
"""

from collections.abc import Mapping
from functools import cached_property

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from connectors.sandbox.zendesk.desk import Desk

_KEY_BITS = 2048
_PUBLIC_EXPONENT = 65537


class Installation:
    """One installation, with an app in it or without. Thread safe by the desk's lock.

    Attributes:
        id: Zendesk's number of the installation; the tokens are addressed to it.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._url: str | None = None
        self.id = desk.ids.number("installation")

    @property
    def url(self) -> str | None:
        """Where the sidebar is served; None while no app is installed."""
        with self._desk.lock:
            return self._url

    def point_at(self, url: str | None) -> None:
        """Install the app of that address, or take it out."""
        with self._desk.lock:
            self._url = url

    def public_key(self) -> str:
        """What tokens are verified with, as PEM."""
        public = self._private_key().public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def sign(self, claims: Mapping[str, object]) -> str:
        """A JSON Web Token, RS256."""
        return jwt.encode(dict(claims), self._private_key(), algorithm="RS256")

    def _private_key(self) -> rsa.RSAPrivateKey:
        with self._desk.lock:
            return self._key

    @cached_property
    def _key(self) -> rsa.RSAPrivateKey:
        # Made when it is first needed: it takes a while, and most tests have no sidebar.
        return rsa.generate_private_key(_PUBLIC_EXPONENT, _KEY_BITS)
