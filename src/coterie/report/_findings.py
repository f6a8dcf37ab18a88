# SPDX-License-Identifier: BSD-3-Clause
"""All that the page tells, worked out step by step."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

import coterie
from coterie import explain, selection
from coterie._base import html
from coterie._base.layout import wrap
from coterie._base.lazy import lazy_property
from coterie._base.notebook import Card, InNotebooks, bullets
from coterie._base.tables.kind_hints import ColumnKind, hint
from coterie._base.tables.mixed import Columns
from coterie._base.tables.table import Table
from coterie._base.wording import as_column, count, sentence, shortlist
from coterie._base.wording import share as percent
from coterie.report._chapters.names import called
from coterie.report._data import Data, Scaling, find_correlated, prepare, scaling_of
from coterie.report._grouping import Grouping, choose_groups, say_asked
from coterie.report._places import Spot, say_spot
from coterie.report._ratios import Ratio, telling_ratios
from coterie.report._settings import Settings
from coterie.selection._table_rows import read_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LARGE, _MOST_TITLED = 0.8, 3  # Cohen's d of what a title names, and how many columns these are
_MANY_LEFT_OUT = 0.05  # share of the rows
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
    recommendation : coterie.selection.Recommendation
        What the data suggest, how clearly, with reasons, doubts and all that was compared. Where the number of groups
        was asked for, or where there is no structure and the groups are a convenient cut, `labels` are others than
        those in it.
    reasons, doubts : list of str
        What speaks for the groups, and what against them.
    titles : list of str
        For each group, what is high or low, many or few in it: "many visits, low spend per visit"; empty where nothing
        is so by a large effect.
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
    recommendation: selection.Recommendation
    grouping: Grouping
    scaling: Scaling | None
    rows: NDArray[np.floating]
    still: NDArray[np.floating]
    owner: NDArray[np.intp]
    ratios: list[Ratio]
    profile: explain.Profile
    scores: NDArray[np.float64]

    @property
    def labels(self) -> NDArray[np.int64]:
        return self.data.all_rows(self.grouping.labels.astype(np.int64), -1)

    @property
    def used(self) -> NDArray[np.bool_]:
        return self.data.all_rows(np.ones(self.data.n_rows, bool), False)

    @property
    def n_clusters(self) -> int:
        return self.grouping.n_clusters

    @lazy_property
    def sentences(self) -> list[str]:
        places, profile = self.data.places, self.profile
        if places is None:
            return [sentence(text) for text in profile.sentences]
        others = [name for name in (*self.data.table.names, *self.data.table.texts) if name not in self.data.grouped]
        told = profile
        if others:
            told = describe(self.data, [], self.grouping.labels, profile.noun, others)
        found = []
        for i, text in enumerate(told.sentences):
            head, body = text.split(": ", 1 + profile.noun.count(": "))[-2:]
            where = [say_spot(self.spots[i])] if i < len(self.spots) else []
            found.append(sentence(f"{head}: {'; '.join([*where, *[body] * bool(others)]) or 'far from the others'}"))
        return found

    @lazy_property
    def titles(self) -> list[str]:
        """For each group, in which columns most of it is above or below most of the rows: up to three, of large
        effects, the largest first; empty where there is none, and for places."""
        if self.data.places is not None:
            return [""] * self.n_clusters
        profile = self.profile
        codes = {name for name, kind in self.data.table.kinds.items() if kind.kind in ("binary", "category")}
        found = []
        for medians, effects in zip(profile.medians, profile.distinctness, strict=True):
            told: list[str] = []
            for j in np.argsort(-abs(effects), kind="stable").tolist():
                if profile.feature_names[j] in codes:
                    continue
                is_more = effects[j] > 0
                apart = medians[j] - profile.overall_medians[j]
                if abs(effects[j]) >= _LARGE and len(told) < _MOST_TITLED and (apart > 0 if is_more else apart < 0):
                    told.append(f"{self._word(profile.feature_names[j], is_more)} {profile.feature_names[j]}")
            found.append(", ".join(told))
        return found

    def _word(self, name: str, is_more: bool) -> str:
        kind = self.data.table.kinds.get(name)
        if kind is not None and (kind.kind == "count" or hint(name) == "count"):
            return "many" if is_more else "few"
        return "high" if is_more else "low"

    @lazy_property
    def spots(self) -> list[Spot]:
        """Where the groups are, if the rows are places."""
        return [] if self.data.places is None else self.data.places.spots(self.grouping.labels)

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
                int(self.grouping.labels[row]),
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
        label = self.grouping.labels[row]
        if self.data.places is not None:
            return self.data.places.say_distance(row, self.spots, int(label))
        members = self.grouping.labels == label if label >= 0 else np.ones(self.data.n_rows, dtype=bool)
        group = self.still[members]
        spread = group.std(axis=0)
        spread = np.where(spread > 0, spread, 1.0)
        far = abs(self.still[row] - np.median(group, axis=0)) / spread
        of_columns = np.zeros(len(self.data.grouped))
        np.maximum.at(of_columns, self.owner, far)
        of_whom = "of the group" if label >= 0 else "of all rows"
        phrases: list[str] = []
        for j in np.argsort(-of_columns, kind="stable")[:3].tolist():
            if of_columns[j] < 1 and phrases:
                break
            name, column = self.data.grouped[j], self.data.columns.arrays[j]
            if name in self.data.categories:
                same = float(np.mean(column[members] == column[row]))
                value = f"{column[row]:g}" if isinstance(column[row], float) else column[row]
                phrases.append(f"{name} {value} ({percent(same)} {of_whom})")
                continue
            value, typical = as_column([column[row], float(np.median(column[members]))])
            phrases.append(f"{name} {value} (median {of_whom} {typical})")
        return "; ".join(phrases)

    def __repr__(self) -> str:
        return (
            f"<Findings of {self.data.n_rows:,} {self.profile.noun} in {count(self.n_clusters, 'group')}; print() "
            "shows them>"
        )

    def __str__(self) -> str:
        few = [f"{row.name}: {row.why}" for row in self.unusual[:_FEW]]
        doubts = [f"- {doubt}" for doubt in self.doubts]
        head = [f"{self.headline} {self.verdict}".rstrip(), *wrap(doubts, 100)]
        return "\n".join([*head, "", *wrap(self.sentences, 100), "", "Most unusual:", *wrap(few, 100)])

    def _card(self) -> Card:
        rows = [[each.name, "in none" if each.group < 0 else f"{each.group}", each.why] for each in self.unusual]
        is_found = self.grouping.origin == "recommended"
        return self.profile._card()._replace(
            title=self.headline.rstrip("."),
            state=self.recommendation.confidence if is_found else "",
            is_open=not is_found or self.recommendation.confidence != "clear",
            sentences=self.sentences,
            doubts=self.doubts,
            folded={
                "Reasons": bullets(self.reasons),
                "Most unusual rows": html.table(["row", "group", "why"], rows, [1, 2]),
            },
        )

    @property
    def subject(self) -> str:
        """What the page is about."""
        columns = self.data.grouped
        used, given = self.data.n_rows, self.data.n_given
        of = f" of {given:,}" if used < given else ""
        told = f"{used:,}{of} {self.profile.noun}, grouped by likeness in {count(len(columns), 'column')}"
        return f"{told}: {shortlist(columns, 8)}"

    @property
    def headline(self) -> str:
        """How many groups there are, by which method."""
        method = called(self.grouping.method)
        if self.grouping.origin == "cut":
            return f"No groups: a convenient cut into {count(self.n_clusters, 'part')}."
        return f"{count(self.n_clusters, 'group')} by {method}."

    @property
    def verdict(self) -> str:
        """How far to trust the groups."""
        return _VERDICTS[
            self.recommendation.confidence if self.grouping.origin == "recommended" else self.grouping.origin
        ]

    @property
    def reasons(self) -> list[str]:
        if self.grouping.origin == "asked":
            return [f"You asked for {count(self.n_clusters, 'group')}."]
        return [sentence(text) for text in self.recommendation.reasons]

    @property
    def doubts(self) -> list[str]:
        told = say_asked(self.grouping, self.recommendation)
        if self.grouping.origin != "asked":
            told = [sentence(text) for text in self.recommendation.doubts]
        without = 1 - self.data.n_rows / self.data.n_given
        if without >= _MANY_LEFT_OUT:
            told.append(
                f"{percent(without)} of the rows were left out because values are missing in them; if there is a "
                "reason why, the groups are not those of all rows."
            )
        if (filled := self.data.table.n_filled / self.data.n_rows) >= _MANY_LEFT_OUT:
            told.append(
                f"In {percent(filled)} of the rows missing values were filled in by what is usual in the column, which "
                "moves these rows towards the middle."
            )
        return told

    @lazy_property
    def correlated(self) -> list[tuple[str, str, float]]:
        """Pairs of columns that are nearly the same, and their correlation, the strongest first."""
        if self.scaling is None:
            return []
        columns = [self.data.grouped.index(name) for name in self.scaling.names]
        places = [int(np.flatnonzero(self.owner == j)[0]) for j in columns]
        return find_correlated(self.still[:, places], self.scaling.names)


_VERDICTS = {
    "clear": "They are clear: nothing of weight speaks against them.",
    "doubtful": "They are doubtful:",
    "no structure": "",
    "cut": "The rows form no groups by themselves. A cut can be useful, as sizes of shirts are, but others would do as "
    "well.",
    "asked": "Their number was asked for.",
}


def find(table: Table, settings: Settings) -> Findings:
    """Give columns their use, ask for a recommendation, and describe the groups."""
    data = prepare(table, settings)
    scale = "none" if data.places is not None else settings.scale
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", coterie.ClusteringWarning)  # the page says it
        warnings.simplefilter("ignore", coterie.FeatureScaleWarning)
        warnings.simplefilter("ignore", coterie.ConvergenceWarning)
        columns: Any = data.columns
        found = selection.recommend(
            columns, kinds=data.kinds, scale=scale, random_state=settings.seed, n_jobs=settings.n_jobs
        )
        table_rows = read_table(columns, data.kinds, scale)
        spread, still = table_rows.spread_rows(), table_rows.rows()
        grouping = choose_groups(found, spread, settings.n_clusters, settings.seed, settings.n_jobs)
    ratios = [] if data.places is not None else telling_ratios(data.table, grouping.labels)
    profile = describe(data, ratios, grouping.labels, settings.noun)
    scaling = None if data.places is not None else scaling_of(data, found.scaler, settings.scale, table_rows)
    reads_categories = grouping.method in ("k-prototypes", "k-modes", "k-medoids")
    outliers = coterie.outlier_scores(table_rows.mixed() if reads_categories else still, grouping.model)
    return Findings(data, found, grouping, scaling, spread, still, table_rows.owner, ratios, profile, outliers)


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


def columns_to_draw(profile: explain.Profile, most: int) -> tuple[list[str], int]:
    """The columns in which some group differs most, in as many lines of a picture, and how many lines that are: one for
    a column of numbers, and one for each of the most frequent values of a category."""
    far = dict(zip(profile.feature_names, abs(profile.differences).max(axis=0, initial=0.0).tolist(), strict=True))
    lines = dict.fromkeys(profile.feature_names, 1)
    for name, category in profile.categories.items():
        spread = np.sqrt(category.overall * (1 - category.overall))
        apart = abs(category.shares - category.overall) / np.where(spread > 0, spread, 1.0)
        far[name], lines[name] = float(np.nan_to_num(apart).max(initial=0.0)), min(len(category.values), 5)
    chosen, n_lines = [], 0
    for name in sorted(far, key=lambda name: -far[name]):
        if n_lines + lines[name] <= most:
            chosen.append(name)
            n_lines += lines[name]
    return chosen, n_lines


def distinctive_columns(profile: explain.Profile, most: int) -> NDArray[np.intp]:
    """Indices of the columns in which some group differs most from the mean of all rows, ascending."""
    far = abs(profile.differences).max(axis=0, initial=0.0)
    return np.sort(np.argsort(-far, kind="stable")[:most])
