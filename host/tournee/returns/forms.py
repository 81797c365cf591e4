"""What an attachment is that is no return, by its first bytes: its reader learns what came."""

import re

_FRONTS = (
    (re.compile(rb"PK\x03\x04"), "une archive ZIP"),
    (re.compile(rb"7z\xbc\xaf\x27\x1c"), "une archive 7z"),
    (re.compile(rb"Rar!\x1a\x07"), "une archive RAR"),
    (re.compile(rb"BZh[1-9]"), "un contenu compressé par bzip2"),
    (re.compile(rb"\xfd7zXZ\x00"), "un contenu compressé par xz"),
    (re.compile(rb"\x28\xb5\x2f\xfd"), "un contenu compressé par zstd"),
    (re.compile(rb"%PDF-"), "un document PDF"),
    (re.compile(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "un document Office"),
    (re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8|BM.{4}\0\0\0\0|II\*\0|MM\0\*", re.DOTALL), "une image"),
    (re.compile(rb"-----BEGIN PGP "), "un message PGP"),
    (re.compile(rb"-----BEGIN [A-Z0-9 ]+-----"), "un PEM qui n’est pas un CMS"),
    (re.compile(rb"\s*(?:\xef\xbb\xbf)?<\?xml", re.IGNORECASE), "un document XML"),
    (re.compile(rb"\s*<(?:!doctype html|html)", re.IGNORECASE), "une page HTML"),
    (re.compile(rb"(?:UNA.{6})?UNB\+", re.DOTALL), "un échange EDIFACT"),
    (re.compile(rb"\x30[\x80-\x84]"), "une structure ASN.1 (DER ou BER) qui n’est pas un CMS connu"),
    (re.compile(rb"\0+\Z"), "des zéros"),
)


def known_form(content: bytes) -> str:
    """What it is, in French; « contenu inconnu » when nobody can tell."""
    return next((name for front, name in _FRONTS if front.match(content)), "contenu inconnu")
