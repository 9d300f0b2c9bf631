"""A worker in a process of its own that stops in the middle of a job, to be killed there.

Run as ``python -m tests.jobs.stuck_worker DATABASE_URL FOLDER WHERE``; the key comes from the
environment. It says that it is stuck by making the file ``stuck`` in the folder.
"""

import dataclasses
import os
import sys
import threading
from pathlib import Path
from typing import Any

from connectors.base import Helpdesk
from plugin.app import Service
from plugin.store.schema import Account
from plugin.workers import Worker
from tests.bench.databases import settings_for


class Stuck:
    """A helpdesk whose calls go through, but one that never comes back after it was done."""

    def __init__(self, helpdesk: Helpdesk, where: str, sign: Path) -> None:
        self._helpdesk = helpdesk
        self._where = where
        self._sign = sign

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._helpdesk, name)
        if name != self._where:
            return call

        def done_and_stuck(*args: Any, **named: Any) -> None:
            call(*args, **named)
            self._sign.touch()
            threading.Event().wait()

        return done_and_stuck


def main(url: str, folder: str, where: str) -> None:
    key = os.environ["BOOKBAG_SECRET_KEYS"]
    settings = dataclasses.replace(settings_for(url, Path(folder)), secret_keys=(key,))
    service = Service(settings)
    sign = Path(folder) / "stuck"

    def helpdesk(account: Account) -> Any:
        return Stuck(service.runtime.helpdesk(account), where, sign)

    Worker(dataclasses.replace(service.runtime, helpdesk=helpdesk), lost=lambda: None).start()
    threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
