"""Many visitors at once, and visitors who leave."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio_client import Client

from gancraft.web.settings import QUEUE_SIZE
from tests.web.conftest import Watched
from tests.web.served import Served, served
from tests.web.test_safety import API, call, defaults, endpoints, post

# Gradio sums up its own runs with an option that pandas is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore:.*future.no_silent_downcasting.*")

PATIENCE = 120
BUSY = "Queue is full! Please try again."
MOST = 3000  # megabytes
VISIT = 1.3  # of them for each visitor


def until(condition: Callable[[], Any]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    # Gradio keeps what a visitor had for an hour after they left, and for a second where this is set.
    with served(tmp_path_factory.mktemp("served"), GRADIO_IS_E2E_TEST="1") as page:
        yield page


class Peak:
    """The most memory that the page had while the block lasted, in megabytes."""

    def __init__(self, page: Served) -> None:
        self.page, self.megabytes = page, 0.0
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
            self.megabytes = max(self.megabytes, self.page.memory())


def crowd(page: Served, visitors: int, folder: Path) -> Counter[str]:
    """So many click Paint at the same moment; what became of them."""
    everybody = threading.Barrier(visitors)

    def visit(number: int) -> str:
        client = Client(
            page.url,
            verbose=False,
            download_files=str(folder / str(number)),
            analytics_enabled=False,
            httpx_kwargs={"timeout": PATIENCE},
        )
        try:
            everybody.wait(PATIENCE)
            file, _, label, _ = client.predict(seed=number, size=96, api_name="/style")
            assert Path(file).stat().st_size > 1000 and 'data-state="done"' in label
            return "painted"
        except Exception as problem:
            return str(problem)
        finally:
            client.close()

    with ThreadPoolExecutor(visitors) as pool:
        return Counter(pool.map(visit, range(visitors)))


def test_twelve_visitors_at_once_all_get_their_painting(page: Served, tmp_path: Path) -> None:
    with Peak(page) as peak:
        assert crowd(page, 12, tmp_path) == {"painted": 12}
    assert peak.megabytes < MOST
    assert "Traceback" not in page.log.read_text()


@pytest.mark.slow
def test_fifty_visitors_at_once_get_a_painting_or_are_told_to_try_again(page: Served, tmp_path: Path) -> None:
    after = []
    with Peak(page) as peak:
        for number in range(3):
            outcome = crowd(page, 50, tmp_path / str(number))
            assert set(outcome) <= {"painted", BUSY}
            # One at work and a line full; the others may have come while it moved on.
            assert outcome["painted"] >= QUEUE_SIZE
            after.append(page.memory())
    assert peak.megabytes < MOST
    # Gradio remembers every visit, up to a number, and nothing else grows with them.
    assert after[-1] < after[0] + 2 * 50 * VISIT, after
    assert "Traceback" not in page.log.read_text()


def test_what_every_visitor_loads_first_is_packed(page: Served) -> None:
    for path, most in {"/": 150_000, "/config": 120_000, f"{API}/info": 60_000}.items():
        with httpx.stream("GET", page.url + path, headers={"accept-encoding": "gzip"}, timeout=PATIENCE) as answer:
            answer.read()
            assert answer.headers["content-encoding"] == "gzip"
            assert answer.num_bytes_downloaded < most


def test_who_came_first_is_painted_first(page: Served) -> None:
    with httpx.Client(base_url=page.url, timeout=PATIENCE) as http:
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


def test_instant_pictures_wait_for_nobody_who_paints(page: Served) -> None:
    """And neither do those of other lines wait for each other."""
    with httpx.Client(base_url=page.url, timeout=PATIENCE) as http:
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


def test_a_full_queue_says_so(page: Served) -> None:
    with httpx.Client(base_url=page.url, timeout=PATIENCE) as http:
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


def test_nothing_of_those_who_left_stays(page: Served, tmp_path: Path) -> None:
    assert crowd(page, 3, tmp_path) == {"painted": 3}
    # Nothing of the runs; the history of a visit that came by the API, which nobody ends, goes with its time to live.
    until(lambda: {file.name for file in page.files()} <= {"cat-swirl.png", "before.webp", "small.webp"})


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
