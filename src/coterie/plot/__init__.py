# SPDX-License-Identifier: BSD-3-Clause
"""Pictures of clusterings, drawn with matplotlib (``pip install matplotlib``).

Each kind of picture has a module: `_scatter`, `_trees`, `_condensed_tree`, `_reachability`, `_silhouette`, `_profile`,
`_sweep`, `_curves`, `_images` and `_animation`. They take data and labels, or a result, and return the matplotlib axes.
`_style` has what all have in common: the palette, markers, labels read as numbers and names, new figures. `_projection`
(principal components) and `_maps` (longitude and latitude) say where the rows of a table are drawn; `_moving_picture`
writes the frames of an animation to a file. matplotlib is imported only when something is drawn. Another kind of
picture gets a module and a name in the list below.
"""

# Lower packages as a whole, and first. Importing one of their modules directly would lock the module before its
# package, while another thread, which imports the package, locks them the other way around.
from .. import distances, hierarchy, kmeans, scores, selection  # noqa: F401
from ._animation import kmeans_animation
from ._condensed_tree import condensed_tree
from ._curves import k_distances
from ._images import image_segments
from ._profile import profile
from ._reachability import reachability
from ._scatter import scatter
from ._silhouette import silhouette
from ._style import PALETTE
from ._sweep import sweep
from ._trees import dendrogram

__all__ = [
    "PALETTE",
    "condensed_tree",
    "dendrogram",
    "image_segments",
    "k_distances",
    "kmeans_animation",
    "profile",
    "reachability",
    "scatter",
    "silhouette",
    "sweep",
]
