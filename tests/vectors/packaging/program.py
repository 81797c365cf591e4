"""What an editor may write: a day imported, both cards read, an invoice certified."""

# ruff: noqa: T201
from pathlib import Path

from tournee.app.cards import open_reader, read_ps, read_vitale, unlock
from tournee.app.certify import certify_visit, pending_visits
from tournee.app.context import open_office
from tournee.app.visits.importing import import_day
from tournee.config import load_config
from tournee.errors import TourneeError


def bill(day: Path, code: str) -> list[str]:
    config = load_config(Path("tournee.toml"))
    with open_office(config) as office, open_reader(config.reader.port, office.clock) as reader:
        import_day(office, day.read_bytes(), day.name)
        ps = read_ps(reader)
        unlock(reader, lambda: code)
        vitale = read_vitale(office, reader)
        done = [certify_visit(office, reader, ps, vitale, *one) for one in pending_visits(office, ps)]
    return [invoice.number for invoice in done]


try:
    print(bill(Path("day.toml"), "1234"))
except TourneeError as error:
    print(error.message, error.cause, error.next_step)
