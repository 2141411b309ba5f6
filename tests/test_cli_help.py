"""Help shows what a method takes, and no more."""

from __future__ import annotations

import re

import pytest

from tests.cli_helpers import here, run  # noqa: F401 - a fixture
from tests.conftest import WritePlugin

METHOD = """
    import gancraft

    class Method(gancraft.StyleMethod):
        def run(self, job, run): ...

    @gancraft.hookimpl
    def register_style_methods(register):
        register("plain", Method, summary="Nothing but [paint].", CAPABILITIES)
"""
NETWORK, FILM, STYLES = (
    {"--network"},
    {"--temporal-weight", "--warm-iterations"},
    {"--style"},
)
ALWAYS = {"--size", "--seed", "--device", "--content", "--plugin", "--frames"}


def shown(*words: object) -> tuple[set[str], str]:
    """The flags in a command's help, and all of its text."""
    result = run(*words, "--help")
    assert result.exit_code == 0, result.output
    return set(re.findall(r"^│ (--[\w.-]+)", result.stdout, re.MULTILINE)), " ".join(result.stdout.split())


@pytest.mark.parametrize(
    ("capabilities", "hidden"),
    [
        ("", {"--mask", *NETWORK, *FILM}),
        ("capabilities=('mask', 'network')", FILM),
        ("capabilities=('styleless',)", {"--mask", *NETWORK, *FILM, *STYLES}),
        ("interface=gancraft.InstantStyle", {"--mask", *NETWORK, *FILM}),
        ("interface=gancraft.StyleLoss", {"--mask", "--smoothing"}),
    ],
)
def test_help_leaves_out_what_a_method_cannot_take(
    capabilities: str, hidden: set[str], write_plugin: WritePlugin
) -> None:
    code = METHOD.replace("CAPABILITIES", capabilities)
    if "interface" in capabilities:
        code = code.replace("Method, summary", "'plain:Method', summary")
    flags, text = shown("style", "-p", "plain", "--plugins-dir", write_plugin("plain", code))
    every = {"--mask", "--smoothing", *NETWORK, *FILM, *STYLES}
    assert every - flags == hidden and flags >= ALWAYS
    assert ("Picture to take the style from" in text) == ("--style" not in hidden) == ("[content] [style] " in text)
    assert "Below are the flags of plain: Nothing but [paint]." in text


def test_what_is_left_out_is_refused_in_a_line(write_plugin: WritePlugin) -> None:
    plugin = ["style", "-p", "plain", "--plugins-dir", write_plugin("plain", METHOD.replace("CAPABILITIES", ""))]
    for flag, value in {"--network": "embedded", "--temporal-weight": 2, "--mask": "no.png"}.items():
        result = run(*plugin, flag, value)
        assert result.exit_code == 2 and result.stderr.splitlines()[-1].startswith("gancraft: ")


@pytest.mark.parametrize(("command", "plugin"), [("train", "dense"), ("train-style", "fast"), ("style", "sliced")])
def test_help_tells_of_the_method_that_was_chosen(command: str, plugin: str) -> None:
    assert f"Below are the flags of {plugin}: " in shown(command, "--plugin", plugin)[1]


@pytest.mark.parametrize(
    ("command", "hook", "part"),
    [
        ("style", "register_style_methods", "many"),
        ("train", "register_training_methods", "method"),
        ("train-style", "register_style_trainers", "method"),
    ],
)
def test_an_option_takes_no_flag_of_the_command(command: str, hook: str, part: str, write_plugin: WritePlugin) -> None:
    def flags(method: str, names: set[str]) -> set[str]:
        """Those in the help of a method that has options of these names."""
        fields = ", ".join(f"{name.replace('-', '_')!r}: (int, option(1, 'A number.', ge=0, le=9))" for name in names)
        code = f"""
            import pydantic
            from gancraft import Options, hookimpl, option

            @hookimpl
            def {hook}(register):
                many = pydantic.create_model("Many", __base__=Options, **{{{fields}}})
                more = {{"capabilities": ("mask",)}} if {command == "style"} else {{}}
                register("{method}", "{method}:Method", options=many, summary="A method.", **more)
        """
        return shown(command, "-p", method, "--plugins-dir", write_plugin(method, code))[0]

    own = {flag.removeprefix("--") for flag in flags("none", set()) if "." not in flag}
    own -= {"help", "json"}  # the latter can't be a field of pydantic's
    assert own >= ({"mask", "sheet", "frames"} if command == "style" else {"run", "resume"})
    assert flags("many", own) >= {f"--{part}.{name}" for name in own}
