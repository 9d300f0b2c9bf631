"""Private apps: packaged, uploaded, made by a job, installed.

Source: https://github.com/zendesk/zcli, packages/zcli-apps/src/utils/createApp.ts and uploadApp.ts.
What Zendesk's own tool does wrong, it does not wait for the installation, is done right here.
"""

import json
import re
from collections.abc import Mapping, Sequence

from connectors.administration import Kind, Shape, Tell, Thing, Trust, Wanted
from connectors.clock import Clock
from connectors.errors import AmbiguousError, NotFoundError, RejectedError
from connectors.zendesk.administration.patience import Patience
from connectors.zendesk.administration.shapes import thing_id
from connectors.zendesk.reading import Fields

_INSTALLATIONS = "support/apps/installations"
_ZIP = "application/zip"
_POLLS = 120
# Zendesk's tool waits as long before it makes an app of an upload: its database needs it.
_UPLOAD_SECONDS, _POLL_SECONDS = 2.0, 1.0
_PEM = re.compile(
    r"-----BEGIN [A-Z ]*PUBLIC KEY-----[A-Za-z0-9+/=\s]+-----END [A-Z ]*PUBLIC KEY-----"
)


class Apps:
    """The private apps of one account."""

    def __init__(self, client: Patience, base: str, clock: Clock) -> None:
        self._client = client
        self._base = base
        self._clock = clock

    def apps(self) -> tuple[Thing, ...]:
        """Those that this account owns."""
        return tuple(map(_app, self._listed("v2/apps/owned.json", "apps")))

    def installations(self) -> tuple[Thing, ...]:
        """What is installed, from the marketplace as well."""
        return tuple(map(_installation, self._listed(f"{_INSTALLATIONS}.json", "installations")))

    def make(self, wanted: Wanted, app: Thing | None, tell: Tell) -> Thing:
        """Upload a package; make an app of it, or let `app` be it."""
        file = ("app.zip", wanted.package, _ZIP)
        tell("Zendesk checks the package")
        self._client.call("POST", "v2/apps/validate", files={"file": file})
        tell("uploading the package")
        answer = self._client.call("POST", "v2/apps/uploads.json", files={"uploaded_data": file})
        upload = thing_id(Fields(answer.json()))
        self._clock.sleep(_UPLOAD_SECONDS)
        if app is None:
            body: Mapping[str, object] = {"upload_id": int(upload), "name": wanted.name}
            answer = self._client.call("POST", "apps.json", body=body)
        else:
            path = f"v2/apps/{app.id}"
            answer = self._client.call("PUT", path, body={"upload_id": int(upload)})
        app_id = self._wait(Fields(answer.json()), tell) or (app.id if app else "")
        made = next((one for one in self.apps() if one.id == app_id), None)
        if made is None:
            raise AmbiguousError("Zendesk says that the app is made, but does not list it")
        return made

    def _wait(self, job: Fields, tell: Tell) -> str | None:
        """Until a job is over. Returns the app's id, where it is told."""
        if not job.has("job_id"):
            return None
        path = f"v2/apps/job_statuses/{job.raw()['job_id']}.json"
        for turn in range(_POLLS):
            status = Fields(self._client.call("GET", path).json())
            word = status.text("status")
            if word == "completed":
                return str(status.raw()["app_id"]) if status.has("app_id") else None
            if word in {"failed", "killed"}:
                why = status.optional_text("message") or "no reason was given"
                raise RejectedError(f"Zendesk could not make the app: {why[:200]!a}")
            tell(f"Zendesk is making the app ({turn + 1} s)")
            self._clock.sleep(_POLL_SECONDS)
        raise AmbiguousError(f"the app was not made within {_POLLS} seconds; it may yet be")

    def install(self, wanted: Wanted) -> Thing:
        """Show an app to the agents."""
        body = {"app_id": str(wanted.shape["app_id"]), "settings": wanted.shape["settings"]}
        answer = self._client.call("POST", f"{_INSTALLATIONS}.json", body=body)
        return self._read_back(thing_id(Fields(answer.json())))

    def set_up(self, installation: Thing, shape: Shape) -> Thing:
        """Change an installation's settings; a partial PUT keeps the others."""
        body = {"settings": shape["settings"], "enabled": shape["enabled"]}
        self._client.call("PUT", f"{_INSTALLATIONS}/{installation.id}.json", body=body)
        return self._read_back(installation.id)

    def _read_back(self, installation_id: str) -> Thing:
        for installation in self.installations():
            if installation.id == installation_id:
                return installation
        raise AmbiguousError("Zendesk says that the app is installed, but does not list it")

    def delete(self, thing: Thing) -> None:
        """Take an installation out, or an app away."""
        kind = "v2/apps" if thing.kind is Kind.APP else _INSTALLATIONS
        self._client.call("DELETE", f"{kind}/{thing.id}.json")

    def trust(self, app_id: str, installation_id: str) -> Trust:
        """The key that openings are signed with, and whom they are addressed to.

        The key's path is unconfirmed, so that both that were seen are tried; and whether an
        installation names its own address, so that it is made where it does not.
        """
        audience = f"{self._base}/api/v2/apps/installations/{installation_id}.json"
        for installation in self._listed(f"{_INSTALLATIONS}.json", "installations"):
            if thing_id(installation) == installation_id and installation.has("url"):
                audience = installation.text("url")
        return Trust(self._public_key(app_id), audience)

    def _public_key(self, app_id: str) -> str | None:
        for path in ("public_key.pem", "public_key"):
            try:
                answer = self._client.call("GET", f"v2/apps/{app_id}/{path}")
            except (NotFoundError, RejectedError):
                continue
            found = _PEM.search(_text(answer.text))
            if found:
                return found.group(0)
        return None

    def _listed(self, path: str, key: str) -> Sequence[Fields]:
        return Fields(self._client.call("GET", path).json()).children(key)


def leads_here(installation: Thing, wanted: Wanted) -> bool:
    """Whether its settings are as wanted. Which of them its name comes back in is unconfirmed."""
    settings, asked = installation.shape["settings"], wanted.shape["settings"]
    if not isinstance(settings, Mapping) or not isinstance(asked, Mapping):
        return False
    return all(settings.get(key) == value for key, value in asked.items() if key != "name")


def _text(body: str) -> str:
    """A key comes as it is, as a JSON string, or in an object's field."""
    try:
        value = json.loads(body)
    except ValueError:
        return body
    if isinstance(value, Mapping):
        value = next((one for one in value.values() if isinstance(one, str)), "")
    return value if isinstance(value, str) else ""


def _app(fields: Fields) -> Thing:
    name = fields.optional_text("name") or ""
    version = fields.raw().get("version")
    shape = {"name": name} | ({"version": version} if version else {})
    return Thing(Kind.APP, thing_id(fields), name, shape)


def _installation(fields: Fields) -> Thing:
    settings = dict(fields.child("settings").raw()) if fields.has("settings") else {}
    name = settings.get("name") or settings.get("title") or ""
    enabled = fields.raw().get("enabled") is not False
    app_id = str(fields.raw().get("app_id"))
    shape = {"app_id": app_id, "enabled": enabled, "settings": settings}
    return Thing(Kind.INSTALLATION, thing_id(fields), str(name), shape, active=enabled)
