"""Private apps: check, upload, make, install.

https://developer.zendesk.com/api-reference/ticketing/apps/apps/ and Zendesk's own tool, zcli.
"""

from http import HTTPStatus

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from connectors.sandbox.zendesk.errors import invalid
from connectors.sandbox.zendesk.packages import Package, read_package, refused
from connectors.sandbox.zendesk.reading import json_body
from connectors.sandbox.zendesk.wiring import sandbox

blueprint = Blueprint("zendesk_apps", __name__, url_prefix="/api")


@blueprint.post("/v2/apps/validate")
def validate() -> ResponseReturnValue:
    """Say what is wrong with a package, field ``file``."""
    _package("file")
    return "", HTTPStatus.OK


@blueprint.post("/v2/apps/uploads")
def upload() -> ResponseReturnValue:
    """Take a package, field ``uploaded_data``."""
    return {"id": sandbox().apps.upload(_package("uploaded_data"))}, HTTPStatus.CREATED


@blueprint.post("/apps")
@blueprint.post("/v2/apps")
def create() -> ResponseReturnValue:
    """Begin to make an app of an upload."""
    body = json_body()
    job = sandbox().apps.make(_number(body.number("upload_id")), body.need_text("name"))
    return {"job_id": str(job)}, HTTPStatus.ACCEPTED


@blueprint.put("/v2/apps/<int:app_id>")
def update(app_id: int) -> ResponseReturnValue:
    """Begin to let an app be what was uploaded."""
    box = sandbox()
    name = box.apps.require(app_id).name
    job = box.apps.make(_number(json_body().number("upload_id")), name, app_id)
    return {"job_id": str(job)}, HTTPStatus.ACCEPTED


@blueprint.delete("/v2/apps/<int:app_id>")
def remove(app_id: int) -> ResponseReturnValue:
    """Take an app away."""
    sandbox().apps.remove(app_id)
    return "", HTTPStatus.NO_CONTENT


@blueprint.get("/v2/apps/job_statuses/<int:job_id>")
def show_job(job_id: int) -> ResponseReturnValue:
    """How far a job is."""
    return sandbox().apps.job(job_id)


@blueprint.get("/v2/apps/owned")
def list_apps() -> ResponseReturnValue:
    """The private apps of the account."""
    return {"apps": sandbox().apps.apps()}


@blueprint.get("/v2/apps/<int:app_id>/public_key")
def show_key(app_id: int) -> ResponseReturnValue:
    """The key that openings are signed with, as a JSON string. The path is unconfirmed."""
    return jsonify(_key(app_id))


@blueprint.get("/v2/apps/<int:app_id>/public_key.pem")
def show_pem(app_id: int) -> ResponseReturnValue:
    """The same as it is. Which of the two there is, is unconfirmed."""
    return _key(app_id), {"Content-Type": "text/plain"}


@blueprint.get("/support/apps/installations")
@blueprint.get("/v2/apps/installations")
def list_installations() -> ResponseReturnValue:
    """What is installed."""
    return {"installations": sandbox().apps.installations()}


@blueprint.post("/support/apps/installations")
def install() -> ResponseReturnValue:
    """Show an app beside every ticket."""
    body = json_body()
    settings = dict(body.need_object("settings").fields)
    if not settings.get("name"):
        raise invalid("settings", "name cannot be blank")
    made = sandbox().apps.install(_number(body.number("app_id")), settings)
    return made, HTTPStatus.CREATED


@blueprint.put("/support/apps/installations/<int:installation_id>")
def change(installation_id: int) -> ResponseReturnValue:
    """Change some settings."""
    body = json_body()
    given = body.object("settings")
    settings = dict(given.fields) if given else {}
    return sandbox().apps.change(installation_id, settings, enabled=body.flag("enabled"))


@blueprint.delete("/support/apps/installations/<int:installation_id>")
def uninstall(installation_id: int) -> ResponseReturnValue:
    """Take it out."""
    sandbox().apps.uninstall(installation_id)
    return "", HTTPStatus.NO_CONTENT


def _package(field: str) -> Package:
    file = request.files.get(field)
    if file is None:
        raise refused(f"{field}: no file was sent")
    return read_package(file.read())


def _key(app_id: int) -> str:
    box = sandbox()
    box.apps.require(app_id)
    return box.installation.public_key()


def _number(value: int | None) -> int:
    if value is None:
        raise invalid("id", "cannot be blank")
    return value
