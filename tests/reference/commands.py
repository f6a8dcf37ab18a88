"""The `coterie` command, as tests call it."""

import sys

from reference.tables import IRIS

import coterie
from coterie.cli import main
from coterie.scaling import Scaler

COMMAND = [sys.executable, "-m", "coterie"]


def report(*args, code=0):
    try:
        done = main(["report", *map(str, args)])
    except SystemExit as stopped:
        done = stopped.code
    assert done == code
    return done


def labels_of(text):
    header, *labels = text.splitlines()
    assert header == "label"
    return labels


def expected_labels(X=IRIS, method="standard", k=3, seed=0):
    scaled = Scaler(method).fit_transform(X)
    return [str(label) for label in coterie.KMeans(k, n_init=5, random_state=seed).fit(scaled).labels_]
