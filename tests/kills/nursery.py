"""Starts processes, listens to them, and kills, stops and wakes them. Only its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.kills.child import ARM, ARMED, REACHED, READY, STOP, Life
from tests.kills.zygote import LONGEST_ORDER

HOME = Path(__file__).parents[2]
PATIENCE_SECONDS = 30.0
_LOG_SHOWN = 4_000


class GoneError(Exception):
    """The process has ended."""


class Nursery:
    """A warm process and the children it forks."""

    def __init__(self) -> None:
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._line.settimeout(2 * PATIENCE_SECONDS)
        # Libraries of numbers start threads of their own where they may, and a fork loses them.
        alone = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        with theirs:
            self._zygote = subprocess.Popen(
                [sys.executable, "-m", "tests.kills.zygote", str(theirs.fileno())],
                cwd=HOME,
                env={**os.environ, **alone},
                pass_fds=[theirs.fileno()],
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._line.close()
        self._zygote.wait(PATIENCE_SECONDS)

    def fork(self, life: Life) -> "Child":
        """A new process that lives like this."""
        ours, theirs = socket.socketpair()
        with theirs:
            pid = self._ask(asdict(life), theirs.fileno())
        return Child(self, pid, ours, Path(life.folder) / f"{pid}.log")

    def reap(self, pid: int) -> int:
        """Wait for the end of a process. Returns its exit code, or the signal below zero."""
        return self._ask({"wait": pid})

    def _ask(self, order: dict[str, object], *descriptors: int) -> int:
        message = json.dumps(order).encode()
        assert len(message) < LONGEST_ORDER
        socket.send_fds(self._line, [message], descriptors)
        answer: int = json.loads(self._line.recv(LONGEST_ORDER))
        return answer


class Child:
    """One process of the service."""

    def __init__(self, nursery: Nursery, pid: int, line: socket.socket, log: Path) -> None:
        self.pid = pid
        self._nursery = nursery
        self._line = line
        self._log = log
        self._heard = b""
        self._said: list[str] = []
        self.alive = True

    def until_ready(self) -> Self:
        """Wait until it works."""
        self.wait_for(READY)
        return self

    def until_at(self, barrier: str) -> None:
        """Wait until it is held at a barrier."""
        self.wait_for(f"{REACHED} {barrier}")

    def wait_for(self, word: str) -> None:
        """Wait until it has said something; fail with its log where it never does.

        What else it says is kept for whoever waits for that: it may be held before it is ready.
        """
        until = time.monotonic() + PATIENCE_SECONDS
        while word not in self._said:
            heard = self.hear(until - time.monotonic())
            assert heard is not None, f"it never said {word!r}:\n{self.log()}"
            self._said.append(heard)
        self._said.remove(word)

    def hear(self, seconds: float) -> str | None:
        """The next thing it says; None where it says nothing in that time.

        Raises:
            GoneError: It has ended.
        """
        until = time.monotonic() + seconds
        while b"\n" not in self._heard:
            self._line.settimeout(max(until - time.monotonic(), 0.001))
            try:
                more = self._line.recv(4096)
            except TimeoutError:
                return None
            except ConnectionResetError:
                more = b""
            if not more:
                raise GoneError(self.log())
            self._heard += more
        word, _, self._heard = self._heard.partition(b"\n")
        return word.decode()

    def arm(self, barrier: str) -> None:
        """Have it held at one more barrier, from now on."""
        self._line.sendall(f"{ARM} {barrier}\n".encode())
        self.wait_for(f"{ARMED} {barrier}")

    def go_on(self, barrier: str) -> None:
        """Let it go past a barrier."""
        self._line.sendall(f"{barrier}\n".encode())

    def kill(self) -> int:
        """SIGKILL, now. Returns when it is gone."""
        os.kill(self.pid, signal.SIGKILL)
        return self.ended()

    def ask_to_end(self) -> None:
        """Ask it to stop in order."""
        self._line.sendall(f"{STOP}\n".encode())

    def end(self) -> int:
        """Have it stop in order. Returns its exit code."""
        self.ask_to_end()
        return self.ended()

    def ended(self) -> int:
        """Wait for its end. Returns its exit code, or the signal below zero."""
        code = self._nursery.reap(self.pid)
        self.alive = False
        self._line.close()
        return code

    def freeze(self) -> None:
        """SIGSTOP. Returns when every thread of it stands still."""
        os.kill(self.pid, signal.SIGSTOP)
        tasks = Path(f"/proc/{self.pid}/task")
        until = time.monotonic() + PATIENCE_SECONDS
        while any(_state(task) != "T" for task in tasks.iterdir()):
            assert time.monotonic() < until, "it does not stand still"
            time.sleep(0.01)

    def wake(self) -> None:
        """SIGCONT."""
        os.kill(self.pid, signal.SIGCONT)

    def log(self) -> str:
        """The end of what it wrote."""
        return self._log.read_text()[-_LOG_SHOWN:] if self._log.exists() else "(no log)"


def _state(task: Path) -> str:
    return (task / "stat").read_text().rpartition(")")[2].split()[0]
