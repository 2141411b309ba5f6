"""What the controls of the Train tab say to the engine."""

from __future__ import annotations

from typing import Any

import gradio as gr
import pytest

from gancraft import defaults
from gancraft.interfaces import DataShape
from gancraft.training.choice import TrainChoice, resolve_train
from gancraft.web.train.form import Form, draw_form
from gancraft.web.train.pace import look_every, sheet_every
from gancraft.web.train.sets import bundled, by_name
from gancraft.web.train.words import in_words
from tests.web.conftest import BOUNDS
from tests.web.train_helpers import with_patient


@pytest.fixture(scope="module")
def form() -> Form:
    with gr.Blocks(analytics_enabled=False):
        return draw_form(with_patient(), BOUNDS, bundled()[0])


def untouched(form: Form, method: str) -> tuple[list[Any], list[Any]]:
    """(shown, values of the inputs) after somebody has picked a method and touched nothing else."""
    updates = form.show(method, {}, form.shown.value)
    shown = updates[-1]
    return shown, [method, shown[0], shown[1], *("" for _ in form.roles), *shown[2:]]


def asked(form: Form, shown: list[Any], values: list[Any]) -> TrainChoice:
    return resolve_train(form.plugins, [form.said(shown, by_name("ring"), *values)])


@pytest.mark.parametrize("method", with_patient().names("train"))
def test_untouched_controls_are_the_command_lines_defaults(form: Form, method: str) -> None:
    shown, values = untouched(form, method)
    own = resolve_train(form.plugins, [{"plugin": method}])
    page = {"plugin": method, "size": str(shown[0]), "pictures": shown[1]}
    assert asked(form, shown, values).to_dict() == resolve_train(form.plugins, [page]).to_dict()
    # A program that names nothing but the method sends what the page opened with.
    opened = [method, *form.shown.value[:2], *("" for _ in form.roles), *form.shown.value[2:]]
    assert asked(form, form.shown.value, opened).to_dict() == resolve_train(form.plugins, [page]).to_dict()
    # And the controls show it.
    for one, value in zip(form.fields, shown[2:], strict=True):
        if one.is_in(own):
            mine = one.value(own)
            assert value == (
                ", ".join(mine or []) if one.setting.many else "" if mine is None and value == "" else mine
            )


def test_methods_differ_in_what_they_show(form: Form) -> None:
    def rate(method: str) -> Any:
        shown = untouched(form, method)[0]
        names = [(f.part, f.setting.name) for f in form.fields]
        return shown[2 + names.index(("gan", "generator_rate"))]

    assert len({rate(method) for method in form.usual}) > 1
    assert form.budget(form.usual["toy"]) == BOUNDS.train_pictures < form.usual["toy"].settings.pictures
    assert form.budget(form.first) == BOUNDS.train_start_pictures


def test_what_is_touched_is_said_and_nothing_else(form: Form) -> None:
    shown, values = untouched(form, "toy")
    names = [(f.part, f.setting.name) for f in form.fields]
    values[3 + len(form.roles) + names.index(("gan", "r1"))] = None  # emptied
    values[3 + len(form.roles) + names.index(("augment", "policy"))] = "colour, cutout"
    values[1:3] = [16, 5000]
    said = form.said(shown, None, *values)
    assert said == {
        "train": {"plugin": "toy", "size": "16", "pictures": 5000},
        "gan": {"r1": None},
        "augment": {"policy": ["colour", "cutout"]},
    }


def test_other_parts_bring_their_own_settings(form: Form) -> None:
    shown, values = untouched(form, defaults.TRAINING_METHOD)
    roles = {"generator": "dense", "discriminator": "dense", "loss": "hinge"}
    updates = form.show(values[0], roles, shown, keep=True)
    new = updates[-1]
    choice = resolve_train(form.plugins, [form.said(new, None, *values[:3], *roles.values(), *new[2:])])
    assert {role: entry.name for role, entry in choice.roles.items()} == roles
    assert type(choice.options["generator"]).__name__ == "DenseGeneratorOptions"
    groups = updates[2 + len(form.roles) :]
    visible = {
        type(group).__name__: group.visible
        for group, (_, wanted) in zip(groups, form.groups, strict=False)
        if wanted(choice)
    }
    assert visible == {"Accordion": True, "Group": True}


def test_nothing_is_drawn_that_could_open_a_file_or_fill_a_disk(form: Form) -> None:
    names = {(f.part, f.setting.name) for f in form.fields}
    assert not {name for _, name in names} & {
        "tensorboard",
        "sheet_every",
        "device",
        "launch",
        "checkpoints",
        "plugin",
        "from_model",
    }
    assert all(f.setting.type in (int, float, bool, str) for f in form.fields)
    assert ("health", "remedy") in names and ("train", "batch") in names and ("method", "hidden") in names
    batch = next(f.control.component for f in form.fields if f.setting.name == "batch")
    # A method may always be trained as its author meant it.
    assert batch.maximum == max(128, *(choice.settings.batch for choice in form.usual.values()))  # type: ignore[attr-defined]


def test_a_run_shows_itself_by_pictures_seen() -> None:
    def both(side: int, total: int) -> tuple[int, int]:
        shape = DataShape(3, side, side)
        return sheet_every(shape, total, 64), look_every(shape, total, 64)

    assert both(8, 100_000) == (2048, 0)
    assert both(64, 100_000) == (100, 1024)
    assert both(64, 10_000_000) == (10_000, 1024)
    assert both(64, 640) == (64, 0)
    assert sheet_every(DataShape(2, 1, 1), 200_000, 64) == 5000


def test_flags_are_told_as_controls() -> None:
    assert in_words("go on with --learn.rate-factor 0.5") == "go on with “Rate factor” 0.5"
    assert (
        in_words("points; use --plugin toy for those, or --fit-batch")
        == "points; use the method “toy” for those, or “Fit batch”"
    )
