"""A warm process that forks the others: what takes a second to import is imported once.

Run as ``python -m tests.kills.zygote FD``. It has no thread, no engine and no connection when it
forks, so that nothing is shared but code.
"""

import gc
import json
import os
import socket
import sys
import traceback
from pathlib import Path

from sqlalchemy.orm import configure_mappers

from plugin.app import _built_in
from plugin.demo.world import data
from plugin.drafting.base import Request
from plugin.policy.load import load as load_policy
from tests.bench.sameness import made_once
from tests.kills.child import Life, live

LONGEST_ORDER = 65_536


def main(nursery: socket.socket) -> None:
    """Take orders, one a message, until nobody is there to give any."""
    _warm()
    threads = len(list(Path("/proc/self/task").iterdir()))
    if threads != 1:
        raise RuntimeError(f"{threads} threads: a fork would lose some of them")
    gc.freeze()
    with made_once():
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
    """Load what the first draft would load, and map what the first row would."""
    configure_mappers()
    drafter = _built_in(data("macros.yaml"))
    drafter.draft(Request(subject="Where is it?", text="Where is my order #1001? I am waiting."))
    load_policy(data("policies.yaml"))


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
