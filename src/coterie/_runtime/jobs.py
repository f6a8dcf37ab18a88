# SPDX-License-Identifier: BSD-3-Clause
"""Python functions as jobs, whose parallel regions the threads of a C caller work on.

The function runs in a thread of its own, which computes next to nothing: `parallel.over` lends its regions.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

from . import parallel
from ._kernels.gate import Gate
from ._kernels.job import BAD_ARGUMENT, FAILED, NO_MEMORY, OK, STOPPED, LentRegions
from .progress import Cancelled, progress

__all__ = ["start"]


class _Driver:
    """A persistent thread that runs one function after the other."""

    def __init__(self) -> None:
        self.wake = Gate()
        self.task: tuple[LentRegions, Callable[..., object], tuple[object, ...]] | None = None
        threading.Thread(target=self._loop, name="coterie-job", daemon=True).start()

    def _loop(self) -> None:
        while True:
            self.wake.wait()
            assert self.task is not None
            _run(*self.task)
            self.task = None
            _idle.append(self)

    def start(self, lent: LentRegions, function: Callable[..., object], arguments: tuple[object, ...]) -> None:
        self.task = (lent, function, arguments)
        self.wake.open()


_idle: list[_Driver] = []


def start(n_slots: int, function: Callable[..., object], *arguments: object) -> LentRegions:
    """Begin ``function(*arguments)`` as a job for up to `n_slots` threads at a time."""
    lent = LentRegions(n_slots)
    try:
        driver = _idle.pop()
    except IndexError:
        driver = _Driver()
    driver.start(lent, function, arguments)
    return lent


def _run(lent: LentRegions, function: Callable[..., object], arguments: tuple[object, ...]) -> None:
    def report(stage: str, done: int, total: int) -> bool:
        lent.report(stage, done, total)
        return not lent.stopped

    code, why = FAILED, ""
    try:
        with parallel.lent_to(lent), progress(report):
            function(*arguments)
        code = OK
    except Cancelled:
        code, why = STOPPED, "the job was stopped by job_stop"
    except MemoryError as error:
        code, why = NO_MEMORY, str(error)
    except (TypeError, ValueError) as error:
        code, why = BAD_ARGUMENT, str(error)
    except BaseException as error:  # whatever it is, the caller learns of it
        why = f"{type(error).__name__}: {error}"
    finally:
        lent.end(code, why)  # from now on nobody reads what belongs to the caller


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_idle.clear)  # a child has none of these threads
