# SPDX-License-Identifier: BSD-3-Clause
"""The linkage methods, and the number that stands for each in kernels."""

METHODS = {
    "single": SINGLE,
    "complete": COMPLETE,
    "average": AVERAGE,
    "weighted": WEIGHTED,
    "centroid": CENTROID,
    "median": MEDIAN,
    "ward": WARD,
}
