# SPDX-License-Identifier: BSD-3-Clause
"""What methods and scalings are called on the page."""

METHODS = {"Ward": "Ward's method"}  # others by their own names
SCALINGS = {
    "auto": "each column by what it is",
    "standard": "standard scaling",
    "minmax": "scaling to 0..1",
    "robust": "robust scaling",
    "log": "logarithms",
    "none": "no scaling",
}


def called(method: str) -> str:
    """A method in a sentence."""
    return METHODS.get(method, method)
