"""Sphinx configuration; ci/docs builds."""
import coterie

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
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3

autosummary_generate = True
autodoc_typehints = "none"  # the docstrings say it in words
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

html_theme = "pydata_sphinx_theme"
html_title = "coterie"
html_theme_options = {"navigation_with_keys": False, "show_prev_next": False}
html_show_sourcelink = False
