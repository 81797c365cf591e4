"""The code on a reader's label: typed or scanned, every slip is caught and told by its place."""

import pytest

from tournee.reader.label import Label, LabelError, printed_code, read_label, scanned_text

SECRET = bytes(range(32))
CODE = printed_code(SECRET)


def test_code_is_fourteen_groups_of_four():
    assert [len(group) for group in CODE.split()] == [4] * 14


def test_code_begins_with_the_secret_in_base_32():
    # 00 01 02 03 04 05 06 07 08 in base 32, by hand: 13 characters of 5 bits
    assert CODE.replace(" ", "")[:13] == "000G40R40M30E"


@pytest.mark.parametrize("secret", [bytes(32), b"\xff" * 32, SECRET, SECRET[::-1]])
def test_code_and_qr_give_the_secret_back(secret):
    assert read_label(printed_code(secret)) == Label(secret)
    label = Label(secret, "TRN:2026-0001")
    assert read_label(scanned_text(label)) == label


def test_case_spaces_dashes_and_look_alike_letters_do_not_matter():
    typed = CODE.lower().replace("0", "o").replace("1", "l").replace(" ", "-")
    assert read_label(f"  {typed}\n").secret == SECRET


def test_any_wrong_character_is_caught_and_its_groups_named():
    code = CODE.replace(" ", "")
    for at, one in enumerate(code):
        for other in "0123456789ABCDEFGHJKMNPQRSTVWXYZ":
            if other != one:
                with pytest.raises(LabelError) as caught:
                    read_label(code[:at] + other + code[at + 1 :])
                first, last = (int(word) for word in caught.value.message[:-1].split() if word.isdigit())
                assert first <= at // 4 + 1 <= last


def test_any_two_characters_of_a_line_that_changed_places_are_caught():
    code = CODE.replace(" ", "")
    for at in range(14):
        for other in range(at):
            if code[at] != code[other]:
                swapped = list(code)
                swapped[at], swapped[other] = swapped[other], swapped[at]
                with pytest.raises(LabelError):
                    read_label("".join(swapped))


def test_lines_that_changed_places_are_caught():
    code = CODE.replace(" ", "")
    with pytest.raises(LabelError):
        read_label(code[14:28] + code[:14] + code[28:])


@pytest.mark.parametrize(
    "text", ["", "1234", CODE[:-1], CODE + "0", "U" * 56, "é" * 56, "http://x", "TOURNEE2:A:" + CODE]
)
def test_what_is_no_code_is_refused(text):
    with pytest.raises(LabelError):
        read_label(text)
