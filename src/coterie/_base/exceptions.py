# SPDX-License-Identifier: BSD-3-Clause
"""Exceptions and warnings; if scikit-learn is loaded, those with its names are also subclasses of its own."""

from __future__ import annotations

import functools
import sys
from typing import Any


class NotFittedError(ValueError, AttributeError):
    """An estimator was used before it was fitted.

    If scikit-learn is loaded, it can also be caught as ``sklearn.exceptions.NotFittedError``.
    """

    def __reduce__(self) -> tuple[Any, ...]:
        return _make, (NotFittedError, *self.args)


class ConvergenceWarning(UserWarning):
    """An algorithm did not converge, or found fewer clusters than requested.

    If scikit-learn is loaded, it can also be caught as ``sklearn.exceptions.ConvergenceWarning``.
    """

    def __reduce__(self) -> tuple[Any, ...]:
        return _make, (ConvergenceWarning, *self.args)


class ClusteringWarning(UserWarning):
    """The result is correct for these parameters, but probably not useful; the message says what to try."""


class FeatureScaleWarning(UserWarning):
    """One feature varies so much more than all the others that distances hardly depend on the others.

    `fit` gives this warning if there are two or more features, one of them has at least 95% of their total variance,
    and the metric adds up differences. ``warnings.filterwarnings("ignore", category=coterie.FeatureScaleWarning)``
    silences it.
    """


for _each in (NotFittedError, ConvergenceWarning, ClusteringWarning, FeatureScaleWarning):
    _each.__module__ = "coterie"  # where users find them


def also_sklearns(ours: type) -> type:
    """`ours`, or a subclass of it and of scikit-learn's class of that name where scikit-learn is loaded by now."""
    theirs = getattr(sys.modules.get("sklearn.exceptions"), ours.__name__, None)
    return ours if theirs is None else _joined(ours, theirs)


@functools.cache
def _joined(ours: type, theirs: type) -> type:
    return type(ours.__name__, (ours, theirs), {"__module__": ours.__module__, "__doc__": ours.__doc__})


def _make(ours: type, *args: object) -> object:
    """Unpickle: the joined classes can't be looked up by name, and the reader may not have scikit-learn."""
    return also_sklearns(ours)(*args)
