"""`tournee piece …`: papers that prove invoices, from their photograph to what the caisse says of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchGroup

if TYPE_CHECKING:
    from tournee.app.context import Office
    from tournee.app.pieces.needs import NeededPiece
    from tournee.documents.pieces.straightening import Corners
    from tournee.practice.scan_file import Nature

_NATURES: dict[str, Nature] = {"ordonnance": "O", "feuille": "F", "accord": "D"}
_NUMBER = r"(\d{1,3}(?:[.]\d{1,4})?)"
_CORNERS = re.compile(rf"{_NUMBER},{_NUMBER}(?: {_NUMBER},{_NUMBER}){{3}}", re.ASCII)
_WHOLE = 100
_SIMULATION = "Simulation (profil open-2) : rien n’est envoyé à une vraie caisse."


class _CornersOption(click.ParamType):  # type: ignore[type-arg]
    name = "coins"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return "X,Y X,Y X,Y X,Y"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Corners:
        told = " ".join(str(value).split())
        parts = [float(part) / _WHOLE for part in re.split("[ ,]", told)] if _CORNERS.fullmatch(told) else []
        if len(parts) != 8 or max(parts) > 1:
            raise click.BadParameter(
                f"« {value} » : quatre coins en pour cent de la photo, haut gauche, haut droit, bas droit, "
                "bas gauche, comme « 5,4 96,3 94,97 3,95 »",
                ctx,
                param,
            )
        one, two, three, four = zip(parts[::2], parts[1::2], strict=True)
        return one, two, three, four


_files = click.argument(
    "files",
    metavar="PHOTO…",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
)
_corners = click.option(
    "--coins", "corners", type=_CornersOption(), help="Les coins de la feuille sur la première photo."
)
_bits = click.option("--noir-et-blanc", "bits", is_flag=True, help="En noir et blanc, sans les ombres.")
_pages = click.option(
    "--pages", type=click.IntRange(0, 10), default=0, help="Combien de pages il doit y avoir, recto et verso."
)
though_same = click.option(
    "--aussi-ici",
    "though_same",
    is_flag=True,
    help="Garde la même image, quoiqu’elle soit celle d’une autre personne.",
)
_words = click.argument("words", metavar="FACTURE…", nargs=-1, required=True)


@click.group("piece", cls=FrenchGroup)
def piece() -> None:
    """Les pièces qui prouvent les factures (SCOR) : ordonnances, feuilles de soins, accords.

    Simulation, profil open-2.
    """


@piece.command("add", short_help="Garde une pièce pour une facture.")
@_files
@click.option(
    "--facture", "invoice", required=True, help="La facture : son numéro, ou des mots qui la trouvent."
)
@click.option("--nature", type=click.Choice(list(_NATURES)), default="ordonnance", help="Ce que c’est.")
@_corners
@_bits
@_pages
@though_same
@json_option
@click.pass_obj
def add(
    desk: Desk,
    files: tuple[Path, ...],
    invoice: str,
    nature: str,
    corners: Corners | None,
    bits: bool,
    pages: int,
    though_same: bool,
    as_json: bool,
) -> None:
    """Lit des photos (JPEG, PNG, TIFF) ou un PDF, les vérifie, et garde la pièce (PDF/A).

    Celle d’une ordonnance vaut pour toute sa série ; une pièce refusée est remplacée de même.
    """
    from tournee.app.pieces.keeping import keep_piece

    sources = _sources(files, corners)
    with desk.office() as office:
        row = _invoice(office, [invoice])
        kept = keep_piece(
            office,
            sources,
            _NATURES[nature],
            row,
            black_and_white=bits,
            pages=pages,
            though_same=though_same,
        )
    told = kept.told
    values.answer(
        desk,
        as_json,
        {
            "piece": kept.id,
            "nature": told.nature,
            "pages": told.pages,
            "size": told.size,
            "digest": told.digest,
        },
        f"Pièce {kept.id} gardée : {told.pages} page(s), {told.size} octets. À envoyer.",
    )


@piece.command("check", short_help="Vérifie une photo, sans rien garder.")
@_files
@_corners
@_bits
@_pages
@click.option(
    "--vers", "target", type=click.Path(path_type=Path, dir_okay=False), help="Où écrire la pièce, en clair."
)
@json_option
@click.pass_obj
def check(
    desk: Desk,
    files: tuple[Path, ...],
    corners: Corners | None,
    bits: bool,
    pages: int,
    target: Path | None,
    as_json: bool,
) -> None:
    """Dit si ces photos font une pièce, et sinon pourquoi : blanche, noire, contraste, tronquée…"""
    from tournee.documents.pieces.making import make_piece
    from tournee.files import write_whole

    made = make_piece(_sources(files, corners), black_and_white=bits, pages=pages)
    if target is not None:
        write_whole(target, made.pdf)
    values.answer(
        desk,
        as_json,
        {"pages": made.pages, "size": len(made.pdf), "digest": made.digest},
        f"Bonne : {made.pages} page(s), {len(made.pdf)} octets, SHA-256 {made.digest}.",
    )


@piece.command("list", short_help="Les pièces que les lots demandent, et où en est chacune.")
@json_option
@click.pass_obj
def show_list(desk: Desk, as_json: bool) -> None:
    """Celles des lots à qui il en manque une, ou dont une a été refusée ; celles qui attendent leur ARL."""
    from tournee.app.pieces.needs import needed_pieces
    from tournee.app.pieces.sending import lots_short_of_pieces
    from tournee.store import ProofState

    with desk.office() as office:
        pieces = office.journal.pieces
        invoices = {one for lot in lots_short_of_pieces(office) for one, _ in pieces.invoices_in(lot.id)}
        invoices |= {one.invoice_id for one in pieces.find(ProofState.WAITING)}
        _show(desk, needed_pieces(office, sorted(invoices)), as_json, "Aucune pièce n’attend.")


@piece.command("show", short_help="Les pièces d’une facture ; en écrit une.")
@_words
@click.option(
    "--vers", "target", type=click.Path(path_type=Path, dir_okay=False), help="Où écrire la pièce, en clair."
)
@click.option("--nature", type=click.Choice(list(_NATURES)), default="ordonnance", help="Laquelle écrire.")
@json_option
@click.pass_obj
def show_one(desk: Desk, words: tuple[str, ...], target: Path | None, nature: str, as_json: bool) -> None:
    """Ce qu’il faut à une facture, ce qui est gardé, ce qui est parti et ce qu’il en a été dit."""
    from tournee.app.pieces.keeping import piece_bytes
    from tournee.app.pieces.needs import needed_pieces
    from tournee.errors import StoreError
    from tournee.files import write_whole

    with desk.office() as office:
        needed = needed_pieces(office, [_invoice(office, words)])
        if target is not None:
            wanted = next((one for one in needed if one.nature == _NATURES[nature]), None)
            if wanted is None or wanted.dossier_id is None:
                raise StoreError(f"Cette facture n’a pas de {nature} gardée.", next_step="gardez-la d’abord")
            write_whole(target, piece_bytes(office, wanted.dossier_id)[1])
        _show(desk, needed, as_json, "Cette facture n’a besoin d’aucune pièce.")


@piece.command("send", short_help="Envoie les pièces des lots partis.")
@click.option(
    "--encore",
    "again",
    multiple=True,
    metavar="FACTURE",
    help="Renvoie aussi celles de cette facture, telles quelles.",
)
@json_option
@click.pass_obj
def send(desk: Desk, again: tuple[str, ...], as_json: bool) -> None:
    """Une pièce part après son lot, jamais avant. Un envoi le fait de lui-même ; ceci n’envoie qu’elles."""
    from tournee.app.outbound import send_pieces

    with desk.office() as office:
        done = send_pieces(office, [_invoice(office, [one]) for one in again])
    told = [
        {
            "file": one.file.name,
            "subject": one.message.subject if one.message else "",
            "state": one.message.state.value if one.message else "",
            "error": str(one.error) if one.error else "",
        }
        for one in done
    ]
    if as_json:
        values.write({"sent": told})
    for one in done if not as_json else ():
        about = one.message.state.label if one.message else "pas parti"
        desk.console.print(f"Fichier {one.file.name} : {about}. {one.error or ''}".strip(), soft_wrap=True)
    if not done and not as_json:
        desk.console.print("Aucune pièce à envoyer.")
    if any(one.error for one in done):
        raise next(one.error for one in done if one.error)


def _show(desk: Desk, needed: list[NeededPiece], as_json: bool, nothing: str) -> None:
    from tournee.cli.display.pieces import needed_line, needed_value

    if as_json:
        values.write({"pieces": [needed_value(one) for one in needed], "simulation": True})
        return
    for one in needed:
        desk.console.print(needed_line(one), soft_wrap=True)
    desk.console.print(nothing if not needed else _SIMULATION)


def _sources(files: tuple[Path, ...], corners: Corners | None) -> list[Any]:
    from tournee.documents.pieces.making import Source
    from tournee.documents.pieces.reading import SOURCE_MAX
    from tournee.files import read_bounded

    found = [Source(read_bounded(path, SOURCE_MAX)) for path in files]
    if corners is not None:
        found[0] = Source(found[0].data, corners)
    return found


def _invoice(office: Office, words: list[str] | tuple[str, ...]) -> int:
    from tournee.app.finding import Sought, find_thing
    from tournee.errors import StoreError

    thing = find_thing(office, list(words), sought=Sought.INVOICE)
    if thing.invoice is None:
        raise StoreError(f"La visite {thing.id} n’est pas facturée.", next_step="certifiez-la d’abord")
    return thing.invoice.id
