# SPDX-License-Identifier: BSD-3-Clause
"""How results look in notebooks: they say what there is to show, and it is laid out here, in one place.

There is no script and nothing is loaded, so that what is saved with a notebook looks the same elsewhere. Text has the
color of what is around it, and all else is a shade of that or a color that is mixed with it: so it fits into any theme,
light or dark, without a word on themes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .html import Html, element, items, join, share, table
from .wording import as_column, count, listing, number, sentence, shortened
from .wording import share as percent

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_ROWS = 30  # of a table; more are told by their number
MOST_COLUMNS = 20
_MOST_SENTENCES = 20
_FEW_CLUSTERS = 8  # whose sizes a sentence lists
LONGEST_CELL = 60

# All of it is within `.coterie-box`: nothing else in the notebook changes. Notebooks have styles of their own for
# tables and lists, and two classes outweigh them.
_STYLE = """
.coterie-box { --coterie-line: rgb(128 128 128 / .35); --coterie-shade: rgb(128 128 128 / .1); --coterie-blue: #2b7bc4;
  --coterie-orange: #d9822b; box-sizing: border-box; width: fit-content; max-width: 100%; min-width: 20em;
  margin: .3em 0 .8em;
  border: 1px solid var(--coterie-line); border-left: .3em solid var(--coterie-blue); border-radius: .4em;
  line-height: 1.5; }
.coterie-box.open { border-left-color: var(--coterie-orange); }
.coterie-box * { box-sizing: border-box; }
.coterie-box > .head { display: flex; gap: 1.5em; justify-content: space-between; align-items: baseline;
  padding: .35em .8em; background: var(--coterie-shade); }
.coterie-box .head b { font-size: 1.05em; }
.coterie-box .quiet, .coterie-box figcaption, .coterie-box thead th { opacity: .72; }
.coterie-box > .body { padding: .1em .8em .4em; }
.coterie-box .body > p, .coterie-box .body ul { margin: .4em 0; max-width: 52em; }
.coterie-box .body ul { padding-left: 1.2em; }
.coterie-box li { margin: .15em 0; }
.coterie-box .doubts { border-left: .2em solid var(--coterie-orange); padding: .1em 0 .1em .8em; margin: .5em 0; }
.coterie-box .doubts ul { margin: 0; }
.coterie-box details { margin: .25em 0; }
.coterie-box summary { cursor: pointer; }
.coterie-box .legend { margin-right: 1.2em; white-space: nowrap; }
.coterie-box .scroll { overflow-x: auto; max-width: 100%; }
.coterie-box .body table { min-width: 0; border-collapse: collapse; border: 0; margin: .4em 0; font-size: .93em;
  table-layout: auto;
  font-variant-numeric: tabular-nums; color: inherit; }
.coterie-box .body tr:nth-child(n) { background: none; }
.coterie-box .body tr > * { padding: .2em .7em; border: 0; border-top: 1px solid var(--coterie-line);
  text-align: right; vertical-align: top; font-weight: normal; max-width: none; white-space: nowrap; }
.coterie-box .body thead tr > * { border-top: 0; vertical-align: bottom; }
.coterie-box .body tbody tr:nth-child(even) { background: var(--coterie-shade); }
.coterie-box .body tbody tr:hover { background: rgb(128 128 128 / .2); }
.coterie-box .body tr > .text { text-align: left; white-space: normal; }
.coterie-box .body tr > .short { white-space: nowrap; }
.coterie-box .body tr > .best { font-weight: bold; }
.coterie-box .body tr.chosen > * { font-weight: bold; color: var(--coterie-orange);
  color: color-mix(in srgb, var(--coterie-orange) 65%, currentColor); }
.coterie-box code, .coterie-box .code table { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.coterie-box .share { display: inline-block; width: 6em; height: .7em; margin-right: .6em; border-radius: .15em;
  background: linear-gradient(var(--coterie-blue) 0 0) 0 0 / var(--part) 100% no-repeat var(--coterie-shade); }
"""


class Card(NamedTuple):
    """What there is to show. Sentences need no end; what is in `folded` is seen on a click, under these titles."""

    title: str
    state: str = ""  # in a word or two, at the right
    is_open: bool = False  # whether it is not fitted, or not clear
    sentences: Sequence[str] = ()
    doubts: Sequence[str] = ()
    content: Sequence[Html] = ()  # tables and pictures
    note: str = ""  # what a table leaves out, what its marks mean
    folded: Mapping[str, Html] = MappingProxyType({})
    style: str = ""  # what only this kind of card needs

    def as_html(self) -> Html:
        """The card, with its style."""
        body: list[Html] = []
        if len(self.sentences) == 1:
            body.append(element("p", sentence(self.sentences[0])))
        elif self.sentences:
            body.append(bullets(self.sentences))
        if self.doubts:
            body.append(
                element("div", element("span", "Doubts", class_="quiet"), bullets(self.doubts), class_="doubts")
            )
        body += [_scrolled(each) for each in self.content]
        if self.note:
            body.append(element("p", sentence(self.note), class_="quiet"))
        body += [
            element("details", element("summary", title), _scrolled(content)) for title, content in self.folded.items()
        ]
        return element(
            "div",
            element("style", Html(_STYLE + self.style)),
            element("div", element("b", self.title), element("span", self.state, class_="quiet"), class_="head"),
            element("div", *body, class_="body"),
            class_="coterie-box open" if self.is_open else "coterie-box",
        )


class InNotebooks:
    """A result that notebooks show as a card."""

    def _card(self) -> Card:
        raise NotImplementedError

    def _repr_html_(self) -> str:
        return str(self._card().as_html())


def bullets(sentences: Sequence[str]) -> Html:
    """A list of them, as long as anybody reads."""
    shown = [sentence(each) for each in sentences[:_MOST_SENTENCES]]
    if rest := len(sentences) - len(shown):
        shown.append(f"And {rest:,} more.")
    return items(shown)


def _scrolled(content: Html) -> Html:
    return element("div", content, class_="scroll")


def first_rows(rows: Sequence[Sequence[object]], thing: str) -> tuple[Sequence[Sequence[object]], str]:
    """As many rows as a table has, and what to say of the others."""
    if len(rows) <= MOST_ROWS:
        return rows, ""
    return rows[:MOST_ROWS], f"the first {MOST_ROWS} of {count(len(rows), thing)}"


# ------------------------------------------------------------------------------------------- clusters


def say_sizes(labels: NDArray[np.integer]) -> str:
    """How many clusters there are, and how large they are; negative labels are in none."""
    sizes = np.bincount(labels[labels >= 0])
    sizes = sizes[sizes > 0]
    n_noise = int(np.count_nonzero(labels < 0))
    text = f"{count(len(sizes), 'cluster')} of {count(len(labels), 'row')}"
    if 1 < len(sizes) <= _FEW_CLUSTERS:
        text += f": {listing(f'{size:,}' for size in sizes)}"
    elif len(sizes) > 1:
        text += f": from {sizes.min():,} to {count(int(sizes.max()), 'row')}, on average {number(sizes.mean())}"
    if n_noise:
        text += f"; {n_noise:,} ({percent(n_noise / len(labels))}) in no cluster"
    return text


def table_of_sizes(
    labels: NDArray[np.integer], centers: NDArray[np.object_] | NDArray[np.floating] | None, names: Sequence[str]
) -> Html:
    """Each cluster with its size and what stands for it, the largest ones where there are many."""
    sizes = np.bincount(labels[labels >= 0])
    values = np.flatnonzero(sizes)
    sizes = sizes[values]
    largest = np.sort(np.argsort(-sizes, kind="stable")[:MOST_ROWS])
    columns = [[f"{values[i]}" for i in largest], [f"{sizes[i]:,}" for i in largest]]
    columns.append([share(sizes[i] / len(labels)) for i in largest])
    text, header = [2], ["cluster", "rows", "share"]
    if centers is not None:
        for j, name in enumerate(names[:MOST_COLUMNS]):
            column = centers[values[largest], j].tolist()
            of_numbers = all(type(value) in (int, float) for value in column)
            texts = ("-" if value is None else shortened(value, LONGEST_CELL) for value in column)
            columns.append(as_column(column) if of_numbers else list(texts))
            text += [] if of_numbers else [len(header)]
            header.append(shortened(name, LONGEST_CELL))
    rows = [list(row) for row in zip(*columns, strict=True)]
    n_noise = len(labels) - int(sizes.sum())
    if n_noise:
        rows.append(["in none", f"{n_noise:,}", share(n_noise / len(labels)), *[""] * (len(header) - 3)])
    left_out = []
    if len(largest) < len(sizes):
        left_out.append(f"the {MOST_ROWS} largest of {len(sizes):,} clusters")
    if centers is not None and len(names) > MOST_COLUMNS:
        left_out.append(f"the first {MOST_COLUMNS} of {len(names):,} columns")
    note = [element("p", f"Shown: {', '.join(left_out)}.", class_="quiet")] if left_out else []
    return join(table(header, rows, text), *note)
