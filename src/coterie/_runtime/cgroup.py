# SPDX-License-Identifier: BSD-3-Clause
"""Where Linux keeps what a process may use: the files of its control groups. Elsewhere there are no such files."""

from __future__ import annotations

import os
from collections.abc import Iterator

__all__ = ["PROC", "ROOT", "folders", "read"]

PROC = "/proc"
ROOT = "/sys/fs/cgroup"


def read(*parts: str) -> str:
    """The text of a file; empty where there is none."""
    try:
        with open(os.path.join(*parts)) as file:
            return file.read()
    except OSError:
        return ""


def folders(controller: str) -> Iterator[tuple[int, str]]:
    """Version (1 or 2) and folder of each control group that limits this process: its own, then all ancestors.

    Inside a container the own group is often mounted at the root, and its own folder is missing.
    """
    for line in read(PROC, "self", "cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            version, root = 2, ROOT
        elif controller in controllers.split(","):
            version, root = 1, os.path.join(ROOT, controllers)
        else:
            continue
        group = path.strip("/")
        while group:
            yield version, os.path.join(root, group)
            group = os.path.dirname(group)
        yield version, root
