# SPDX-License-Identifier: BSD-3-Clause
"""The linkage methods, and the number that stands for each in kernels."""

METHODS = {
    "single": LINKAGE_SINGLE,
    "complete": LINKAGE_COMPLETE,
    "average": LINKAGE_AVERAGE,
    "weighted": LINKAGE_WEIGHTED,
    "centroid": LINKAGE_CENTROID,
    "median": LINKAGE_MEDIAN,
    "ward": LINKAGE_WARD,
}
