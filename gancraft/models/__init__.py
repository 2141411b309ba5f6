"""Generators and discriminators: their base classes, their building from plugins, and the file of a trained one."""

from gancraft.models.cost import Cost, check_model
from gancraft.models.file import Model, ModelInfo, info_of, load_model, read_info, save_model
from gancraft.models.networks import Discriminator, Generator, Output, make
from gancraft.models.random import BatchRandom
from gancraft.models.styled import StyledGenerator

__all__ = [
    "BatchRandom",
    "Cost",
    "Discriminator",
    "Generator",
    "Model",
    "ModelInfo",
    "Output",
    "StyledGenerator",
    "check_model",
    "info_of",
    "load_model",
    "make",
    "read_info",
    "save_model",
]
