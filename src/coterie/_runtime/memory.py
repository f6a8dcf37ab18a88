# SPDX-License-Identifier: BSD-3-Clause
"""How much memory there is; what does not fit is refused before anything is allocated."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from . import cgroup
from .thresholds import thresholds

__all__ = ["as_text", "available", "require"]

# By version of control groups: the files with the limit and what is used, and the field for cached files.
_FILES = {
    1: ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    2: ("memory.max", "memory.current", "inactive_file"),
}


def require(n_bytes: int, what: str, instead: str) -> None:
    """Raise MemoryError where `n_bytes` are more than this process may still have; where that is unknown, do nothing.

    Parameters
    ----------
    n_bytes : int
        Bytes about to be allocated.
    what : str
        What they are for; begins the message: "The distances between 100,000 rows".
    instead : str
        What else can be done, a sentence or two.

    Raises
    ------
    MemoryError
        Names what, the bytes, what is available, and the alternative.
    """
    if n_bytes <= thresholds.small_memory or sys.is_finalizing():  # files can't be opened any more then
        return
    free = available()
    if free is not None and n_bytes > free:
        raise MemoryError(
            f"{what} would take {as_text(n_bytes)} of memory, and {as_text(free)} are available. {instead}"
        )


def available() -> int | None:
    """Bytes that this process can allocate without swapping, or being killed for its container's limit.

    None where it is not known: on anything but Linux.
    """
    free = None
    for line in cgroup.read(cgroup.PROC, "meminfo").splitlines():
        if line.startswith("MemAvailable:"):
            free = 1024 * int(line.split()[1])
    for limit in _limits():
        free = limit if free is None else min(free, limit)
    return None if free is None else max(0, free)


def as_text(n_bytes: int) -> str:
    """A number of bytes for people: "3.2 GB", in powers of 1000."""
    size, unit = float(n_bytes), "bytes"
    for larger in ("kB", "MB", "GB", "TB", "PB"):
        if size < 999.5:
            break
        size, unit = size / 1000, larger
    return f"{n_bytes} bytes" if unit == "bytes" else f"{size:.3g} {unit}"


def _limits() -> Iterator[int]:
    """What each control group that this process is in still allows."""
    for version, folder in cgroup.folders("memory"):
        names = _FILES[version]
        limit, used = (cgroup.read(folder, name).strip() for name in names[:2])
        if limit.isdigit() and used.isdigit():
            stat = dict(line.split() for line in cgroup.read(folder, "memory.stat").splitlines())
            # Cached files count as used, but are dropped when memory is needed.
            yield int(limit) - int(used) + int(stat.get(names[2], 0))
