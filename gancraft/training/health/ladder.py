"""What to do about trouble: one remedy after the other, mildest first, each with time to work, and each can be taken back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gancraft.training.health import thresholds as t

# Troubles that remedies are for. A blind discriminator and a leaking augmentation would only get worse by them, and a run
# that merely stagnates is left alone.
TREATED = ("diverged", "collapse", "latents-ignored", "overpowering", "memorising", "copying", "unstable")


@dataclass(frozen=True)
class Decision:
    """rung: how many remedies are to be in force now. roll_back: go back to the best checkpoint first. rate: what learning
    rates are to be multiplied by, once. sentence: what is done and why, for people."""

    rung: int
    roll_back: bool
    rate: float
    sentence: str


class Ladder:
    """Climbs one rung when trouble is there, waits whether it helps, and climbs on; beyond the last rung it rolls back and
    halves the rates, a few times. After long health it comes down a rung at a time; rates stay as they are."""

    def __init__(self, remedies: Sequence[str]):
        """remedies: one line for each rung, mildest first."""
        self.remedies = tuple(remedies)
        self.rung = self.roll_backs = 0
        self.log: list[tuple[int, str]] = []  # pictures and what was decided then
        self._waited = t.PATIENCE  # looks since the last step up
        self._calm = 0  # looks without trouble
        self._gave_up = False
        self._taken_back = False
        self._stays = False  # trouble came back when a remedy was taken back: it is never tried again

    def decide(self, pictures: int, active: Collection[str]) -> Decision | None:
        """To be asked once at every look, with the codes of the troubles that are there; None: nothing is to be done."""
        troubles = [code for code in TREATED if code in active]
        self._waited += 1
        if not troubles:
            decision = self._rest()
        elif "diverged" in troubles:
            # Nothing can be learned from numbers that are none: no milder remedy is tried, and there is no waiting.
            decision = self._roll_back(troubles)
        elif self._waited < t.PATIENCE:
            decision = None
        elif self.rung < len(self.remedies):
            decision = self._climb(troubles)
        else:
            decision = self._roll_back(troubles)
        if troubles:
            self._calm = 0
        if decision is not None:
            self.log.append((pictures, decision.sentence))
        return decision

    def _climb(self, troubles: Sequence[str]) -> Decision:
        self._waited, self.rung, self._stays = 0, self.rung + 1, self._stays or self._taken_back
        where = f"remedy {self.rung} of {len(self.remedies)}"
        return Decision(self.rung, False, 1.0, f"{where} against {_listed(troubles)}: {self.remedies[self.rung - 1]}")

    def _roll_back(self, troubles: Sequence[str]) -> Decision | None:
        self._waited = 0
        if self.roll_backs < t.ROLL_BACKS:
            self.roll_backs += 1
            what = f"back to the best checkpoint, learning rates halved ({self.roll_backs} of {t.ROLL_BACKS})"
            return Decision(self.rung, True, t.RATE_FACTOR, f"against {_listed(troubles)}: {what}")
        if self._gave_up:
            return None
        self._gave_up = True
        tried = f"{t.ROLL_BACKS} returns to the best checkpoint did not help against {_listed(troubles)}"
        return Decision(self.rung, False, 1.0, f"{tried}: training goes on as it is")

    def _rest(self) -> Decision | None:
        self._calm += 1
        if self._calm < t.CALM or self.rung == 0 or self._stays:
            return None
        self._calm, self.rung, self._taken_back = 0, self.rung - 1, True
        return Decision(self.rung, False, 1.0, f"long without trouble, taken back: {self.remedies[self.rung]}")

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON."""
        return {
            "remedies": list(self.remedies),
            "rung": self.rung,
            "roll_backs": self.roll_backs,
            "waited": self._waited,
            "calm": self._calm,
            "gave_up": self._gave_up,
            "taken_back": self._taken_back,
            "stays": self._stays,
            "log": [list(entry) for entry in self.log],
        }

    @classmethod
    def from_dict(cls, state: Mapping[str, Any]) -> Ladder:
        """Raises KeyError, TypeError or ValueError for what `to_dict` didn't give."""
        ladder = cls(state["remedies"])
        ladder.rung, ladder.roll_backs = int(state["rung"]), int(state["roll_backs"])
        ladder._waited, ladder._calm, ladder._gave_up = int(state["waited"]), int(state["calm"]), bool(state["gave_up"])
        ladder._taken_back, ladder._stays = bool(state["taken_back"]), bool(state["stays"])
        ladder.log = [(int(pictures), str(sentence)) for pictures, sentence in state["log"]]
        return ladder


def _listed(codes: Sequence[str]) -> str:
    return " and ".join(codes)
