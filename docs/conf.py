"""Sphinx configuration; `ci/docs` builds the site."""

import importlib
import sys
from pathlib import Path

import matplotlib

import coterie

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
import _pages  # noqa: E402

project = "coterie"
author = "The coterie developers"
copyright = author
version = release = coterie.__version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.extlinks",
    "sphinx.ext.mathjax",
]
exclude_patterns = ["_build"]
templates_path = ["_templates"]

extlinks = {"doi": ("https://doi.org/%s", "doi:%s")}
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3

autosummary_generate = True
default_role = "autolink"  # `KMeans` in a docstring is a link, `eps` is not
autodoc_typehints = "none"  # the docstrings describe the types
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

html_theme = "pydata_sphinx_theme"
html_title = "coterie"
html_theme_options = {
    "header_links_before_dropdown": 6,
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
    "show_prev_next": False,
}
html_sidebars = {page: [] for page in ("index", "start", "which", "moving", "cli", "benchmarks")}
html_static_path = ["_static"]
html_css_files = ["coterie.css"]
html_show_sourcelink = False
html_extra_path = ["generated/pages"]  # whole pages of HTML, as they are
(HERE / html_extra_path[0]).mkdir(parents=True, exist_ok=True)


def setup(app):
    app.connect("builder-inited", draw)


def draw(app):
    """Draw the pictures of the pages again, and write the report that the home page shows, for each build."""
    folder = HERE / "generated/pictures"
    folder.mkdir(parents=True, exist_ok=True)
    matplotlib.use("Agg")
    _pages.draw(HERE, folder)
    if (HERE / "_pictures.py").exists():
        importlib.import_module("_pictures").draw(folder)
    _pages.write_report(HERE / "index.md", HERE / html_extra_path[0])
