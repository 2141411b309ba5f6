"""Visitors of the Train tab. Fixtures; a module that imports them has a visitor of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gradio_client import Client

from gancraft.web.visit import Visit
from tests.web.train_helpers import Followed, Patient

RING: dict[str, Any] = {"sample": "ring", "method": "toy-collapse"}  # as light as training gets


@pytest.fixture(scope="module")
def client(site: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    yield from connected(site, tmp_path_factory.mktemp("client"))


def connected(site: Any, folder: Path) -> Iterator[Client]:
    client = Client(site.address, verbose=False, download_files=str(folder), analytics_enabled=False)
    yield client
    client.close()


@pytest.fixture
def followed() -> Followed:
    Patient.followed = Followed()
    return Patient.followed


def visit_of(site: Any, client: Client) -> Visit:
    """What the server has of this client."""
    values = site.state_holder.session_data[client.session_hash].state_data.values()
    return next(value for value in values if isinstance(value, Visit))
