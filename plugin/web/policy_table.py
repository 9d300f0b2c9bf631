"""``/policies/table``: which ticket tag takes which oversight, for people who never saw YAML."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

import structlog
from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from connectors.errors import ConnectorError
from plugin.drafting.language import LANGUAGES
from plugin.errors import InvalidInputError
from plugin.policy.load import check, load
from plugin.policy.rows import (
    APPROVERS,
    OVERSIGHTS,
    Row,
    RowsError,
    Wrong,
    only_in_text,
    rewritten,
    rows_of,
)
from plugin.policy.sentences import policy_sentence
from plugin.policy.wording import sentence, short_duration
from plugin.store import merchants
from plugin.store.schema import Account
from plugin.ticket_tags import TAG_PREFIX
from plugin.web.policy_activation import preview_page
from plugin.web.policy_form import Edit, allow_large_forms, begun, read_edit
from plugin.web.policy_rights import open_to_editors
from plugin.web.policy_text import checked_of, text_page
from plugin.web.sign_in import SignedIn, signed_in
from plugin.web.state import runtime

pages = Blueprint("policy_table", __name__, url_prefix="/policies")
allow_large_forms(pages)
log = structlog.get_logger(__name__)

MOST_ROWS = 200
_TOO_MANY = f"The table shows at most {MOST_ROWS} rows, and this text has more."
_UNREADABLE = "The table shows only a text without problems. What is wrong stands below."
_FIELDS = ("tags", "oversight", "approver", "amount", "deadline")


@dataclass(frozen=True, slots=True)
class Table:
    """The rows as they stand in the form, and what is wrong with them.

    Attributes:
        currency: As it was typed for a file that has none.
        wrong: By a row's number and field, the sentence; None for what is no row's.
        fresh: The row that was only just added.
    """

    rows: Sequence[Row]
    currency: str = ""
    wrong: Mapping[tuple[int | None, str], str] = field(default_factory=dict)
    fresh: int | None = None


@pages.get("/table")
@open_to_editors
def edit() -> ResponseReturnValue:
    """The rows of the text in force."""
    who = signed_in()
    return _from_text(who, begun(who.scope))


@pages.post("/table")
@open_to_editors
def go_on() -> ResponseReturnValue:
    """Rows as they were sent, after what the pressed button asks for."""
    who, edit = signed_in(), read_edit()
    do = request.form.get("do", "")
    if not do or _is_wrong(edit):
        return _from_text(who, edit)
    table = _read_table()
    if do == "add":
        rows = [*table.rows, Row()][:MOST_ROWS]
        return _page(who, edit, Table(rows, table.currency, fresh=len(rows) - 1))
    if do.startswith("remove-"):
        rows = [row for number, row in enumerate(table.rows) if do != f"remove-{number}"]
        return _page(who, edit, Table(rows, table.currency))
    try:
        written = rewritten(edit.source, table.rows, currency=table.currency)
    except RowsError as refused:
        return _refused(who, edit, table, refused.wrong)
    changed = Edit(written, edit.edited_from)
    return text_page(who, changed) if do == "text" else preview_page(who, changed)


def _from_text(who: SignedIn, edit: Edit) -> ResponseReturnValue:
    rows = () if _is_wrong(edit) else rows_of(edit.source)
    if _is_wrong(edit) or len(rows) > MOST_ROWS:
        refused = _TOO_MANY if rows else _UNREADABLE
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return text_page(who, edit, checked_of(edit.source), refused=refused, status=status)
    return _page(who, edit, Table(rows))


def _is_wrong(edit: Edit) -> bool:
    return any(problem.level == "error" for problem in check(edit.source))


def _read_table() -> Table:
    """The rows of a form.

    Raises:
        InvalidInputError: More than the table shows.
    """
    form = request.form
    rows = [
        Row(
            id=form.get(f"id-{number}", ""),
            **{name: form.get(f"{name}-{number}", "") for name in _FIELDS},
        )
        for number in form.getlist("row")
    ]
    if len(rows) > MOST_ROWS:
        raise InvalidInputError("", _TOO_MANY)
    return Table(rows, form.get("currency", "").strip().upper())


def _refused(
    who: SignedIn, edit: Edit, table: Table, wrong: Sequence[Wrong]
) -> ResponseReturnValue:
    beside = {(one.row, one.field): sentence(one.message) for one in wrong}
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return _page(who, edit, Table(table.rows, table.currency, beside), status=status)


def _suggestions(accounts: Sequence[Account]) -> tuple[list[str], bool]:
    """Tags of the merchant's helpdesks, and whether one of them did not answer."""
    found: dict[str, None] = {}
    silent = False
    for account in accounts:
        try:
            found.update(dict.fromkeys(runtime().helpdesk(account).tags()))
        except ConnectorError as error:
            log.warning("no_tags_to_suggest", account=account.id, reason=error.reason)
            silent = True
    return [tag for tag in found if not tag.startswith(TAG_PREFIX)], silent


def _page(
    who: SignedIn, edit: Edit, table: Table, *, status: HTTPStatus = HTTPStatus.OK
) -> ResponseReturnValue:
    file = load(edit.source)
    with runtime().database.read() as session:
        accounts = merchants.accounts(session, who.scope)
    suggested, silent = _suggestions(accounts)
    others = only_in_text(file, rows_of(edit.source))
    page = render_template(
        "policy_table.html",
        who=who,
        edit=edit,
        table=table,
        file=file,
        others=[
            (policy.id, policy_sentence(policy, file, LANGUAGES))
            for policy in file.policies
            if policy.id in others
        ],
        oversights=OVERSIGHTS,
        approvers=APPROVERS,
        suggested=suggested,
        silent=silent,
        most=MOST_ROWS,
        default_deadline=short_duration(file.defaults.deadline),
    )
    return page, status
