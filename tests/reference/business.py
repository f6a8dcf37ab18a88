"""Tables as businesses have them, with groups and kinds of columns that are known, for tests of all that reads such."""

from typing import NamedTuple

import numpy as np

N_TABLES = 20
_WORDS = [
    "called",
    "about",
    "the",
    "invoice",
    "and",
    "asked",
    "for",
    "another",
    "one",
    "which",
    "we",
    "sent",
    "by",
    "mail",
]


class Business(NamedTuple):
    """A table with columns of all kinds.

    columns : the values of each column, with None where one is missing
    kinds : what each column is, as `coterie.column_kinds` has it
    groups : the group of each row
    informative : the columns that tell the groups apart
    """

    columns: dict[str, list]
    kinds: dict[str, str]
    groups: np.ndarray
    informative: tuple[str, ...]

    def numbers(self, names=None):
        """Some columns of numbers as a matrix; the columns that tell the groups apart, if none are named."""
        if names is None:
            names = [name for name in self.informative if not isinstance(self.columns[name][0], str)]
        return np.array([self.columns[name] for name in names], float).T


def business_table(number):
    """One of the tables from 0 to 19.

    Three groups; of even tables 1000, 60 and 30 rows, of the others as many each. Every third has groups of unequal
    density, every fourth missing values, every fifth duplicates, and every seventh 30 columns of noise; all have a few
    rows with outliers.
    """
    rng = np.random.default_rng(1000 + number)
    sizes = (1000, 60, 30) if number % 2 == 0 else (150, 150, 150)
    groups = np.repeat(np.arange(3), sizes)[rng.permutation(sum(sizes))]
    n = len(groups)
    density = np.array([0.4, 1.0, 1.8] if number % 3 == 0 else [1.0, 1.0, 1.0])[groups]

    def by_group(*values):
        return np.asarray(values)[rng.permutation(3)][groups]

    spend = np.array([40.0, 400.0, 4000.0])[groups] * np.exp(rng.normal(0, 0.7 * density, n))
    income = by_group(30_000, 52_000, 75_000) + rng.normal(0, 4_000 * density, n)
    heat = by_group(-8.0, 0.0, 8.0) + rng.normal(0, 1.5 * density, n)
    margin = by_group(0.1, 0.3, 0.5) + rng.normal(0, 0.04 * density, n)
    visits = rng.poisson(by_group(3, 12, 30))
    children = rng.binomial(5, by_group(0.1, 0.3, 0.5))
    stars = 1 + rng.binomial(4, by_group(0.2, 0.55, 0.9))
    plan = np.array(["basic", "family", "pro", "team"])
    likely = np.array([[0.85, 0.05, 0.05, 0.05], [0.05, 0.85, 0.05, 0.05], [0.05, 0.05, 0.45, 0.45]])
    place = by_group(0, 1, 2)
    far = rng.choice(n, 3, replace=False)
    heat[far[0]] += 300
    spend[far[1]] *= 1000
    income[far[2]] *= 15
    made = {
        "customer_id": ("identifier", 100_000 + rng.permutation(9 * n)[:n]),
        "spend": ("long_tail", spend.round(2)),
        "income": ("amount", income.round()),
        "heat": ("amount", heat.round(2)),
        "margin": ("amount", margin.round(4)),
        "visits": ("count", visits),
        "children": ("count", children),
        "stars": ("ordinal", stars),
        "plan": ("category", [plan[rng.choice(4, p=likely[group])] for group in groups]),
        "branch": ("category", np.array([101, 102, 205, 310, 417])[rng.integers(0, 5, n)]),
        "zip": ("identifier", rng.integers(10_000, 99_999, n // 3)[rng.integers(0, n // 3, n)]),
        "product_code": ("identifier", [f"A-{code}" for code in rng.integers(1000, 9999, n)]),
        "newsletter": ("binary", (rng.random(n) < by_group(0.1, 0.5, 0.9)).astype(int)),
        "returned": ("binary", np.where(rng.random(n) < 0.04, "yes", "no")),
        "joined": ("date", (np.datetime64("2015-01-01") + rng.integers(0, 3000, n)).astype(object)),
        "born": ("date", rng.integers(1940, 2006, n)),
        "lat": ("latitude", (np.array([48.1, 52.5, 53.6])[place] + rng.normal(0, 0.2, n)).round(5)),
        "lon": ("longitude", (np.array([11.6, 13.4, 10.0])[place] + rng.normal(0, 0.2, n)).round(5)),
        "currency": ("constant", ["EUR"] * n),
        "note": ("text", [" ".join(words) for words in np.array(_WORDS)[rng.integers(0, len(_WORDS), (n, 7))]]),
    }
    if number % 7 == 0:
        made.update((f"noise{j}", ("amount", rng.normal(size=n).round(6))) for j in range(30))
    columns = {name: np.asarray(values).tolist() for name, (_, values) in made.items()}
    if number % 4 == 0:
        for name in list(columns)[1:]:
            for i in rng.choice(n, n // 25, replace=False):
                columns[name][i] = None
    if number % 5 == 0:  # the last tenth of the rows again
        again = list(range(n)) + list(range(n - n // 10, n))
        columns = {name: [values[i] for i in again] for name, values in columns.items()}
        groups = groups[again]
    informative = ("spend", "income", "heat", "margin", "visits", "children", "stars", "plan", "newsletter")
    return Business(columns, {name: kind for name, (kind, _) in made.items()}, groups, informative)
