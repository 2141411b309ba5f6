"""Optical flow against motions that are known, and what is trusted of it."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch
from torch import Tensor

from gancraft.errors import UsageError
from gancraft.style.film.flow import classic_flow, resized_flow
from gancraft.style.film.motion import flow_of, is_cut, motion
from gancraft.style.film.raft import raft_flow
from gancraft.style.film.warp import agreement, confidence, softened, warp
from gancraft.style.resize import resize
from tests.style.film.helpers import moving, tensor
from tests.style.helpers import rough, smooth

WIDTH, HEIGHT = 96, 72
EDGE = 8  # what comes into sight there can't be found


def scene() -> Tensor:
    """Detail of several sizes."""
    return sum(resize(rough(side, side, side), WIDTH, HEIGHT).clamp(0, 1) for side in (6, 12, 24, 48)) / 4


def known(kind: str, amount: float) -> Tensor:
    """The flow of a motion, N2HW."""
    rows, columns = torch.meshgrid(torch.arange(HEIGHT) - HEIGHT / 2, torch.arange(WIDTH) - WIDTH / 2, indexing="ij")
    if kind == "move":
        flow = torch.stack([torch.full_like(rows, amount), torch.full_like(rows, -amount / 2)])
    elif kind == "turn":
        cosine, sine = math.cos(math.radians(amount)), math.sin(math.radians(amount))
        flow = torch.stack([columns * cosine - rows * sine - columns, columns * sine + rows * cosine - rows])
    else:
        flow = torch.stack([columns, rows]) * (amount - 1)
    return flow[None]


@pytest.mark.parametrize(
    ("kind", "amount", "error"),
    [
        ("move", 0.0, 0.01),
        ("move", 1.5, 0.2),
        ("move", 6.0, 0.2),
        ("move", -9.0, 0.2),
        ("turn", 4.0, 0.3),
        ("turn", -8.0, 0.4),
        ("zoom", 1.06, 0.3),
        ("zoom", 0.92, 0.4),
    ],
)
def test_motions_are_found(kind: str, amount: float, error: float) -> None:
    second, true = scene(), known(kind, amount)
    first = warp(second, true, "bicubic").clamp(0, 1)
    found = classic_flow(first, second)
    assert found.shape == true.shape
    apart = (found - true).square().sum(1).sqrt()[:, EDGE:-EDGE, EDGE:-EDGE]
    assert float(apart.mean()) < error
    back = classic_flow(second, first)
    trust = confidence(found, back) * agreement(first, second, found)
    assert float(trust[..., EDGE:-EDGE, EDGE:-EDGE].mean()) > 0.75


def test_the_light_may_change_a_little() -> None:
    second, true = scene(), known("move", 3.0)
    first = (warp(second, true, "bicubic") * 0.9 + 0.08).clamp(0, 1)
    apart = (classic_flow(first, second) - true).square().sum(1).sqrt()[:, EDGE:-EDGE, EDGE:-EDGE]
    assert float(apart.mean()) < 0.4


def test_a_pair_in_a_batch_is_like_a_pair_alone() -> None:
    first, second = scene(), warp(scene(), known("move", 2.0))
    both = classic_flow(torch.cat([first, second]), torch.cat([second, first]))
    torch.testing.assert_close(both[:1], classic_flow(first, second), rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize(("width", "height"), [(17, 90), (40, 33), (16, 16)])
def test_odd_sizes(width: int, height: int) -> None:
    flow = classic_flow(smooth(width, height, 1), smooth(width, height, 2))
    assert flow.shape == (1, 2, height, width) and bool(flow.isfinite().all())


def test_a_larger_pictures_flow_is_longer() -> None:
    small = torch.stack([torch.full((4, 6), 2.0), torch.full((4, 6), -1.0)])[None]
    large = resized_flow(small, 12, 12)
    assert torch.equal(large, torch.stack([torch.full((12, 12), 4.0), torch.full((12, 12), -3.0)])[None])


def test_a_flow_carries_a_picture_and_the_edge_goes_on() -> None:
    x = torch.arange(6.0).expand(1, 1, 4, 6)
    moved = warp(x, torch.tensor([2.0, 0.0]).view(1, 2, 1, 1).expand(1, 2, 4, 6))
    assert torch.allclose(moved[0, 0, 0], torch.tensor([2.0, 3.0, 4.0, 5.0, 5.0, 5.0]), atol=1e-5)


def test_what_was_hidden_and_what_left_are_not_trusted() -> None:
    back, forth = torch.zeros(1, 2, 20, 30), torch.zeros(1, 2, 20, 30)
    back[:, 0, :, :10] = -4.0  # the left third came from beyond the edge, in part
    forth[:, 0, :, 20:] = 6.0  # the right third doesn't lead home
    trust = confidence(back, forth)[0, 0]
    assert trust[:, :3].max() == 0 and trust[:, 20:].max() == 0
    assert trust[:, 9:11].max() == 0  # the border of the motion
    assert trust[:, 12:19].min() == 1


def test_a_wrong_flow_is_noticed_by_the_pictures() -> None:
    now, before = torch.zeros(1, 3, 20, 20), torch.zeros(1, 3, 20, 20)
    before[..., :8] = 0.9
    seen = agreement(now, before, torch.zeros(1, 2, 20, 20))[0, 0]
    assert seen[:, :7].max() == 0 and seen[:, 10:].min() == 1


def test_trust_has_no_hard_border() -> None:
    trust = torch.ones(1, 1, 9, 12)
    trust[..., :5] = 0
    soft = softened(trust)[0, 0, 4]
    assert soft[:5].max() == 0 and soft[8:].min() == 1 and 0 < soft[6] < 1


def test_cuts_are_told_from_pans_and_from_changes_of_light() -> None:
    frames = [tensor(frame) for frame in moving(3, step=9)]
    other = tensor(moving(1, seed=5)[0])
    assert is_cut(frames[0], other) and not is_cut(frames[0], other, 0)
    assert not is_cut(frames[0], frames[1]) and is_cut(frames[0], frames[1], 1)
    assert not is_cut(frames[0], (frames[0] * 0.85 + 0.05).clamp(0, 1))
    assert motion(frames[0], other, classic_flow, 0.5) is None
    moved = motion(frames[0], frames[1], classic_flow, 0.5)
    assert moved is not None and float(moved.trust_N1HW.mean()) > 0.4
    apart = (moved.carried(frames[0]) - frames[1]).abs() * moved.trust_N1HW
    assert float(apart.mean()) < 0.03


def test_a_network_that_is_not_here_is_told_and_never_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    monkeypatch.setattr(torch.hub, "load_state_dict_from_url", lambda *_: pytest.fail("it went to the net"))
    assert flow_of("auto", torch.device("cpu"))[1] == "classic"
    with pytest.raises(UsageError, match=r"--flow: .*raft_small.*choose classic"):
        flow_of("raft", torch.device("cpu"))
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints" / "raft_small_C_T_V2-01064c6d.pth").write_bytes(b"half a download")
    with pytest.raises(UsageError, match="is damaged; delete it"):
        flow_of("auto", torch.device("cpu"))


def test_a_network_that_is_here_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from torchvision.models.optical_flow import raft_small

    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    (tmp_path / "checkpoints").mkdir()
    torch.save(raft_small(weights=None).state_dict(), tmp_path / "checkpoints" / "raft_small_C_T_V2-01064c6d.pth")
    assert flow_of("auto", torch.device("cpu"))[1] == "raft"
    flow = raft_flow(torch.device("cpu"))(torch.cat([smooth(37, 30, 1)] * 2), torch.cat([smooth(37, 30, 2)] * 2))
    assert flow.shape == (2, 2, 30, 37) and bool(flow.isfinite().all())
