"""The maker's register: encrypted, written whole, searched, and never a number twice."""

import json
import os

import pytest
from click.testing import CliRunner

from tournee.errors import ConfigError, StoreError
from tournee.maker.main import maker
from tournee.maker.shipping.register import ReaderRegister, check_serial
from tournee.maker.shipping.register_file import RegisterFile, RegisterKey, key_in_file, make_key_file

PASSPHRASE = "cinq mots sans aucun lien"
TIMES = ("2026-12-01T08:00:00+00:00", "2026-12-01T08:00:07+00:00", "2026-12-02T09:00:00+00:00")


@pytest.fixture
def key(tmp_path):
    make_key_file(tmp_path / "station.key")
    return key_in_file(tmp_path / "station.key")


@pytest.fixture
def file(tmp_path, key):
    made = RegisterFile(tmp_path / "readers.tnr", key)
    made.create({"readers": {}})
    return made


@pytest.fixture
def register(file):
    times = iter(TIMES * 9)
    return ReaderRegister(file, now=lambda: next(times), who=lambda: "lea@poste-2")


def test_register_is_its_owners_alone_and_holds_no_secret_or_number_in_clear(file, register):
    secret = register.begin("TO-000001", "unix").secret
    data = file.path.read_bytes()
    assert file.path.stat().st_mode & 0o777 == 0o600
    assert not any(one in data for one in (secret, secret.hex().encode(), b"TO-000001", b"lea@poste-2"))


def test_passphrase_opens_it_and_another_does_not(tmp_path):
    path = tmp_path / "readers.tnr"
    RegisterFile(path, RegisterKey(PASSPHRASE, log_n=4)).create({"readers": {}})
    assert RegisterFile(path, RegisterKey(PASSPHRASE)).load() == {"readers": {}}
    with pytest.raises(StoreError, match="n’est pas la sienne"):
        RegisterFile(path, RegisterKey("cinq autres mots")).load()


def test_key_file_that_others_can_read_opens_nothing(tmp_path):
    make_key_file(tmp_path / "key")
    (tmp_path / "key").chmod(0o644)
    with pytest.raises(StoreError, match="chmod 600"):
        key_in_file(tmp_path / "key")


def test_wrong_kind_of_key_is_told(tmp_path, file, key):
    with pytest.raises(StoreError, match="fichier de clé"):
        RegisterFile(file.path, RegisterKey(PASSPHRASE)).load()
    path = tmp_path / "other.tnr"
    RegisterFile(path, RegisterKey(PASSPHRASE, log_n=4)).create({"readers": {}})
    with pytest.raises(StoreError, match="phrase de passe"):
        RegisterFile(path, key).load()


def test_any_altered_byte_shuts_it(file, register):
    register.begin("A-1", "unix")
    data = file.path.read_bytes()
    for at in range(len(data)):
        file.path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        with pytest.raises(StoreError):
            file.load()


@pytest.mark.parametrize("size", [0, 1, 43, 44, 60])
def test_cut_register_is_refused(file, size):
    file.path.write_bytes(file.path.read_bytes()[:size])
    with pytest.raises(StoreError, match="ne s’ouvre pas"):
        file.load()


def test_strangers_costs_are_refused_before_they_are_paid(tmp_path):
    path = tmp_path / "readers.tnr"
    RegisterFile(path, RegisterKey(PASSPHRASE, log_n=4)).create({"readers": {}})
    data = bytearray(path.read_bytes())
    data[9] = 40
    path.write_bytes(data)
    with pytest.raises(StoreError, match="aucun registre ne demande"):
        RegisterFile(path, RegisterKey(PASSPHRASE)).load()


def test_register_in_clear_of_before_is_told_and_taken_over(tmp_path):
    old = tmp_path / "register.json"
    old.touch(0o600)
    old.write_text(json.dumps({"readers": {"A-1": {"board": "mps2", "secret": "07" * 32}}}))
    new, station = tmp_path / "readers.tnr", tmp_path / "station.key"
    refused = CliRunner().invoke(maker, ["register", "create", str(new), "--import", str(new)])
    assert isinstance(refused.exception, StoreError)
    done = CliRunner().invoke(
        maker, ["register", "create", str(new), "--register-key", str(station), "--import", str(old)]
    )
    assert "1 lecteur" in done.output
    key = key_in_file(station)
    found = ReaderRegister(RegisterFile(new, key)).find("A-1")
    assert (found.board, found.state, found.secret) == ("mps2", "made", b"\x07" * 32)
    with pytest.raises(StoreError, match="--import"):
        RegisterFile(old, key).load()


def test_failed_change_leaves_it_as_it_was(file, register, monkeypatch):
    register.begin("A-1", "unix")
    before = file.path.read_bytes()
    monkeypatch.setattr(os, "fsync", lambda number: (_ for _ in ()).throw(OSError(28, "full")))
    with pytest.raises(StoreError, match="n’a pas pu être écrit"):
        register.begin("A-2", "unix")
    assert file.path.read_bytes() == before


def test_what_it_was_before_a_programs_first_change_stays_beside_it(file, register):
    before = file.path.read_bytes()
    register.begin("A-1", "unix")
    register.begin("A-2", "unix")
    assert file.path.with_name("readers.tnr.previous").read_bytes() == before


def test_forgotten_secret_is_nowhere_beside_the_register_nor_in_a_later_backup(tmp_path, file, register, key):
    secrets = {serial: register.begin(serial, "unix").secret for serial in ("A-1", "A-2", "A-3")}
    for serial in secrets:
        register.made(serial, "0.1.0")
    draft = tmp_path / ".readers.tnr.kq3v1x0_"  # of a program that was killed while it wrote
    draft.write_bytes(file.path.read_bytes())
    (tmp_path / ".readers.tnr2.kq3v1x0_").touch()  # another register's
    ReaderRegister(RegisterFile(file.path, key)).end("A-1", "withdrawn", "volé")  # a program's first change
    register.end("A-2", "reset", "retour")  # a later one
    file.copy(tmp_path / "copy.tnr")
    kept = {}
    for name in ("readers.tnr", "readers.tnr.previous", "copy.tnr"):
        kept = RegisterFile(tmp_path / name, key).load()["readers"]
        assert [kept[serial]["secret"] for serial in secrets] == ["", "", secrets["A-3"].hex()], name
    assert not draft.exists()
    assert (tmp_path / ".readers.tnr2.kq3v1x0_").exists()


@pytest.mark.parametrize("state", ["withdrawn", "reset"])
def test_label_of_a_forgotten_secret_is_printed_from_nothing_that_there_is(tmp_path, file, register, state):
    register.begin("A-1", "unix")
    register.made("A-1", "0.1.0")
    register.end("A-1", state, "volé")
    file.copy(tmp_path / "copy.tnr")
    for name in ("readers.tnr", "readers.tnr.previous", "copy.tnr"):
        command = ["register", "label", str(tmp_path / name), "A-1", "--labels", str(tmp_path / "labels")]
        done = CliRunner().invoke(maker, [*command, "--register-key", str(tmp_path / "station.key")])
        assert isinstance(done.exception, StoreError), name
    assert not (tmp_path / "labels").exists()


def test_register_behind_a_link_is_changed_where_it_lies(tmp_path, file, register, key):
    register.begin("A-1", "unix")
    (tmp_path / "link").symlink_to(file.path)
    ReaderRegister(RegisterFile(tmp_path / "link", key)).end("A-1", "withdrawn", "volé")
    assert (tmp_path / "link").is_symlink()
    assert register.find("A-1").state == "withdrawn"


def test_what_it_was_before_is_read_and_not_changed(tmp_path, file, register, key):
    register.begin("A-1", "unix")
    before = RegisterFile(tmp_path / "readers.tnr.previous", key)
    assert before.load() == {"readers": {}}
    with pytest.raises(StoreError, match="ne se change pas"):
        ReaderRegister(before).begin("A-2", "unix")


def test_withdrawal_says_where_the_secret_may_still_be(tmp_path, file, register):
    register.begin("A-1", "unix")
    words = ["register", "withdraw", str(file.path), "A-1", "--reason", "volé"]
    done = CliRunner().invoke(maker, [*words, "--register-key", str(tmp_path / "station.key")])
    assert "étiquette et les sauvegardes d’avant" in done.output


def test_backup_is_opened_by_the_same_key_and_takes_no_ones_place(tmp_path, file, register, key):
    secret = register.begin("A-1", "unix").secret
    file.copy(tmp_path / "safe" / "copy.tnr")
    assert ReaderRegister(RegisterFile(tmp_path / "safe" / "copy.tnr", key)).find("A-1").secret == secret
    with pytest.raises(StoreError, match="existe déjà"):
        file.copy(tmp_path / "safe" / "copy.tnr")


def test_number_that_is_made_is_given_no_more(register):
    secret = register.begin("A-1", "unix").secret
    assert register.begin("A-1", "unix").secret == secret
    register.made("A-1", "0.1.0")
    with pytest.raises(StoreError, match="déjà au registre"):
        register.begin("A-1", "unix")


def test_two_programs_that_change_it_lose_nothing(file, key):
    first, second = ReaderRegister(file), ReaderRegister(RegisterFile(file.path, key))
    first.begin("A-1", "unix")
    second.begin("A-2", "unix")
    first.made("A-1", "0.1.0")
    assert [(one.serial, one.state) for one in second.readers()] == [("A-1", "made"), ("A-2", "pending")]


def test_reset_reader_gets_another_secret_under_its_number_and_a_withdrawn_one_never(register):
    old = register.begin("A-1", "unix").secret
    register.made("A-1", "0.1.0")
    ended = register.end("A-1", "reset", "retour")
    assert (ended.secret, ended.since) == (b"", TIMES[2])
    assert register.begin("A-1", "unix").secret not in (old, b"")
    register.end("A-1", "withdrawn", "volé")
    for again in (lambda: register.begin("A-1", "unix"), lambda: register.end("A-1", "reset", "")):
        with pytest.raises(StoreError):
            again()


def test_history_says_who_did_what_when_and_why(register):
    register.begin("A-1", "unix")
    register.made("A-1", "0.1.0")
    register.printed(["A-1"], "étiquette décollée")
    assert register.find("A-1").events == (
        {"at": TIMES[0], "what": "pending", "by": "lea@poste-2"},
        {"at": TIMES[1], "what": "made", "by": "lea@poste-2"},
        {"at": TIMES[2], "what": "printed", "by": "lea@poste-2", "why": "étiquette décollée"},
    )


def test_label_of_a_reader_without_a_secret_is_not_made_again_nor_that_of_its_neighbours(register):
    for serial in ("A-1", "A-2"):
        register.begin(serial, "unix")
    register.end("A-2", "withdrawn", "volé")
    with pytest.raises(StoreError, match="plus valable"):
        register.printed(["A-1", "A-2"], "")
    assert [one["what"] for one in register.find("A-1").events] == ["pending"]


def test_search_takes_all_words_wherever_they_stand(register):
    for serial, board in (("A-1", "unix"), ("A-2", "mps2"), ("B-1", "mps2")):
        register.begin(serial, board)
    register.end("B-1", "withdrawn", "Volé à Nantes")
    assert [one.serial for one in register.search("nantes volé")] == ["B-1"]
    assert [one.serial for one in register.search("a-", board="mps2")] == ["A-2"]
    assert [one.serial for one in register.search(state="pending")] == ["A-1", "A-2"]
    assert register.search("nantes a-1") == []


@pytest.mark.parametrize("serial", ["", "a", "A" * 17, "A B", "A/B", "É"])
def test_serial_number_that_cannot_be_is_refused(serial):
    with pytest.raises(ConfigError, match="Numéro de série impossible"):
        check_serial(serial)


def test_what_is_shown_of_a_reader_has_no_secret(tmp_path, file, register):
    secret = register.begin("A-1", "unix").secret
    key = ["--register-key", str(tmp_path / "station.key")]
    for words in (["list", str(file.path)], ["show", str(file.path), "A-1"]):
        for form in ([], ["--json"]):
            told = CliRunner().invoke(maker, ["register", *words, *key, *form], catch_exceptions=False).output
            assert "A-1" in told
            assert secret.hex() not in told.lower()


def test_every_change_is_told_as_json(tmp_path, file, register):
    register.begin("A-1", "unix")
    key = ["--register-key", str(tmp_path / "station.key"), "--json"]

    def told(*words):
        done = CliRunner().invoke(maker, ["register", words[0], str(file.path), *words[1:], *key])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    copy, sheet = str(tmp_path / "copy.tnr"), str(tmp_path / "sheet.pdf")
    assert told("backup", copy) == {"file": copy, "readers": 1}
    labels = told("label", "A-1", "--sheet", sheet, "--form", "70x37")
    assert labels == {"serials": ["A-1"], "files": [sheet]}
    assert told("withdraw", "A-1", "--reason", "volé")["state"] == "withdrawn"


def test_passphrase_makes_and_opens_a_register_and_a_weak_one_does_not(tmp_path):
    file = str(tmp_path / "readers.tnr")
    weak = CliRunner().invoke(maker, ["register", "create", file], input="court\n")
    assert isinstance(weak.exception, ConfigError)
    assert not (tmp_path / "readers.tnr").exists()
    assert CliRunner().invoke(maker, ["register", "create", file], input=PASSPHRASE + "\n").exit_code == 0
    told = CliRunner().invoke(maker, ["register", "list", file, "--json"], input=PASSPHRASE + "\n")
    assert json.loads(told.stdout) == {"readers": []}
