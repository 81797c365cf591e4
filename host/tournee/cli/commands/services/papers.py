"""The copy of a paper that stays here, given as a photograph or written out again: `copie` of two groups."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tournee.cli.commands.services.pieces import though_same
from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.errors import StoreError

if TYPE_CHECKING:
    from tournee.app.context import Office
    from tournee.app.practice.dossiers import Dossier
    from tournee.documents.pieces.making import Source
    from tournee.practice.scan_file import ScanFile

_OPTIONS = (
    click.option(
        "--photo",
        type=click.Path(path_type=Path, dir_okay=False, exists=True),
        help="La photo ou le scan du papier (JPEG, PNG, TIFF, PDF) : il est gardé.",
    ),
    click.option(
        "--vers", "target", type=click.Path(path_type=Path, dir_okay=False), help="Où l’écrire, en clair."
    ),
    though_same,
    json_option,
    click.pass_obj,
)


def copy_options(command: Callable[..., None]) -> Callable[..., None]:
    """What both commands take besides whose paper it is."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def copy_kept(
    desk: Desk,
    keep: Callable[[Office, Source], Dossier[ScanFile]],
    find: Callable[[Office], Dossier[ScanFile] | None],
    *,
    photo: Path | None,
    target: Path | None,
    as_json: bool,
) -> None:
    """Keep a photograph by `keep`, or write the one that `find` gives."""
    from tournee.app.pieces.keeping import piece_bytes
    from tournee.documents.pieces.making import Source
    from tournee.documents.pieces.reading import SOURCE_MAX
    from tournee.files import read_bounded, write_whole

    if (photo is None) == (target is None):
        raise click.UsageError("Dites --photo PHOTO pour la garder, ou --vers FICHIER pour l’écrire.")
    with desk.office() as office:
        if photo is not None:
            one = keep(office, Source(read_bounded(photo, SOURCE_MAX)))
            said = f"Copie {one.id} gardée : {one.told.pages} page(s). Elle reste ici, rien n’est envoyé."
        else:
            assert target is not None
            found = find(office)
            if found is None:
                raise StoreError("Aucune copie n’est gardée.", next_step="gardez-la d’abord")
            one = found
            write_whole(target, piece_bytes(office, one.id)[1])
            said = str(target)
    values.answer(desk, as_json, _value(one), said)


def _value(one: Dossier[ScanFile]) -> dict[str, Any]:
    told = one.told
    return {
        "piece": one.id,
        "nature": told.nature,
        "pages": told.pages,
        "size": told.size,
        "digest": told.digest,
    }
