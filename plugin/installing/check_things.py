"""Whether what was installed is there, and works."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from connectors.administration import Kind, Shape, Thing, Wanted
from connectors.errors import AuthError, ConnectorError
from plugin.installing.check import Check, Health, fail, ok, warn
from plugin.installing.looking import Site, secrets, there
from plugin.installing.plan import find
from plugin.store.installed import OFF
from plugin.store.installed_tables import Installed

_INSTALL = "run `bookbag install zendesk`"
_DELIVERIES = 100
# Zendesk's breaker trips at 70 % errors.
_MANY = 0.5


@dataclass(frozen=True, slots=True)
class Found:
    """What is wanted, what is there, and what was written down."""

    site: Site
    wanted: tuple[Wanted, ...]
    things: tuple[Thing, ...]
    noted: Mapping[str, Installed]

    def ours(self, kind: Kind) -> Thing | None:
        """The one thing of a kind that is ours."""
        return there(self.site, kind, self.wanted, self.things, self.noted)


def webhook(found: Found) -> Iterator[Check]:
    """The webhook, its deliveries and its secret."""
    wanted = next(one for one in found.wanted if one.kind is Kind.WEBHOOK)
    ours = found.ours(Kind.WEBHOOK)
    if ours is None:
        address = wanted.shape["endpoint"]
        yield fail("webhook", f"there is none that sends to {address}", _INSTALL)
        return
    yield _webhook(found, wanted, ours)
    yield _deliveries(found.site, ours)
    yield _secret(found.site, ours)


def _webhook(found: Found, wanted: Wanted, ours: Thing) -> Check:
    if not ours.active:
        return fail("webhook", f"{ours.name} is switched off: no message arrives", _INSTALL)
    if not found.site.helpdesk.fits(wanted, ours):
        return _not_subscribed(found, wanted, ours)
    twins = [one.name for one in found.things if _sends_here(one, wanted) and one.id != ours.id]
    if twins:
        fix = "delete it in the Admin Center; every event is counted once all the same"
        return warn("webhook", f"another one also sends here: {', '.join(twins)}", fix)
    return ok("webhook", f"{ours.name} is active and subscribed")


def _not_subscribed(found: Found, wanted: Wanted, ours: Thing) -> Check:
    row = found.noted.get(wanted.key)
    if row is None or row.asked != wanted.shape or row.wrote != ours.shape:
        return fail("webhook", f"{ours.name} is not subscribed to all events", _INSTALL)
    fix = (
        "make a second webhook by hand to the same address with them, and give its secret by"
        " `bookbag account add-secret`"
    )
    missing = sorted(_events(wanted.shape) - _events(ours.shape))
    told = f"Zendesk did not take these events with the others: {', '.join(missing)}"
    return warn("webhook", told, fix)


def _events(shape: Shape) -> set[str]:
    events = shape.get("subscriptions")
    return set(events if isinstance(events, list) else [])


def _sends_here(thing: Thing, wanted: Wanted) -> bool:
    return thing.kind is Kind.WEBHOOK and thing.shape["endpoint"] == wanted.shape["endpoint"]


def _deliveries(site: Site, ours: Thing) -> Check:
    total, failures = site.helpdesk.failures(ours.id, most=_DELIVERIES)
    if not failures:
        return ok("deliveries", f"none of the last {total} failed")
    found = f"{len(failures)} of the last {total} failed, such as with: {failures[0].status}"
    fix = f"see whether {site.runtime.settings.public_url} answers from the internet within 10 s"
    check = fail if len(failures) >= total * _MANY else warn
    return check("deliveries", found, fix)


def _secret(site: Site, ours: Thing) -> Check:
    try:
        secret = site.helpdesk.webhook_secret(ours.id)
    except AuthError:
        fix = "give it by `bookbag account add-secret`, or delete the webhook and install again"
        return warn("signing secret", "Zendesk hides it: an app made this webhook", fix)
    if secret not in secrets(site):
        return fail("signing secret", "ours is another one: every event is refused", _INSTALL)
    return ok("signing secret", "is the one we know")


def app(found: Found) -> Iterator[Check]:
    """The app, its installation and its key."""
    wanted = next((one for one in found.wanted if one.kind is Kind.APP), None)
    if wanted is None:
        return
    ours, installation = found.ours(Kind.APP), found.ours(Kind.INSTALLATION)
    yield _version(found, wanted, ours)
    if ours is None:
        return
    yield _installation(found, installation)
    if installation is not None:
        yield _key(found.site, ours, installation)


def _version(found: Found, wanted: Wanted, ours: Thing | None) -> Check:
    if ours is None:
        return fail("app", "is not there: agents have no sidebar", _INSTALL)
    row = found.noted.get(wanted.key)
    if row is not None and row.asked == wanted.shape and row.wrote == ours.shape:
        return ok("app", f"version {wanted.shape['version']}, ours")
    theirs = ours.shape.get("version") or (row.asked.get("version") if row else None)
    if theirs == wanted.shape["version"]:
        return warn("app", f"version {theirs}, but not as it was last uploaded", _INSTALL)
    told = f"version {theirs}" if theirs else "some version"
    return warn("app", f"{told} there, {wanted.shape['version']} here", _INSTALL)


def _installation(found: Found, installation: Thing | None) -> Check:
    wanted = next(one for one in found.wanted if one.kind is Kind.INSTALLATION)
    if installation is None:
        return fail("installation", "the app is not installed: agents have no sidebar", _INSTALL)
    if not installation.active:
        return fail("installation", "the app is switched off: nothing holds a reply back", _INSTALL)
    if not found.site.helpdesk.fits(wanted, installation):
        return fail("installation", "its settings lead somewhere else than to here", _INSTALL)
    return ok("installation", "the app is installed and leads here")


def _key(site: Site, ours: Thing, installation: Thing) -> Check:
    account = site.account
    by_file = "give it by `bookbag account add-app`"
    try:
        trust = site.helpdesk.trust(ours.id, installation.id)
    except ConnectorError as why:
        return warn("app's key", f"could not be read: {why}", by_file)
    if account.app_key is None or account.app_audience != trust.audience:
        return fail("app's key", "is not known here: the sidebar lets nobody in", _INSTALL)
    if trust.public_key is None:
        return ok("app's key", "is known here; Zendesk does not tell it")
    if trust.public_key != account.app_key:
        return fail("app's key", "is another one than we know: nobody is let in", _INSTALL)
    return ok("app's key", "is the one we know")


def made(found: Found, kind: Kind) -> Check:
    """The things of a kind, such as views, of which there are several."""
    name = f"{kind.value}s"
    all_wanted = [one for one in found.wanted if one.kind is kind]
    wanted = [one for one in all_wanted if kind is not Kind.FIELD or one.key in found.noted]
    if not wanted:
        return ok(name, "not used")
    missing = [one.name for one in wanted if _find(found, one) is None]
    if missing:
        return warn(name, f"missing: {', '.join(missing)}", _INSTALL)
    off = [one.name for one in wanted if (thing := _find(found, one)) and not thing.active]
    if off:
        return warn(name, f"switched off: {', '.join(off)}", "switch them on in the Admin Center")
    return ok(name, f"all {len(wanted)} are there")


def _find(found: Found, wanted: Wanted) -> Thing | None:
    return find(found.site.helpdesk, wanted, found.things, found.noted)


def gate(found: Found) -> Iterator[Check]:
    """The e-mail gate: each trigger is off, and its stand-in on."""
    gates = [one for one in found.wanted if one.replaces is not None]
    used = [one for one in gates if one.replaces and f"{OFF}{one.replaces.id}" in found.noted]
    if not used:
        yield ok("e-mail gate", "not used")
        return
    checks = [_stand_in(found, one) for one in used]
    bad = [check for check in checks if check.health is not Health.OK]
    yield from bad or [ok("e-mail gate", f"closed; triggers behind it: {len(used)}")]
    past = [one.replaces.name for one in gates if one not in used and one.replaces]
    if past:
        fix = "run `bookbag install zendesk --email-gate` again to put them behind it"
        yield warn("e-mail gate", f"mails customers past it: {', '.join(past)}", fix)


def _stand_in(found: Found, wanted: Wanted) -> Check:
    original, stand_in = wanted.replaces, _find(found, wanted)
    is_on = stand_in is not None and stand_in.active
    name = original.name if original else wanted.name
    fix = "run `bookbag install zendesk --email-gate`"
    if original is not None and original.active:
        both = "; customers are mailed twice" if is_on else ""
        return fail("e-mail gate", f"open: “{name}” is on again{both}", fix)
    if not is_on:
        return fail("e-mail gate", f"customers are not mailed: nothing stands in for “{name}”", fix)
    return ok("e-mail gate", name)
