"""What crosses, judged by strangers: JSON Schema, openssl; what the client reads agrees with the schemas."""

import json
import subprocess
import sys
from copy import deepcopy
from datetime import date
from pathlib import Path

import pytest
from insured import point_of
from jsonschema import Draft202012Validator, FormatChecker

from tournee.errors import ServiceError
from tournee.services.calling import ServiceAnswerError, ServiceTlsError
from tournee.services.insurers.asking import address_of, put
from tournee.services.insurers.bounded_json import read_object
from tournee.services.insurers.messages import (
    SCHEMAS,
    AskedLine,
    InsuredAsked,
    clc_answer,
    clc_question,
    idb_answer,
    idb_question,
    schema,
)
from tournee.services.json_answer import depth_of

DAY = date(2026, 11, 16)
WHO = InsuredAsked("0099900009", "ADH1", "2550699999001", "19550612", "1", DAY)
LINE = AskedLine(DAY, "AMI", 400, 1, 1340, 60, 804, 1340)
IDB = {
    "connu": True,
    "periode": {"debut": "2026-01-01", "fin": "2026-12-31"},
    "droits": ["SOI"],
    "indicateur": "30",
}
CLC = {
    "lignes": [{"rang": 1, "part_amc": 536, "motif": "TM"}],
    "total_amc": 536,
    "engagement": "E26111600000001",
    "expire": "2026-11-24",
}
SPOILT = [
    ("connu", "yes"),
    ("droits", ["ZZZ"]),
    ("droits", None),
    ("indicateur", "3"),
    ("indicateur", None),
    ("engagement", ""),
    ("engagement", "e1"),
    ("engagement", "E" * 17),
    ("expire", "24/11/2026"),
    ("expire", "2026-02-30"),
    ("expire", None),
    ("lignes", []),
    ("lignes", [{"rang": 1, "part_amc": -1, "motif": "TM"}]),
    ("lignes", [{"rang": 1, "part_amc": 536, "motif": "TM", "plus": 1}]),
    ("lignes", [{"rang": 1, "part_amc": "536", "motif": "TM"}]),
    ("lignes", [{"rang": True, "part_amc": 536, "motif": "TM"}]),
    ("total_amc", None),
    ("surplus", 1),
]


def validator(name):
    return Draft202012Validator(json.loads(schema(name)), format_checker=FormatChecker())


def test_the_published_schemas_are_schemas_and_take_what_both_ends_say(tmp_path):
    """AMC-1: judged by check-jsonschema, a stranger."""
    files = {
        "idb-question": idb_question(WHO),
        "clc-question": clc_question(WHO, (LINE, LINE)),
        "idb-answer": json.dumps(IDB).encode(),
        "clc-answer": json.dumps(CLC).encode(),
    }
    assert set(files) == set(SCHEMAS)
    tool = Path(sys.executable).parent / "check-jsonschema"
    for name, said in files.items():
        (tmp_path / f"{name}.schema.json").write_bytes(schema(name))
        (tmp_path / f"{name}.json").write_bytes(said)
    published = [str(tmp_path / f"{name}.schema.json") for name in SCHEMAS]
    subprocess.run([tool, "--check-metaschema", *published], check=True, capture_output=True)
    told = [tool, "--schemafile", tmp_path / "clc-question.schema.json", tmp_path / "clc-question.json"]
    subprocess.run(told, check=True, capture_output=True)
    for name, said in files.items():
        validator(name).validate(json.loads(said))


@pytest.mark.parametrize(
    ("name", "whole", "reader"), [("idb-answer", IDB, idb_answer), ("clc-answer", CLC, clc_answer)]
)
@pytest.mark.parametrize(("key", "value"), SPOILT)
def test_what_the_client_takes_is_what_the_schema_takes(name, whole, reader, key, value):
    """AMC-1: field by field, set, left out, or one more."""
    for change in ("set", "drop"):
        told = deepcopy(whole)
        told.pop(key, None)
        if change == "set":
            told[key] = value
        by_schema = validator(name).is_valid(told)
        try:
            reader(deepcopy(told))
            taken = True
        except ServiceAnswerError:
            taken = False
        assert taken == by_schema, (change, told)


def test_brackets_within_strings_are_no_depth():
    assert depth_of(b'{"a":"[[[\\"[["}') == 1
    assert depth_of(b'[[{"a":[1]}]]') == 4


@pytest.mark.parametrize(
    "data", [b"\xff", b"{", b'{"a":NaN}', b'{"a":1e3}', b'{"a":' + b"9" * 13 + b"}", b"7", b""]
)
def test_what_is_no_bounded_json_object_is_refused(data):
    """AMC-1."""
    with pytest.raises(ServiceAnswerError):
        read_object(data)


def test_openssl_is_let_in_with_the_certificate_and_by_no_other_way(amc):
    """AMC-2: judged by openssl s_client, with and without."""
    body = idb_question(WHO)
    asked = b"POST /idb HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    asked += b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body

    def connect(*options):
        words = ["openssl", "s_client", "-connect", f"localhost:{amc.port}", "-quiet", "-verify_quiet"]
        words += ["-CAfile", str(amc.tls.authority), "-ign_eof", *options]
        return subprocess.run(words, input=asked, capture_output=True, timeout=20).stdout

    before = len(amc.received())
    assert b'"connu"' not in connect()
    assert len(amc.received()) == before
    told = connect("-cert", str(amc.tls.client), "-key", str(amc.tls.client_key))
    assert b"200 OK" in told and b'"connu": true' in told


def test_a_host_without_its_certificate_is_told_so(amc):
    """AMC-2."""
    with pytest.raises(ServiceTlsError):
        put(point_of(amc, certificate=None, key=None), "idb", "", idb_question(WHO))


def test_a_question_that_is_none_is_refused_with_its_code(amc):
    with pytest.raises(ServiceError, match=r"demande mal formée \(A04\)"):
        put(point_of(amc), "clc", "", b"{}")


def test_the_directory_may_tell_an_address_of_its_own(amc):
    point = point_of(amc)
    assert address_of(point, "/clc").path == "/clc"
    other = address_of(point, "https://amc.example:8443/v1/clc")
    assert (other.host, other.port, other.path) == ("amc.example", 8443, "/v1/clc")
    assert other.certificate == point.certificate
