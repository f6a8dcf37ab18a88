# SPDX-License-Identifier: BSD-3-Clause
"""Write a file in one step: an earlier file stays until the new one is complete."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
from collections.abc import Iterator
from typing import IO, Any

# Names of streams that are open already, even where these lead to an ordinary file.
_STREAM = re.compile(r"/dev/(stdin|stdout|stderr|fd)\b|/proc/")


@contextlib.contextmanager
def replacing(path: str | os.PathLike[str], mode: str = "wb", **options: Any) -> Iterator[IO[Any]]:
    """Open a file for writing that takes the place of `path` when the block ends.

    If the block raises, or the bytes can't be written, what was at `path` stays as it was. A new file gets the usual
    permissions, and a file that is replaced passes its own on. A link stays a link: the file that it leads to is
    replaced. Devices, pipes and streams such as /dev/stdout can't be replaced and are written to directly.

    Parameters
    ----------
    path : str or path-like
        Where the file is to be.
    mode : {"wb", "w"}
        How to open it, with the `options` of `open`.

    Raises
    ------
    OSError
        The file can't be written; `filename` is `path`.
    """
    path = os.fsdecode(path)
    partial = None
    try:
        target, permissions = _find_target(path)
        if target is None:
            with open(path, mode, **options) as file:
                yield file
            return
        # Beside the target: only within a file system does a file move in one step. The target's name may be as long
        # as is allowed, so this one is not made of it.
        partial = os.path.join(os.path.dirname(target), f".coterie-{os.urandom(8).hex()}")
        with open(partial, mode.replace("w", "x"), **options) as file:
            yield file
        if permissions is not None:
            os.chmod(partial, permissions)
        os.replace(partial, target)
    except BaseException as error:
        if partial is not None:
            with contextlib.suppress(OSError):
                os.unlink(partial)
        if isinstance(error, OSError):
            if error.filename == partial:
                error.filename, error.filename2 = None, None
            raise name_file(error, path) from error.__cause__
        raise


def is_replaced(path: str | os.PathLike[str]) -> bool:
    """Whether `replacing` would put a new file at `path` rather than write to a device, a pipe or a stream."""
    path = os.fsdecode(path)
    return not os.path.exists(path) or (os.path.isfile(path) and not _is_stream(path))


def name_file(error: OSError, path: str) -> OSError:
    """Return `error`, or one like it, with `path` as its file name unless it has one."""
    if error.errno is None:  # numpy's, of a write that stopped halfway
        error = OSError(errno.EIO, str(error))
    if error.filename is None:
        error.filename = path
    return error


def _find_target(path: str) -> tuple[str | None, int | None]:
    """The file that `path` leads to, and its permissions if it exists; no file where `path` can't be replaced."""
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return os.path.realpath(path), None
    if not is_replaced(path):
        return None, None
    with open(path, "r+b"):  # whoever may not write to a file may not replace it
        return os.path.realpath(path), stat.S_IMODE(status.st_mode)


def _is_stream(path: str) -> bool:
    path = os.path.abspath(path)
    while not _STREAM.match(path) and os.path.islink(path):  # they end, as `path` was found
        path = os.path.normpath(os.path.join(os.path.dirname(path), os.readlink(path)))
    return _STREAM.match(path) is not None
