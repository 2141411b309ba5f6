"""The two methods for any style picture at once, with the weights that ship."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from gancraft_adain.decoder import LAYERS
from gancraft_adain.moments import moments, sums
from gancraft_adain.networks import POINTS, AdainNetwork, AttentionNetwork
from gancraft_adain.palette import palette, palette_sums, recoloured
from gancraft_adain.weights import FOLDER, NETWORKS, load, trained
from safetensors.torch import load_file, save_file
from torch import Tensor

from gancraft import GancraftError, InstantStyle, StyleInput
from gancraft.events import Finished, Run
from gancraft.interfaces import StyleJob
from gancraft.pictures import open_sample
from gancraft.plugins import find_plugins
from gancraft.style.instant import InstantPainting
from gancraft.style.resize import fit_style
from gancraft.style.settings import InstantOptions
from gancraft.style.tensors import to_tensor
from tests.style.helpers import rough, smooth

NAMES = sorted(NETWORKS)


def picture(name: str, side: int) -> Tensor:
    return fit_style(to_tensor(open_sample(name).rgb_HWC), side)


@pytest.fixture(scope="module", params=NAMES)
def method(request: pytest.FixtureRequest) -> InstantStyle:
    entry = find_plugins().get("style", request.param)
    assert entry.can("instant") and entry.can("mask") and not entry.can("network")
    return entry.create(entry.options())


def painted(method: InstantStyle, content: Tensor, *styles: StyleInput, **options: Any) -> Tensor:
    job = StyleJob(content, styles, precision="float32")
    painting = InstantPainting(InstantOptions(**options), method)
    *_, done = Run(lambda run: painting.run(job, run))
    assert isinstance(done, Finished) and done.picture_HWC is not None
    return to_tensor(done.picture_HWC)


def test_colours_come_nearer_to_the_styles(method: InstantStyle) -> None:
    content, style = picture("coffee", 128), picture("swirl", 128)
    result = painted(method, content, StyleInput(style))
    before, after = ((x.mean((2, 3)) - style.mean((2, 3))).abs().mean() for x in (content, result))
    assert after < 0.6 * before


def test_the_photo_can_still_be_seen(method: InstantStyle) -> None:
    """Where it is light or dark, at an eighth of its size."""
    content = picture("cat", 160)
    result = painted(method, content, StyleInput(picture("mosaic", 160)))
    small = [torch.nn.functional.avg_pool2d(x.mean(1), 8).flatten() for x in (content, result)]
    assert float(torch.corrcoef(torch.stack(small))[0, 1]) > 0.4


def test_part_of_a_style_picture(method: InstantStyle) -> None:
    """The colours of the half that counts."""
    style, part = torch.zeros(1, 3, 96, 96), torch.zeros(1, 1, 96, 96)
    style[:, 0, :, :48], style[:, 2, :, 48:] = 0.8, 0.8
    style = (style + 0.1 * rough(96, 96, 2)).clamp(0, 1)
    part[..., :40] = 1
    masked, unmasked = (painted(method, smooth(64, 64, 1), StyleInput(style, 1.0, None, p)) for p in (part, None))
    assert (masked[:, 0] - masked[:, 2]).mean() > (unmasked[:, 0] - unmasked[:, 2]).mean()


def test_weights_mix(method: InstantStyle) -> None:
    content, one, two = smooth(64, 64, 1), rough(48, 48, 2), 0.4 * smooth(48, 48, 3)
    ends = [painted(method, content, StyleInput(x)) for x in (one, two)]
    mixed = painted(method, content, StyleInput(one, 3.0), StyleInput(two, 1.0))
    near, far = ((mixed - end).square().mean() for end in ends)
    assert near < far


def test_the_palette_goes_over() -> None:
    """Mean and covariance, all the way or half of it."""
    photo, style = (
        0.3 + 0.3 * rough(40, 40, 1),
        (0.2 + 0.5 * rough(40, 40, 2)) * torch.tensor([1.0, 0.7, 0.4]).view(1, 3, 1, 1),
    )
    have, want = (palette(palette_sums(x)) for x in (photo, style))
    got = palette(palette_sums(recoloured(photo, have, want, 1.0)))
    torch.testing.assert_close(got.mean_C, want.mean_C, atol=0.01, rtol=0)
    torch.testing.assert_close(got.covariance_CC, want.covariance_CC, atol=2e-3, rtol=0)
    half = recoloured(photo, have, want, 0.5)
    torch.testing.assert_close(half.mean((2, 3))[0], (have.mean_C + want.mean_C) / 2, atol=0.01, rtol=0)


def test_moments_add_up_over_halves() -> None:
    x_NCHW, where = rough(32, 16, 1), smooth(32, 16, 2)[:, :1]
    whole = moments(sums({"a": x_NCHW}, where))["a"]
    halves = [sums({"a": x[..., s]}, where[..., s]) for x in [x_NCHW] for s in (slice(0, 16), slice(16, 32))]
    joined = moments({name: halves[0][name] + halves[1][name] for name in halves[0]})["a"]
    torch.testing.assert_close(joined.mean_NC11, whole.mean_NC11)
    torch.testing.assert_close(joined.std_NC11, whole.std_NC11)
    plain = whole.normalised(x_NCHW)
    torch.testing.assert_close(whole.applied(plain), x_NCHW, atol=1e-5, rtol=1e-4)
    assert float((plain * where).sum() / where.sum()) == pytest.approx(0, abs=1e-4)


def test_adain_gives_features_the_styles_moments() -> None:
    network = AdainNetwork()
    photo, style = network.look(smooth(64, 64, 1)), network.look(rough(48, 48, 2))
    styled = network.styled(photo, moments(sums(photo)), network.remember(style))
    for layer, *_ in LAYERS:
        got, want = moments(sums(styled))[layer], moments(sums(style))[layer]
        torch.testing.assert_close(got.mean_NC11, want.mean_NC11, atol=0.02, rtol=0.02)


def test_attention_finds_what_is_there() -> None:
    """Of a flat style everything found is the same; of a large one no more is looked at than `POINTS`."""
    network = AttentionNetwork().requires_grad_(False)
    memory = network.remember(network.look(rough(192, 192, 2)))
    assert all(points.keys_NKQ.shape[2] <= POINTS for points in memory.points.values())
    photo = network.look(smooth(64, 64, 1))
    flat = network.remember(network.look(torch.full((1, 3, 64, 64), 0.4)))
    styled = network.styled(photo, moments(sums(photo)), flat)
    middle = styled["relu4_1"][..., 2:-2, 2:-2]
    assert float((middle - middle.mean((2, 3), keepdim=True)).abs().mean()) < 0.1


@pytest.mark.parametrize("name", NAMES)
def test_the_files(name: str, tmp_path: Path) -> None:
    """Small, in half precision, and read back as they were."""
    file = FOLDER / f"{name}.safetensors"
    assert file.stat().st_size < 3_000_000
    state = load_file(str(file))
    assert {value.dtype for value in state.values()} == {torch.float16}
    network = load(name)
    assert all(torch.equal(value, state[key].float()) for key, value in trained(network).items())
    header = {"gancraft": json.dumps({"encoder": "another"})}
    save_file(state, str(tmp_path / "other.safetensors"), header)
    with pytest.raises(GancraftError, match="trained for another encoder"):
        load(name, tmp_path / "other.safetensors")
    del state["decoder.last.bias"]
    save_file(state, str(tmp_path / "less.safetensors"))
    with pytest.raises(GancraftError, match="tensors are those of another network"):
        load(name, tmp_path / "less.safetensors")
    with pytest.raises(GancraftError, match="can't be read"):
        load(name, tmp_path / "none.safetensors")
