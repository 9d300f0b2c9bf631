"""The account's private apps, the jobs that make them, and which one is installed."""

from dataclasses import dataclass
from typing import Any

from connectors.sandbox.zendesk.desk import Desk
from connectors.sandbox.zendesk.errors import invalid, not_found
from connectors.sandbox.zendesk.installation import Installation
from connectors.sandbox.zendesk.packages import Package

Json = dict[str, Any]


@dataclass(slots=True)
class _Job:
    polls_left: int
    app_id: int | None
    message: str


class AppStore:
    """Apps and what becomes of uploads. Thread safe by the desk's lock.

    A job is not over when it is asked for the first time. One app may be installed, once.
    """

    def __init__(self, desk: Desk, installation: Installation, *, subdomain: str) -> None:
        self._desk = desk
        self._host = f"https://{subdomain}.zendesk.com"
        self._installation = installation
        self._uploads: dict[int, Package] = {}
        self._apps: dict[int, Package] = {}
        self._jobs: dict[int, _Job] = {}
        self._installed: Json | None = None

    def upload(self, package: Package) -> int:
        """Keep a package. Returns the upload's id."""
        with self._desk.lock:
            number = self._desk.ids.number("setup")
            self._uploads[number] = package
            return number

    def make(self, upload_id: int, name: str, app_id: int | None = None) -> int:
        """Begin to make an app of an upload. Returns the job's id."""
        with self._desk.lock:
            package = self._uploads.pop(upload_id, None)
            if package is None:
                raise invalid("upload_id", "there is no such upload")
            if app_id is not None and app_id not in self._apps:
                raise not_found()
            job_id = self._desk.ids.number("setup")
            taken = any(one.name == name for number, one in self._apps.items() if number != app_id)
            if taken:
                self._jobs[job_id] = _Job(1, None, f"The name {name} has already been taken")
                return job_id
            number = self._desk.ids.number("setup") if app_id is None else app_id
            self._apps[number] = package
            self._jobs[job_id] = _Job(1, number, "")
            return job_id

    def job(self, job_id: int) -> Json:
        """How far a job is."""
        with self._desk.lock:
            job = self._jobs.get(job_id)
            if job is None:
                raise not_found()
            if job.polls_left:
                job.polls_left -= 1
                return {"status": "working", "message": "", "app_id": None}
            status = "failed" if job.app_id is None else "completed"
            return {"status": status, "message": job.message, "app_id": job.app_id}

    def apps(self) -> list[Json]:
        """All of them."""
        with self._desk.lock:
            return [
                {"id": number, "name": one.name, "version": one.version, "state": "published"}
                for number, one in self._apps.items()
            ]

    def require(self, app_id: int) -> Package:
        """An app; 404 if there is none."""
        with self._desk.lock:
            if app_id not in self._apps:
                raise not_found()
            return self._apps[app_id]

    def remove(self, app_id: int) -> None:
        """Take an app away, and out of the workspace."""
        with self._desk.lock:
            self.require(app_id)
            if self._installed is not None and self._installed["app_id"] == app_id:
                self.uninstall(int(self._installed["id"]))
            del self._apps[app_id]

    def installations(self) -> list[Json]:
        """What is installed."""
        with self._desk.lock:
            return [] if self._installed is None else [self._installed]

    def install(self, app_id: int, settings: Json) -> Json:
        """Show an app beside every ticket."""
        with self._desk.lock:
            package = self.require(app_id)
            if self._installed is not None:
                raise invalid("app_id", "this app can be installed once")
            return self._show(package, app_id, settings, enabled=True)

    def change(self, installation_id: int, settings: Json, *, enabled: bool | None) -> Json:
        """Change settings; those that are not named stay."""
        with self._desk.lock:
            known = self._known(installation_id)
            both = {**known["settings"], **settings}
            is_on = bool(known["enabled"]) if enabled is None else enabled
            return self._show(self.require(known["app_id"]), known["app_id"], both, enabled=is_on)

    def uninstall(self, installation_id: int) -> None:
        """Take it out."""
        with self._desk.lock:
            self._known(installation_id)
            self._installed = None
            self._installation.point_at(None)

    def _known(self, installation_id: int) -> Json:
        if self._installed is None or self._installed["id"] != installation_id:
            raise not_found()
        return self._installed

    def _show(self, package: Package, app_id: int, settings: Json, *, enabled: bool) -> Json:
        for name in package.required:
            if not settings.get(name):
                raise invalid("settings", f"{name} is required")
        url = package.sidebar
        for name, value in settings.items():
            url = url.replace(f"{{{{setting.{name}}}}}", str(value))
        self._installation.point_at(url if enabled else None)
        self._installed = {
            "id": self._installation.id,
            # That it names its own address is unconfirmed; the audience of its tokens is this one.
            "url": f"{self._host}/api/v2/apps/installations/{self._installation.id}.json",
            "app_id": app_id,
            "product": "support",
            "enabled": enabled,
            "settings": settings,
        }
        return self._installed
