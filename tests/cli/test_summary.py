"""Clusters as tables of text."""

import numpy as np

from coterie.cli._summary import table


def test_wide_tables_go_on_below():
    text = table(["k", "alpha", "beta"], [["0", "1"], ["1.5", "2"], ["3", "4"]], width=10)
    assert text == "k  alpha\n0    1.5\n1      2\n\nk  beta\n0     3\n1     4"


def test_summary_of_many_clusters_and_columns_is_cut(run, tmp_path):
    np.save(tmp_path / "x.npy", np.random.default_rng(0).normal(size=(200, 30)))
    done = run("kmeans", "x.npy", "-k", 60, "--output", "labels.csv")
    assert "the 40 largest of 60 clusters, the first 24 of 30 columns; --centers writes all" in done.stderr
