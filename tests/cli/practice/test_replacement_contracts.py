"""`tournee remplacement …`, typed."""

WHO = (
    *("--remplace", "756000121", "--nom-remplace", "Claire LEFEBVRE"),
    *("--rpps", "10100000040", "--nom", "Inès FAURE"),
)


def test_a_contract_is_kept_changed_and_told(run, told):
    """RMP-1."""
    made = told("remplacement", "ajouter", *WHO, "--session", "2026-11-02:2026-11-08:lun", "--part", "80")
    assert made["contract"]["sessions"] == [{"first": "2026-11-02", "last": "2026-11-08", "weekdays": [1]}]
    assert "75 % des soins, 80 % des déplacements" in run("remplacement", "changer", "claire", "--part", "75")
    assert "studio : 150,00 € par session" in run("remplacement", "changer", "--frais", "studio:150/session")
    shown = told("remplacement", "montrer", "faure")
    assert (shown["contract"]["care"], shown["statements"]) == (7_500, [])
    assert len(told("remplacement", "liste")["contracts"]) == 1


def test_what_is_no_session_percentage_or_cost_is_refused_in_french(run, refused):
    new = ("remplacement", "ajouter", *WHO)
    assert "premier jour et le dernier" in refused(*new, "--session", "2026-11-02", "--part", "80")
    assert "pourcentage" in refused(*new, "--session", "2026-11-02:2026-11-08", "--part", "101")
    assert "studio:150/session" in refused(
        *new, "--session", "2026-11-02:2026-11-08", "--part", "80", "--frais", "studio"
    )
    run(*new, "--session", "2026-11-02:2026-11-08", "--part", "80")
    assert "rien n’a été facturé" in refused("remplacement", "releve")
    assert "n’est pas un mois" in refused("remplacement", "releve", "--mois", "novembre")
