# SPDX-License-Identifier: BSD-3-Clause
"""A page about the groups in a table, for Python (`write_report`) and for the command `coterie report`.

Data pass through these files, in this order; the command, which reads its own tables, enters at `_findings`:

    _write_report       `write_report`
    _table              the columns of a table of Python's
    _settings, _origin  what was asked for, and where the table came from
    _columns            what is measured, what describes, what names the rows; missing values
    _data               the table with the use of each column: `prepare`
    _places             latitude and longitude
    _grouping           the recommended groups, or those that were asked for, or a convenient cut
    _ratios             ratios of columns that tell the groups apart
    _findings           all of these (`Findings`), and a description of the recommended groups: `find`
    _pictures           pictures of them, with matplotlib; `_limits` says how much is drawn
    _chapters           what the page says, a file for each chapter
    _page               the page: `compose`
    _html               elements, tables and figures of HTML; knows nothing of clusters

A new chapter is a file in `_chapters`, with a function `chapter`, and a line in `_page.compose`; what it tells is
worked out in a module of its own and kept in `Findings`.
"""

# Lower packages as a whole, and first; see `coterie.explain`.
from .. import distances, explain, hierarchy, kmeans, neighbors, plot, scaling, scores, selection  # noqa: F401
from ._findings import Findings, UnusualRow
from ._write_report import write_report

__all__ = ["Findings", "UnusualRow", "write_report"]
