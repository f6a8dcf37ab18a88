# SPDX-License-Identifier: BSD-3-Clause
"""The cases of OPTICS. Compared are the order of the rows, what they are reached from, and labels."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cases
import numpy as np
from cases import mixture, uniform

TITLE = "OPTICS"

# -------------------------------------------------------------------------------------------------- the libraries


class Coterie:
    package = "coterie"

    def __init__(self, threads: int) -> None:  # threads are set by the environment
        self.estimator = importlib.import_module(self.package).OPTICS
        self.options: dict = {}

    def optics(self, X, max_eps):
        def run():
            model = self.estimator(min_samples=5, max_eps=max_eps, **self.options).fit(X)
            return {
                "ordering": model.ordering_,
                "predecessor": model.predecessor_,
                "reachability": model.reachability_,
                "labels": model.labels_,
            }

        return run


class Sklearn(Coterie):
    """With one thread: with more it takes up to twenty times as long, because they are started anew for each row.

    Its k-d tree is the fastest, and brute force, its choice for more than 15 features, does not round core distances as
    it rounds distances: rows within them are out of order then.
    """

    package = "sklearn.cluster"

    def __init__(self, threads: int) -> None:
        super().__init__(threads)
        self.options = {"algorithm": "kd_tree"}


LIBRARIES = {"coterie": Coterie, "scikit-learn": Sklearn}


# -------------------------------------------------------------------------------------------------- the cases


@dataclass(frozen=True, kw_only=True)
class Case(cases.Case):
    data: Callable[..., np.ndarray]
    max_eps: float = np.inf
    leave_out: tuple[str, ...] = ()

    def inputs(self, folder: Path | None, shrink: int) -> dict[str, np.ndarray]:
        return {"X": self.data(self.size(shrink), self.d)}

    def options(self) -> dict[str, object]:
        return {"max_eps": self.max_eps}

    def about(self, shape: tuple[int, int]) -> str:
        return f"{shape[0]:,} × {shape[1]}, {self.words}, max_eps {self.max_eps:g}"

    def more(self, shape: tuple[int, int], seconds: float, peak: float) -> dict[str, str]:
        return {"bytes a row": f"{peak * 1e6 / shape[0]:.0f}" if shape[0] >= 100_000 else ""}


def _cases() -> list[Case]:
    clusters, even = dict(data=mixture, words="mixture"), dict(data=uniform, words="uniform")
    alone = ("scikit-learn",)
    return [
        Case("optics-2d", "optics", n=20_000, d=2, **clusters, target=20, rival="scikit-learn"),
        Case("optics-2d-uniform", "optics", n=20_000, d=2, **even, target=20, rival="scikit-learn", slow=True),
        Case("optics-5d", "optics", n=20_000, d=5, **clusters, slow=True),
        Case("optics-50d", "optics", n=5_000, d=50, **clusters),
        Case("optics-2d-eps", "optics", n=200_000, d=2, **clusters, max_eps=1.0, leave_out=alone),
        Case("optics-2d-many", "optics", n=200_000, d=2, **clusters, leave_out=alone),
        Case("optics-2d-million", "optics", n=1_000_000, d=2, **clusters, leave_out=alone, slow=True),
    ]


CASES = _cases()


# -------------------------------------------------------------------------------------------------- the results


def compare(inputs: dict[str, np.ndarray], results: dict[str, list[dict]]) -> dict[str, tuple[bool, str]]:
    """Whether order, predecessors and labels are those of scikit-learn, and reachability is to nine digits."""
    reference = list(results)[-1]
    right = results[reference][0]
    verdicts = {}
    for name, (found, *_) in results.items():
        differ = sum(
            int(np.count_nonzero(found[each] != right[each])) for each in ("ordering", "predecessor", "labels")
        )
        near = np.allclose(found["reachability"], right["reachability"], rtol=1e-9, atol=1e-14)
        same = not differ and near
        verdicts[name] = (same, "order, predecessors and labels equal" if same else f"{differ:,} numbers differ")
    count = int(right["labels"].max(initial=-1)) + 1
    share = np.count_nonzero(right["labels"] < 0) / len(right["labels"])
    return verdicts | {reference: (True, f"{count:,} clusters, {share:.0%} noise")}


HOW = """\
- The default fit: `min_samples=5`, infinite `max_eps`, clusters between steep areas. A mixture has normal clusters of
  deviations from 1 to 3 with centers in a cube of side 100, and a tenth of the rows uniform in the cube; "uniform" is
  all uniform.
- A time counts only if order, predecessors and labels are scikit-learn's, all of them.
- scikit-learn runs with its k-d tree and with one thread, its default, which are the fastest here. It is left out where
  it would take hours.
"""
