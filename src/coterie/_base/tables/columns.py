# SPDX-License-Identifier: BSD-3-Clause
"""The columns of tables: their names, and whether new data have those of the fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..containers import column_labels, is_lazy, is_table, is_vector, native, table_columns
from ..warnings import warn

if TYPE_CHECKING:
    from numpy.typing import NDArray


def column_names(X: object) -> NDArray[np.object_] | None:
    """The column names of a table if all are text, else None.

    Raises
    ------
    TypeError
        Some names are text and some are not.
    """
    X = native(X)
    names = column_labels(X)
    if names is None or is_lazy(X) or holds_vectors(X):  # a plan is an error wherever the data are read
        return None
    types = sorted({type(each).__qualname__ for each in names})
    if types == ["str"]:
        return np.asarray(names, dtype=object)
    if "str" in types:
        raise TypeError(
            "Feature names are only supported if all input features have string names, but your input has "
            f"{types} as feature name / column name types. If you want feature names to be stored and validated, you "
            "must convert them all to strings, by using X.columns = X.columns.astype(str) for example. Otherwise you "
            "can remove feature / column names from your input data, or convert them all to a non-string data type."
        )
    return None


def holds_vectors(X: object) -> bool:
    """Whether the only column of a table holds vectors, so that it is a matrix and has no names for its columns."""
    if not is_table(X) or len(column_labels(X)) != 1:
        return False
    (first,) = table_columns(X, slice(1))
    return first.ndim == 2 or (first.dtype.kind == "O" and any(map(is_vector, first)))


def check_column_names(names: NDArray[np.object_] | None, fitted: NDArray[np.object_] | None, owner: str) -> None:
    """Compare the column names of new data with those seen by fit; either may be None (no names).

    Raises
    ------
    ValueError
        The names or their order differ.

    Warns
    -----
    UserWarning
        Only one of the two has names.
    """
    if names is None and fitted is None:
        return
    if fitted is None:
        warn(f"X has feature names, but {owner} was fitted without feature names")
    elif names is None:
        warn(f"X does not have valid feature names, but {owner} was fitted with feature names")
    elif list(names) != list(fitted):
        unseen, missing = sorted(set(names) - set(fitted)), sorted(set(fitted) - set(names))
        message = "The feature names should match those that were passed during fit.\n"
        for title, which in (
            ("Feature names unseen at fit time:\n", unseen),
            ("Feature names seen at fit time, yet now missing:\n", missing),
        ):
            if which:
                message += title + "".join(f"- {each}\n" for each in which[:5]) + "- ...\n" * (len(which) > 5)
        if not unseen and not missing:
            message += "Feature names must be in the same order as they were in fit.\n"
        raise ValueError(message)


def check_n_features(n_features: int, fitted: int, owner: str) -> None:
    """Raise ValueError where new data have another number of columns than fit saw."""
    if n_features != fitted:
        raise ValueError(f"X has {n_features} features, but {owner} is expecting {fitted} features as input.")
