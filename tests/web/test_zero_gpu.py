"""The page on ZeroGPU: runs are done by a forked worker, and only pickled events come back."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest

from gancraft.errors import UsageError
from gancraft.events import Event, Finished, Preview, Progress, Run, Started
from gancraft.pictures import open_sample, read_recipe
from gancraft.style.choice import StyleChoice, resolve_style
from gancraft.web.runs import Seen, Switch, watch
from tests.web.conftest import Watched, with_endless
from tests.web.fake_spaces import Fake, installed

# Python warns of forking a process with threads, which is what ZeroGPU does.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork.*:DeprecationWarning")

PATIENCE = 60


@pytest.fixture
def spaces(watched: Watched) -> Iterator[Fake]:
    fake = Fake()
    with installed(fake):
        yield fake


def choice(**settings: Any) -> StyleChoice:
    given = {"size": "64", "device": "cpu", "precision": "float32", **settings}
    return resolve_style(with_endless(), [given])


def follow(start: Any, **more: Any) -> Seen:
    """Drain a run as a tab does; how it was seen at the end."""
    run = watch(Switch(), start, lambda seen: (seen,), outputs=1, toasts=False, **more)
    while True:
        try:
            next(run)
        except StopIteration as end:
            seen: Seen = end.value
            return seen


def painting(target: Path, **settings: Any) -> Any:
    from gancraft.style import paint_to

    content, style = open_sample("cat"), open_sample("brush")
    return partial(paint_to, str(target), choice(**settings), content, [(style, 1.0)], preview_every=1)


def test_a_painting_is_the_same_as_here_and_its_file_is_there(spaces: Fake, tmp_path: Path) -> None:
    far = follow(painting(tmp_path / "far.png", **{"optimise.iterations": 4}), expected=7.2)
    near = list(painting(tmp_path / "near.png", **{"optimise.iterations": 4})())[-1]
    assert far.finished is not None and isinstance(near, Finished)
    assert np.array_equal(far.finished.picture_HWC, near.picture_HWC)
    assert far.preview is not None and far.progress.total == 4
    assert read_recipe(tmp_path / "far.png")["facts"]["iterations"] == 4
    assert spaces.durations == [18]
    (worker,) = spaces.workers
    worker.join(PATIENCE)
    assert worker.exitcode == 0


def test_training_leaves_its_model(spaces: Fake, tmp_path: Path) -> None:
    from gancraft.training.job import train
    from tests.training.engine_helpers import choose

    seen = follow(partial(train, choose("toy", pictures=256, batch=64), "sample:ring", tmp_path / "run"))
    assert seen.finished is not None and seen.finished.facts["pictures"] == 256
    assert (tmp_path / "run" / "model.safetensors").is_file()
    assert len(spaces.workers) == 1


def test_previews_come_while_it_goes_on_and_stop_keeps_what_there_is(spaces: Fake, tmp_path: Path) -> None:
    switch = Switch()
    start = painting(tmp_path / "out.png", plugin="endless")
    run = watch(switch, start, lambda seen: (seen.preview, seen.finished), outputs=1, toasts=False)
    while not isinstance(next(run)[0], Preview):
        pass
    stopping = threading.Thread(target=switch.stop)
    stopping.start()
    last = None
    for shown in run:
        last = shown
    stopping.join(PATIENCE)
    assert last is not None and last[1].stopped
    assert (tmp_path / "out.png").is_file()


def test_a_visitor_who_leaves_frees_the_worker(spaces: Fake, tmp_path: Path) -> None:
    run = watch(Switch(), painting(tmp_path / "out.png", plugin="endless"), lambda seen: (), outputs=0, toasts=False)
    next(run)
    (worker,) = spaces.workers
    assert worker.is_alive()
    run.close()
    worker.join(PATIENCE)
    assert worker.exitcode == 0


def test_a_mistake_of_the_visitors_comes_back_in_its_own_words(spaces: Fake) -> None:
    with pytest.raises(gr.Error, match="the moon is not a picture"):
        follow(partial(refuses))
    with pytest.raises(gr.Error, match="Something went wrong on the server"):
        follow(partial(breaks))


def test_what_cannot_be_sent_is_an_error(spaces: Fake) -> None:
    with pytest.raises(gr.Error, match="Something went wrong on the server"):
        follow(lambda: many_previews(1))


@pytest.mark.parametrize(("expected", "asked"), [(0.0, 10), (2.5, 13), (80.0, 90), (1e9, 90), (-1.0, 10)])
def test_what_a_call_asks_for(spaces: Fake, expected: float, asked: int) -> None:
    follow(partial(many_previews, 1), expected=expected)
    assert spaces.durations == [asked]


def test_when_the_time_is_over_the_run_is_stopped_and_told_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, watched: Watched
) -> None:
    with installed(Fake()) as gpu:
        monkeypatch.setattr(gpu, "LONGEST", gpu.RESERVE)
        seen = follow(painting(tmp_path / "out.png", plugin="endless"))
        assert seen.finished is not None and seen.finished.stopped
        assert [event.message for event in seen.warned] == [gpu.OVER]
        assert (tmp_path / "out.png").is_file()


def test_pictures_nobody_would_look_at_are_not_sent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with installed(Fake()) as gpu:
        monkeypatch.setattr(gpu, "EVERY", 1e9)
        sent = list(gpu.where_the_work_is(partial(many_previews, 50), tmp_path / "stop", 1.0))
    assert [type(event) for event in sent] == [Started, Preview, *[Progress] * 50, Finished]


def test_nothing_is_compiled_and_runs_are_launched_eagerly(spaces: Fake) -> None:
    from gancraft.web import gpu

    seen = follow(partial(compiles))
    assert seen.finished is not None and seen.finished.facts == {"compiled": 0}
    settings = choice(**gpu.run_settings()).settings
    assert settings.launch == "eager" and gpu.device() == "cpu"


@pytest.mark.parametrize("package", [None, Fake(zero_gpu=False)], ids=["without", "elsewhere"])
def test_elsewhere_nothing_changes(package: Fake | None, tmp_path: Path) -> None:
    with installed(package) as gpu:  # None in sys.modules: an ImportError
        assert not gpu.zero_gpu() and gpu.where_the_work_is is gpu.events
        assert gpu.device() == "auto" and gpu.run_settings() == {}
        assert package is None or package.decorated == []
        before = threading.get_ident()
        seen = follow(partial(tells_thread))
        assert seen.finished is not None and seen.finished.facts["thread"] == before


def refuses() -> Run:
    raise UsageError("the moon is not a picture")


def breaks() -> Run:
    raise ZeroDivisionError("/home/somebody/secret")


def many_previews(count: int) -> Run:
    def body(run: Run) -> Iterator[Event]:
        yield Started(count)
        for done in range(1, count + 1):
            yield Preview(np.zeros((8, 8, 3), np.float32), done)
            yield Progress(done, count)
        yield Finished(seconds=time.monotonic())

    return Run(body)


def compiles() -> Run:
    def body(run: Run) -> Iterator[Event]:
        import torch

        graphs: list[Any] = []

        def backend(graph: Any, inputs: Any) -> Any:
            graphs.append(graph)
            return graph

        torch.compile(lambda x: x + 1, backend=backend)(torch.ones(1))
        yield Finished(facts={"compiled": len(graphs)})

    return Run(body)


def tells_thread() -> Run:
    return Run(lambda run: iter([Finished(facts={"thread": threading.get_ident()})]))


@pytest.mark.filterwarnings("ignore:.*future.no_silent_downcasting.*")
def test_a_page_there_paints_generates_and_trains(
    spaces: Fake, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from gradio_client import Client

    from gancraft.web.page import build_page, launch
    from tests.web.conftest import BOUNDS

    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "gradio"))
    monkeypatch.setenv("GANCRAFT_CACHE", str(tmp_path / "cache"))
    page = build_page(with_endless(), BOUNDS)
    _, address, _ = launch(page, prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
    try:
        client = Client(address, verbose=False, download_files=str(tmp_path), analytics_enabled=False)
        painted = client.predict(api_name="/style")
        generated = client.predict(api_name="/generate")
        trained = client.predict(sample="ring", method="toy", pictures=256, api_name="/train")
        client.close()
    finally:
        page.close(verbose=False)
    (file,) = {text for text in painted if str(text).endswith(".png")}
    recipe = read_recipe(file)
    assert recipe["facts"]["iterations"] == 4 and recipe["options"]["style"]["launch"] == "eager"
    assert any(str(text).endswith(".png") for text in generated)
    assert any(str(text).endswith(".safetensors") for text in trained)
    assert len(spaces.workers) == 2, "pictures of a small generator need no GPU"
    assert [worker.exitcode for worker in spaces.workers if not worker.join(PATIENCE)] == [0, 0]
