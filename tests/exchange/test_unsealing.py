"""Opening what openssl sealed in every way it can, and hostile attachments."""

import gzip
import os
import subprocess
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from hypothesis import given
from hypothesis import strategies as st

from tournee.exchange.sealing.unsealing import UnsealError, gunzip, unseal

VECTORS = Path(__file__).parent.parent / "vectors" / "exchange"
CONTENT = (VECTORS / "single-file.txt").read_bytes().replace(b"\n", b"")
MEBIBYTE = 1024 * 1024

Open = Callable[..., bytes]


def encrypt(*options: str, data: bytes = CONTENT, recipient: Path = VECTORS / "recipient-cert.pem") -> bytes:
    command = ["openssl", "cms", "-encrypt", "-binary", "-outform", "DER", "-recip", str(recipient), *options]
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


@pytest.fixture(scope="session")
def open_it(recipient_key: RSAPrivateKey, recipient_certificate: x509.Certificate) -> Open:
    return lambda data, **options: unseal(data, recipient_key, recipient_certificate, **options)


@pytest.mark.parametrize("form", [(), ("-stream",), ("-keyid",), ("-stream", "-keyid")], ids=" ".join)
@pytest.mark.parametrize("cipher", ["-aes128", "-aes192", "-aes256", "-des3"])
def test_what_openssl_sealed_is_opened(open_it: Open, cipher: str, form: tuple[str, ...]) -> None:
    """DER, and BER of indefinite length by -stream; recipient by issuer and number, or by key identifier."""
    content = CONTENT * 100
    assert open_it(encrypt(cipher, *form, data=content)) == content


@pytest.mark.parametrize("path", sorted((VECTORS / "sealed").glob("*.cms")), ids=lambda path: path.stem)
def test_each_kind_of_envelope_that_openssl_once_made_is_opened(open_it: Open, path: Path) -> None:
    """AES and 3DES, DER and BER, both paddings, compressed or not, recipient named both ways."""
    assert open_it(path.read_bytes()) == (VECTORS / "sealed" / "clear.txt").read_bytes()


def test_there_is_an_envelope_of_each_kind() -> None:
    kinds = {path.stem for path in (VECTORS / "sealed").glob("*.cms")}
    forms = ("der", "ber")
    plain = {f"{cipher}-{form}" for cipher in ("aes128", "aes192", "aes256", "des3") for form in forms}
    assert kinds == plain | {"aes256-zk", "aes256-zk-oaep-sha1", "aes256-oaep-sha256", "aes256-keyid"}


@pytest.mark.parametrize("digest", ["sha1", "sha256", "sha384", "sha512"])
def test_key_wrapped_by_oaep_is_opened(open_it: Open, digest: str) -> None:
    oaep = ("-keyopt", "rsa_padding_mode:oaep", "-keyopt", f"rsa_oaep_md:{digest}")
    assert open_it(encrypt("-aes256", *oaep)) == CONTENT


def test_key_wrapped_by_oaep_with_another_mask_digest_is_opened(open_it: Open) -> None:
    oaep = (
        "-keyopt",
        "rsa_padding_mode:oaep",
        "-keyopt",
        "rsa_oaep_md:sha256",
        "-keyopt",
        "rsa_mgf1_md:sha1",
    )
    assert open_it(encrypt("-aes256", *oaep)) == CONTENT


def test_compressed_content_is_recognised(open_it: Open) -> None:
    assert open_it(encrypt("-aes256", data=gzip.compress(CONTENT))) == CONTENT


def test_gzip_of_the_command_line_with_name_and_time_is_read(tmp_path: Path) -> None:
    (tmp_path / "B2").write_bytes(CONTENT)
    subprocess.run(["gzip", "-9", "B2"], cwd=tmp_path, check=True)
    assert gunzip((tmp_path / "B2.gz").read_bytes()) == CONTENT


def test_gzip_of_several_members_is_read_whole() -> None:
    assert gunzip(gzip.compress(CONTENT) + gzip.compress(b"end")) == CONTENT + b"end"


def test_one_of_several_recipients_opens(open_it: Open, issue: Callable[..., Path]) -> None:
    other = issue(key=rsa.generate_private_key(65537, 2048))
    sealed = encrypt("-aes256", "-recip", str(VECTORS / "recipient-cert.pem"), recipient=other)
    assert open_it(sealed) == CONTENT


def test_attachment_sealed_for_another_is_refused(open_it: Open, issue: Callable[..., Path]) -> None:
    sealed = encrypt("-aes256", recipient=issue(key=rsa.generate_private_key(65537, 2048)))
    with pytest.raises(UnsealError, match="autre certificat"):
        open_it(sealed)


def test_key_that_is_not_the_certificates_opens_nothing(recipient_certificate: x509.Certificate) -> None:
    other: RSAPrivateKey = rsa.generate_private_key(65537, 2048)
    sealed = encrypt("-aes256", data=gzip.compress(CONTENT))
    try:
        assert unseal(sealed, other, recipient_certificate) != CONTENT
    except UnsealError as error:
        assert error.cause


@pytest.mark.parametrize("cut", [0, 1, 2, 10, 300, 2000, -17, -16, -1])
def test_cut_attachment_is_refused(open_it: Open, cut: int) -> None:
    sealed = encrypt("-aes256", data=gzip.compress(os.urandom(3000)))
    with pytest.raises(UnsealError):
        open_it(sealed[:cut])


def test_attachment_with_something_behind_is_refused(open_it: Open) -> None:
    with pytest.raises(UnsealError):
        open_it(encrypt("-aes256") + b"\0")


def test_signed_message_is_refused_with_what_it_is_not(open_it: Open, tmp_path: Path) -> None:
    command = ["openssl", "cms", "-sign", "-nodetach", "-binary", "-outform", "DER"]
    command += ["-signer", str(VECTORS / "recipient-cert.pem"), "-inkey", str(VECTORS / "recipient-key.pem")]
    signed = subprocess.run(command, input=CONTENT, capture_output=True, check=True).stdout
    with pytest.raises(UnsealError, match="EnvelopedData"):
        open_it(signed)


def test_unknown_cipher_is_named(open_it: Open) -> None:
    with pytest.raises(UnsealError, match="pas pris en charge"):
        open_it(encrypt("-camellia128"))


def test_gzip_bomb_is_stopped_at_the_limit_in_bounded_memory(open_it: Open) -> None:
    """Two hundred megabytes hidden in two hundred kilobytes."""
    sealed = encrypt("-aes256", data=gzip.compress(bytes(200 * MEBIBYTE), 9))
    tracemalloc.start()
    with pytest.raises(UnsealError, match="taille"):
        open_it(sealed, limit=MEBIBYTE)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * MEBIBYTE


def test_limit_is_what_may_come_out(open_it: Open) -> None:
    compressed, plain = encrypt("-aes256", data=gzip.compress(CONTENT)), encrypt("-aes256")
    for sealed in (compressed, plain):
        assert open_it(sealed, limit=len(CONTENT)) == CONTENT
        with pytest.raises(UnsealError, match="taille"):
            open_it(sealed, limit=len(CONTENT) - 1)


@pytest.mark.parametrize(
    "damage", [slice(0, 2), slice(20, 40), slice(-8, -4)], ids=["magic", "data", "checksum"]
)
def test_damaged_gzip_is_refused(damage: slice) -> None:
    packed = bytearray(gzip.compress(CONTENT))
    packed[damage] = bytes(byte ^ 0xFF for byte in packed[damage])
    with pytest.raises(UnsealError):
        gunzip(bytes(packed))


@pytest.mark.parametrize(
    "data",
    [b"", b"\x1f\x8b", gzip.compress(CONTENT)[:-9], gzip.compress(b"a") + b"tail"],
    ids=["empty", "head", "cut", "tail"],
)
def test_what_is_not_whole_gzip_is_refused(data: bytes) -> None:
    with pytest.raises(UnsealError):
        gunzip(data)


@pytest.mark.parametrize("flip", [0x01, 0x20, 0x80, 0xFF])
@pytest.mark.parametrize(
    "options",
    [
        (),
        ("-stream", "-keyid"),
        ("-keyopt", "rsa_padding_mode:oaep", "-keyopt", "rsa_oaep_md:sha256"),
    ],
    ids=["der", "ber", "oaep"],
)
def test_any_flipped_byte_gives_bytes_or_a_refusal(
    open_it: Open, options: tuple[str, ...], flip: int
) -> None:
    """OCT-RET-5: every byte of three kinds of envelope, one after the other."""
    sealed = encrypt("-aes256", *options, data=b"x" * 40)
    refused = 0
    for position in range(len(sealed)):
        damaged = bytearray(sealed)
        damaged[position] ^= flip
        try:
            open_it(bytes(damaged))
        except UnsealError:
            refused += 1
    assert refused > len(sealed) // 2


def test_gzip_of_endless_members_is_refused() -> None:
    with pytest.raises(UnsealError, match="morceaux"):
        gunzip(gzip.compress(b"") * 100_000)


@given(st.binary(max_size=400))
def test_any_bytes_are_refused(open_it: Open, data: bytes) -> None:
    with pytest.raises(UnsealError):
        open_it(data)
