"""What a Space reads: requirements.txt, which names the same things as pyproject.toml, and the README's head."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

ROOT = Path(__file__).parents[1]


def project() -> dict[str, Requirement]:
    said = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    return {requirement.name: requirement for requirement in map(Requirement, said)}


def lines() -> list[str]:
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    return [line for line in (raw.partition("#")[0].strip() for raw in text.splitlines()) if line]


def head() -> dict[str, Any]:
    """The YAML between the two lines of dashes."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert text.startswith("---\n")
    said: dict[str, Any] = yaml.safe_load(text.split("---\n")[1])
    return said


def pinned(name: str) -> Version:
    """The one version of a package that requirements.txt allows."""
    (line,) = [line for line in lines() if Requirement(line).name == name]
    (spec,) = Requirement(line).specifier
    assert spec.operator == "=="
    return Version(spec.version)


def test_only_names_with_ranges() -> None:
    for line in lines():
        assert not line.startswith(("-", ".", "http", "git+")), line
        assert Requirement(line).url is None


def test_the_same_names() -> None:
    names = [Requirement(line).name for line in lines()]
    assert len(names) == len(set(names))
    assert set(names) == set(project())


def test_every_range_lies_within_the_projects() -> None:
    """A range may be narrower. Tried at every version that either of the two names, and just beside it."""
    for line in lines():
        here, there = Requirement(line), project()[Requirement(line).name]
        named = {Version(spec.version.removesuffix(".*")) for r in (here, there) for spec in r.specifier}
        for version in {v for name in named for v in around(name)}:
            if here.specifier.contains(version, prereleases=True):
                assert there.specifier.contains(version, prereleases=True), f"{line} allows {version}, {there} doesn't"


def around(version: Version) -> list[Version]:
    """The version, one a little below it, one a little above, and one far above."""
    *head, last = version.release
    below = [*head, last - 1, 9999] if last else [*head[:-1], max(0, head[-1] - 1), 9999] if head else [0]
    texts = [
        str(version),
        ".".join(map(str, below)),
        ".".join(map(str, [*version.release, 1])),
        f"{version.release[0] + 99}",
    ]
    return [Version(text) for text in texts]


def test_zero_gpu_knows_this_torch() -> None:
    assert Version("2.8") <= pinned("torch") <= Version("2.11.0")
    assert pinned("torchvision").release[:2] == (
        0,
        pinned("torch").minor + 15,
    )  # torchvision's numbers go along with torch's


def test_the_head_has_what_a_space_needs() -> None:
    said = head()
    assert said["sdk"] == "gradio" and (ROOT / said["app_file"]).is_file()
    assert said["title"] and said["emoji"] and said["header"] == "mini" and said["fullWidth"] is True
    assert {said["colorFrom"], said["colorTo"]} <= {
        "red",
        "yellow",
        "green",
        "blue",
        "indigo",
        "purple",
        "pink",
        "gray",
    }
    assert len(said["short_description"]) <= 60
    assert isinstance(said["tags"], list) and all(isinstance(tag, str) for tag in said["tags"])
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert said["license"] == declared["license"].lower().split(" and ")[0], "but for one model, as the project says"


def test_the_heads_versions_are_the_projects() -> None:
    said = head()
    assert isinstance(said["python_version"], str), "quoted, or 3.10 becomes 3.1"
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert SpecifierSet(declared["requires-python"]).contains(said["python_version"])
    assert f"Programming Language :: Python :: {said['python_version']}" in declared["classifiers"]
    assert project()["gradio"].specifier.contains(said["sdk_version"])
    assert pinned("gradio") == Version(said["sdk_version"])


def test_the_extra_for_assistants_takes_the_same_gradio() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    (mcp,) = map(Requirement, extras["mcp"])
    assert (mcp.name, mcp.extras, mcp.specifier) == ("gradio", {"mcp"}, project()["gradio"].specifier)
