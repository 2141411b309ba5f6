"""What can't be trained is told in one line, by the program's exit code too."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest
import torch
from PIL import Image

from gancraft.cli.main import main
from tests.conftest import WritePlugin
from tests.training import engine_helpers as engine


@pytest.fixture
def here(tmp_path: Path, ramps: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken").mkdir()
    for number in range(20):
        (tmp_path / "broken" / f"{number}.png").write_bytes(b"this is no picture")
    (tmp_path / "three").mkdir()
    for path in sorted(ramps.rglob("*.png"))[:3]:
        shutil.copy(path, tmp_path / "three")
    shutil.copytree(ramps / "class0", tmp_path / "flat")
    (tmp_path / "a.png").write_bytes((ramps / "class0" / "000.png").read_bytes())
    os.symlink(ramps, tmp_path / "ramps")
    return tmp_path


FEW = ["--plugins-dir", str(engine.OWN), "--pictures", "16", "--quiet"]
RING = ["sample:ring", "--plugin", "toy"]
RAMPS = ["ramps", "--size", "8"]
BAD: dict[str, tuple[list[str], int, str]] = {
    "empty folder": (["empty"], 2, "empty holds no pictures"),
    "three pictures": (["three"], 2, "holds 3 readable pictures: training needs at least 8"),
    "all broken": (["broken"], 2, "none of the 20 pictures in broken can be read"),
    "no such folder": (["nowhere"], 2, "nowhere doesn't exist"),
    "a file": (["a.png"], 2, "is a file: give the folder"),
    "a size that is too small": (["ramps", "--size", "4"], 2, "--size 4"),
    "a size that is no size": (["ramps", "--size", "big"], 2, "--size 'big': give 64 for a square"),
    "toy with pictures": (["ramps", "--plugin", "toy"], 2, "train it on sample:ring"),
    "toy's generator with pictures": ([*RAMPS, "--plugin", "dcgan", "--generator", "toy"], 2, "points in the plane"),
    "pictures' networks with points": (["sample:ring", "--plugin", "dcgan"], 2, "points"),
    "parts that don't grow in step": (
        [*RAMPS, "--plugin", "dcgan", "--generator", "progressive"], 2, "progressive and dcgan don't grow in step",
    ),
    "parts of different scales": (
        [*RAMPS, "--plugin", "scales", "--discriminator", "dcgan"], 2, "scales and dcgan don't fit each other",
    ),
    "a part of a whole": ([*RAMPS, "--plugin", "vae", "--loss", "hinge"], 2, "'vae' is trained as a whole and has no such part"),
    "labels without classes": (["flat", "--labels", "--plugin", "dcgan"], 2, "labels"),
    "classes wanted and not given": ([*RAMPS, "--plugin", "classed", "--data.no-labels"], 2, "classed needs classes"),
    "no such device": ([*RING, "--device", "cuda:9"], 2, "--device cuda:9: not on this machine; there is: cpu"),
    "no such kind of device": ([*RING, "--device", "abacus"], 2, "--device abacus"),
    "sheet": ([*RING, "--sheet", "big"], 2, "--sheet big: write pictures across and down, as 8x4"),
    "sheet of none": ([*RING, "--sheet", "0x4"], 2, "--sheet 0x4"),
    "sheet of too many": ([*RING, "--sheet", "99x99"], 2, "at most 256"),
    "unknown plugin": (["ramps", "--plugin", "dcgam"], 2, "did you mean 'dcgan'"),
    "unknown generator": ([*RAMPS, "--generator", "dcgam"], 2, "did you mean 'dcgan'"),
    "unknown discriminator": ([*RAMPS, "--discriminator", "tpy"], 2, "did you mean 'toy'"),
    "unknown loss": ([*RAMPS, "--loss", "hinger"], 2, "did you mean 'hinge'"),
    "unknown policy": ([*RAMPS, "--plugin", "scales", "--augment", "ada", "--policy", "colour,fog"], 2, "fog"),
    "augmented points": ([*RING, "--augment", "ada"], 2, "augmentation needs pictures"),
    "unknown sample": (["sample:rings"], 2, "did you mean 'sample:ring'"),
    "unknown set": (["torchvision:MNISTT"], 2, "MNIST"),
    "unknown flag": ([*RING, "--pictuers", "1"], 2, "--pictuers"),
    "range": ([*RING, "--batch", "0"], 2, "--batch"),
    "schedule": ([*RING, "--schedule", "zigzag"], 2, "--schedule"),
    "remedy": ([*RING, "--remedy", "pray"], 2, "--remedy"),
    "a run under a file": ([*RING, "--run", "a.png/run"], 2, "--run a.png/run: can't be written to"),
    "nothing to resume": (["--resume", "--run", "gone"], 2, "--resume: there is no run in gone"),
    "resume without a run": (["--resume"], 2, "--run must name"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_line(case: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words, code, expected = BAD[case]
    with pytest.raises(SystemExit) as ended:
        main(["train", *(["--batch", "16"] if "--batch" not in words else []), *FEW, *words])
    said = capsys.readouterr()
    assert ended.value.code == code, said
    lines = [line for line in said.err.splitlines() if line.strip()]
    told = [line for line in lines if line.startswith("gancraft: ")]
    assert said.out == "" and "Traceback" not in said.err and "a bug" not in said.err
    if told:  # what typer itself refuses comes in a frame
        assert lines == told and len(told) == 1
    assert expected in " ".join(said.err.replace("│", " ").split()), said.err


@pytest.mark.parametrize("plugin", ["dcgan", "dense", "progressive"])
def test_a_size_that_only_plugins_can_refuse(plugin: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Wider than high by a hundred times: made, or refused in one line."""
    Image.new("L", (4096, 16)).save(here / "wide.png")
    with pytest.raises(SystemExit) as ended:
        main(["train", "flat", "--plugin", plugin, "--size", "4097x9", "--pictures", "16", "--batch", "16", "-q"])
    assert ended.value.code == 2 and "--size 4097x9" in capsys.readouterr().err


SICK = {
    "a network of another kind": ("torch.nn.Linear(1, 1)", "'sick' (.*) *: *sick must be a gancraft.Generator"),
    "an error while it is made": ("1 / 0", "sick can't be made: .*division by zero"),
}


@pytest.mark.parametrize("case", SICK)
def test_a_plugin_with_an_error(
    case: str, here: Path, write_plugin: WritePlugin, capsys: pytest.CaptureFixture[str]
) -> None:
    code, expected = SICK[case]
    folder = write_plugin("sick", f"""
        import gancraft, torch

        def make(options, shape):
            return {code}

        @gancraft.hookimpl
        def register_generators(register):
            register("sick", make, summary="Not well.")
        """)  # fmt: skip
    with pytest.raises(SystemExit) as ended:
        main(["train", *RING, "--generator", "sick", "--plugins-dir", str(folder), "-q", "--pictures", "64"])
    said = capsys.readouterr().err
    assert ended.value.code == 1 and len(said.splitlines()) == 1
    assert re.search(expected, said), said


WRONG = {
    "no sampler": ("", "Wrong: its networks have no gancraft.Generator called 'generator', its sampler"),
    "no phase": ("sampler = 'point'", "Wrong: its phases learn nothing; there are point"),
    "an unknown network": ("sampler, learns = 'point', ('piont',)", "Wrong: its phases learn piont; there are point"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_trainable_that_contradicts_itself(
    case: str, here: Path, write_plugin: WritePlugin, capsys: pytest.CaptureFixture[str]
) -> None:
    body, expected = WRONG[case]
    folder = write_plugin("wrong", f"""
        import gancraft, torch

        class Point(gancraft.Generator):
            latent_size = 2

        class Wrong(gancraft.Trainable):
            learns = ()
            {body}
            def networks(self):
                return {{"point": Point(self.options, self.plan.shape)}}
            def phases(self):
                return [gancraft.Phase("fit", self.learns, None)] if self.learns else []

        @gancraft.hookimpl
        def register_training_methods(register):
            register("wrong", Wrong, interface=gancraft.Trainable, summary="Wrong.")
        """)  # fmt: skip
    with pytest.raises(SystemExit) as ended:
        main(["train", "sample:ring", "--plugin", "wrong", "--plugins-dir", str(folder), "-q"])
    assert ended.value.code == 1 and capsys.readouterr().err == f"gancraft: {expected}\n"


@pytest.mark.skipif(torch.cuda.is_available(), reason="has a CUDA device")
def test_cuda_asked_for_and_absent(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["train", *RING, *FEW, "--device", "cuda"])
    assert ended.value.code == 2
    assert capsys.readouterr().err == "gancraft: --device cuda: not on this machine; there is: cpu\n"
    assert not (here / "runs").exists()
