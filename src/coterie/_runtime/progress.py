# SPDX-License-Identifier: BSD-3-Clause
"""Progress: callbacks are told how far the work is, and can stop it."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

from .thresholds import thresholds

__all__ = ["Callback", "Cancelled", "as_step", "progress", "repeat", "report", "reported_to"]

Callback = Callable[[str, int, int], object]

# progress(...): of the calling thread, and of each coroutine; asyncio.to_thread takes it along.
_reporter: ContextVar[_Reporter | None] = ContextVar("reporter", default=None)


class Cancelled(Exception):
    """A progress callback returned False, and the work was stopped.

    The estimator that was being fitted is as it was before.
    """


Cancelled.__module__ = "coterie"  # where it is documented: pickles and tracebacks name it so


class _Bar:
    """A tqdm bar as a callback. If tqdm is not installed, nothing is shown."""

    def __init__(self) -> None:
        self.tqdm: Any = None
        with contextlib.suppress(ImportError):
            from tqdm.auto import tqdm

            self.tqdm = tqdm
        self.bar: Any = None
        self.stage = ""

    def __call__(self, stage: str, done: int, total: int) -> None:
        if self.tqdm is None:
            return
        bar = self.bar  # another thread that runs in the same context may close it at any time
        if bar is None or self.stage != stage or done < bar.n:
            self.close()
            bar = self.bar = self.tqdm(total=total, desc=stage, leave=False)
            self.stage = stage
        bar.update(done - bar.n)

    def close(self) -> None:
        bar, self.bar = self.bar, None
        if bar is not None:
            bar.close()


@contextlib.contextmanager
def progress(callback: Callback | None = None) -> Iterator[None]:
    """Report the progress of everything that the calling thread or coroutine runs in this context.

    Parameters
    ----------
    callback : callable, default=None
        Called as ``callback(stage, done, total)`` with a short text and two integers, in the calling thread, at each
        step of a long computation and about every 0.05 s within a step. If it returns the object False (not 0 or None),
        the work stops. None shows a tqdm bar if tqdm is installed.

    Raises
    ------
    Cancelled
        Raised by the running call when `callback` returns False.

    Notes
    -----
    `asyncio.to_thread` takes the callback along to its thread, and calls it there.

    Examples
    --------
    >>> import coterie
    >>> stages = set()
    >>> with coterie.progress(lambda stage, done, total: stages.add(stage)):
    ...     _ = coterie.KMeans(2, random_state=0).fit([[0.0], [1.0], [9.0]])
    >>> sorted(stages)
    ['k-means', 'k-means++']
    """
    before = _reporter.get()
    bar = None
    if callback is None:
        callback = bar = _Bar()
    _reporter.set(_Reporter(callback))
    try:
        yield
    finally:
        _reporter.set(before)
        if bar is not None:
            bar.close()


class _Reporter:
    def __init__(self, callback: Callback) -> None:
        if not callable(callback):
            raise TypeError(f"callback must be callable, got a value of type {type(callback).__name__}")
        self.callback = callback
        self.last: tuple[str, int, int] | None = None
        self.called = -math.inf

    def __call__(self, stage: str, done: int, total: int) -> None:
        self.last = (stage, done, total)
        self.called = time.monotonic()
        if self.callback(stage, done, total) is False:
            raise Cancelled(f"stopped by the callback during {stage} at {done} of {total}")

    def repeat(self) -> None:
        if self.last is not None and time.monotonic() - self.called >= thresholds.pause:
            self(*self.last)


def report(stage: str, done: int, total: int) -> None:
    """Tell the callback of the calling thread, if there is one, how far `stage` is; raise Cancelled if it says so."""
    reporter = _reporter.get()
    if reporter is not None:
        reporter(stage, done, total)


@contextlib.contextmanager
def as_step(stage: str, done: int, total: int) -> Iterator[None]:
    """Within this context, all that the calling thread runs counts as one step of `stage`; `done` steps are over."""
    outer = _reporter.get()
    if outer is None:
        yield
        return
    outer(stage, done, total)
    _reporter.set(_Reporter(lambda *inner: outer(stage, done, total)))
    try:
        yield
    finally:
        _reporter.set(outer)


def repeat() -> None:
    """Within a long step, call the callback of the calling thread again with the last report."""
    reporter = _reporter.get()
    if reporter is not None:
        reporter.repeat()


def reported_to(callback: Callback | None) -> contextlib.AbstractContextManager[None]:
    """The context of a function that has a parameter `callback`; with None, reports go where they went before."""
    return contextlib.nullcontext() if callback is None else progress(callback)
