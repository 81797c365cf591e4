"""Resources: their file, their names, and who has them (codes 0004, 8001, 8002, F101, F600, F670)."""

import threading

import pytest
from ssv_desk import CODE, CPS, LECTEUR, PLACE

from tournee.ssv import Library


def library_of(tmp_path, text: str) -> Library:
    path = tmp_path / "ssv.toml"
    path.write_text(text, "utf-8")
    return Library({"TOURNEE_SSV": str(path)})


def test_readers_of_the_file_are_known_by_their_names(board, tmp_path, desk):
    ssv = library_of(tmp_path, f'[lecteur.TRANSPA1]\nport = "{board.link_url}"\nps = "CPS1"\n')
    desk.ssv.SSV_TermLIB()
    assert ssv.SSV_InitLIB() == 0
    assert ssv.SSV_LireCartePS("CPS1", "TRANSPA1", CODE)[0] == 0
    assert ssv.SSV_LireCartePS("CPS1", "TRANSPA2", CODE) == (0xF101, b"")
    assert "TRANSPA1" in ssv.SSV_DernierMessage()
    assert ssv.SSV_LireCartePS("CPS", "TRANSPA1", CODE) == (0xF101, b"")
    assert ssv.SSV_TermLIB() == 0
    assert desk.ssv.SSV_InitLIB() == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "au moins une"),
        ("[lecteur]\n", "au moins une"),
        ("lecteur = 3\n", "au moins une"),
        ("[lecteur.A]\nport = 'x'\n", "[lecteur.A] ps"),
        ("[lecteur.A]\nport = ''\nps = 'P'\n", "[lecteur.A] port"),
        ("[lecteur.A]\nport = 'x'\nps = 'P'\nvitesse = 9600\n", "[lecteur.A] vitesse"),
        ("[lecteur]\nA = 'x'\n", "[lecteur.A]"),
        ("[autre]\nx = 1\n[lecteur.A]\nport = 'x'\nps = 'P'\n", "seules des tables"),
        ("[lecteur", "ssv.toml"),
    ],
)
def test_mistake_in_the_file_is_8002_with_its_place(tmp_path, text, said):
    ssv = library_of(tmp_path, text)
    assert ssv.SSV_InitLIB() == 0x8002
    assert said in ssv.SSV_DernierMessage()
    assert ssv.SSV_LireConfig() == (0xF600, b"")


def test_missing_file_is_8001(tmp_path):
    ssv = Library({"TOURNEE_SSV": str(tmp_path / "absent.toml")})
    assert ssv.SSV_InitLIB() == 0x8001
    assert "TOURNEE_SSV" in ssv.SSV_DernierMessage()


def test_library_is_initialised_once_and_given_up_once(library):
    assert library.SSV_InitLIB() == 0xF670
    assert library.SSV_TermLIB() == 0
    assert library.SSV_TermLIB() == 0xF600
    assert library.SSV_TraduireFSE(b"") == (0xF600, b"")
    assert library.SSV_InitLIB() == 0


def test_reader_in_use_is_0004_and_free_afterwards(desk):
    inside, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with desk.ssv._resources.stations[LECTEUR].use():
            inside.set()
            leave.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    assert inside.wait(10)
    assert desk.ssv.SSV_LireCartePS(*PLACE) == (0x0004, b"")
    assert desk.ssv.SSV_LireDateLecteur(LECTEUR) == (0x0004, "")
    leave.set()
    holder.join()
    assert desk.ssv.SSV_LireCartePS(*PLACE)[0] == 0


def test_words_of_a_thread_are_not_those_of_another(desk):
    assert desk.ssv.SSV_LireCartePS(CPS, "AUTRE", CODE)[0] == 0xF101
    heard = []
    other = threading.Thread(target=lambda: heard.append(desk.ssv.SSV_DernierMessage()))
    other.start()
    other.join()
    assert heard == [""]
    assert "AUTRE" in desk.ssv.SSV_DernierMessage()


def test_reader_s_clock_is_set_and_read(desk):
    assert desk.ssv.SSV_MajDateLecteur(LECTEUR, "202611170805") == 0
    assert desk.ssv.SSV_LireDateLecteur(LECTEUR) == (0, "202611170805")


@pytest.mark.parametrize("date", ["", "20261117", "000000000000", "202613170805", "2026111708h5", None, 3])
def test_date_that_cannot_be_is_f802(desk, date):
    assert desk.ssv.SSV_MajDateLecteur(LECTEUR, date) == 0xF802


def test_configuration_tells_library_readers_tables_and_components(desk):
    code, session = 0, desk.ssv.SGD_ReserverSession(4096)[1]
    code, zone = desk.ssv.SSV_LireConfig()
    assert code == 0
    assert desk.ssv.SGD_ChargerZone(session, zone) == 0
    told = {}
    at = (0, 0)
    while True:
        code, *at = desk.ssv.SGD_LireGroupeSuivant(session, *at)
        if code:
            break
        told.setdefault(at[0], []).append(desk.ssv.SGD_LireChamp(session, *at, 2)[1])
    assert told == {
        60: [""],
        61: ["unix"],
        62: ["TARIFS", "COUVERTURES", "DESTINATAIRES"],
        63: [""],
        64: ["LECTEUR A LIAISON OUVERTE", "SIMULATION : NE FACTURE PERSONNE"],
    }
    assert desk.ssv.SGD_LireChamp(session, 61, 1, 8) == (0, "202611161930")


@pytest.mark.parametrize("names", [(None, LECTEUR), (CPS, None), (3, LECTEUR), (CPS, [LECTEUR])])
def test_name_that_is_no_text_is_f802(desk, names):
    assert desk.ssv.SSV_LireCartePS(*names, CODE) == (0xF802, b"")
