"""What Bookbag needs in a Zendesk account, in Zendesk's words. Pure."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence

from connectors.administration import Kind, Setup, Shape, Thing, Wanted
from connectors.mark import described
from connectors.note_commands import COMMANDS, NoteCommand
from connectors.zendesk.administration import gate
from connectors.zendesk.webhooks import SUBSCRIPTIONS

NAME = "Bookbag"
WEBHOOK, APP, INSTALLATION = "webhook", "app", "installation"
TICKET_EVENT = "zen:event-type:ticket."
_COLUMNS = ["subject", "requester", "created", "updated", "group", "assignee"]


def wanted(setup: Setup, rules: Sequence[Thing]) -> tuple[Wanted, ...]:
    """All of it, in the order in which it is made."""
    return (
        _webhook(setup.webhook_url),
        *_views(setup),
        *(_macro(name, command) for name, command in COMMANDS.items()),
        *(_fields(setup) if setup.fields else ()),
        *(gate.clones(rules, setup.approval_tag, setup.gated) if setup.gate else ()),
        *(_app(setup) if setup.package else ()),
    )


def _webhook(endpoint: str) -> Wanted:
    shape: Shape = {
        "name": NAME,
        "description": described("Tells Bookbag of new messages."),
        "status": "active",
        "endpoint": endpoint,
        "http_method": "POST",
        "request_format": "json",
        "subscriptions": sorted(SUBSCRIPTIONS),
    }
    return Wanted(WEBHOOK, Kind.WEBHOOK, NAME, shape, "tells us of new messages", vital=True)


def _views(setup: Setup) -> tuple[Wanted, ...]:
    return (
        _view("approval", "Needs approval", setup.approval_tag, "what waits for a signature"),
        _view("drafts", "AI drafts", setup.draft_tag, "every ticket with a draft"),
    )


def _view(key: str, title: str, tag: str, why: str) -> Wanted:
    # Zendesk refuses a view without a condition on status, type, group, assignee or requester.
    conditions = [
        {"field": "current_tags", "operator": "includes", "value": tag},
        {"field": "status", "operator": "less_than", "value": "closed"},
    ]
    shape: Shape = {
        "title": title,
        "description": described(f"Shows {why}."),
        "active": True,
        "conditions": {"all": conditions, "any": []},
        "columns": _COLUMNS,
        "sort_by": "updated",
        "sort_order": "asc",
    }
    return Wanted(f"view:{key}", Kind.VIEW, title, shape, why)


def _macro(name: str, command: NoteCommand) -> Wanted:
    # The part before the colons is a folder in the agents' list.
    full = f"{NAME}::{command.title}"
    shape: Shape = {
        "title": full,
        "description": described(command.what),
        "active": True,
        "actions": [
            {"field": "comment_mode_is_public", "value": "false"},
            {"field": "comment_value", "value": command.words},
        ],
    }
    return Wanted(
        f"macro:{name}", Kind.MACRO, full, shape, f"writes {command.words.strip()} as a note"
    )


def _fields(setup: Setup) -> tuple[Wanted, ...]:
    return (
        _field("draft", "AI draft", setup.draft_tag),
        _field("approval", "AI draft needs approval", setup.approval_tag),
    )


def _field(key: str, title: str, tag: str) -> Wanted:
    """A checkbox that Zendesk keeps in step with a tag."""
    shape: Shape = {
        "title": title,
        "type": "checkbox",
        "tag": tag,
        "agent_description": described(f"Follows the tag {tag}."),
        "active": True,
        "required": False,
        "visible_in_portal": False,
        "editable_in_portal": False,
    }
    return Wanted(f"field:{key}", Kind.FIELD, title, shape, f"shows the tag {tag}")


def _app(setup: Setup) -> tuple[Wanted, ...]:
    manifest = manifest_of(setup.package)
    name, version = str(manifest["name"]), str(manifest["version"])
    digest = hashlib.sha256(setup.package).hexdigest()
    settings = {"name": name, "backend_url": setup.backend_url, "account_id": setup.account_id}
    return (
        Wanted(
            APP,
            Kind.APP,
            name,
            {"name": name, "version": version, "package": digest},
            f"version {version}, the sidebar beside the ticket",
            vital=True,
            package=setup.package,
        ),
        Wanted(
            INSTALLATION,
            Kind.INSTALLATION,
            name,
            {"app_id": None, "enabled": True, "settings": settings},
            "shows the app to your agents",
            vital=True,
        ),
    )


def manifest_of(package: bytes) -> Mapping[str, object]:
    """The manifest in an app's file."""
    with zipfile.ZipFile(io.BytesIO(package)) as file:
        found: Mapping[str, object] = json.loads(file.read("manifest.json"))
    return found
