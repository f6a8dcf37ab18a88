# SPDX-License-Identifier: BSD-3-Clause
"""Pictures of clusterings, drawn with matplotlib (``pip install matplotlib``)."""

from ._animation import kmeans_animation
from ._curves import k_distances
from ._images import image_segments
from ._profile import profile
from ._scatter import scatter
from ._silhouette import silhouette
from ._style import PALETTE
from ._sweep import sweep
from ._trees import dendrogram

__all__ = [
    "PALETTE",
    "dendrogram",
    "image_segments",
    "k_distances",
    "kmeans_animation",
    "profile",
    "scatter",
    "silhouette",
    "sweep",
]
