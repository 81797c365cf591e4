"""Every kind of thing to settle: its words, its one act, what else may be done. No code is in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tournee.app.alerts import AlertKind
from tournee.app.to_settle.reasons import CorrectionAsked
from tournee.app.to_settle.thing import OwingKind, SettleAct, SettleKind


def days_told(days: int) -> str:
    """`1 jour`, `34 jours`."""
    return f"{days} jour{'s' if days > 1 else ''}"


def person_named(patient: str) -> str:
    """As it is said, the first name first, where it is sure which one that is."""
    words = patient.split()
    return f"{words[1]} {words[0]}" if len(words) == len(("NOM", "PRENOM")) else patient


class Tone(StrEnum):
    """How much it presses: its shape and its colour."""

    BAD = "bad"
    WARN = "warn"
    INFO = "info"


@dataclass(frozen=True)
class KindWords:
    """Of one kind: `said` in the list, `todo` on its page; `act` ends it, or leads there; `others` may be
    chosen in its place. `{days}` is how long it waits.
    """

    tone: Tone
    said: str
    todo: str
    act: SettleAct
    others: tuple[SettleAct, ...] = ()


WORDS: Mapping[SettleKind, KindWords] = {
    AlertKind.JOURNAL_ALTERED: KindWords(
        Tone.BAD,
        "Changé par un autre programme",
        "Avez-vous remis une sauvegarde, ou un proche a-t-il ouvert ces fichiers ? Si c’est voulu, continuez "
        "avec ces données. Sinon, remettez la dernière sauvegarde.",
        SettleAct.ACCEPT_JOURNAL,
        (SettleAct.BACK_UP,),
    ),
    AlertKind.OTHER_NUMBERS: KindWords(
        Tone.WARN,
        "C’est une copie : ses numéros changent",
        "Relevez les réponses : elles disent ce qui fut facturé ailleurs. Puis continuez avec ces données. "
        "Aucun numéro ne sert deux fois.",
        SettleAct.ACCEPT_JOURNAL,
        (SettleAct.FETCH,),
    ),
    AlertKind.TAKEN_ELSEWHERE: KindWords(
        Tone.BAD,
        "Un autre appareil avait pris ces numéros",
        "Ses factures prennent de nouveaux numéros : vous les sécuriserez de nouveau, carte par carte. "
        "Aucune n’est comptée deux fois.",
        SettleAct.REMAKE_FILE,
    ),
    AlertKind.NO_ARL: KindWords(
        Tone.WARN,
        "Sans réponse depuis {days}",
        "Relevez d’abord les réponses. Si rien ne vient, demandez si le message est arrivé, puis renvoyez-"
        "le : il sera reconnu, rien ne sera payé deux fois.",
        SettleAct.RESEND,
        (SettleAct.FETCH,),
    ),
    AlertKind.NOT_SENT: KindWords(
        Tone.WARN, "Prêt et pas envoyé depuis {days}", "Envoyez-le : il est signé et prêt.", SettleAct.SEND
    ),
    AlertKind.IN_NO_FILE: KindWords(
        Tone.WARN, "Signé et pas envoyé depuis {days}", "Envoyez la journée : tout est signé.", SettleAct.SEND
    ),
    AlertKind.CERTIFICATE_ENDING: KindWords(
        Tone.WARN,
        "Un certificat prend fin",
        "Demandez le suivant à qui l’a donné, puis donnez-le dans les réglages, là où partent les factures.",
        SettleAct.ROUTES,
        (SettleAct.FETCH,),
    ),
    AlertKind.LIST_AGEING: KindWords(
        Tone.WARN,
        "Liste d’opposition ancienne",
        "Demandez la suite : elle vient avec les réponses, et une carte déclarée depuis y sera.",
        SettleAct.ASK_LIST,
        (SettleAct.FETCH,),
    ),
    AlertKind.UNCERTAIN: KindWords(
        Tone.WARN,
        "Envoi coupé : arrivé, ou non",
        "Relevez les réponses : elles disent s’il est arrivé. Ne renvoyez que si aucune ne vient.",
        SettleAct.FETCH,
        (SettleAct.RESEND,),
    ),
    AlertKind.UNFINISHED: KindWords(
        Tone.WARN,
        "Envoi commencé, pas fini",
        "Si un autre programme l’envoie, laissez-le finir. S’il s’est arrêté, relevez les réponses : elles "
        "disent s’il est arrivé.",
        SettleAct.FETCH,
        (SettleAct.RESEND,),
    ),
    AlertKind.TO_COUNTERSIGN: KindWords(
        Tone.WARN,
        "Attend votre signature depuis {days}",
        "Insérez votre carte CPS : elle signe ce que la carte Vitale a déjà scellé, sans le patient.",
        SettleAct.COUNTERSIGN,
    ),
    AlertKind.UNDELIVERED: KindWords(
        Tone.BAD,
        "Message revenu, pas remis",
        "Vérifiez l’adresse du destinataire dans les réglages, puis renvoyez-le.",
        SettleAct.RESEND,
    ),
    AlertKind.REFUSED: KindWords(
        Tone.BAD,
        "Refusé avant paiement",
        "Refaites-le : ce qui était juste repart tel quel, ce qui ne l’était pas sera sécurisé de "
        "nouveau sous un nouveau numéro.",
        SettleAct.REMAKE_LOT,
        (SettleAct.CORRECT, SettleAct.WRITE_OFF),
    ),
    AlertKind.BILLED_TWICE: KindWords(
        Tone.BAD,
        "Même visite, deux factures qui comptent",
        "Demandez à l’organisme d’annuler l’une des deux. Quand il l’a fait, notez-le ici.",
        SettleAct.CANCELLED,
    ),
    AlertKind.TO_RECTIFY: KindWords(
        Tone.WARN,
        "Partie fausse, attend son annulation",
        "Dès que l’organisme l’a annulée ou reprise, notez-le : la correction que vous avez faite prend sa "
        "place.",
        SettleAct.CANCELLED,
        (SettleAct.LEAVE, SettleAct.FETCH),
    ),
    AlertKind.PAYMENT_REFUSED: KindWords(
        Tone.BAD,
        "Paiement refusé",
        "Corrigez ce que dit le refus. Une nouvelle facture remplace l’ancienne : les deux restent liées et "
        "ne comptent qu’une fois.",
        SettleAct.CORRECT,
        (SettleAct.CHARGE_PATIENT, SettleAct.WRITE_OFF),
    ),
    AlertKind.PAYMENT_DEFERRED: KindWords(
        Tone.INFO,
        "Paiement remis à plus tard",
        "Attendez la prochaine réponse de l’organisme. Rien n’est refusé ; ne facturez pas de nouveau. S’il "
        "ne la paiera pas, classez-la.",
        SettleAct.FETCH,
        (SettleAct.CANCELLED, SettleAct.WRITE_OFF),
    ),
    AlertKind.PARTLY_PAID: KindWords(
        Tone.WARN,
        "Payée en partie",
        "Réclamez le reste à l’organisme, la lettre est prête. Ou classez : le reste est perdu.",
        SettleAct.CLAIM,
        (SettleAct.WRITE_OFF,),
    ),
    AlertKind.CONTRADICTED: KindWords(
        Tone.WARN,
        "Deux réponses se contredisent",
        "Demandez à l’organisme laquelle est vraie, puis notez ce qu’il dit. Ce qui est payé compte.",
        SettleAct.SEEN,
    ),
    AlertKind.UNBALANCED: KindWords(
        Tone.WARN,
        "Payé autre chose que demandé",
        "Demandez à l’organisme pourquoi, puis notez ce qu’il dit.",
        SettleAct.SEEN,
    ),
    AlertKind.UNMATCHED: KindWords(
        Tone.WARN,
        "Réponse à rien d’envoyé d’ici",
        "Voyez d’où cela vient : un autre appareil, des données remises à neuf. Puis notez ce que "
        "vous avez vu.",
        SettleAct.SEEN,
    ),
    AlertKind.OTHER_STATION: KindWords(
        Tone.INFO,
        "Réponses d’un autre appareil",
        "Cet appareil les reçoit aussi et s’en occupe. S’il est perdu, comparez avec votre relevé de compte.",
        SettleAct.STATION_SEEN,
    ),
    AlertKind.UNSOUND: KindWords(
        Tone.WARN,
        "Réponse abîmée, ou sommes fausses",
        "Comparez avec votre relevé de compte, puis notez ce que vous avez vu.",
        SettleAct.SEEN,
    ),
    AlertKind.ODD: KindWords(
        Tone.WARN,
        "Réponse venue autrement que les autres",
        "Vérifiez auprès de l’organisme qu’elle vient bien de lui, puis notez-le.",
        SettleAct.SEEN,
    ),
    AlertKind.OTHER_INSURED: KindWords(
        Tone.WARN,
        "Réponse sous un autre numéro de sécurité sociale",
        "Si la caisse a donné un nouveau numéro à ce patient, acceptez-le : la réponse compte alors. Sinon, "
        "voyez avec la caisse, puis notez ce qu’elle dit : la facture reste comme elle est.",
        SettleAct.ACCEPT_NIR,
        (SettleAct.SEEN,),
    ),
    AlertKind.QUARANTINED: KindWords(
        Tone.WARN,
        "Réponse illisible, gardée entière",
        "Une fois la cause levée, essayez de nouveau de la lire. Si elle ne se lira jamais, notez ce que "
        "vous avez fait : elle reste gardée entière.",
        SettleAct.FETCH_AGAIN,
        (SettleAct.SEEN,),
    ),
    AlertKind.BACKUP_DUE: KindWords(
        Tone.WARN,
        "Pas de sauvegarde depuis {days}",
        "Sauvegardez le cabinet, et gardez le fichier ailleurs que sur cet appareil.",
        SettleAct.BACK_UP,
    ),
    AlertKind.COPY_STOPPED: KindWords(
        Tone.BAD,
        "Le serveur n’en garde plus de copie",
        "N’envoyez plus rien d’ici avant d’avoir vu avec qui tient le serveur du cabinet. En attendant, "
        "sauvegardez.",
        SettleAct.BACK_UP,
    ),
    AlertKind.COPY_BEHIND: KindWords(
        Tone.WARN,
        "Seule copie sur cet appareil depuis {days}",
        "Reliez cet appareil au réseau : la copie suit d’elle-même avec le prochain relevé.",
        SettleAct.FETCH,
        (SettleAct.BACK_UP,),
    ),
    AlertKind.PRESCRIPTION_ENDING: KindWords(
        Tone.INFO,
        "Ordonnance à renouveler",
        "Demandez la suivante. Quand vous l’avez, donnez son jour : les visites la suivent.",
        SettleAct.RENEW,
        (SettleAct.CLOSE_ORDER,),
    ),
    AlertKind.CARD_TO_UPDATE: KindWords(
        Tone.INFO,
        "Carte Vitale à mettre à jour",
        "Dites-le au patient : elle se met à jour dans une pharmacie, à une borne, à l’accueil de la caisse.",
        SettleAct.RIGHTS,
    ),
    AlertKind.INSURER_DIRECTORY: KindWords(
        Tone.INFO,
        "L’annuaire des mutuelles est à renouveler",
        "Demandez le dernier à son éditeur ; les factures partent sans engagement en attendant.",
        SettleAct.ROUTES,
    ),
    AlertKind.ENGAGEMENT_ENDING: KindWords(
        Tone.WARN,
        "L’engagement de la mutuelle finit, et la facture n’est pas partie",
        "Envoyez la journée : après, la mutuelle refuse.",
        SettleAct.SEND,
    ),
    AlertKind.SERVICE_WAITING: KindWords(
        Tone.INFO,
        "Une demande attend le réseau",
        "Elle repart avec le prochain envoi, votre carte CPS dans le lecteur.",
        SettleAct.SEND,
    ),
    AlertKind.PIECE_MISSING: KindWords(
        Tone.WARN,
        "Papier à joindre",
        "Photographiez-le : il part avec le prochain envoi. Sans lui, une facture sans carte ne part pas.",
        SettleAct.PIECE,
    ),
    AlertKind.PIECE_REFUSED: KindWords(
        Tone.BAD,
        "Papier refusé",
        "Photographiez-le à nouveau, en pleine lumière : lui seul repart.",
        SettleAct.PIECE,
    ),
    OwingKind.PATIENT_OWES: KindWords(
        Tone.INFO,
        "À payer",
        "Encaissez quand vous voyez le patient, ou remettez-lui une lettre.",
        SettleAct.COLLECT,
        (SettleAct.CLAIM, SettleAct.GIVE_UP),
    ),
    OwingKind.TO_GIVE_BACK: KindWords(
        Tone.INFO, "Payé en trop, à rendre", "Rendez la somme, ou gardez-la en avoir.", SettleAct.GIVE_BACK
    ),
    OwingKind.UNANSWERED: KindWords(
        Tone.WARN,
        "Acceptée, pas payée depuis {days}",
        "Réclamez à l’organisme : la lettre est prête. Le paiement qui vient la clôt.",
        SettleAct.CLAIM,
        (SettleAct.FETCH, SettleAct.CANCELLED),
    ),
}

_ONCE = "Une nouvelle facture remplace l’ancienne : les deux restent liées et ne comptent qu’une fois."

TODO_BY_REFUSAL = {
    CorrectionAsked.PRESCRIPTION: f"Choisissez la bonne ordonnance, ou reprenez-la en photo. {_ONCE}",
    CorrectionAsked.COMPLEMENTARY: f"Recopiez le numéro de la mutuelle de l’attestation. {_ONCE}",
    CorrectionAsked.DATE: f"Donnez le bon jour. {_ONCE}",
    CorrectionAsked.RIGHTS: f"Sa carte à jour les dit : elle sera relue à la prochaine visite. {_ONCE}",
    CorrectionAsked.ACTS: f"Ôtez l’acte en cause, ou corrigez son coefficient. {_ONCE}",
    CorrectionAsked.DUPLICATE: "L’organisme l’a déjà : attendez son paiement. S’il ne vient pas, classez "
    "celle-ci.",
}
"""What to do of a refused payment, by what the refusal asks for."""

ALONE_TODO = (
    "Recopiez de l’attestation le numéro de la mutuelle, ou celui du patient. La demande repart seule : la "
    "caisse garde la sienne."
)
"""Of a demand that its complementary insurer does not pay, beside a caisse's part that stands."""

REFUSED_DRE = KindWords(
    Tone.BAD,
    "Mutuelle non reconnue",
    "Recopiez de l’attestation le numéro qui est faux : la demande repart seule, la caisse garde la "
    "sienne. S’ils sont justes, laissez vide : elle repart telle quelle.",
    SettleAct.SEND_DRE,
    (SettleAct.CHARGE_PATIENT, SettleAct.WRITE_OFF),
)
"""A lot that asked a complementary insurer and was refused."""
