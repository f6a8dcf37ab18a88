"""`--save` of the fitting commands and `coterie predict`: fit today, assign tomorrow."""

import csv
import gzip
import io
import json
import pathlib
import subprocess
import sys
from argparse import Namespace

import numpy as np
import pytest

import coterie
from coterie.cli import main
from coterie.cli.demo import read_iris
from coterie.scaling import Scaler

DATA = pathlib.Path(__file__).parents[3] / "shared" / "data"
NAMES, IRIS, SPECIES = read_iris()
OLD, NEW = IRIS[::2], IRIS[1::2]


@pytest.fixture
def cli(tmp_path, monkeypatch, capsys):
    """Run `coterie ...` in an empty folder, within this process."""
    monkeypatch.chdir(tmp_path)

    def cli(*args, code=0):
        try:
            got = main([str(arg) for arg in args])
        except SystemExit as stopped:
            got = stopped.code
        said = capsys.readouterr()
        assert got == code, said.err
        if code:
            *before, error = said.err.splitlines()
            assert said.out == "" and error.startswith("coterie") and ": error: " in error
            assert not any("error" in line for line in before)
        return Namespace(stdout=said.out, stderr=said.err)

    return cli


def as_csv(X, names=NAMES, separator=",", header=True, species=None):
    rows = [list(names)] * header + [[repr(float(v)) if v == v else "" for v in row] for row in X]
    if species is not None:
        rows = [[*row, each] for row, each in zip(rows, ["species", *species], strict=True)]
    return "".join(separator.join(row) + "\n" for row in rows)


def labels_of(text):
    header, *labels = text.splitlines()
    assert header == "label"
    return labels


@pytest.fixture
def kmeans_model(cli, tmp_path):
    """Four columns of every other flower, standard scaling, 3 clusters; and what Python makes of it."""
    (tmp_path / "old.csv").write_text(as_csv(OLD, species=SPECIES[::2]))
    cli("kmeans", "old.csv", "-k", 3, "--save", "model.npz", "--output", "labels.csv")
    scaler = Scaler().fit(OLD)
    return scaler, coterie.KMeans(3, n_init=5, random_state=0).fit(scaler.transform(OLD))


FITS = [
    ["kmeans", "-k", "5"],
    ["kmeans", "-k", "4", "--scale", "log", "--seed", "3", "--columns", "petal_width_cm,sepal_length_cm"],
    ["kmeans", "-k", "3", "--scale", "none", "--drop", "sepal_width_cm"],
    ["dbscan", "--eps", "0.6", "--min-samples", "4"],
    ["dbscan", "--eps", "0.02", "--metric", "cosine"],
    ["dbscan", "--metric", "minkowski:3"],
    ["hierarchy", "-k", "4"],
    ["hierarchy", "--height", "2.5", "--method", "centroid", "--scale", "robust"],
    ["hierarchy", "-k", "3", "--method", "single", "--metric", "manhattan"],
    ["hierarchy", "--method", "average", "--metric", "correlation"],
    ["hdbscan", "--min-cluster-size", "8", "--min-samples", "4"],
    ["hdbscan", "--min-samples", "4", "--metric", "cosine"],
    ["optics", "--min-samples", "4"],
    ["optics", "--method", "dbscan", "--eps", "0.7", "--metric", "manhattan"],
    ["kmedoids", "-k", "5"],
    ["kmedoids", "-k", "3", "--metric", "cosine"],
]


@pytest.mark.parametrize("fit", FITS, ids=" ".join)
def test_further_rows_get_the_labels_of_the_python_interface(cli, tmp_path, fit):
    (tmp_path / "old.csv").write_text(as_csv(OLD, species=SPECIES[::2]))
    (tmp_path / "new.csv").write_text(as_csv(NEW, species=SPECIES[1::2]))
    command, *options = fit
    told = labels_of(cli(command, "old.csv", *options, "--save", "model.npz").stdout)
    again = labels_of(cli("predict", "model.npz", "old.csv").stdout)
    if command in ("kmeans", "kmedoids", "hdbscan"):
        assert again == told
    elif command == "dbscan":
        core = coterie.load("model.npz").core_sample_indices_.tolist()
        assert core and [again[i] for i in core] == [told[i] for i in core]
        assert {i for i, label in enumerate(again) if label == "-1"} == {
            i for i, label in enumerate(told) if label == "-1"
        }
    else:  # the clusters are those of the fit, whatever number Python gives them
        assert np.mean(np.array(again) == told) > 0.85
    model = coterie.load("model.npz")
    columns = (
        ["petal_width_cm", "sepal_length_cm"]
        if "--columns" in fit
        else [name for name in NAMES if "--drop" not in fit or name != "sepal_width_cm"]
    )
    own = Scaler(
        "none"
        if set(fit) & {"none", "cosine", "correlation", "0.6"}
        else "log"
        if "log" in fit
        else "robust"
        if "robust" in fit
        else "standard"
    )
    places = [NAMES.index(name) for name in columns]
    own.fit(OLD[:, places])
    expected = model.predict(own.transform(NEW[:, places]))
    if command == "hierarchy":
        numbers = dict(zip(model.labels_.tolist(), told, strict=True))
        assert len(numbers) == len(set(told)) == model.n_clusters_
        expected = [numbers[label] for label in expected]
    assert labels_of(cli("predict", "model.npz", "new.csv").stdout) == [str(label) for label in expected]


def test_columns_are_found_by_name_in_any_order_and_further_ones_are_ignored(cli, tmp_path, kmeans_model):
    scaler, model = kmeans_model
    expected = [str(label) for label in model.predict(scaler.transform(NEW))]
    order = [3, 0, 2, 1]
    text = as_csv(NEW[:, order], [NAMES[j] for j in order], ";", species=[f"x{i}" for i in range(len(NEW))])
    (tmp_path / "new.csv").write_text(text)
    done = cli("predict", "model.npz", "new.csv", "--output", "new_labels.csv.gz")
    assert done.stdout == "" and "note: ignored, as the model does not use it: species\n" in done.stderr
    assert labels_of(gzip.decompress((tmp_path / "new_labels.csv.gz").read_bytes()).decode()) == expected
    for text in (
        "model: k-means, 3 clusters of 75 rows by 4 columns",
        "scaling: standard, by the numbers of the fit",
        "share at the fit",
    ):
        assert text in done.stderr
    quiet = cli("predict", "model.npz", "new.csv", "--quiet", "--jobs", 2)
    assert labels_of(quiet.stdout) == expected and quiet.stderr == ""


def test_every_format_is_read(cli, tmp_path, kmeans_model):
    scaler, model = kmeans_model
    expected = [str(label) for label in model.predict(scaler.transform(NEW))]
    np.savez(tmp_path / "new.npz", X=NEW, columns=np.array(NAMES), other=np.ones((2, 2)))
    np.savez(tmp_path / "columns.npz", **{name: NEW[:, j] for j, name in enumerate(NAMES)})
    (tmp_path / "new.csv.gz").write_bytes(gzip.compress(as_csv(NEW).encode()))
    assert labels_of(cli("predict", "model.npz", "new.npz", "--array", "X").stdout) == expected
    for name in ("columns.npz", "new.csv.gz"):
        assert labels_of(cli("predict", "model.npz", name).stdout) == expected
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    table = pa.table({name: NEW[:, j] for j, name in enumerate(NAMES)})
    parquet.write_table(table, tmp_path / "new.parquet")
    assert labels_of(cli("predict", "model.npz", "new.parquet").stdout) == expected


def test_rows_come_through_a_pipe(tmp_path, kmeans_model):
    scaler, model = kmeans_model
    done = subprocess.run(
        [sys.executable, "-m", "coterie", "predict", "model.npz", "-", "--quiet"],
        cwd=tmp_path,
        input=as_csv(NEW).encode(),
        capture_output=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert labels_of(done.stdout.decode()) == [str(label) for label in model.predict(scaler.transform(NEW))]


def test_columns_without_names_are_taken_by_position(cli, tmp_path, kmeans_model):
    scaler, model = kmeans_model
    expected = [str(label) for label in model.predict(scaler.transform(NEW))]
    np.save(tmp_path / "new.npy", NEW)
    done = cli("predict", "model.npz", "new.npy")
    assert labels_of(done.stdout) == expected
    assert "columns are taken by position: x0, x1, x2, x3 as sepal_length_cm, " in done.stderr
    (tmp_path / "with_text.csv").write_text(as_csv(NEW, header=False).replace("\n", ",word\n"))
    assert labels_of(cli("predict", "model.npz", "with_text.csv").stdout) == expected
    np.save(tmp_path / "few.npy", NEW[:, :3])
    error = cli("predict", "model.npz", "few.npy", code=1).stderr
    assert "few.npy: it has 3 columns, and the model was fitted with 4 columns: sepal_length_cm, " in error


def test_a_model_of_columns_without_names_goes_by_their_place_in_the_file(cli, tmp_path):
    np.save(tmp_path / "old.npy", OLD)
    cli("kmeans", "old.npy", "-k", 3, "--columns", "x3,x1", "--save", "model.npz")
    scaler = Scaler().fit(OLD[:, [3, 1]])
    model = coterie.KMeans(3, n_init=5, random_state=0).fit(scaler.transform(OLD[:, [3, 1]]))
    expected = [str(label) for label in model.predict(scaler.transform(NEW[:, [3, 1]]))]
    for name, content in (
        ("all.csv", as_csv(NEW)),
        ("unnamed.csv", as_csv(NEW, header=False)),
        ("two.csv", as_csv(NEW[:, [3, 1]], header=False)),
        ("x.csv", as_csv(NEW[:, [0, 1, 3, 2, 2]], ["x0", "x1", "x3", "x2", "x4"])),
    ):
        (tmp_path / name).write_text(content)
        assert labels_of(cli("predict", "model.npz", name).stdout) == expected
    (tmp_path / "three.csv").write_text(as_csv(NEW[:, :3], header=False))
    assert (
        "three.csv: it has 3 columns, and the model was fitted with 2 columns"
        in cli("predict", "model.npz", "three.csv", code=1).stderr
    )


@pytest.mark.parametrize(
    "names, message",
    [
        (
            ["sepal_length_cm", "sepal_width", "petal_length_cm", "petal_width_cm"],
            "no column is called 'sepal_width_cm', but the model was fitted with one: did you mean 'sepal_width'?",
        ),
        (
            ["a", "b", "c", "d"],
            "no column is called 'sepal_length_cm' (nor 3 more of the 4), but the model was "
            "fitted with one: there is a, b, c, d",
        ),
    ],
)
def test_absent_columns_are_an_error(cli, tmp_path, kmeans_model, names, message):
    (tmp_path / "new.csv").write_text(as_csv(NEW, names))
    assert f"coterie predict: error: new.csv: {message}\n" in cli("predict", "model.npz", "new.csv", code=1).stderr


def holes(X, seed):
    X = X.copy()
    X[np.random.default_rng(seed).random(X.shape) < 0.1] = np.nan
    return X


def test_missing_values_are_treated_as_they_were(cli, tmp_path):
    old, new = holes(OLD, 0), holes(NEW, 1)
    (tmp_path / "old.csv").write_text(as_csv(old))
    (tmp_path / "new.csv").write_text(as_csv(new))
    complete = ~np.isnan(new).any(axis=1)

    medians = np.nanmedian(old, axis=0)
    filled = np.where(np.isnan(old), medians, old)
    scaler = Scaler().fit(filled)
    model = coterie.KMeans(3, n_init=5, random_state=0).fit(scaler.transform(filled))
    cli("kmeans", "old.csv", "-k", 3, "--missing", "median", "--save", "model.npz")
    expected = [str(label) for label in model.predict(scaler.transform(np.where(np.isnan(new), medians, new)))]
    done = cli("predict", "model.npz", "new.csv")
    assert labels_of(done.stdout) == expected
    assert "filled in with the column's median when the model was fitted" in done.stderr
    done = cli("predict", "model.npz", "new.csv", "--missing", "drop")
    assert labels_of(done.stdout) == [each if whole else '""' for each, whole in zip(expected, complete, strict=True)]
    assert (
        "--missing drop leaves such rows out"
        in cli("predict", "model.npz", "new.csv", "--missing", "error", code=1).stderr
    )

    cli("kmeans", "old.csv", "-k", 3, "--missing", "drop", "--save", "model.npz")
    assert labels_of(cli("predict", "model.npz", "new.csv").stdout).count('""') == np.count_nonzero(~complete)
    (tmp_path / "row.csv").write_text(as_csv(np.array([[5.0, np.nan, 1.4, 0.2]])))
    assert labels_of(cli("predict", "model.npz", "row.csv").stdout) == ['""']
    kept = old[~np.isnan(old).any(axis=1)]
    row = Scaler().fit(kept).transform([[5.0, np.median(kept[:, 1]), 1.4, 0.2]])
    assert labels_of(cli("predict", "model.npz", "row.csv", "--missing", "median").stdout) == [
        str(coterie.load("model.npz").predict(row)[0])
    ]


def test_a_column_without_a_value_is_filled_in_not_left_out(cli, tmp_path):
    (tmp_path / "old.csv").write_text(as_csv(OLD))
    cli("kmeans", "old.csv", "-k", 3, "--missing", "median", "--save", "model.npz")
    rows = NEW[:5].copy()
    rows[:, 1] = np.nan
    expected = np.where(np.isnan(rows), np.median(OLD, axis=0), rows)
    (tmp_path / "filled.csv").write_text(as_csv(expected))
    told = labels_of(cli("predict", "model.npz", "filled.csv").stdout)
    (tmp_path / "rows.csv").write_text(as_csv(rows))
    assert labels_of(cli("predict", "model.npz", "rows.csv").stdout) == told
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    columns = {name: [None] * 5 if j == 1 else rows[:, j] for j, name in enumerate(NAMES)}
    parquet.write_table(pa.table(columns), tmp_path / "rows.parquet")
    assert labels_of(cli("predict", "model.npz", "rows.parquet").stdout) == told


def test_places_on_the_globe_are_predicted_in_degrees(cli, tmp_path):
    names = ["name", "lat", "lon"]
    old = [
        ("Suva", -18.142, 178.442),
        ("Nadi", -17.803, 177.416),
        ("Taveuni", -16.967, -179.9),
        ("Paris", 48.857, 2.352),
        ("Lyon", 45.764, 4.836),
        ("Reims", 49.26, 4.03),
    ]
    new = [("Labasa", -16.43, 179.37), ("Orleans", 47.9, 1.9), ("Lima", -12.05, -77.04)]
    for file, rows in (("old.csv", old), ("new.csv", new)):
        with open(tmp_path / file, "w", newline="") as out:
            csv.writer(out).writerows([names, *rows])
    where = ("--metric", "haversine", "--columns", "lat,lon", "--save", "model.npz")
    cli("dbscan", "old.csv", "--min-samples", 2, "--eps", 250, *where)
    assert labels_of(cli("predict", "model.npz", "new.csv").stdout) == ["0", "1", "-1"]
    cli("hierarchy", "old.csv", "--height", 2000, *where)
    assert labels_of(cli("predict", "model.npz", "new.csv").stdout)[:2] == ["0", "1"]


@pytest.mark.parametrize(
    "fit",
    [
        ["kmeans", "-k", "4"],
        ["dbscan", "--eps", "0.6", "--scale", "standard"],
        ["hdbscan", "--min-cluster-size", "8"],
        ["optics", "--min-cluster-size", "8"],
        ["hierarchy", "-k", "3", "--method", "average"],
    ],
    ids=" ".join,
)
def test_scores_tell_how_unusual_rows_are(cli, tmp_path, fit):
    command, *options = fit
    (tmp_path / "old.csv").write_text(as_csv(OLD))
    cli(command, "old.csv", *options, "--save", "model.npz")
    scaler, model = Scaler().fit(OLD), coterie.load("model.npz")
    reference = {"reference": scaler.transform(OLD)} if command == "kmeans" else {}
    for rows in (OLD, NEW, NEW[:1], NEW[:1] + 7):  # also where they are no reference for themselves
        (tmp_path / "new.csv").write_text(as_csv(rows))
        labels = labels_of(cli("predict", "model.npz", "new.csv").stdout)
        header, *lines = cli("predict", "model.npz", "new.csv", "--scores").stdout.splitlines()
        assert header == "label,score" and [line.split(",")[0] for line in lines] == labels
        expected = coterie.outlier_scores(scaler.transform(rows), model, **reference)
        np.testing.assert_allclose([float(line.split(",")[1]) for line in lines], expected, rtol=1e-5)
    (tmp_path / "new.csv").write_text(as_csv(holes(NEW, 0)))
    lines = cli("predict", "model.npz", "new.csv", "--scores", "--missing", "drop").stdout.splitlines()[1:]
    assert [line == "," for line in lines] == np.isnan(holes(NEW, 0)).any(axis=1).tolist()


def test_memberships_are_those_of_the_saved_model(cli, tmp_path):
    (tmp_path / "old.csv").write_text(as_csv(OLD))
    (tmp_path / "new.csv").write_text(as_csv(NEW))
    cli("hdbscan", "old.csv", "--min-cluster-size", 8, "--save", "model.npz")
    header, *lines = cli("predict", "model.npz", "new.csv", "--scores", "--membership", 2).stdout.splitlines()
    assert header == "label,score,cluster_1,membership_1,cluster_2,membership_2"
    cells = np.array([line.split(",") for line in lines], float)
    clusters, probabilities = coterie.load("model.npz").membership(Scaler().fit(OLD).transform(NEW), n_likeliest=2)
    np.testing.assert_array_equal(cells[:, [2, 4]], clusters)
    np.testing.assert_allclose(cells[:, [3, 5]], probabilities, rtol=1e-5)
    (tmp_path / "none.csv").write_text("\n".join([as_csv(NEW).splitlines()[0], *[",".join([""] * NEW.shape[1])] * 2]))
    done = cli("predict", "model.npz", "none.csv", "--scores", "--membership", 2, "--missing", "drop")
    assert done.stdout == f"{header}\n,,,,,\n,,,,,\n"
    cli("kmeans", "old.csv", "-k", 2, "--save", "means.npz")
    done = cli("predict", "means.npz", "new.csv", "--membership", 2, code=2)
    assert "--membership goes with models of hdbscan; means.npz holds another" in done.stderr


def test_float32_files_and_models_keep_their_labels(cli, tmp_path):
    X = np.random.default_rng(0).normal(1e3, 1, (500, 6)).astype(np.float32)
    np.save(tmp_path / "x.npy", X)
    told = cli("kmeans", "x.npy", "-k", 20, "--save", "model.npz").stdout
    assert cli("predict", "model.npz", "x.npy").stdout == told


def test_a_model_saved_from_python_takes_rows_as_they_are(cli, tmp_path):
    coterie.KMeans(3, random_state=0).fit(OLD).save(tmp_path / "model.npz")
    np.save(tmp_path / "new.npy", NEW)
    expected = coterie.KMeans(3, random_state=0).fit(OLD).predict(NEW)
    done = cli("predict", "model.npz", "new.npy")
    assert labels_of(done.stdout) == [str(label) for label in expected] and "scaling: none\n" in done.stderr
    np.save(tmp_path / "new.npy", holes(NEW, 0))
    assert "no medians are in model.npz" in cli("predict", "model.npz", "new.npy", "--missing", "median", code=2).stderr
    coterie.DivisiveClustering(3).fit(OLD).save(tmp_path / "model.npz")
    assert (
        "model.npz: a DivisiveClustering can't label new rows" in cli("predict", "model.npz", "new.npy", code=1).stderr
    )
    coterie.AgglomerativeClustering(2, metric="precomputed", linkage="average").fit(np.ones((3, 3))).save(
        tmp_path / "model.npz"
    )
    assert "was fitted with distances" in cli("predict", "model.npz", "new.npy", code=1).stderr


def test_a_model_of_a_named_table_finds_its_columns(cli, tmp_path):
    pandas = pytest.importorskip("pandas")
    coterie.KMeans(3, random_state=0).fit(pandas.DataFrame(OLD, columns=NAMES)).save(tmp_path / "model.npz")
    (tmp_path / "new.csv").write_text(as_csv(NEW[:, ::-1], NAMES[::-1]))
    done = cli("predict", "model.npz", "new.csv", "--quiet")
    expected = coterie.KMeans(3, random_state=0).fit(OLD).predict(NEW)
    assert labels_of(done.stdout) == [str(label) for label in expected] and done.stderr == ""


def changed(**changes):
    """Change what a file says beside its arrays, and leave out those that it does not name any more; None takes away
    what is there."""

    def change(content):
        arrays = dict(np.load(io.BytesIO(content)))
        tree = json.loads(arrays.pop("coterie.json").tobytes())
        for where, value in changes.items():
            tree[where] = value
        text = json.dumps({key: value for key, value in tree.items() if value is not None})
        file = io.BytesIO()
        np.savez(
            file,
            **{"coterie.json": np.frombuffer(text.encode(), np.uint8)},
            **{name: array for name, array in arrays.items() if f'"{name}"' in text},
        )
        return file.getvalue()

    return change


def other_npz(content):
    file = io.BytesIO()
    np.savez(file, X=np.ones((3, 2)))
    return file.getvalue()


@pytest.mark.parametrize(
    "spoil, message",
    [
        (lambda content: as_csv(OLD).encode(), "is not a model saved by coterie: it is not an npz file"),
        (lambda content: b"", "is not a model saved by coterie"),
        (other_npz, "is not a model saved by coterie: it has other arrays"),
        (changed(format=99), "is not a model saved by coterie: it was written by a later version of coterie"),
        (changed(format=1), "is not a model saved by coterie: it was written by an earlier version of coterie"),
        (changed(facts={"columns": ["a"]}), "'columns' of the facts about its data must be an array of texts"),
        (changed(facts={"column": ["a"]}), "'column' is not an attribute of the facts about its data"),
        (changed(parts=None), "it has no 'parts'"),
        (
            changed(parts={"model": {"class": "os:system", "params": {}, "state": {}}}),
            "'os:system' is not a class that can be in a file",
        ),
        (
            changed(parts={"model": {"class": "coterie.KMeans", "params": coterie.KMeans().get_params(), "state": {}}}),
            "the KMeans in it is not fitted",
        ),
        (lambda content: content[: len(content) // 2], "is not a model saved by coterie"),
        (lambda content: content[:200] + b"\xff" * 64 + content[264:], "is not a model saved by coterie"),
    ],
)
def test_files_that_are_no_models(cli, tmp_path, kmeans_model, spoil, message):
    path = tmp_path / "model.npz"
    path.write_bytes(spoil(path.read_bytes()))
    error = cli("predict", "model.npz", "old.csv", code=1).stderr
    assert error.startswith("coterie predict: error: ") and error.count("\n") == 1
    assert message in error


@pytest.mark.parametrize(
    "fit, place, value, message",
    [
        (0, "facts/columns", np.array(["a", "b"]), "'columns' of the facts"),
        (0, "facts/columns", np.array(["a"] * 4), "not all in all_columns"),
        (0, "facts/all_columns", np.array(NAMES[:3]), "not all in all_columns"),
        (0, "facts/medians", np.array([1.0, 2.0, np.nan, 3.0]), "'medians' of the facts"),
        (0, "facts/medians", np.ones(3), "'medians' of the facts"),
        (0, "facts/typical", np.ones((0, 4)), "no typical rows"),
        (0, "facts/typical", np.ones((6, 3)), "'typical' of the facts"),
        (0, "facts/typical", np.full((6, 4), np.inf), "'typical' of the facts"),
        (0, "parts/scaler/state/scale_", np.zeros(4), "'scale_' of Scaler"),
        (0, "parts/scaler/state/center_", np.zeros(3), "'center_' of Scaler"),
        (6, "facts/numbers", np.array([0, 1, 2, 2]), "do not number the clusters"),
        (6, "facts/numbers", np.array([0, 1, 2, 4]), "'numbers' of the facts"),
        (6, "facts/numbers", np.array([0, 1, 2]), "'numbers' of the facts"),
    ],
)
def test_facts_beside_a_model_must_suit_it(cli, tmp_path, fit, place, value, message):
    (tmp_path / "old.csv").write_text(as_csv(OLD))
    command, *options = FITS[fit]
    cli(command, "old.csv", *options, "--save", "model.npz")
    with np.load(tmp_path / "model.npz") as archive:
        arrays = dict(archive)
    assert place in arrays
    np.savez(tmp_path / "model.npz", **arrays | {place: value})
    error = cli("predict", "model.npz", "old.csv", code=1).stderr
    assert "'model.npz' is not a model saved by coterie: " in error and message in error


def test_a_scaler_of_other_columns_is_refused(cli, tmp_path, kmeans_model):
    cli("kmeans", "old.csv", "-k", 3, "--columns", ",".join(NAMES[:2]), "--save", "two.npz")
    with np.load(tmp_path / "model.npz") as four, np.load(tmp_path / "two.npz") as two:
        arrays = {name: (two if "scaler" in name else four)[name] for name in four.files}
        tree, other = (json.loads(archive["coterie.json"].tobytes()) for archive in (four, two))
    tree["parts"]["scaler"] = other["parts"]["scaler"]
    arrays["coterie.json"] = np.frombuffer(json.dumps(tree).encode(), np.uint8)
    np.savez(tmp_path / "model.npz", **arrays)
    assert "it has a scaler of other columns" in cli("predict", "model.npz", "old.csv", code=1).stderr


@pytest.mark.parametrize(
    "args, code, message",
    [
        (["predict", "nowhere.npz", "old.csv"], 1, "nowhere.npz: No such file"),
        (["predict", ".", "old.csv"], 1, ".: Is a directory" if sys.platform != "win32" else "ermission"),
        (["predict", "model.npz", "nowhere.csv"], 1, "nowhere.csv: No such file"),
        (["predict", "model.npz"], 2, "required: FILE"),
        (["predict", "model.npz", "model.npz"], 1, "model.npz: it is a model saved by coterie, not a table"),
        (["kmeans", "model.npz", "-k", "2"], 1, "model.npz: it is a model saved by coterie, not a table"),
        (["predict", "model.npz", "old.csv", "--output", "model.npz"], 2, "would be overwritten"),
        (["predict", "model.npz", "old.csv", "--output", "old.csv"], 2, "would be overwritten"),
        (["predict", "model.npz", "old.csv", "--columns", "a"], 2, "unrecognized arguments: --columns"),
        (["predict", "model.npz", "old.csv", "--missing", "mean"], 2, "invalid choice: 'mean'"),
        (["kmeans", "old.csv", "-k", "2", "--save", "-"], 2, "a file is needed"),
        (["kmeans", "old.csv", "-k", "2", "--save", "nowhere/model.npz"], 1, "there is no folder nowhere"),
        (["kmeans", "old.csv", "-k", "2", "--save", "a", "--output", "a"], 2, "named twice"),
        (["hdbscan", "old.csv", "--save", "old.csv"], 2, "would be overwritten"),
        (["optics", "old.csv", "--save", "old.csv"], 2, "would be overwritten"),
        (["dbscan", "old.csv", "--save", "old.csv"], 2, "would be overwritten"),
        (["hierarchy", "old.csv", "--save", "a.npz", "--divisive"], 2, "--divisive has no rule for further rows"),
    ],
)
def test_mistakes_about_models(cli, kmeans_model, args, code, message):
    assert message in cli(*args, code=code).stderr


@pytest.mark.parametrize(
    "text, message",
    [
        (
            as_csv(NEW).replace("4.9,3.0", "4.9,wide", 1),
            "column sepal_width_cm has text among its numbers: 'wide' on line 2",
        ),
        (",".join(NAMES) + "\nx,1,2,3\ny,1,2,3\n", "not a column of numbers: sepal_length_cm ('x')"),
        (",".join(NAMES) + "\n1,inf,2,3\n", "infinite values: sepal_width_cm 1; correct them\n"),
        (",".join(NAMES) + "\n", "a header line but no row below it"),
        ("", "there is nothing in it"),
    ],
)
def test_mistakes_about_further_rows(cli, tmp_path, kmeans_model, text, message):
    (tmp_path / "new.csv").write_text(text)
    error = cli("predict", "model.npz", "new.csv", code=1).stderr
    assert "error: new.csv: " in error and message in error and "--drop" not in error


def test_negative_numbers_where_logarithms_are_needed(cli, tmp_path):
    (tmp_path / "old.csv").write_text(as_csv(OLD))
    (tmp_path / "new.csv").write_text(as_csv(-NEW[:2]))
    cli("kmeans", "old.csv", "-k", 3, "--scale", "log", "--save", "model.npz")
    assert "negative ones in sepal_length_cm (2), " in cli("predict", "model.npz", "new.csv", code=1).stderr


def test_one_column_that_drowns_the_others_is_a_warning_only_without_scaling(cli, tmp_path):
    (tmp_path / "old.csv").write_text(as_csv(OLD * (1000, 1, 1, 1)))
    for fit in (["kmeans", "-k", 3], ["hierarchy", "-k", 3], ["dbscan", "--eps", 500]):
        command, *options = fit
        done = cli(command, "old.csv", *options, "--scale", "none", "--quiet")
        [warning] = [line for line in done.stderr.splitlines() if line.startswith("warning: ")]
        assert "sepal_length_cm has over 99.99% of the variance" in warning and "--scale standard" in warning
        assert "variance" not in cli(command, "old.csv", *options, "--scale", "standard").stderr
    done = cli("hierarchy", "old.csv", "--metric", "cosine", "-k", 3)
    assert "has more than" not in done.stderr


@pytest.mark.skipif(not DATA.exists(), reason="the real data is not here")
def test_penguins_are_predicted_as_they_were_fitted(cli):
    told = cli("kmeans", DATA / "penguins.csv.gz", "-k", 3, "--missing", "drop", "--drop", "year", "--save", "m.npz")
    again = cli("predict", "m.npz", DATA / "penguins.csv.gz")
    assert again.stdout == told.stdout
    assert "ignored, as the model does not use them: species, island, sex, year" in again.stderr
