"""Each visitor of the Train tab has runs of their own."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import gradio.routes
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from gancraft.web.train.run import after_error
from gancraft.web.visit import Visit
from tests.web.train_helpers import Followed, Patient, pictures
from tests.web.train_visitors import RING, client, connected, followed, visit_of  # noqa: F401
from tests.web.waiting import PATIENCE, cancellation, until

# Gradio sums up its own runs with an option that pandas is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore:.*future.no_silent_downcasting.*")


@pytest.fixture
def other(site: Any, tmp_path: Path) -> Iterator[Client]:
    """Another visitor."""
    yield from connected(site, tmp_path)


def test_an_error_costs_nothing_of_what_there_is(client: Client, site: Any) -> None:
    client.predict(**RING, pictures=64, api_name="/train")
    visit = visit_of(site, client)
    label, model = after_error(visit)[2:5:2]
    assert "Nothing new was trained" in label and 'data-state="done"' in label and model == visit.taken[0]  # type: ignore[index]
    visit.running = visit.latest
    label, model = after_error(visit)[2:5:2]
    assert "The run broke off" in label and "After 64 pictures" in label and Path(model).is_file()
    assert all(value == gr.skip() for value in after_error(Visit(keep_runs=False)))


def test_one_visitor_knows_nothing_of_another(client: Client, other: Client, site: Any) -> None:
    client.predict(**RING, pictures=64, api_name="/train")
    visit = visit_of(site, client)
    for run in ("", str(visit.latest)):
        with pytest.raises(AppError, match="there is no"):
            other.predict(run=run, api_name="/train_on")
    run = visit.home / str(visit.latest)
    for path in (run / "metrics.jsonl", run / "model.safetensors", visit.folder):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{site.address}gradio_api/file={path}")
        assert refused.value.code in (403, 404)
        refused.value.close()


def test_a_visit_that_is_over_leaves_nothing(other: Client, site: Any, tmp_path: Path) -> None:
    files = [handle_file(path) for path in pictures(tmp_path)]
    other.predict(files=files, method="patient", pictures=64, api_name="/train")
    folder = visit_of(site, other).folder
    assert list(folder.glob("page-*/model.safetensors"))
    site.state_holder.delete_state(other.session_hash)
    assert not folder.exists()
    with pytest.raises(AppError, match="there is no run yet"):
        other.predict(api_name="/train_on")


def test_cancelling_ends_the_run_after_at_most_one_more_step(
    client: Client, followed: Followed, monkeypatch: pytest.MonkeyPatch
) -> None:
    cancelled = cancellation(monkeypatch)
    monkeypatch.setattr("gancraft.training.pace.TELL", 0.0)  # a sign after every step
    followed.permits = threading.Semaphore(1)
    job = client.submit(sample="ring", method="patient", pictures=200_000, api_name="/train")
    until(lambda: followed.steps == 2)  # and it waits in its second step until it may go on
    asked = threading.Thread(target=job.cancel)
    asked.start()
    assert cancelled.wait(PATIENCE)
    followed.permits.release(1_000_000)
    asked.join()
    Patient.followed = Followed()
    _, label, *_ = client.predict(
        sample="ring", method="patient", pictures=64, api_name="/train"
    )  # the next gets its turn
    assert "64 pictures seen" in label and followed.steps <= 3
