"""What the forms about a person carry."""

from dataclasses import dataclass

from flask import request

from connectors.types import Money
from plugin.errors import InvalidInputError
from plugin.models import Role
from plugin.staff.changes import Rights, rights_of
from plugin.store.people_tables import PersonRow


@dataclass(frozen=True, slots=True)
class PersonForm:
    """A person as typed. An empty limit is none; an empty user id, nobody in the helpdesk."""

    email: str = ""
    name: str = ""
    role: str = Role.AGENT.value
    limit: str = ""
    currency: str = "USD"
    account: str = ""
    user: str = ""

    def rights(self) -> Rights:
        """What is meant.

        Raises:
            InvalidInputError: A field cannot be read.
        """
        if self.role not in set(Role):
            raise InvalidInputError("role", "choose one of the roles")
        return Rights(
            name=self.name,
            role=Role(self.role),
            limit=self._limit(),
            helpdesk_user=(self.account, self.user) if self.user else None,
        )

    def _limit(self) -> Money | None:
        if not self.limit:
            return None
        try:
            return Money.parse(self.limit, self.currency)
        except ValueError as bad:
            raise InvalidInputError("limit", str(bad)) from bad


EMPTY = PersonForm()


def form_of(row: PersonRow) -> PersonForm:
    """A person as they are now."""
    rights = rights_of(row)
    account, user = rights.helpdesk_user or ("", "")
    return PersonForm(
        email=row.email,
        name=row.name,
        role=row.role.value,
        limit=f"{rights.limit.amount}" if rights.limit else "",
        currency=rights.limit.currency if rights.limit else EMPTY.currency,
        account=account,
        user=user,
    )


def read_form() -> PersonForm:
    """As it was sent."""

    def field(name: str) -> str:
        return request.form.get(name, "").strip()

    return PersonForm(
        email=field("email"),
        name=field("name"),
        role=field("role"),
        limit=field("limit"),
        currency=field("currency").upper(),
        account=field("account"),
        user=field("user"),
    )
