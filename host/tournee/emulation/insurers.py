"""The emulated insurers of direct mode: caisses and AMC that take files themselves, with no OCT (OCT-MODE-1).

Each has its own mail address; one key serves all. They judge as the emulated OCT does, take only what is for
them, and answer each file by its ART, its ARL and its RSP, pieces by their ARL. Simulation, profiles open-1
and open-2: nobody is paid.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import parseaddr
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.x509 import Certificate

from tournee.emulation.oct.judging.answers import Postman, arl_file
from tournee.emulation.oct.judging.file import PER_RECIPIENT, Framed, read_file
from tournee.emulation.oct.judging.incoming import Submission, read_claim
from tournee.emulation.oct.judging.judgement import Door, Judge, Judgement, art_text
from tournee.emulation.oct.judging.lot import OctLot
from tournee.emulation.oct.judging.refusal import LAYOUT, OTHER, OctRefusedError
from tournee.emulation.oct.judging.scenario import Scenario
from tournee.emulation.oct.judging.sheet_checks import SPLIT_CONTRACT
from tournee.emulation.oct.payments import flat_payment_file, rsp_files
from tournee.emulation.oct.pieces import PieceDesk, PiecesDoor, is_of_pieces
from tournee.emulation.oct.split import Flow
from tournee.tables.document import packaged

_NAMES = 1_000_000  # file names are counters of 6 digits


@dataclass(frozen=True)
class EmulatedInsurer:
    """One caisse or AMC: type and number as record 000 says them, its mail address, its name."""

    type: str
    number: str
    address: str
    name: str


def emulated_insurers() -> tuple[EmulatedInsurer, ...]:
    """The insurers there are: those of `insurers.toml`."""
    rows = packaged("tournee.emulation", "insurers")
    return tuple(
        EmulatedInsurer(row["type"], row["numero"], row["adresse"], row["nom"])
        for row in rows["destinataire"]
    )


def write_list(path: Path, certificate: str) -> None:
    """Write the insurers as a route's file `destinataires`, each with the certificate of that name."""
    parts = ["# Destinataires émulés de l'envoi direct : simulation, personnes fictives.\n"]
    for one in emulated_insurers():
        values = {"nom": one.name, "type": one.type, "numero": one.number}
        values |= {"adresse": one.address, "certificat": certificate}
        lines = "".join(f'{key} = "{value}"\n' for key, value in values.items())
        parts.append(f"\n[[destinataire]]\n{lines}")
    path.write_text("".join(parts), "utf-8")


class EmulatedInsurers:
    """Take messages in one after another, remember them, answer each.

    `key` and `certificate` are those files come sealed for; `clock` gives an aware date and time. The
    `unknown_amc` of the scenario are AMC that have no agreement with the carer: they refuse his DRE. `pieces`
    keeps what proves invoices, in a folder an insurer.
    """

    def __init__(
        self,
        key: RSAPrivateKey,
        certificate: Certificate,
        card_certificates: Iterable[Certificate],
        scenario: Scenario,
        clock: Callable[[], datetime],
        pieces: Path | None = None,
    ) -> None:
        self._insurers = {one.address: one for one in emulated_insurers()}
        self._judge = Judge(key, certificate, card_certificates)
        self._without_agreement = scenario.unknown_amc
        self._scenario = replace(scenario, unknown_amc=frozenset())
        self._clock = clock
        register = self._judge.register
        self._desks = {  # a piece that went to one insurer is not known to another
            address: PieceDesk(
                self._judge.unseal,
                register.knows_lot,
                lambda sender, invoice: (sender, invoice, "FSE") in register.known_invoices,
                pieces / one.number if pieces is not None else None,
                scenario.piece_levels,
            )
            for address, one in self._insurers.items()
        }
        self._flat_paid: set[str] = set()
        self._named = 0
        self._sent = 0

    @property
    def addresses(self) -> frozenset[str]:
        """The addresses at which they take mail."""
        return frozenset(self._insurers)

    def know(self, certificate: Certificate) -> None:
        """Let one more certificate's signatures count: that of the seal of patients' phones."""
        self._judge.know(certificate)

    def receive(self, raw: bytes) -> list[bytes]:
        """The complete messages by which the insurer that `raw` is addressed to answers: ART, ARL, RSP for
        what it accepted. None when it is addressed to no insurer; never raises on `raw`.
        """
        insurer = self._insurers.get(addressed_to(raw))
        if insurer is None:
            return []
        now = self._clock()
        if is_of_pieces(raw):
            to = PiecesDoor(insurer.address, insurer.type, insurer.number, self._scenario.mail_certificates)
            return [self._desks[insurer.address].answer(raw, to, self._name(), now, self._serial)]
        claim = read_claim(raw)
        door = Door(insurer.address, lambda submission: _read(submission, insurer), self._check)
        judgement = self._judge.judge(raw, claim, door, self._scenario, now)
        postman = Postman(
            address=insurer.address,
            to=claim.reply_to,
            number=judgement.sender,
            now=now,
            certificate=self._scenario.mail_certificates.get(claim.reply_to.lower()),
        )
        name = self._name()
        arl = arl_file(
            judgement.items,
            answering=(insurer.type, insurer.number),
            ps_type=judgement.ps_type,
            sender=judgement.sender,
            file_name=judgement.file_name,
            name=name,
            answers=judgement.answers,
            now=now,
        )
        text = art_text(judgement, insurer.name, now)
        answers = [
            postman.art(judgement.ps_type, text, judgement.file_name, self._serial()),
            postman.file("ARL", arl, name, self._serial()),
        ]
        for rsp_name, rsp in self._payments(judgement, insurer, now):
            answers.append(postman.file("RSP", rsp, rsp_name, self._serial()))
        return answers

    def _payments(
        self, judgement: Judgement, insurer: EmulatedInsurer, now: datetime
    ) -> list[tuple[str, bytes]]:
        framed, submission = judgement.framed, judgement.submission
        if framed is None or submission is None or not judgement.accepted:
            return []
        lots = tuple(lot for lot, _ in judgement.accepted)
        flow = Flow(lots[0].crf, insurer.number, submission.file, lots, insurer.type)
        scenario = replace(self._scenario, siren=framed.sender)  # no OCT: the payee is his own mandataire
        told = rsp_files([flow], framed, scenario, now, self._name)
        flat = scenario.flat_payment
        if flat is not None and lots[0].kind == "FSE" and framed.sender not in self._flat_paid:
            self._flat_paid.add(framed.sender)
            told.append(flat_payment_file(flat, flow, framed, scenario, now, self._name()))
        return told

    def _check(self, lot: OctLot) -> None:
        for sheet in lot.sheets:
            if sheet.identity["type_contrat"] == SPLIT_CONTRACT:
                raise OctRefusedError(
                    OTHER, "CONTRAT 99 EN ENVOI DIRECT : AUCUN OCT POUR ECLATER", sheet.number
                )
        if lot.kind == "DRE" and lot.crf[1:] in self._without_agreement:
            raise OctRefusedError(OTHER, f"AMC {lot.crf[1:]} SANS CONVENTION AVEC LE PROFESSIONNEL")

    def _name(self) -> str:
        self._named = self._named % (_NAMES - 1) + 1
        return f"{self._named:06d}"

    def _serial(self) -> int:
        self._sent += 1
        return self._sent


def addressed_to(raw: bytes) -> str:
    """The address in a message's To, in lower case; empty when there is none that can be read."""
    try:
        headers = BytesHeaderParser(policy=compat32).parsebytes(raw)
        return parseaddr(str(headers.get("To", "")))[1].lower()
    except Exception:  # a stranger's headers may break the parser in any way
        return ""


def _read(submission: Submission, insurer: EmulatedInsurer) -> Framed:
    """The file of a submission, which must be in files per recipient and for this insurer."""
    framed = read_file(submission, siren="")
    header = framed.header
    if header["application"] != PER_RECIPIENT:
        raise OctRefusedError(
            LAYOUT, f"000 : APPLICATION {header['application']} AU LIEU DE TR EN ENVOI DIRECT"
        )
    if (header["type_destinataire"], header["numero_destinataire"]) != (insurer.type, insurer.number):
        raise OctRefusedError(LAYOUT, f"000 : DESTINATAIRE AUTRE QUE {insurer.type} {insurer.number}")
    return framed
