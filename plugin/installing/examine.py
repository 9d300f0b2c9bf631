"""Looks an account over: everything that can be out of order, and how to mend it."""

from collections.abc import Iterator

from connectors.administration import Kind, Tell
from connectors.errors import AuthError, ConnectorError, GrantLostError
from plugin.installing import check_access, check_things, check_work
from plugin.installing.check import Check, Health, fail
from plugin.installing.check_things import Found
from plugin.installing.failing import CONSENT_AGAIN
from plugin.installing.looking import Site


def examine(site: Site, tell: Tell) -> tuple[Check, ...]:
    """Every check that can be made. What cannot be asked is told once, at its place."""
    return (*_asked(site, tell), check_work.last_event(site), check_work.catching_up(site))


def _asked(site: Site, tell: Tell) -> Iterator[Check]:
    try:
        tell("asking the helpdesk who we are")
        standing = site.helpdesk.standing()
    except ConnectorError as why:
        yield fail("token", f"the helpdesk does not let us in: {why}", _way_in(why))
        return
    yield from check_access.access(site, standing)
    try:
        found = _found(site, tell)
        yield from check_things.webhook(found)
        yield from check_things.app(found)
        for kind in (Kind.VIEW, Kind.MACRO, Kind.FIELD):
            yield check_things.made(found, kind)
        yield from check_things.gate(found)
    except ConnectorError as why:
        yield fail("set-up", f"it cannot be looked at: {why}", _way_in(why))
    tell("looking at the tags of tickets that wait")
    yield check_work.tags(site)


def _way_in(why: ConnectorError) -> str:
    if isinstance(why, GrantLostError):
        return CONSENT_AGAIN
    if isinstance(why, AuthError):
        return (
            "run `bookbag account set-credentials`; the seat must be an admin, with read and write"
        )
    return "see whether the account's address is right and can be reached from here, then try again"


def _found(site: Site, tell: Tell) -> Found:
    setup = site.setup(fields=True, gate=True)
    things = site.things(tell)
    return Found(site, site.helpdesk.wanted(setup, things), things, site.noted())


def is_in_order(checks: tuple[Check, ...]) -> bool:
    """Whether nothing failed."""
    return all(check.health is not Health.FAIL for check in checks)
