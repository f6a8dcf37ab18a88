# SPDX-License-Identifier: BSD-3-Clause
"""Chunks of work for several threads.

A kernel works on numbered chunks whose size depends on the problem alone, never on the number of threads, so that
results are the same bits for any number of threads. `over` lets the calling thread and a few persistent Python
threads pull chunks from an atomic counter inside the kernel, all without the GIL. There is no OpenMP: no second
runtime beside another library's, and no deadlock after a fork.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator

from . import progress
from ._kernels.gate import Gate
from ._kernels.job import LentRegions
from ._kernels.work import Region
from .thresholds import thresholds

__all__ = ["Kernel", "chunk", "over", "over_in_steps", "threads_for"]

Kernel = Callable[..., object]  # its last arguments are the region and the slot


class _Worker:
    """A persistent thread, asleep at a gate of its own until it is given a task."""

    def __init__(self) -> None:
        self.wake, self.finished = Gate(), Gate()
        self.job: tuple[Kernel, tuple[object, ...], Region, int] | None = None
        self.region: Region | None = None  # the region that it was borrowed for
        self.error: BaseException | None = None
        self.dismissed = False
        self.thread = threading.Thread(target=self._loop, name="coterie", daemon=True)

    def _loop(self) -> None:
        while True:
            self.wake.wait()
            if self.job is not None:
                kernel, arguments, region, slot = self.job
                region.enter()
                try:
                    kernel(*arguments, region, slot)
                except BaseException as error:  # handed to the caller
                    self.error = error
                    region.stop()
                finally:
                    region.leave()
                # A parked worker must not keep the caller's arrays alive.
                self.job = kernel = arguments = region = None  # type: ignore[assignment]
            if self.dismissed:
                return
            self.finished.open()

    def start(self, kernel: Kernel, arguments: tuple[object, ...], region: Region, slot: int) -> None:
        self.job = (kernel, arguments, region, slot)
        self.wake.open()

    def dismiss(self) -> None:
        """Let the thread end, now or after its task, whatever state an interrupt left it in."""
        self.dismissed = True
        self.wake.open()


class _Pool:
    """The workers. A thread that finds too few of them idle works with those it gets, or alone."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.workers: list[_Worker] = []

    def borrow(self, n: int, region: Region) -> list[_Worker]:
        """Up to n idle workers. They note whose they are, so that `dismiss` finds them whatever an interrupt hit."""
        with self.lock:
            idle = [worker for worker in self.workers if worker.region is None][:n]
            for worker in idle:
                worker.region = region
            while len(idle) < n and len(self.workers) < n:
                worker = _Worker()
                worker.region = region
                self.workers.append(worker)
                try:
                    worker.thread.start()
                except RuntimeError:  # the system gives no more threads, or the interpreter is about to shut down
                    self.workers.remove(worker)
                    break
                idle.append(worker)
            return idle

    def dismiss(self, region: Region) -> None:
        """Let the workers of a region go."""
        with self.lock:
            gone = [worker for worker in self.workers if worker.region is region]
            self.workers = [worker for worker in self.workers if worker.region is not region]
        for worker in gone:
            worker.dismiss()


_pool = _Pool()


def _after_fork() -> None:
    # Threads do not survive a fork, and the lock may have been held by one of them.
    global _pool
    _pool = _Pool()


def _before_fork() -> None:
    # numpy imports this part of itself when np.unique is first called. A child that is forked while another thread
    # does so waits for the lock of the import forever.
    import numpy.ma  # noqa: F401


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_child=_after_fork)


def chunk(cost: float, multiple: int = 1) -> int:
    """How many items make a chunk, if one costs `cost` nanoseconds of one core; a multiple of `multiple`."""
    return max(1, int(thresholds.chunk / (cost * multiple))) * multiple


def threads_for(work: float, n_threads: int) -> int:
    """`n_threads`, or 1 where `work`, in nanoseconds of one core, is too little to wake another thread for."""
    return n_threads if work > 2 * thresholds.chunk else 1


def over(n: int, size: int, n_threads: int, kernel: Kernel, *arguments: object) -> None:
    """Let up to `n_threads` threads call ``kernel(*arguments, region, slot)``, until all of `n` items are done.

    The region has the items in chunks of `size`. A kernel takes chunks from it with the GIL released
    (``work_take(&region.work, slot, &part)``), and may use work space number `slot` (0 .. n_threads - 1; 0 is the
    caller). About every 0.05 s the caller returns to Python, so that Ctrl-C, the progress callback and cancelling get
    their turn; then the kernel is called again, and must go on where it was. An error of a helper is raised here.
    """
    _run(Region(n, size), n_threads, kernel, arguments)


def over_in_steps(
    stage: str, total: int, n: int, size: int, n_threads: int, kernel: Kernel, *arguments: object
) -> None:
    """The same in about twenty steps. Before each step it reports how many of `total` things are done."""
    n_chunks = -(-n // size)
    step = max(64, -(-n_chunks // 20))
    for first in range(0, n_chunks, step):
        progress.report(stage, first * total // n_chunks, total)
        _run(Region(n, size, first, first + step), n_threads, kernel, arguments)


class _Scoped(threading.local):
    job: LentRegions | None = None  # lent_to(...): of the calling thread


_scoped = _Scoped()


@contextlib.contextmanager
def lent_to(job: LentRegions) -> Iterator[None]:
    """Within this context, the regions of the calling thread are worked on by the threads of a job."""
    _scoped.job = job
    try:
        yield
    finally:
        _scoped.job = None


def _run(region: Region, n_threads: int, kernel: Kernel, arguments: tuple[object, ...]) -> None:
    n_chunks = region.n_chunks
    job = _scoped.job
    if job is not None and n_chunks > 1:
        job.lend(region, n_threads, kernel, arguments)
        if job.stopped:
            raise progress.Cancelled("the job was stopped")
        return
    # While the interpreter shuts down, the helpers are gone, one of them perhaps with the lock of the pool.
    if n_threads == 1 or n_chunks <= 1 or sys.is_finalizing():
        _work(region, kernel, arguments)
        return
    pool = _pool
    errors = []
    try:
        helpers = pool.borrow(min(n_threads, n_chunks) - 1, region)
        for slot, helper in enumerate(helpers, 1):
            helper.start(kernel, arguments, region, slot)
        _work(region, kernel, arguments)
        if pool is not _pool:
            raise RuntimeError(
                "this process was forked by a progress callback within a step of several threads, and "
                "the work of the other threads was lost: fork elsewhere, or pass n_jobs=1"
            )
        for helper in helpers:
            helper.finished.wait_for_signals_too()
        for helper in helpers:
            if helper.error is not None:
                errors.append(helper.error)
                helper.error = None
            helper.region = None
    except BaseException:
        # Ctrl-C may have struck between any two steps above, so nothing is known of the helpers' gates: those helpers
        # are let go. One that begins only now finds the region stopped and touches nothing.
        region.stop()
        if pool is _pool:  # in a forked child they are gone
            pool.dismiss(region)
            while region.active:
                time.sleep(0.001)
        raise
    if errors:
        raise errors[0]


def _work(region: Region, kernel: Kernel, arguments: tuple[object, ...]) -> None:
    """The share of the calling thread, which looks into Python now and then."""
    while True:
        region.allow(thresholds.pause)
        kernel(*arguments, region, 0)
        if region.exhausted or region.stopped:
            return
        progress.repeat()
