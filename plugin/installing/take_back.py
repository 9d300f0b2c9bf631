"""Takes back what install did: the last first, each forgotten when it is done."""

from collections.abc import Sequence

from connectors.administration import Kind, Tell
from connectors.errors import AmbiguousError, AuthError, NotFoundError
from plugin.installing.apply import ACTOR
from plugin.installing.failing import step_of
from plugin.installing.looking import Site, fresh
from plugin.installing.undo import Back, Undo, undo
from plugin.store import audit, installed, merchants


def look_back(site: Site, *, only_gate: bool, tell: Tell) -> tuple[Undo, ...]:
    """What there is to take back."""
    noted = site.noted()
    if not noted:
        return ()
    setup = site.setup(fields=True, gate=True)
    things = site.things(tell)
    wanted = site.helpdesk.wanted(setup, things)
    return undo(site.helpdesk, wanted, things, noted, only_gate=only_gate)


def take_back(site: Site, steps: Sequence[Undo], tell: Tell) -> None:
    """Do every step.

    Raises:
        StepError: The first that failed; those before it are done and forgotten.
    """
    for step in steps:
        with step_of(f"{step.back.value} {step.kind.value} {step.name}"):
            _do(site, step)
        with site.runtime.database.write() as session:
            installed.forget(session, site.scope, site.account.id, step.row.key)
            detail = {
                "account": site.account.id,
                "do": step.back.value,
                "kind": step.kind.value,
                "key": step.row.key,
                "vendor_id": step.row.vendor_id,
            }
            now = site.runtime.now()
            audit.add(session, site.scope, at=now, actor=ACTOR, event="uninstalled", detail=detail)
        tell(f"done: {step.back.value} {step.kind.value} {step.name}")


def _do(site: Site, step: Undo) -> None:
    if step.thing is None:
        return
    if step.back is Back.SWITCH:
        off = [step.stand_in.id] if step.stand_in else []
        site.helpdesk.switch(on=[step.thing.id], off=off)
    elif step.back is Back.RESTORE:
        site.helpdesk.restore(step.thing, step.row.before or {})
    elif step.back is Back.DELETE:
        _delete(site, step)


def _delete(site: Site, step: Undo) -> None:
    thing = step.thing
    if thing is None:
        return
    secret = _secret(site, thing.id) if thing.kind is Kind.WEBHOOK else None
    try:
        site.helpdesk.delete(thing)
    except NotFoundError:
        pass  # Somebody was faster.
    except AmbiguousError:
        if any(one.id == thing.id for one in site.helpdesk.things(thing.kind)):
            raise
    if secret is not None:
        with site.runtime.database.write() as session:
            merchants.forget_webhook_secret(session, site.scope, site.account.id, secret)
    if thing.kind is Kind.INSTALLATION:
        _trust_no_more(site, thing.id)


def _secret(site: Site, webhook_id: str) -> str | None:
    try:
        return site.helpdesk.webhook_secret(webhook_id)
    except (AuthError, NotFoundError):
        return None


def _trust_no_more(site: Site, installation_id: str) -> None:
    account = fresh(site).account
    if not (account.app_audience or "").endswith(f"/{installation_id}.json"):
        return
    with site.runtime.database.write() as session:
        kept = merchants.account(session, site.scope, account.id)
        kept.app_key = kept.app_audience = None
