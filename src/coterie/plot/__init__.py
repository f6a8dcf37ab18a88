# SPDX-License-Identifier: BSD-3-Clause
"""Pictures of clusterings, drawn with matplotlib (``pip install "coterie[plot]"``)."""
from ._curves import k_distances
from ._profile import profile
from ._scatter import scatter
from ._silhouette import silhouette
from ._style import PALETTE
from ._sweep import sweep
from ._trees import dendrogram

__all__ = ["PALETTE", "dendrogram", "k_distances", "profile", "scatter", "silhouette", "sweep"]
