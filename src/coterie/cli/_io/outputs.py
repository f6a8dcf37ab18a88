# SPDX-License-Identifier: BSD-3-Clause
"""The files that a command writes: whether it may, and all in one step."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import sys
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import IO, Any, cast

from coterie._base.atomic import is_replaced, replacing
from coterie.cli._console import Problem, discard_stdout


def check_targets(sources: Sequence[str | None], targets: Sequence[str | None]) -> None:
    """Refuse, before any work is done, targets that can't be written or would destroy something.

    sources : the files that are read
    targets : those that are written; standard output always may be. Devices, pipes and streams lose nothing
    """
    files = [target for target in targets if target not in (None, "-")]
    for target in files:
        folder = os.path.dirname(target) or "."
        if not os.path.isdir(folder):
            raise Problem(f"{target}: there is no folder {folder}")
        if os.path.isdir(target):
            raise Problem(f"{target} is a folder; name a file")
        if os.path.exists(target) and not os.access(target, os.W_OK):
            raise Problem(f"{target}: no permission to write there")
        if is_replaced(target) and not os.access(folder := os.path.dirname(os.path.realpath(target)), os.W_OK):
            raise Problem(f"{target}: no permission to write in {folder}")
    files = list(filter(is_replaced, files))
    for i, target in enumerate(files):
        if any(_is_same(source, target, 0) for source in sources if source is not None):
            raise Problem(f"{target} is the file that is read; it would be overwritten", code=2)
        if _is_same("-", target, 1):
            raise Problem(f"{target} is also the file for standard output", code=2)
        if same := next((other for other in files[:i] if _is_same(other, target)), None):
            raise Problem(f"{target} is named twice as output{f', once as {same}' * (same != target)}", code=2)


def _is_same(name: str, target: str, standard: int = -1) -> bool:
    """Whether both are the same file, or would be; `standard` is the stream that `-` stands for."""
    try:
        status = os.fstat(standard) if name == "-" else os.stat(name)
        return os.path.samestat(status, os.stat(target))
    except OSError:  # one of the two is not there
        return name != "-" and os.path.normcase(os.path.realpath(name)) == os.path.normcase(os.path.realpath(target))


class Outputs:
    """The files that a command writes: all of them take their place when its work is done, or none does."""

    def __init__(self) -> None:
        self._files = contextlib.ExitStack()

    def __enter__(self) -> Outputs:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None or isinstance(error, BrokenPipeError):  # whoever read standard output has what it wanted
            self._files.close()
        else:
            given_up = Problem("given up")  # not the error itself, for files would put their names into it
            self._files.__exit__(Problem, given_up, None)

    @contextlib.contextmanager
    def open(self, target: str | None, binary: bool = False, zipped: bool = True) -> Iterator[IO[Any]]:
        """A file to write, if `zipped` with gzip where its name ends in .gz, or standard output. A Problem names it."""
        try:
            if target is None or target == "-":
                if sys.stdout is None:
                    raise Problem("standard output is closed; name a file with --output")
                sys.stdout.flush()
                yield sys.stdout.buffer if binary else sys.stdout
                sys.stdout.flush()
            else:
                with contextlib.ExitStack() as layers:  # what does not fit is told as they are closed
                    file: IO[Any] = layers.enter_context(self._files.enter_context(replacing(target)))
                    if zipped and target.endswith(".gz"):
                        file = cast(
                            IO[Any], layers.enter_context(gzip.GzipFile(target, "wb", fileobj=file))
                        )  # which it is
                    if not binary:  # names may hold what can't be encoded
                        file = layers.enter_context(io.TextIOWrapper(file, "utf-8", "backslashreplace", "\n"))
                    yield file
        except BrokenPipeError:
            if target not in (None, "-"):
                raise
            discard_stdout()
        except OSError as error:
            if target in (None, "-"):
                discard_stdout()
                target = "standard output"
            raise Problem(f"{target}: {error.strerror or error}") from error
