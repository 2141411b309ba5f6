"""Everything in memory that a run consists of, and how one round of it goes.

All of it is in `tensors` and `counters`: a session that is built anew and given both goes on bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from gancraft.compute import Compute
from gancraft.errors import GancraftError
from gancraft.interfaces import Stage, Trainable
from gancraft.launch import Launch
from gancraft.models import BatchRandom, Generator
from gancraft.training.average import Average
from gancraft.training.feed import Feed
from gancraft.training.optimisers import Optimisers
from gancraft.training.ranks import Ranks
from gancraft.training.schedule import Schedule
from gancraft.training.settings import LearnOptions
from gancraft.training.step import Step


class Session:
    """Networks, their average, optimisers, the losses' state, the place in the data, and the counts."""

    optimisers: Optimisers

    def __init__(
        self,
        trainable: Trainable,
        data: tuple[np.ndarray, np.ndarray | None, np.ndarray],
        *,
        compute: Compute,
        ranks: Ranks,
        seed: int,
        flip: bool,
        accumulate: int,
        learn: LearnOptions,
    ):
        """data: the set, its labels, and the numbers of those to train on."""
        self.trainable, self.data, self.compute, self.ranks = trainable, data, compute, ranks
        self.seed, self.flip, self.accumulate = seed, flip, accumulate
        self.pictures = self.rounds = self.stage = self.rung = 0
        self.faded = 0.0  # how far what the stage brought has faded in
        self.schedule = Schedule(learn, trainable.plan.pictures)
        torch.manual_seed(seed)
        networks = trainable.networks()
        check(trainable, networks)
        self.networks = {name: compute.placed(network) for name, network in networks.items()}
        for network in self.networks.values():
            network.train()
            ranks.first(network.state_dict().values())
        # In no checkpoint: what they are never changes.
        self.fixed = {name: compute.placed(network) for name, network in trainable.fixed().items()}
        for network in self.fixed.values():
            network.eval().requires_grad_(False)
        self.average = Average(self.networks[trainable.sampler], trainable.half_life())
        self.state = {name: value.to(compute.device) for name, value in trainable.state().items()}
        self.random = BatchRandom(compute.device, world=ranks.world, rank=ranks.rank)
        self.warnings: list[str] = []
        self.feed: Feed | None = None
        self.steps: list[Step] = []
        self._knobs: dict[str, float] = {}
        self.assemble()
        for stage in trainable.stages():  # now, not when it is entered
            ranks.share(stage.pictures(trainable.plan))

    @property
    def stages(self) -> list[Stage]:
        return list(self.trainable.stages())

    @property
    def batch(self) -> int:
        return self.stages[self.stage].pictures(self.trainable.plan)

    @property
    def sampler(self) -> nn.Module:
        """The averaged network, which makes the pictures that are shown and saved."""
        if self.average.behind:
            self.average.update()
            self.average.behind = False
        return self.average.network

    def assemble(self, optimiser: Mapping[str, Tensor] | None = None) -> None:
        """Make the steps: at the start, and again when networks have grown or a remedy has changed the phases.

        optimiser: a state to go on with instead of the present one."""
        phases = list(self.trainable.phases())
        before = optimiser if optimiser is not None else self.optimisers.tensors() if self.steps else {}
        self.optimisers = Optimisers(phases, self.networks, self.compute.device)
        self.optimisers.load(before)
        local = self.ranks.share(self.batch)
        if self.feed is None or self.feed.local != local:
            self.feed = self._feed(local, self.feed.position if self.feed is not None else 0)
        parts = parts_of(local, self.accumulate)
        self.steps = [
            Step(
                phase,
                {**self.fixed, **self.networks},
                self.optimisers.of(phase),
                self.feed,
                self.state,
                self.random,
                self.ranks,
                self.compute,
                parts,
            )
            for phase in phases
        ]
        self.average.pair(self.networks[self.trainable.sampler])
        self._average = Launch(self.average.update, self.compute.captures)

    def round(self) -> None:
        """All phases once."""
        for _ in self.pieces():
            pass

    def pieces(self) -> Iterator[None]:
        """A round, with a pause after every step, in which somebody may be told."""
        self._grow()
        seen = self.batch * self.steps[0].phase.steps
        for name, value in self.trainable.knobs(self.pictures).items():
            if self._knobs.get(name) != value:
                self._knobs[name] = value
                self.state[name].fill_(value)
        self.optimisers.scale(self.schedule.factor(self.pictures))
        self.average.aim(self.pictures, seen)
        for step in self.steps:
            if self.rounds % step.phase.every == 0:
                for _ in range(step.phase.steps):
                    if not step.skipped():
                        step()
                    yield
            if step.warning:
                self.warnings.append(step.warning)
                step.warning = ""
        if self.ranks.world > 1:
            self.ranks.mean(
                [b for network in self.networks.values() for b in network.buffers() if b.is_floating_point()]
            )
        if self.average.half_life > 0:
            self._average()
        else:
            self.average.behind = True
        self.pictures += seen
        self.rounds += 1

    def climb(self, rung: int) -> None:
        """Apply the first `rung` remedies of the trainable."""
        if rung != self.rung:
            self.rung = rung
            self.trainable.at_rung(rung)
            self.assemble()

    def tensors(self) -> dict[str, Tensor]:
        """Everything that a run goes on from."""
        found = {f"average/{name}": value for name, value in self.sampler.state_dict().items()}
        for network, module in self.networks.items():
            found |= {f"network/{network}/{name}": value for name, value in module.state_dict().items()}
        found |= {f"optimiser/{name}": value for name, value in self.optimisers.tensors().items()}
        found |= {f"state/{name}": value for name, value in self.state.items()}
        found |= {f"meter/{step.phase.name}": step.meter.total for step in self.steps if step.meter.names}
        found["random/cpu"] = torch.get_rng_state()
        if self.compute.device.type == "cuda":
            found["random/cuda"] = torch.cuda.get_rng_state(self.compute.device)
        return found

    def counters(self) -> dict[str, Any]:
        assert self.feed is not None
        return {
            "pictures": self.pictures,
            "rounds": self.rounds,
            "stage": self.stage,
            "faded": self.faded,
            "rung": self.rung,
            "position": self.feed.position,
            "schedule": self.schedule.to_dict(),
            "meters": {step.phase.name: list(step.meter.names) for step in self.steps},
        }

    def load(self, tensors: Mapping[str, Tensor], counters: Mapping[str, Any]) -> None:
        """Become the run that gave these. Raises RuntimeError or KeyError where they don't fit."""
        while self.stage < counters["stage"]:
            self._enter(self.stage + 1)
        self.rung = counters["rung"]
        self.trainable.at_rung(self.rung)
        self.pictures, self.rounds = counters["pictures"], counters["rounds"]
        self.faded = counters.get("faded", 0.0)
        self.schedule.from_dict(counters["schedule"])
        self.take(tensors)
        assert self.feed is not None
        self.feed.position = counters["position"]
        for step in self.steps:
            names = tuple(counters["meters"].get(step.phase.name, ()))
            if names and f"meter/{step.phase.name}" in tensors:
                step.meter.names = names
                step.meter.total = tensors[f"meter/{step.phase.name}"].to(self.compute.device, copy=True)
        torch.set_rng_state(tensors["random/cpu"])
        if self.compute.device.type == "cuda" and "random/cuda" in tensors:
            torch.cuda.set_rng_state(tensors["random/cuda"], self.compute.device)

    def take(self, tensors: Mapping[str, Tensor]) -> None:
        """Weights, optimisers and named state only: going back to an earlier moment without forgetting the count."""
        self.average.network.load_state_dict(_below(tensors, "average/"))
        for name, module in self.networks.items():
            module.load_state_dict(_below(tensors, f"network/{name}/"))
        self.assemble(optimiser=_below(tensors, "optimiser/"))
        for name, value in _below(tensors, "state/").items():
            self.state[name].copy_(value)
        self._knobs.clear()

    def inherit(self, tensors: Mapping[str, Tensor], stage: int) -> None:
        """Begin with weights of another run, of networks that were at `stage`, as far as it has them: what it lacks is new.
        Raises RuntimeError or ValueError where they don't fit."""
        if stage >= len(self.stages):
            raise ValueError(f"there is no stage {stage}")
        while self.stage < stage:
            self._enter(self.stage + 1)
        self.faded = 1.0  # nothing of it is new
        for name, module in self.networks.items():
            if found := _below(tensors, f"network/{name}/"):
                module.load_state_dict(found)
        self.average.network.load_state_dict(_below(tensors, "average/"))
        self.assemble()

    def _feed(self, local: int, position: int) -> Feed:
        x_NCHW, labels_N, rows = self.data
        feed = Feed(
            x_NCHW,
            labels_N,
            device=self.compute.device,
            local=local,
            seed=self.seed,
            ranks=self.ranks,
            random=self.random,
            rows=rows,
            flip=self.flip,
            layout=self.compute.layout,
        )
        feed.position = position
        return feed

    def _grow(self) -> None:
        """Enter the stages that are due, and fade in what is new."""
        stages = self.stages
        while self.stage + 1 < len(stages) and self.pictures >= stages[self.stage + 1].start:
            self._enter(self.stage + 1)
            self.assemble()
        stage = stages[self.stage]
        if stage.fade > 0:
            # Never back: a run that was made longer is in a stage that should only begin later.
            self.faded = max(self.faded, min(1.0, (self.pictures - stage.start) / stage.fade))
            self.trainable.fade(self.networks, self.faded)
            self.trainable.fade({self.trainable.sampler: self.average.network}, self.faded)

    def _enter(self, stage: int) -> None:
        sampler = self.trainable.sampler
        had = {name: value.shape for name, value in self.average.network.state_dict().items()}
        self.trainable.enter(self.networks, stage)
        self.trainable.enter({sampler: self.average.network}, stage)
        for network in (*self.networks.values(), self.average.network):
            self.compute.placed(network)
        self.average.network.requires_grad_(False)
        live = self.networks[sampler].state_dict()
        for name, value in self.average.network.state_dict().items():
            if had.get(name) != value.shape:  # what is new begins as it does in the network itself
                value.copy_(live[name])
        self.stage, self.faded = stage, 0.0


def check(trainable: Trainable, networks: Mapping[str, nn.Module]) -> None:
    """Raises GancraftError where a plugin's Trainable contradicts itself."""
    what, phases = type(trainable).__name__, list(trainable.phases())
    kind, called = (nn.Module, "torch.nn.Module") if trainable.repaints else (Generator, "gancraft.Generator")
    if not isinstance(networks.get(trainable.sampler), kind):
        raise GancraftError(f"{what}: its networks have no {called} called '{trainable.sampler}', its sampler")
    missing = [name for phase in phases for name in phase.learns if name not in networks]
    if missing or not phases or any(not phase.learns for phase in phases):
        raise GancraftError(
            f"{what}: its phases learn {', '.join(missing) or 'nothing'}; there are {', '.join(networks)}"
        )


def parts_of(batch: int, accumulate: int) -> int:
    """Into how many equal parts a batch is cut where so many or more are asked for: none of its pictures may be left out."""
    return next(parts for parts in range(min(accumulate, batch), batch + 1) if batch % parts == 0)


def _below(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
