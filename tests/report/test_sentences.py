"""What the page says of scaling, DBSCAN and big clusters is true of the numbers."""

import re
from types import SimpleNamespace

import numpy as np
from reference.sentences import PART, reads, shows

from coterie._base.table import Table
from coterie.report import _data, _density, _recommendation
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


def test_why_columns_are_scaled_as_they_are_holds_of_the_columns():
    rng = np.random.default_rng(0)
    seen = set()
    for _ in range(400):
        n, d = int(rng.choice([5, 60, 500])), int(rng.integers(1, 5))
        tail = rng.random(d) < rng.choice([0.1, 0.9])
        X = np.where(tail, np.exp(rng.uniform(0.5, 2, d) * rng.normal(size=(n, d)) + 3), rng.normal(9, 1, (n, d)))
        if rng.random() < 0.3:
            X[:, 0] = np.where(rng.random(n) < 0.2, 100.0, 0.0) + rng.normal(size=n)
        names = [f"c{j}" for j in range(d)]
        method, why = _data.choose_scaling(Table(X, names, names), "auto")
        seen.add(method)
        skewed = [name for name, column in zip(names, X.T, strict=True) if _data._has_long_tail(column)]
        if method == "standard":
            name, far = re.search(
                r"farthest out, in (c\d), is then ([\d.]+) standard deviations from the mean", why
            ).groups()
            z = abs(X - X.mean(axis=0)) / X.std(axis=0)
            assert z[:, names.index(name)].max() == z.max() and reads(far, z.max())
            assert re.findall(r"c\d", why)[1:] == skewed and ("long tail" in why) == bool(skewed)
            assert ("--scale log" in why) == (bool(skewed) and X.min() >= 0)
        elif method == "log":
            assert X.min() >= 0 and re.findall(r"c\d", why) == skewed and 2 * len(skewed) >= d
        else:
            for name in re.findall(r"c\d", why):
                column = X[:, names.index(name)]
                far = abs(column - np.median(column)) > 3 * np.subtract(*np.percentile(column, [75, 25]))
                assert 0 < far.sum() < n / 2
    assert seen == {"standard", "log", "robust"}


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
