# SPDX-License-Identifier: BSD-3-Clause
"""Rows that come in batches, because all of them do not fit into memory."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from .._base.arrays import as_weights
from .._base.containers import is_table
from .._base.wording import shown
from ..distances._sparse import SparseRows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.estimator import Estimator

    Given: TypeAlias = "Iterable[Any] | Callable[[], Iterable[Any]]"  # what users pass as batches


_NO_MORE: Any = object()


class Batch(NamedTuple):
    """Some rows, checked as `fit` checks rows."""

    rows: Any  # (n, d): what the estimator's `_read` returns, such as a C-ordered float32 or float64 array
    weights: NDArray[np.float64] | None  # (n,), which may all be 0; None where each row counts once


class Batches:
    """Batches that a user gives. To iterate over this object is a pass over them; each batch is checked on the way.

    A user gives an iterable, or a callable that returns one anew each time. A batch is rows in any container that `fit`
    takes, or a tuple (rows, weights). Batches without rows are passed over. Of the batches, one at a time is held here.

    Attributes
    ----------
    is_one_shot : whether only one pass is possible: an iterator, such as a generator
    seen : what describes the columns, for `_become`; all batches have the same. None before the first batch
    dtype : float32 if all rows so far are, else float64. What `_read` returns for a batch has the type of that batch
    n_rows : of a pass; None before the end of the first one
    """

    def __init__(self, batches: Given, estimator: Estimator) -> None:
        """
        Raises
        ------
        TypeError
            `batches` is not iterable, or is one table or text.
        """
        if isinstance(batches, str | bytes | dict) or is_table(batches) or getattr(batches, "ndim", 3) < 3:
            raise TypeError(
                f"batches must be an iterable of batches of rows, such as a list of arrays, got {shown(batches)}. "
                "Use fit for rows that are one array or table."
            )
        if not isinstance(batches, Iterable) and not callable(batches):
            raise TypeError(
                f"batches must be an iterable of batches of rows, or a callable that returns one, got {shown(batches)}"
            )
        self._given, self._estimator = batches, estimator
        self.is_one_shot = isinstance(batches, Iterator)
        self.seen: dict[str, Any] | None = None
        self.dtype: np.dtype[Any] = np.dtype(np.float32)
        self.n_rows: int | None = None
        self._is_sparse = False  # all batches are, or none is

    def __iter__(self) -> Iterator[Batch]:
        """One pass.

        Raises
        ------
        ValueError, TypeError
            A batch is not what `fit` accepts, or its columns are not those of the batches before; the message names
            the batch. Or there are no rows, or not as many as in the pass before.
        """
        given: Any = self._given
        iterator = iter(given if isinstance(given, Iterable) else given())
        n_rows = number = 0
        # No name of this function holds a batch while the next one is made.
        while (batch := next(iterator, _NO_MORE)) is not _NO_MORE:
            if _has_rows(batch):
                with _naming_batch(number):
                    batch = self._check(batch)
                n_rows += len(batch.rows)
                self._check_count(n_rows, is_all=False)
                yield batch
            batch = None
            number += 1
        self._check_count(n_rows, is_all=True)
        self.n_rows = n_rows

    def _check(self, batch: Any) -> Batch:
        rows, weights = batch if _is_pair(batch) else (batch, None)
        rows, seen = self._estimator._read(rows)
        is_sparse = isinstance(rows, SparseRows)
        if self.seen is None:
            self.seen, self._is_sparse = seen, is_sparse
        else:
            _check_columns(seen, self.seen)
        if is_sparse != self._is_sparse:
            one, other = ("sparse", "dense") if is_sparse else ("dense", "sparse")
            raise ValueError(f"it is {one}, but the batches before are {other}.")
        self.dtype = np.result_type(self.dtype, rows.dtype)
        return Batch(rows, as_weights(weights, len(rows), may_be_zero=True))

    def _check_count(self, n_rows: int, is_all: bool) -> None:
        before = self.n_rows
        if is_all and n_rows == 0 and not before:
            raise ValueError("There are no rows: batches is empty, or has only batches without rows.")
        if before is not None and (n_rows > before or (is_all and n_rows < before)):
            raise ValueError(
                f"batches must give the same rows in each pass, but gave {before} rows in the first one and "
                f"{n_rows}{'' if is_all else ' or more'} in a later one."
            )


def _is_pair(batch: object) -> bool:
    return isinstance(batch, tuple) and len(batch) == 2


def _has_rows(batch: Any) -> bool:
    """False if there are none; whatever else is odd about a batch is for others to say."""
    rows = batch[0] if _is_pair(batch) else batch
    shape = getattr(rows, "shape", None)
    if shape is None:
        try:
            return len(rows) > 0
        except TypeError:
            return True
    return not len(shape) or shape[0] != 0


def _check_columns(seen: dict[str, Any], first: dict[str, Any]) -> None:
    found, expected = seen["n_features_in_"], first["n_features_in_"]
    if found != expected:
        raise ValueError(f"it has {found} columns, but the batches before have {expected}.")
    names: Any = seen.get("feature_names_in_")
    first_names: Any = first.get("feature_names_in_")
    if (names is None) != (first_names is None):
        raise ValueError(
            f"its columns have {'no ' if names is None else ''}names, but those of the batches before have "
            f"{'none' if first_names is None else 'names'}."
        )
    if names is not None and list(names) != list(first_names):
        j = int((names != first_names).argmax())
        raise ValueError(
            f"the name of its column {j} is {shown(names[j])}, but that of the batches before is "
            f"{shown(first_names[j])}."
        )


@contextlib.contextmanager
def _naming_batch(number: int) -> Iterator[None]:
    """Errors name the batch."""
    where = f"Batch {number} (the first one is batch 0): "
    try:
        yield
    except TypeError as error:
        raise TypeError(where + str(error)) from error
    except ValueError as error:
        raise ValueError(where + str(error)) from error
