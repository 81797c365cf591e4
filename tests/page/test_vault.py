"""The tablet's vault: what a code opens, how wrong ones are counted, what it seals."""

import asyncio
import hashlib
import hmac
import json
from pathlib import Path

import pytest

from tournee.errors import ConfigError, StoreError
from tournee.secrets import encrypt_secrets_by, read_secret, write_first_secret, write_secret
from tournee.web.tablet.door import TabletDoor
from tournee.web.tablet.given_files import encrypt_named, keep_given
from tournee.web.tablet.vault import NAME, Vault, WrongCodeError

CODE, OTHER = "274915", "830264"
CONFIGURATION = b'[lecteur]\nport = "page:"\nsecret = "lecteur.secret"\n[journal]\nchemin = "j.db"\n'
LABEL = b"ABCD-EFGH\n"


class Place:
    """A folder, a browser's key and a clock."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.seconds, self.key = folder, 0.0, b"of this browser"

    async def stretched(self, code: str, salt: bytes, rounds: int) -> bytes | None:
        made = hashlib.pbkdf2_hmac("sha256", code.encode(), salt, rounds)
        return hmac.digest(self.key, made, "sha256") if self.key else None

    def vault(self) -> Vault:
        return Vault(self.folder, self.stretched, lambda: self.seconds, rounds=2)


@pytest.fixture
def place(tmp_path):
    yield Place(tmp_path)
    encrypt_secrets_by(None)


@pytest.fixture
def kept(place):
    """A place whose vault has its code."""
    asyncio.run(place.vault().choose(CODE))
    return place


def opened(place: Place, code: str = CODE) -> Vault:
    vault = place.vault()
    asyncio.run(vault.open(code))
    return vault


def wrong(vault: Vault, code: str = OTHER) -> tuple[int, int]:
    with pytest.raises(WrongCodeError) as told:
        asyncio.run(vault.open(code))
    return told.value.left, told.value.wait_s


def test_its_code_opens_it_and_what_was_sealed_before_is_read(kept):
    first, again = opened(kept), opened(kept)
    assert again.cipher.decrypt(first.cipher.encrypt(b"secret")) == b"secret"
    assert not kept.vault().is_open


def test_neither_code_nor_key_stands_in_its_file(kept):
    text = (kept.folder / NAME).read_text()
    assert CODE not in text
    assert opened(kept)._key.hex() not in text
    assert (kept.folder / NAME).stat().st_mode & 0o777 == 0o600


def test_without_this_browsers_key_the_code_opens_nothing(kept):
    kept.key = b"of another browser"
    assert wrong(kept.vault(), CODE) == (4, 0)
    kept.key = b""
    with pytest.raises(StoreError, match="ne peut plus être ouverte"):
        opened(kept)


def test_five_wrong_codes_then_growing_waits_kept_on_the_disk(kept):
    vault = kept.vault()
    assert [wrong(vault) for _ in range(5)] == [(4, 0), (3, 0), (2, 0), (1, 0), (0, 30)]
    assert wrong(vault, CODE) == (0, 30)  # not judged
    kept.seconds += 29.5
    assert wrong(vault, CODE) == (0, 1)
    restarted = kept.vault()  # the page was closed: it is waited anew
    assert restarted.wait_s == 30
    kept.seconds += 30
    assert wrong(restarted) == (0, 60)
    waits = []
    for _ in range(4):
        kept.seconds += 3600
        waits.append(wrong(restarted)[1])
    assert waits == [300, 900, 3600, 3600]
    kept.seconds += 3600
    asyncio.run(restarted.open(CODE))
    assert kept.vault().left == 5


def test_a_try_is_counted_before_it_is_judged(kept):
    vault = kept.vault()

    async def killed(code, salt, rounds):
        raise KeyboardInterrupt

    vault._stretch = killed
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(vault.open(CODE))
    assert kept.vault().left == 4


def test_another_code_takes_the_first_ones_place_and_the_key_stays(kept):
    vault = opened(kept)
    sealed = vault.cipher.encrypt(b"secret")
    asyncio.run(vault.choose(OTHER))
    assert wrong(kept.vault(), CODE) == (4, 0)
    assert opened(kept, OTHER).cipher.decrypt(sealed) == b"secret"


def test_a_shut_vault_takes_no_other_code(kept):
    with pytest.raises(ConfigError, match="verrouillée"):
        asyncio.run(kept.vault().choose(OTHER))


@pytest.mark.parametrize(
    "code", ["", "1234", "12345a", "1234567", "123456", "987654", "111111", "121212", "٣٤٥٦٧٨"]
)
def test_a_code_that_is_none_or_is_guessed_at_once_is_refused(place, code):
    with pytest.raises(ConfigError):
        asyncio.run(place.vault().choose(code))
    assert not place.vault().is_there


@pytest.mark.parametrize(
    "change", [{"rounds": 10**12}, {"wrapped": "00"}, {"wrong": -1}, {"salt": "zz"}, {"more": 1}]
)
def test_a_damaged_vault_says_so_and_spends_nothing(kept, change):
    told = json.loads((kept.folder / NAME).read_text()) | change
    (kept.folder / NAME).write_text(json.dumps(told))
    with pytest.raises(StoreError, match="ne se lit pas"):
        opened(kept)


def test_secrets_are_sealed_on_the_disk_and_read_while_it_is_open(kept):
    encrypt_secrets_by(opened(kept).cipher)
    file = kept.folder / "cle"
    write_secret(file, "ouvert\n", "le secret", ConfigError)
    write_first_secret(kept.folder / "autre", "premier", "le secret", ConfigError)
    assert b"ouvert" not in file.read_bytes()
    assert b"premier" not in (kept.folder / "autre").read_bytes()
    assert read_secret(file, "le secret", ConfigError) == "ouvert\n"
    encrypt_secrets_by(None)
    with pytest.raises(ConfigError) as told:
        read_secret(file, "le secret", ConfigError)
    assert "verrouillé" in told.value.cause


def test_a_secret_sealed_elsewhere_or_changed_is_refused(kept):
    encrypt_secrets_by(opened(kept).cipher)
    file = kept.folder / "cle"
    write_secret(file, "ouvert", "le secret", ConfigError)
    data = file.read_bytes()
    file.write_bytes(data[:-1] + bytes((data[-1] ^ 1,)))
    with pytest.raises(ConfigError) as told:
        read_secret(file, "le secret", ConfigError)
    assert "abîmé" in told.value.cause


def test_a_secret_from_before_is_sealed_when_it_is_read(kept):
    file = kept.folder / "cle"
    write_secret(file, "ancien", "le secret", ConfigError)
    encrypt_secrets_by(opened(kept).cipher)
    assert read_secret(file, "le secret", ConfigError) == "ancien"
    assert b"ancien" not in file.read_bytes()


def test_files_that_are_given_are_kept_and_the_named_secret_sealed(kept):
    encrypt_secrets_by(opened(kept).cipher)
    keep_given(kept.folder, {"tournee.toml": CONFIGURATION, "lecteur.secret": LABEL, "oct.pem": b"PEM"})
    assert (kept.folder / "oct.pem").read_bytes() == b"PEM"
    assert LABEL.strip() not in (kept.folder / "lecteur.secret").read_bytes()
    assert read_secret(kept.folder / "lecteur.secret", "le secret", ConfigError) == LABEL.decode()


def test_the_secrets_of_a_tablet_from_before_are_sealed_at_once(kept):
    (kept.folder / "tournee.toml").write_bytes(CONFIGURATION)
    write_secret(kept.folder / "lecteur.secret", LABEL.decode(), "le secret", ConfigError)
    encrypt_secrets_by(opened(kept).cipher)
    encrypt_named(kept.folder / "tournee.toml")
    assert LABEL.strip() not in (kept.folder / "lecteur.secret").read_bytes()


@pytest.mark.parametrize(
    "files",
    [
        {"../x": b""},
        {".x": b""},
        {"cle.pem": b"-----BEGIN PRIVATE KEY-----"},
        {f"{n}": b"" for n in range(65)},
    ],
    ids=["elsewhere", "hidden", "private key", "too many"],
)
def test_files_that_a_tablet_does_not_keep_are_refused_and_none_is_written(kept, files):
    with pytest.raises(ConfigError):
        keep_given(kept.folder, {"tournee.toml": CONFIGURATION, **files})
    assert not (kept.folder / "tournee.toml").exists()


class Idle:
    """A door over clocks that are set by hand."""

    def __init__(self, place: Place) -> None:
        self.awake = self.wall = 0.0
        self.busy, self.closed = False, 0
        clocks = (lambda: self.awake, lambda: self.wall)
        self.door = TabletDoor(place.vault(), clocks, 300.0, lambda: self.busy, self.close)

    async def close(self) -> None:
        self.closed += 1

    def looked(self, awake: float, wall: float) -> int:
        self.awake, self.wall = awake, wall
        asyncio.run(self.door.look())
        return self.closed


def test_five_minutes_without_a_touch_lock_it_once(kept):
    idle = Idle(kept)
    assert idle.looked(299, 299) == 0
    idle.door.touched()
    assert idle.looked(598, 598) == 0
    assert idle.looked(599, 599) == 1
    assert idle.looked(900, 900) == 1
    assert idle.door.locked


def test_time_asleep_counts_though_one_clock_stood_still(kept):
    assert Idle(kept).looked(2, 300) == 1


def test_what_goes_on_is_not_cut_by_the_idle_lock(kept):
    idle = Idle(kept)
    idle.busy = True
    assert idle.looked(400, 400) == 0
    idle.busy = False
    assert idle.looked(500, 500) == 0
    assert idle.looked(700, 700) == 1
