"""Tables with columns of all kinds, at random: what people hand to a report."""

from typing import Any

import numpy as np

from .business import N_TABLES, business_table

WORDS = np.array(["late", "gift", "broken", "refund", "thanks", "color", "size", "never", "parcel", "window", "monday"])
TOWNS = np.array(["Oslo", "Lima", "São Paulo", "New York, NY", "Bonn (old)", "{x}", "<b>Rome</b>"])


def made_table(seed: int) -> tuple[str, dict[str, list], dict[str, Any]]:
    """A table, by its columns, with None for what is missing; what kind of table it is; and options for its report."""
    rng = np.random.default_rng(seed)
    if seed % 10 == 0:
        table = business_table(seed // 10 % N_TABLES).columns
        chosen = rng.choice(len(table), rng.integers(4, 12), replace=False)
        some = np.sort(rng.choice(len(table["spend"]), 150, replace=False))
        names = [name for j, name in enumerate(table) if j in chosen or name in ("spend", "heat")]
        return "business", {name: [table[name][i] for i in some] for name in names}, {"noun": "customers"}
    n = int(rng.choice([6, 12, 30, 90, 150], p=[0.1, 0.1, 0.2, 0.4, 0.2]))
    k = int(rng.integers(1, 6))
    sizes = rng.dirichlet(np.full(k, rng.choice([0.3, 9.0])))
    groups = rng.choice(k, n, p=sizes)
    if rng.random() < 0.15:  # nearly all in one
        groups = (rng.random(n) < 0.04).astype(int)
    push = rng.normal(0, rng.choice([0, 2, 6]), (k + 2, 24))[groups]
    columns: dict[str, Any] = {}
    kinds = rng.choice(list(COLUMNS), int(rng.choice([1, 2, 3, 5, 9])))
    for j, kind in enumerate(["number", *kinds]):
        values = COLUMNS[kind](rng, n, push[:, j])
        made = dict(zip(["lat", "lon"], values, strict=True)) if kind == "places" else {f"{kind}_{j}": values}
        columns.update({name: np.asarray(each).tolist() for name, each in made.items()})
    if rng.random() < 0.2:  # some rows again
        again = rng.integers(0, n, n)
        columns = {name: [values[i] for i in again] for name, values in columns.items()}
    for name in columns:
        if rng.random() < 0.15:
            share = rng.choice([0.02, 0.1, 0.7])
            columns[name] = [None if rng.random() < share else value for value in columns[name]]
    options: dict[str, Any] = {"noun": str(rng.choice(["rows", "customers", "days at sea"]))}
    if rng.random() < 0.15:
        options["missing"] = "median"
    if rng.random() < 0.15:
        options["n_clusters"] = int(rng.integers(2, 5))
    if rng.random() < 0.15:
        options["scale"] = str(rng.choice(["standard", "minmax", "robust", "none"]))
    return ", ".join(kinds), columns, options


COLUMNS = {
    "number": lambda rng, n, push: rng.normal(push),
    "far": lambda rng, n, push: 1e6 + rng.normal(push),
    "tiny": lambda rng, n, push: 1e-7 * np.exp(rng.normal(push)),
    "tail": lambda rng, n, push: np.exp(rng.normal(push / 2)).round(2),
    "visits": lambda rng, n, push: rng.poisson(np.exp(1 + push.clip(-2, 2))),
    "rating": lambda rng, n, push: 1 + rng.binomial(4, 1 / (1 + np.exp(-push))),
    "flag": lambda rng, n, push: rng.random(n) < 1 / (1 + np.exp(-push)),
    "code": lambda rng, n, push: np.array([101, 205, 310, 417])[(push > 0) + 2 * (rng.random(n) < 0.3)],
    "same": lambda rng, n, push: np.full(n, 7),
    "id": lambda rng, n, push: 1000 + rng.permutation(n),
    "name": lambda rng, n, push: [f"{TOWNS[i % len(TOWNS)]} {i}" for i in rng.permutation(n)],
    "town": lambda rng, n, push: TOWNS[((push > 0) * 3 + rng.integers(0, 3, n)) % len(TOWNS)],
    "note": lambda rng, n, push: [" ".join(WORDS[rng.integers(0, 4 + 4 * (each > 0), 9)]) for each in push],
    "joined": lambda rng, n, push: [f"{2000 + i % 20}-0{1 + i % 9}-11" for i in rng.integers(0, 999, n)],
    "places": lambda rng, n, push: (48 + rng.normal(push.clip(-6, 6), 0.3), 170 + rng.normal(push, 0.3).clip(-9, 9)),
    "like": lambda rng, n, push: 3 * rng.normal(push, 0.01),
}
