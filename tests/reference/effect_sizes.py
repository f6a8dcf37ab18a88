"""How far a cluster is from the other rows."""

import numpy as np


def cohens_d(a, b):
    """The difference of two means in pooled standard deviations; NaN is left out."""
    a, b = (values[~np.isnan(values)] for values in (a, b))
    squares = np.square(a - a.mean()).sum() + np.square(b - b.mean()).sum()
    return (a.mean() - b.mean()) / np.sqrt(squares / (len(a) + len(b) - 2))
