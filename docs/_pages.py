"""Draws the pictures of the pages: when the site is built, the code on a page runs again and draws its pictures, and
what a notebook would show of its results."""

import ast
import contextlib
import doctest
import re
import runpy
import sys
import warnings
from pathlib import Path

import matplotlib.pyplot as plt
from sphinx.util import logging

import coterie

BLOCK = re.compile(r"^( *)```(python|pycon)\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)


def draw(docs: Path, folder: Path) -> None:
    """Run the code of each page NAME that shows pictures of `folder`/NAME in that folder; or NAME.py, if it exists."""
    for page in sorted(docs.glob("**/*.md")):
        text = page.read_text(encoding="utf-8")
        if f"{folder.name}/{page.stem}/" in text:
            (folder / page.stem).mkdir(exist_ok=True)
            with contextlib.chdir(folder / page.stem), contextlib.redirect_stdout(None), warnings.catch_warnings():
                warnings.simplefilter("ignore", coterie.FeatureScaleWarning)  # pages show the case it warns about
                try:
                    run_program(page.with_suffix(".py")) if page.with_suffix(".py").exists() else run(text, page)
                    plt.close("all")
                except Exception as error:  # tests/test_docs.py shows more
                    logging.getLogger(__name__).warning("its code fails: %r", error, location=str(page))


def write_report(page: Path, folder: Path) -> None:
    """Run the code of a page that writes a report, so that the site can show it."""
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.chdir(folder), contextlib.redirect_stdout(None):
        run(page.read_text(encoding="utf-8"), page)


def run(text: str, page: Path) -> None:
    namespace = {"__name__": "__main__"}
    for indent, kind, code in BLOCK.findall(text):
        code = re.sub(f"^{indent}", "", code, flags=re.MULTILINE)
        if kind == "pycon":
            code = "".join(example.source for example in doctest.DocTestParser().get_examples(code))
        exec(compile(code, str(page), "exec"), namespace)
        show(code, namespace)


def show(code: str, namespace: dict[str, object]) -> None:
    """Write what a notebook would show of the name that the code ends with to NAME.html."""
    *_, last = ast.parse(code).body
    if isinstance(last, ast.Expr) and isinstance(last.value, ast.Name):
        shown = namespace[last.value.id]
        Path(f"{last.value.id}.html").write_text(shown._repr_html_(), encoding="utf-8")


def run_program(path: Path) -> None:
    arguments, sys.argv = sys.argv, [str(path)]
    try:
        runpy.run_path(str(path), run_name="__main__")
    finally:
        sys.argv = arguments
