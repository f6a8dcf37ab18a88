"""What the subcommands write: all of it takes its place, or nothing does; and nothing is written over another."""

import itertools
import os
import pkgutil
import re
import subprocess
import sys

import numpy as np
import pytest

from coterie import cli
from coterie.cli._completion import FILES
from coterie.cli._main import make_parser
from coterie.cli.demo import read_iris

COMMANDS = sorted(m.name for m in pkgutil.iter_modules(cli.__path__) if not m.name.startswith("_"))
# What each is run with, but for its outputs.
INPUTS = {
    "kmeans": ["iris.csv", "-k", 3],
    "kmedoids": ["iris.csv", "-k", 3],
    "kprototypes": ["iris.csv", "-k", 3, "--kind", "petal_width_cm=category"],
    "dbscan": ["iris.csv"],
    "hdbscan": ["iris.csv"],
    "optics": ["iris.csv"],
    "hierarchy": ["iris.csv", "-k", 3],
    "sweep": ["iris.csv", "-k", "2-3", "--stability", 0],
    "predict": ["model.npz", "iris.csv"],
    "profile": ["iris.csv", "--model", "model.npz"],
    "report": ["iris.csv", "-k", "2-3"],
    "recommend": ["iris.csv"],
    "quantize": ["picture.png", "-k", 2],
    "demo": ["--seed", 1],
}
# Options that name no file to be written. Whoever adds an option says here whether it does.
NO_OUTPUTS = {
    "help",
    "jobs",
    "seed",
    "quiet",
    "n_clusters",
    "method",
    "size_min",
    "size_max",
    "n_colors",
    "file",
    "model",
    "array",
    "columns",
    "drop",
    "kind",
    "gamma",
    "init",
    "missing",
    "scale",
    "metric",
    "starts",
    "eps",
    "max_eps",
    "xi",
    "reachability",
    "noise",
    "membership",
    "min_samples",
    "min_cluster_size",
    "selection",
    "epsilon",
    "allow_single_cluster",
    "probabilities",
    "height",
    "divisive",
    "minibatch",
    "names",
    "algorithm",
    "stability",
    "labels",
    "by",
    "categorical",
    "noun",
    "scores",
    "sheet",
    "missing_value",
    "append",
    "json",
    "no_guess",
}
ENDINGS = {"plot": ".png", "dendrogram": ".svg", "save": ".npz", "tree": ".npy"}
ENDINGS_OF_OUTPUT = {"report": ".html", "quantize": ".png", "demo": ".png"}


def output_options(command):
    """The options that name a file to be written, with a name that suits."""
    subparser = make_parser([command])._subparsers._group_actions[0].choices[command]
    found = {}
    for action in subparser._actions:
        if action.dest not in NO_OUTPUTS:
            ending = ENDINGS_OF_OUTPUT.get(command, ".csv") if action.dest == "output" else None
            found[action.option_strings[-1]] = f"{action.dest}{ending or ENDINGS.get(action.dest, '.csv')}"
    return found


def test_every_subcommand_is_tried():
    assert COMMANDS == sorted(INPUTS)
    assert {name: sorted(output_options(name)) for name in ("kmeans", "hierarchy")} == {
        "kmeans": ["--centers", "--output", "--plot", "--save"],
        "hierarchy": ["--dendrogram", "--output", "--save", "--tree"],
    }


@pytest.mark.parametrize("command", COMMANDS)
def test_every_argument_that_is_a_file_is_known_as_one(command):
    subparser = make_parser([command])._subparsers._group_actions[0].choices[command]
    files = {(action.option_strings or [action.dest])[-1] for action in subparser._actions if action.metavar in FILES}
    read = {"file", "model", "--model", "--labels"} & {
        (action.option_strings or [action.dest])[-1] for action in subparser._actions
    }
    assert files == read | set(output_options(command))


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run a subcommand in a folder with data, a model and a picture."""
    monkeypatch.chdir(tmp_path)
    names, X, _ = read_iris()
    rows = [",".join(names), *(",".join(map(str, row)) for row in X.tolist())]
    (tmp_path / "iris.csv").write_text("\n".join(rows) + "\n")

    def run(command, *args):
        try:
            code = cli.main([command, *map(str, args)])
        except SystemExit as stopped:
            code = stopped.code
        said = capsys.readouterr()
        return code, said.out, said.err

    assert run("kmeans", "iris.csv", "-k", 3, "--save", "model.npz", "--quiet")[0] == 0
    return run


def needs(command, options):
    if {"--plot", "--dendrogram"} & set(options) or command in ("demo", "report"):
        pytest.importorskip("matplotlib")
    if command == "quantize":
        image = pytest.importorskip("PIL.Image")
        image.fromarray(np.arange(300, dtype=np.uint8).reshape(10, 10, 3)).save("picture.png")


@pytest.fixture
def small_demo(monkeypatch):
    from coterie.cli import demo

    monkeypatch.setattr(demo, "generate_addresses", lambda n, rng, real=demo.generate_addresses: real(2000, rng))


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is full")
@pytest.mark.parametrize("command", COMMANDS)
def test_full_disk_leaves_every_earlier_file_as_it_was(run, small_demo, tmp_path, monkeypatch, command):
    options = output_options(command)
    needs(command, options)
    before = sorted(os.listdir())
    for name in options.values():
        (tmp_path / name).write_text("old")
    args = [*INPUTS[command], *itertools.chain(*options.items())]
    monkeypatch.setattr("builtins.open", full_disk := FullDisk())
    for full_disk.which in range(len(options)):
        full_disk.seen = 0
        code, _, err = run(command, *args)
        *_, error = err.splitlines()
        assert code == 1 and error in [
            f"coterie {command}: error: {name}: No space left on device" for name in options.values()
        ]
        assert [name for name in options.values() if (tmp_path / name).read_text() != "old"] == []
        assert sorted(os.listdir()) == sorted([*before, *options.values()])  # nothing else is left behind
    full_disk.which, full_disk.seen = None, 0
    assert run(command, *args)[0] == 0
    assert full_disk.seen == len(options)
    assert [name for name in options.values() if (tmp_path / name).read_bytes() == b"old"] == []
    assert sorted(os.listdir()) == sorted([*before, *options.values()])


class FullDisk:
    """`open`, but the disk is full for the file of this number that `replacing` writes."""

    def __init__(self):
        self.open, self.which, self.seen = open, None, 0

    def __call__(self, name, mode="r", *args, **options):
        if ".coterie-" in str(name):
            self.seen += 1
            if self.seen - 1 == self.which:
                self.open(name, mode, *args, **options).close()  # to be removed again
                return self.open("/dev/full", mode.replace("x", "w"), *args, **options)
        return self.open(name, mode, *args, **options)


def test_a_command_that_fails_or_is_stopped_leaves_earlier_files(run, tmp_path, monkeypatch):
    (tmp_path / "labels.csv").write_text("old")
    (tmp_path / "centers.csv").write_text("old")
    for error, code in ((KeyboardInterrupt, 130), (MemoryError, 1), (ValueError, 1)):

        def fail(*args, error=error, **options):
            raise error

        monkeypatch.setattr("coterie.cli.kmeans.write_labels", fail)
        assert run("kmeans", "iris.csv", "-k", 3, "-o", "labels.csv", "--centers", "centers.csv")[0] == code
        assert (tmp_path / "centers.csv").read_text() == "old"
        assert not [name for name in os.listdir() if "coterie-" in name]


@pytest.mark.parametrize("command", COMMANDS)
def test_outputs_are_never_one_file(run, small_demo, tmp_path, command):
    """Every two outputs, however the file is called; and each output and what is read."""
    options = output_options(command)
    needs(command, options)
    os.mkdir("folder")
    for first, second in itertools.combinations(options, 2):
        for make in (None, os.symlink, os.link):
            name = options[second]
            other = f"folder/../{name}"
            if make is not None:
                (tmp_path / name).write_text("old")
                other = f"other{os.path.splitext(options[first])[1]}"
                make(name, other)
            code, out, err = run(command, *INPUTS[command], first, other, second, name)
            assert (code, out) == (2, ""), err
            assert (
                f"{name} is named twice as output, once as {other}" in err
                or f"{other} is named twice as output, once as {name}" in err
            )
            if make is not None:
                os.unlink(name)
                os.unlink(other)
    for option, name in options.items():
        ending = os.path.splitext(name)[1]
        for source in [arg for arg in INPUTS[command] if str(arg).endswith((".csv", ".npz", ".png"))]:
            before = (tmp_path / source).read_bytes()
            os.link(source, f"same{ending}")
            code, out, err = run(command, *INPUTS[command], option, f"same{ending}")
            assert (code, out) == (2, "") and f"same{ending} is the file that is read" in err
            os.unlink(f"same{ending}")
            assert (tmp_path / source).read_bytes() == before


@pytest.mark.skipif(sys.platform == "win32", reason="streams of a shell")
def test_output_is_not_where_standard_output_goes(run, tmp_path):
    (tmp_path / "labels.csv").write_text("old")
    command = [sys.executable, "-m", "coterie", "kmeans", "iris.csv", "-k", "3", "--quiet"]
    with open("labels.csv", "ab") as out:
        done = subprocess.run([*command, "--centers", "./labels.csv"], stdout=out, stderr=subprocess.PIPE, timeout=60)
    assert done.returncode == 2 and b"./labels.csv is also the file for standard output" in done.stderr
    assert (tmp_path / "labels.csv").read_text() == "old"
    with open("labels.csv", "wb") as out:  # which is no other file, if it is meant
        done = subprocess.run([*command, "-o", "/dev/stdout", "--centers", os.devnull], stdout=out, timeout=60)
    assert done.returncode == 0 and (tmp_path / "labels.csv").read_text().startswith("label\n")
    with open("iris.csv", "rb") as source:  # neither is it what standard input comes from
        done = subprocess.run(
            [*command[:4], "-", *command[5:], "-o", "iris.csv"], stdin=source, stderr=subprocess.PIPE, timeout=60
        )
    assert done.returncode == 2 and b"iris.csv is the file that is read" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of a shell")
def test_reader_of_labels_that_goes_away_does_not_cost_the_other_files(run):
    args = "kmeans iris.csv -k 3 --quiet --centers centers.csv --save new.npz"
    shell = f"{sys.executable} -m coterie {args} | true; test ${{PIPESTATUS[0]}} = 0"
    assert subprocess.run(["bash", "-c", shell], timeout=60).returncode == 0
    assert os.path.exists("centers.csv") and os.path.exists("new.npz")


@pytest.mark.parametrize("kind", ["png", "jpg", "pdf", "ps", "eps", "svg", "svgz", "tiff", "webp", "gif", "raw"])
def test_every_kind_of_picture_goes_through_memory(run, kind):
    pytest.importorskip("matplotlib")
    assert run("kmeans", "iris.csv", "-k", 3, "--plot", f"a.{kind}", "--quiet")[0] == 0
    assert os.path.getsize(f"a.{kind}") > 1000


@pytest.mark.parametrize(
    "command",
    [
        ("kmeans", "-k", 3, "--plot"),
        ("kmedoids", "-k", 3, "--plot"),
        ("dbscan", "--plot"),
        ("hdbscan", "--plot"),
        ("optics", "--plot"),
        ("dbscan", "--metric", "haversine", "--eps", 100, "--plot"),
        ("hierarchy", "-k", 2, "--dendrogram"),
        ("sweep", "-k", "2-3", "--stability", 0, "--plot"),
    ],
    ids=lambda command: "-".join(map(str, command[:3])),
)
def test_pictures_of_places_in_a_file_with_dollars_in_its_name(run, command):
    pytest.importorskip("matplotlib")
    rows = "".join(f"{40 + i % 4},{-150 + i % 3 * 120 + i / 10}\n" for i in range(60))
    with open("a $b_$.csv", "w", encoding="utf-8") as file:
        file.write(f"lat,lon\n{rows}")
    name, *options = command
    assert run(name, "a $b_$.csv", *options, "a.svg", "--quiet")[0] == 0
    with open("a.svg", encoding="utf-8") as file:
        text = file.read()
    assert "a $b_$.csv" in text
    if options[-1] == "--plot" and name != "sweep":
        width, height = (float(each) for each in re.search(r'width="([\d.]+)pt" height="([\d.]+)pt"', text).groups())
        x, y = (
            re.search(f"<!-- {label} -->.*?translate\\(([\\d.]+) ([\\d.]+)\\)", text, re.DOTALL).groups()
            for label in ("lon", "lat")
        )
        assert float(x[0]) > float(y[0]) and float(x[1]) > float(y[1])  # longitude below, latitude at the side
        assert name != "kmeans" or height < width / 2  # a wide map


@pytest.mark.parametrize(
    "command",
    [("hierarchy", "--names", "name", "-k", 2, "--dendrogram", "a.png"), ("report", "--names", "name", "-o", "a.html")],
    ids=lambda command: command[0],
)
def test_letters_that_no_font_has_are_told_once(run, command):
    pytest.importorskip("matplotlib")
    private = [chr(0xE123 + i) for i in range(12)]
    rows = "".join(f"{letter},{i % 2 * 9 + i / 10},{i}\n" for i, letter in enumerate(private))
    with open("a.csv", "w", encoding="utf-8") as file:
        file.write(f"name,{private[0]},{private[1]}\n{rows}")  # names of columns are in all pictures
    code, _, err = run(command[0], "a.csv", *command[1:], "--quiet")
    told = [line for line in err.splitlines() if line.startswith("warning: ")]
    assert code == 0 and len(told) == 1
    assert told[0].startswith("warning: pictures show boxes in place of letters that matplotlib's fonts lack, such as ")


def test_picture_that_cannot_be_drawn_is_told_in_a_line(run, monkeypatch):
    pytest.importorskip("matplotlib")
    monkeypatch.setenv("PATH", "")  # which has no TeX
    code, _, err = run("kmeans", "iris.csv", "-k", 3, "--plot", "a.pgf", "--quiet")
    assert code == 1 and err.splitlines()[-1].startswith("coterie kmeans: error: a.pgf: ")
    assert not os.path.exists("a.pgf")


def test_picture_without_an_ending_is_a_png(run):
    pytest.importorskip("matplotlib")
    assert run("kmeans", "iris.csv", "-k", 3, "--plot", "a", "--quiet")[0] == 0
    with open("a.png", "rb") as file:
        assert file.read(4) == b"\x89PNG"
