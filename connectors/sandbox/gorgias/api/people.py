"""Users, teams and customers.

https://developers.gorgias.com/reference/the-user-object,
https://developers.gorgias.com/reference/the-customer-object
"""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue
from marshmallow import fields

from connectors.sandbox.gorgias.api.guard import PREFIX
from connectors.sandbox.gorgias.api.paging import Listing, paged, paging_fields
from connectors.sandbox.gorgias.api.reading import Fields, body, flag, mapping, query, schema, text
from connectors.sandbox.gorgias.errors import bad_request
from connectors.sandbox.gorgias.people import Team
from connectors.sandbox.gorgias.records import Person
from connectors.sandbox.gorgias.shapes import customer_json, team_json, user_json
from connectors.sandbox.gorgias.wiring import caller, sandbox

blueprint = Blueprint("gorgias_people", __name__)

_ME = 0
_CHANNEL = {"type": text(required=True), "address": text(required=True), "preferred": flag()}
_FIELDS = ("name", "email", "external_id", "language", "timezone", "note")
_CUSTOMER = schema(
    {
        **{name: text() for name in (*_FIELDS, "firstname", "lastname")},
        "channels": fields.List(fields.Nested(schema(_CHANNEL)), allow_none=True),
        "meta": mapping(),
    }
)
_DATA = schema({"data": fields.Raw(required=True, allow_none=True), "version": text()})
_ORDERS = {
    "created_datetime": lambda one: one.created_at,
    "updated_datetime": lambda one: one.updated_at,
}
_USERS: Listing[Person] = Listing(_ORDERS, lambda one: one.id, user_json)
_CUSTOMERS: Listing[Person] = Listing(_ORDERS, lambda one: one.id, customer_json)
_TEAMS: Listing[Team] = Listing(
    {"created_datetime": lambda one: one.created_at},
    lambda one: one.id,
    lambda one: team_json(one, sandbox().desk),
)


@blueprint.get(f"{PREFIX}users")
def list_users() -> ResponseReturnValue:
    """Everybody with a seat."""
    filters = {name: fields.String() for name in ("email", "external_id", "search")}
    roles = fields.List(fields.String())
    asked = query(**filters, roles=roles, **paging_fields(list(_USERS.orders)))
    email, roles_ = asked.get("email"), asked.get("roles")
    found = [
        one
        for one in sandbox().desk.people.seats()
        if (email is None or one.email == email) and (roles_ is None or one.role in roles_)
    ]
    return paged(found, _USERS, asked)


@blueprint.get(f"{PREFIX}users/<int:user_id>")
def show_user(user_id: int) -> ResponseReturnValue:
    """A seat; 0 is whoever asks."""
    query()
    people = sandbox().desk.people
    return user_json(people.user(caller().user.id if user_id == _ME else user_id))


@blueprint.get(f"{PREFIX}teams")
def list_teams() -> ResponseReturnValue:
    """All teams."""
    return paged(sandbox().desk.people.teams(), _TEAMS)


@blueprint.get(f"{PREFIX}teams/<int:team_id>")
def show_team(team_id: int) -> ResponseReturnValue:
    """One team."""
    query()
    return team_json(sandbox().desk.people.team(team_id), sandbox().desk)


@blueprint.get(f"{PREFIX}customers")
def list_customers() -> ResponseReturnValue:
    """All customers, or those of an address."""
    filters = {name: fields.String() for name in _FIELDS if name != "note"}
    asked = query(**filters, **paging_fields(list(_CUSTOMERS.orders)))
    found = [
        one
        for one in sandbox().desk.people.customers()
        if all(asked[name] == getattr(one, name) for name in filters if name in asked)
    ]
    return paged(found, _CUSTOMERS, asked)


@blueprint.post(f"{PREFIX}customers")
def create_customer() -> ResponseReturnValue:
    """Make a customer. Every field may be left out."""
    given = body(_CUSTOMER, doing="create customer")
    people = sandbox().desk.people
    name = given.get("name") or given.get("email") or "Customer"
    made = people.welcome(name, given.get("email"))
    return customer_json(people.change(made.id, _chosen(given))), HTTPStatus.CREATED


@blueprint.get(f"{PREFIX}customers/<int:customer_id>")
def show_customer(customer_id: int) -> ResponseReturnValue:
    """One customer."""
    query(relationships=fields.List(fields.String()))
    return customer_json(sandbox().desk.people.customer(customer_id))


@blueprint.put(f"{PREFIX}customers/<int:customer_id>")
def update_customer(customer_id: int) -> ResponseReturnValue:
    """Set what is sent. ``channels`` replaces all."""
    known = sandbox().desk.people.customer(customer_id)
    given = body(_CUSTOMER, doing="update customer")
    changed = sandbox().desk.people.change(known.id, _chosen(given))
    return customer_json(changed), HTTPStatus.ACCEPTED


@blueprint.delete(f"{PREFIX}customers/<int:customer_id>")
def delete_customer(customer_id: int) -> ResponseReturnValue:
    """Delete a customer, for good."""
    query()
    sandbox().desk.people.remove(customer_id)
    return "", HTTPStatus.NO_CONTENT


@blueprint.put(f"{PREFIX}customers/<int:customer_id>/data")
def set_data(customer_id: int) -> ResponseReturnValue:
    """Store anything about a customer. An older version is ignored without a word."""
    desk = sandbox().desk
    with desk.lock:
        known = desk.people.customer(customer_id)
        given = body(_DATA, doing="update customer data")
        version, before = given.get("version"), known.data_version
        if before is None or version is None or _time(version) >= _time(before):
            fields_ = {"data": given["data"], "data_version": version or before}
            desk.people.change(customer_id, fields_)
    return "", HTTPStatus.ACCEPTED


def _time(version: str) -> datetime:
    try:
        moment = datetime.fromisoformat(version)
    except ValueError:
        told = {"version": ["Not a valid datetime."]}
        raise bad_request("Failed to update customer data", told) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _chosen(given: Fields) -> dict[str, Any]:
    chosen = {name: given[name] for name in (*_FIELDS, "meta") if given.get(name) is not None}
    if given.get("channels") is not None:
        chosen["channels"] = tuple({"preferred": False, **one} for one in given["channels"])
    return chosen
