"""The emulated OCT: one message in, its returns out (OCT-MSG, OCT-SF, OCT-SS, OCT-EF, OCT-RET)."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.x509 import Certificate

from tournee.emulation.oct.judging.answers import Postman, arl_file
from tournee.emulation.oct.judging.file import Framed, read_file
from tournee.emulation.oct.judging.incoming import StatedOrigin, read_claim
from tournee.emulation.oct.judging.judgement import Door, Judge, art_text
from tournee.emulation.oct.judging.lot import OctLot
from tournee.emulation.oct.judging.refusal import OctRefusedError
from tournee.emulation.oct.judging.scenario import Scenario
from tournee.emulation.oct.opposition import following, increments_file, is_request, read_request
from tournee.emulation.oct.payments import flat_payment_file, rsp_files
from tournee.emulation.oct.pieces import PieceDesk, PiecesDoor, is_of_pieces
from tournee.emulation.oct.split import AmcClaim, Flow, claims, split

_NAMES = 1_000_000  # file names are counters of 6 digits

Clock = Callable[[], datetime]


class EmulatedOct:
    """Takes messages in one after another, remembers them, answers each.

    `key` and `certificate` are its own: files come sealed for it. `card_certificates` are those of the
    cards it accepts signatures of. `clock` gives an aware date and time. `directory`, when given, keeps the
    split flows, `pieces` what proves invoices.
    """

    def __init__(
        self,
        directory: Path | None,
        key: RSAPrivateKey,
        certificate: Certificate,
        card_certificates: Iterable[Certificate],
        scenario: Scenario,
        clock: Clock,
        pieces: Path | None = None,
    ) -> None:
        self.scenario = scenario
        self.flows: list[Flow] = []
        self.claims: list[AmcClaim] = []
        self._directory = directory
        self._judge = Judge(key, certificate, card_certificates)
        register = self._judge.register
        self.pieces = PieceDesk(
            self._judge.unseal,
            register.knows_lot,
            lambda sender, invoice: (sender, invoice, "FSE") in register.known_invoices,
            pieces,
            scenario.piece_levels,
        )
        self._clock = clock
        self._flat_paid: set[str] = set()
        self._named = 0
        self._sent = 0

    @property
    def known_files(self) -> dict[tuple[str, str], str]:
        """(Sender number, file name) of each file taken in, to the stamp of the message that brought it."""
        return self._judge.register.known_files

    @property
    def known_invoices(self) -> set[tuple[str, str, str]]:
        """(Sender number, invoice number, kind) of each sheet taken in."""
        return set(self._judge.register.known_invoices)

    def know(self, certificate: Certificate) -> None:
        """Let one more certificate's signatures count: that of the seal of patients' phones."""
        self._judge.know(certificate)

    def receive(self, raw: bytes) -> list[bytes]:
        """The complete messages that answer `raw`: ART, ARL, then RSP for what was accepted; to a request for
        the opposition list, its increments.

        Never raises on `raw`.
        """
        now = self._clock()
        claim = read_claim(raw)
        if is_of_pieces(raw):
            return [self._of_pieces(raw, now)]
        if is_request(raw):
            answer = self._increments(raw, claim, now)
            if answer is not None:
                return [answer]
        door = Door(self.scenario.address, partial(read_file, siren=self.scenario.siren))
        judgement = self._judge.judge(raw, claim, door, self.scenario, now)
        postman = self._postman(claim, judgement.sender, now)
        text = art_text(judgement, "OCT de démonstration", now)
        answers = [postman.art(judgement.ps_type, text, judgement.file_name, self._serial())]
        name = self._name()
        arl = arl_file(
            judgement.items,
            answering=("OT", self.scenario.siren.zfill(14)),
            ps_type=judgement.ps_type,
            sender=judgement.sender,
            file_name=judgement.file_name,
            name=name,
            answers=judgement.answers,
            now=now,
        )
        answers.append(postman.file("ARL", arl, name, self._serial()))
        if judgement.framed is not None:
            for rsp_name, rsp in self._insurers(judgement.framed, judgement.accepted, now):
                answers.append(postman.file("RSP", rsp, rsp_name, self._serial()))
        return answers

    def _of_pieces(self, raw: bytes, now: datetime) -> bytes:
        """The ARL that answers a message of pieces (SCOR-8)."""
        scenario = self.scenario
        to = PiecesDoor(scenario.address, "OT", scenario.siren.zfill(14), scenario.mail_certificates)
        return self.pieces.answer(raw, to, self._name(), now, self._serial)

    def _increments(self, raw: bytes, claim: StatedOrigin, now: datetime) -> bytes | None:
        """The dLOI that answers a request (OCT-LOI-1), None when it is none that can be answered."""
        scenario = self.scenario
        try:
            request = read_request(raw, self._judge.unseal, scenario.address, scenario.siren)
        except OctRefusedError:
            return None
        name = self._name()
        found = following(scenario.opposition, request.number)
        content = increments_file(request, found, siren=scenario.siren, name=name, now=now)
        return self._postman(claim, request.sender, now).file("DLOI", content, name, self._serial())

    def _postman(self, claim: StatedOrigin, number: str, now: datetime) -> Postman:
        certificate = self.scenario.mail_certificates.get(claim.reply_to.lower())
        return Postman(self.scenario.address, claim.reply_to, number, now, certificate)

    def _insurers(
        self, framed: Framed, accepted: Sequence[tuple[OctLot, bytes]], now: datetime
    ) -> list[tuple[str, bytes]]:
        """What the recipients of the split flows answer: the name and content of each RSP."""
        flows = self._forward(framed, accepted)
        files = rsp_files(flows, framed, self.scenario, now, self._name)
        flat = self.scenario.flat_payment
        if flat is not None and flows and framed.sender not in self._flat_paid:
            self._flat_paid.add(framed.sender)
            files.append(flat_payment_file(flat, flows[0], framed, self.scenario, now, self._name()))
        return files

    def _forward(self, framed: Framed, accepted: Sequence[tuple[OctLot, bytes]]) -> tuple[Flow, ...]:
        names = {lot.crf: "" for lot, _ in accepted}
        for crf in names:
            names[crf] = self._name()
        flows = split(framed, accepted, names)
        self.flows.extend(flows)
        self.claims.extend(claims([lot for lot, _ in accepted]))
        if self._directory is not None:
            self._directory.mkdir(parents=True, exist_ok=True)
            for flow in flows:
                (self._directory / f"{names[flow.crf]}-{flow.crf}").write_bytes(flow.file)
        return flows

    def _name(self) -> str:
        self._named = self._named % (_NAMES - 1) + 1
        return f"{self._named:06d}"

    def _serial(self) -> int:
        self._sent += 1
        return self._sent
