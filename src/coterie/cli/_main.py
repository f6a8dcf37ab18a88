# SPDX-License-Identifier: BSD-3-Clause
"""The command line: which subcommand runs, and what is said when it fails."""

from __future__ import annotations

import argparse
import difflib
import importlib
import io
import os
import pkgutil
import sys
import textwrap
import warnings
from typing import NoReturn

import coterie
from coterie.cli._completion import PrintCompletion
from coterie.cli._console import Problem, discard_stdout, warn
from coterie.cli._io.outputs import Outputs

_FIRST = ("report", "recommend")  # in the list of commands
_DESCRIPTION = """\
Group similar things: the rows of a table by the numbers in it.

Begin with a report. It needs no decisions, finds the groups if there are any, and says what they are:

  coterie report customers.csv -o report.html

The other commands do single steps of it, each in many ways. coterie demo shows them at work.
"""


class _Parser(argparse.ArgumentParser):
    def error(
        self, message: str
    ) -> NoReturn:  # argparse prints the usage above it, which hides the one line that helps
        self.exit(2, f"{self.prog}: error: {message} (see {self.prog} --help)\n")

    def unknown(self, arguments: list[str]) -> NoReturn:
        option = next((each for each in arguments if each.startswith("--")), "").partition("=")[0]
        close = difflib.get_close_matches(option, self._option_string_actions, n=1, cutoff=0.75)
        hint = f"; did you mean {close[0]}?" if close else ""
        self.error(f"unrecognized arguments: {' '.join(arguments)}{hint}")


class _Help(argparse.RawDescriptionHelpFormatter):
    def _fill_text(self, text: str, width: int, indent: str) -> str:
        """Fill paragraphs to the width of the terminal, but for those with lists and examples."""
        paragraphs = text.strip().split("\n\n")
        return (
            "\n\n".join(part if "\n  " in f"\n{part}" else textwrap.fill(part, max(width, 40)) for part in paragraphs)
            + "\n"
        )


def make_parser(argv: list[str]) -> _Parser:
    """The parser for `argv`, with the subcommand that it begins with; else with all, to list them."""
    every = (m.name for m in pkgutil.iter_modules([os.path.dirname(__file__)]) if not m.name.startswith("_"))
    known = [*_FIRST, *sorted(set(every) - set(_FIRST))]
    first = argv[0] if argv else None
    needed = [first] if first in known else [] if first == "--version" else known  # importing all takes a while
    parser = _Parser(
        prog="coterie",
        description=_DESCRIPTION,
        allow_abbrev=False,
        formatter_class=_Help,
        epilog="coterie COMMAND --help says what each takes, with examples.",
    )
    parser.add_argument("--version", action="version", version=f"coterie {coterie.__version__}")
    parser.add_argument(
        "--print-completion",
        metavar="SHELL",
        action=PrintCompletion,
        help="print a script that completes commands, options and files in bash, zsh, fish ...: "
        "coterie --print-completion bash > ~/.local/share/bash-completion/completions/coterie",
    )
    commands = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND")
    for name in needed:
        module = importlib.import_module(f"{__package__}.{name}")
        command = commands.add_parser(
            name, help=module.SUMMARY, description=module.__doc__, allow_abbrev=False, formatter_class=_Help
        )
        module.add_arguments(command)
        command.set_defaults(run=module.run, unknown=command.unknown)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the command line `argv` and return the exit code.

    0: done (also where the reader of the output has gone), 1: something is wrong with the data or a file,
    2: something is wrong with the command line, 130: stopped by Ctrl-C.
    """
    if argv is None:
        argv = sys.argv[1:]
    if isinstance(sys.stdout, io.TextIOWrapper):  # a name that the terminal can't show is no reason to stop
        sys.stdout.reconfigure(errors="backslashreplace")
    parser = make_parser(argv)
    args, unknown = parser.parse_known_args(argv)
    if unknown:
        getattr(args, "unknown", parser.unknown)(unknown)  # the command's own help lists its options
    if args.command is None:
        parser.print_help(sys.stderr)
        return 2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", UserWarning)  # what the estimators have to say
        warnings.simplefilter("ignore", coterie.FeatureScaleWarning)  # `_options.scale` says it with names of columns
        warnings.showwarning = lambda message, *_: warn(message)
        try:
            with Outputs() as args.outputs:
                args.run(args)
                if sys.stdout is not None:
                    sys.stdout.flush()  # what goes wrong here would otherwise be told by Python, as it exits
            return 0
        except Problem as problem:
            message, code = str(problem), problem.code
        except BrokenPipeError:  # `coterie ... | head`: whoever read the output has what it wanted
            discard_stdout()
            return 0
        except KeyboardInterrupt:
            message, code = "stopped by Ctrl-C, nothing more was written", 130
        except MemoryError as error:
            message, code = f"not enough memory: {error}" if str(error) else "not enough memory", 1
        except OSError as error:
            if error.filename is None and sys.stdout is not None:
                discard_stdout()
            where = f"{error.filename}: " if error.filename is not None else ""
            message, code = f"{where}{error.strerror or error}", 1
        except ValueError as error:  # what the estimators say about the data
            message, code = str(error), 1
    print(f"coterie {args.command}: error: {' '.join(message.split())}", file=sys.stderr)
    return code
