# SPDX-License-Identifier: BSD-3-Clause
"""What methods and scalings are called on the page."""

METHODS = {"k-means": "k-means", "Ward": "Ward's method", "DBSCAN": "DBSCAN"}
SCALINGS = {
    "auto": "each column by what it is",
    "standard": "standard scaling",
    "minmax": "scaling to 0..1",
    "robust": "robust scaling",
    "log": "logarithms",
    "none": "no scaling",
}
