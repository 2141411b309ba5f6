"""Sheets of mixed styles and of truncations."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from gancraft.errors import UsageError
from gancraft.events import Finished, Progress, Run
from gancraft.latent.codes import seeded, styled
from gancraft.latent.drawing import drawing
from gancraft.latent.mix import chosen_layers, mixed, mixing
from gancraft.latent.sweep import sweeping, truncations
from gancraft.models import Model
from tests.latent.helpers import bands, plain


def finished(run: Run) -> Finished:
    event = list(run)[-1]
    assert isinstance(event, Finished)
    return event


def places(picture_HWC: np.ndarray, down: int, across: int, side: int) -> list[list[np.ndarray]]:
    """The pictures of a sheet without titles on the left of the rows, by its right and lower margins."""
    height, width = picture_HWC.shape[0] - 10, picture_HWC.shape[1] - 10
    tops = [height - (down - row) * (side + 4) + 4 for row in range(down)]
    lefts = [width - (across - column) * (side * 8 // 12 + 4) + 4 for column in range(across)]
    return [[picture_HWC[top : top + side, left : left + side * 8 // 12] for left in lefts] for top in tops]


def levels(x_CHW: torch.Tensor) -> np.ndarray:
    return (x_CHW.permute(1, 2, 0) / 2 + 0.5).clamp(0, 1).numpy()


@pytest.mark.parametrize(
    ("text", "layers", "chosen"),
    [
        ("coarse", 3, [0]),
        ("middle", 10, [3, 4, 5, 6]),
        ("fine", 10, [7, 8, 9]),
        ("coarse,fine", 6, [0, 1, 4, 5]),
        ("3-5", 6, [3, 4, 5]),
        ("0, 2-3,2", 6, [0, 2, 3]),
        ("5", 6, [5]),
    ],
)
def test_layers_are_chosen_by_name_and_number(text: str, layers: int, chosen: list[int]) -> None:
    assert chosen_layers(text, layers) == chosen


@pytest.mark.parametrize("layers", range(1, 19))
def test_the_three_bands_are_all_layers(layers: int) -> None:
    parts = [chosen_layers(band, layers) for band in ("coarse", "middle", "fine")]
    assert sum(parts, []) == list(range(layers))


@pytest.mark.parametrize(
    ("text", "said"), [("", "give coarse"), ("corse", "give coarse")]
    + [("6", "layers 0 to 5"), ("4-3", "layers 0 to 5"), ("-1", "give coarse"), ("1.5", "give coarse")],
)  # fmt: skip
def test_layers_that_are_none(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        chosen_layers(text, 6)


def test_a_row_meets_a_column() -> None:
    model = bands()
    rows, columns = seeded(model, 1, range(2)), seeded(model, 2, range(3))
    run = mixing(model, (rows, ["a", "b"]), (columns, ["c", "d", "e"]), [0], side=12, device="cpu")
    picture_HWC = finished(run).picture_HWC
    assert picture_HWC is not None
    sheet = places(picture_HWC, 3, 4, 12)
    own = [levels(x_CHW) for x_CHW in model.generator(rows.values)]
    others = [levels(x_CHW) for x_CHW in model.generator(columns.values)]
    for row in range(2):
        assert np.allclose(sheet[row + 1][0], own[row], atol=1 / 255)
        for column in range(3):
            assert np.allclose(sheet[0][column + 1], others[column], atol=1 / 255)
            both = np.concatenate([others[column][:4], own[row][4:]])  # a third of the picture hangs on each style
            assert np.allclose(sheet[row + 1][column + 1], both, atol=1 / 255)
    assert sheet[0][0].min() == 1


def test_mixing_moves_nothing_but_its_layers() -> None:
    model = bands()
    one, other = seeded(model, 1, range(3)), styled(model, seeded(model, 2, range(3)))
    before = other.values.clone()
    w_NKS = mixed(model, one, other, [1, 2]).values
    assert torch.equal(w_NKS[:, 1:], other.values[:, 1:]) and torch.equal(
        w_NKS[:, :1], styled(model, one).values[:, :1]
    )
    assert torch.equal(other.values, before)


def test_a_model_without_styles_cannot_be_mixed() -> None:
    codes = seeded(plain(), 0, [0])
    with pytest.raises(UsageError, match="has no styles"):
        mixing(plain(), (codes, ["a"]), (codes, ["b"]), [0])


@pytest.mark.parametrize("model", [plain(3, 12, 8), bands()], ids=["latents", "styles"])
def test_a_sweep_goes_from_the_middle_outwards(model: Model) -> None:
    codes = seeded(model, 1, range(2))
    picture_HWC = finished(sweeping(model, codes, ["a", "b"], [0, 0.5, 1], side=12, device="cpu")).picture_HWC
    assert picture_HWC is not None
    sheet = places(picture_HWC, 2, 3, 12)
    assert np.allclose(sheet[0][0], sheet[1][0])
    for row, x_CHW in zip(sheet, model.generator(codes.values), strict=True):
        whole = levels(x_CHW)
        assert np.allclose(row[2], whole, atol=1 / 255)
        inside = (whole > 0.02) & (whole < 0.98)
        assert np.allclose(row[1][inside], (row[0][inside] + whole[inside]) / 2, atol=2 / 255)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("0,0.3, 1", [0, 0.3, 1]), ("0..1:0.25", [0, 0.25, 0.5, 0.75, 1]), ("0.5..0.7", [0.5, 0.6, 0.7]), ("2", [2])],
)
def test_truncations_are_read(text: str, numbers: list[float]) -> None:
    assert truncations(text) == pytest.approx(numbers)


@pytest.mark.parametrize(
    "text", ["", "x", "-1", "2.1", "nan", "0..1:0", "1..0", "0..1:x", "0..inf", "0..2:0.001", ",".join(["1"] * 51)]
)
def test_truncations_that_are_none(text: str) -> None:
    with pytest.raises(UsageError, match="--truncation"):
        truncations(text)


def test_a_sheet_can_be_stopped_and_cannot_be_too_large() -> None:
    model = plain()
    run = drawing(model, [(seeded(model, 0, range(6)), 1.0)], lambda x: x, batch=2, device="cpu")
    events = []
    for event in run:
        events.append(event)
        run.stop()
    assert [event.done for event in events if isinstance(event, Progress)] == [2]
    assert isinstance(events[-1], Finished) and events[-1].stopped and events[-1].picture_HWC is None
    with pytest.raises(UsageError, match="megapixels"):
        drawing(plain(3, 4096, 4096), [(seeded(model, 0, range(7)), 1.0)], lambda x: x)
    with pytest.raises(UsageError, match="points in the plane"):
        drawing(plain(2, 1, 1), [(seeded(model, 0, [0]), 1.0)], lambda x: x)
