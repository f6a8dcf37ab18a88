# SPDX-License-Identifier: BSD-3-Clause
"""A page about the groups in a table; so far for the command `coterie report`, the entry for Python comes later.

The command hands in a table and its `_origin`. Data pass through these files, in this order:

    _data               scale the columns, draw the sample: `prepare`
    _comparison         k-means and Ward's method with several numbers of clusters
    _density            DBSCAN with several eps
    _recommendation     which clustering to take, with reasons and doubts
    _findings           all of these, and a description of the recommended groups: `find`
    _pictures           pictures of them, with matplotlib; `_limits` says how much is drawn
    _chapters           what the page says, a file for each chapter
    _page               the page: `write`
    _html               elements, tables and figures of HTML; knows nothing of clusters

A new chapter is a file in `_chapters`, with a function `chapter`, and a line in `_page.write`; what it tells is worked
out in a module of its own and kept in `Findings`.
"""

__all__: list[str] = []
