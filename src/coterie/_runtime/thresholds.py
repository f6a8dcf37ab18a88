# SPDX-License-Identifier: BSD-3-Clause
"""When one way of computing gives place to another: all such numbers in one place.

Only time and memory depend on a threshold, and results only where its comment says so: in the last bits of sums. Tests
force ways that only large data take with ``monkeypatch.setattr(thresholds, name, value)``. A module reads
``thresholds.name`` when it decides, and keeps no copy.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Thresholds:
    """Numbers of rows, of numbers, nanoseconds of one core, or seconds, as the comments say; grouped by package."""

    # ---- _runtime
    chunk: float = 100_000.0  # nanoseconds of a chunk: waking a thread costs a third of that, and Ctrl-C is not to wait
    pause: float = 0.05  # seconds the caller works before it looks into Python: Ctrl-C must take effect within 0.2 s
    small_memory: int = 1 << 26  # bytes that are never refused: looking how much there is takes longer
    strip: int = 1 << 16  # operations of a strip, at least; where strips end shows in the last bits of sums

    # ---- _base
    table_numbers: int = 1 << 22  # of a block of rows of a table, which are read at a time, ...
    table_rows: int = 1 << 12  # ... or so many rows if they are more: each block costs a look at every column
    table_near: int = 1 << 11  # rows whose columns are put side by side at a time, near the core

    # ---- scaling
    scaled_numbers: int = 1 << 15  # of the rows that a Scaler works on at a time

    # ---- distances
    distance_rows: int = 64  # rows of a block of distances, a multiple of 16
    sparse_tile: int = 4096  # sparse rows that are compared with others in one step, at most; a multiple of 64

    # ---- neighbors
    neighbor_block: int = 1 << 20  # distances of a block: 8 MB
    # Numbers of more than 20 features that a k-d tree pays for. It takes up to 1.8 times as long as all distances if
    # rows have no structure, but mostly less (a fifth where there are clusters). A leaf of queries goes through the
    # tree without a pause: it must not be too large.
    tree_numbers: int = 1 << 25

    # ---- _dendrogram

    # ---- spanning_trees
    prim_points: int = 1000  # points: with no more, Prim's algorithm through their full matrix is quickest
    tree_features: int = 20  # at most, for a k-d tree
    listed_rows: int = (
        20  # nearest rows, beyond those of the core distance, that are noted where rows have more features
    )

    # ---- kmeans
    sorting_clusters: tuple[int, int, int, int] = (4, 4, 8, 16)  # at least, to sort rows of 1, 2, 3, or more features
    sorting_rows: int = 64  # a cluster, at least, to sort rows into cells
    cell_features: int = 3  # at most, for iterations cell by cell
    split_rows: int = 1 << 9  # of a cluster, at least, to split it cell by cell
    halved_rows: int = 256  # of a cell, at most, where clusters are split in two; not less than 64
    cell_pairs: float = 0.2  # share of the pairs of row and center that cells may leave, or rows are faster
    wide_seeding: int = 200  # features times centers, at least, to seed row by row instead of tile by tile
    coarse_centers: int = 2  # that are there, and twice as many to come, before coarse rows pay
    coarse_pairs: float = 0.7  # share of the pairs of row and trial that coarse rows may leave
    # Of rows in batches: numbers of the sample in which centers start (that one shows in the result), and bytes of
    # margins, at most.
    sampled_numbers: int = 1 << 23
    margin_bytes: int = 1 << 28
    doubtful: float = 0.4  # share of the rows that float32 may leave in doubt, or float64 is faster
    summed_rows: int = 1 << 10  # of a cluster that are added up at once; where they end shows in the last bits of sums
    inertia_numbers: int = 1 << 18  # of a strip of rows; where strips end shows in the last bits of the inertia

    bin_rows: int = 24  # of a cluster, at least, for each bin of a feature, to find medians
    kept_rows: int = 8  # of a cluster, at least, for each value of a feature that is kept for its median: a byte each
    moved_numbers: int = 1 << 22  # in the rows that move, at most, to follow them one by one, on one thread

    wide_features: int = 48  # at least, of rows that are looked at as wide ones
    wide_work: int = 1 << 20  # multiplications of an iteration, at least, to look at wide rows as such
    wide_pairs: int = 1 << 22  # of row and center, at least, to look for coordinates that bound distances
    wide_tried: int = 16  # times as many rows, at least, as those on which bounds in bytes are tried
    wide_sizes: tuple[int, ...] = (16, 32, 48, 64, 96, 128)  # coordinates that bound distances of wide rows
    wide_memory: float = 0.4  # of the rows, that may be kept beside them
    wide_group: int = 8  # centers of a group to which a distance is bounded; more where memory is short
    wide_scores: int = 1 << 16  # of a block of wide rows

    # Rows that are to be passed on, times the root of rows times clusters, before a sample looks for better prices. Of
    # assignments that cost the same, it may decide which one is found.
    sampled_excess: float = 4.0

    # ---- kmedoids
    called_distances: int = 1 << 23  # that a function has computed and that are kept: 64 MB; more are computed anew

    # ---- density
    projected_features: int = 32  # from so many features on, DBSCAN's k-d tree holds a projection of the rows ...
    projected_directions: int = 24  # ... to so many directions
    each_pair_once: float = 0.5  # share of the pairs of leaves in reach from which on each is compared once, for both
    pair_tile: int = 1024  # rows and columns of a block of distances: 8 MB
    called_pair_tile: int = 64  # the same where a function is called for each pair
    stored_pairs: int = 4096  # pairs of neighbors that may be stored, of 16 bytes each, ...
    stored_pairs_per_point: int = 4  # ... and so many more per point
    listed_exemplars: int = 100  # of a cluster: of more, a k-d tree finds the nearest one sooner than all distances

    # ---- hierarchy
    few_clusters: int = 1000  # clusters: with no more, a chain through their full matrix is quickest
    many_clusters: int = 3000  # clusters: no more are merged quicker one by one than in rounds
    few_pairs: float = 1 / 24  # mutual nearest neighbors per cluster: for fewer, a round does not pay
    few_pairs_of_centers: float = 1 / 64  # the same where clusters are centers of points
    predict_block: int = 2**20  # distances of a block: 8 MB

    # ---- scores
    score_block: int = 1 << 18  # numbers of a block of rows; where blocks end shows in the last bits of sums
    information_block: int = 1 << 16  # probabilities that are computed at a time
    rank_rows: int = 512  # rows a cluster, at least, to add up Manhattan distances by rank
    silhouette_chunk: float = 2e7  # nanoseconds of a chunk, at most

    # ---- selection and explain
    found_neighbors: int = 1 << 22  # neighbors that k_distances finds at a time: 64 MB
    recommend_rows: int = 5_000  # rows, at most, that decide which clustering is recommended: the result says so

    # ---- report and cli: the samples decide about what is found, and the commands say so
    csv_block: int = 1 << 20  # characters of text that are read at a time
    quantize_table: int = 1 << 18  # pixels above which a table of all colors is faster than sorting
    sweep_rows: int = 20_000  # rows: silhouettes and trees take time by the square, and so many tell as much


thresholds = Thresholds()
