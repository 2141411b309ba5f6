# Recipes for people who work on gancraft; `just` lists them.

default:
    @just --list

# Install in a virtual environment of its own, editable, with everything the tests need.
install:
    python3 -m venv .venv && .venv/bin/pip install -e '.[test]'

# The default tests, under eight minutes on two cores.
test *arguments:
    .venv/bin/python -m pytest {{arguments}}

# The slow tests, one of which installs a Space anew, and those in a real Chromium.
test-more:
    .venv/bin/python -m pytest -m slow && .venv/bin/python -m pytest -m browser

# The page, as it is in this folder.
page *arguments:
    .venv/bin/gancraft web {{arguments}}

# Write down the page's API anew, after a change that is meant.
api:
    .venv/bin/python -m tests.web.test_api --update

# Format, lint, types, and the floors of the house.
check:
    .venv/bin/ruff format . && .venv/bin/ruff check . && .venv/bin/mypy && .venv/bin/lint-imports

# The generated pages of docs/: commands, options, interface reference, hooks.
docs:
    .venv/bin/python docs/generate.py
    .venv/bin/python docs/generate_options.py
    .venv/bin/python docs/generate_reference.py

# The documentation as a site in build/site; any warning is an error.
site:
    .venv/bin/python -m sphinx -W --keep-going -b html docs build/site

# Everything that CI does, on a copy and in a fresh environment.
ci:
    .ci/run
