# SPDX-License-Identifier: BSD-3-Clause
"""What a call must not do: exceptions that are not allowed, changed arguments, and NaN."""

from __future__ import annotations

import ast
import contextlib
import functools
import linecache
import os
import traceback
import warnings
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import numpy as np

import coterie

HERE = str(Path(__file__).parent)
PACKAGE = str(Path(coterie.__file__).parent)
ALLOWED = (ValueError, TypeError, MemoryError, ImportError, OSError, coterie.NotFittedError, coterie.Cancelled)

# Libraries that may refuse what they were made for: an argument that coterie hands on.
HANDS_ON = {"coterie.plot": ("matplotlib", "PIL"), "coterie.hierarchy.dendrogram": ("matplotlib",)}
# Libraries that may be missing, in which case Python says which.
OPTIONAL = ("joblib", "matplotlib", "pandas", "PIL", "polars", "scipy", "sklearn", "tqdm")
# What is documented beside that.
DOCUMENTED = {
    "coterie.hierarchy.DisjointSet": (KeyError, TypeError, ValueError),  # Python's, for elements
    "coterie.AgglomerativeClustering": (NotImplementedError,),  # of connectivity
}
# The documentation tells where there is NaN.
MAY_BE_NAN = {
    "pdist",
    "cdist",
    "squareform",
    "cophenet",  # undefined distances; correlation with distances that are all equal
    "drift",
    "profile",
    "Profile.table",
    "Profile.to_pandas",  # clusters without rows, columns without values
    "sweep",
    "recommend",
    "suggest_k",
    "suggest_min_cluster_size",
    "Sweep.to_pandas",
    "Sweep.best",  # scores of a clustering that has none
    "write_report",  # the same, and rows that were left out
}
NUMPYS = (RuntimeWarning, getattr(np, "exceptions", np).ComplexWarning)  # a later numpy may deprecate anything
MAY_CHANGE = {"out", "ax"}  # by their purpose; random generators move on and are not looked at


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def snapshot(value: object) -> object:
    """What an argument holds, to be compared later; None for what is not looked at."""
    with contextlib.suppress(Exception), quiet():
        if isinstance(value, np.ma.MaskedArray):
            return snapshot(value.data), snapshot(np.ma.getmaskarray(value))
        if isinstance(value, np.ndarray):
            return (value.shape, value.dtype.str, value.tolist() if value.dtype.hasobject else value.tobytes())
        if hasattr(value, "tocsr"):
            return [snapshot(getattr(value, each, None)) for each in ("data", "indices", "indptr", "row", "col")]
        if type(value).__module__.split(".")[0] in ("pandas", "polars", "pyarrow"):
            return str(value)
        if isinstance(value, list | tuple | dict | bytearray):
            return repr(value)
    return None


def leaves(value: object, depth: int = 4) -> Iterator[object]:
    """The numbers and arrays that a result holds."""
    if isinstance(value, dict):
        parts = value.values()
    elif isinstance(value, list | tuple):
        parts = value[:50]
    elif type(value).__module__.startswith("coterie") and hasattr(value, "__dict__"):
        parts = list(vars(value).values())
    else:
        yield value
        return
    if depth:
        for part in parts:
            yield from leaves(part, depth - 1)


def has_nan(value: object, infinite: bool = False) -> bool:
    for leaf in leaves(value):
        if hasattr(leaf, "tocsr"):
            leaf = getattr(leaf, "data", None)
        if infinite and np.ma.is_masked(leaf):
            return True
        with contextlib.suppress(Exception), quiet():
            if isinstance(leaf, float | np.floating | np.ndarray) or infinite:
                numbers = np.asarray(leaf)
                if numbers.dtype.kind == "O":
                    if infinite and any(each is None for each in numbers.ravel()):
                        return True
                    numbers = np.array([each for each in numbers.ravel() if isinstance(each, float | Decimal)], float)
                if numbers.dtype.kind in "fc" and not (np.isfinite(numbers) if infinite else ~np.isnan(numbers)).all():
                    return True
    return False


@functools.cache
def raises(path: str) -> list[tuple[int, int]]:
    """First and last line of each raise statement in a file."""
    tree = ast.parse("".join(linecache.getlines(path)) or "0")
    return [(node.lineno, node.end_lineno) for node in ast.walk(tree) if isinstance(node, ast.Raise)]


def judge_error(error: BaseException, target: str, calls: bool) -> str | None:
    """Why an exception is not allowed, if it isn't. `calls`: an argument is a function, which may be at fault."""
    frames = traceback.extract_tb(error.__traceback__)
    path, line = frames[-1].filename, frames[-1].lineno
    if path.startswith(HERE) and Path(path).name == "values.py":
        return None  # the argument's own
    if isinstance(error, NotImplementedError) and f"{os.sep}scipy{os.sep}" in path:
        return None  # some sparse matrices have no rows to iterate over
    if any(target.startswith(each) and isinstance(error, kinds) for each, kinds in DOCUMENTED.items()):
        return None
    if calls and isinstance(error, TypeError):
        return None
    if not isinstance(error, ALLOWED):
        return f"ends in {type(error).__name__}"
    if not str(error).strip():
        return f"ends in {type(error).__name__} without a message"
    for start, libraries in HANDS_ON.items():
        if target.startswith(start) and any(f"{os.sep}{library}{os.sep}" in path for library in libraries):
            return None
    if isinstance(error, ModuleNotFoundError) and error.name in OPTIONAL:
        return None
    if isinstance(error, OSError) and not path.startswith(PACKAGE):
        return None  # of the system, for a path
    if (
        path == "<frozen os>"
        or isinstance(error, UnicodeEncodeError)
        or any(each in str(error) for each in ("embedded null", "unexpected keyword argument"))
    ):
        return None  # of what is no path; of a name that is no parameter
    if not path.startswith(PACKAGE) or not any(first <= line <= last for first, last in raises(path)):
        if isinstance(error, OSError):
            return None
        return f"ends in a bare {type(error).__name__}, which no check of coterie's raised"
    return None
