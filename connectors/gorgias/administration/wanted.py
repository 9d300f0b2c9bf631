"""What Bookbag needs in a Gorgias account, in Gorgias' words. Pure.

Gorgias has no app frame: what agents see is the note, the widget beside the ticket, and macros that
write commands as internal notes. No macro of ours writes a reply, so that none can be sent.
"""

from connectors.administration import Kind, Setup, Shape, Wanted
from connectors.gorgias.webhooks import FORM, TRIGGERS
from connectors.mark import described
from connectors.note_commands import COMMANDS, NoteCommand

NAME = "Bookbag"
MACRO_MARK = "bookbag:"
# What the widget's feed is asked anew for. It has five seconds to answer.
FEED_TRIGGERS = ("ticket-created", "ticket-message-created", "ticket-updated")
FEED_FORM = {"ticket_id": "{{ticket.id}}", "account": "{{ticket.account.domain}}"}


def wanted(setup: Setup) -> tuple[Wanted, ...]:
    """All of it, in the order in which it is made."""
    return (
        _webhook(setup),
        *_views(setup),
        *(_macro(name, command) for name, command in COMMANDS.items()),
        _widget(setup),
    )


def _webhook(setup: Setup) -> Wanted:
    shape: Shape = {
        "name": NAME,
        "description": described("Tells Bookbag of new messages."),
        "active": True,
        "endpoint": setup.webhook_url,
        "subscriptions": sorted(TRIGGERS),
        "form": FORM,
    }
    why = "tells us of new messages"
    return Wanted("webhook", Kind.WEBHOOK, NAME, shape, why, vital=True)


def _views(setup: Setup) -> tuple[Wanted, ...]:
    return (
        _view("approval", "Needs approval", setup.approval_tag, "what waits for a signature"),
        _view("drafts", "AI drafts", setup.draft_tag, "every ticket with a draft"),
    )


def _view(key: str, name: str, tag: str, why: str) -> Wanted:
    shape: Shape = {
        "name": name,
        "type": "ticket-list",
        "visibility": "public",
        # How a tag is asked for is unconfirmed; names are what Gorgias' own page offers.
        "filters": f"eq(ticket.status, 'open') && containsAny(ticket.tags.name, ['{tag}'])",
        "order_by": "updated_datetime",
        "order_dir": "asc",
    }
    return Wanted(f"view:{key}", Kind.VIEW, name, shape, why)


def _macro(key: str, command: NoteCommand) -> Wanted:
    name = f"{NAME}: {command.title}"
    words = command.words
    note = {"body_text": words, "body_html": f"<div>{words}</div>"}
    shape: Shape = {
        "name": name,
        "external_id": f"{MACRO_MARK}{key}",
        "actions": [{"name": "addInternalNote", "arguments": note}],
    }
    return Wanted(f"macro:{key}", Kind.MACRO, name, shape, f"writes {words.strip()} as a note")


def _widget(setup: Setup) -> Wanted:
    """A card: where the draft stands and why, and a way to our own page, which asks who you are."""
    rows = [
        ("status", "Status"),
        ("held", "Held because"),
        ("confidence", "Confidence"),
        ("actions", "Actions"),
    ]
    card = {
        "type": "card",
        "path": "",
        "title": NAME,
        "meta": {
            "displayCard": True,
            "link": "",
            "custom": {"links": [{"url": "{{review_url}}", "label": "Review and approve"}]},
        },
        "widgets": [{"type": "text", "path": path, "title": title} for path, title in rows],
    }
    shape: Shape = {
        "name": NAME,
        "active": True,
        "endpoint": f"{setup.backend_url}/gorgias/{setup.account_id}/widget",
        "template": {"type": "wrapper", "widgets": [card]},
    }
    return Wanted("widget", Kind.WIDGET, NAME, shape, "shows the draft beside the ticket")
