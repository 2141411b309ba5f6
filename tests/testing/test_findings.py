"""The checks find what is wrong, say what is expected, and where that is documented; and nothing where nothing is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gancraft import UsageError
from gancraft.plugins import Plugins, find_plugins
from gancraft.testing import CheckError, check_loss, check_plugin, check_style, checks_of, examine
from gancraft.testing.core import MODULES, Subject, group_of, run
from tests.testing import faulty

PLUGINS = find_plugins(entry_points=(), modules=[faulty], strict=True)
FOUND = [  # what is wrong with which thing, by the checks that have to find it
    ("style", "right", set()),
    ("style", "alone", set()),
    ("style", "drawn", {"repeats"}),
    ("style", "huge", {"scale"}),
    ("style", "inplace", {"pure"}),
    ("style", "values", {"compiles"}),
    ("style", "copies", {"compiles"}),
    ("style", "coarse", {"precision"}),
    ("style", "firstblend", {"blends"}),
    ("style", "neighbours", {"masks", "adds-up"}),
    ("style", "boastful", {"capabilities", "masks"}),
    ("style", "claiming", {"known-capabilities"}),
    ("style", "bounds", {"summary", "options"}),
    ("style", "taken", {"option-names"}),
    ("style", "still", {"paints", "stops", "weighs"}),
    ("style", "leaking", {"events"}),
    ("style", "wrong", {"paints", "events"}),
    ("generator", "idle", {"sizes", "gradients"}),
    ("discriminator", "mixing", {"logits", "together"}),
    ("discriminator", "once", {"second-derivative"}),
    ("loss", "backwards", {"means", "pulls-apart", "penalties", "health", "extremes"}),
    ("network", "blank", {"names", "scale", "gradients", "repeats"}),
    ("train", "muddled", {"networks", "losses", "gradients"}),
    ("train", "adrift", {"parts"}),
    ("train", "unset", {"settings"}),
    ("train", "misspelt", {"settings"}),
]


@pytest.mark.parametrize(("kind", "name", "wanted"), FOUND, ids=[name for _, name, _ in FOUND])
def test_what_is_wrong_is_found(kind: str, name: str, wanted: set[str]) -> None:
    results = list(examine(PLUGINS.get(kind, name), PLUGINS))
    failed = {result.check.name for result in results if result.state == "failed"}
    assert failed >= wanted, "\n".join(map(str, results))
    if not wanted:
        assert not failed, "\n".join(map(str, results))
    for result in results:
        if result.state == "failed":
            assert result.found and result.found.endswith("."), result
            assert f"See docs/testing.md#{result.check.name}" in str(result)


@pytest.mark.parametrize(
    ("kind", "name", "check", "told"),
    [
        (
            "style",
            "claiming",
            "known-capabilities",
            "'colour', 'masks' (did you mean 'mask'?); a style method can have mask,",
        ),
        ("style", "taken", "option-names", "'size', which the part 'style' has, 'colours', which the part"),
        ("style", "neighbours", "adds-up", "what looks at neighbours is a loss of whole maps: leave out `additive`"),
        ("style", "still", "weighs", "read `StyleInput.weight`, or register it as `styleless` if it looks at no style"),
        ("train", "misspelt", "settings", "no setting 'gan.generator_rates' (did you mean 'generator_rate'?)."),
        ("train", "unset", "settings", "no setting 'gan.nonsense'"),
    ],
)
def test_it_says_what_to_do(kind: str, name: str, check: str, told: str) -> None:
    (check_of_it,) = [each for each in checks_of(group_of(PLUGINS.get(kind, name))) if each.name == check]
    entry = PLUGINS.get(kind, name)
    assert told in run(check_of_it, Subject(PLUGINS, entry.plugin, entry)).found


def test_all_that_failed_is_in_one_error() -> None:
    with pytest.raises(CheckError) as raised:
        check_loss("backwards", PLUGINS)
    lines = str(raised.value).splitlines()
    assert len(lines) >= 4 and all(line.startswith("loss 'backwards': ") for line in lines)
    assert "Expected" not in lines[0] and "'r3'; the engine has gradient, r1, r2." in str(raised.value)


def test_a_heavy_plugin_is_found_out() -> None:
    info = PLUGINS.plugin("tests.testing.faulty")
    (light,) = [check for check in checks_of("plugin") if check.name == "light"]
    result = run(light, Subject(PLUGINS, info))
    assert result.state == "failed" and result.found.startswith(
        "it imports torch, numpy; register 'package.module:Class'"
    )


def test_a_plugin_that_fails_or_reaches_into_the_engine(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("import nowhere_to_be_found")
    (tmp_path / "nosy.py").write_text(
        "import gancraft\nfrom gancraft.style.optimise import OptimisedStyle\n"
        "@gancraft.hookimpl\ndef register_losses(register):\n    pass\n"
    )
    plugins = find_plugins([tmp_path], entry_points=())
    with pytest.raises(CheckError, match="loads: .* No module named 'nowhere_to_be_found'"):
        check_plugin("broken", plugins)
    with pytest.raises(CheckError) as raised:
        check_plugin("nosy", plugins)
    failed = {line.split(": ")[1] for line in str(raised.value).splitlines()}
    assert failed == {"loads", "light", "described", "public-names"}
    assert "gancraft.style.optimise" in str(raised.value)


def test_names_that_are_not_there() -> None:
    with pytest.raises(UsageError, match=r"there is no style method 'rihgt' \(did you mean 'right'"):
        check_style("rihgt", PLUGINS)
    with pytest.raises(UsageError, match="there is no plugin 'x'"):
        check_plugin("x", PLUGINS)
    with pytest.raises(UsageError, match="'idle' is registered as a generator, not as a style"):
        check_style(PLUGINS.get("generator", "idle"), PLUGINS)


@pytest.mark.parametrize(("settings", "reason"), [({"width": 0}, "width = 0: "), ({"wide": 3}, "wide = 3: ")])
def test_settings_that_cannot_be_are_told_once(settings: dict[str, int], reason: str) -> None:
    with pytest.raises(UsageError, match=f"'bounds' can't be checked with {reason}"):
        check_style("bounds", PLUGINS, **settings)


def test_every_check_is_documented_and_has_one_sentence() -> None:
    page = (Path(__file__).parents[2] / "docs" / "testing.md").read_text(encoding="utf-8")
    checks = {check.name: check for group in MODULES for check in checks_of(group)}
    assert [name for name in checks if f"### {name}\n" not in page] == []
    assert all(check.expects.endswith(".") for check in checks.values())
    headings = {line.removeprefix("### ") for line in page.splitlines() if line.startswith("### ")}
    assert headings == set(checks), "and no other is"


def test_the_fixture_hides_what_else_is_installed(
    gancraft_plugins: Callable[..., Plugins], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "stranger.py").write_text("import gancraft\n@gancraft.hookimpl\ndef register_losses(register): pass\n")
    monkeypatch.setenv("GANCRAFT_PLUGINS_DIR", str(tmp_path))
    only = gancraft_plugins(faulty, bundled=False)
    assert [info.name for info in only.infos] == ["tests.testing.faulty"]
    assert [info.name for info in find_plugins().infos] == ["tests.testing.faulty"], "whoever looks"
    both = gancraft_plugins(faulty)
    assert "gram" in both.names("style") and "right" in both.names("style")
    assert all(info.bundled or info.name == "tests.testing.faulty" for info in both.infos)


def test_the_fixture_runs_the_program(
    gancraft_plugins: Callable[..., Plugins], gancraft_run: Callable[..., str]
) -> None:
    gancraft_plugins(faulty)
    assert "right" in gancraft_run("plugins")
    with pytest.raises(AssertionError, match="exit code 2"):
        gancraft_run("style", "--plugin", "nobody")
