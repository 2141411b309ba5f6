"""What goes wrong when networks compete, made into an instrument: measures, a monitor that names troubles, a ladder of
remedies. All of it reads numbers only; the trainer measures, tells and acts."""

from gancraft.training.health.ladder import Decision, Ladder
from gancraft.training.health.look import Finding, Look
from gancraft.training.health.monitor import Monitor

__all__ = ["Decision", "Finding", "Ladder", "Look", "Monitor"]
