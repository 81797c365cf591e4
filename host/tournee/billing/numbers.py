"""Numbers that carry a key: NIR, billing number, RPPS; each checked before it enters an invoice.

The keys are worked out where both ends do it, held to python-stdnum by the tests. A key typed by hand is
checked and never worked out for the carer: a number completed by the program would hide the slip of the pen
it is there to catch.
"""

from tournee.firmware.sesam.keys import luhn_ok, nir_ok

BILLING_DIGITS = 9
RPPS_DIGITS = 11
NIR_LENGTH = 13


def nir_form_fault(nir: str) -> str:
    """Say in French what is wrong with the form of a 13-character NIR; empty when nothing is."""
    if len(nir) != NIR_LENGTH:
        return f"le NIR compte {len(nir)} caractères au lieu de {NIR_LENGTH}"
    body = nir[:5] + nir[7:]
    department = nir[5:7]
    if not (body.isascii() and body.isdigit()) or not (
        (department.isascii() and department.isdigit()) or department in ("2A", "2B")
    ):
        return f"le NIR {nir} contient un caractère interdit (des chiffres, et 2A ou 2B pour la Corse)"
    return ""


def nir_fault(nir: str, key: str) -> str:
    """Say in French what is wrong with a 13-character NIR and its 2-digit key; empty when nothing is."""
    if fault := nir_form_fault(nir):
        return fault
    if len(key) != 2 or not (key.isascii() and key.isdigit()):
        if not key:
            return f"il manque la clé du NIR {nir}, les deux chiffres à la fin"
        return f"la clé {key!r} du NIR {nir} n’est pas faite de 2 chiffres"
    if not nir_ok((nir + key).encode(), 0):
        return f"la clé {key} ne va pas avec le NIR {nir}"
    return ""


def billing_number_fault(number: str) -> str:
    """Say in French what is wrong with a billing number (8 digits and a Luhn key); empty when nothing is."""
    if len(number) != BILLING_DIGITS or not (number.isascii() and number.isdigit()):
        return f"le numéro de facturation {number!r} n’est pas fait de {BILLING_DIGITS} chiffres"
    if not luhn_ok(number.encode(), 0, len(number)):
        return f"la clé {number[-1]} ne va pas avec le numéro de facturation {number[:-1]}"
    return ""


def rpps_fault(number: str) -> str:
    """Say in French what is wrong with an RPPS number (11 digits, Luhn); empty when nothing is."""
    if len(number) != RPPS_DIGITS or not (number.isascii() and number.isdigit()):
        return f"le numéro RPPS {number!r} n’est pas fait de {RPPS_DIGITS} chiffres"
    if not luhn_ok(number.encode(), 0, len(number)):
        return f"la clé {number[-1]} ne va pas avec le numéro RPPS {number[:-1]}"
    return ""
