"""Whether the work goes on: events come in, none is missed, tickets carry the tags they should."""

from datetime import timedelta

from connectors.errors import ConnectorError, NotFoundError
from plugin.delivery.tags import mirror
from plugin.installing.check import Check, fail, ok, warn
from plugin.installing.looking import Site
from plugin.store import inbox, installed, reconciling

_QUIET = timedelta(days=1)
_COMPARED_WITHIN = timedelta(hours=1)
_SAMPLE = 20


def last_event(site: Site) -> Check:
    """How long ago the newest webhook came."""
    with site.runtime.database.read() as session:
        at = inbox.last_received(session, site.scope, site.account.id)
    fix = "write a message to a ticket, and see under `deliveries` what became of it"
    if at is None:
        return warn("last event", "none has come yet", fix)
    age = site.runtime.now() - at
    found = f"came {_words(age)} ago"
    return warn("last event", found, fix) if age > _QUIET else ok("last event", found)


def catching_up(site: Site) -> Check:
    """Whether what webhooks missed is found, and how much there was."""
    name = "catching up"
    with site.runtime.database.read() as session:
        row = reconciling.of_account(session, site.scope, site.account.id)
    if row is not None and row.failing_since is not None:
        since = _words(site.runtime.now() - row.failing_since)
        found = f"the exports have not been readable for {since}: {row.error}"
        return fail(
            name, found, "our seat must be an admin, with read; see under `token` and `scopes`"
        )
    if row is None or row.checked_at is None:
        found = "nothing has been compared with the helpdesk yet"
        return warn(name, found, "start `bookbag serve` or a worker; it begins within minutes")
    age = site.runtime.now() - row.checked_at
    found = f"compared {_words(age)} ago; {row.found} were missed by webhooks since it began"
    if age > _COMPARED_WITHIN:
        return warn(name, found, "see whether `bookbag serve` or a worker runs")
    return ok(name, found)


def _words(age: timedelta) -> str:
    seconds = max(int(age.total_seconds()), 0)
    for size, unit in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} seconds"


def tags(site: Site) -> Check:
    """Some of the tickets that wait, held against what they wait for."""
    with site.runtime.database.read() as session:
        tickets = installed.waiting_tickets(session, site.scope, site.account.id, most=_SAMPLE)
    helpdesk = site.runtime.helpdesk(site.account)
    wrong: list[str] = []
    for ticket_id in tickets:
        with site.runtime.database.read() as session:
            change = mirror(session, site.scope, site.account.id, ticket_id)
        try:
            ticket = helpdesk.ticket(ticket_id)
        except NotFoundError:
            continue
        except ConnectorError as why:
            return fail("tags", f"tickets could not be read: {why}", "see under `token`")
        # Nobody can change a closed ticket any more.
        if ticket.status != "closed" and change.apply(ticket.tags) != ticket.tags:
            wrong.append(ticket_id)
    if wrong:
        fix = "see who takes tags off; our next note on the ticket puts them right"
        return warn("tags", f"not as they should be on ticket {', '.join(wrong)}", fix)
    return ok("tags", f"right on {len(tickets)} tickets that wait" if tickets else "nothing waits")
