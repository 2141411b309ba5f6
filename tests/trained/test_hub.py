"""The Hugging Face hub: huggingface_hub itself, against a hub on this computer."""

from __future__ import annotations

import sys
from pathlib import Path

import huggingface_hub
import pytest

from gancraft.errors import GancraftError, UsageError
from gancraft.plugins import find_plugins
from gancraft.trained.folder import origin_of
from gancraft.trained.hub import HubRemote
from gancraft.trained.remotes import remote_of
from gancraft.trained.travel import Pulled, pull, push
from tests.trained.helpers import a_model
from tests.trained.hub import SHA, Hub

PLUGINS = find_plugins()


def pulled(name: str | None = None, revision: str | None = None) -> Pulled:
    return pull(remote_of("me/cats", quiet=True), name, revision, PLUGINS)


def pushed(**more: object) -> str:
    return push(remote_of("hf:me/cats", quiet=True), a_model(Path("model.safetensors")), None, **more)[0]  # type: ignore[arg-type]


def test_there_and_back(hub: Hub, here: Path) -> None:
    assert pushed(message="The first ones") == f"{hub.address}/me/cats/commit/{SHA}"
    assert set(hub.files) == {"model.safetensors", "README.md"} and not hub.private
    assert hub.messages == ["The first ones"] and "Bearer hf_test" in hub.tokens
    assert b"gancraft pull me/cats --name cats\n    gancraft sample cats" in hub.files["README.md"]
    hub.files["pytorch_model.bin"] = b"not asked for"
    found = pulled()
    assert found.file == here / "own" / "cats.safetensors" and found.revision == SHA
    assert found.file.read_bytes() == hub.files["model.safetensors"] == Path("model.safetensors").read_bytes()
    assert found.file.with_suffix(".md").read_bytes() == hub.files["README.md"]
    assert origin_of(found.file)["from"] == "me/cats" and origin_of(found.file)["revision"] == SHA
    assert not [path for path in hub.asked if "pytorch_model" in path]
    assert sorted(path.name for path in (here / "own").iterdir()) == ["cats.json", "cats.md", "cats.safetensors"]


def test_private_is_private_or_nothing_is_sent(hub: Hub) -> None:
    pushed(private=True)
    assert hub.private and hub.messages == ["A model trained with gancraft"]
    hub.private = False
    with pytest.raises(UsageError, match="me/cats: is public, and --private doesn't change that; nothing was sent"):
        pushed(private=True)
    assert len(hub.messages) == 1


def test_a_revision_is_asked_for(hub: Hub) -> None:
    pushed()
    pulled(revision="v1.0")
    assert any("/revision/v1.0" in path for path in hub.asked)
    assert any(f"/resolve/{SHA}/model.safetensors" in path for path in hub.asked), "that commit and no later one"


def test_what_arrives_must_be_what_the_hub_has(hub: Hub, here: Path) -> None:
    pushed()
    other = a_model(Path("other.safetensors"), pictures=9)
    hub.lie = other.read_bytes().ljust(len(hub.files["model.safetensors"]))[: len(hub.files["model.safetensors"])]
    with pytest.raises(GancraftError, match="me/cats"):
        pulled()
    assert list((here / "own").iterdir()) == []
    hub.lie = None
    hub.files["model.safetensors"] = b"\x80\x04 a pickle"
    with pytest.raises(GancraftError, match="me/cats is a pickle, not safetensors"):
        pulled()
    del hub.files["model.safetensors"]
    with pytest.raises(GancraftError, match="me/cats: there is no model.safetensors"):
        pulled()


def test_what_is_too_large_is_not_even_fetched(hub: Hub, here: Path) -> None:
    pushed()
    hub.files["README.md"] = bytes(2_000_000)
    with pytest.raises(GancraftError, match="me/cats: README.md has 2 MB, where 1 MB are the most"):
        pulled()
    assert not [path for path in hub.asked if "/resolve/" in path]


def test_a_whole_other_model_is_noticed_too(hub: Hub, here: Path) -> None:
    pushed()
    a, b = (a_model(here / f"{n}.safetensors", seed=n).read_bytes() for n in (1, 2))
    hub.files["model.safetensors"], hub.lie = a, b
    with pytest.raises(GancraftError, match="me/cats: what arrived isn't what the hub has"):
        pulled()
    assert len(a) == len(b) and list((here / "own").iterdir()) == []


REFUSED: list[tuple[int | str, str]] = [
    ("RepoNotFound", "me/cats: there is no such model on the hub; or it is private: log in"),
    ("GatedRepo", "me/cats: is gated: ask for access on its page"),
    (400, r"me/cats: the hub refused \(400: no such luck"),
    (403, "me/cats: your token may not do that there"),
    (429, "me/cats: the hub is asked too often"),
    (503, "me/cats: the hub has trouble of its own"),
]


@pytest.mark.parametrize(
    ("refuse", "why"), [*REFUSED, ("RevisionNotFound", "--revision v9: me/cats has no such branch")]
)
def test_refusals_of_a_pull(refuse: int | str, why: str, hub: Hub, here: Path) -> None:
    hub.refuse = refuse
    with pytest.raises(GancraftError, match=why) as refused:
        pulled(revision="v9")
    assert "\n" not in str(refused.value) and list((here / "own").iterdir()) == []


@pytest.mark.parametrize(("refuse", "why"), [*REFUSED[2:4], (401, "me/cats: the hub doesn't know your token: log in")])
def test_refusals_of_a_push(refuse: int | str, why: str, hub: Hub) -> None:
    hub.refuse = refuse
    with pytest.raises(GancraftError, match=why) as refused:
        pushed()
    assert "\n" not in str(refused.value) and hub.files == {}


def test_a_push_needs_a_token(hub: Hub, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub, "get_token", lambda: None)
    with pytest.raises(
        GancraftError, match="me/cats: the hub has to know who you are: log in with `hf auth login`, or set HF_TOKEN"
    ):
        pushed()
    assert hub.asked == []


def test_no_network(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    remote = HubRemote("me/cats", quiet=True)
    monkeypatch.setattr(remote._api, "endpoint", "http://127.0.0.1:9")
    for attempt in (
        lambda: pull(remote, None, None, PLUGINS),
        lambda: push(remote, a_model(Path("m.safetensors")), None),
    ):
        with pytest.raises(GancraftError, match=r"me/cats: the hub can't be reached \(.*\); look at the connection"):
            attempt()


def test_offline_on_purpose(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(*arguments: object, **more: object) -> None:
        raise huggingface_hub.errors.OfflineModeIsEnabled("offline")

    monkeypatch.setattr(huggingface_hub.HfApi.func, "model_info", offline)  # type: ignore[attr-defined]
    with pytest.raises(GancraftError, match="me/cats: HF_HUB_OFFLINE is set"):
        pulled()


def test_without_huggingface_hub(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(GancraftError, match=r"the hub needs huggingface_hub: pip install 'gancraft\[hub\]'"):
        remote_of("me/cats")
    assert remote_of("./cats").name == "cats", "folders go on without it"
