# SPDX-License-Identifier: BSD-3-Clause
"""What is public, and how to call it."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import importlib
import inspect
import pkgutil
import random
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from arguments import Data
from verdicts import quiet

import coterie
from coterie import hierarchy

# Not called: made for those within that have checked their numbers.
WITHIN = {"coterie.distances.Metric.as_length"}


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


@functools.cache
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
        is_record = dataclasses.is_dataclass(cls) or issubclass(cls, (tuple, np.ndarray))
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


# ------------------------------------------------------------------------------------------- calls


def fill(target: Target, data: Data, given: dict[str, Any]) -> dict[str, Any]:
    """Arguments for all required parameters: those given, else valid ones."""
    arguments = dict(given)
    if target.method == "cut" and not any(key.startswith(".") for key in given):
        arguments[".n_clusters"] = 2  # one of its arguments, all of which are optional, must be given
    if target.cls is hierarchy.DisjointSet:
        arguments.setdefault("elements", [1, 2, 3])
    if target.function is coterie.selection.suggest_k:  # which takes seconds otherwise
        arguments = {"n_clusters": [2, 3], "stability": 2, **arguments}
    if target.function is coterie.selection.suggest_min_cluster_size:  # as well
        arguments = {"min_cluster_sizes": [2, 3], "stability": 2, **arguments}
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
                    "enter one in Data.valid of ci/fuzz/arguments.py"
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


def tidy(n_threads: int | None = 2) -> None:
    """Undo what calls change for all that follow."""
    coterie.set_num_threads(n_threads)
    hierarchy.set_link_color_palette(None)
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
