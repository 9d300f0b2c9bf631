"""Whether we get in: credential, seat, scopes, clock, and how many calls are left."""

from collections.abc import Iterator
from datetime import datetime

from connectors.administration import Standing
from connectors.types import PersonRole
from plugin.connecting import accounts
from plugin.installing.check import Check, fail, ok, warn
from plugin.installing.looking import Site

# Webhooks are accepted for five minutes, openings of the sidebar for half a minute.
_CLOCK_WARNS, _CLOCK_FAILS = 20, 240
_FEW = 0.2


def access(site: Site, standing: Standing) -> Iterator[Check]:
    """How the credential stands."""
    seat = f"{standing.person.name} ({standing.person.role.value})"
    yield _credential(site, seat)
    if standing.person.role is PersonRole.ADMIN:
        yield ok("seat", f"{seat} is an admin")
    else:
        fix = "give this seat the role admin: webhooks, triggers and the app need it"
        yield fail("seat", f"{seat} is no admin", fix)
    yield _scopes(standing)
    yield _clock(standing.clock, site.runtime.now())
    yield _headroom(standing)


def _credential(site: Site, seat: str) -> Check:
    way = accounts.how(site.account)
    if way == accounts.TOKEN:
        fix = "make an OAuth client and run `bookbag connect zendesk` with it"
        return warn("token", f"{seat}: an API token, which Zendesk ends on 2027-04-30", fix)
    return ok("token", f"{seat}: {'a consent' if way == accounts.CONSENT else 'an OAuth client'}")


def _scopes(standing: Standing) -> Check:
    scopes = standing.scopes
    if scopes is None:
        return ok("scopes", "not told; whatever the seat may do")
    told = " ".join(sorted(scopes)) or "none"
    lacking = [one for one in ("read", "write") if not any(_covers(s, one) for s in scopes)]
    if lacking:
        fix = "let the OAuth client ask for the scopes read and write"
        return fail("scopes", f"{told}: {' and '.join(lacking)} is missing", fix)
    if not {"read", "write"} <= scopes:
        fix = "if something is refused with 403, ask for read and write"
        return warn("scopes", f"only for some things: {told}", fix)
    return ok("scopes", told)


def _covers(scope: str, what: str) -> bool:
    return scope == what or scope.endswith(f":{what}")


def _clock(theirs: datetime | None, ours: datetime) -> Check:
    if theirs is None:
        return ok("clock", "not told")
    apart = abs((theirs - ours).total_seconds())
    found = f"{apart:.0f} s apart from the helpdesk's"
    fix = "let this machine keep its time by NTP"
    if apart >= _CLOCK_FAILS:
        return fail("clock", f"{found}: webhooks are refused as stale", fix)
    return warn("clock", found, fix) if apart >= _CLOCK_WARNS else ok("clock", found)


def _headroom(standing: Standing) -> Check:
    room = standing.headroom
    if room is None:
        return ok("rate limit", "not told")
    found = f"{room.left} of {room.limit} calls are left in this minute"
    if room.left < room.limit * _FEW:
        fix = "find out what else calls Zendesk's API so often, or buy a higher limit"
        return warn("rate limit", found, fix)
    return ok("rate limit", found)
