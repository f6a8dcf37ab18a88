# SPDX-License-Identifier: BSD-3-Clause
"""Estimators in files: `save` and `load`. What comes from a file is checked against what its class declares."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from typing import IO, TYPE_CHECKING, Any

from . import npz, public_names

if TYPE_CHECKING:
    from .estimator import Estimator

# The classes that a file may name, by their public names, which outlive a move of the code.
_CLASSES = (
    "coterie.AgglomerativeClustering",
    "coterie.DBSCAN",
    "coterie.DivisiveClustering",
    "coterie.HDBSCAN",
    "coterie.KMeans",
    "coterie.KMedoids",
    "coterie.KModes",
    "coterie.KPrototypes",
    "coterie.OPTICS",
    "coterie.BisectingKMeans",
    "coterie.KMedians",
    "coterie.MiniBatchKMeans",
    "coterie.SphericalKMeans",
    "coterie.SizeConstrainedKMeans",
    "coterie.neighbors.NearestNeighbors",
    "coterie.scaling.Scaler",
)


def load(path: str | os.PathLike[str]) -> Any:
    """Read an estimator from a file that its method `save` wrote.

    Parameters
    ----------
    path : str or path-like
        The file.

    Returns
    -------
    Estimator
        An estimator of the class that was saved. Its attributes and predictions are the same bits.

    Raises
    ------
    ValueError
        The file is not a saved model, has another version of the format, or has values that `fit` cannot produce.
    OSError
        The file can't be read, or its arrays don't fit into memory.

    Notes
    -----
    Loading runs no code from the file, and checks everything. Sizes are compared with the size of the file and with the
    available memory before anything is read. Parameters must be valid, and each attribute must have the type, shape and
    range that the class declares. Linkage matrices must be valid, and labels must belong to their cut. So you can load
    files from any source; but the model in a file may be different from what its name says.

    Examples
    --------
    >>> import coterie
    >>> coterie.KMeans(n_clusters=2, random_state=0).fit([[0.0], [1.0], [9.0]]).save("model.npz")
    >>> coterie.load("model.npz")
    KMeans(n_clusters=2, random_state=0)
    """
    return load_parts(path)[0]["model"]


def save_parts(file: IO[bytes], parts: Mapping[str, Estimator], facts: Mapping[str, Any] | None = None) -> None:
    """Write estimators (a "model", and maybe a "scaler") and facts, which are arrays and what JSON can hold."""
    written = {}
    for part, each in parts.items():
        name = name_of(type(each))
        if name is None:
            raise TypeError(
                f"{part} is a {type(each).__qualname__}, which can't be saved without pickle. Only "
                "estimators of coterie can be saved."
            )
        params = each.get_params(deep=False)
        state = {key: value for key, value in each.__dict__.items() if key not in params}
        written[part] = {"class": name, "params": params, "state": state}
    arrays = npz.encode({"parts": written, "facts": dict(facts or {})})
    for each in parts.values():
        each._check_state()  # or `load_parts` would refuse it
    npz.write(file, arrays)


def load_parts(path: str | os.PathLike[str]) -> tuple[dict[str, Estimator], dict[str, Any]]:
    """Read the estimators and the facts that `save_parts` wrote; check the estimators, but not the facts."""
    with npz.reading(path):
        tree = npz.read(path)
        _check_keys("it", tree, ("parts", "facts"))
        _check_keys("it", tree["parts"], ("model",), ("scaler",))
        if not isinstance(tree["facts"], dict):
            raise ValueError("its facts are not a table of names and values")
        parts = {}
        for part, each in tree["parts"].items():
            _check_keys(f"its {part}", each, ("class", "params", "state"))
            cls = find_class(each["class"])
            _check_keys(f"the parameters of its {part}", each["params"], cls._defaults())
            _check_keys(f"the state of its {part}", each["state"], (), each["state"].keys() - each["params"].keys())
            estimator = parts[part] = cls(**each["params"])
            estimator.__dict__.update(each["state"])
            estimator._check_state()
        return parts, tree["facts"]


def _check_keys(owner: str, found: object, needed: Collection[str], allowed: Collection[str] = ()) -> None:
    if not isinstance(found, dict):
        raise ValueError(f"{owner} is not a table of names and values")
    for name in needed:
        if name not in found:
            raise ValueError(f"{owner} has no {name!r}")
    for name in found:
        if name not in needed and name not in allowed:
            raise ValueError(f"{owner} has an unknown {name!r}")


def find_class(name: object) -> type[Estimator]:
    """The class of an estimator that has this public name."""
    if name not in _CLASSES:
        old = " That is how earlier versions named classes: fit and save the model again." if ":" in str(name) else ""
        raise ValueError(f"{name!r} is not a class that can be in a file.{old}")
    cls: type[Estimator] = public_names.find(str(name))
    return cls


def name_of(cls: type) -> str | None:
    """The name under which `find_class` finds the class; None for classes that files can't hold."""
    return next((name for name in _CLASSES if public_names.find(name) is cls), None)
