# SPDX-License-Identifier: BSD-3-Clause
"""Run cases in child processes that may crash, hang or run out of memory, and tell which case did.

A fuzz program calls `serve` when it is started with ``--child`` and `drive` otherwise. Works under the sanitizers, too:
the children inherit LD_PRELOAD (see docs/robustness.md).
"""

from __future__ import annotations

import contextlib
import faulthandler
import json
import os
import queue
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator

SANITIZED = "libasan" in os.environ.get("LD_PRELOAD", "")
MEMORY = 4 << 30  # bytes of address space that a child may have; not limited under the sanitizers, which reserve more
LIMIT = 180.0 if SANITIZED else 60.0  # seconds for one case, on a busy machine


def serve(handle: Callable[[dict], dict]) -> None:
    """Answer one case after the other: a line of JSON in, a line of JSON out. The child's side.

    What the cases print goes to stderr, which the parent shows after a crash.
    """
    import fcntl
    import resource

    answers = os.fdopen(fcntl.fcntl(1, fcntl.F_DUPFD_CLOEXEC, 200), "w")  # where no case finds it by accident
    cases = os.fdopen(fcntl.fcntl(0, fcntl.F_DUPFD_CLOEXEC, 201), "r")
    with open(os.devnull) as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    faulthandler.enable()
    if not SANITIZED:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for line in cases:
            faulthandler.dump_traceback_later(0.9 * LIMIT)
            answer = handle(json.loads(line))
            faulthandler.cancel_dump_traceback_later()
            answers.write(json.dumps(answer) + "\n")
            answers.flush()
        os.chdir("/")


class _Child:
    def __init__(self, command: list[str]) -> None:
        self.command, self.process = command, None

    def ask(self, case: dict) -> dict:
        if self.process is None:
            self.log = tempfile.TemporaryFile()  # noqa: SIM115 - read after the child's end
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log
            )
            self.rest, self.warm = b"", False
        try:
            self.process.stdin.write(json.dumps(case).encode() + b"\n")
            self.process.stdin.flush()
            answer = self._line(LIMIT if self.warm else 2 * LIMIT)
        except OSError:
            answer = None
        if answer:
            self.warm = True
            return json.loads(answer)
        hangs = self.process.poll() is None and answer is None
        if not hangs:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(10)
        code = self.process.poll()
        self.stop()
        size = self.log.seek(0, os.SEEK_END)
        self.log.seek(max(0, size - 6000))
        what = "hangs" if hangs else f"crashes ({_name_of(code)})"
        return {"finding": what, "trace": self.log.read().decode(errors="replace")}

    def _line(self, seconds: float) -> bytes | None:
        """One line; None if there is none in time, empty if the child has gone."""
        end = time.monotonic() + seconds
        while b"\n" not in self.rest:
            if not select.select([self.process.stdout], [], [], max(0.0, end - time.monotonic()))[0]:
                return None
            some = os.read(self.process.stdout.fileno(), 1 << 16)
            if not some:
                return b""
            self.rest += some
        line, _, self.rest = self.rest.partition(b"\n")
        return line

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None


def _name_of(code: int | None) -> str:
    if code is None:
        return "its end was not seen"
    return signal.Signals(-code).name if code < 0 else f"exit status {code}"


def drive(
    script: str, cases: Iterable[dict], *, n_children: int | None = None, seconds: float | None = None
) -> Iterator[tuple[dict, dict]]:
    """Yield each case and what a child answered, or that it crashed or hung: ``{"finding": ..., "trace": ...}``.

    No case is begun after `seconds`. The parent's side.
    """
    end = None if seconds is None else time.monotonic() + seconds
    source, lock, done = iter(cases), threading.Lock(), queue.Queue()
    n_children = n_children or min(2, os.cpu_count() or 1)

    def work() -> None:
        child = _Child([sys.executable, script, "--child"])
        try:
            while end is None or time.monotonic() < end:
                with lock:
                    case = next(source, None)
                if case is None:
                    break
                done.put((case, child.ask(case)))
        except BaseException as error:
            done.put(error)
        finally:
            child.stop()
            done.put(None)

    workers = [threading.Thread(target=work, daemon=True) for _ in range(n_children)]
    for worker in workers:
        worker.start()
    left = n_children
    while left:
        answer = done.get()
        if answer is None:
            left -= 1
        elif isinstance(answer, BaseException):
            raise answer
        else:
            yield answer
