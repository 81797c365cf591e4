"""Pieces straight to the insurers: each judges those of its own lots, as the OCT does (OCT-MODE-1, SCOR)."""

from __future__ import annotations

from both_ends import addressees, direct
from proved_day import DEGRADED, SECURED, bill, office_at, prove
from surroundings import Surroundings

from tournee.app.inbound import fetch
from tournee.app.outbound import make_files, send
from tournee.app.pieces.needs import needed_pieces

HERS, TYPED = "cp-01011021@caisses.example", "cp-01021041@caisses.example"


def test_each_insurer_judges_the_pieces_of_its_own_lots(both: Surroundings) -> None:
    # SCOR-8
    with office_at(both.journal, direct(both)) as office:
        bill(office, both)
        prove(office, SECURED, 1)
        prove(office, DEGRADED, 2)
        make_files(office)
        assert [one.error for one in send(office)] == [None] * 5
        assert not any(fetch(office).errors)
        told = [(one.nature, str(one.standing)) for one in needed_pieces(office, [SECURED, DEGRADED])]
        assert told == [("O", "accepted"), ("O", "accepted"), ("F", "accepted")]
        assert office.journal.effects.unmatched() == ()
    assert addressees(both)[3:] == [HERS, TYPED]
    kept = both.world.directory / "am" / "scor"
    found = sorted(str(path.relative_to(kept).parts[0]) for path in kept.glob("*/*/001.pdf"))
    assert found == ["00000001011021", "00000001021041"]
