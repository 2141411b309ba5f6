"""Directions, against networks of which they can be told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from gancraft.errors import GancraftError, UsageError
from gancraft.events import Finished, Progress
from gancraft.interfaces import DataShape
from gancraft.latent.codes import seeded, styled
from gancraft.latent.direction_sheet import amounts, directing
from gancraft.latent.directions import Directions, load_directions, moved, save_directions, step
from gancraft.latent.finding import METHODS, find_directions, finding
from gancraft.models import Generator, Model, ModelInfo, tensorfile
from gancraft.options import Options
from tests.latent.helpers import bands, plain

AXES = torch.linalg.qr(torch.randn(4, 4, generator=torch.Generator().manual_seed(3)))[0]


class Uneven(Generator):
    """Latents along known axes change the picture by 8, 4, 2 and 1, each in patterns of its own; with activations of 8 x 8
    places on the way, or without any."""

    latent_size = 4

    def __init__(self, early: bool, classes: int = 0):
        super().__init__(Options(), DataShape(3, 16, 16, classes))
        patterns = torch.linalg.qr(torch.randn(192, 4, generator=torch.Generator().manual_seed(4)))[0]
        self.matrix = nn.Parameter(patterns @ torch.diag(torch.tensor([8.0, 4.0, 2.0, 1.0])) @ AXES.T / 8)
        self.first, self.seen = nn.Identity() if early else None, 0

    def forward(self, z_NL: Tensor, labels_N: Tensor | None = None) -> Tensor:
        assert (labels_N is None) == (not self.shape.classes)
        x_NCHW = (z_NL @ self.matrix.T).view(-1, 3, 8, 8)
        x_NCHW = x_NCHW if self.first is None else self.first(x_NCHW)
        self.seen += len(z_NL)
        return torch.tanh(x_NCHW / 4).repeat_interleave(2, 2).repeat_interleave(2, 3)


def uneven(early: bool = True, classes: int = 0) -> Model:
    generator = Uneven(early, classes).eval().requires_grad_(False)
    info = ModelInfo("generator", "uneven", {"name": "", "distribution": "", "version": ""}, {}, generator.shape)
    return Model(generator, info, "2" * 16)


@pytest.mark.parametrize("classes", [0, 2])
@pytest.mark.parametrize("early", [True, False])
@pytest.mark.parametrize("method", METHODS)
def test_latents_that_change_most_are_found_in_their_order(method: str, early: bool, classes: int) -> None:
    found = find_directions(uneven(early, classes), method, 3, device="cpu")  # type: ignore[arg-type]
    assert found.space == "z" and found.vectors.shape == (3, 4) and found.method == method
    assert torch.allclose(found.vectors.norm(dim=1), torch.ones(3), atol=1e-5)
    assert torch.allclose((found.vectors @ AXES[:, :3]).abs(), torch.eye(3), atol=0.15)
    assert (found.vectors.gather(1, found.vectors.abs().argmax(1, keepdim=True)) > 0).all(), "the same way round always"


def test_the_rest_of_a_network_is_not_run_for_early_activations() -> None:
    model = uneven()
    find_directions(model, "ganspace", 2, device="cpu")
    assert model.generator.seen == 0


def test_sefa_of_styles_are_eigenvectors() -> None:
    model = bands()
    found = find_directions(model, "sefa", 8, device="cpu")
    assert found.space == "w" and found.layers == (0, 1, 2) and len(found) == 2, "no more than there are"
    units = nn.functional.normalize(found.vectors, dim=1)
    assert torch.allclose(units, torch.eye(2), atol=1e-5)  # by the matrix diag(2, 1) of each layer
    w_NS = styled(model, seeded(model, 9, range(2000))).values[:, 0]
    assert torch.allclose(found.vectors.norm(dim=1), w_NS.std(0), rtol=0.1)


def test_ganspace_of_styles_are_principal_components() -> None:
    model = bands()
    found = find_directions(model, "ganspace", 2, device="cpu")
    w_NS = styled(model, seeded(model, 9, range(4000))).values[:, 0]
    along_N2 = w_NS @ nn.functional.normalize(found.vectors, dim=1).T
    assert abs(float(torch.corrcoef(along_N2.T)[0, 1])) < 0.1 and along_N2[:, 0].std() > along_N2[:, 1].std()
    assert torch.allclose(found.vectors.norm(dim=1), along_N2.std(0), rtol=0.1)


@pytest.mark.parametrize("method", METHODS)
def test_directions_are_the_same_every_time(method: str) -> None:
    before = torch.random.get_rng_state()
    first, second = (find_directions(uneven(), method, 2, device="cpu") for _ in range(2))  # type: ignore[arg-type]
    assert torch.equal(first.vectors, second.vectors)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_looking_can_be_stopped_and_what_is_found_kept(tmp_path: Path) -> None:
    run = finding(uneven(), keep=tmp_path / "d.safetensors", device="cpu")
    run.stop()
    event = list(run)[-1]
    assert isinstance(event, Finished) and event.stopped and run.result is None and not list(tmp_path.iterdir())
    run = finding(uneven(), keep=tmp_path / "d.safetensors", device="cpu")
    done = [event.done / (event.total or 1) for event in run if isinstance(event, Progress)]
    assert len(done) > 1 and done == sorted(done) and done[-1] == 1
    assert run.result is not None
    assert torch.equal(load_directions(tmp_path / "d.safetensors", uneven()).vectors, run.result.vectors)


def test_layers_belong_to_styles() -> None:
    assert find_directions(bands(), "sefa", 2, [1], device="cpu").layers == (1,)
    with pytest.raises(UsageError, match="has no styles"):
        find_directions(uneven(), "sefa", 2, [1])
    with pytest.raises(UsageError, match="points in the plane"):
        find_directions(plain(2, 1, 1))


def test_pictures_are_moved() -> None:
    model, codes = uneven(), seeded(uneven(), 0, range(2))
    two = Directions("sefa", "z", torch.eye(4)[:2])
    assert torch.allclose(
        moved(model, codes, two, [(0, 2.0), (1, -1.0), (0, 0.5)]).values - codes.values, torch.tensor([2.5, -1, 0, 0])
    )
    assert moved(model, codes, two, []) is codes
    with pytest.raises(UsageError, match="direction 2: there are 2, counted from 0"):
        moved(model, codes, two, [(2, 1.0)])


def test_only_their_layers_are_moved_by_directions_of_styles() -> None:
    model = bands()
    codes = seeded(model, 0, range(2))
    w = moved(model, codes, Directions("sefa", "w", torch.tensor([[1.0, 0.0]]), (0, 2)), [(0, 3.0)])
    apart = w.values - styled(model, codes).values
    assert w.space == "w" and torch.allclose(apart, torch.tensor([[3.0, 0], [0, 0], [3, 0]]).expand(2, 3, 2), atol=1e-6)
    with pytest.raises(UsageError, match="these directions move latents"):
        moved(model, w, Directions("sefa", "z", torch.eye(3)), [(0, 1.0)])


def test_steps_are_read() -> None:
    assert [step("2:1.5"), step("0:-3")] == [(2, 1.5), (0, -3.0)]
    for text in ("2", "x:1", "-1:1", "1:x", "1:nan", "1:1e9", ""):
        with pytest.raises(UsageError, match="--direction"):
            step(text)


@pytest.mark.parametrize("model", [uneven(), bands()], ids=["latents", "styles"])
def test_what_is_saved_is_loaded(model: Model, tmp_path: Path) -> None:
    found, file = find_directions(model, "sefa", 2, device="cpu"), tmp_path / "d.safetensors"
    save_directions(file, model, found)
    again = load_directions(file, model)
    assert torch.equal(again.vectors, found.vectors)
    assert (again.method, again.space, again.layers) == (found.method, found.space, found.layers)
    with pytest.raises(GancraftError, match="directions of another model"):
        load_directions(file, plain())


@pytest.mark.parametrize(
    "wrong", [{"layers": [7]}, {"layers": ["0"]}, {"layers": None}, {"space": "z"}], ids=lambda wrong: str(wrong)
)
def test_directions_that_do_not_fit_are_refused(wrong: dict[str, object], tmp_path: Path) -> None:
    model, file = bands(), tmp_path / "d.safetensors"
    header = {"model": {"fingerprint": model.fingerprint}, "method": "sefa", "space": "w", "layers": [0], **wrong}
    tensorfile.write(file, "directions", header, {"vectors": torch.ones(1, 2)})
    with pytest.raises(GancraftError, match="don't fit this model"):
        load_directions(file, model)


def test_a_sheet_has_a_row_for_each_direction() -> None:
    model = uneven()
    assert amounts(2, 5) == [-2, -1, 0, 1, 2]
    found = find_directions(model, "sefa", 3, device="cpu")
    codes = seeded(model, 0, range(2))
    run = directing(model, found, codes, ["a", "b"], along=[-1, 0, 1], side=16, device="cpu")
    event = list(run)[-1]
    assert isinstance(event, Finished) and event.picture_HWC is not None and event.facts["pictures"] == 18
    height, width = event.picture_HWC.shape[0] - 10, event.picture_HWC.shape[1] - 10
    middle = width - 2 * 16 - 4  # of the last picture's three columns
    rows = [event.picture_HWC[height - down * 20 + 4 :][:16, middle : middle + 16] for down in (1, 2, 3)]
    itself_HWC = (model.generator(codes.values)[1].permute(1, 2, 0) / 2 + 0.5).clamp(0, 1).numpy()
    assert all(np.allclose(row, itself_HWC, atol=1 / 255) for row in rows)
