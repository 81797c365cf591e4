"""Where the invoices of each way of sending end, as `tournee demo --mode` tells it and leaves it."""

from __future__ import annotations

import email
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

from tournee.emulation import demo

TOURNEE = Path(sys.executable).with_name("tournee")
UNKNOWN_AMC = "0199 AMC 0099999997 INCONNUE DE L'OCT"
NO_AGREEMENT = "0199 AMC 0099999997 SANS CONVENTION AVEC LE PROFESSIONNEL"
BAD_PRESCRIPTION = "0043 PRESCRIPTION NON CONFORME"

SPLIT_AT_SOURCE = {
    ("LAMBERT YVONNE", "FSE paid", ""),
    ("CASANOVA ANGE", "FSE payment_refused", BAD_PRESCRIPTION),
    ("PEREIRA ANTONIO", "FSE paid, DRE refused", UNKNOWN_AMC),
    ("MOREAU HUGO", "FSE paid, DRE paid", ""),
    ("CHEVALIER LUCIEN", "FSE paid", ""),
    ("LE GUEN ANNICK", "FSE paid, DRE paid", ""),
    ("MARTINEZ PAUL", "FSE acknowledged", ""),  # no third party pays: nothing to wait for
    ("HOARAU JEAN", "FSE paid, DRE paid", ""),
    ("ROBIN INES", "FSE paid, DRE paid", ""),
    ("BARBIER KEVIN", "FSE paid", ""),
    ("SANTINI MARIA", "FSE paid", ""),
    ("LE GALL YVES", "FSE paid", ""),
    ("FONTAINE EVE", "FSE paid, DRE paid", ""),
    ("LE GUEN ANNICK", "FSE paid, DRE acknowledged", ""),  # she paid her share: the DRE informs
}
ENRICHED = {
    ("LAMBERT YVONNE", "FSE paid", ""),
    ("MOREAU HUGO", "FSE paid", ""),
    ("LE GUEN ANNICK", "FSE paid", ""),
    ("ROBIN INES", "FSE paid", ""),
    ("CASANOVA ANGE", "FSE payment_refused", BAD_PRESCRIPTION),
    ("CHEVALIER LUCIEN", "FSE paid", ""),
}
RECIPIENTS = {
    ("F01011016", "CP00000001016011"),
    ("F01021011", "CP00000001011021"),
    ("F01041021", "CP00000001021041"),
    ("F02351350", "MA00000002350351"),
    ("D0035500042", "OC00000035500042"),
    ("D0069500033", "OC00000069500033"),
    ("D0099900009", "OC00000099900009"),
    ("D0097400021", "OC00000097400021"),
    ("D0099999997", "OC00000099999997"),
}


def tournee(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "NO_COLOR": "1"}
    return subprocess.run(
        [str(TOURNEE), *arguments], capture_output=True, text=True, check=False, env=environment, timeout=100
    )


def ends(told: dict) -> list[tuple[str, str, str]]:
    return [
        (
            row["patient"],
            ", ".join(f"{sheet['kind']} {sheet['state']}" for sheet in row["sheets"]),
            row["reason"],
        )
        for row in told["invoices"]
    ]


def test_split_at_source_every_invoice_ends_where_it_should_and_each_recipient_has_its_file(
    tmp_path: Path,
) -> None:
    """OCT-SS-1, OCT-SS-3."""
    done = tournee("demo", "--mode", "eclatement", "--json", "--out", str(tmp_path / "out"))
    told = json.loads(done.stdout)
    assert (told["mode"], told["claims"]) == ("eclatement", [])
    assert len(told["invoices"]) == 14
    assert set(ends(told)) == SPLIT_AT_SOURCE
    found = set()
    files = sorted((tmp_path / "out" / "clear").iterdir())
    for path in files:
        data = path.read_bytes()
        lots = [data[at : at + 128] for at in range(0, len(data), 128) if data[at : at + 1] == b"1"]
        (crf,) = {lot[88:128].decode().rstrip() for lot in lots}
        assert {lot[22:25] for lot in lots} == {b"DRE" if crf[0] == "D" else b"FSE"}
        assert data[47:49] == b"TR"
        found.add((data[5:19], crf, data[25:41].decode()))
    assert len(found) == len(files)  # one file a recipient of each carer
    assert {(crf, recipient) for _, crf, recipient in found} == RECIPIENTS


DIRECT = {
    (name, ends, NO_AGREEMENT if reason == UNKNOWN_AMC else reason) for name, ends, reason in SPLIT_AT_SOURCE
}


def openssl(*arguments: str, given: bytes) -> bytes:
    return subprocess.run(["openssl", *arguments], input=given, stdout=subprocess.PIPE, check=True).stdout


def test_direct_every_invoice_ends_where_it_should_and_each_insurer_has_its_own_files(tmp_path: Path) -> None:
    """OCT-MODE-1: no OCT; each file in a message of its own, to its recipient, sealed for it (OCT-SS-3)."""
    out = tmp_path / "out"
    told = json.loads(tournee("demo", "--mode", "direct", "--json", "--out", str(out)).stdout)
    assert (told["mode"], told["claims"], len(told["invoices"])) == ("direct", [], 14)
    assert set(ends(told)) == DIRECT
    assert {one["kind"] for one in told["returns"]} == {"ART", "ARL", "RSP"}
    assert not (out / "oct").exists()
    insurers = tomllib.loads((out / "am" / "destinataires.toml").read_text())["destinataire"]
    addresses = {one["adresse"]: one["type"] + one["numero"] for one in insurers}
    keys = ["-inkey", str(out / "am" / "key.pem"), "-recip", str(out / "am" / "cert.pem")]
    sent = sorted((out / "sent").iterdir())
    assert len(sent) == len(list((out / "clear").iterdir())) > len(RECIPIENTS)
    for path in sent:
        message = email.message_from_bytes(path.read_bytes())
        sealed = message.get_payload(decode=True)
        clear = openssl("cms", "-decrypt", "-binary", "-inform", "DER", *keys, given=sealed)
        assert clear == (out / "clear" / message.get_filename()).read_bytes()
        assert clear[25:41].decode() == addresses[message["To"]]
        assert clear[47:49] == b"TR"


def test_direct_the_same_day_at_the_same_time_makes_the_same_files(tmp_path: Path) -> None:
    left = []
    for name in ("one", "two"):
        told = tournee(
            "demo", "--mode", "direct", "--clock", "2026-11-16T20:15", "--out", str(tmp_path / name)
        )
        assert told.returncode == 0, told.stderr
        left.append({path.name: path.read_bytes() for path in (tmp_path / name / "clear").iterdir()})
    assert left[0] == left[1]


def test_enriched_the_oct_asks_amc_for_the_shares_of_contract_99(tmp_path: Path) -> None:
    """OCT-EF-1, OCT-EF-4."""
    done = tournee("demo", "--mode", "fse-enrichie", "--json", "--out", str(tmp_path / "out"))
    told = json.loads(done.stdout)
    assert len(told["invoices"]) == len(ENRICHED)
    assert set(ends(told)) == ENRICHED
    claims = [(claim["amc"], claim["invoice"], claim["amount"]) for claim in told["claims"]]
    assert sorted(claims) == [("0035500042", "000000003", 1161), ("0099900009", "000000002", 491)]
    paid = {row["patient"]: row["paid"] for row in told["invoices"]}
    assert (paid["MOREAU HUGO"], paid["LE GUEN ANNICK"], paid["ROBIN INES"]) == (1228, 2902, 768)


def test_a_day_with_contract_99_is_refused_split_at_source(tmp_path: Path) -> None:
    """OCT-X-1."""
    (day,) = demo.built_in_days(demo.ENRICHED)
    (tmp_path / "day.toml").write_bytes(day.data)
    done = tournee("demo", "--mode", "eclatement", "--day", str(tmp_path / "day.toml"))
    assert done.returncode == 5
    assert "contrat 99" in done.stderr
    assert "éclatement à la source" in " ".join(done.stderr.split())


def test_the_mode_that_goes_without_saying_is_the_single_file(tmp_path: Path) -> None:
    for name, mode in (("said", ["--mode", "fichier-unique"]), ("unsaid", [])):
        assert tournee("demo", *mode, "--out", str(tmp_path / name)).returncode == 0
    said, unsaid = (
        {path.name: path.read_bytes() for path in (tmp_path / name / "clear").iterdir()}
        for name in ("said", "unsaid")
    )
    assert said == unsaid
