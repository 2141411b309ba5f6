"""What gancraft adds to pytest, for the tests of plugins: fixtures. No torch is imported before one is used, so that other
tests lose no time. `-p no:gancraft` leaves it out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from gancraft.plugins import Plugins
    from gancraft.plugins.sources import Candidate


@pytest.fixture
def gancraft_plugins(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Plugins]:
    """A function of modules, or their names, that gives a catalogue of these plugins, and of those that come with gancraft
    unless `bundled=False`. Raises GancraftError where one can't be loaded.

    From then on to the end of the test nothing else is found, whoever looks: no other installed plugin, none of a folder, and
    no setting of the person who runs the tests.
    """

    def only(*modules: ModuleType | str, bundled: bool = True) -> Plugins:
        from gancraft.plugins import find, sources

        chosen = [import_module(module) if isinstance(module, str) else module for module in modules]

        def installed(entry_points: object) -> Iterator[Candidate]:
            if bundled:
                yield from (candidate for candidate in sources.installed(None) if candidate.info.bundled)
            yield from sources.from_modules(chosen)

        for name in [name for name in os.environ if name.startswith("GANCRAFT_")]:
            monkeypatch.delenv(name)
        monkeypatch.setattr(find, "installed", installed)
        return find.find_plugins(strict=True)

    return only


@pytest.fixture
def gancraft_run() -> Callable[..., str]:
    """A function that runs the program in this process: `gancraft_run("style", "--plugin", "gram")`. Returns what it prints;
    raises AssertionError with that where it doesn't end well."""

    def run(*arguments: str) -> str:
        from typer.testing import CliRunner

        from gancraft.errors import GancraftError

        # By name, for the program stands above the checks, and asks for them.
        build_app = import_module("gancraft.cli.main").build_app
        words = list(arguments)
        try:
            app = build_app(words)
        except GancraftError as error:
            raise AssertionError(f"gancraft {' '.join(words)}: exit code {error.exit_code}\n{error}") from error
        written = import_module("gancraft.cli.sniff").Words(words, os.environ).normalised
        result = CliRunner().invoke(app, written, prog_name="gancraft")
        assert result.exit_code == 0, f"gancraft {' '.join(words)}: exit code {result.exit_code}\n{result.output}"
        return result.output

    return run
