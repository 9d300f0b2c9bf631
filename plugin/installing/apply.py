"""Does what was planned, one step after another, each written down before it is done.

A run that ends half-way leaves what the next one completes: what was made is known by what was
written down, else by our mark. Nothing is made before it was looked for, also after an answer got
lost.
"""

from collections.abc import Mapping, Sequence

from connectors.administration import Kind, Shape, Tell, Thing, Trust, Wanted
from connectors.errors import AmbiguousError, AuthError, RejectedError
from plugin import onboarding
from plugin.errors import InvalidInputError
from plugin.installing.failing import step_of
from plugin.installing.looking import Look, Site, fresh, secrets
from plugin.installing.plan import Do, Step, of_app
from plugin.store import audit, installed
from plugin.store.installed import OFF

ACTOR = "command"


def apply(site: Site, look: Look, tell: Tell) -> Trust | None:
    """Do every step. Returns how the app proves itself, where it was read.

    Raises:
        StepError: The first that failed.
    """
    done: dict[str, Thing] = {}
    written: dict[str, Thing] = {}
    trust: Trust | None = None
    for step in look.steps:
        with step_of(f"{step.do.value} {step.kind.value} {step.name}"):
            if step.wanted is not None and step.do is Do.SWITCH:
                _switch(site, step.wanted, done)
            elif step.wanted is not None:
                app = done.get("app")
                wanted = of_app(step.wanted, app.id) if app else step.wanted
                done[wanted.key] = _make_sure(site, step, wanted, tell)
                if step.do is not Do.LEAVE:
                    written[wanted.key] = done[wanted.key]
            elif step.kind is Kind.WEBHOOK:
                _learn_secret(site, done["webhook"])
            else:
                trust = _learn_trust(site, done["app"], done["installation"])
        if step.do is not Do.LEAVE:
            tell(f"done: {step.do.value} {step.kind.value} {step.name}")
    _note_as_listed(site, written)
    return trust


def _note_as_listed(site: Site, written: Mapping[str, Thing]) -> None:
    """A helpdesk may word what it stored anew: changes are held against what its lists say."""
    noted = site.noted()
    for kind in {thing.kind for thing in written.values()}:
        listed = {thing.id: thing for thing in site.helpdesk.things(kind)}
        for key, thing in written.items():
            row, now = noted.get(key), listed.get(thing.id)
            if row is not None and now is not None and row.wrote != now.shape:
                _done(site, key, now, row.asked)


def _make_sure(site: Site, step: Step, wanted: Wanted, tell: Tell) -> Thing:
    """The thing as it is afterwards."""
    if step.do is Do.LEAVE and step.thing is not None:
        return step.thing
    if step.thing is None:
        thing = _create(site, wanted, tell)
    else:
        thing = _take(site, step, wanted, step.thing, tell)
    _done(site, wanted.key, thing, wanted.shape)
    _record(site, step.do.value, wanted, thing.id)
    return thing


def _create(site: Site, wanted: Wanted, tell: Tell) -> Thing:
    row = site.noted().get(wanted.key)
    if row is not None and row.vendor_id:
        # What we knew by this name is gone; this is another.
        with site.runtime.database.write() as session:
            installed.forget(session, site.scope, site.account.id, wanted.key)
    _intend(site, wanted, made=True)
    there = _look_for(site, wanted)
    if there is not None:
        return there
    try:
        return site.helpdesk.create(wanted, tell=tell)
    except AmbiguousError:
        there = _look_for(site, wanted)
        if there is None:
            raise
        return there


def _look_for(site: Site, wanted: Wanted) -> Thing | None:
    found = site.helpdesk.things(wanted.kind)
    return next((thing for thing in found if site.helpdesk.is_it(wanted, thing)), None)


def _take(site: Site, step: Step, wanted: Wanted, thing: Thing, tell: Tell) -> Thing:
    """Adopt what is there, or bring it up to what is wanted."""
    before = None if step.do is Do.ADOPT or thing.marked else thing.shape
    _intend(site, wanted, made=thing.marked, vendor_id=thing.id, before=before)
    if step.do is Do.ADOPT:
        return thing
    try:
        return site.helpdesk.update(thing, wanted, tell=tell)
    except AmbiguousError:
        there = _by_id(site.helpdesk.things(thing.kind), thing.id)
        if there is None or not site.helpdesk.fits(wanted, there):
            raise
        return there


def _switch(site: Site, wanted: Wanted, done: Mapping[str, Thing]) -> None:
    """Let a stand-in take over. What was on is written down before it is switched off."""
    original, clone = wanted.replaces, done[wanted.key]
    if original is None:
        raise ValueError("it stands in for nothing")
    key = f"{OFF}{original.id}"
    before: Shape = {"active": True}
    _intend(site, wanted, key=key, made=False, vendor_id=original.id, before=before)
    try:
        site.helpdesk.switch(on=[clone.id], off=[original.id])
    except AmbiguousError:
        now = {thing.id: thing.active for thing in site.helpdesk.things(Kind.RULE)}
        if now.get(clone.id) is not True or now.get(original.id) is not False:
            raise
    rules = site.helpdesk.things(Kind.RULE)
    for name, thing in ((wanted.key, clone), (key, original)):
        now_there = _by_id(rules, thing.id) or thing
        asked = wanted.shape if name == wanted.key else {"active": False}
        _done(site, name, now_there, asked)
    _record(site, "switch", wanted, original.id)


def _learn_secret(site: Site, webhook: Thing) -> None:
    try:
        secret = site.helpdesk.webhook_secret(webhook.id)
    except AuthError:
        hidden = f"the secret of {webhook.name} is hidden, as where an app made the webhook"
        raise RejectedError(f"{hidden}: delete it, or run `bookbag account add-secret`") from None
    if secret not in secrets(site):
        onboarding.add_webhook_secret(site.runtime, site.scope.merchant_id, site.account.id, secret)


def _learn_trust(site: Site, app: Thing, installation: Thing) -> Trust:
    trust = site.helpdesk.trust(app.id, installation.id)
    account = fresh(site).account
    if trust.public_key is None:
        # It may have been given by file, for this very installation.
        known = account.app_key if account.app_audience == trust.audience else None
        return Trust(known, trust.audience)
    if (trust.public_key, trust.audience) == (account.app_key, account.app_audience):
        return trust
    try:
        onboarding.add_app(
            site.runtime,
            site.scope.merchant_id,
            account.id,
            public_key=trust.public_key,
            audience=trust.audience,
        )
    except InvalidInputError:
        return Trust(None, trust.audience)
    return trust


def _by_id(things: Sequence[Thing], thing_id: str) -> Thing | None:
    return next((thing for thing in things if thing.id == thing_id), None)


def _intend(
    site: Site,
    wanted: Wanted,
    *,
    made: bool,
    key: str | None = None,
    vendor_id: str = "",
    before: Shape | None = None,
) -> None:
    original = wanted.replaces if key is not None else None
    with site.runtime.database.write() as session:
        installed.intend(
            session,
            site.scope,
            site.account.id,
            key=key or wanted.key,
            kind=wanted.kind.value,
            name=original.name if original else wanted.name,
            made=made,
            vendor_id=vendor_id,
            before=before,
            at=site.runtime.now(),
        )


def _done(site: Site, key: str, thing: Thing, asked: Shape) -> None:
    with site.runtime.database.write() as session:
        installed.done(
            session,
            site.scope,
            site.account.id,
            key,
            vendor_id=thing.id,
            asked=asked,
            wrote=thing.shape,
        )


def _record(site: Site, do: str, wanted: Wanted, vendor_id: str) -> None:
    detail = {
        "account": site.account.id,
        "do": do,
        "kind": wanted.kind.value,
        "key": wanted.key,
        "vendor_id": vendor_id,
    }
    with site.runtime.database.write() as session:
        audit.add(
            session,
            site.scope,
            at=site.runtime.now(),
            actor=ACTOR,
            event="installed",
            detail=detail,
        )
