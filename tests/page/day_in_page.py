"""Runs in the tablet's Python: a day through the use cases, and what the journal then holds."""

import asyncio  # noqa: F401 - for who runs this

from tournee.app.cards import read_ps, read_vitale, unlock
from tournee.app.certify import certify_visit, pending_visits, visits_for
from tournee.app.outbound import close_lots, make_files
from tournee.app.visits.importing import import_day
from tournee.exchange.sealing.sealing import seal_for
from tournee.web.tablet.host import _begun

DAY = "day.toml"


def ports():
    return _begun[0].app.state.face.ports


async def import_days(days):
    """Take in days that were not told before."""

    def taken(office):
        return [import_day(office, text.encode(), name) for name, text in days.items()] and None

    await ports().ask_journal(taken)


async def import_once(text):
    """Take the day in, unless it was before."""

    def taken(office):
        return import_day(office, text.encode(), DAY) if not office.journal.visits.find(limit=1) else None

    await ports().ask_journal(taken)


def signed(office, reader):
    """Certify what the card in the reader has waiting; how many visits."""
    ps = read_ps(reader)
    vitale = read_vitale(office, reader)
    unlock(reader, lambda: "1234")
    made = [
        certify_visit(office, reader, ps, vitale, row, visit)
        for row, visit in visits_for(pending_visits(office, ps), vitale)
    ]
    return len(made)


def certified(office, reader):
    """The same, then close the lots, seal the files; how much of each."""
    made = signed(office, reader)
    lots = close_lots(office, reader, read_ps(reader))
    files = make_files(office)
    sealed = [len(seal_for(office.route, file.content, now=office.clock()).data) for file in files]
    return {"visits": made, "lots": len(lots), "files": len(files), "sealed": sum(sealed)}


async def whole(text):
    await import_once(text)
    return await ports().run_reader(certified)


async def state():
    """What stands in the journal, and whether the file is whole."""

    def asked(office):
        invoices = office.journal.overview()
        return {"invoices": len(invoices), "problems": list(office.journal.health.check())}

    return await ports().ask_journal(asked)


async def cards(times):
    """Both cards read so many times; how many came whole."""

    def read(office, reader):
        return len(reader.read_ps_card().zone) > 0 and len(reader.read_vitale().zone) > 0

    return [await ports().run_reader(read) for _ in range(times)].count(True)
