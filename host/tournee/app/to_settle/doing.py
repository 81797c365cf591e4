"""How each act is done in the journal, and over the network; each says what was done, in a few words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tournee.app.accounts.paying import give_back, give_up, owes, pay
from tournee.app.context import Office
from tournee.app.correcting.complementary import charge_patient, send_dre_again
from tournee.app.correcting.dre_alone import correct_dre, goes_alone
from tournee.app.correcting.invoices import correct_invoice, leave_invoice
from tournee.app.correcting.waiting import reconcile
from tournee.app.finding import Thing, has_refused_dre, thing_of
from tournee.app.inbound import accept_insured, fetch
from tournee.app.outbound import resend
from tournee.app.remaking import remake_file, remake_lot
from tournee.app.to_settle.thing import OwingKind, ToSettle
from tournee.app.visits.retelling import Edit
from tournee.config import Config
from tournee.errors import StoreError
from tournee.french import euros
from tournee.model import Means
from tournee.model.codes import DRE
from tournee.store import InvoiceRow


@dataclass(frozen=True)
class SettleWords:
    """What the carer said: a word for the history, cents given back, how she was paid, a day, an insurer's
    number and the patient's there; of several refused together, the `invoice` that is meant, by its id.
    """

    word: str = ""
    given_back: int = 0
    means: Means = Means.CASH
    day: date | None = None
    number: str = ""
    member: str = ""
    invoice: int = 0


ALONE_SAID = "Prête : elle part seule, avec votre prochain envoi"
"""A DRE corrected, its FSE kept."""


def _thing(office: Office, one: ToSettle) -> Thing:
    row = _invoice(office, one)
    return thing_of(office, row.visit_id, row.id)


def _invoice(office: Office, one: ToSettle) -> InvoiceRow:
    if not one.invoices:
        raise StoreError("Aucune facture n’est en cause.", next_step="revenez à la liste")
    return office.journal.invoices.get(one.invoices[0])


def write_off(office: Office, one: ToSettle, told: SettleWords) -> str:
    """Give up what was refused or not paid of an invoice."""
    invoice = _invoice(office, one)
    office.journal.given_up.write_off(invoice.id, told.word)
    office.journal.corrections.drop(invoice.visit_id, told.word)
    return "Classée sans suite"


def charge(office: Office, one: ToSettle, told: SettleWords) -> str:
    """Have the patient owe the complementary share."""
    cents = charge_patient(office, _invoice(office, one), told.word)
    return f"Le patient doit {euros(cents)} €"


def note_cancelled(office: Office, one: ToSettle, told: SettleWords) -> str:
    """Keep that the insurer gave an invoice up, or each of those that it never answered; a correction that
    waited is made.
    """
    for invoice in one.invoices if one.kind is OwingKind.UNANSWERED else (_invoice(office, one).id,):
        office.journal.given_up.cancel(invoice, f"annulée par l’organisme : {told.word}", told.given_back)
    return "Annulée : la visite se refait" if reconcile(office).made else "Notée annulée"


def leave(office: Office, one: ToSettle, told: SettleWords) -> str:
    """Drop a correction that waits."""
    leave_invoice(office, _thing(office, one), told.word or "elle était juste")
    return "Laissée telle quelle"


def bill_as_is(office: Office, one: ToSettle, told: SettleWords) -> str:
    """Bill a refused invoice anew as it was."""
    thing = _thing(office, one)
    assert thing.invoice is not None
    correct_invoice(office, thing, thing.invoice, Edit({}), reason=told.word, same=True)
    return "Elle repart telle quelle, à la prochaine carte"


def remake_refused_lot(office: Office, one: ToSettle, told: SettleWords) -> str:
    """Put a refused lot right."""
    assert one.alert is not None
    made = remake_lot(office, one.alert.lot, ps=one.alert.ps, reason=told.word, invoices=_only(office, one))
    return _remade(len(made.anew), len(made.as_they_are))


def _only(office: Office, one: ToSettle) -> tuple[str, ...]:
    """Of a lot with one invoice, that one is at fault where the refusal speaks of one."""
    alert = one.alert
    assert alert is not None
    speaks = alert.also.startswith("0103") and len(alert.invoices) == 1
    return (f"facture {alert.invoices[0]}",) if speaks else ()


def remake_refused_file(office: Office, one: ToSettle, told: SettleWords) -> str:
    """Put all refused lots of a file right."""
    assert one.alert is not None
    made = remake_file(office, one.alert.file, ps=one.alert.ps, reason=told.word)
    return _remade(sum(len(lot.anew) for lot in made), sum(len(lot.as_they_are) for lot in made))


def _remade(anew: int, kept: int) -> str:
    told = [f"{anew} à sécuriser de nouveau" if anew else "", f"{kept} à renvoyer ce soir" if kept else ""]
    return ", ".join(filter(None, told))


def note_seen(office: Office, one: ToSettle, told: SettleWords) -> str:
    """End the doubts of a return."""
    assert one.alert is not None
    office.journal.doubts.seen([one.alert.number], told.word)
    return "Noté comme vu"


def note_station_seen(office: Office, one: ToSettle, told: SettleWords) -> str:
    """End what returns say of another station."""
    assert one.alert is not None
    office.journal.doubts.station_seen(int(one.alert.station), told.word)
    return "Noté comme vu, jusqu’à sa prochaine réponse"


def accept_nir(office: Office, one: ToSettle, told: SettleWords) -> str:
    """Apply a return under a new NIR."""
    assert one.alert is not None
    accept_insured(office, one.alert.number)
    return "Nouveau numéro accepté"


def accept_journal(office: Office, one: ToSettle, told: SettleWords) -> str:
    """Take the journal as it is, with other numbers."""
    journal = office.journal
    if journal.health.look_wholly():
        journal.health.accept()
    journal.numbers.accept()
    return "Vos données sont gardées, d’autres numéros suivent"


def renew_order(office: Office, one: ToSettle, told: SettleWords) -> str:
    """Keep the same prescription of a new day."""
    from tournee.app.practice.dossiers import get
    from tournee.app.practice.prescriptions import renew
    from tournee.practice.patient_file import PatientFile
    from tournee.practice.prescription_file import PrescriptionFile

    assert one.alert is not None
    if told.day is None:
        raise StoreError("Le jour de la nouvelle ordonnance manque.", next_step="donnez-le")
    order = get(office, PrescriptionFile, one.alert.number)
    assert order.row.patient is not None
    renew(office, order, told.day, get(office, PatientFile, order.row.patient))
    return f"Ordonnance du {told.day:%d/%m/%Y} gardée"


def close_order(office: Office, one: ToSettle, told: SettleWords) -> str:
    """Set a prescription aside."""
    assert one.alert is not None
    office.journal.dossiers.close(one.alert.number, told.word)
    return "Ordonnance fermée"


def _each_visit(office: Office, one: ToSettle) -> list[tuple[Thing, int]]:
    """The visits that a patient owes for, or paid too much for, each with what it is."""
    things = [thing_of(office, visit) for visit in one.visits]
    return [(thing, owes(office, thing.id, thing.invoice.id if thing.invoice else 0)) for thing in things]


def collect(office: Office, one: ToSettle, told: SettleWords) -> str:
    """Note that the patient paid all that is due."""
    total = 0
    for thing, cents in _each_visit(office, one):
        if cents > 0:
            pay(office, thing, told.means, cents, word=told.word)
            total += cents
    return f"{euros(total)} € encaissés"


def give_up_share(office: Office, one: ToSettle, told: SettleWords) -> str:
    """Give up all that the patient owes."""
    for thing, cents in _each_visit(office, one):
        if cents > 0:
            give_up(office, thing, told.word, cents)
    return "Classé sans suite"


def give_back_share(office: Office, one: ToSettle, told: SettleWords) -> str:
    """Note that all that was too much was given back."""
    for thing, cents in _each_visit(office, one):
        if cents < 0:
            give_back(office, thing, told.means, -cents, word=told.word)
    return "Rendu au patient"


def send_again(office: Office, one: ToSettle, told: SettleWords) -> str:
    """Send a file again, in a new message."""
    assert one.alert is not None
    done = resend(office, one.alert.file, one.alert.ps)
    if done.error is not None:
        raise done.error
    return "Renvoyé"


def ask_list(office: Office, one: ToSettle, told: SettleWords) -> str:
    """Ask for what follows the list of opposition in force, and fetch what came."""
    from tournee.app.opposition.by_mail import request_list

    done = request_list(office, min(office.journal.visits.professionals(), default=""))
    if done.error is not None:
        raise done.error
    fetch(office)
    return "Demandée : elle vient avec les prochaines réponses"


def send_dre(office: Office, config: Config, one: ToSettle, told: SettleWords) -> str:
    """Send a refused demand to a complementary insurer again, under the numbers that its attestation has: one
    that Tournée does not know yet is added. As it was, or corrected and alone where the caisse's part stands.
    """
    thing = find_dre(office, one, told.invoice)
    assert thing.invoice is not None
    billed = next(sheet.crf[1:] for sheet in thing.invoice.sheets if sheet.kind == DRE)
    if told.number in ("", billed) and not told.member:
        made = send_dre_again(office, config, thing.invoice)
        many = len(made.invoices)
        return f"{many} demande{'s' if many > 1 else ''} à renvoyer ce soir"
    number = told.number or billed
    if goes_alone(thing):
        correct_dre(office, config, thing, number, told.member, reason=told.word)
        return ALONE_SAID
    member = {"adherent": told.member} if told.member else {}
    correct_invoice(
        office, thing, thing.invoice, Edit({"amc": {"numero": number, **member}}), reason=told.word
    )
    return "À sécuriser de nouveau, à la prochaine carte"


def find_dre(office: Office, one: ToSettle, invoice: int = 0) -> Thing:
    """The visit whose demand to a complementary insurer was refused, of this invoice if told. StoreError."""
    wanted = [number for number in one.invoices if invoice in (0, number)]
    found = [thing_of(office, row.visit_id, row.id) for row in office.journal.invoices.get_all(wanted)]
    thing = next(filter(has_refused_dre, found), None)
    if thing is None:
        raise StoreError("Aucune demande à la mutuelle n’est refusée.", next_step="revenez à la liste")
    return thing
