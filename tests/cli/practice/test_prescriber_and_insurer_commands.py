"""`tournee prescripteur`, `tournee mutuelle`: typed as a carer types them."""

import json

from carers_day import today

TODAY = f"{today():%d/%m/%Y}"
YVONNE = ("--nom", "Lambert", "--prenom", "Yvonne", "--naissance", "04/06/1955", "--nir", "2550699999001 62")
PLAN = ("--ps", "756000121", "--profession", "IF", "--acte", "AMI 1", "--du", TODAY)


def test_a_prescriber_is_kept_changed_proposed_and_set_aside(run, told, refused):
    run("prescripteur", "add", "--rpps", "10100001071", "--nom", "Dr Anne Roy", "--ville", "Paris")
    run("prescripteur", "edit", "roy", "--telephone", "0100000002")
    (one,) = told("prescripteur", "list", "paris")["prescribers"]
    assert (one["name"], one["phone"], one["rpps"]) == ("Dr Anne Roy", "0100000002", "10100001071")
    assert "0100000002" in run("prescripteur", "show", "anne")
    run("patient", "add", *YVONNE, "--medecin", "Dr Roy 10100001071")
    (proposed,) = told("prescripteur", "list", "--patient", "lambert")["prescribers"]
    assert (proposed["why"], proposed["last"]) == ("médecin traitant", None)
    run("ordonnance", "add", "lambert", "--du", TODAY, "--prescripteur", "roy", "--seances", "5")
    (proposed,) = told("prescripteur", "list", "--patient", "lambert")["prescribers"]
    assert (proposed["why"], proposed["last"]["sessions"]) == ("a déjà prescrit à ce patient", 5)
    assert "Dr Anne Roy (a déjà prescrit à ce patient" in refused(
        "ordonnance", "add", "lambert", "--du", TODAY
    )
    run("prescripteur", "close", "roy", "--reason", "retraite")
    assert told("prescripteur", "list")["prescribers"] == []
    assert "Aucun prescripteur" in run("prescripteur", "list")


def test_what_is_no_prescriber_s_number_is_told(refused):
    assert "RPPS" in refused("prescripteur", "add", "--nom", "Dr Roy")
    assert "RPPS" in refused("prescripteur", "add", "--nom", "Dr Roy", "--rpps", "12345678901")
    assert "Rien ne répond" in refused("prescripteur", "show", "personne")


def test_an_insurer_s_convention_goes_into_each_planned_visit(run, told, tmp_path):
    run("mutuelle", "add", "0099900009", "--nom", "Mutuelle des Tilleuls", "--tiers-payant", "total")
    run("patient", "add", *YVONNE, "--amc", "tilleuls", "--adherent", "A12")
    (proposed,) = told("mutuelle", "list", "--patient", "lambert")["insurers"]
    assert proposed["why"] == "connue du cabinet"
    run("ordonnance", "add", "lambert", "--du", TODAY, "--prescripteur", "10100001071", "--seances", "5")
    run("plan", "add", "lambert", *PLAN)
    run("mutuelle", "edit", "tilleuls", "--gestion", "unique", "--dre", "jamais")
    one = told("mutuelle", "show", "0099900009")["insurer"]
    assert (one["management"], one["dre"], one["indicator"]) == ("single", "jamais", "00")
    run("round", "export", TODAY, str(tmp_path / "round.json"))
    (visit,) = json.loads((tmp_path / "round.json").read_text())["visite"]
    agreed = {"numero": "0099900009", "adherent": "A12", "indicateur": "00", "accord_de_gestion": True}
    assert (visit["tiers_payant"], visit["amc"]) == ("total", agreed)


def test_an_insurer_typed_with_a_patient_is_there_for_the_next(run, told):
    run("patient", "add", *YVONNE, "--amc", "0099900009", "--adherent", "A12")
    (one,) = told("mutuelle", "list")["insurers"]
    assert (one["number"], one["dre"], one["third_party"]) == ("0099900009", "toujours", "")
    run("mutuelle", "edit", "0099900009", "--nom", "Tilleuls", "--routage", "MA", "--hote", "HOT")
    assert "Tilleuls, 0099900009" in run("mutuelle", "list")
    run("patient", "edit", "lambert", "--adherent", "B7")
    (patient,) = told("patient", "list")["patients"]
    assert patient["amc"] == {"number": "0099900009", "member": "B7"}
    run("mutuelle", "close", "tilleuls", "--reason", "fusionnée")
    assert "Aucune mutuelle" in run("mutuelle", "list")


def test_what_is_no_insurer_s_number_is_told(refused):
    assert "10 chiffres" in refused("mutuelle", "add", "123")
    assert "Rien ne répond" in refused("patient", "add", *YVONNE, "--amc", "personne")
