# SPDX-License-Identifier: BSD-3-Clause
"""Completion of the command line by a shell, for which shtab writes a script."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from coterie._base.optional import how_to_install
from coterie._base.wording import did_you_mean

# How options and arguments call what is a file.
FILES = frozenset(
    ["FILE", "PICTURE", "MODEL", "LABELS", "CENTERS", "MEDOIDS", "TREE", "TABLE", "CSV", "PAGE", "PNG", "PATH"]
)


class PrintCompletion(argparse.Action):
    """Print the script for a shell, and end."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        shell: str | Sequence[Any] | None,
        option: str | None = None,
    ) -> None:
        try:
            import shtab
        except ImportError:
            parser.exit(1, f"{parser.prog}: error: {option} needs shtab: {how_to_install('shtab')}\n")
        if shell not in shtab.SUPPORTED_SHELLS:
            parser.error(
                f"{option}: there is no script for {shell!r}: {did_you_mean(str(shell), shtab.SUPPORTED_SHELLS)}"
            )
        from coterie.distances._metrics import NAMES  # which takes a while

        for command in _subparsers(parser):
            for action in command._actions:
                if action.dest == "metric":
                    action.choices = NAMES
                if action.metavar in FILES:
                    action.complete = shtab.FILE  # type: ignore[attr-defined]  # which shtab reads
        print(shtab.complete(parser, str(shell)))
        parser.exit()


def _subparsers(parser: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    return [
        command
        for action in parser._actions
        if isinstance(action, argparse._SubParsersAction)
        for command in action.choices.values()
    ]
