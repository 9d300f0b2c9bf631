"""A process that races for an account's token: with each line it is told, all its threads ask.

A line is ``ask`` or ``die`` and by how much the clock is ahead. It dies with the answer in hand.
"""

import json
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

from connectors.grants import Tokens
from connectors.zendesk.oauth_grant import Renewal
from plugin.connecting.kept_grant import KeptGrant
from plugin.logs import log_to_stderr
from plugin.store.columns import Keyring
from plugin.store.engine import Database
from plugin.store.scope import Scope

THREADS = 4


def main() -> None:
    log_to_stderr(level="error")
    told = json.loads(sys.argv[1])
    Keyring.use((told["key"],))
    database = Database(told["database"], connections=THREADS)
    renewal = Renewal(told["url"], {"client_id": told["client"]}, allow_private=True)
    ahead = 0.0
    grant = KeptGrant(
        database,
        Scope(told["merchant"]),
        told["account"],
        lambda: datetime.now(UTC) + timedelta(seconds=ahead),
    )
    together = Barrier(THREADS)

    def ask(_: int) -> str:
        together.wait()
        return grant.token(renewal, seconds=20)

    def die(refresh: str) -> Tokens:
        renewal(refresh)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    with ThreadPoolExecutor(THREADS) as threads:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        for line in sys.stdin:
            word, _, seconds = line.partition(" ")
            ahead = float(seconds)
            if word == "die":
                grant.token(die, seconds=20)
            sys.stdout.write(json.dumps(list(threads.map(ask, range(THREADS)))) + "\n")
            sys.stdout.flush()
    database.close()


if __name__ == "__main__":
    main()
