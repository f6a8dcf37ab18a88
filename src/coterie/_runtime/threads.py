# SPDX-License-Identifier: BSD-3-Clause
"""How many threads: the parameter `n_jobs`, what the program and the environment set, and the CPUs of the machine."""

from __future__ import annotations

import contextlib
import math
import operator
import os
import reprlib
from collections.abc import Iterator
from contextvars import ContextVar

from . import cgroup

__all__ = ["get_num_threads", "num_threads", "resolve_n_jobs", "set_num_threads"]


def _quota() -> float:
    """CPUs that the container of this process may use on average; inf if there is no limit."""
    quota = math.inf
    for version, folder in cgroup.folders("cpu"):
        if version == 2:
            words = cgroup.read(folder, "cpu.max").split()
        else:
            words = [cgroup.read(folder, f"cpu.cfs_{name}_us").strip() for name in ("quota", "period")]
        if len(words) == 2 and words[0].isdigit():  # "max" and "-1" are no limits
            quota = min(quota, int(words[0]) / int(words[1]))
    return quota


def _available_cpus() -> int:
    """CPUs that this process may use: affinity mask and container quota."""
    if hasattr(os, "sched_getaffinity"):
        cpus = len(os.sched_getaffinity(0))
    else:
        cpus = os.cpu_count() or 1
    quota = _quota()
    return max(1, min(cpus, math.ceil(quota) if math.isfinite(quota) else cpus))


def _environment_cap() -> int | None:
    """COTERIE_NUM_THREADS, or else OMP_NUM_THREADS (joblib and dask set it in their workers)."""
    for name in ("COTERIE_NUM_THREADS", "OMP_NUM_THREADS"):
        text = os.environ.get(name, "").split(",")[0].strip()
        if text.isdigit() and int(text) > 0:
            return int(text)
    return None


_cpus: int | None = None  # read once: it costs a few file reads
_default: int | None = None  # set_num_threads
# num_threads(...): of the calling thread, and of each coroutine; asyncio.to_thread takes it along.
_scoped: ContextVar[int | None] = ContextVar("n_threads", default=None)


# A larger number means this many threads, or one for each CPU if there are more: each takes a stack and work space.
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
    """`n` as an int, but no more threads than it makes sense to start."""
    try:
        count = operator.index(n)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"{what} must be an int, got {reprlib.repr(n)}") from None
    if abs(count) > _LARGEST_COUNT:  # Python refuses to print an int of very many digits
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
    """Return the number of threads that ``n_jobs=None`` means at the moment.

    The number comes from the innermost `num_threads` of the calling thread, or else from `set_num_threads`. If neither
    is set, it is the number of CPUs that this process may use (affinity and container quota), but at most
    ``COTERIE_NUM_THREADS`` or, if that is not set, ``OMP_NUM_THREADS``.

    Returns
    -------
    int
        At least 1.

    Notes
    -----
    A positive ``n_jobs`` and the numbers for `num_threads` and `set_num_threads` are used as given, up to 256 or the
    number of CPUs, whichever is larger. ``n_jobs=-1`` means the default without `num_threads` and `set_num_threads`.

    If several processes run at once, limit the threads of each one. joblib (in its default workers, those of loky) and
    dask.distributed set ``OMP_NUM_THREADS`` in their worker processes; with ``inner_max_num_threads``, joblib sets it
    to that number. ``n_jobs=None`` and ``n_jobs=-1`` respect this limit; a positive ``n_jobs`` does not.
    `multiprocessing`, `concurrent.futures`, joblib's backend ``"multiprocessing"`` and Dask's scheduler ``"processes"``
    set nothing: set ``COTERIE_NUM_THREADS=1``, or create the pool with ``initializer=coterie.set_num_threads,
    initargs=(1,)``. A forked child knows what its parent has set; other children know only the environment.

    All threads of a process share one pool of worker threads. If no worker is idle, a call uses only its own thread. So
    k threads that call at once are at most ``k + get_num_threads() - 1`` threads that work. The limits of threadpoolctl
    do not apply, because it knows only OpenMP and BLAS; the page "Pipelines and workers" shows how it can be taught.

    Examples
    --------
    >>> import coterie
    >>> with coterie.num_threads(2):
    ...     coterie.get_num_threads()
    2
    """
    return _scoped.get() or _default or _default_threads()


def set_num_threads(n: int | None) -> None:
    """Set what ``n_jobs=None`` means in this process.

    Parameters
    ----------
    n : int or None
        Number of threads, at least 1; None restores the default (see `get_num_threads`).

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
    """Within this context, and in the calling thread or coroutine only, ``n_jobs=None`` means `n` threads.

    Parameters
    ----------
    n : int
        Number of threads, at least 1.

    Raises
    ------
    TypeError, ValueError
        `n` is not an integer, is less than 1, or has more than 31 bits.

    Notes
    -----
    `asyncio.to_thread` takes the number along to its thread. Other new threads begin without it, unless Python makes
    them inherit the context of their creator (`sys.flags.thread_inherit_context`).

    Examples
    --------
    >>> import coterie
    >>> with coterie.num_threads(1):
    ...     labels = coterie.KMeans(2, random_state=0).fit_predict([[0.0], [1.0], [9.0]])
    """
    before = _scoped.get()
    _scoped.set(_check_count(n))
    try:
        yield
    finally:
        _scoped.set(before)


def resolve_n_jobs(n_jobs: int | None) -> int:
    """Number of threads for the parameter `n_jobs`: None is the default, -1 all CPUs, -2 all but one, k is k."""
    if n_jobs is None:
        return get_num_threads()
    n_jobs = _as_count(n_jobs, "n_jobs")
    if n_jobs > 0:
        return n_jobs
    if n_jobs == 0:
        raise ValueError("n_jobs == 0 has no meaning: use None, -1 or a positive number.")
    return max(1, _default_threads() + 1 + n_jobs)


def _after_fork() -> None:
    global _cpus
    _cpus = None  # the child may be given CPUs of its own


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
