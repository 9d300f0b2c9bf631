"""The web half: webhooks in, pages for people. Flask lives here and in `app` only."""

import base64

import structlog
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Flask
from flask_wtf.csrf import CSRFProtect

from plugin.config import Settings
from plugin.runtime import Runtime
from plugin.web import (
    audit,
    batch,
    beside_draft,
    connect,
    drafts,
    errors,
    habits,
    hand_over,
    health,
    metrics,
    people,
    policies,
    policy_activation,
    policy_table,
    policy_text,
    provider,
    queue,
    queue_away,
    queue_workload,
    sidebar,
    sidebar_draft,
    sidebar_save,
    sign_in,
    sign_in_pages,
    webhooks,
    you,
)
from plugin.web.compressing import compress
from plugin.web.doors import open_to_strangers, require_doors
from plugin.web.headers import add_headers
from plugin.web.limits import use_limits
from plugin.web.sign_in import SESSION_COOKIE
from plugin.web.state import use_runtime
from plugin.web.words import span, time_left, utc

log = structlog.get_logger(__name__)

LARGEST_BODY_BYTES = 1024 * 1024


def create_web(runtime: Runtime, *, works: bool = False) -> Flask:
    """The WSGI application on a runtime. `works`: this process has the worker too."""
    web = Flask(__name__)
    secure = runtime.settings.is_https
    web.config.update(
        SECRET_KEY=_cookie_key(runtime.settings),
        MAX_CONTENT_LENGTH=LARGEST_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=LARGEST_BODY_BYTES,
        SESSION_COOKIE_NAME=f"{'__Host-' if secure else ''}{SESSION_COOKIE}_form",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )
    web.jinja_env.trim_blocks = web.jinja_env.lstrip_blocks = True
    web.jinja_env.filters.update(utc=utc, span=span, time_left=time_left)
    web.config[health.WORKS] = works
    use_runtime(web, runtime)
    # Before the forms' tokens: whoever is not signed in any more is told that.
    web.before_request(sign_in.guard)
    forgery = CSRFProtect(web)
    # Neither goes by a cookie: a signature here, a bearer token there.
    for part in (webhooks, sidebar, sidebar_draft, sidebar_save, hand_over):
        forgery.exempt(part.pages)
    people_pages = (sign_in_pages, provider, you, people, drafts, beside_draft)
    queue_pages = (queue, batch, queue_workload, queue_away)
    sidebar_pages = (sidebar, sidebar_draft, sidebar_save, hand_over)
    policy_pages = (policies, policy_text, policy_table, policy_activation, habits)
    for part in (
        *(webhooks, health, metrics, audit, connect),
        *people_pages,
        *queue_pages,
        *sidebar_pages,
        *policy_pages,
    ):
        web.register_blueprint(part.pages)
    open_to_strangers("style sheets and scripts")(web.view_functions["static"])
    require_doors(web)
    use_limits(web, runtime.settings)
    provider.use_provider(web, runtime.settings)
    errors.register(web)
    web.after_request(add_headers)
    web.after_request(compress)
    return web


def _cookie_key(settings: Settings) -> bytes:
    """A key of its own for signed cookies, derived from the newest secret key (RFC 5869)."""
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"bookbag cookies")
    return derive.derive(base64.urlsafe_b64decode(settings.secret_keys[0]))
