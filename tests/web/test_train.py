"""The Train tab as a program meets it: served, and called through its API."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from gradio_client import Client, handle_file

from gancraft.cli.sniff import Words
from gancraft.plugins import find_plugins
from gancraft.resolve import flags
from gancraft.training.choice import resolve_train
from gancraft.web.train.sets import bundled
from tests.web.conftest import BOUNDS
from tests.web.train_helpers import Followed, packed, pictures
from tests.web.train_visitors import RING, client, followed, visit_of  # noqa: F401

# Gradio sums up its own runs with an option that pandas is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore:.*future.no_silent_downcasting.*")


def test_one_click_trains(client: Client, site: Any) -> None:
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
    place = str(visit_of(site, client).folder)
    assert place not in text + course + label + command and f"gancraft sample {Path(model).name}" in text


def _random() -> Any:
    import torch

    from gancraft.models import BatchRandom

    return BatchRandom("cpu", torch.Generator())


def test_the_command_at_home_asks_for_the_same(client: Client, site: Any) -> None:
    touched = {
        "gan_r1": 0.5,
        "augment_policy": "flip",
        "generator_toy_width": 16,
        "learn_warm_up": 64,
        "health_remedy": "act",
    }
    *_, command = client.predict(**RING, pictures=192, size=16, **touched, data_flip=True, api_name="/train")
    visit = visit_of(site, client)
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


def test_ones_own_pictures(client: Client, site: Any, tmp_path: Path) -> None:
    files = pictures(tmp_path / "mine")
    (tmp_path / "notes.txt").write_text("x")
    given = [handle_file(path) for path in [*files, tmp_path / "notes.txt"]]
    _, label, course, *_, command = client.predict(files=given, method="patient", pictures=128, api_name="/train")
    assert "Pictures, by patient" in label and "8 × 8" in label
    assert "1 file is no picture and was left out: notes.txt" in course and "only 12 pictures" in course
    assert "500 or more are better" in course and "--augment" not in course
    assert command.startswith("gancraft train pictures --plugin patient")
    archive = packed(files, tmp_path / "cats.zip", **{"readme.txt": b"x"})
    _, label, course, model, *_ = client.predict(
        files=[handle_file(archive)], method="patient", pictures=128, size=16, api_name="/train"
    )
    assert "Cats, by patient" in label and "16 × 16" in label and Path(model).name == "cats-patient.safetensors"
    assert "12 pictures are smaller than 16x16" in course and "readme.txt" in course
    assert str(visit_of(site, client).folder) not in course


def test_going_on_is_as_if_it_had_never_stopped(client: Client, site: Any) -> None:
    from safetensors.torch import load_file

    client.predict(**RING, pictures=128, api_name="/train")
    _, label, course, model, *_, command = client.predict(pictures=448, api_name="/train_on")
    assert "448 pictures seen" in label and "resumed" in course and command.endswith("--pictures 448")
    mine, before = load_file(model), len(visit_of(site, client).runs())
    *_, model, _, _ = client.predict(**RING, pictures=448, api_name="/train")
    whole = load_file(model)
    assert len(visit_of(site, client).runs()) == before + 1
    assert mine.keys() == whole.keys() and all(bool((mine[name] == whole[name]).all()) for name in mine)
    # Once it is complete it goes further by as many as the page would begin with.
    _, label, *_ = client.predict(api_name="/train_on")
    assert f"{448 + BOUNDS.train_start_pictures:,} pictures seen" in label
