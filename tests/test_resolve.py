"""Settings from several places, and errors that say which."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import Literal

import pytest

from gancraft import Options, UsageError, option
from gancraft.options import settings
from gancraft.plugins import find_plugins
from gancraft.resolve import Layer, Part, assignments, config_file, environment, flags
from gancraft.style.choice import STYLE, resolve_style, style_parts

PLUGINS = find_plugins()


def choice(*layers: object):  # type: ignore[no-untyped-def]
    return resolve_style(PLUGINS, layers)  # type: ignore[arg-type]


def test_the_order_is_flag_set_environment_file_default(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text("[style]\nseed = 1\niterations = 11\nstrength = 0.1\n[style.gram]\nshift = 0.5\n")
    parts = style_parts(PLUGINS, [])[2]
    layers = [
        flags({"seed": 4}),
        assignments(["seed=3", "iterations=33"]),
        environment({"GANCRAFT_STYLE_ITERATIONS": "22", "GANCRAFT_STYLE_STRENGTH": "0.2"}, "style", parts),
        config_file(file, "style"),
    ]
    got = choice(*layers)
    assert got.settings.seed == 4
    assert got.options["optimise"].iterations == 33
    assert got.options["optimise"].strength == 0.2
    assert got.options["gram"].shift == 0.5
    assert got.options["optimise"].average == 0.95


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (flags({"strength": 3}), "--strength 3: must be at most 1"),
        (flags({"gram.shift": -9}), "--gram.shift -9: must be at least -4"),
        (assignments(["strength=x"]), "--set strength=x: must be a valid number"),
        (assignments(["strenght=1"]), "--set strenght: no such setting, did you mean 'strength'?"),
        (assignments(["gram.shfit=1"]), "--set gram.shfit: no such setting, did you mean 'shift'?"),
        (assignments(["gran.shift=1"]), "--set gran.shift: no part 'gran' is in use (did you mean 'gram'?)"),
        (flags({"optimiser": "sgd"}), "--optimiser sgd: must be 'auto', 'adam' or 'lbfgs'"),
        (flags({"plugin": "grum"}), "there is no style method 'grum' (did you mean 'gram'?)"),
        (flags({"network": "vgg91"}), "there is no network 'vgg91' (did you mean 'vgg19'?)"),
    ],
)
def test_errors_name_where_a_value_came_from(layer: Layer, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        choice(layer)
    assert message in str(caught.value)


def test_the_environment_names_its_variable() -> None:
    parts = style_parts(PLUGINS, [])[2]
    layer = environment({"GANCRAFT_STYLE_GRAM_SHIFT": "9", "GANCRAFT_STYLE_OTHER": "x"}, "style", parts)
    with pytest.raises(UsageError, match="GANCRAFT_STYLE_GRAM_SHIFT=9: must be at most 4"):
        choice(layer)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[style]\nstrength = 3", "c.toml: style.strength = 3: must be at most 1"),
        ("[style.gram]\nshift = 'a'", "c.toml: style.gram.shift = a: must be a valid number"),
        ("[style]\nstrenght = 1", "c.toml: style.strenght: no such setting"),
        ("style = 3", r"\[style\] must be a table"),
        ("[style", "not TOML"),
    ],
)
def test_a_file_names_its_key(text: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text(text)
    with pytest.raises(UsageError, match=message):
        choice(config_file(file, "style"))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="can't be read"):
        config_file(tmp_path / "none.toml", "style")


def test_lists_are_written_with_commas_and_nothing_is_none() -> None:
    got = choice(assignments(["style_layers=relu1_1:2, relu3_1", "content-layers=", "size="]))
    assert got.options["optimise"].style_layers == ["relu1_1:2", "relu3_1"]
    assert got.options["optimise"].content_layers is None and got.settings.size is None


def test_a_choice_comes_back_from_its_recipe() -> None:
    first = choice(flags({"strength": 0.7, "covariance": True, "style_layers": "relu1_1", "size": "64"}))
    again = choice(json.loads(json.dumps(first.to_dict())))
    assert again.to_dict() == first.to_dict()


def test_parts_follow_the_choice() -> None:
    names = [part.name for part in style_parts(PLUGINS, [flags({"network": "vgg19"})])[2]]
    assert names == ["style", "optimise", "gram", "vgg19"]


class Mine(Options):
    seed: int = option(5, "Shared with the command.", ge=0)
    shift: float = option(0.0, "Shared with another part.", ge=0, le=1)


class Theirs(Options):
    shift: float = option(0.0, "Shared with another part.", ge=0, le=1)


def test_shared_names_are_reached_by_part() -> None:
    from gancraft.resolve import owner, validated

    parts = [STYLE, Part("mine", "mine options", Mine), Part("theirs", "their options", Theirs)]
    layer = flags({"seed": 9, "mine.seed": 7, "mine.shift": 0.5})
    assert validated(parts[0], parts, [layer]).seed == 9
    assert validated(parts[1], parts, [layer]).model_dump() == {"seed": 7, "shift": 0.5}
    assert validated(parts[2], parts, [layer]).shift == 0
    with pytest.raises(UsageError, match=r"--shift: several parts have it; write mine\.shift or theirs\.shift"):
        owner("shift", parts, layer)


class Everything(Options):
    count: int = option(3, "An int.", ge=1, le=9, basic=True)
    factor: float | None = option(None, "A float or nothing.", ge=0)
    flag: bool = option(False, "A bool.")
    kind: Literal["a", "b"] = option("a", "A choice.")
    path: Path | None = option(None, "A path.")
    many: list[str] | None = option(None, "Several.")


def test_options_describe_themselves() -> None:
    found = {setting.name: setting for setting in settings(Everything)}
    assert (found["count"].type, found["count"].minimum, found["count"].maximum, found["count"].basic) == (
        int,
        1,
        9,
        True,
    )
    assert found["factor"].optional and found["factor"].type is float and found["factor"].maximum is None
    assert found["kind"].choices == ("a", "b") and found["flag"].default is False
    assert found["path"].type is Path and found["many"].many and found["many"].type is str


@pytest.mark.parametrize("annotation", ["dict", "list[int]", "int | str", "tuple[int, int]"])
def test_options_that_nobody_can_draw_are_refused(annotation: str) -> None:
    namespace: dict[str, object] = {"Options": Options, "option": option}
    exec(f"class Bad(Options):\n    x: {annotation} = option(None, 'x')", namespace)
    with pytest.raises(UsageError, match=r"option 'x' of .*Bad.* can't be a setting"):
        list(settings(namespace["Bad"]))  # type: ignore[arg-type]


def test_options_need_a_default_and_help() -> None:
    class Bad(Options):
        x: int

    with pytest.raises(UsageError, match="needs a default and a help line"):
        list(settings(Bad))


def test_a_file_may_hold_settings_of_parts_that_are_not_in_use(tmp_path: Path) -> None:
    code = """
        import gancraft

        class Plain(gancraft.StyleMethod):
            def run(self, job, run): yield

        @gancraft.hookimpl
        def register_style_methods(register):
            register("plain", Plain, summary="Plain.")
    """
    (tmp_path / "plain.py").write_text(textwrap.dedent(code))
    plugins = find_plugins([tmp_path])
    file = tmp_path / "c.toml"
    file.write_text("[style]\nplugin = 'plain'\niterations = 9\n[style.gram]\nshift = 1\n")
    assert resolve_style(plugins, [config_file(file, "style")]).method.name == "plain"
    file.write_text("[style]\nplugin = 'plain'\n[style.grm]\nshift = 1\n")
    with pytest.raises(UsageError, match="no part 'grm'"):
        resolve_style(plugins, [config_file(file, "style")])
    with pytest.raises(UsageError, match="--set gram.shift: no part 'gram'"):
        resolve_style(plugins, [assignments(["plugin=plain", "gram.shift=1"])])


def test_a_network_may_be_called_like_the_method(tmp_path: Path) -> None:
    code = """
        import gancraft

        class Loss(gancraft.StyleLoss):
            def target(self, features): return {}
            def blend(self, targets, weights): return targets[0]
            def loss(self, features, target): return {}

        class Options(gancraft.Options):
            depth: int = gancraft.option(3, "Depth.", ge=1, le=9)

        @gancraft.hookimpl
        def register_style_methods(register):
            register("twin", Loss, summary="A loss.")

        @gancraft.hookimpl
        def register_networks(register):
            register("twin", lambda options: options.depth, options=Options, summary="A network.")
    """
    (tmp_path / "twins.py").write_text(textwrap.dedent(code))
    choice = resolve_style(find_plugins([tmp_path]), [{"plugin": "twin", "network": "twin", "depth": 5}])
    assert choice.make_network() == 5
    again = resolve_style(find_plugins([tmp_path]), [choice.to_dict()])
    assert again.to_dict() == choice.to_dict()


def test_a_recipe_names_files_without_their_folder() -> None:
    layers = [{"start": "picture", "start_picture": "/home/me/secret/a.png"}]
    assert resolve_style(find_plugins(), layers).to_dict()["optimise"]["start_picture"] == "a.png"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[style]\niterations = true", "c.toml: style.iterations = True: must be a number"),
        ("strength = 1", "strength stands in no table; write it below"),
        ("[styel]\nstrength = 1", "no table .styel., did you mean 'style'"),
    ],
)
def test_a_file_with_a_slip(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text(text)
    with pytest.raises(UsageError, match=message):
        resolve_style(find_plugins(), [config_file(tmp_path / "c.toml", "style")])


def test_a_size_in_a_file_may_be_a_number(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text("[style]\nsize = 64")
    assert resolve_style(find_plugins(), [config_file(tmp_path / "c.toml", "style")]).settings.size == "64"
