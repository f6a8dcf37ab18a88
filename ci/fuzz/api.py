# SPDX-License-Identifier: BSD-3-Clause
"""Call every public function and method with arguments that are wrong in one way or another.

python ci/fuzz/api.py --minutes 30 --seed 1        # prints each call that did what is not allowed
python ci/fuzz/api.py --seed 1 --case 1234         # one case again, in this process

What is public is found by walking the modules: a new function or method is called without being entered here, once its
required parameters have a name that `Data` knows. Allowed are a result and an exception of the documented kinds that
coterie raised itself, with a message. Not allowed are crashes, hangs, other exceptions, numpy's bare errors and its
warnings, changed arguments, and NaN in results of finite arguments where the documentation says nothing of NaN.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import dataclasses
import functools
import importlib
import inspect
import itertools
import linecache
import os
import pkgutil
import random
import sys
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import children
import numpy as np
import values

import coterie
from coterie import hierarchy

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
# Not called: made for those within that have checked their numbers.
WITHIN = {"coterie.distances.Metric.as_length"}
# Not called with wrong values: `deep` is read as Python's `if` does, as in scikit-learn.
LEFT_OUT = {"deep"}
# Large numbers are taken at their word, and take forever.
LONG = {"n_init", "stability"}
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
    "suggest_k",
    "Sweep.to_pandas",
    "Sweep.best",  # scores of a clustering that has none
}
NUMPYS = (RuntimeWarning, getattr(np, "exceptions", np).ComplexWarning)  # a later numpy may deprecate anything
MAY_CHANGE = {"out", "ax"}  # by their purpose; random generators move on and are not looked at


# ------------------------------------------------------------------------------------------- what is public


def public_modules() -> list[Any]:
    names = [found.name for found in pkgutil.iter_modules(coterie.__path__) if not found.name.startswith("_")]
    return [coterie, *(importlib.import_module(f"coterie.{name}") for name in names if name not in ("cli", "data"))]


@dataclasses.dataclass(frozen=True)
class Target:
    """Something to call: a function, or a constructor followed by a method."""

    name: str
    function: Callable | None = None
    cls: type | None = None
    method: str = ""
    maker: Target | None = None  # of an object whose class is not called by hand

    @functools.cached_property
    def parameters(self) -> dict[str, inspect.Parameter]:
        found = {}
        if self.cls is not None and self.maker is None:
            found.update({f"{name}": each for name, each in inspect.signature(self.cls).parameters.items()})
        if self.method:
            own = inspect.signature(getattr(self.cls, self.method)).parameters
            found.update({f".{name}": each for name, each in own.items() if name != "self"})
        if self.function is not None:
            found.update(inspect.signature(self.function).parameters)
        return found


def targets() -> list[Target]:
    found: dict[str, Target] = {}
    seen = set()
    made: dict[type, Target] = {}
    classes = []
    for module in public_modules():
        for name in module.__all__:
            each = getattr(module, name)
            if not callable(each) or id(each) in seen:
                continue
            seen.add(id(each))
            full = f"{module.__name__}.{name}"
            if inspect.isclass(each):
                if not issubclass(each, BaseException):
                    classes.append((full, each))
            else:
                found[full] = Target(full, function=each)
    for target in list(found.values()):  # objects that only functions make
        with contextlib.suppress(ImportError, OSError), quiet():
            made.setdefault(type(call(target, Data(random.Random(0)), {})), target)
    tidy(None)
    for full, cls in classes:
        is_record = dataclasses.is_dataclass(cls) or issubclass(cls, tuple)
        by_hand = hasattr(cls, "get_params") or (cls not in made and not is_record)
        if not by_hand and cls not in made:
            continue
        maker = None if by_hand else made[cls]
        methods = [name for name in dir(cls) if is_public_method(cls, name)]
        for method in methods:
            found[f"{full}.{method}"] = Target(f"{full}.{method}", cls=cls, method=method, maker=maker)
        if not methods and by_hand:
            found[full] = Target(full, cls=cls)
        if not by_hand:
            found[f"str({full})"] = Target(f"str({full})", cls=cls, method="__str__", maker=maker)
    return [target for name, target in found.items() if name not in WITHIN]


def is_public_method(cls: type, name: str) -> bool:
    method = getattr(cls, name, None)
    is_ours = str(getattr(method, "__module__", "")).startswith("coterie")
    # scikit-learn's requests for metadata are its own functions, and an error unless it is set up for them.
    return not name.startswith("_") and callable(method) and is_ours and not name.endswith(("_request", "_routing"))


# ------------------------------------------------------------------------------------------- valid arguments


class Data:
    """Valid arguments by their names, of one data set."""

    def __init__(self, draw: random.Random) -> None:
        rng = np.random.default_rng(draw.randrange(2**32))
        n, d = draw.choice([8, 12, 12, 30, 70]), draw.choice([2, 2, 3, 9])
        self.n = n
        self.X = rng.normal(size=(n, d)) + 8 * rng.integers(0, 2, (n, 1))
        self.labels = np.arange(n) % 3
        self.draw = draw

    @functools.cached_property
    def y(self) -> np.ndarray:
        return coterie.distances.pdist(self.X)

    @functools.cached_property
    def Z(self) -> np.ndarray:
        return hierarchy.linkage(self.y, "average")

    @functools.cached_property
    def model(self) -> Any:
        return coterie.KMeans(2, random_state=0).fit(self.X)

    @functools.cached_property
    def profile(self) -> Any:
        return coterie.explain.profile(self.X, self.labels)

    @functools.cached_property
    def path(self) -> str:
        coterie.KMeans(2, random_state=0).fit(self.X).save("model.npz")
        return "model.npz"

    def valid(self, name: str, target: str) -> Any:
        """A valid argument; KeyError where none is known."""
        own = target.rsplit(".", 1)[-1]
        table = {
            "X": self.X,
            "XA": self.X,
            "XB": self.X[:5],
            "X_new": self.X[:5],
            "Y": self.X[:4],
            "reference": self.X,
            "y": self.y,
            "Z": self.Z,
            "R": None,
            "T": None,
            "labels": self.labels,
            "labels_true": self.labels,
            "labels_pred": self.labels[::-1],
            "previous": self.labels,
            "a": self.labels,
            "b": self.labels[::-1],
            "T1": self.labels,
            "T2": self.labels,
            "latitude": self.X[:, 0],
            "longitude": self.X[:, 0],
            "km": self.X[0],
            "radians": self.X[0],
            "sample_weight": np.ones(self.n),
            "n_clusters": 2,
            "k": 2,
            "radius": 1.0,
            "eps": 0.5,
            "t": 1.0,
            "i": 3,
            "n": 2,
            "metric": "euclidean",
            "palette": ["r", "b"],
            "elements": [1, 2, 3],
            "x": 1,
            "grid": {"n_clusters": [2, 3]},
            "image": np.zeros((4, 5, 3)),
            "distances": np.sort(self.y),
            "score": "silhouette",
            "monocrit": self.Z[:, 2],
            "x_squared_norms": np.ones(self.n),
            "centers": self.X[:2],
            "init": self.X[:2],
            "contingency": np.ones((2, 3)),
            "height": 1.0,
            "out": None,
            "names": None,
            "feature_names": [f"f{i}" for i in range(self.X.shape[1])],
            "clusters": self.labels,
            "width": 80,
            "input_features": [f"f{i}" for i in range(self.X.shape[1])],
            "id": 0,
            "method": "single",
        }
        if name in ("R", "T", "model", "estimator", "model_or_profile", "profile", "sweep", "path"):
            return {
                "R": lambda: hierarchy.inconsistent(self.Z),
                "T": lambda: hierarchy.fcluster(self.Z, 1.0, "distance"),
                "model": lambda: self.model,
                "estimator": lambda: coterie.KMeans(2, random_state=0),
                "model_or_profile": lambda: self.profile,
                "profile": lambda: self.profile,
                "sweep": lambda: coterie.selection.sweep(
                    coterie.KMeans(n_init=1, random_state=0), self.X, {"n_clusters": [2, 3]}
                ),
                "path": lambda: self.path,
            }[name]()
        special = {
            ("squareform", "X"): self.y,
            ("cophenet", "Y"): self.y,
            ("correspond", "Y"): self.y,
            ("from_mlab_linkage", "Z"): np.array([[1.0, 2, 0.5], [3, 4, 1.5]]),
            ("connected", "y"): 2,
            ("merge", "y"): 2,
            ("image_segments", "labels"): np.zeros((4, 5), int),
            ("Scaler", "method"): "standard",
            ("radius_counts", "Y"): self.X[:4],
            ("fit", "y"): None,
            ("fit_predict", "y"): None,
            ("fit_transform", "y"): None,
            ("score", "y"): None,
        }
        if (own, name) in special:
            return special[own, name]
        if own == "leaders" and name == "T":
            return hierarchy.fcluster(self.Z, 1.0, "distance")
        return table[name]

    def plausible(self, name: str, target: str) -> Any:
        """Another value that is valid for most functions; what is done with wrong ones may depend on it."""
        words = {
            "metric": [*coterie.distances._metrics.NAMES, "precomputed"],
            "method": list(hierarchy_methods()),
            "linkage": ["ward", "average", "complete", "single"],
            "criterion": ["inconsistent", "distance", "maxclust", "monocrit", "maxclust_monocrit"],
            "truncate_mode": ["lastp", "level"],
            "orientation": ["left", "bottom"],
            "force": ["tomatrix", "tovector"],
            "algorithm": ["elkan", "brute", "kd_tree", "ball_tree"],
            "mode": ["distance"],
            "by": ["first"],
            "average_method": ["min", "max", "geometric"],
            "n_jobs": [1, 2, -1],
            "optimal_ordering": [True],
            "preserve_input": [False],
            "checks": [False],
            "sparse": [True],
            "return_distance": [False],
            "sort_results": [True],
            "distance_threshold": [1.0],
            "compute_distances": [True],
            "n_init": [2],
            "init": ["random"],
            "random_state": [0, np.random.RandomState(0), np.random.default_rng(0)],
            "n_neighbors": [1, 3],
            "min_samples": [1, 3],
            "count_sort": ["ascending", True],
            "no_plot": [True],
            "distance_sort": ["descending"],
            "sample_size": [6],
            "throw": [True],
            "warning": [True],
            "rd": [True],
            "transform": ["pandas", "polars", "default"],
            "callback": [lambda *_: None, lambda *_: False],
            "stability": [2],
            "leaf_size": [1],
            "p": [1.5, 2],
            "verbose": [0],
            "n_clusters": [2, 3, None],
        }
        if name in words:
            return self.draw.choice(words[name])
        return self.valid(name, target)


def hierarchy_methods() -> list[str]:
    return ["single", "complete", "average", "weighted", "centroid", "median", "ward"]


# ------------------------------------------------------------------------------------------- wrong arguments


def has_truth(value: object) -> bool:
    try:
        return bool(value) in (True, False)
    except Exception:
        return False


def hostile(name: str, target: str, default: object, data: Data, draw: random.Random) -> tuple[str, Any]:
    """A wrong value for a parameter, and what to call it."""
    try:
        valid = data.valid(name, target)
    except KeyError:
        valid = None
    kind = draw.random()
    if name in ("Z", "R") and kind < 0.5:
        which = draw.choice(list(values.LINKAGES))
        with contextlib.suppress(ValueError):  # of three columns
            return which, values.LINKAGES[which](np.array(valid))
    if isinstance(valid, np.ndarray | list) and kind < 0.7:
        given = np.array(valid)
        for _ in range(8):  # until one suits the shape
            which = draw.choice(list(values.DATA))
            with contextlib.suppress(Exception), quiet():
                return which, values.DATA[which](given)
    if kind > 0.93 and not isinstance(default, bool):
        others = {
            "X": data.X,
            "model": data.model,
            "KMeans": coterie.KMeans(),
            "DBSCAN": coterie.DBSCAN(),
            "Z": data.Z,
            "labels": data.labels,
            "profile": data.profile,
            "metric": coterie.distances.as_metric("cosine"),
            "Metric('zzz')": coterie.distances.Metric("zzz"),
            "DBSCAN fitted": coterie.DBSCAN(9).fit(data.X),
            "tree": coterie.AgglomerativeClustering(2).fit(data.X),
            "KMeans class": coterie.KMeans,
        }
        which = draw.choice(list(others))
        return which, others[which]
    pool = values.SCALARS if draw.random() < 0.6 else values.CONTAINERS
    while True:
        which = draw.choice(list(pool))
        value = pool[which]()
        if isinstance(default, bool) and not has_truth(value):
            continue  # flags are read as Python's `if` reads them
        if name not in LONG or not isinstance(value, int) or abs(value) < 10:
            return which, value


def fill(target: Target, data: Data, given: dict[str, Any]) -> dict[str, Any]:
    """Arguments for all required parameters: those given, else valid ones."""
    arguments = dict(given)
    if target.method == "cut" and not any(key.startswith(".") for key in given):
        arguments[".n_clusters"] = 2  # one of its arguments, all of which are optional, must be given
    if target.cls is hierarchy.DisjointSet:
        arguments.setdefault("elements", [1, 2, 3])
    if target.function is coterie.selection.suggest_k:  # which takes seconds otherwise
        arguments = {"n_clusters": [2, 3], "stability": 2, **arguments}
    for key, parameter in target.parameters.items():
        optional = parameter.default is not parameter.empty or parameter.kind in (
            parameter.VAR_POSITIONAL,
            parameter.VAR_KEYWORD,
        )
        if key not in arguments and not optional:
            try:
                arguments[key] = data.valid(parameter.name, target.name)
            except KeyError:
                raise LookupError(
                    f"no valid value is known for the parameter {parameter.name!r} of {target.name}: "
                    "enter one in Data.valid of ci/fuzz/api.py"
                ) from None
    return arguments


def call(target: Target, data: Data, given: dict[str, Any]) -> Any:
    arguments = fill(target, data, given)
    plain = {key: value for key, value in arguments.items() if not key.startswith(".")}
    of_method = {key[1:]: value for key, value in arguments.items() if key.startswith(".")}
    if target.function is not None:
        return enter(target.function(**plain))
    if target.maker is not None:
        return getattr(call(target.maker, data, {}), target.method)(**of_method)
    made = target.cls(**plain)
    if not target.method:
        return made
    if hasattr(made, "fit") and not target.method.startswith(("fit", "get_params", "set_params", "set_output")):
        made.fit(data.X)
    result = getattr(made, target.method)(**of_method)
    return made if result is None else result


def enter(result: Any) -> Any:
    """Contexts do their work when they are entered."""
    if hasattr(result, "__enter__") and hasattr(result, "__exit__"):
        with result:
            pass
    return result


# ------------------------------------------------------------------------------------------- verdicts


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


def run(seed: int, number: int, names: list[str] | None = None) -> dict:
    """One case: the call in words, and the finding if there is one."""
    draw = random.Random(f"{seed}:{number}")
    found = _targets()
    if names:
        found = [each for each in found if any(name in each.name for name in names)]
    target = found[number % len(found)]
    data = Data(draw)
    chosen: dict[str, tuple[str, Any]] = {}
    keys = [key for key in target.parameters if key.lstrip(".") not in LEFT_OUT]
    for key in keys:
        parameter = target.parameters[key]
        if parameter.kind not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL) and draw.random() < 0.15:
            with contextlib.suppress(KeyError):
                chosen[key] = "plausible", data.plausible(parameter.name, target.name)
    is_valid = not chosen
    for key in draw.sample(keys, min(len(keys), draw.choice([0, 1, 1, 1, 1, 1, 2, 2, 3]))):
        parameter, is_valid = target.parameters[key], False
        if parameter.kind is parameter.VAR_KEYWORD:
            chosen[key.replace(parameter.name, "p")] = hostile("p", target.name, None, data, draw)
        elif parameter.kind is not parameter.VAR_POSITIONAL:
            chosen[key] = hostile(parameter.name, target.name, parameter.default, data, draw)
    words = ", ".join(f"{key}={shown(name, value)}" for key, (name, value) in chosen.items())
    text = f"{target.name}({words})"
    print(f"CASE {seed}:{number} {text}", file=sys.stderr, flush=True)
    answer = {"call": text, "target": target.name}
    given = {key: value for key, (_, value) in chosen.items()}
    before = {key: snapshot(value) for key, value in given.items()}
    with quiet():
        was_finite = not any(has_nan([value], infinite=True) or callable(value) for value in given.values())
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            result = call(target, data, given)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt | SystemExit) and not isinstance(error, ALLOWED):
                raise
            with contextlib.suppress(Exception):
                answer["error"] = f"{type(error).__name__}: {error}"[:500]
            result, problem = None, judge_error(error, target.name, any(map(callable, given.values())))
            if problem is None and is_valid and not isinstance(error, ImportError):
                problem = "refuses valid arguments"
            if problem:
                answer |= {"finding": problem, "trace": "".join(traceback.format_exception(error))[-3000:]}
    for each in told:
        if (
            issubclass(each.category, NUMPYS)
            and not any(part in each.filename for part in (HERE, "matplotlib"))
            and "Data type alias" not in str(each.message)
        ):
            answer.setdefault("finding", f"warns: {each.category.__name__}: {each.message}")
            answer.setdefault("trace", f"{each.filename}:{each.lineno}")
    for key, value in given.items():
        parameter = key.lstrip(".")
        if (
            parameter in MAY_CHANGE
            or (parameter == "y" and given.get("preserve_input") is False)
            or (parameter == "X" and given.get("copy_x") is False)
        ):
            continue
        if before[key] is not None and snapshot(value) != before[key]:
            answer.setdefault("finding", f"changes its argument {parameter}")
    short = ".".join(target.name.split(".")[2:]) or target.name
    own = target.name.rsplit(".", 1)[-1]
    if was_finite and short not in MAY_BE_NAN and own not in MAY_BE_NAN and has_nan(result):
        answer.setdefault("finding", "answers NaN to finite arguments")
    tidy()
    return answer


def tidy(n_threads: int | None = 2) -> None:
    """Undo what calls change for all that follow."""
    coterie.set_num_threads(n_threads)
    hierarchy.set_link_color_palette(None)
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


def shown(name: str, value: object) -> str:
    if name != "plausible":
        return f"<{name}>"
    with contextlib.suppress(Exception):
        text = repr(value)
        return text if len(text) < 60 else f"<{type(value).__name__}>"
    return "<?>"


@functools.cache
def _targets() -> list[Target]:
    return targets()


def fuzz(
    seed: int,
    seconds: float,
    *,
    first: int = 0,
    most: int | None = None,
    names: list[str] | None = None,
    n_children: int | None = None,
) -> tuple[Counter, list[dict]]:
    """Run cases for so long, or so many. How many there were of each target, and what they found."""
    numbers = itertools.count(first) if most is None else range(first, first + most)
    cases = ({"seed": seed, "number": number, "names": names} for number in numbers)
    counts: Counter = Counter()
    findings = []
    for case, answer in children.drive(__file__, cases, n_children=n_children, seconds=seconds):
        counts[answer.get("target", "crashed")] += 1
        if "finding" in answer:
            findings.append({**case, **answer})
    return counts, findings


def report(finding: dict) -> str:
    text = finding.get("call") or next(
        (line for line in reversed(finding["trace"].splitlines()) if line.startswith("CASE ")), "?"
    )
    return (
        f"{text}\n    {finding['finding']}\n    again: python ci/fuzz/api.py --seed {finding['seed']} "
        f"--case {finding['number']}" + "".join(f" --only {name}" for name in finding.get("names") or ())
    )


def finding_trace(finding: dict) -> str:
    """The last lines of what was seen."""
    lines = [line for line in finding.get("trace", "").splitlines() if line.strip(" ^~")]
    return "\n".join(
        f"    {line}" for line in lines[-(60 if finding["finding"].startswith(("crash", "hang")) else 5) :]
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--case", type=int, help="run this one case, in this process")
    parser.add_argument("--only", action="append", help="targets with this in their name")
    parser.add_argument("--children", type=int, help="how many processes; by default 2")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    os.environ["MPLBACKEND"] = "Agg"
    if options.child:
        children.serve(lambda case: run(**case))
        return 0
    if options.case is not None:
        answer = run(options.seed, options.case, options.only)
        print(answer.get("trace", ""), *(f"{key}: {answer[key]}" for key in answer if key != "trace"), sep="\n")
        return "finding" in answer
    begun = time.monotonic()
    counts, findings = fuzz(
        options.seed, 60 * options.minutes, first=options.first, names=options.only, n_children=options.children
    )
    groups: dict[tuple, list[dict]] = {}
    for finding in findings:
        last = [line for line in finding.get("trace", "").splitlines() if line.startswith("  File")][-1:]
        groups.setdefault((finding["finding"], *last), []).append(finding)
    for group in sorted(groups.values(), key=len):
        trace = finding_trace(group[0])
        print(f"{len(group)} times: {report(min(group, key=lambda each: len(report(each))))}\n{trace}\n")
    print(
        f"{counts.total():,} calls of {len(counts)} targets in {time.monotonic() - begun:.0f} s with seed "
        f"{options.seed}: {len(findings)} findings of {len(groups)} kinds"
    )
    return bool(findings)


if __name__ == "__main__":
    sys.exit(main())
