"""A warm process that forks the others: what takes a second to import or make is made once.

Run as ``python -m tests.kills.zygote FD``. It has no thread, no engine and no connection when it
forks, so that nothing is shared but code.
"""

import gc
import json
import os
import socket
import sys
import tempfile
import traceback
from pathlib import Path

from tests.bench.databases import databases, memory, settings_for
from tests.bench.sameness import made_once
from tests.bench.world import ANA, Bench
from tests.kills.child import Life, live

LONGEST_ORDER = 65_536


def main(nursery: socket.socket) -> None:
    """Take orders, one a message, until nobody is there to give any."""
    with made_once():
        _warm()
        threads = len(list(Path("/proc/self/task").iterdir()))
        if threads != 1:
            raise RuntimeError(f"{threads} threads: a fork would lose some of them")
        gc.collect()
        gc.freeze()
        _serve(nursery)


def _serve(nursery: socket.socket) -> None:
    while True:
        message, descriptors, _, _ = socket.recv_fds(nursery, LONGEST_ORDER, 1)
        if not message:
            return
        order = json.loads(message)
        if "wait" in order:
            _, status = os.waitpid(order["wait"], 0)
            answer = os.waitstatus_to_exitcode(status)
        else:
            answer = _fork(Life(**order), nursery, descriptors[0])
            os.close(descriptors[0])
        nursery.send(json.dumps(answer).encode())


def _warm() -> None:
    """Load and compile what the first ticket would, from its webhook to its reply."""
    with (
        databases(memory()) as found,
        tempfile.TemporaryDirectory() as folder,
        Bench(settings_for(found.fresh("sqlite"), Path(folder))) as bench,
    ):
        bench.opened("where_is_my_order")
        bench.note(bench.opened("refund_under_limit"), ANA, "/approve done")
        bench.pass_time(bench.runtime.settings.undo_seconds)


def _fork(life: Life, nursery: socket.socket, descriptor: int) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        nursery.close()
        live(life, socket.socket(fileno=descriptor))
        code = 0
    except BaseException:  # noqa: BLE001 (told in the child's log; nothing of the parent may run on)
        traceback.print_exc()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
