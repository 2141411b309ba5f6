"""Finding, isolating and listing plugins."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

import gancraft
from gancraft import GancraftError, StyleLoss, StyleMethod, UsageError
from gancraft.plugins import find_plugins, plugins_from_environment
from tests.conftest import WritePlugin

ROOT = Path(__file__).parents[1]
GOOD = """
    import gancraft

    class Loss(gancraft.StyleLoss):
        def target(self, features): return {}
        def blend(self, targets, weights): return targets[0]
        def loss(self, features, target): return {}

    @gancraft.hookimpl
    def register_style_methods(register):
        register("NAME", Loss, summary="A loss.")
"""
HOOK = "import gancraft\n@gancraft.hookimpl\ndef register_networks(register): "
BROKEN = {
    "missing": ("import nowhere_to_be_found", "No module named 'nowhere_to_be_found'"),
    "syntax": ("def (:", "SyntaxError"),
    "leaves": ("import sys; sys.exit(3)", "SystemExit: 3"),
    "argument": (
        "import gancraft\n@gancraft.hookimpl\ndef register_networks(register, cheese): pass",
        "cheese",
    ),
    "misspelt": (
        "import gancraft\n@gancraft.hookimpl\ndef register_netwroks(register): pass",
        "there is no hook 'register_netwroks', did you mean 'register_networks'?",
    ),
    "raises": (HOOK + "raise ValueError('no')", "no"),
    "name": (HOOK + "register('No Good', 'a:B', summary='x')", "'No Good' is no name"),
    "target": (HOOK + "register('n', 'a.b', summary='x')", "'a.b' is no target"),
    "summary": (HOOK + "register('n', 'a:b', summary='')", "summary"),
    "options": (
        "import gancraft\nclass O(gancraft.Options):\n    x: dict = gancraft.option({}, 'x')\n"
        "@gancraft.hookimpl\ndef register_networks(register): register('n', 'a:b', summary='x', options=O)",
        "option 'x' of broken_options.O: <class 'dict'> can't be a setting",
    ),
    "untyped": (
        "import gancraft\nclass O(gancraft.Options):\n    x = gancraft.option(1, 'x')\n",
        "PydanticUserError: Field 'x' requires a type annotation",
    ),
    "arguments": (
        HOOK + "register('n', summary='x')",
        "TypeError: register() missing 1 required positional argument: 'target'",
    ),
    "attribute": (
        "import gancraft, sys\nsys.modules[__name__].nothing",
        "AttributeError: module 'broken_attribute' has no attribute 'nothing'",
    ),
}


def test_the_bundled_ones_are_found_once_and_load() -> None:
    plugins = find_plugins()
    names = [info.name for info in plugins.infos if info.bundled]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert sorted(names) == sorted(project["entry-points"]["gancraft"])
    assert {info.state for info in plugins.infos if info.bundled} == {"loaded"}
    assert "gram" in plugins.names("style") and "embedded" in plugins.names("network")
    assert all(info.version == gancraft.__version__ for info in plugins.infos if info.bundled)


def test_they_are_found_in_a_checkout_that_is_not_installed(tmp_path: Path) -> None:
    """As a Space runs: from the repository's root, without the distribution's metadata."""
    code = (
        "from importlib import metadata; real = metadata.entry_points;"
        "metadata.entry_points = lambda **kw: [p for p in real(**kw) if p.dist is None or p.dist.name != 'gancraft'];"
        "from gancraft.plugins import find_plugins; print(*sorted(find_plugins().names('style')));"
        "find_plugins().get('style', 'gram').load()"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    bundled = [entry.name for entry in find_plugins().entries if entry.kind == "style" and entry.plugin.bundled]
    assert done.stdout.split() == sorted(bundled) and "gram" in bundled


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_plugin_is_listed_with_its_reason_and_harms_nobody(kind: str, write_plugin: WritePlugin) -> None:
    code, reason = BROKEN[kind]
    write_plugin(f"broken_{kind}", code)
    folder = write_plugin("zzz_good", GOOD.replace("NAME", "zzz"))
    plugins = find_plugins([folder])
    (info,) = [info for info in plugins.infos if info.name == f"broken-{kind}"]
    assert info.state == "failed" and reason in info.reason and "\n" not in info.reason
    assert "_gancraft" not in info.reason and "http" not in info.reason
    assert {"gram", "zzz"} <= set(plugins.names("style"))
    with pytest.raises(GancraftError, match="failed to load"):
        find_plugins([folder], strict=True)


def test_a_plugin_registers_all_or_nothing(write_plugin: WritePlugin) -> None:
    folder = write_plugin("half", GOOD.replace("NAME", "half") + "        register('half', Loss, summary='again')\n")
    plugins = find_plugins([folder])
    assert "half" not in plugins.names("style")
    assert "is taken by plugin" in next(info for info in plugins.infos if info.name == "half").reason


def test_a_name_clash_names_both_sides_and_the_first_goes_on_working(write_plugin: WritePlugin) -> None:
    folder = write_plugin("imitator", GOOD.replace("NAME", "gram"))
    plugins = find_plugins([folder])
    (info,) = [info for info in plugins.infos if info.name == "imitator"]
    assert info.state == "failed"
    assert "'imitator'" in info.reason and f"'gram' (gancraft {gancraft.__version__})" in info.reason
    assert plugins.get("style", "gram").plugin.name == "gram"


def test_blocking_and_allowing(write_plugin: WritePlugin) -> None:
    folder = write_plugin("mine", GOOD.replace("NAME", "mine"))
    assert "mine" not in find_plugins([folder], block=["mine"]).names("style")
    only = find_plugins([folder], allow=["mine"])
    assert only.names("style") == ["mine"] and only.names("network") == []
    with pytest.raises(UsageError, match="is blocked: by --no-plugin"):
        find_plugins([folder], block=["mine"]).get("style", "mine")


def test_the_environment(write_plugin: WritePlugin) -> None:
    folder = write_plugin("mine", GOOD.replace("NAME", "mine"))
    write_plugin("bad", "import nowhere_to_be_found")
    environ = {"GANCRAFT_PLUGINS_DIR": str(folder)}
    assert "mine" in plugins_from_environment(environ).names("style")
    assert plugins_from_environment({**environ, "GANCRAFT_PLUGINS": "mine"}).names("style") == ["mine"]
    assert plugins_from_environment({**environ, "GANCRAFT_PLUGINS": ""}).names("style") == []
    with pytest.raises(GancraftError, match="'bad'"):
        plugins_from_environment({**environ, "GANCRAFT_STRICT": "1"})


def test_a_folder_of_a_package_resolves_its_own_targets(tmp_path: Path) -> None:
    package = tmp_path / "packaged_style"
    package.mkdir()
    (package / "__init__.py").write_text(
        "import gancraft\n@gancraft.hookimpl\ndef register_style_methods(register):\n"
        "    register('packaged', 'packaged_style.heavy:Method', interface=gancraft.StyleMethod, summary='x')\n"
    )
    (package / "heavy.py").write_text(
        "import gancraft\nclass Method(gancraft.StyleMethod):\n    def run(self, job, run):\n        yield gancraft.Finished()\n"
    )
    entry = find_plugins([tmp_path]).get("style", "packaged")
    assert entry.interface is StyleMethod and issubclass(entry.load(), StyleMethod)


def test_a_package_in_a_folder_is_called_as_its_entry_point_would(tmp_path: Path) -> None:
    (tmp_path / "gancraft_brush_strokes").mkdir()
    (tmp_path / "gancraft_brush_strokes" / "__init__.py").write_text("import nowhere_to_be_found")
    assert [info.name for info in find_plugins([tmp_path], entry_points=()).infos] == ["brush-strokes"]


def test_a_missing_folder_is_named() -> None:
    with pytest.raises(UsageError, match="--plugins-dir /nowhere/at/all: there is no such folder"):
        find_plugins(["/nowhere/at/all"])


def test_an_unknown_name_comes_with_a_suggestion() -> None:
    with pytest.raises(UsageError, match=r"there is no style method 'grum' \(did you mean 'gram'"):
        find_plugins().get("style", "grum")
    with pytest.raises(UsageError, match="there is no network 'vgg91'.*did you mean 'vgg19'"):
        find_plugins().get("network", "vgg91")


def test_a_target_that_cannot_be_imported_names_its_plugin(write_plugin: WritePlugin) -> None:
    code = GOOD.replace("NAME", "late").replace("Loss, summary", "'nowhere_at_all:Loss', summary")
    entry = find_plugins([write_plugin("late", code)]).get("style", "late")
    with pytest.raises(
        GancraftError, match="plugin 'late'.*nowhere_at_all:Loss can't be imported: ModuleNotFoundError"
    ):
        entry.load()


def test_a_target_of_the_wrong_kind_is_refused(write_plugin: WritePlugin) -> None:
    code = GOOD.replace("NAME", "wrong").replace("summary=", "interface=gancraft.StyleMethod, summary=")
    entry = find_plugins([write_plugin("wrong", code)]).get("style", "wrong")
    with pytest.raises(GancraftError, match=r"wrong must be a gancraft\.StyleMethod"):
        entry.load()
    assert find_plugins().get("style", "gram").interface is StyleLoss


def test_entry_points_of_other_distributions_are_attributed() -> None:
    point = EntryPoint("other", "nowhere_to_be_found", "gancraft")
    (info,) = find_plugins(entry_points=[point]).infos
    assert info.state == "failed" and info.name == "other" and info.source == "nowhere_to_be_found"


@pytest.mark.parametrize(
    ("code", "reason"),
    {
        "no hook": ("import gancraft\ndef register_networks(register): pass", "put @gancraft.hookimpl on"),
        "engine's name": (GOOD.replace("NAME", "optimise"), "'optimise' is the engine's own name"),
        "no target": (GOOD.replace("NAME", "n").replace("Loss, s", "5, s"), "the target must be a class"),
        "capabilities": (
            GOOD.replace("NAME", "n").replace("Loss, s", "Loss, capabilities='mask', s"),
            "not one string",
        ),
        "interface": (GOOD.replace("NAME", "n").replace("Loss, s", "Loss, interface=int, s"), "interface must be"),
    }.values(),
)
def test_what_is_registered_is_checked(code: str, reason: str, write_plugin: WritePlugin) -> None:
    plugins = find_plugins([write_plugin("one", code)], entry_points=())
    assert plugins.infos[0].state == "failed" and reason in plugins.infos[0].reason
    assert not plugins.entries


def test_a_constructor_that_fails_names_its_plugin(write_plugin: WritePlugin) -> None:
    code = GOOD.replace("NAME", "one").replace(
        "def target", "def __init__(self, o): raise ValueError('no')\n        def target"
    )
    entry = find_plugins([write_plugin("one", code)], entry_points=()).get("style", "one")
    with pytest.raises(GancraftError, match=r"plugin 'one' .*: one can't be made: ValueError: no"):
        entry.create(gancraft.Options())


def test_leaving_out_a_plugin_that_is_not_there_is_a_mistake() -> None:
    with pytest.raises(UsageError, match=r"--no-plugin gramm: no such plugin \(did you mean 'gram'\?\)"):
        plugins_from_environment({}, block=["gramm"])


def test_nobody_displaces_a_bundled_plugin_of_a_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else's package of the same name is the one that fails."""
    from gancraft.plugins import sources

    class Other:
        name, version = "other", "1.0"

    mine, theirs = EntryPoint("gram", "gancraft_gram", "gancraft"), EntryPoint("gram", "nowhere", "gancraft")
    theirs = theirs._for(Other())  # type: ignore[attr-defined]
    monkeypatch.setattr(sources.metadata, "entry_points", lambda group: [theirs])
    monkeypatch.setattr(sources, "_checkout", lambda: [mine])
    states = {info.distribution: info.state for info in find_plugins().infos}
    assert states == {"gancraft": "loaded", "other": "failed"}


@pytest.mark.parametrize(
    ("level", "reason"),
    [
        ("GANCRAFT_API = 1", ""),
        (
            f"GANCRAFT_API = {gancraft.API_VERSION + 1}",
            f"needs level {gancraft.API_VERSION + 1} of gancraft's API, and this",
        ),
        ("GANCRAFT_API = 'one'", "GANCRAFT_API = 'one' is no level: write a whole number from 1"),
        ("GANCRAFT_API = True", "GANCRAFT_API = True is no level"),
        ("GANCRAFT_API = 0", "GANCRAFT_API = 0 is no level"),
    ],
)
def test_the_level_of_the_api_that_a_plugin_says(level: str, reason: str, write_plugin: WritePlugin) -> None:
    """One that needs a newer gancraft isn't loaded, and listed with what to do; the others go on."""
    folder = write_plugin("level", GOOD.replace("NAME", "level") + f"\n    {level}\n")
    plugins = find_plugins([folder])
    info = plugins.plugin("level")
    assert (info.state, reason in info.reason) == ("failed" if reason else "loaded", True)
    assert info.api == (None if reason else 1)
    assert ("level" in plugins.names("style")) == (not reason)
    assert plugins.plugin("gram").state == "loaded" and plugins.plugin("gram").api is None


def test_modules_that_are_imported_already_can_be_plugins() -> None:
    import gancraft_gram

    plugins = find_plugins(entry_points=(), modules=[gancraft_gram])
    assert [(info.name, info.source, info.bundled) for info in plugins.infos] == [("gram", "gancraft_gram", False)]
    assert plugins.names("style") == ["gram", "covariance"]
    with pytest.raises(UsageError, match=r"there is no plugin 'grum' \(did you mean 'gram'"):
        plugins.plugin("grum")


def test_hook_calls_are_traced_where_that_is_asked_for(
    write_plugin: WritePlugin, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line a call: which plugin registered what, in how many milliseconds."""
    folder = write_plugin("mine", GOOD.replace("NAME", "mine"))
    write_plugin("odd", BROKEN["raises"][0])
    environ = {"GANCRAFT_PLUGINS_DIR": str(folder), "GANCRAFT_TRACE": "1"}
    plugins = plugins_from_environment(environ)
    out, err = capsys.readouterr()
    lines = err.splitlines()
    assert out == "" and all(re.fullmatch(r"gancraft trace: '.*' \(.*\): register_\w+ .*, [\d.]+ ms", x) for x in lines)
    assert any("'mine'" in line and "register_style_methods registered style mine, " in line for line in lines)
    assert any("'gram'" in line and "registered style gram, style covariance, " in line for line in lines)
    assert any("'odd'" in line and "register_networks failed: ValueError: no, " in line for line in lines)
    assert len(lines) > len([info for info in plugins.infos if info.bundled])
    plugins_from_environment({**environ, "GANCRAFT_TRACE": "0"})
    assert capsys.readouterr().err == ""
