"""Straight to the insurers, and to and fro between them and OCT, with things pending (OCT-MODE)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from both_ends import addressees, direct, office
from days import short_day
from life import office_of
from surroundings import Surroundings
from test_modes import (
    CARD_SHEETS,
    TYPED_SHEET,
    certify_and_close,
    recipients,
    splitting,
    states,
)

from tournee.app.inbound import fetch
from tournee.app.outbound import make_files, resend, send
from tournee.errors import ConfigError
from tournee.exchange.route import Insurer
from tournee.exchange.sealing.recipient import CertificateError
from tournee.store import FileState, MessageState, SheetState

OTHER_OCT = "732829320"
ENDS = [SheetState.PAID, SheetState.PAID, SheetState.ACKNOWLEDGED]


def dying_at(wanted: str) -> Callable[[str], None]:
    """A host that dies at its first step of that name."""

    def told(step: str) -> None:
        if step == wanted:
            raise KeyboardInterrupt

    return told


def test_each_file_goes_to_its_own_insurer_which_settles_it(both: Surroundings) -> None:
    # OCT-MODE-1
    with office(both, direct(both)) as opened:
        certify_and_close(opened, both, short_day())
        made = make_files(opened)
        assert recipients(made) == [
            ("TR", recipient) for recipient in (CARD_SHEETS["FSE"], TYPED_SHEET, CARD_SHEETS["DRE"])
        ]
        assert [one.error for one in send(opened)] == [None] * 3
        fetch(opened)
        assert states(opened) == ENDS
    assert addressees(both) == [
        "cp-01011021@caisses.example",
        "cp-01021041@caisses.example",
        "oc-0099900009@amc.example",
    ]


def test_lots_closed_for_an_oct_go_to_the_insurers_once_the_route_is_direct(both: Surroundings) -> None:
    # OCT-MODE-1: nothing is signed anew, no byte of a lot changes
    through_oct = both.world.route()
    with office(both, through_oct) as opened:
        certify_and_close(opened, both, short_day())
        bodies = [lot.records for lot in opened.journal.lots.find()]
    signatures = both.signatures()
    with office(both, direct(both), through_oct) as opened:
        made = make_files(opened)
        assert [file.clear[128:-128] for file in made] == bodies
        send(opened)
        fetch(opened)
        assert states(opened) == ENDS
    assert both.signatures() == signatures


def test_lots_closed_in_direct_mode_go_through_an_oct_once_the_route_does(both: Surroundings) -> None:
    # OCT-MODE-1
    through_oct = both.world.route()
    with office(both, direct(both)) as opened:
        certify_and_close(opened, both, short_day())
    with office(both, through_oct, direct(both)) as opened:
        assert recipients(make_files(opened)) == [("TO", "OT00000999999998")]
        send(opened)
        fetch(opened)
        assert states(opened) == ENDS
    assert addressees(both) == ["factures@oct.example"]


@pytest.mark.parametrize("first", ["direct", "oct"])
def test_files_framed_before_the_change_keep_their_route_and_those_after_take_the_new_one(
    both: Surroundings, first: str
) -> None:
    # OCT-MODE-1, OCT-MODE-3: both ways
    straight, through_oct = direct(both), splitting(both.world.route())
    old, new = (straight, through_oct) if first == "direct" else (through_oct, straight)
    with office(both, old) as opened:
        certify_and_close(opened, both, short_day())
        make_files(opened)
    with office(both, new, old) as opened:
        certify_and_close(opened, both, short_day("2026-11-16"))
        make_files(opened)
        sent = send(opened)
        assert [one.error for one in sent] == [None] * 6
        assert [one.message.route for one in sent] == [old.name] * 3 + [new.name] * 3
        fetch(opened)
        assert states(opened) == ENDS + ENDS
    kinds = [to == "factures@oct.example" for to in addressees(both)]
    assert kinds == [first == "oct"] * 3 + [first != "oct"] * 3


def test_returns_of_direct_mode_come_after_the_change_to_an_oct(both: Surroundings) -> None:
    # OCT-MODE-3
    straight = direct(both)
    with office(both, straight) as opened:
        certify_and_close(opened, both, short_day())
        make_files(opened)
        send(opened)
    with office(both, both.world.route(), straight) as opened:
        assert not any(fetch(opened).errors)
        assert states(opened) == ENDS


def test_a_message_of_unknown_fate_is_settled_by_its_insurer_after_the_change(both: Surroundings) -> None:
    # OCT-MODE-3: the host dies before it knows; the answer comes when another route is in force
    straight = direct(both)
    with office_of(both.journal, straight, dying_at("message_sent.before")) as opened:
        certify_and_close(opened, both, short_day())
        make_files(opened)
        with pytest.raises(KeyboardInterrupt):
            send(opened)
    with office(both, both.world.route(), straight) as opened:
        (unknown,) = opened.journal.messages.find(MessageState.TRANSMITTING)
        sent = send(opened)
        assert unknown.file_id not in {one.file.id for one in sent}  # never again by itself, by any route
        assert [one.message.route for one in sent] == [straight.name] * 2
        fetch(opened)
        assert opened.journal.messages.find(MessageState.TRANSMITTING) == ()
        assert states(opened) == ENDS
    assert both.received() == 3


def test_a_file_sent_again_after_the_change_goes_where_it_went(both: Surroundings) -> None:
    # OCT-MODE-3
    straight = direct(both)
    with office(both, straight) as opened:
        certify_and_close(opened, both, short_day())
        make_files(opened)
        first, *_ = send(opened)
    with office(both, both.world.route(), straight) as opened:
        again = resend(opened, first.file.name, accepted=True)
        assert (again.error, again.message.route) == (None, straight.name)
        fetch(opened)
        assert states(opened) == ENDS
    assert addressees(both)[3] == addressees(both)[0]


def test_from_one_oct_to_another_and_to_the_insurers_each_keeps_what_was_framed_for_it(
    both: Surroundings,
) -> None:
    # OCT-MODE-2, OCT-MODE-3
    here, there = both.world.route(), replace(both.world.route(), name="autre", identifier=OTHER_OCT)
    with office(both, there) as opened:
        certify_and_close(opened, both, short_day())
        make_files(opened)
        opened.route, opened.former = here, (there,)
        certify_and_close(opened, both, short_day("2026-11-16"))
        make_files(opened)
        opened.route, opened.former = direct(both), (here, there)
        certify_and_close(opened, both, short_day("2026-11-14"))
        make_files(opened)
        sent = send(opened)
        assert [one.message.route for one in sent] == ["autre", here.name] + ["direct-emule"] * 3
        assert recipients([one.file for one in sent])[:2] == [
            ("TO", f"OT00000{OTHER_OCT}"),
            ("TO", "OT00000999999998"),
        ]


@pytest.mark.parametrize("now_direct", [True, False])
def test_a_route_changed_in_place_does_not_take_along_what_was_framed(
    both: Surroundings, now_direct: bool
) -> None:
    # OCT-MODE-3: the same name, but OCT and insurers have changed places
    through_oct = splitting(both.world.route(), "route")
    straight = replace(direct(both), name="route")
    old, new = (through_oct, straight) if now_direct else (straight, through_oct)
    with office(both, old) as opened:
        certify_and_close(opened, both, short_day())
        make_files(opened)
        opened.route = new
        kept = send(opened)
        assert [type(one.error) for one in kept] == [ConfigError] * 3
        told = "l’OCT 00000999999998" if now_direct else "un envoi direct"
        assert all(told in str(one.error) for one in kept)
    assert both.received() == 0


def test_an_unknown_insurer_stops_its_file_alone_and_says_what_to_add_where(both: Surroundings) -> None:
    straight = direct(both)
    without = tuple(one for one in straight.insurers if one.key != "OC 00000099900009")
    with office(both, replace(straight, insurers=without)) as opened:
        certify_and_close(opened, both, short_day())
        make_files(opened)
        *sent, kept = send(opened)
        assert [one.error for one in sent] == [None, None]
        assert (kept.message, type(kept.error)) == (None, ConfigError)
        assert "[[route.direct-emule.destinataire]]" in kept.error.next_step
        assert 'type = "OC", numero = "00000099900009"' in kept.error.next_step
        assert [file.state for file in opened.journal.files.find()] == [FileState.SENT] * 2 + [FileState.MADE]
        opened.route = straight  # put right, it leaves
        (done,) = send(opened)
        assert done.error is None


def test_an_insurer_may_be_known_by_its_crf(both: Surroundings) -> None:
    straight = direct(both)
    amc = next(one for one in straight.insurers if one.number.endswith("0099900009"))
    by_crf = Insurer(amc.address, amc.certificate, crf="D0099900009")
    others = tuple(one for one in straight.insurers if one is not amc)
    with office(both, replace(straight, insurers=(*others, by_crf))) as opened:
        certify_and_close(opened, both, short_day())
        make_files(opened)
        assert [one.error for one in send(opened)] == [None] * 3


def test_an_insurers_bad_certificate_stops_its_file_alone_and_names_it(both: Surroundings) -> None:
    # OCT-MSG-8
    straight = direct(both)
    bad = tuple(
        replace(one, certificate=None) if one.key == "CP 00000001011021" else one for one in straight.insurers
    )
    with office(both, replace(straight, insurers=bad)) as opened:
        certify_and_close(opened, both, short_day())
        make_files(opened)
        kept, *sent = send(opened)
        assert isinstance(kept.error, CertificateError)
        assert "CPAM 021 fictive (CP 00000001011021)" in str(kept.error)
        assert [one.error for one in sent] == [None, None]


def test_a_message_made_for_a_former_address_is_made_anew(both: Surroundings) -> None:
    straight = direct(both)

    def moved(insurer: Insurer) -> Insurer:
        return replace(insurer, address="ancienne@caisses.example") if insurer.type == "CP" else insurer

    former = replace(straight, insurers=tuple(map(moved, straight.insurers)))
    with office_of(both.journal, former, dying_at("make_message.after")) as opened:
        certify_and_close(opened, both, short_day())
        make_files(opened)
        with pytest.raises(KeyboardInterrupt):
            send(opened)
    with office(both, straight) as opened:
        assert [one.error for one in send(opened)] == [None] * 3
        assert addressees(both)[0] == "cp-01011021@caisses.example"
        states_of = [message.state for message in opened.journal.messages.find()]
        assert states_of == [MessageState.FAILED] + [MessageState.SENT] * 3


def test_a_file_framed_before_parties_were_kept_goes_by_its_routes_name(both: Surroundings) -> None:
    # OCT-MODE-3: journals of the version before
    straight = direct(both)
    with office(both, straight) as opened:
        certify_and_close(opened, both, short_day())
        make_files(opened)
        opened.journal.db.write("UPDATE file SET party = ''")
    with office(both, both.world.route(), straight) as opened:
        assert {one.message.route for one in send(opened)} == {straight.name}
