# SPDX-License-Identifier: BSD-3-Clause
"""Threads, chunks, progress and cancelling.

A kernel works on numbered chunks whose size depends on the problem alone, never on the number of threads, so that
results are the same bits for any number of threads. `over` lets the calling thread and a few persistent Python
threads pull chunks from an atomic counter inside the kernel, all without the GIL. There is no OpenMP: no second
runtime beside another library's, and no deadlock after a fork.
"""

from __future__ import annotations

import contextlib
import math
import operator
import os
import reprlib
import sys
import threading
import time
from collections.abc import Callable, Iterator

from ._kernels.work import Region
from .thresholds import thresholds

__all__ = [
    "Cancelled",
    "as_step",
    "get_num_threads",
    "in_steps",
    "num_threads",
    "over",
    "over_in_steps",
    "progress",
    "report",
    "resolve_n_jobs",
    "run",
    "set_num_threads",
]

Callback = Callable[[str, int, int], object]

# How long the caller works before it looks into Python: Ctrl-C is to be felt within 0.2 s.
_PAUSE = 0.05


class Cancelled(Exception):
    """A progress callback returned False, and the work was stopped.

    The estimator that was being fitted is as it was before.
    """


# ------------------------------------------------------------------------------------------- how many threads


def _cgroup_quota() -> float:
    """CPUs that the container may use on average: cgroup v2, then v1; inf where there is no limit."""
    quota = math.inf
    try:
        with open("/proc/self/cgroup") as lines:
            groups = [line.rstrip("\n").split(":", 2) for line in lines]
    except OSError:
        return quota

    def read(*parts: str) -> list[str]:
        try:
            with open(os.path.join(*parts)) as file:
                return file.read().split()
        except OSError:
            return []

    for _, controllers, path in groups:
        if controllers == "":  # v2: every ancestor's limit counts
            while True:
                words = read("/sys/fs/cgroup", path.lstrip("/"), "cpu.max")
                if len(words) == 2 and words[0] != "max":
                    quota = min(quota, int(words[0]) / int(words[1]))
                if path in ("/", ""):
                    break
                path = os.path.dirname(path)
        elif "cpu" in controllers.split(","):
            for folder in (path.lstrip("/"), ""):  # inside a container the group is often mounted at the root
                limit = read("/sys/fs/cgroup", controllers, folder, "cpu.cfs_quota_us")
                period = read("/sys/fs/cgroup", controllers, folder, "cpu.cfs_period_us")
                if limit and period and int(limit[0]) > 0:
                    quota = min(quota, int(limit[0]) / int(period[0]))
    return quota


def _available_cpus() -> int:
    """CPUs that this process may use: affinity mask and container quota."""
    if hasattr(os, "sched_getaffinity"):
        cpus = len(os.sched_getaffinity(0))
    else:
        cpus = os.cpu_count() or 1
    quota = _cgroup_quota()
    return max(1, min(cpus, math.ceil(quota) if math.isfinite(quota) else cpus))


def _environment_cap() -> int | None:
    """COTERIE_NUM_THREADS, else OMP_NUM_THREADS (joblib and dask set it in their workers)."""
    for name in ("COTERIE_NUM_THREADS", "OMP_NUM_THREADS"):
        text = os.environ.get(name, "").split(",")[0].strip()
        if text.isdigit() and int(text) > 0:
            return int(text)
    return None


_cpus: int | None = None  # read once: it costs a few file reads
_default: int | None = None  # set_num_threads
_scoped = threading.local()  # num_threads(...), progress(...): of the calling thread


# Who asks for more gets so many, or one for each CPU where there are more: each has a stack, and work space in kernels.
_MOST_THREADS = 256
_LARGEST_COUNT = 2**31 - 1


def _all_cpus() -> int:
    global _cpus
    if _cpus is None:
        _cpus = _available_cpus()
    return _cpus


def _default_threads() -> int:
    cap = _environment_cap()
    return _all_cpus() if cap is None else min(_all_cpus(), cap)


def _as_count(n: object, what: str) -> int:
    """An int that may say how many threads there are to be, as few as it makes sense to start."""
    try:
        count = operator.index(n)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"{what} must be an int, got {reprlib.repr(n)}") from None
    if abs(count) > _LARGEST_COUNT:  # nor could Python show any such number
        raise ValueError(
            f"{what} must be an int from {-_LARGEST_COUNT:_} to {_LARGEST_COUNT:_}, "
            f"got one of {count.bit_length()} bits"
        )
    return count if count <= _MOST_THREADS else max(_MOST_THREADS, min(count, _all_cpus()))


def _check_count(n: object) -> int:
    count = _as_count(n, "the number of threads")
    if count < 1:
        raise ValueError(f"the number of threads must be at least 1, got {count}")
    return count


def get_num_threads() -> int:
    """Number of threads that ``n_jobs=None`` means here and now.

    The innermost `num_threads` of the calling thread, else `set_num_threads`, else the CPUs this process may use
    (affinity and container quota) capped by ``COTERIE_NUM_THREADS`` or else ``OMP_NUM_THREADS``.

    Returns
    -------
    int
        At least 1.

    Notes
    -----
    A positive ``n_jobs`` is taken as it is, as are the numbers that `num_threads` and `set_num_threads` are given; more
    than 256 mean 256, or the number of CPUs where that is larger. ``n_jobs=-1`` means the default without
    `num_threads` and `set_num_threads`.

    Several processes at once share the CPUs only if each is told its share. joblib and Dask set ``OMP_NUM_THREADS`` in
    their worker processes, which ``n_jobs=None`` and ``n_jobs=-1`` keep to, but a positive ``n_jobs`` does not.
    `multiprocessing` and `concurrent.futures` set nothing: pass ``n_jobs=1`` in the workers, or create the pool with
    ``initializer=coterie.set_num_threads, initargs=(1,)``. Threads of one process share one set of helper threads, and
    a call that finds none idle works alone. The limits of threadpoolctl do not apply: it knows OpenMP and BLAS only.

    Examples
    --------
    >>> import coterie
    >>> with coterie.num_threads(2):
    ...     coterie.get_num_threads()
    2
    """
    return getattr(_scoped, "n_threads", None) or _default or _default_threads()


def set_num_threads(n: int | None) -> None:
    """Set what ``n_jobs=None`` means in this process.

    Parameters
    ----------
    n : int or None
        Number of threads, at least 1; None goes back to the default of `get_num_threads`.

    Raises
    ------
    TypeError, ValueError
        `n` is not an integer, is less than 1, or has more than 31 bits.

    Examples
    --------
    >>> import coterie
    >>> coterie.set_num_threads(1)
    >>> coterie.get_num_threads()
    1
    >>> coterie.set_num_threads(None)
    """
    global _default
    _default = None if n is None else _check_count(n)


@contextlib.contextmanager
def num_threads(n: int) -> Iterator[None]:
    """Within this context, and in the calling thread only, ``n_jobs=None`` means `n` threads.

    Parameters
    ----------
    n : int
        Number of threads, at least 1.

    Raises
    ------
    TypeError, ValueError
        `n` is not an integer, is less than 1, or has more than 31 bits.

    Examples
    --------
    >>> import coterie
    >>> with coterie.num_threads(1):
    ...     labels = coterie.KMeans(2, random_state=0).fit_predict([[0.0], [1.0], [9.0]])
    """
    before = getattr(_scoped, "n_threads", None)
    _scoped.n_threads = _check_count(n)
    try:
        yield
    finally:
        _scoped.n_threads = before


def resolve_n_jobs(n_jobs: int | None) -> int:
    """Threads that the parameter `n_jobs` asks for: None = the default, -1 = all CPUs, -2 = all but one, k = k."""
    if n_jobs is None:
        return get_num_threads()
    n_jobs = _as_count(n_jobs, "n_jobs")
    if n_jobs > 0:
        return n_jobs
    if n_jobs == 0:
        raise ValueError("n_jobs == 0 has no meaning: use None, -1 or a positive number.")
    return max(1, _default_threads() + 1 + n_jobs)


# ------------------------------------------------------------------------------------------- progress


class _Bar:
    """A tqdm bar as a callback; where tqdm is not installed, nothing is shown."""

    def __init__(self) -> None:
        try:
            from tqdm.auto import tqdm
        except ImportError:
            tqdm = None
        self.tqdm, self.bar, self.stage = tqdm, None, ""

    def __call__(self, stage: str, done: int, total: int) -> None:
        if self.tqdm is None:
            return
        if self.bar is None or self.stage != stage or done < self.bar.n:
            self.close()
            self.bar, self.stage = self.tqdm(total=total, desc=stage, leave=False), stage
        self.bar.update(done - self.bar.n)

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()
            self.bar = None


@contextlib.contextmanager
def progress(callback: Callback | None = None) -> Iterator[None]:
    """Report the progress of everything that the calling thread runs in this context.

    Parameters
    ----------
    callback : callable, default=None
        Called as ``callback(stage, done, total)`` with a short text and two integers, in the calling thread, at each
        step of a long computation and about every 0.05 s within one. Returning False (that object, not merely a
        false value) stops the work. None shows a tqdm bar where tqdm is installed.

    Raises
    ------
    Cancelled
        From the call that was running, when `callback` returned False.

    Examples
    --------
    >>> import coterie
    >>> stages = set()
    >>> with coterie.progress(lambda stage, done, total: stages.add(stage)):
    ...     _ = coterie.KMeans(2, random_state=0).fit([[0.0], [1.0], [9.0]])
    >>> sorted(stages)
    ['k-means', 'k-means++']
    """
    before = getattr(_scoped, "reporter", None)
    bar = None
    if callback is None:
        callback = bar = _Bar()
    _scoped.reporter = _Reporter(callback)
    try:
        yield
    finally:
        _scoped.reporter = before
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

    def again(self) -> None:
        """Give the callback its turn within a long step."""
        if self.last is not None and time.monotonic() - self.called >= _PAUSE:
            self(*self.last)


def report(stage: str, done: int, total: int) -> None:
    """Tell the callback of the calling thread, if there is one, how far `stage` is; raise Cancelled if it says so."""
    reporter = getattr(_scoped, "reporter", None)
    if reporter is not None:
        reporter(stage, done, total)


@contextlib.contextmanager
def as_step(stage: str, done: int, total: int) -> Iterator[None]:
    """Within this context whatever the calling thread runs is one step of `stage`, of which `done` are over."""
    outer = getattr(_scoped, "reporter", None)
    if outer is None:
        yield
        return
    outer(stage, done, total)
    _scoped.reporter = _Reporter(lambda *inner: outer(stage, done, total))
    try:
        yield
    finally:
        _scoped.reporter = outer


# ------------------------------------------------------------------------------------------- the threads


Kernel = Callable[..., object]  # its last arguments are the region and the slot


class _Worker:
    """A persistent thread, parked on a lock of its own until it is given a task."""

    def __init__(self) -> None:
        self.wake, self.finished = threading.Lock(), threading.Lock()
        self.wake.acquire()
        self.finished.acquire()
        self.job: tuple[Kernel, tuple[object, ...], Region, int] | None = None
        self.region: Region | None = None  # the region that it was borrowed for
        self.error: BaseException | None = None
        self.dismissed = False
        self.thread = threading.Thread(target=self._loop, name="coterie", daemon=True)

    def _loop(self) -> None:
        while True:
            self.wake.acquire()
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
            self.finished.release()

    def start(self, kernel: Kernel, arguments: tuple[object, ...], region: Region, slot: int) -> None:
        self.job = (kernel, arguments, region, slot)
        self.wake.release()

    def dismiss(self) -> None:
        """Let the thread end, now or after its task, whatever state an interrupt left it in."""
        self.dismissed = True
        with contextlib.suppress(RuntimeError):  # it is awake already
            self.wake.release()


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
    global _pool, _cpus
    _pool = _Pool()
    _cpus = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def chunk(cost: float, multiple: int = 1) -> int:
    """Items of a chunk, where an item costs so many nanoseconds of one core: whole multiples of `multiple`."""
    return max(1, int(thresholds.chunk / (cost * multiple))) * multiple


def threads_for(work: float, n_threads: int) -> int:
    """`n_threads`, but one where so many nanoseconds of work are not worth waking another thread."""
    return n_threads if work > 2 * thresholds.chunk else 1


def over(n: int, size: int, n_threads: int, kernel: Kernel, *arguments: object) -> None:
    """Let up to `n_threads` threads call ``kernel(*arguments, region, slot)``, until all of `n` items are done.

    The region has the items in chunks of `size`. A kernel takes chunks from it with the GIL released
    (``work_take(&region.work, slot, &part)``), and may use work space number `slot` (0 .. n_threads - 1; 0 is the
    caller). About every 0.05 s the caller returns to Python, so that Ctrl-C, the progress callback and cancelling get
    their turn: a kernel must go on where it was when it is called again. What a helper raises is raised here.
    """
    _run(Region(n, size), n_threads, kernel, arguments)


def over_in_steps(
    stage: str, total: int, n: int, size: int, n_threads: int, kernel: Kernel, *arguments: object
) -> None:
    """The same in about twenty steps; before each it is reported how many of `total` things are done."""
    n_chunks = -(-n // size)
    step = max(64, -(-n_chunks // 20))
    for first in range(0, n_chunks, step):
        report(stage, first * total // n_chunks, total)
        _run(Region(n, size, first, first + step), n_threads, kernel, arguments)


def in_steps(stage: str, n_chunks: int, total: int, work: Callable[[int, int], None]) -> None:
    """On its way out: see `over_in_steps`."""
    step = max(64, -(-n_chunks // 20))
    for first in range(0, n_chunks, step):
        report(stage, first * total // n_chunks, total)
        work(first, min(step, n_chunks - first))


def run(task: Kernel, n_chunks: int, n_threads: int) -> None:
    """On its way out: see `over`."""
    _run(Region(n_chunks), n_threads, task, ())


def _run(region: Region, n_threads: int, kernel: Kernel, arguments: tuple[object, ...]) -> None:
    n_chunks = region.n_chunks
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
            helper.finished.acquire()
        for helper in helpers:
            if helper.error is not None:
                errors.append(helper.error)
                helper.error = None
            helper.region = None
    except BaseException:
        # Ctrl-C may have struck between any two steps above, so nothing is known of the helpers' locks: those helpers
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
    """The caller's share, with a look into Python now and then."""
    while True:
        region.allow(_PAUSE)
        kernel(*arguments, region, 0)
        if region.exhausted or region.stopped:
            return
        reporter = getattr(_scoped, "reporter", None)
        if reporter is not None:
            reporter.again()
