"""Style networks through the trainer: what a run leaves, going on with it, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gancraft.cli.main import main
from gancraft.errors import GancraftError, UsageError
from gancraft.events import Preview
from gancraft.models import load_model
from gancraft.models.painters import load_style_model
from gancraft.trained.header import read_model
from gancraft.training.job import train
from tests.training import engine_helpers as engine
from tests.training import style_helpers as styles


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return styles.photos(tmp_path_factory.mktemp("photos"))


@pytest.fixture(scope="module")
def stripes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return styles.style_picture(tmp_path_factory.mktemp("styles"))


@pytest.fixture(scope="module")
def undisturbed(photos: Path, stripes: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that is over; not to be changed."""
    folder = tmp_path_factory.mktemp("undisturbed") / "run"
    engine.end(styles.finish(styles.choose("fast", stripes, health__look_every=20), photos, folder))
    return folder


def test_what_a_run_leaves(undisturbed: Path, stripes: Path) -> None:
    described = json.loads((undisturbed / "run.json").read_text())
    (style,) = described["styles"]
    assert style["source"] == str(stripes) and len(style["sha256"]) == 64
    assert described["method"] == "fast" and described["parts"] == {} and "style" in described["curves"]
    header = read_model(undisturbed / "model.safetensors")
    assert (header.info.kind, header.info.name) == ("train-style", "fast")
    assert header.info.training["style"] == "stripes.png" and str(stripes.parent) not in json.dumps(header.as_dict())
    looks = [line["values"] for line in engine.metrics(undisturbed) if line["kind"] == "progress"]
    assert looks and {"style", "content", "variation", "distance", "held-out style"} <= looks[-1].keys()
    report = (undisturbed / "report.html").read_text()
    assert "How far the painted photos are from the style" in report and "Distance to the data" not in report
    assert "Adversarial loss" not in report


def test_fixed_networks_are_in_no_checkpoint(undisturbed: Path) -> None:
    names = {name.split("/")[1] for name in engine.weights(undisturbed) if name.startswith("network/")}
    assert names == {"painter"}


def test_the_model_paints_what_the_run_painted(undisturbed: Path) -> None:
    model = load_style_model(undisturbed / "model.safetensors", engine.plugins())
    average = {n: t for n, t in engine.weights(undisturbed).items() if n.startswith("average/")}
    assert len(average) == len(model.network.state_dict())
    engine.assert_equal({f"average/{n}": t for n, t in model.network.state_dict().items()}, average)
    with torch.no_grad():
        assert model.network(torch.zeros(1, 3, 30, 50)).shape == (1, 3, 30, 50)


@pytest.mark.parametrize("plugin", ["fast", "tint"])
def test_a_run_that_was_stopped_goes_on_bit_for_bit(
    plugin: str, undisturbed: Path, photos: Path, stripes: Path, tmp_path: Path
) -> None:
    choice = styles.choose(plugin, stripes, health__look_every=20, keep__sheet_every=8)
    whole = undisturbed
    if plugin != "fast":
        whole = tmp_path / "whole"
        styles.finish(choice, photos, whole)
    run = train(choice, str(photos), tmp_path / "run")
    for event in run:
        if isinstance(event, Preview) and event.done >= 16:
            run.stop()
    assert len(engine.checkpoints(tmp_path / "run")) > 0
    assert engine.checkpoints(tmp_path / "run")[-1].stem < f"{40:012}"
    events = styles.finish(choice, photos, tmp_path / "run")
    assert engine.warned(events, "resumed") and engine.end(events).facts["pictures"] == 40
    engine.assert_same(tmp_path / "run", whole)


def test_sheets_show_photos_above_what_is_made_of_them(photos: Path, stripes: Path, tmp_path: Path) -> None:
    """A network of colours alone can be checked by hand."""
    choice = styles.choose("tint", stripes, keep__sheet="3x4", data__hold_out=0.5)
    sheets = [e.picture_HWC for e in styles.finish(choice, photos, tmp_path / "run") if isinstance(e, Preview)]
    last_HWC = sheets[-1]
    rows = [row for row in np.split(last_HWC[: last_HWC.shape[0] // 4 * 4], 4)]
    assert last_HWC.shape[0] > last_HWC.shape[1]  # 3 across, 4 down
    assert np.abs(rows[0] - rows[1]).mean() > 0.05 and np.array_equal(sheets[0][:24], last_HWC[:24])


def test_several_styles_are_blended_by_their_weights(photos: Path, stripes: Path, tmp_path: Path) -> None:
    other = styles.style_picture(tmp_path, "wide.png", period=12)
    goal = styles.choose("fast", stripes, other, weights=(1.0, 3.0)).goal()
    assert [style.weight for style in goal.styles] == [0.25, 0.75]
    assert goal.styles[0].x_NCHW.shape == (1, 3, 24, 24) and float(goal.styles[0].x_NCHW.min()) >= 0
    assert max(styles.choose("fast", stripes, style_size=16).goal().styles[0].x_NCHW.shape) == 16
    assert max(styles.choose("fast", stripes, style_size=99).goal().styles[0].x_NCHW.shape) == 24, "never enlarged"


def test_a_run_keeps_to_its_style(undisturbed: Path, photos: Path, stripes: Path, tmp_path: Path) -> None:
    other = styles.style_picture(tmp_path, "wide.png", period=12)
    with pytest.raises(UsageError, match="with other style pictures"):
        styles.finish(styles.choose("fast", other, health__look_every=20), photos, undisturbed)
    with pytest.raises(UsageError, match=r"--method.content-weight was 1.0, now 3.0"):
        styles.finish(styles.choose("fast", stripes, content_weight=3, health__look_every=20), photos, undisturbed)


def test_it_begins_with_another_model(undisturbed: Path, photos: Path, stripes: Path, tmp_path: Path) -> None:
    """Of another size, too; and it brings its own settings of the network."""
    given: dict[str, Any] = {"from_model": str(undisturbed), "size": "32", "pictures": 4, "rate": 0.0, "average": 0.0}
    small = {**engine.QUICK, **styles.SMALL, **given}
    choice = styles.resolve_style_train(engine.plugins(), [small], styles.choose("fast", stripes).styles)
    events = styles.finish(choice, photos, tmp_path / "run")
    assert engine.warned(events, "from") == [f"begins with the painter of {undisturbed}, which had seen 40 pictures"]
    mine, theirs = (read_model(folder / "model.safetensors") for folder in (tmp_path / "run", undisturbed))
    assert mine.info.options["width"] == 2
    tensors = engine.weights(undisturbed)
    model = load_style_model(tmp_path / "run" / "model.safetensors", engine.plugins())
    for name, value in model.network.state_dict().items():
        assert torch.equal(value, tensors[f"network/painter/{name}"])
    assert theirs.info.shape.width == 24 and mine.info.shape.width == 32


def test_each_kind_of_model_says_what_it_is_for(undisturbed: Path, tmp_path: Path) -> None:
    with pytest.raises(
        GancraftError, match="is a style network, which paints pictures: see `gancraft style --plugin fast`"
    ):
        load_model(undisturbed / "model.safetensors", engine.plugins())
    engine.ring(tmp_path / "ring", pictures=32)
    with pytest.raises(GancraftError, match="makes pictures of its own, and paints none: see `gancraft sample`"):
        load_style_model(tmp_path / "ring" / "model.safetensors", engine.plugins())


def command(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


def test_the_command_and_going_on_without_repeating_it(
    photos: Path, stripes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["train-style", stripes, "--photos", photos, *styles.WORDS, "--width", 2, "--blocks", 0, "-q"]
    assert command(capsys, *words) == (0, "runs/stripes-fast/model.safetensors\n", "")
    done = command(capsys, "train-style", "--resume", "--run", "runs/stripes-fast", "--pictures", 24, "--json", "-q")
    assert done[0] == 0 and json.loads(done[1])["pictures"] == 24
    assert json.loads(Path("runs/stripes-fast/run.json").read_text())["options"]["method"]["width"] == 2


REFUSED = {
    "style": (["--photos", "PHOTOS"], "name a style picture to learn from, or sample:NAME"),
    "photos": (["STYLE"], "--photos: name a folder or a .zip of photos"),
    "no such style": (["nowhere.png", "--photos", "PHOTOS"], "nowhere.png doesn't exist"),
    "no such sample": (["sample:nowhere", "--photos", "PHOTOS"], "there is no sample picture 'nowhere'"),
    "grey": (["STYLE", "--photos", "PHOTOS", "--channels", "1"], "--channels 1: style networks paint colour"),
    "layer": (["STYLE", "--photos", "PHOTOS", "--style-layers", "relu9_9"], "--style-layers relu9_9: write NAME or"),
    "weight": (["--style", "STYLE:0", "--photos", "PHOTOS"], "--style STYLE:0: the weight must be above 0"),
    "network": (["STYLE", "--photos", "PHOTOS", "--network", "nowhere"], "there is no network 'nowhere'"),
    "trainer": (["STYLE", "--photos", "PHOTOS", "-p", "gram"], "there is no trainer of style networks 'gram'"),
    "from": (["STYLE", "--photos", "PHOTOS", "--from", "nowhere"], "--from there is no style network 'nowhere'"),
    "resume": (["--resume", "--run", "nowhere"], "--resume: there is no run in nowhere"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_is_one_line(
    case: str,
    photos: Path,
    stripes: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    words, expected = REFUSED[case]
    given = [word.replace("PHOTOS", str(photos)).replace("STYLE", str(stripes)) for word in words]
    sizes = [] if case == "resume" else [w for w in styles.WORDS if case != "grey" or w not in ("--channels", "3")]
    code, out, said = command(capsys, "train-style", *given, *sizes, "-q")
    assert code == 2 and out == "" and len(said.splitlines()) == 1
    assert expected.replace("STYLE", str(stripes)) in said
