"""What can be trained on what, and how large it is, found without training it."""

from __future__ import annotations

import pytest
import torch

from gancraft import DataShape
from gancraft.interfaces import Plan
from gancraft.plugins import find_plugins
from gancraft.training.choice import resolve_train
from gancraft.training.fits import first_that_fits, misfit, parameters
from tests.training.engine_helpers import choose

POINTS, GREY = DataShape(2, 1, 1), DataShape(1, 8, 8)


@pytest.mark.parametrize(
    ("method", "shape", "fits"),
    [("toy", POINTS, True), ("toy", GREY, False), ("dense", GREY, True), ("dense", POINTS, False)],
)
def test_what_fits(method: str, shape: DataShape, fits: bool) -> None:
    before = torch.get_rng_state()
    problem = misfit(resolve_train(find_plugins(), [{"plugin": method}]), shape)
    assert (problem == "") is fits and "\n" not in problem
    assert torch.equal(before, torch.get_rng_state())


def test_the_first_that_fits() -> None:
    plugins = find_plugins()
    assert first_that_fits(plugins, ["dense", "toy-collapse", "toy"], POINTS) == "toy-collapse"
    assert first_that_fits(plugins, ["toy"], GREY) is None


def test_size_is_found_without_the_memory_for_it() -> None:
    choice = choose("running")
    before = torch.get_rng_state()
    networks = choice.make(Plan(GREY, 1, 1)).networks()
    assert parameters(choice, GREY) == sum(p.numel() for network in networks.values() for p in network.parameters())
    torch.set_rng_state(before)
    huge = resolve_train(
        find_plugins(), [{"plugin": "dense", "generator.latent_size": 65_536, "generator.width": 8192}]
    )
    assert parameters(huge, GREY) > 500_000_000 and parameters(huge, POINTS) == 0
    assert torch.equal(before, torch.get_rng_state())
