"""The self-test of a tablet needs no practice, keeps what it found, and says what was not tried."""

from tablet_page import Opened, Served

AUTOMATIC = ("moteur", "demarrage", "disque")


def test_the_self_test_tells_what_the_device_can_and_what_was_not_tried(
    browser: Opened, served: Served, tmp_path
):
    page = browser().pages[0]
    troubles = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(f"{served.address}essai.html")
    page.get_by_role("button", name="Lancer ces trois essais").click()
    for name in AUTOMATIC:
        page.locator(f"#{name} [data-etat]:text-matches('Bon|À voir|Ne va pas')").wait_for(timeout=90_000)
    report = page.locator("#rapport")
    assert "1. Navigateur : Bon" in report.inner_text()
    assert "Python attend sans bloquer : oui" in report.inner_text()
    assert "chaque écriture du journal atteint le disque (comptée)" in report.inner_text()
    assert "4. Lecteur : Pas essayé" in report.inner_text()
    page.get_by_role("button", name="Commencer", exact=True).last.click()
    said = page.locator("#coupure output", has_text="coupez : 3")
    said.wait_for()
    noted = int(said.inner_text().split()[-1])
    page.reload()  # as far as a page can be cut off here
    page.get_by_label("Le nombre que vous aviez noté").fill(str(noted))
    page.get_by_role("button", name="Comparer").click()
    page.locator("#coupure [data-etat]", has_text="Bon").wait_for()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Garder dans un fichier").click()
    saved.value.save_as(tmp_path / "rapport.txt")
    text = (tmp_path / "rapport.txt").read_text()
    assert "6. Coupure : Bon" in text
    assert "5. Écran éteint : Pas essayé" in text
    assert troubles == []
