# SPDX-License-Identifier: BSD-3-Clause
"""How much memory there is, and refusing what can't fit before anything is allocated."""

from __future__ import annotations

import os
import sys

_PROC = "/proc"
_CGROUP = "/sys/fs/cgroup"

# Less than this is never refused: looking costs more time than such an array.
_SMALL = 1 << 26


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
    if n_bytes <= _SMALL or sys.is_finalizing():  # files can't be opened any more then
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
    for line in _read(_PROC, "meminfo").splitlines():
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


def _read(*parts: str) -> str:
    try:
        with open(os.path.join(*parts)) as file:
            return file.read()
    except OSError:
        return ""


def _limits() -> list[int]:
    """What each control group that this process is in still allows; version 2, and 1."""
    limits = []
    for line in _read(_PROC, "self", "cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            root, names = _CGROUP, ("memory.max", "memory.current", "inactive_file")
        elif "memory" in controllers.split(","):
            root = os.path.join(_CGROUP, controllers)
            names = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
        else:
            continue
        folder = path.strip("/")
        while True:  # the limits of all ancestors hold; inside a container the group is often mounted at the root
            limit, used = (_read(root, folder, name).strip() for name in names[:2])
            if limit.isdigit() and used.isdigit():
                stat = dict(line.split() for line in _read(root, folder, "memory.stat").splitlines())
                # Cached files count as used, but are dropped when memory is needed.
                limits.append(int(limit) - int(used) + int(stat.get(names[2], 0)))
            if not folder:
                break
            folder = os.path.dirname(folder)
    return limits
