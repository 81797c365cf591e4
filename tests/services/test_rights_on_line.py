"""Rights asked of the emulated service: what it answers, whom it refuses, and what strangers' tools say."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import etree
from rights_rig import MARTINEZ, NOW, Clock, ask, point_to, who

from tournee.billing.identity import Period
from tournee.billing.zones.card import patients_from_groups
from tournee.emulation.cards import certificate_pem
from tournee.emulation.services.counterpart import CounterpartSetting
from tournee.emulation.services.registered import StandingServices
from tournee.emulation.services.rights import RightsCounterpart
from tournee.emulation.services.standing import StandingService, Trouble
from tournee.formats import zones
from tournee.services.calling import (
    ServiceAnswerError,
    ServiceBusyError,
    ServiceCallError,
    ServiceCutError,
    ServiceRefusedError,
    ServiceSlowError,
    call,
)
from tournee.services.rights import table
from tournee.services.rights.assertion import signed_assertion
from tournee.services.rights.client import ask_over_network
from tournee.services.rights.envelope import published
from tournee.services.rights.table import RightsCode

NS = {"m": table.SAML, "l": table.LPS_NAMESPACE, "b": table.BAM_NAMESPACE, "d": table.NAMESPACE}
MEDIA = {"Content-Type": "application/soap+xml"}
BOMB = b"""<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">
<!ENTITY c "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]><b>&d;</b>"""
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY x SYSTEM "file:///etc/passwd">]><b>&x;</b>'


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def services(tmp_path_factory, clock) -> Iterator[StandingServices]:
    with StandingServices(tmp_path_factory.mktemp("droits"), clock, ["droits"]) as standing:
        yield standing


@pytest.fixture
def droits(services, clock) -> Iterator[StandingService]:
    yield services["droits"]
    services["droits"].trouble = Trouble()
    services["droits"].counterpart.busy = 0
    services["droits"].counterpart.knows = table.TEST_CARDS
    clock.now = NOW


def sent(droits: StandingService) -> etree._Element:
    """The last request, as a stranger's tool would open it."""
    return etree.fromstring(droits.received()[-1].read_bytes())


def test_the_answer_is_groups_that_the_reader_of_cards_reads(droits):
    """DRT-1: the same reader of groups as the card's."""
    told = ask(droits)
    assert told.code is RightsCode.FOUND
    (patient,) = patients_from_groups(zones.decode(told.zone))
    assert (patient.nir, patient.name, patient.caisse) == ("1620506088054", "MARTINEZ", "041")
    assert patient.rights == (Period("20250101", "20271231"),)
    assert [(one.ald, one.period) for one in patient.coverage] == [("1", Period("20250101", "20271231"))]


def test_a_member_of_the_family_is_answered_alone(droits):
    """DRT-1."""
    child = replace(MARTINEZ, registration="182047511304245", born="20150921", serial="800000102")
    (patient,) = patients_from_groups(zones.decode(ask(droits, child).zone))
    assert (patient.first_name, patient.nir, patient.amc.number) == ("LEA", "1820475113042", "0099900009")


@pytest.mark.parametrize(
    ("registration", "code"),
    [("269059900100177", RightsCode.UNKNOWN), ("269059900100276", RightsCode.SEVERAL)],
)
def test_nobody_and_several_are_answers_without_a_zone(droits, registration, code):
    """DRT-1."""
    told = ask(droits, replace(MARTINEZ, registration=registration, serial=""))
    assert (told.code, told.zone) == (code, b"")


def test_the_headers_are_the_two_public_contexts(droits):
    """DRT-1: IDAM is SIMULATION."""
    ask(droits)
    root = sent(droits)
    lps, bam = root.find(".//l:ContexteLPS", NS), root.find(".//b:ContexteBAM", NS)
    assert (lps.get("Nature"), lps.get("Version"), bam.get("Version")) == ("CTXLPS", "01_00", "01_02")
    assert [lps.findtext(f"l:LPS/l:{name}", "", NS) for name in ("IDAM", "Nom")] == ["SIMULATION", "Tournée"]
    assert [etree.QName(one).localname for one in root.find(".//d:DemanderDroits", NS)] == [
        *("regime", "caisse", "centre", "immatriculation", "dateNaissance", "rangGemellaire"),
        *("nirCertifie", "dateCertification", "nom", "prenom", "carte"),
    ]


def test_xmlsec1_takes_the_assertion_by_the_cards_certificate(droits, tmp_path):
    """DRT-2: a stranger's tool, as it stands in what was received."""
    ask(droits)
    (tmp_path / "card.pem").write_bytes(certificate_pem("infirmiere"))
    (tmp_path / "other.pem").write_bytes(certificate_pem("kine"))
    for name, is_good in (("card.pem", True), ("other.pem", False)):
        done = subprocess.run(
            [
                *("xmlsec1", "--verify", "--enabled-key-data", "rsa", "--pubkey-cert-pem", name),
                *("--id-attr:ID", f"{table.SAML}:Assertion", str(droits.received()[-1])),
            ],
            cwd=tmp_path,
            capture_output=True,
        )
        assert (done.returncode == 0) is is_good, done.stderr


def test_xmllint_takes_what_is_sent_and_answered_by_the_published_schemas(droits, tmp_path):
    """DRT-1: a second judge of the schemas."""
    ask(droits)
    for name in table.PUBLISHED:
        (tmp_path / name).write_bytes(published(name))
    answer = etree.parse(sorted(droits.folder.glob("*-repondu.xml"))[-1]).getroot()
    for root, path, schema in (
        (sent(droits), ".//d:DemanderDroits", "droits.xsd"),
        (answer, ".//d:DemanderDroitsReponse", "droits.xsd"),
        (sent(droits), ".//l:ContexteLPS", "contexte-lps.xsd"),
        (sent(droits), ".//b:ContexteBAM", "contexte-bam.xsd"),
    ):
        (tmp_path / "part.xml").write_bytes(etree.tostring(root.find(path, NS)))
        done = subprocess.run(
            ["xmllint", "--noout", "--nonet", "--schema", schema, "part.xml"],
            cwd=tmp_path,
            capture_output=True,
        )
        assert done.returncode == 0, done.stderr


def test_an_assertion_lives_20_minutes_and_names_its_audience():
    """DRT-2."""
    made = signed_assertion(who(), "", NOW, "ab" * 16)
    conditions = made.find("m:Conditions", NS)
    assert (conditions.get("NotBefore"), conditions.get("NotOnOrAfter")) == (
        *("2026-11-30T09:00:00Z", "2026-11-30T09:20:00Z"),
    )
    assert conditions.findtext("m:AudienceRestriction/m:Audience", "", NS) == table.AUDIENCE


@pytest.mark.parametrize(
    ("late", "is_taken"), [(-1, True), (19, True), (20, False), (21, False), (-3, False)]
)
def test_an_assertion_is_taken_for_its_20_minutes(droits, clock, late, is_taken):
    """DRT-3: 21 minutes old it is refused by R11."""
    clock.now = NOW + timedelta(minutes=late)
    if is_taken:
        assert ask(droits).code is RightsCode.FOUND
        return
    with pytest.raises(ServiceRefusedError) as refused:
        ask(droits)
    assert refused.value.code == "R11"


def refused_by(droits: StandingService, body: bytes) -> str:
    answer = call(point_to(droits), "POST", body=body, headers=MEDIA, seconds=20)
    return etree.fromstring(answer.body).findtext(".//d:Erreur/d:code", "", NS)


def test_a_request_that_is_replayed_is_refused(droits):
    """DRT-3: the same MessageID, and the same assertion under another."""
    ask(droits)
    body = droits.received()[-1].read_bytes()
    assert refused_by(droits, body) == "R10"
    message = sent(droits).findtext(f".//{{{table.WSA}}}MessageID").encode()
    other = b"uuid:00000000-0000-4000-8000-000000000000"
    assert refused_by(droits, body.replace(message, other)) == "R10"


@pytest.mark.parametrize("serial", ["800000102", "999999999"])
def test_another_persons_card_is_refused(droits, serial):
    """DRT-3."""
    with pytest.raises(ServiceRefusedError) as refused:
        ask(droits, replace(MARTINEZ, serial=serial))
    assert refused.value.code == "R10"


def test_a_serial_that_the_assertion_does_not_name_is_refused(droits):
    """DRT-3."""
    ask(droits, replace(MARTINEZ, serial=""))
    body = droits.received()[-1].read_bytes()
    fresh = body.replace(b"uuid:", b"uuid:0").replace(b"<ns0:carte>", b"<ns0:carte>800000116")
    assert refused_by(droits, fresh) == "R10"


def test_what_was_changed_after_it_was_signed_is_refused(droits):
    """DRT-3."""
    forged = replace(who(), sign=lambda data: who().sign(data)[::-1])
    with pytest.raises(ServiceRefusedError) as refused:
        ask_over_network(point_to(droits), MARTINEZ, forged, lambda: NOW, seconds=20)
    assert refused.value.code == "R10"


def test_a_test_card_is_refused_by_a_service_of_real_ones(droits):
    """DRT-3."""
    droits.counterpart.knows = table.REAL_CARDS
    with pytest.raises(ServiceRefusedError) as refused:
        ask(droits)
    assert refused.value.code == "R10"


def test_a_busy_service_is_asked_twice(droits):
    """DRT-4."""
    droits.counterpart.busy = 1
    assert ask(droits).code is RightsCode.FOUND
    droits.counterpart.busy = 2
    with pytest.raises(ServiceBusyError):
        ask(droits)
    assert droits.counterpart.busy == 0


@pytest.mark.parametrize(
    ("trouble", "seconds", "raised"),
    [
        (Trouble(late=60), 0.5, ServiceSlowError),
        (Trouble(is_cut=True), 20, ServiceCutError),
        (Trouble(hangs_up=True), 20, ServiceCutError),
        (Trouble(body=b""), 20, ServiceAnswerError),
        (Trouble(body=b"<html>"), 20, ServiceAnswerError),
        (Trouble(body=b"<a>" * 5000 + b"</a>" * 5000), 20, ServiceAnswerError),
        (Trouble(body=BOMB), 20, ServiceAnswerError),
        (Trouble(body=OUTSIDE), 20, ServiceAnswerError),
        (Trouble(body=b" " * 100_000), 20, ServiceCallError),
    ],
    ids=["late", "cut", "hangs up", "empty", "no envelope", "deep", "bomb", "file", "long"],
)
def test_bad_service_is_said_by_its_kind(droits, trouble, seconds, raised):
    """DRT-4."""
    droits.trouble = trouble
    with pytest.raises(raised) as told:
        ask(droits, seconds=seconds)
    assert "continuez" in told.value.next_step
    assert "1620506088054" not in str(told.value)


def test_an_answer_to_another_request_is_none(droits):
    """DRT-4."""
    ask(droits)
    droits.trouble = Trouble(body=sorted(droits.folder.glob("*-repondu.xml"))[-1].read_bytes())
    with pytest.raises(ServiceAnswerError, match="pas une réponse") as told:
        ask(droits)
    assert "autre demande" in told.value.cause


def test_a_slow_service_within_its_time_is_answered(droits):
    """DRT-4: late, and in time."""
    droits.trouble = Trouble(late=0.3)
    assert ask(droits).code is RightsCode.FOUND


def test_no_log_names_a_person(droits, caplog):
    """DRT-5: nor does a file of the counterpart's by its name."""
    with caplog.at_level("DEBUG"):
        ask(droits)
    told = "\n".join(f"{one.name} {one.getMessage()}" for one in caplog.records)
    for word in ("1620506088054", "162050608805453", "MARTINEZ"):
        assert word not in told
        assert all(word not in one.name for one in droits.folder.iterdir())


def test_the_counterpart_stands_whatever_it_is_sent(droits):
    """DRT-3."""
    for body in (b"", b"\0", b"<x/>", BOMB, b"<a>" * 9000):
        assert refused_by(droits, body) == "R10"
    assert ask(droits).code is RightsCode.FOUND


def test_a_counterpart_is_made_of_its_setting_alone(tmp_path):
    made = RightsCounterpart(CounterpartSetting(tmp_path, Clock(), tmp_path), table.REAL_CARDS)
    assert (made.name, made.path, made.demands_certificate) == ("droits", "/droits", False)
