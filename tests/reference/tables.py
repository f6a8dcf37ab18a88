"""Tables that tests write, read and cluster."""

import numpy as np

from coterie.cli.demo import read_iris

NAMES, IRIS, SPECIES = read_iris()


def iris_csv(separator=",", decimal="."):
    lines = [separator.join([*NAMES, "species"])]
    for row, species in zip(IRIS.tolist(), SPECIES, strict=True):
        lines.append(separator.join([*(str(value).replace(".", decimal) for value in row), species]))
    return "\n".join(lines) + "\n"


def scattered(n=400, seed=0):
    """Two dense discs and noise."""
    rng = np.random.default_rng(seed)
    return np.concatenate(
        [rng.normal(0, 1, (n // 2, 2)), rng.normal(12, 1, (n // 2, 2)), rng.uniform(-10, 20, (n // 10, 2))]
    )


def as_csv(X, names):
    return "\n".join([",".join(names), *(",".join(map(repr, row)) for row in X.tolist())]).encode()


EVIL = "<script>alert(1)</script>"


def blobs(n=120, seed=0):
    rng = np.random.default_rng(seed)
    which = np.arange(n) % 3
    return np.array([[0, 0, 0], [9, 0, 5], [4, 8, -5]])[which] + rng.normal(size=(n, 3)), which


def shop():
    """A table with all that can be odd: an identifier, text, a constant, missing values, names that are HTML."""
    X, which = blobs()
    X[7] += [7, 0, 0]
    lines = [f'customer_id,{EVIL},b&b,"say ""x""",town,always,name']
    for i, row in enumerate(X.tolist()):
        cells = [f"{value:.6f}" for value in row]
        if i in (5, 50):
            cells[1] = ""
        lines.append(",".join([str(1000 + 7 * i), *cells, "ab"[i % 2], "1", f"<img src=x onerror=alert({i})>"]))
    return "\n".join(lines) + "\n", np.delete(X.round(6), (5, 50), axis=0), np.delete(which, (5, 50))
