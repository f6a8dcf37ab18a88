# SPDX-License-Identifier: BSD-3-Clause
"""Progress: callbacks are told how far the work is, and can stop it."""

from __future__ import annotations

import contextlib
import inspect
import math
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

from .thresholds import thresholds

__all__ = [
    "Callback",
    "Cancelled",
    "Stopped",
    "as_step",
    "inertia_is_asked_for",
    "progress",
    "repeat",
    "report",
    "reported_to",
]

Callback = Callable[..., object]  # of (stage, done, total), and of the keyword inertia if it has such a parameter

# progress(...): of the calling thread, and of each coroutine; asyncio.to_thread takes it along.
_reporter: ContextVar[_Reporter | None] = ContextVar("reporter", default=None)


class Cancelled(Exception):
    """A progress callback returned False, and the work was stopped.

    The estimator that was being fitted is as it was before.
    """


Cancelled.__module__ = "coterie"  # where it is documented: pickles and tracebacks name it so


class Stopped(Cancelled):
    """A progress callback raised StopIteration. Who catches this keeps the best result so far."""


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
        step of a long computation and about every 0.05 s within a step. If it has a parameter named `inertia`, it gets
        that, too: the inertia of the last assignment of `KMeans` and its relatives, else None. If it returns the
        object False (not 0 or None), or raises StopIteration, the work stops. None shows a tqdm bar if tqdm is
        installed.

    Raises
    ------
    Cancelled
        Raised by the running call when `callback` returns False, or raises StopIteration where there is no result to
        keep.

    Notes
    -----
    `KMeans` and its relatives end after the iteration that is under way if the callback raises StopIteration, and keep
    their best result so far. Other algorithms have no result before they end.

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
        self.takes_inertia = _has_parameter(callback, "inertia")
        self.last: tuple[str, int, int, float | None] | None = None
        self.called = -math.inf
        self.is_stopped = False

    def __call__(self, stage: str, done: int, total: int, inertia: float | None = None) -> None:
        self.last = (stage, done, total, inertia)
        if not self.is_stopped:
            self._call()
        if self.is_stopped:
            raise Stopped(f"stopped by the callback during {stage} at {done} of {total}: there is no result yet")

    def repeat(self) -> None:
        # A step under way is not broken off by StopIteration: what it leaves would not be a result.
        if self.last is not None and not self.is_stopped and time.monotonic() - self.called >= thresholds.pause:
            self._call()

    def _call(self) -> None:
        assert self.last is not None
        stage, done, total, inertia = self.last
        self.called = time.monotonic()
        more = {"inertia": inertia} if self.takes_inertia else {}
        try:
            if self.callback(stage, done, total, **more) is False:
                raise Cancelled(f"stopped by the callback during {stage} at {done} of {total}")
        except StopIteration:
            self.is_stopped = True


def _has_parameter(function: Callback, name: str) -> bool:
    try:
        return name in inspect.signature(function).parameters
    except (TypeError, ValueError):  # of some functions in C it is not known
        return False


def report(stage: str, done: int, total: int, inertia: float | None = None) -> None:
    """Tell the callback of the calling thread, if there is one, how far `stage` is.

    inertia : of the last assignment; needed only if `inertia_is_asked_for`

    Raises
    ------
    Cancelled
        The callback returns False.
    Stopped
        It raises StopIteration, or did so within a long step before.
    """
    reporter = _reporter.get()
    if reporter is not None:
        reporter(stage, done, total, inertia)


def inertia_is_asked_for() -> bool:
    """Whether the callback of the calling thread has a parameter of this name."""
    reporter = _reporter.get()
    return reporter is not None and reporter.takes_inertia


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
    except Stopped as error:  # of one step alone there is nothing to keep
        raise Cancelled(str(error)) from None
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
