# SPDX-License-Identifier: BSD-3-Clause
"""All that the page tells, worked out step by step."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

import coterie
from coterie import explain
from coterie._base import html
from coterie._base.kind_hints import ColumnKind
from coterie._base.layout import wrap
from coterie._base.lazy import lazy_property
from coterie._base.mixed import Columns
from coterie._base.notebook import Card, InNotebooks
from coterie._base.table import Table
from coterie._base.wording import as_column, count, sentence
from coterie.report._comparison import Comparison, Run, compare_k, numbers_to_try
from coterie.report._data import Data, prepare
from coterie.report._density import Density, try_densities
from coterie.report._places import Spot, say_spot
from coterie.report._ratios import Ratio, telling_ratios
from coterie.report._recommendation import Choice, recommend
from coterie.report._settings import Settings

if TYPE_CHECKING:
    from numpy.typing import NDArray

_UNUSUAL, _FEW = 10, 3  # rows on the page, and in a few words


class UnusualRow(NamedTuple):
    """A row that is far from its group.

    Attributes
    ----------
    row : int
        Its number, from 0.
    name : str
        What it is called.
    group : int
        The label of its group; -1 if it is in none.
    score : float
        Its outlier score, as `coterie.outlier_scores` has it.
    why : str
        In which columns it is far from its group, or from all rows if it is in none.
    """

    row: int
    name: str
    group: int
    score: float
    why: str


UnusualRow.__module__ = "coterie.report"


@dataclass(frozen=True, eq=False, repr=False)
class Findings(InNotebooks):
    """What a report tells of a table: the result of `coterie.write_report`. ``print`` says it in words.

    Attributes
    ----------
    labels : ndarray of shape (n_rows,), int64
        The group of each row of the table, from 0. -1: in no group, because the row is noise, or because a value is
        missing and it was left out; `used` tells these apart.
    used : ndarray of shape (n_rows,), bool
        Which rows the groups are made of.
    n_clusters : int
        The number of groups.
    sentences : list of str
        What sets each group apart; the last one is about the rows in none, if there are any.
    profile : coterie.explain.Profile
        The groups in numbers: of the columns that they are made of, of text that had no part in that, and of ratios
        that tell them apart.
    outlier_scores : ndarray of shape (n_rows,), float64
        How unusual each row is, as `coterie.outlier_scores` has it; NaN for rows that were left out.
    unusual : list of UnusualRow
        The most unusual rows, the most unusual one first: ``row, name, group, score, why``.
    row_names : list of str or None
        What the rows are called, where a column names them.
    kinds : dict of str to ColumnKind
        What the columns are.
    left_out : dict of str to str
        Columns that the groups are not made of, and why.
    """

    __module__ = "coterie.report"  # where users find it

    data: Data
    comparison: Comparison
    density: Density | None
    choice: Choice
    ratios: list[Ratio]
    profile: explain.Profile
    scores: NDArray[np.float64]

    @property
    def labels(self) -> NDArray[np.int64]:
        return self.data.all_rows(self.choice.labels.astype(np.int64), -1)

    @property
    def used(self) -> NDArray[np.bool_]:
        return self.data.all_rows(np.ones(self.data.n_rows, bool), False)

    @property
    def n_clusters(self) -> int:
        return self.choice.n_clusters

    @lazy_property
    def sentences(self) -> list[str]:
        places, profile = self.data.places, self.profile
        if places is None:
            return [sentence(text) for text in profile.sentences]
        others = [name for name in (*self.data.table.names, *self.data.table.texts) if name not in self.data.grouped]
        told = profile
        if others:
            told = describe(self.data, [], self.choice.labels, profile.noun, others)
        found = []
        for i, text in enumerate(told.sentences):
            head, body = text.split(": ", 1 + profile.noun.count(": "))[-2:]
            where = [say_spot(self.spots[i])] if i < len(self.spots) else []
            found.append(sentence(f"{head}: {'; '.join([*where, *[body] * bool(others)]) or 'far from the others'}"))
        return found

    @lazy_property
    def spots(self) -> list[Spot]:
        """Where the groups are, if the rows are places."""
        return [] if self.data.places is None else self.data.places.spots(self.choice.labels)

    @property
    def outlier_scores(self) -> NDArray[np.float64]:
        return self.data.all_rows(self.scores, np.nan)

    @lazy_property
    def unusual(self) -> list[UnusualRow]:
        worst = np.argsort(-self.scores, kind="stable")[: min(_UNUSUAL, max(3, self.data.n_rows // 4))]
        return [
            UnusualRow(
                self.data.number(row),
                self.data.row_name(row),
                int(self.choice.labels[row]),
                float(self.scores[row]),
                self._why(row),
            )
            for row in worst.tolist()
        ]

    @property
    def row_names(self) -> list[str] | None:
        return self.data.table.row_names

    @property
    def kinds(self) -> dict[str, ColumnKind]:
        return dict(self.data.table.kinds)

    @property
    def left_out(self) -> dict[str, str]:
        return {left.name: left.why for left in self.data.table.left_out}

    def _why(self, row: int) -> str:
        """The columns in which a row is farthest from its group, or from all rows, for the spread there."""
        label = self.choice.labels[row]
        if self.data.places is not None:
            return self.data.places.say_distance(row, self.spots, int(label))
        members = self.choice.labels == label if label >= 0 else np.ones(self.data.n_rows, dtype=bool)
        group = self.data.scaled[members].astype(np.float64)
        spread = group.std(axis=0)
        spread = np.where(spread > 0, spread, 1.0)
        far = abs(self.data.scaled[row] - np.median(group, axis=0)) / spread
        phrases: list[str] = []
        for j in np.argsort(-far, kind="stable")[:3].tolist():
            if far[j] < 1 and phrases:
                break
            column = self.data.table.values[:, self.data.table.names.index(self.data.grouped[j])]
            value, typical = as_column([column[row], float(np.median(column[members]))])
            of_whom = "of the group" if label >= 0 else "of all rows"
            phrases.append(f"{self.data.grouped[j]} {value} (median {of_whom} {typical})")
        return "; ".join(phrases)

    def __repr__(self) -> str:
        return (
            f"<Findings of {self.data.n_rows:,} {self.profile.noun} in {count(self.n_clusters, 'group')}; print() "
            "shows them>"
        )

    def __str__(self) -> str:
        few = [f"{row.name}: {row.why}" for row in self.unusual[:_FEW]]
        return "\n".join([self.headline, *wrap(self.sentences, 100), "Most unusual:", *wrap(few, 100)])

    def _card(self) -> Card:
        rows = [[each.name, "in none" if each.group < 0 else f"{each.group}", each.why] for each in self.unusual]
        return self.profile._card()._replace(
            title=self.headline.rstrip("."),
            state="",
            sentences=self.sentences,
            folded={"Most unusual rows": html.table(["row", "group", "why"], rows, [1, 2])},
        )

    @property
    def headline(self) -> str:
        return f"{count(self.n_clusters, 'group')} of {self.data.n_rows:,} {self.profile.noun}."


def find(table: Table, settings: Settings) -> Findings:
    """Choose columns, compare, look for dense parts, recommend, and describe what is recommended."""
    data = prepare(table, settings)
    n_clusters, wanted = numbers_to_try(data, settings.n_clusters)
    run = Run(settings.seed, settings.n_jobs, 5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", coterie.ClusteringWarning)  # the page says it
        warnings.simplefilter("ignore", coterie.ConvergenceWarning)
        warnings.simplefilter("ignore", coterie.FeatureScaleWarning)
        comparison = compare_k(data.rows, n_clusters, run)
        density = try_densities(data.scaled, run)
        choice = recommend(data, comparison, density, wanted, run)
    ratios = telling_ratios(data.table, choice.labels) if data.places is None else []
    profile = describe(data, ratios, choice.labels, settings.noun)
    return Findings(
        data, comparison, density, choice, ratios, profile, coterie.outlier_scores(data.scaled, choice.model)
    )


def describe(
    data: Data, ratios: Sequence[Ratio], labels: NDArray[np.integer], noun: str, only: Collection[str] | None = None
) -> explain.Profile:
    """The groups in the units of the data, with ratios, and with text that had no part in the grouping; `only` some of
    the columns."""
    table = data.table
    columns: dict[str, NDArray[Any]] = dict(zip(table.names, table.values.T, strict=True))
    columns |= {ratio.name: ratio.values for ratio in ratios}
    columns |= {name: np.array([None, *cells], object)[1:] for name, cells in table.texts.items()}
    if only is not None:
        columns = {name: column for name, column in columns.items() if name in only}
    kinds = {name: table.kinds[name].kind for name in columns if name in table.kinds}
    as_read: Any = Columns(np.array(list(columns), object), tuple(columns.values()), (None,) * len(columns))
    return explain.profile(as_read, labels, noun=noun, kinds=kinds)


def distinctive_columns(profile: explain.Profile, most: int) -> NDArray[np.intp]:
    """Indices of the columns in which some group differs most from the mean of all rows, ascending."""
    far = abs(profile.differences).max(axis=0, initial=0.0)
    return np.sort(np.argsort(-far, kind="stable")[:most])
