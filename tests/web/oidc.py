"""A small OpenID Connect provider that speaks real HTTP, and lies where a test tells it to."""

import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import jwt
from flask import Flask, Response, jsonify, redirect, request
from jwt.algorithms import RSAAlgorithm

from connectors.sandbox.server import SandboxServer
from tests.web.sidebar_app import key

CLIENT_ID, CLIENT_SECRET = "bookbag-at-larkspur", "a-client-secret"


@dataclass
class Lies:
    """What a token says in place of the truth; None leaves a claim out."""

    claims: dict[str, Any] = field(default_factory=dict)
    signed_by: str = "provider"
    algorithm: str = "RS256"
    issuer: str | None = None


class Provider:
    """Knows one user, who is signed in there already."""

    def __init__(self) -> None:
        self.lies = Lies()
        self.subject, self.email = "subject-1", "nobody@larkspur.example"
        self.asked: list[dict[str, str]] = []
        self._codes: dict[str, dict[str, str]] = {}
        web = Flask("provider")
        web.add_url_rule("/.well-known/openid-configuration", view_func=self._metadata)
        web.add_url_rule("/jwks", view_func=self._jwks)
        web.add_url_rule("/authorize", view_func=self._authorize)
        web.add_url_rule("/token", view_func=self._token, methods=["POST"])
        self._server = SandboxServer(web).start()
        self.url = self._server.url

    def stop(self) -> None:
        self._server.stop()

    def _metadata(self) -> Response:
        return jsonify(
            issuer=self.lies.issuer or self.url,
            authorization_endpoint=f"{self.url}/authorize",
            token_endpoint=f"{self.url}/token",
            jwks_uri=f"{self.url}/jwks",
            id_token_signing_alg_values_supported=["RS256", "HS256", "none"],
        )

    def _jwks(self) -> Response:
        public = json.loads(RSAAlgorithm.to_jwk(key("provider").public_key()))
        return jsonify(keys=[{**public, "kid": "1", "use": "sig"}])

    def _authorize(self) -> Any:
        asked = request.args.to_dict()
        self.asked.append(asked)
        assert asked["client_id"] == CLIENT_ID
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe()
        self._codes[code] = asked
        return redirect(
            f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"
        )

    def _token(self) -> Any:
        given, who = request.form, request.authorization
        asked = self._codes.pop(given.get("code", ""), None)
        known = who is not None and (who.username, who.password) == (CLIENT_ID, CLIENT_SECRET)
        digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if not known or asked is None or asked["code_challenge"] != challenge:
            return jsonify(error="invalid_grant"), 400
        return jsonify(
            access_token="of-no-use", token_type="Bearer", id_token=self._id_token(asked)
        )

    def _id_token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        claims = {
            "iss": self.url,
            "sub": self.subject,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            "email": self.email,
            "email_verified": True,
            **self.lies.claims,
        }
        stated = {name: value for name, value in claims.items() if value is not None}
        secret: Any = {"RS256": key(self.lies.signed_by), "HS256": CLIENT_SECRET, "none": None}[
            self.lies.algorithm
        ]
        return jwt.encode(stated, secret, algorithm=self.lies.algorithm, headers={"kid": "1"})
