# SPDX-License-Identifier: BSD-3-Clause
"""Tables from workbooks (xlsx, xls, xlsb, ods), for which python-calamine is needed: a sheet is read as the csv file
that it would be saved as, so that all of `csv_files` is true of it, too."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from coterie._base.optional import how_to_install
from coterie._base.wording import did_you_mean, shortlist
from coterie._runtime import memory
from coterie.cli._console import Problem

_OLD = b"\xd0\xcf\x11\xe0"  # how xls begins
_PARTS = {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}  # of xlsx, xlsb and ods
_MOST_UNPACKED = 4 * 10**9  # bytes


def is_workbook(stream: IO[bytes]) -> bool:
    """Whether a file is a workbook; it is then as before."""
    head = stream.read(4)
    stream.seek(0)
    if head == _OLD:
        return True
    if not head.startswith(b"PK"):
        return False
    with contextlib.suppress(zipfile.BadZipFile, NotImplementedError), zipfile.ZipFile(stream) as archive:
        members = archive.infolist()
        if _PARTS & {member.filename for member in members}:
            stream.seek(0)
            if (unpacked := sum(member.file_size for member in members)) > _MOST_UNPACKED:
                raise Problem(f"it unpacks to {memory.as_text(unpacked)}; save the sheet as csv")
            return True
    stream.seek(0)
    return False


@contextlib.contextmanager
def as_csv(stream: IO[bytes], sheet: str | None) -> Iterator[tuple[io.BufferedReader[Any], str]]:
    """The sheet of this name, or the first one, as a csv file, and a note on which one it is."""
    program = Path(__file__).with_name("sheet_to_csv.py")
    limit = memory.available() or 0
    arguments = [sys.executable, "-P", str(program), str(limit), *([] if sheet is None else [sheet])]
    with tempfile.TemporaryFile() as out:
        done = subprocess.run(arguments, input=stream.read(), stdout=out, stderr=subprocess.PIPE)
        note = _judge(done.stderr, sheet)
        out.seek(0)
        with io.BufferedReader(io.FileIO(out.fileno(), closefd=False)) as text:
            yield text, note


def _judge(errors: bytes, sheet: str | None) -> str:
    """What the program said of the sheet, to be told."""
    said: dict[str, Any] = {}
    with contextlib.suppress(ValueError, IndexError):
        said = json.loads(errors.splitlines()[-1])
    if said.get("is_there") is False:
        raise Problem(
            f"reading workbooks needs python-calamine: {how_to_install('python-calamine')}; or save it as csv"
        )
    if "error" in said:
        raise Problem(f"this is no workbook that can be read ({said['error']})")
    if "sheets" not in said:
        raise Problem("this workbook is damaged, or it takes more memory than there is; save the sheet as csv")
    names = said["sheets"]
    if "chosen" not in said:
        if sheet is None:
            raise Problem("there is no sheet in it")
        raise Problem(f"no sheet is called {sheet!r}: {did_you_mean(sheet, names)}", code=2)
    others = [name for name in names if name != said["chosen"]]
    return f"sheet {said['chosen']!r} is read" + (
        f"; also in the file: {shortlist(map(repr, others))}" if others else ""
    )
