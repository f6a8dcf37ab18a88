"""The README and the site say what happens: all code on them runs, all commands do, all public names are listed.

The blocks of a page run from top to bottom in one namespace and one empty folder: ```pycon with what it prints
compared, ```python (compared where ```text follows at once), and of ```sh the calls of `coterie`, on made-up files of
the names in them. From the first block on that needs a library that is not there, the rest of the page is skipped.
"""

import ast
import doctest
import functools
import gzip
import importlib
import importlib.util
import inspect
import pkgutil
import re
import shlex
import sys
from pathlib import Path

import numpy as np
import pytest

import coterie
from coterie import cli
from coterie.cli._main import make_parser
from coterie.plot import _animation

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PACKAGES = sorted(path.parent for path in (ROOT / "src/coterie").glob("*/__init__.py"))
README = ROOT / "README.md"
PAGES = [README, *(p for p in sorted(DOCS.glob("**/*.md")) if not {"_build", "generated"} & set(p.parts))]

BLOCK = re.compile(r"^( *)```(python|pycon|sh)\n(.*?)^\1```$(?:\n+```text\n(.*?)^```$)?", re.DOTALL | re.MULTILINE)
OPTIONAL = {"coterie.plot": "matplotlib", "sklearn": "sklearn", "PIL": "PIL"} | {
    name: name
    for name in (
        "bertopic",
        "dask",
        "faiss",
        "fastcluster",
        "hdbscan",
        "joblib",
        "matplotlib",
        "onnxruntime",
        "pandas",
        "polars",
        "pyarrow",
        "scipy",
        "skl2onnx",
        "skops",
        "threadpoolctl",
        "tqdm",
    )
}
COMPARES = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
SLOW = {"demo", "report"}  # parsed only; tests/cli runs them


def page_name(page):
    return page.relative_to(ROOT).with_suffix("").as_posix()


def blocks(page):
    text = page.read_text(encoding="utf-8")
    for match in BLOCK.finditer(text):
        indent, kind, code, output = match.groups()
        line = text.count("\n", 0, match.start(3))
        yield kind, re.sub(f"^{indent}", "", code, flags=re.MULTILINE), line, output


def needs(kind, code, page, line):
    """Skip what can't run here."""
    code = re.sub(r"from coterie import .*\bplot\b", "import coterie.plot", code)
    for module in re.findall(r"^(?:>>> |\.\.\. )? *(?:import|from) ([\w.]+)", code, re.MULTILINE):
        for name, library in OPTIONAL.items():
            if f"{module}.".startswith(f"{name}.") and importlib.util.find_spec(library) is None:
                pytest.skip(f"{page_name(page)}, line {line}, needs {library}")
    if kind == "pycon" and np.lib.NumpyVersion(np.__version__) < "2.0.0":
        pytest.skip("numpy printed scalars in another way")


@pytest.mark.filterwarnings("error::UserWarning", "ignore::coterie.FeatureScaleWarning")
@pytest.mark.parametrize("page", [p for p in PAGES if any(kind != "sh" for kind, *_ in blocks(p))], ids=page_name)
def test_code_runs_and_prints_what_the_page_shows(page, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("MPLBACKEND", "Agg")
    monkeypatch.chdir(tmp_path)
    if importlib.util.find_spec("matplotlib"):  # nobody looks at the pictures here
        monkeypatch.setitem(importlib.import_module("matplotlib").rcParams, "savefig.dpi", 20)
        save = _animation.save
        monkeypatch.setattr(_animation, "save", lambda draw, frames, *others: save(draw, frames[:2], *others))
    namespace = {"__name__": "__main__"}
    for kind, code, line, output in blocks(page):
        needs(kind, code, page, line)
        if kind == "python":
            capsys.readouterr()
            exec(compile("\n" * line + code, str(page), "exec"), namespace)
            assert output is None or capsys.readouterr().out.split() == output.split()
        elif kind == "pycon":
            code = re.sub(r"\n(?=\n+(?!>>>|\n)[^\n])", "\n<BLANKLINE>", code)  # what is printed ends with the block
            test = doctest.DocTestParser().get_doctest(code, namespace, page_name(page), str(page), line)
            runner = doctest.DocTestRunner(optionflags=COMPARES)
            runner.run(test, clear_globs=False)
            assert test.examples
            assert not runner.failures, f"{page_name(page)}, line {line}: see above"
            namespace = test.globs
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


# ---------------------------------------------------------------------------------------------------- commands


def commands(page):
    """Each call of `coterie` in the shell blocks of a page: its arguments, and the file that its output goes to."""
    for kind, code, *_ in blocks(page):
        if kind == "sh":
            code = code.replace("\\\n", " ")
            for line in re.findall(r"(?:^|&& *|\| *)(?:\.venv/bin/)?coterie +([^|&\n]*)", code, re.MULTILINE):
                call, _, target = line.partition(">")
                yield shlex.split(call, comments=True), target.strip()


def make_file(path, columns, rng):
    """A table of 120 rows in three groups, or a picture, unless an earlier command has written the file."""
    if path.exists():
        return
    middles = np.repeat([2.0, 9.0, 20.0], 40)
    numbers = np.column_stack([rng.normal(middles, 1).clip(0.1) for _ in columns])
    if path.suffix in (".csv", ".gz"):
        text = "\n".join([",".join(columns), *(",".join(f"{x:.3f}" for x in row) for row in numbers)]).encode()
        path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    elif path.suffix == ".npy":
        np.save(path, numbers)
    elif path.suffix == ".npz":
        np.savez(path, X=numbers)
    elif path.suffix == ".parquet":
        pytest.importorskip("pyarrow")
        pytest.importorskip("pandas").DataFrame(numbers, columns=columns).to_parquet(path)
    elif path.suffix in (".png", ".jpg"):
        pixels = rng.integers(256, size=(20, 30, 3), dtype=np.uint8)
        pytest.importorskip("PIL.Image").fromarray(pixels).save(path)


@pytest.mark.parametrize("page", [p for p in PAGES if any(commands(p))], ids=page_name)
def test_commands_run(page, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("MPLBACKEND", "Agg")
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    parser = make_parser([])
    subcommands = next(action for action in parser._actions if isinstance(action.choices, dict)).choices
    parsed = [(argv, target, parser.parse_args(argv)) for argv, target in commands(page) if argv[0] in subcommands]
    columns = {}  # alike for all tables of the page, so that a model fits those that it predicts
    for _, _, arguments in parsed:
        for option in ("columns", "drop", "names"):
            named = getattr(arguments, option, None) or []
            columns |= dict.fromkeys(named.split(",") if isinstance(named, str) else named)
        columns |= dict.fromkeys(getattr(arguments, "kind", {}))
    columns = list(columns | dict.fromkeys(["width", "height", "length"]))
    for argv, target, arguments in parsed:
        if argv[0] in SLOW or "-" in argv:
            continue
        if {"--plot", "--dendrogram"} & set(argv):
            pytest.importorskip("matplotlib")
        for action in subcommands[argv[0]]._actions:
            if not action.option_strings:
                make_file(tmp_path / str(getattr(arguments, action.dest)), columns, rng)
        code = cli.main([*argv, "--stability=2"] if argv[0] == "sweep" else argv)  # 20 draws take long
        out, err = capsys.readouterr()
        assert code == 0, f"coterie {shlex.join(argv)}\n{err}"
        if target:
            (tmp_path / target).write_text(out, encoding="utf-8")


def test_every_command_is_on_the_site():
    """And nothing that is none."""
    named = {argv[0] for page in PAGES for argv, _ in commands(page)}
    there = {m.name for m in pkgutil.iter_modules(cli.__path__) if not m.name.startswith("_")}
    assert sorted(there - named) == [], "show these in docs/cli.md"
    assert not {name for name in named if not name.startswith("-")} - there


# ----------------------------------------------------------------------------------------------- names and links

# Docstrings of what these name are found where they are defined, or they are no objects to be documented.
UNLISTED = {"api.C_API", "plot.PALETTE"}


def public_names():
    yield from (name for name in coterie.__all__)
    for module in pkgutil.iter_modules(coterie.__path__):
        if not module.name.startswith("_") and module.name not in ("cli", "data"):
            for name in importlib.import_module(f"coterie.{module.name}").__all__:
                if name not in coterie.__all__:  # else it is listed as a name of coterie
                    yield f"{module.name}.{name}"


def test_the_reference_lists_every_public_name():
    text = (DOCS / "api.md").read_text(encoding="utf-8")
    listed = re.findall(r"^    ([\w.]+)$", text, re.MULTILINE)
    listed += [name.removeprefix("coterie.") for name in re.findall(r"autoexception:: ([\w.]+)", text)]
    public = set(public_names()) - UNLISTED
    assert len(listed) == len(set(listed))
    assert sorted(public - set(listed)) == [], "add these to docs/api.md"
    assert not set(listed) - public


def test_all_that_the_reference_lists_has_a_docstring():
    for name in public_names():
        *module, attribute = name.split(".")
        found = getattr(importlib.import_module(".".join(["coterie", *module])), attribute)
        assert inspect.getdoc(found) or name in UNLISTED, name


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_links_lead_somewhere(page):
    """To files; Sphinx checks those to headings within the site."""
    text = re.sub(r"^( *)```.*?^\1```$|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not re.match(r"[a-z]+:|#|(\.\./)?generated/", target):
            assert (page.parent / target.split("#")[0]).exists(), target


@functools.cache
def file_names():
    folders = [ROOT / name for name in ("src", "tests", "ci", "docs")]
    return {"setup.py", *(path.name for folder in folders for path in folder.glob("**/*"))}


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_files_and_names_of_the_code_are_there(page):
    """`_lloyd.iterate`, `update.pyx`: those that a page mentions, with the folder or without."""
    names = re.findall(r"`([\w./]+)`", page.read_text(encoding="utf-8"))
    for name in names:
        module, _, attributes = name.removeprefix("coterie.").partition(".")
        if re.search(r"\w\.(py|pyx|pyi|pxd|h)$", name):
            assert name.split("/")[-1] in file_names(), name
        elif attributes and importlib.util.find_spec(f"coterie.{module}"):
            functools.reduce(getattr, attributes.split("."), importlib.import_module(f"coterie.{module}"))


def test_every_page_is_reached():
    """From the landing page, by its lists of pages."""
    seen, new = set(), {"index"}
    while new:
        seen |= new
        lists = {(name, entry) for name in new for entry in toctree(DOCS / f"{name}.md")}
        new = {entry for _, entry in lists} - seen
    there = {p.relative_to(DOCS).with_suffix("").as_posix() for p in PAGES if p != README}
    assert sorted(there - seen) == [], "add these to the toctree of the index.md of their folder"
    assert sorted(seen - there) == []


def toctree(page):
    for listed in re.findall(r"^```\{toctree\}\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE):
        for entry in re.findall(r"^(?:.*<)?([\w/]+)>?$", listed, re.MULTILINE):
            yield (page.parent / entry).relative_to(DOCS).as_posix()


# ------------------------------------------------------------------------------------------------------- README


def test_the_readme_has_the_two_commands():
    lines = re.findall(r"^python3 -m venv .*$", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert [line.split(" && ")[-1].split()[0] for line in lines] == [".venv/bin/coterie", ".venv-test/bin/python"]


@pytest.mark.parametrize("page", [README, DOCS / "index.md"], ids=page_name)
def test_the_figures_of_readme_and_home_page_are_those_of_the_benchmarks(page):
    def rows(page):
        table = re.findall(r"^\|(.*×\*\*.*)\|$", page.read_text(encoding="utf-8"), re.MULTILINE)
        return [[cell.strip() for cell in row.split("|")][1:] for row in table]

    measured = [set(row) for row in rows(DOCS / "benchmarks.md")]
    assert rows(page)
    for row in rows(page):
        assert any(set(row) <= each for each in measured), row


def test_every_package_is_on_the_map():
    the_map = (DOCS / "architecture.md").read_text(encoding="utf-8").split("```text")[1].split("```")[0]
    assert {package.name for package in PACKAGES} == set(re.findall(r"^  (\w+)/ ", the_map, re.MULTILINE))


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_the_docstring_of_a_package_names_its_modules(package):
    text = ast.get_docstring(ast.parse((package / "__init__.py").read_text(encoding="utf-8")))
    modules = {path.stem for path in [*package.glob("*.py"), *package.glob("_kernels/*.pyx")]} - {"__init__"}
    if package.name == "cli":  # a module without a leading underscore is a subcommand, and says so itself
        modules = {name for name in modules if name.startswith("_")}
    assert sorted(name for name in modules if not re.search(rf"\b{name}\b", text)) == []


def test_nothing_recommends_to_install_coterie_from_an_index():
    """It is on none yet. The hints of the program have one home."""
    texts = [*PAGES, *DOCS.glob("examples/*.py"), *(ROOT / "src").glob("coterie/**/*.py")]
    assert [str(path) for path in texts if "coterie[" in path.read_text(encoding="utf-8")] == []
    assert [
        path.name
        for path in (ROOT / "src").glob("coterie/**/*.py")
        if re.search(r"pip install (?!matplotlib`)", path.read_text(encoding="utf-8"))
    ] == ["optional.py"]


# ------------------------------------------------------------------------------------------------------- spelling

BRITISH = (
    r"\b(centre[sd]?|\w*neighbour\w*|\w*colour\w*|\w*behaviour\w*|\w*labell\w+|normalis\w+|optimis(e|ed|er|ation)\w*"
    r"|parametris\w+|favour\w*|grey\w*|catalogues?|minimis\w+|maximis\w+|recognis\w+|summaris\w+|standardis\w+"
    r"|\w*metres?|licence|analys(e|ed|ing)|judgement|artefacts?|initialis\w+|generalis\w+|visualis\w+)\b"
)


def test_all_text_is_in_american_spelling():
    files = [path for folder in ("src", "tests", "docs", "ci") for path in (ROOT / folder).rglob("*")]
    kinds = {".py", ".pyi", ".pyx", ".pxd", ".h", ".md", ""}
    for path in [*files, *ROOT.glob("*.md"), ROOT / "setup.py"]:
        if not path.is_file() or path.suffix not in kinds or path == Path(__file__) or "_build" in path.parts:
            continue
        found = re.search(BRITISH, path.read_text(encoding="utf-8"), re.IGNORECASE)
        assert found is None or found[0] == "aria_labelledby", f"{path}: {found[0]}"
