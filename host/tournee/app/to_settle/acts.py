"""What each act does: the one table from an act to the use case that does it, and what it asks before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tournee.app.context import Office
from tournee.app.to_settle import doing
from tournee.app.to_settle.doing import SettleWords
from tournee.app.to_settle.thing import SettleAct, ToSettle


class ActWhere(StrEnum):
    """Where an act is done: in the journal, over the network, by the evening's run, in the reader with the
    carer's card, with the configuration, on a page of its own.
    """

    JOURNAL = "journal"
    COURIER = "courier"
    EVENING = "evening"
    READER = "reader"
    SETTINGS = "settings"
    PAGE = "page"


class SettleField(StrEnum):
    """What an act asks before it is done."""

    WORD = "mot"
    BACK = "rendu"
    MEANS = "moyen"
    DAY = "jour"
    NUMBER = "numero"
    MEMBER = "adherent"


@dataclass(frozen=True)
class ActWords:
    """An act: its button, what it does in a line, where it is done, what it asks; `sure` is asked before what
    cannot be undone. `run` does it and says what was done.
    """

    label: str
    does: str
    where: ActWhere
    asks: tuple[SettleField, ...] = ()
    sure: str = ""
    run: Callable[[Office, ToSettle, SettleWords], str] | None = None


_LOST = "La somme est perdue. Un paiement qui viendrait quand même serait pris."

ACTS: Mapping[SettleAct, ActWords] = {
    SettleAct.CORRECT: ActWords("Corriger", "Une nouvelle facture remplace celle-ci", ActWhere.PAGE),
    SettleAct.AS_IS: ActWords(
        "Repartir telle quelle",
        "Une nouvelle facture, sans rien changer",
        ActWhere.JOURNAL,
        (SettleField.WORD,),
        run=doing.bill_as_is,
    ),
    SettleAct.REMAKE_LOT: ActWords(
        "Refaire",
        "Ce qui était juste repart, le reste se refait",
        ActWhere.JOURNAL,
        run=doing.remake_refused_lot,
    ),
    SettleAct.REMAKE_FILE: ActWords(
        "Refaire avec de nouveaux numéros", "Carte par carte", ActWhere.JOURNAL, run=doing.remake_refused_file
    ),
    SettleAct.SEND_DRE: ActWords(
        "Corriger et renvoyer",
        "La demande à la mutuelle repart",
        ActWhere.SETTINGS,
        (SettleField.NUMBER, SettleField.MEMBER),
    ),
    SettleAct.CHARGE_PATIENT: ActWords(
        "Réclamer au patient",
        "Sa mutuelle le remboursera, la lettre est prête",
        ActWhere.JOURNAL,
        sure="Le patient devra cette part.",
        run=doing.charge,
    ),
    SettleAct.WRITE_OFF: ActWords(
        "Classer sans suite",
        "La somme est perdue, la raison est notée",
        ActWhere.JOURNAL,
        (SettleField.WORD,),
        _LOST,
        doing.write_off,
    ),
    SettleAct.CANCELLED: ActWords(
        "L’organisme l’a annulée",
        "Notez qui vous l’a dit, et quand",
        ActWhere.JOURNAL,
        (SettleField.WORD, SettleField.BACK),
        "Elle ne comptera plus.",
        doing.note_cancelled,
    ),
    SettleAct.LEAVE: ActWords(
        "Elle était juste", "La correction qui attend est ôtée", ActWhere.JOURNAL, run=doing.leave
    ),
    SettleAct.SEND: ActWords("Envoyer", "Avec tout ce qui attend", ActWhere.EVENING),
    SettleAct.FETCH: ActWords("Relever les réponses", "Rien n’est envoyé", ActWhere.EVENING),
    SettleAct.FETCH_AGAIN: ActWords("Relire", "Toutes les réponses mises de côté", ActWhere.EVENING),
    SettleAct.RESEND: ActWords(
        "Renvoyer",
        "Le même fichier, dans un nouveau message",
        ActWhere.COURIER,
        sure="Renvoyez seulement si aucune réponse n’est venue. Le même fichier est reconnu : il ne sera pas "
        "payé deux fois.",
        run=doing.send_again,
    ),
    SettleAct.COUNTERSIGN: ActWords("Contresigner", "Avec votre carte CPS", ActWhere.READER),
    SettleAct.SEEN: ActWords(
        "Marquer comme vu",
        "Notez ce que vous avez vérifié",
        ActWhere.JOURNAL,
        (SettleField.WORD,),
        run=doing.note_seen,
    ),
    SettleAct.STATION_SEEN: ActWords(
        "Marquer comme vu",
        "Notez ce que vous avez vérifié",
        ActWhere.JOURNAL,
        (SettleField.WORD,),
        run=doing.note_station_seen,
    ),
    SettleAct.ACCEPT_NIR: ActWords(
        "Accepter le nouveau numéro",
        "La réponse compte alors",
        ActWhere.JOURNAL,
        sure="Le patient ou sa caisse l’a confirmé.",
        run=doing.accept_nir,
    ),
    SettleAct.ACCEPT_JOURNAL: ActWords(
        "Continuer avec ces données",
        "Elles sont prises telles qu’elles sont",
        ActWhere.JOURNAL,
        sure="Vos données sont prises telles qu’elles sont. Les prochaines factures auront d’autres numéros.",
        run=doing.accept_journal,
    ),
    SettleAct.BACK_UP: ActWords("Ouvrir les sauvegardes", "Faire ou remettre une copie", ActWhere.PAGE),
    SettleAct.ROUTES: ActWords("Voir où partent les factures", "Donner le certificat suivant", ActWhere.PAGE),
    SettleAct.ASK_LIST: ActWords(
        "Demander la suite",
        "Et relever les réponses : elle vient avec elles",
        ActWhere.COURIER,
        run=doing.ask_list,
    ),
    SettleAct.RENEW: ActWords(
        "Renouveler",
        "La même, d’un nouveau jour",
        ActWhere.JOURNAL,
        (SettleField.DAY,),
        run=doing.renew_order,
    ),
    SettleAct.CLOSE_ORDER: ActWords(
        "Fermer l’ordonnance",
        "Les soins sont finis",
        ActWhere.JOURNAL,
        (SettleField.WORD,),
        run=doing.close_order,
    ),
    SettleAct.RIGHTS: ActWords("Voir les droits en ligne", "Ce qui attend, ce qui diffère", ActWhere.PAGE),
    SettleAct.PIECE: ActWords("Prendre la photo", "Elle part avec le prochain envoi", ActWhere.PAGE),
    SettleAct.CLAIM: ActWords("Réclamer", "La lettre est prête", ActWhere.PAGE),
    SettleAct.COLLECT: ActWords(
        "Encaisser", "Tout ce qui est dû", ActWhere.JOURNAL, (SettleField.MEANS,), run=doing.collect
    ),
    SettleAct.GIVE_UP: ActWords(
        "Classer sans suite",
        "La somme est perdue, la raison est notée",
        ActWhere.JOURNAL,
        (SettleField.WORD,),
        _LOST,
        doing.give_up_share,
    ),
    SettleAct.GIVE_BACK: ActWords(
        "Rendre", "Tout ce qui est en trop", ActWhere.JOURNAL, (SettleField.MEANS,), run=doing.give_back_share
    ),
}
