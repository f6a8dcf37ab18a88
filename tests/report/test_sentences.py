"""What the page says of scaling, DBSCAN and big clusters is true of the numbers."""

import re
from types import SimpleNamespace

import numpy as np
from reference.sentences import PART, shows

from coterie._base.table import Table
from coterie.report import _density, _recommendation
from coterie.report._chapters import density as density_chapter


def test_one_big_cluster_is_a_doubt_by_any_method():
    rng = np.random.default_rng(0)
    for _ in range(300):
        labels = rng.choice(3, 200, p=rng.dirichlet([0.3, 0.3, 0.3]))
        method = str(rng.choice(["k-means", "DBSCAN", "Ward"]))
        if method == "DBSCAN":
            labels[rng.random(200) < 0.2] = -1
        structure = str(rng.choice(["clear", "likely", "dense", "none", "asked"]))
        choice = _recommendation.Choice(method, None, labels, structure)
        _recommendation._doubt_data(choice, Table(np.zeros((200, 1)), ["a"], ["a"]))
        sizes = np.bincount(labels[labels >= 0], minlength=1)
        is_big = np.count_nonzero(sizes) > 1 and sizes.max() >= 0.9 * sizes.sum()
        told = [
            re.match(rf"Cluster (\d) has ({PART}) of the rows( that are in clusters)?: this sets few rows apart", doubt)
            for doubt in choice.doubts
        ]
        told = [each for each in told if each]
        assert len(told) == is_big and (choice.structure == "lopsided") == (is_big and structure != "none")
        if is_big:
            assert int(told[0][1]) == sizes.argmax() and shows(told[0][2], sizes.max() / sizes.sum())
            assert bool(told[0][3]) == bool((labels < 0).any())


def test_what_is_said_of_dbscan_holds_of_the_trial():
    rng = np.random.default_rng(0)
    seen = set()
    for _ in range(3000):
        trial = _density.Trial(
            SimpleNamespace(n_features_in_=int(rng.integers(1, 4))),
            noise=float(rng.choice([0, 0.001, 0.2, 0.5])),
            largest=0.5,
            n_sizeable=int(rng.integers(0, 4)),
            covered=float(rng.choice([0.3, 0.597, 0.8, 0.9996])),
            misplaced=float(rng.choice([0, 0.0001, 0.03, 0.3])),
            steady=tuple(rng.choice([0.3, 0.799, 0.95], 2)),
        )
        is_recommended = bool(trial.convincing and rng.random() < 0.5)
        text = density_chapter.judge(trial, is_recommended)
        seen.add(re.sub(rf"{PART}|[\d.]+|smaller|larger", "", text))
        assert ("Recommended" in text) == is_recommended and ("It would be" in text) == (
            trial.convincing and not is_recommended
        )
        assert ("no dense part" in text, "one dense part" in text) == (
            trial.n_sizeable == 0 and not trial.convincing,
            trial.n_sizeable == 1 and not trial.convincing,
        )
        for form, value in (
            (rf"hold only ({PART})", trial.covered),
            (rf"only ({PART}) of the rows in", trial.misplaced),
            (rf"and ({PART}) (?:of the rows )?are noise", trial.noise),
        ):
            if told := re.search(form, text):
                assert shows(told[1], value), (text, trial)
        if "none of the rows in" in text:
            assert trial.misplaced == 0
        if told := re.search(r"somewhat (smaller|larger) eps gives other clusters \(", text):
            assert trial.steady[told[1] == "larger"] < 0.8
        if "and so does" in text:
            assert max(trial.steady) < 0.8
    assert len(seen) >= 8
