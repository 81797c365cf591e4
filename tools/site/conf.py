"""Sphinx's settings for the documentation site: Markdown as it stands in the repository."""

project = "Tournée"
author = "Tournée"
copyright = "Tournée, MIT"
language = "en"
extensions = ["myst_parser"]
myst_heading_anchors = 4  # `#a-heading`, as code hosts have it
html_theme = "furo"
html_title = "Tournée"
html_show_sphinx = False
html_copy_source = False
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_theme_options = {"announcement": "Simulation, profile <code>open-1</code>: bills nobody."}
