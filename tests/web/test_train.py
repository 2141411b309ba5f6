"""The Train tab as a program meets it: served, and called through its API; and what its controls say to the engine."""

from __future__ import annotations

import asyncio
import json
import shlex
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import gradio.routes
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from gancraft import defaults
from gancraft.cli.sniff import Words
from gancraft.interfaces import DataShape
from gancraft.plugins import find_plugins
from gancraft.resolve import flags
from gancraft.training.choice import TrainChoice, resolve_train
from gancraft.web.train.form import Form, draw_form
from gancraft.web.train.pace import look_every, sheet_every
from gancraft.web.train.run import after_error
from gancraft.web.train.sets import bundled, by_name
from gancraft.web.train.words import in_words
from gancraft.web.visit import Visit
from tests.web.conftest import BOUNDS
from tests.web.train_helpers import Followed, Patient, packed, pictures, with_patient

# Gradio sums up its own runs with an option that pandas is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore:.*future.no_silent_downcasting.*")

PATIENCE = 60  # seconds after which something that should happen is taken for never
RING: dict[str, Any] = {"sample": "ring", "method": "toy-collapse"}


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A page with a third party's method."""
    from gancraft.web.page import build_page, launch

    patch = pytest.MonkeyPatch()
    patch.setenv("GRADIO_TEMP_DIR", str(tmp_path_factory.mktemp("gradio")))
    patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("prepared")))
    patch.setenv("GRADIO_ANALYTICS_ENABLED", "False")
    page: Any = build_page(with_patient(), BOUNDS)
    _, page.address, _ = launch(page, prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
    yield page
    page.close(verbose=False)
    patch.undo()


@pytest.fixture(scope="module")
def client(page: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    yield from connected(page, tmp_path_factory.mktemp("client"))


@pytest.fixture
def other(page: Any, tmp_path: Path) -> Iterator[Client]:
    """Another visitor."""
    yield from connected(page, tmp_path)


def connected(page: Any, folder: Path) -> Iterator[Client]:
    client = Client(page.address, verbose=False, download_files=str(folder), analytics_enabled=False)
    yield client
    client.close()


@pytest.fixture
def followed() -> Followed:
    Patient.followed = Followed()
    return Patient.followed


def visit_of(page: Any, client: Client) -> Visit:
    """What the server has of this client."""
    values = page.state_holder.session_data[client.session_hash].state_data.values()
    return next(value for value in values if isinstance(value, Visit))


# What the controls say.


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


# What is served.


def test_one_click_trains(client: Client, page: Any) -> None:
    import torch

    from gancraft.models import load_model

    sheet, label, course, model, report, command = client.predict(
        pictures=128, train_batch=64, generator_dcgan_width=4, discriminator_dcgan_width=4, api_name="/train"
    )
    assert Path(sheet).exists() and 'data-state="done"' in label and "128 pictures seen" in label
    assert bundled()[0].name.capitalize() + ", by dcgan" in label
    assert "verdict" in course and "<figure" not in course  # too short for a look
    assert load_model(Path(model), find_plugins()).generator.latent(_random(), 1).shape == torch.Size([1, 100])
    text = Path(report).read_text(encoding="utf-8")
    place = str(visit_of(page, client).folder)
    assert place not in text + course + label + command and f"gancraft sample {Path(model).name}" in text


def _random() -> Any:
    import torch

    from gancraft.models import BatchRandom

    return BatchRandom("cpu", torch.Generator())


def test_the_command_at_home_asks_for_the_same(client: Client, page: Any) -> None:
    touched = {
        "gan_r1": 0.5,
        "augment_policy": "flip",
        "generator_toy_width": 16,
        "learn_warm_up": 64,
        "health_remedy": "act",
    }
    *_, command = client.predict(**RING, pictures=192, size=16, **touched, data_flip=True, api_name="/train")
    visit = visit_of(page, client)
    words = Words(shlex.split(command)[1:], {})
    typed: dict[str, Any] = {}
    rest = shlex.split(command)[3:]
    while rest:
        flag = rest.pop(0)
        name = flag.removeprefix("--").replace("-", "_")
        typed[name] = rest.pop(0) if rest and not rest[0].startswith("--") else True
    at_home = resolve_train(words.plugins, [flags(typed)]).to_dict()
    ran = visit.home.joinpath(str(visit.latest), "run.json")
    options = json.loads(ran.read_text())["options"]
    assert options["keep"].pop("sheet_every") > 0 == at_home["keep"].pop("sheet_every")
    assert options == at_home
    assert options["gan"]["r1"] == 0.5 and options["augment"]["policy"] == ["flip"]


def test_a_third_partys_method_appears_by_itself(client: Client, followed: Followed) -> None:
    endpoints: Any = client.view_api(return_format="dict", print_info=False)
    names = [p["parameter_name"] for p in endpoints["named_endpoints"]["/train"]["parameters"]]
    assert names[:8] == ["files", "sample", "method", "size", "pictures", "generator", "discriminator", "loss"]
    assert {"method_patient_hidden", "gan_r1", "generator_dcgan_width", "health_remedy"} <= set(names)
    assert not any(name.startswith("param_") for name in names)
    names_on = [p["parameter_name"] for p in endpoints["named_endpoints"]["/train_on"]["parameters"]]
    assert names_on == ["run", "pictures", "rate_factor"]
    _, label, _, model, *_ = client.predict(
        sample="ring", method="patient", pictures=128, method_patient_hidden=3, api_name="/train"
    )
    assert "Ring, by patient" in label and model and followed.hidden == 3


def test_ones_own_pictures(client: Client, page: Any, tmp_path: Path) -> None:
    files = pictures(tmp_path / "mine")
    (tmp_path / "notes.txt").write_text("x")
    given = [handle_file(path) for path in [*files, tmp_path / "notes.txt"]]
    _, label, course, *_, command = client.predict(files=given, method="patient", pictures=128, api_name="/train")
    assert "Pictures, by patient" in label and "8 × 8" in label
    assert "1 file is no picture and was left out: notes.txt" in course and "only 12 pictures" in course
    assert "and “Augment” helps" in course and "--augment" not in course
    assert command.startswith("gancraft train pictures --plugin patient")
    archive = packed(files, tmp_path / "cats.zip", **{"readme.txt": b"x"})
    _, label, course, model, *_ = client.predict(
        files=[handle_file(archive)], method="patient", pictures=128, size=16, api_name="/train"
    )
    assert "Cats, by patient" in label and "16 × 16" in label and Path(model).name == "cats-patient.safetensors"
    assert "12 pictures are smaller than 16x16" in course and "readme.txt" in course
    assert str(visit_of(page, client).folder) not in course


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        ({"../evil.png": b"x"}, "leads outside"),
        ({"more.zip": b"x"}, "another archive"),
        ({"big.png": bytes(3_000_000)}, "3 MB; at most 2 MB"),
        ({}, "holds 0 readable|holds no pictures"),
    ],
)
def test_a_bad_archive_is_one_line(client: Client, tmp_path: Path, entries: dict[str, bytes], says: str) -> None:
    archive = packed([], tmp_path / "theirs.zip", **entries)
    with pytest.raises(AppError, match=says) as error:
        client.predict(files=[handle_file(archive)], method="patient", api_name="/train")
    assert "\n" not in str(error.value).strip() and "Traceback" not in str(error.value)
    assert "theirs.zip" in str(error.value) and "/" not in str(error.value).replace("../evil", "")


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"size": 32}, "maximum"),
        ({"size": 4}, "minimum"),
        ({"pictures": 200_001}, "maximum"),
        ({"train_batch": 100_000}, "maximum"),
        ({"method": "no-such"}, "no-such"),
        ({"sample": ""}, "Pictures: give some of your own"),
        ({"method": "toy"}, "points in the plane"),
        ({"data_background": "no-colour"}, "“Background” 'no-colour' is no colour"),
        ({"keep_sheet": "99x99"}, "“Sheet” 99x99"),
        ({"generator_dcgan_latent_size": 60_000}, "would have .* million numbers; at most 5 million"),
        ({"method": "patient", "loss": "hinge"}, "“Loss”: 'patient' is trained as a whole"),
    ],
)
def test_bad_values_get_one_line(client: Client, values: dict[str, Any], says: str) -> None:
    with pytest.raises(AppError, match=says) as error:
        client.predict(**values, api_name="/train")
    assert "\n" not in str(error.value).strip() and "--" not in str(error.value)


def test_too_few_pictures_and_files_that_are_none(client: Client, tmp_path: Path) -> None:
    few = [handle_file(path) for path in pictures(tmp_path, 3)]
    with pytest.raises(AppError, match="holds 3 readable pictures: training needs at least 8"):
        client.predict(files=few, method="patient", api_name="/train")
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(AppError, match="holds no pictures"):
        client.predict(files=[handle_file(tmp_path / "a.txt")], method="patient", api_name="/train")


def test_going_on_is_as_if_it_had_never_stopped(client: Client, page: Any) -> None:
    from safetensors.torch import load_file

    client.predict(**RING, pictures=128, api_name="/train")
    _, label, course, model, *_, command = client.predict(pictures=448, api_name="/train_on")
    assert "448 pictures seen" in label and "resumed" in course and command.endswith("--pictures 448")
    mine, before = load_file(model), len(visit_of(page, client).runs())
    *_, model, _, _ = client.predict(**RING, pictures=448, api_name="/train")
    whole = load_file(model)
    assert len(visit_of(page, client).runs()) == before + 1
    assert mine.keys() == whole.keys() and all(bool((mine[name] == whole[name]).all()) for name in mine)
    # Once it is complete it goes further by as many as the page would begin with.
    _, label, *_ = client.predict(api_name="/train_on")
    assert f"{448 + BOUNDS.train_start_pictures:,} pictures seen" in label


def test_an_error_costs_nothing_of_what_there_is(client: Client, page: Any) -> None:
    client.predict(**RING, pictures=64, api_name="/train")
    visit = visit_of(page, client)
    label, model = after_error(visit)[2:5:2]
    assert "Nothing new was trained" in label and 'data-state="done"' in label and model == visit.taken[0]  # type: ignore[index]
    visit.running = visit.latest
    label, model = after_error(visit)[2:5:2]
    assert "The run broke off" in label and "After 64 pictures" in label and Path(model).is_file()
    assert all(value == gr.skip() for value in after_error(Visit(keep_runs=False)))


def test_a_run_ends_where_the_page_ends_it(client: Client, page: Any) -> None:
    client.predict(**RING, pictures=64, api_name="/train")
    run = visit_of(page, client).home / str(visit_of(page, client).latest)
    lines = run.joinpath("metrics.jsonl").read_text()
    run.joinpath("metrics.jsonl").write_text(lines.replace('"pictures": 64,', '"pictures": 200000,'))
    with pytest.raises(AppError, match="the most that this page trains on"):
        client.predict(api_name="/train_on")


def test_one_visitor_knows_nothing_of_another(client: Client, other: Client, page: Any) -> None:
    client.predict(**RING, pictures=64, api_name="/train")
    visit = visit_of(page, client)
    for run in ("", str(visit.latest)):
        with pytest.raises(AppError, match="there is no"):
            other.predict(run=run, api_name="/train_on")
    run = visit.home / str(visit.latest)
    for path in (run / "metrics.jsonl", run / "model.safetensors", visit.folder):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{page.address}gradio_api/file={path}")
        assert refused.value.code in (403, 404)
        refused.value.close()


def test_a_visit_that_is_over_leaves_nothing(other: Client, page: Any, tmp_path: Path) -> None:
    files = [handle_file(path) for path in pictures(tmp_path)]
    other.predict(files=files, method="patient", pictures=64, api_name="/train")
    folder = visit_of(page, other).folder
    assert list(folder.glob("page-*/model.safetensors"))
    page.state_holder.delete_state(other.session_hash)
    assert not folder.exists()
    with pytest.raises(AppError, match="there is no run yet"):
        other.predict(api_name="/train_on")


def test_cancelling_ends_the_run_after_at_most_one_more_step(
    client: Client, followed: Followed, monkeypatch: pytest.MonkeyPatch
) -> None:
    cancelled, cancel_tasks = threading.Event(), gradio.routes.cancel_tasks

    async def announced(ids: set[str]) -> Any:
        task = asyncio.ensure_future(cancel_tasks(ids))
        await asyncio.sleep(0)  # up to its first wait: by then the run's task is cancelled
        cancelled.set()
        return await task

    monkeypatch.setattr("gradio.routes.cancel_tasks", announced)
    monkeypatch.setattr("gancraft.training.pace.TELL", 0.0)  # a sign after every step
    followed.permits = threading.Semaphore(1)
    job = client.submit(sample="ring", method="patient", pictures=200_000, api_name="/train")
    until(lambda: followed.steps == 2)  # and it waits in its second step until it may go on
    asked = threading.Thread(target=job.cancel)
    asked.start()
    assert cancelled.wait(PATIENCE)
    followed.permits.release(1_000_000)
    asked.join()
    Patient.followed = Followed()
    _, label, *_ = client.predict(
        sample="ring", method="patient", pictures=64, api_name="/train"
    )  # the next gets its turn
    assert "64 pictures seen" in label and followed.steps <= 3


def until(condition: Any) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)
