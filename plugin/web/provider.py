"""Sign-in through the company's OpenID Connect provider, where one is configured.

Authorization code with PKCE, state and nonce, by Authlib. What it leaves to its caller is checked
here: issuer, audience, algorithm, a verified e-mail. https://openid.net/specs/openid-connect-core-1_0.html
"""

from collections.abc import Mapping
from typing import Any

import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from authlib.integrations.flask_client.apps import FlaskOAuth2App
from authlib.integrations.requests_client import OAuth2Session
from flask import Blueprint, Flask, current_app, request, session
from flask.typing import ResponseReturnValue
from joserfc.errors import JoseError
from requests import RequestException, Response

from connectors.transport import (
    AddressRefusedError,
    Budget,
    GuardedAdapter,
    OutOfTimeError,
    OversizedAnswerError,
)
from plugin.config import Settings
from plugin.errors import MissingError, UnauthenticatedError
from plugin.staff import subjects
from plugin.web.doors import open_to_strangers
from plugin.web.letting_in import let_in
from plugin.web.state import runtime

log = structlog.get_logger(__name__)

pages = Blueprint("provider", __name__, url_prefix="/sign-in/provider")

_CLIENT = "bookbag_provider"
_NEXT = "provider_next"
# Signed by the provider's own key: none that we would have to share, and never "none".
_ALGORITHMS = (
    "RS256",
    "PS256",
    "ES256",
    "RS384",
    "PS384",
    "ES384",
    "RS512",
    "PS512",
    "ES512",
    "EdDSA",
)
_LEEWAY_SECONDS = 30
_LONGEST_CODE = 64
_LARGEST_ANSWER = 512 * 1024
# For discovery, keys and token together.
_SECONDS = 15.0
_FAILED = (
    "Signing in with your company account did not work. Try again; if that does not help, tell "
    "your admin."
)
_UNVERIFIED = "Your company account has no verified e-mail address, so nobody is known by it."
_NOT_OURS = "There is no such page."
# All that an answer of somebody else's may lead to; each is a refusal.
_FAULTS = (
    AuthlibBaseError,
    JoseError,
    RequestException,
    AddressRefusedError,
    OutOfTimeError,
    OversizedAnswerError,
    OSError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    RuntimeError,
)


def use_provider(web: Flask, settings: Settings) -> None:
    """Know the provider, where one is configured. Nothing is asked of it before somebody comes."""
    if settings.provider is None:
        return
    web.extensions[_CLIENT] = OAuth(web).register(
        "provider",
        client_cls=_client_class(allow_private=settings.allow_private_addresses),
        client_id=settings.provider.client_id,
        client_secret=settings.provider.client_secret,
        server_metadata_url=f"{settings.provider.issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid email profile", "code_challenge_method": "S256"},
    )


@pages.get("")
@open_to_strangers("only leads to the provider")
def begin() -> ResponseReturnValue:
    """Off to the provider."""
    client = _client()
    session[_NEXT] = request.args.get("next")
    try:
        _require_issuer(client.load_server_metadata())
        back = f"{runtime().settings.public_url}/sign-in/provider/back"
        answer: ResponseReturnValue = client.authorize_redirect(back)
    except _FAULTS as fault:
        raise _refused(fault) from None
    return answer


@pages.get("/back")
@open_to_strangers("a code of the provider's, for the state in this browser")
def back() -> ResponseReturnValue:
    """Back with a code: whoever it stands for is signed in, if we know them."""
    client = _client()
    try:
        claims = _claims(client)
    except _FAULTS as fault:
        raise _refused(fault) from None
    subject, email = claims.get("sub"), claims.get("email")
    if not isinstance(subject, str) or not subject:
        raise _refused(ValueError("no subject"))
    if not isinstance(email, str) or claims.get("email_verified") is not True:
        raise UnauthenticatedError(_UNVERIFIED)
    found = subjects.whose(runtime(), issuer=str(claims["iss"]), subject=subject, email=email)
    return let_in(found, by="provider", asked=session.pop(_NEXT, None))


def _claims(client: Any) -> Mapping[str, Any]:
    """What a token says that this provider signed for us, now, and for this browser's visit."""
    metadata = client.load_server_metadata()
    issuer = _require_issuer(metadata)
    offered = metadata.get("id_token_signing_alg_values_supported") or _ALGORITHMS
    metadata["id_token_signing_alg_values_supported"] = [
        name for name in offered if name in _ALGORITHMS
    ]
    token = client.authorize_access_token(
        claims_options={
            "iss": {"essential": True, "values": [issuer]},
            "aud": {"essential": True, "values": [client.client_id]},
        },
        leeway=_LEEWAY_SECONDS,
    )
    claims = token.get("userinfo")
    if not isinstance(claims, Mapping):
        raise ValueError("no id_token")  # noqa: TRY004 (of what the provider sent)
    return claims


def _require_issuer(metadata: Mapping[str, Any]) -> str:
    """The configured issuer, which the provider must call itself."""
    provider = runtime().settings.provider
    if provider is None or metadata.get("issuer") != provider.issuer:
        raise ValueError("the provider calls itself by another issuer")
    return provider.issuer


def _client() -> Any:
    client = current_app.extensions.get(_CLIENT)
    if client is None:
        raise MissingError(_NOT_OURS)
    return client


def _refused(fault: Exception) -> UnauthenticatedError:
    """One sentence for whoever comes; why stands in the log, by its kind alone."""
    log.warning("provider_refused", error=type(fault).__name__, reason=_reason(fault))
    return UnauthenticatedError(_FAILED)


def _reason(fault: Exception) -> str | None:
    """A code of the standard's; what a provider words freely might hold anything."""
    error = getattr(fault, "error", None)
    is_code = isinstance(error, str) and error.isascii() and len(error) <= _LONGEST_CODE
    return error if is_code else None


def _client_class(*, allow_private: bool) -> type[FlaskOAuth2App]:
    """Authlib's client over our own way out: time limits, the address guard, no redirects."""

    class Session(OAuth2Session):  # type: ignore[misc] # Authlib is untyped
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.trust_env = False
            budget = Budget()
            budget.until = budget.clock.now() + _SECONDS
            for scheme in ("http://", "https://"):
                self.mount(
                    scheme,
                    GuardedAdapter(budget, allow_private=allow_private, cap=_LARGEST_ANSWER),
                )

        def request(self, *args: Any, **kwargs: Any) -> Response:
            answer: Response = super().request(*args, **{**kwargs, "allow_redirects": False})
            return answer

    class Client(FlaskOAuth2App):  # type: ignore[misc] # Authlib is untyped
        client_cls = Session

        def _get_session(self) -> Session:
            return Session(**self.client_kwargs)

    return Client
