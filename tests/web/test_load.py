"""Many visitors at once, and visitors who leave."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio_client import Client

from gancraft.web.settings import QUEUE_SIZE
from tests.web.conftest import Watched
from tests.web.http_helpers import API, call, defaults, endpoints, post
from tests.web.served import Served
from tests.web.waiting import until

# Gradio sums up its own runs with an option that pandas is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore:.*future.no_silent_downcasting.*")

PATIENCE = 120
BUSY = "Queue is full! Please try again."
MOST = 3000  # megabytes
VISIT = 2.2  # of them for each visitor: 0.4 to 2.0 were measured, the more the busier the machine


class Peak:
    """The most memory that the page had while the block lasted, in megabytes."""

    def __init__(self, public: Served) -> None:
        self.public, self.megabytes = public, 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Peak:
        self._thread.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.05):
            self.megabytes = max(self.megabytes, self.public.memory())


def program(public: Served, number: int, together: threading.Barrier) -> str:
    """Asks for a painting over plain HTTP, and gets its file; what became of it."""
    with httpx.Client(base_url=public.url, timeout=PATIENCE) as http:
        parameters = endpoints(http)["/style"]
        wanted = {"seed": number, "size": 96}
        data = [wanted.get(p["parameter_name"], d) for p, d in zip(parameters, defaults(parameters), strict=True)]
        together.wait(PATIENCE)
        joined = post(http, "/call/style", {"data": data})
        if joined.status_code != 200:
            return joined.text
        with http.stream("GET", f"{API}/call/style/{joined.json()['event_id']}") as answer:
            lines = [line for line in answer.iter_lines() if line]
        if lines[-2] != "event: complete":
            return lines[-1]
        file, _, label, _ = json.loads(lines[-1].removeprefix("data: "))
        assert len(http.get(file["url"]).content) > 1000 and 'data-state="done"' in label
        return "painted"


def visitor(folder: Path, public: Served, number: int, together: threading.Barrier) -> str:
    """The same with Gradio's client, which tells the page when it leaves, as a browser does."""
    client = Client(
        public.url,
        verbose=False,
        download_files=str(folder / str(number)),
        analytics_enabled=False,
        httpx_kwargs={"timeout": PATIENCE},
    )
    try:
        together.wait(PATIENCE)
        file, _, label, _ = client.predict(seed=number, size=96, api_name="/style")
        assert Path(file).stat().st_size > 1000 and 'data-state="done"' in label
        return "painted"
    except Exception as problem:
        return str(problem)
    finally:
        client.close()


def crowd(public: Served, count: int, who: Callable[[Served, int, threading.Barrier], str]) -> Counter[str]:
    """So many click Paint at the same moment; what became of them."""
    together = threading.Barrier(count)
    with ThreadPoolExecutor(count) as pool:
        return Counter(pool.map(lambda number: who(public, number, together), range(count)))


@pytest.fixture(scope="module")
def twelve(public: Served) -> tuple[Counter[str], Peak]:
    """What became of twelve visitors at once, and how much memory that took."""
    with Peak(public) as peak:
        outcome = crowd(public, 12, program)
    return outcome, peak


def test_twelve_visitors_at_once_all_get_their_painting(public: Served, twelve: tuple[Counter[str], Peak]) -> None:
    outcome, peak = twelve
    assert outcome == {"painted": 12} and 0 < peak.megabytes < MOST
    assert "Traceback" not in public.log.read_text()


@pytest.mark.slow
def test_fifty_visitors_at_once_get_a_painting_or_are_told_to_try_again(public: Served, tmp_path: Path) -> None:
    after = []
    with Peak(public) as peak:
        for number in range(3):
            outcome = crowd(public, 50, partial(visitor, tmp_path / str(number)))
            assert set(outcome) <= {"painted", BUSY}
            # One at work and a line full; the others may have come while it moved on.
            assert outcome["painted"] >= QUEUE_SIZE
            after.append(public.memory())
    assert peak.megabytes < MOST
    # Gradio remembers every visit, up to a number, and nothing else grows with them.
    assert after[-1] < after[0] + 2 * 50 * VISIT, after
    assert "Traceback" not in public.log.read_text()


def test_what_every_visitor_loads_first_is_packed(public: Served) -> None:
    for path, most in {"/": 150_000, "/config": 120_000, f"{API}/info": 60_000}.items():
        with httpx.stream("GET", public.url + path, headers={"accept-encoding": "gzip"}, timeout=PATIENCE) as answer:
            answer.read()
            assert answer.headers["content-encoding"] == "gzip"
            assert answer.num_bytes_downloaded < most


def test_who_came_first_is_painted_first(public: Served) -> None:
    with httpx.Client(base_url=public.url, timeout=PATIENCE) as http:
        data = defaults(endpoints(http)["/style"])
        visitors = [post(http, "/call/style", {"data": data}).json()["event_id"] for _ in range(6)]
        done: list[str] = []

        def wait(visitor: str) -> None:
            with http.stream("GET", f"{API}/call/style/{visitor}") as answer:
                lines = list(answer.iter_lines())
            assert "event: complete" in lines
            done.append(visitor)

        with ThreadPoolExecutor(len(visitors)) as pool:
            list(pool.map(wait, visitors))
    assert done == visitors


def test_instant_pictures_wait_for_nobody_who_paints(public: Served) -> None:
    """And neither do those of other lines wait for each other."""
    with httpx.Client(base_url=public.url, timeout=PATIENCE) as http:
        parameters = endpoints(http)
        if "/generate" not in parameters:
            pytest.skip("there is no such endpoint")
        call(http, "/generate", defaults(parameters["/generate"]))  # torch comes with the first one
        painters = [post(http, "/call/style", {"data": defaults(parameters["/style"])}) for _ in range(5)]
        kind, _ = call(http, "/generate", defaults(parameters["/generate"]))
        waiting = http.get(f"{API}/queue/status").json()["queue_size"]
        assert kind in ("generating", "complete") and waiting > 0
        for painter in painters:
            http.get(f"{API}/call/style/{painter.json()['event_id']}")


def test_a_full_queue_says_so(public: Served) -> None:
    with httpx.Client(base_url=public.url, timeout=PATIENCE) as http:
        data = defaults(endpoints(http)["/style"])
        joined = [post(http, "/call/style", {"data": data}) for _ in range(QUEUE_SIZE + 10)]
        codes = Counter(answer.status_code for answer in joined)
        assert set(codes) == {200, 503} and codes[200] >= QUEUE_SIZE
        refused = next(answer for answer in joined if answer.status_code == 503)
        assert "Queue is full" in refused.text
        for answer in joined:  # all leave
            if answer.status_code == 200:
                with http.stream("GET", f"{API}/call/style/{answer.json()['event_id']}"):
                    pass
        until(lambda: http.get(f"{API}/queue/status").json()["queue_size"] == 0)
        assert call(http, "/style", data)[0] in ("generating", "complete")


def test_nothing_of_those_who_left_stays(public: Served, twelve: tuple[Counter[str], Peak]) -> None:
    # Nothing of the runs; the history of a visit that came by the API, which nobody ends, goes with its time to live.
    until(lambda: {file.name for file in public.files()} <= {"cat-swirl.png", "before.webp", "small.webp"})


class Left:
    """Tells when the server has noticed that somebody left."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from gradio.queueing import Queue

        self.noticed = threading.Event()
        clean = Queue.clean_events

        async def noted(queue: Queue, **who: Any) -> None:
            await clean(queue, **who)
            self.noticed.set()

        monkeypatch.setattr(Queue, "clean_events", noted)


def test_a_visitor_who_leaves_frees_the_work_after_one_more_step_and_one_who_waited_never_starts(
    url: str, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = Left(monkeypatch)
    watched.permits = threading.Semaphore(1)
    with httpx.Client(base_url=url, timeout=PATIENCE) as http:
        parameters = endpoints(http)["/style"]
        names = [parameter["parameter_name"] for parameter in parameters]

        def visit(**values: Any) -> Any:
            data = defaults(parameters)
            for name, value in values.items():
                data[names.index(name)] = value
            event = post(http, "/call/style", {"data": data}).json()["event_id"]
            return http.stream("GET", f"{API}/call/style/{event}")

        with visit(method="endless", endless_brushes=1):
            until(lambda: watched.steps == 2)  # and it is in its second step until it may go on
            with visit(method="endless", endless_brushes=5):
                pass
            assert left.noticed.wait(PATIENCE)
            left.noticed.clear()
            third = visit()
            third.__enter__()
        assert left.noticed.wait(PATIENCE)
        watched.permits.release(1000)
        assert watched.closed.wait(PATIENCE)
        assert watched.steps <= 3
        third.__exit__(None, None, None)
        with visit() as answer:
            assert "event: complete" in list(answer.iter_lines())
    assert watched.brushes == 1
