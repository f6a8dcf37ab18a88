# SPDX-License-Identifier: BSD-3-Clause
"""The `coterie` command.

`_main` reads the command line and runs a subcommand. Every module without a leading underscore is one, with

    SUMMARY                 one line for `coterie --help`
    add_arguments(parser)   its options
    run(args)               its work; raises `Problem` with a line for the user

so that adding a subcommand is adding a file. What they share, in the order in which data pass through it:

    _options    the arguments that several subcommands have, and what these do
    _io         from files to tables, and from results to files
    _streamed   clusters of a file that is read batch by batch, for `kmeans`
    _further    further rows for a saved model, for `predict` and `profile`
    _globe      places on the globe: from degrees to radians and back
    _summary    clusters as a table of text
    _found      the same and all else that was found, for --json
    _density    dense clusters and noise as text and on a map, for `dbscan`, `hdbscan` and `optics`
    _cielab     colors as far apart as they look, for `quantize`
    _recipe     the commands and the program that repeat a report
    _console    problems, warnings, notes, progress
    _completion what a shell needs to complete commands, options and files

An option of one subcommand stands in its file; one that a second subcommand needs moves to `_options`. A new format of
files is a module in `_io`, which `_io.sources` calls.
"""

from ._main import main

__all__ = ["main"]
