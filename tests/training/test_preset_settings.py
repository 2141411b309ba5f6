"""A preset's settings that nobody has are told of; a run goes on without them."""

from __future__ import annotations

from pathlib import Path

import pytest

from gancraft.cli.main import main
from gancraft.plugins import find_plugins
from gancraft.training.choice import resolve_train
from tests.conftest import WritePlugin
from tests.training import engine_helpers as engine

PRESET = """
    import gancraft

    @gancraft.hookimpl
    def register_training_methods(register):
        settings = {"batch": 32, "discriminator.widht": 8, "width": 16, "generator.width": 8}
        register("odd", gancraft.Preset("GENERATOR", "toy", "bce", settings), summary="Odd.")
"""
LINES = [
    "preset 'odd' of plugin 'odd' (plugins/odd.py): there is no setting 'discriminator.widht' (did you mean 'width'?)",
    "preset 'odd' of plugin 'odd' (plugins/odd.py): 'width' is a setting of generator, discriminator; write one of them before it",
]


def test_a_run_says_what_is_passed_over_and_goes_on(
    write_plugin: WritePlugin, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = str(write_plugin("odd", PRESET.replace("GENERATOR", "toy")).relative_to(tmp_path))
    words = ["train", "sample:ring", "-p", "odd", "--plugins-dir", folder, "--pictures", "64"]
    with pytest.raises(SystemExit) as ended:
        main(words)
    told = [line.removeprefix("gancraft: ") for line in capsys.readouterr().err.splitlines() if "preset" in line]
    assert ended.value.code == 0 and told == LINES
    choice = resolve_train(find_plugins([folder]), [{"plugin": "odd", "pictures": 64}])
    events = engine.finish(choice, "sample:ring", tmp_path / "runs" / "ring-odd")
    assert engine.warned(events, "plugin") == LINES


def test_a_preset_whose_part_is_not_there_may_be_used_with_another(write_plugin: WritePlugin) -> None:
    plugins = find_plugins([write_plugin("odd", PRESET.replace("GENERATOR", "nowhere"))])
    assert resolve_train(plugins, [{"plugin": "odd", "generator": "toy"}]).warnings == ()


def test_settings_may_be_nested_written_with_dashes_or_be_of_the_run_too(write_plugin: WritePlugin) -> None:
    settings = '{"generator": {"width": 8}, "gan.generator-rate": 1e-3, "plugin": "odd", "batch": 16}'
    code = PRESET.replace("GENERATOR", "toy").replace(
        '{"batch": 32, "discriminator.widht": 8, "width": 16, "generator.width": 8}', settings
    )
    choice = resolve_train(find_plugins([write_plugin("odd", code)]), [{"plugin": "odd"}])
    assert choice.warnings == () and choice.settings.batch == 16


def test_bundled_presets_name_only_what_there_is() -> None:
    plugins = find_plugins()
    assert all(resolve_train(plugins, [{"plugin": name}]).warnings == () for name in plugins.names("train"))
