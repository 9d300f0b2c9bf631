"""Puts the sandbox together."""

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from connectors.sandbox.delivering.control import webhook_fault_routes
from connectors.sandbox.delivering.faults import WebhookFaults
from connectors.sandbox.faults import Faults, FaultSeam, fault_routes
from connectors.sandbox.seam import Seam, attach
from connectors.sandbox.server import add_background
from connectors.sandbox.workspace import shared
from connectors.sandbox.zendesk import (
    app_frame,
    control,
    email_log,
    messaging,
    oauth_control,
    rates,
    workspace,
)
from connectors.sandbox.zendesk.api import (
    apps,
    comments,
    current_token,
    groups,
    guard,
    incremental,
    oauth,
    oauth_consent,
    removals,
    rules,
    tag_list,
    tags,
    tickets,
    users,
    webhooks,
)
from connectors.sandbox.zendesk.api.suffix import WithoutSuffix
from connectors.sandbox.zendesk.app_store import AppStore
from connectors.sandbox.zendesk.auth import Credentials
from connectors.sandbox.zendesk.business import Business
from connectors.sandbox.zendesk.config import SandboxConfig
from connectors.sandbox.zendesk.deliveries import FAULTS, Deliveries
from connectors.sandbox.zendesk.desk import Desk
from connectors.sandbox.zendesk.emails import Emails
from connectors.sandbox.zendesk.errors import ApiError
from connectors.sandbox.zendesk.events import events_of
from connectors.sandbox.zendesk.grants import Grants
from connectors.sandbox.zendesk.installation import Installation
from connectors.sandbox.zendesk.ledger import Ledger
from connectors.sandbox.zendesk.meter import Meter
from connectors.sandbox.zendesk.records import Change
from connectors.sandbox.zendesk.refusals import refusal
from connectors.sandbox.zendesk.sending import Sender
from connectors.sandbox.zendesk.webhooks import Registry
from connectors.sandbox.zendesk.wiring import Sandbox, install

_LARGEST_REQUEST_BYTES = 4 * 1024 * 1024
# The workspace's pages are not among them: a page that refreshes would use faults up.
_INTERFACE = ("/api/", "/oauth/")
_CONTROLS = (control, oauth_control, app_frame, email_log, messaging)
_AREAS = (
    *(oauth, oauth_consent, tickets, comments, removals, tags, tag_list, users, groups, webhooks),
    *(current_token, rules, apps, incremental),
    *(*_CONTROLS, workspace),
)


def create_app(config: SandboxConfig, *, seam: Seam | None = None) -> Flask:
    """A helpdesk with the seats of `config` and no tickets.

    Webhooks are delivered while a `SandboxServer` serves the app.
    """
    # The root's static folder is off: the pages bring their own.
    app = Flask(__name__, static_folder=None)
    app.wsgi_app = WithoutSuffix(app.wsgi_app)  # type: ignore[method-assign]  # as Flask advises
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST_REQUEST_BYTES
    app.json.sort_keys = False  # type: ignore[attr-defined]  # only the default provider has it
    sandbox = _build(config)
    install(app, sandbox)
    add_background(app, sandbox.deliveries)
    attach(app, seam)
    attach(app, FaultSeam(sandbox.faults, paths=_INTERFACE, answer=refusal))
    guard.attach(app)
    rates.attach(app)
    for area in _AREAS:
        app.register_blueprint(area.blueprint)
    app.register_blueprint(shared)
    app.register_blueprint(fault_routes(sandbox.faults))
    faults, line = sandbox.webhook_faults, sandbox.deliveries
    app.register_blueprint(webhook_fault_routes(faults, line, kinds=FAULTS))
    app.register_error_handler(ApiError, _refused)
    app.register_error_handler(HTTPException, _failed)
    return app


def _build(config: SandboxConfig) -> Sandbox:
    desk = Desk(config)
    registry = Registry(desk)
    ledger = Ledger(desk.lock)
    sender = Sender(config.account_id, config.delivery_seconds, config.clock)
    webhook_faults = WebhookFaults(desk.lock)
    deliveries = Deliveries(desk, registry, sender, webhook_faults)
    credentials = Credentials(config, desk)

    def announce(change: Change) -> None:
        for event in events_of(
            change,
            account_id=config.account_id,
            subdomain=config.subdomain,
            ids=desk.ids,
            comment_with_created=config.comment_with_created,
        ):
            deliveries.enqueue(event)

    desk.watch(ledger.see)
    desk.watch(announce)
    business = Business(desk)
    emails = Emails(desk, business)
    desk.watch(emails.see)
    installation = Installation(desk)
    return Sandbox(
        config=config,
        desk=desk,
        webhooks=registry,
        sender=sender,
        deliveries=deliveries,
        credentials=credentials,
        grants=Grants(desk, credentials),
        ledger=ledger,
        meter=Meter(desk.lock, lambda: config.clock().timestamp()),
        installation=installation,
        faults=Faults(lambda: config.clock().timestamp()),
        webhook_faults=webhook_faults,
        business=business,
        apps=AppStore(desk, installation, subdomain=config.subdomain),
        emails=emails,
    )


def _refused(error: ApiError) -> ResponseReturnValue:
    return jsonify(error.body), error.status


def _failed(error: HTTPException) -> ResponseReturnValue:
    """JSON for machines; werkzeug's short page for people."""
    if not request.path.startswith(("/api/", "/oauth/", "/sandbox/")):
        return error
    code = (error.name or "Error").replace(" ", "")
    return jsonify(error=code, description=error.description), error.code or 500
