"""`tournee remplacement changer`, `signer`, `releve`, over statements that are signed."""

from contextlib import nullcontext
from dataclasses import replace

from account_life import Told
from click.testing import CliRunner
from replaced_life import TERMS

from tournee.cli.context import Desk
from tournee.cli.main import tournee as root
from tournee.practice.replacement_contract import FixedCost


def test_changed_terms_say_what_they_count_for_and_a_signed_line_has_its_day(desk, monkeypatch):
    """RMP-3, RMP-4."""

    def typed(*words: str) -> str:
        done = CliRunner().invoke(root, ["remplacement", *words])
        assert done.exit_code == 0, (done.output, done.exception)
        return done.stdout

    monkeypatch.setattr(Desk, "office", lambda self: nullcontext(desk.office))
    desk.contract(replace(TERMS, basis="facturé", costs=(FixedCost("secrétariat", 1_235, "jour"),)))
    assert "garde ses conditions" not in typed("changer", "--note", "à deux")
    desk.bill("2026-11-07", Told())
    typed("signer", "--numero", "1")
    said = typed("changer", "--part", "50")
    assert "Ce que le relevé 1, signé, a compté garde ses conditions" in said
    assert "  000000001 07/11/2026 : facturé 3,35 €" in typed("releve", "--numero", "1")
    desk.bill("2026-11-08", Told(1))
    late = typed("releve", "--numero", "2")
    assert "07/11" not in late and "  000000002 08/11/2026, report : facturé 3,35 €" in late
    assert "Frais : secrétariat : -12,35 €" in late
