"""`coterie kprototypes`: the labels of the Python interface; which columns are categories; models of mixed tables."""

import csv

import numpy as np
import pytest
from reference.commands import labels_of

import coterie
from coterie.scaling import Scaler

RNG = np.random.default_rng(0)
GROUP = np.arange(90) % 3
AGES = RNG.normal([25, 45, 65], 4, (30, 3)).ravel().round(1)
INCOMES = RNG.normal([2000, 5000, 3000], 300, (30, 3)).ravel().round()
TOWNS = np.array([["Ulm", "Bonn"], ["Bonn", "Köln"], ["Trier", "Ulm"]])[GROUP, RNG.integers(0, 2, 90)]
PLANS = np.where(RNG.random(90) < 0.9, GROUP + 1, RNG.integers(1, 4, 90))
MISSING_AGE, MISSING_TOWN = 7, 20


def people(rows=range(90), names=("id", "age", "town", "income", "plan")):
    cells = {
        "id": [f"C{i:04}" for i in range(90)],
        "age": ["" if i == MISSING_AGE else age for i, age in enumerate(AGES.tolist())],
        "town": ["" if i == MISSING_TOWN else town for i, town in enumerate(TOWNS.tolist())],
        "income": INCOMES.tolist(),
        "plan": PLANS.tolist(),
    }
    return "\n".join([",".join(names), *(",".join(str(cells[name][i]) for name in names) for i in rows)]).encode()


SCALER = Scaler("auto", kinds=["amount", "amount"])  # as the names of the columns say, too


def rows_of_people():
    """As the command has them after scaling."""
    numbers = np.column_stack([AGES, INCOMES])
    numbers[MISSING_AGE, 0] = np.nan
    X = np.empty((90, 4), object)
    X[:, [0, 2]], X[:, 1], X[:, 3] = SCALER.fit_transform(numbers), TOWNS, PLANS
    X[MISSING_TOWN, 1] = None
    return X


def expected(**options):
    return coterie.KPrototypes(3, random_state=0, **options).fit(rows_of_people(), categorical=[1, 3])


FIT = ("kprototypes", "-", "-k", 3, "--kind", "plan=category", "--missing", "keep")


@pytest.mark.parametrize(
    ("arguments", "options"),
    [((), {}), (("--gamma", 2, "--starts", 3), {"gamma": 2.0, "n_init": 3}), (("--init", "huang"), {"init": "Huang"})],
)
def test_labels_are_those_of_the_python_interface(run, arguments, options):
    done = run(*FIT, *arguments, stdin=people())
    assert labels_of(done.stdout) == [str(label) for label in expected(**options).labels_]
    assert "warning: left out: id (looks like an identifier); --columns chooses what to use" in done.stderr
    assert "note: codes and columns of two values, used as categories: plan" in done.stderr
    assert (
        "note: missing values in 2 of 90 rows: age 1, town 1; they add nothing to distances, means and modes"
        in done.stderr
    )
    assert "3 clusters of 90 rows by 2 columns of numbers and 2 of categories" in done.stderr


def test_prototypes_are_in_the_units_of_the_data(run, tmp_path):
    run(*FIT, "--centers", "centers.csv", "--quiet", stdin=people())
    header, *rows = csv.reader((tmp_path / "centers.csv").open(newline="", encoding="utf-8"))
    assert header == ["label", "size", "age", "town", "income", "plan"]
    model = expected()
    for label, size, age, town, income, plan in rows:
        own = model.labels_ == int(label)
        known = own & (np.arange(90) != MISSING_AGE)
        assert int(size) == own.sum()
        assert (float(age), float(income)) == pytest.approx((AGES[known].mean(), INCOMES[own].mean()))
        assert [town, int(plan)] == model.cluster_centroids_[int(label), [1, 3]].tolist()


@pytest.mark.filterwarnings("ignore")
def test_models_label_further_rows(run, tmp_path):
    labels = labels_of(run(*FIT, "--save", "model.npz", "--quiet", stdin=people()).stdout)
    done = run("predict", "model.npz", "-", stdin=people(names=("plan", "income", "age", "town")))
    assert labels_of(done.stdout) == labels
    assert "model: k-prototypes with gamma 0.5, 3 clusters of 90 rows by 4 columns" in done.stderr
    few = run("predict", "model.npz", "-", stdin=people([4, MISSING_AGE]))  # in which towns and plans are few
    assert labels_of(few.stdout) == [labels[4], labels[MISSING_AGE]]
    model = expected()
    header, *lines = run("predict", "model.npz", "-", "--scores", stdin=people()).stdout.splitlines()
    found = np.array([line.split(",") for line in lines], float)
    assert header == "label,score" and np.array_equal(found[:, 0], model.labels_)
    far = coterie.load(tmp_path / "model.npz")._distances_to_own(model._read_more(rows_of_people()))
    typical = np.array([np.median(far[model.labels_ == k]) for k in range(3)])
    np.testing.assert_allclose(found[:, 1], far / typical[model.labels_], rtol=1e-5)
    new = run("predict", "model.npz", "-", stdin=b"age,town,income,plan\n44,Oz,5000,2\n")
    assert labels_of(new.stdout) == [labels[1]]
    warnings = [line for line in new.stderr.splitlines() if line.startswith("warning")]
    assert warnings == ["warning: categories that the fit did not have, which are unlike all others: town (Oz)"]
    (tmp_path / "people.csv").write_bytes(people())
    assert (
        "90 new rows against 90: shares differ no more" in run("profile", "people.csv", "--model", "model.npz").stdout
    )


def test_missing_values_stop_the_command_or_cost_their_rows(run, fails):
    told = (
        "missing values in 2 of 90 rows: age 1, town 1; the first is in row 8 of the data, column age; --missing drop "
        "leaves such rows out, --missing keep leaves the values out of distances and keeps the rows"
    )
    assert told in fails(1, *FIT[:-2], stdin=people())
    done = run(*FIT[:-1], "drop", "--save", "model.npz", stdin=people())
    complete = [i for i in range(90) if i not in (MISSING_AGE, MISSING_TOWN)]
    alone = run(*FIT[:-2], stdin=people(complete))
    labels = labels_of(done.stdout)
    assert labels[MISSING_AGE] == labels[MISSING_TOWN] == '""'
    assert [labels[i] for i in complete] == labels_of(alone.stdout)
    again = run("predict", "model.npz", "-", stdin=people())
    assert again.stdout == done.stdout and "those rows are left out, and their label is empty" in again.stderr
    kept = labels_of(run("predict", "model.npz", "-", "--missing", "keep", stdin=people()).stdout)
    assert '""' not in kept and [kept[i] for i in complete] == [labels[i] for i in complete]
    assert told in fails(1, "predict", "model.npz", "-", "--missing", "error", stdin=people())


def test_columns_in_another_order_are_the_same_columns(run, tmp_path):
    one = run(*FIT, "--columns", "income,plan,age", "--save", "model.npz", stdin=people()).stdout
    assert run("predict", "model.npz", "-", stdin=people()).stdout == one


def test_categories_alone_are_k_modes(run):
    done = run(
        "kprototypes",
        "-",
        "-k",
        3,
        "--gamma",
        1,
        "--missing",
        "keep",
        "--save",
        "m.npz",
        stdin=people(names=("town", "plan")),
    )
    assert "left out" not in done.stderr  # plan looks like a rating, and is a number
    done = run(*FIT, "--gamma", 1, "--save", "m.npz", stdin=people(names=("town", "plan")))
    assert "note: there is no column of numbers, so --gamma has no effect" in done.stderr
    assert "number of categories that differ from the prototypes" in done.stderr
    assert type(coterie.load("m.npz")) is coterie.KModes
    again = run("predict", "m.npz", "-", stdin=people(names=("town", "plan")))
    assert again.stdout == done.stdout and "model: k-modes, 3 clusters of 90 rows by 2 columns" in again.stderr


def test_what_does_not_go_is_told(run, fails):
    assert "there is no column of categories in it; coterie kmeans" in fails(
        1, "kprototypes", "-", "-k", 2, "--missing", "keep", stdin=people(names=("age", "income"))
    )
    assert "-k 99 is more than the 90 rows there are" in fails(1, *FIT, "-k", 99, stdin=people())
    assert "argument --gamma: a number of 0 or more is needed, not '-1'" in fails(2, *FIT, "--gamma=-1", stdin=people())
    run(*FIT, "--save", "model.npz", "--quiet", stdin=people())
    assert "--missing median is for numbers, and the model has categories, too: drop or keep" in fails(
        2, "predict", "model.npz", "-", "--missing", "median", stdin=people()
    )
    text = b"age,town,income,plan\nold,Ulm,1,1\n"
    assert "not a column of numbers, as it was at the fit: age" in fails(1, "predict", "model.npz", "-", stdin=text)
