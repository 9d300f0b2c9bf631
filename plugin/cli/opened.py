"""The service, opened for one command."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from plugin.app import Service
from plugin.config import load_settings
from plugin.logs import log_to_stderr


@contextmanager
def opened() -> Iterator[Service]:
    """Settings from the environment, database of this release; closed at the end.

    Raises:
        ConfigError: The settings or the database are not in order.
    """
    log_to_stderr(level="warning")
    service = Service(load_settings(os.environ))
    try:
        service.require_current_schema()
        yield service
    finally:
        service.close()
