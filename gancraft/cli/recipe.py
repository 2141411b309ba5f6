"""`gancraft recipe` and `gancraft redo`: what a picture was made of, and making it again."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gancraft import __version__, resolve
from gancraft.cli.common import AsJson, Debug, NoPlugin, PluginsDir, Quiet
from gancraft.cli.errors import handled, printable
from gancraft.cli.film_style import FilmWork, found_film, paint_to_film
from gancraft.cli.style import JudgeFlag, YesFlag
from gancraft.errors import GancraftError, UsageError
from gancraft.style.choice import FILM, StyleChoice, resolve_style
from gancraft.style.film.probe import is_film

if TYPE_CHECKING:
    from gancraft.pictures import Picture
    from gancraft.plugins import Plugins

RECIPE_HELP = "Print the recipe that a picture or film of gancraft's carries."
REDO_HELP = (
    "Paint a result again from the recipe inside it.\n\n"
    "Its inputs are looked for beside FILE and in the current folder, by name and hash, or given by --content and --style."
)


@handled
def show(
    file: Annotated[Path, typer.Argument(help="A picture or film that gancraft made.")],
    as_json: AsJson = False,
) -> None:
    recipe = _read(file)
    if as_json:
        print(json.dumps(recipe, indent=2))
        return
    for line in _lines(recipe):
        print(printable(line))


def _read(file: Path) -> dict[str, Any]:
    """The recipe in a picture or a film."""
    if is_film(file):
        from gancraft.style.film.recipe import read_film_recipe

        return read_film_recipe(file)
    from gancraft.pictures import read_recipe

    return read_recipe(file)


def _lines(recipe: Mapping[str, Any]) -> Iterator[str]:
    for key, value in recipe.items():
        if key == "cells" and isinstance(value, list):
            yield f"{key}:"
            yield from (f"  {_pairs({k: v for k, v in _items(cell) if k in _TOLD})}" for cell in value)
        elif isinstance(value, list):
            yield f"{key}:"
            yield from (f"  {_pairs(item)}" for item in value)
        elif isinstance(value, Mapping):
            yield f"{key}:"
            yield from (f"  {name}: {_pairs(inner)}" for name, inner in value.items())
        else:
            yield f"{key}: {value}"


_TOLD = ("name", "title", "problem", "style_distance", "content_distance")  # of a sheet's cells


def _items(cell: Any) -> list[tuple[str, Any]]:
    return list(cell.items()) if isinstance(cell, dict) else []


def _pairs(value: Any) -> str:
    return "  ".join(f"{k}={v}" for k, v in value.items()) if isinstance(value, Mapping) else str(value)


@handled
def redo(
    file: Annotated[Path, typer.Argument(help="A picture or film that gancraft made.")],
    cell: Annotated[
        str | None, typer.Option(help="Of a sheet: the painting to make at full size, as in B3 or 5.")
    ] = None,
    output: Annotated[str | None, typer.Option("--output", "-o", help="File to write; - writes PNG to stdout.")] = None,
    content: Annotated[str | None, typer.Option(help="The content picture, where it isn't found.")] = None,
    style: Annotated[
        list[str] | None, typer.Option(help="The style pictures in order, where they aren't found.")
    ] = None,
    start: Annotated[str | None, typer.Option(help="The picture to start from, where it isn't found.")] = None,
    mask: Annotated[
        list[str] | None, typer.Option(help="The masks in the recipe's order, where they aren't found.")
    ] = None,
    judge: JudgeFlag = False,
    yes: YesFlag = False,
    plugins_dir: PluginsDir = None,
    no_plugin: NoPlugin = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    from gancraft.cli.inputs import Work, free
    from gancraft.cli.style import judging, paint_all
    from gancraft.pictures import check_writable
    from gancraft.plugins import plugins_from_environment
    from gancraft.style.masks import MaskPair

    recipe = _chosen(_read(file), file, cell)
    if not _is_known(recipe):
        raise GancraftError(f"{file}: its recipe is of a kind that this version doesn't know")
    options, inputs = recipe["options"], recipe["inputs"]
    roles = [entry["role"] for entry in inputs]
    plugins = plugins_from_environment(dirs=plugins_dir or [], block=no_plugin or [])
    _there(recipe, plugins, file)
    of_film = FILM.name in options
    if of_film and judge:
        raise UsageError(f"--judge: is for pictures only, and {file} is a film")
    choice = resolve_style(plugins, [resolve.Layer(resolve.flatten(options), "recipe: {key} = ")], of_film)
    _compare(recipe, choice)
    roles = ["mask" if role == "mask-part" else role for role in roles]
    given = {"content": [content] if content else [], "style": list(style or []), "start": [start] if start else []}
    given["mask"] = list(mask or [])
    for role, files in given.items():
        if len(files) > roles.count(role):
            raise UsageError(f"--{role}: the recipe has {roles.count(role)}, {len(files)} were given")
    limit = choice.settings.max_megapixels
    found: dict[str, list[tuple[Picture, float]]] = {role: [] for role in given}
    masks: list[MaskPair] = []
    for entry, role in zip(inputs, roles, strict=True):
        files = given[role]
        if of_film and role == "content":
            film = found_film(entry, files.pop(0) if files else None, file)
            continue
        picture = _find(entry, files.pop(0) if files else None, file, limit)
        if entry["role"] == "mask-part":
            masks[-1] = MaskPair(masks[-1].place, picture)
        elif role == "mask":
            masks.append(MaskPair(picture))
        else:
            found[role].append((picture, float(entry.get("weight", 1))))
    target: str | Path = output or free(Path(f"{file.stem}-{cell or 'redo'}{file.suffix}"), set(), on_disk=True)
    if of_film:
        film_work = FilmWork(
            film, Path(target), found["style"], found["start"][0][0] if found["start"] else None, masks
        )
        raise typer.Exit(paint_to_film(choice, film_work, quiet=quiet, as_json=as_json))
    if target != "-":
        if Path(target).is_file() and sha256(Path(target).read_bytes()).hexdigest() in [e["sha256"] for e in inputs]:
            raise UsageError(f"-o {target} is one of the pictures to paint from; choose another place")
        check_writable(target)
    source = found["content"][0][0]
    first = found["start"][0][0] if found["start"] else None
    work = Work([(source.name, target)], found["style"], first, limit, masks, {source.name: source})
    eye = judging(plugins) if judge else None
    raise typer.Exit(paint_all(choice, work, quiet=quiet, as_json=as_json, judge=eye, yes=yes))


def _chosen(recipe: dict[str, Any], file: Path, cell: str | None) -> dict[str, Any]:
    """The recipe of a painting: of a sheet, that of the cell."""
    from gancraft.style.sheet_recipe import cell_recipe, is_sheet

    if is_sheet(recipe):
        if cell is None:
            names = [entry["name"] for entry in recipe["cells"]]
            raise UsageError(f"{file} is a sheet: choose one of its paintings with --cell, {names[0]} to {names[-1]}")
        return cell_recipe(recipe, cell)
    if cell is not None:
        raise UsageError(f"--cell {cell}: {file} isn't a sheet; leave it out")
    return recipe


def _is_known(recipe: Mapping[str, Any]) -> bool:
    """Whether a recipe has the form that `gancraft style` writes. Files come from anyone."""
    options, inputs = recipe.get("options"), recipe.get("inputs")
    if recipe.get("command") != "style" or not isinstance(options, dict) or not isinstance(inputs, list):
        return False
    if not all(isinstance(recipe.get(key) or {}, dict) for key in ("plugin", "network")):
        return False
    for entry in inputs:
        if not isinstance(entry, dict) or entry.get("role") not in ("content", "style", "start", "mask", "mask-part"):
            return False
        if not all(isinstance(entry.get(key, ""), str) for key in ("name", "sha256", "sample")):
            return False
        if not {"name", "sha256"} <= entry.keys() or not isinstance(entry.get("weight", 1), int | float):
            return False
    roles = [entry["role"] for entry in inputs]
    parts = all(before == "mask" for before, role in pairwise(["", *roles]) if role == "mask-part")
    return roles.count("content") == 1 and roles.count("start") <= 1 and parts


def _there(recipe: Mapping[str, Any], plugins: Plugins, file: Path) -> None:
    """Raise GancraftError, with the package to install, where the method or the network of a recipe isn't there."""
    chosen, network = recipe["options"].get("style"), recipe.get("network") or {}
    if isinstance(chosen, dict) and "plugin" in chosen:
        plugins.made_with("style", str(chosen["plugin"]), recipe.get("plugin") or {}, str(file))
    by = network.get("plugin")  # older recipes don't say
    if "name" in network and isinstance(by, dict):
        plugins.made_with("network", str(network["name"]), by, str(file))


def _compare(recipe: Mapping[str, Any], choice: StyleChoice) -> None:
    """Say what has changed since the recipe was written: the pixels may then differ."""
    changed = []
    if recipe.get("gancraft") != __version__:
        changed.append(f"gancraft is {__version__}, was {recipe.get('gancraft')}")
    plugin, before = choice.method.plugin, recipe.get("plugin") or {}
    if plugin.distribution and plugin.version != before.get("version"):
        changed.append(f"plugin {plugin} was {before.get('version')}")
    known = (recipe.get("network") or {}).get("fingerprint")  # not every method reports one
    if choice.network is not None and known is not None and choice.make_network().fingerprint != known:
        changed.append(f"the network {choice.network.name} has other weights")
    if changed:
        print(f"gancraft: the pixels may differ: {'; '.join(changed)}", file=sys.stderr)


def _find(entry: Mapping[str, Any], explicit: str | None, beside: Path, limit: float) -> Picture:
    """The picture of a recipe's entry. One that is given may have another name, and with a warning another hash."""
    from gancraft.cli.inputs import SAMPLE, open_source
    from gancraft.pictures import open_sample

    role, name, digest = entry["role"].partition("-")[0], str(entry["name"]), str(entry["sha256"])
    if explicit is not None:
        picture = open_source(explicit, limit)
        if picture.sha256 != digest:
            print(f"gancraft: --{role} {explicit} isn't the picture of the recipe (its hash differs)", file=sys.stderr)
        return picture
    if "sample" in entry:
        picture = open_sample(str(entry["sample"]))
        if picture.sha256 != digest:
            print(f"gancraft: {SAMPLE}{entry['sample']} has changed since the recipe was written", file=sys.stderr)
        return picture
    differing: list[Path] = []
    for path in _places(Path(name).name, beside):
        picture = open_source(str(path), limit)
        if picture.sha256 == digest:
            return replace(picture, name=name)
        differing.append(path)
    hint = f"; {differing[0]} has that name but another hash" if differing else ""
    raise UsageError(
        f"the {role} picture {name} (sha256 {digest[:16]}…) isn't beside {beside} or here{hint}; give it with --{role}"
    )


def _places(name: str, beside: Path) -> Sequence[Path]:
    return [path for path in dict.fromkeys((beside.parent / name, Path(name))) if path.is_file()]
