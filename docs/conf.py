"""Sphinx reads this: Markdown by MyST, the furo theme, every warning an error."""

import tomllib
from pathlib import Path

_PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))

project = "nakadachi"
author = "the nakadachi contributors"
release = _PROJECT["project"]["version"]
extensions = ["myst_parser"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"nakadachi {release}"
html_show_copyright = False
html_show_sourcelink = False
myst_heading_anchors = 3
myst_links_external_new_tab = False
nitpicky = True
