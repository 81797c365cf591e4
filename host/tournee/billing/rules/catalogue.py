"""Every rule that a refusal or a remark may name: what it says, for whom, and where it comes from.

Source codes are those of the nomenclature (`OFF 11B` is its article 11B). Rules without a profession hold for
both, and are of the day file, of the law or of the exchange rather than of the nomenclature.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tournee.billing.nomenclature.table import Certainty

Whose = Literal["IF", "MK", ""]


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule as it is shown. `whose`: the profession that it holds for, empty for both."""

    id: str
    whose: Whose
    says: str
    certainty: Certainty
    sources: tuple[str, ...] = ()


_Row = tuple[str, str, Certainty, str]  # id, what it says, how sure, sources

_NURSE: tuple[_Row, ...] = (
    ("11B", "dans une séance, l’acte le plus cher est payé plein, le suivant à moitié, les autres rien ; "
     "chacun sur sa ligne", "official", "OFF 11B 1-2, LID, IOS"),
    ("11B-prelev", "la prise de sang (1,5) est payée pleine à côté de tout autre acte",
     "official", "OFF I 1, LID"),
    ("11B-vaccin", "une vaccination à domicile ne compte pas parmi les actes de la séance",
     "official", "OFF 11B 4 d"),
    ("11B-tele", "TLS, TLL, TLD et RQD ne comptent pas parmi les actes de la séance",
     "official", "OFF 11B 4 c, OFF 14.9.6"),
    ("11B-5bis", "patient sous insuline : les actes de l’article 5 bis sont tous payés pleins, hors forfait",
     "official", "OFF II 5bis"),
    ("11B-analgesie", "l’analgésie (1,1) et le pansement qu’elle prépare sont payés pleins tous les deux",
     "official", "OFF I 3, OFF II 5bis"),
    ("11B-perf", "une perfusion courte surveillée et une perfusion longue de la même séance sont payées "
     "pleines ; les autres couples suivent l’article 11B", "official", "OFF II 3, OFF II 4, LID"),
    ("11B-postop", "après une opération : retrait de sonde, drain et une surveillance sont payés pleins ; "
     "3,9 et 4,2 ne vont jamais ensemble", "official", "OFF II 7"),
    ("perf-jour", "AMI 14 ou 15 une fois par jour et par patient ; la perfusion longue suivante est AMI 4,1 "
     "; AMI 5 au retrait définitif", "one source", "NGR, LID"),
    ("perf-4", "organiser la surveillance (AMI 4) : ni le jour de la pose ni celui du retrait, sans "
     "déplacement ni majoration", "official", "OFF II 3"),
    ("perf-5", "le retrait (AMI 5) ne va pas avec une perfusion surveillée (9 ou 10)",
     "official", "OFF II 3"),
    ("art10", "un seul acte de l’article 10 par séance ; une administration de médicaments par passage",
     "official", "OFF I 10"),
    ("sondage", "3,5 et 4,5 de l’article 6 ne vont jamais avec un sondage ou un changement de sonde",
     "official", "OFF I 6"),
    ("tmi", "télésoin d’un pansement : pas le jour d’un pansement, quatre par mois, après un pansement vu",
     "official", "OFF I 14"),
    ("bsx", "BSA, BSB ou BSC : plein, un seul par jour, comprend les soins du jour sauf ceux que le texte "
     "en sort ; un bilan (DI) vient d’abord", "official", "OFF 11B 5, OFF I 12"),
    ("bsx-plein", "un jour de forfait, restent pleins en AMX : perfusions, pansements lourds, suivi 5,8, "
     "prise de sang", "official", "OFF I 12, HAR"),
    ("bsx-moitie", "un jour de forfait, sont à moitié en AMX : injections, insuline et surveillance du "
     "diabétique", "official", "OFF I 12, OFF 11B 5, LID"),
    ("bsx-compris", "un jour de forfait, tout autre acte y est compris et n’est pas payé",
     "official", "OFF I 12, LID"),
    ("bsx-nonmau", "MAU ne va jamais avec un forfait, un AMX, une IFI ou une MCI ; MIE oui",
     "official", "OFF 23.1, OFF I 12"),
    ("mau", "MAU : un acte unique, AMI de coefficient 1,5 au plus, au cabinet ou à domicile",
     "official", "OFF 23.1, LID"),
    ("mci", "MCI : à domicile, pansement lourd ou soin à un patient en soins palliatifs ; une par "
     "intervention, pas avec AMI 11", "official", "OFF 23.2, OFF 13 D, OFF I 3"),
    ("mie", "MIE : un patient de moins de 7 ans ; se cumule avec MAU", "official", "OFF 23.5, OFF 23.1"),
    ("nuit", "nuit de 20 h à 8 h, sur un appel entre 19 h et 7 h ; soins répétés : si l’ordonnance exige la "
     "nuit (ou chaque jour, pour le dimanche)", "official", "OFF 14, OFF 14 B"),
    ("maj-une", "une seule majoration par passage, de nuit ou de dimanche et jour férié, à son jour et à son "
     "heure", "two sources", "LID, NGR, IOS"),
    ("maj-samedi", "le samedi dès 8 h se majore comme le dimanche, pour un appel d’urgence seulement",
     "two sources", "NGR, ONS"),
    ("maj-58", "le suivi 5,8 n’a ni majoration de nuit ni de jour férié", "official", "OFF II 5ter"),
    ("ifd", "IFA : une par passage au domicile ; rien pour les autres patients du domicile quand l’un d’eux "
     "y est vu avec un forfait", "official", "OFF 13 A, OFF 13 D"),
    ("ifi", "IFI : les jours de forfait ou de DI, quatre par jour et par patient, seule s’il le faut ; 0,01 "
     "pour les autres patients dépendants du domicile", "official", "OFF 13 D, LID"),
    ("ik-plafond", "kilomètres d’une journée : pleins jusqu’à 299, à moitié de 300 à 399, rien au-delà",
     "official", "OFF 13 C 2"),
    ("accord", "l’acte demande un accord préalable, toujours ou après un premier mois ; le silence de la "
     "caisse pendant 15 jours vaut accord", "official", "OFF 7, OFF I 10, OFF II 2"),
)  # fmt: skip
_PHYSIOTHERAPIST: tuple[_Row, ...] = (
    ("mk-une", "une cotation par séance ; deux régions ne s’additionnent jamais", "official", "OFF XIV"),
    ("mk-deux", "deux séances d’un même jour : deux ordonnances, deux articles, deux régions, deux séances "
     "distinctes ; deux au plus", "official", "OFF XIV, JUR"),
    ("mk-deux-exc", "ARL 8,49, ARL 10 et RPB se font deux fois par jour sans ces conditions",
     "official", "OFF XIV 5, OFF XIV 10"),
    ("mk-pll", "PLL 12 est le forfait du jour : une fois, quel que soit le nombre de passages",
     "official", "OFF XIV 11"),
    ("mk-suppl", "le bandage (RAV 1 ou 2) va avec le drainage d’un lymphœdème, jamais avec RAV 15,5 ; la "
     "balnéothérapie avec une séance ; pleins, un de chaque", "official", "OFF XIV 7, OFF XIV IV"),
    ("mk-bdk", "le BDK (10,8 en neurologie hors nerf, sinon 10,7) va à ses séances ; un bilan isolé, sans "
     "rééducation en cours ni prescrite", "official", "OFF XIV I"),
    ("mk-accord", "au-delà du nombre de séances de l’acte, un accord préalable ; le silence de la caisse "
     "pendant 15 jours vaut accord ; canal carpien : dès la première", "official", "OFF XIV, OFF 7"),
    ("mk-groupe", "un groupe : articles 1 à 4, trois patients au plus, la même cotation pour chacun",
     "official", "OFF XIV III"),
    ("mk-ifs", "IFS selon l’acte : toujours, ou de la sortie d’hôpital au 35e jour pour un opéré ou un "
     "traumatisé ; sinon IFD, jamais les deux", "official", "OFF 13 E, AML"),
    ("mk-domicile", "un déplacement se facture aussi quand l’ordonnance ne dit pas « à domicile » : le bilan "
     "montre pourquoi", "two sources", "SNF"),
    ("mk-majo", "nuit et dimanche : une urgence, ou un soin qui doit être quotidien",
     "official", "OFF 14, OFF XIV"),
    ("mk-pas-mie", "aucune majoration pour l’âge du patient, ni pour un acte unique", "inferred", "OFF"),
)  # fmt: skip
_BOTH: tuple[_Row, ...] = (
    ("ehpad", "plusieurs patients vus dans un établissement pour personnes âgées : un seul déplacement",
     "official", "OFF 13.1"),
    ("ik", "kilomètres : hors de l’agglomération et à plus de 2 km (1 en montagne) du cabinet, moins 4 km "
     "aller-retour (2 en montagne), dans la limite du confrère le plus proche", "official", "OFF 13 C"),
    ("ordonnance", "une ordonnance de moins d’un an, ou de la durée qu’elle dit (« jusqu’à cicatrisation » : "
     "trois mois), et pas plus de séances qu’elle n’en porte", "official",
     "OFF 5, OFF I 2, OFF I 12, OFF 14.9.5"),
    ("limite", "l’acte a un nombre de fois : par passage, jour, mois, an, ordonnance ou épisode",
     "official", "OFF"),
    ("cumul", "les deux actes ne se facturent pas dans le même passage", "official", "OFF"),
    ("nomenclature", "un acte est une lettre, un coefficient et un jour : cette combinaison n’existe pas, ou "
     "n’a pas de tarif", "official", "OFF"),
    ("tarif", "le tarif est annoncé ou déduit : il n’a pas été lu dans un texte en vigueur", "inferred", ""),
    ("honoraires", "des honoraires hors tarif ont un qualificatif (D, E, G ou N), et un montant qui va avec",
     "official", "OFF"),
    ("passage", "les actes d’un patient à un jour et une heure sont ceux d’un seul passage", "inferred", ""),
    ("accident", "un accident du travail a sa date ou son numéro, les autres natures n’en ont pas",
     "official", ""),
    ("nature", "une facture a une seule nature d’assurance", "official", ""),
    ("exoneration", "l’exonération est l’une de celles qui se disent, et va avec la nature maladie",
     "official", ""),
    ("ame", "l’AME se facture sans carte, d’après une attestation qui couvre le soin, et paie tout",
     "official", ""),
    ("prevention", "la nature prévention est celle des vaccinations, payées à 100 %", "official", ""),
    ("mode", "le patient se saisit à la main en mode dégradé ou sans carte, avec son motif, et seulement "
     "alors ; le mode visite dit le lieu du soin", "official", ""),
    ("remplacement", "un remplaçant soigne les jours de son remplacement, avec sa propre carte",
     "official", ""),
    ("droits", "les droits de la carte sont ouverts au jour du soin", "official", ""),
    ("naissance", "un soin n’est pas avant la naissance, ni un acte d’un âge pour un autre", "official", ""),
    ("jour", "une visite n’est pas datée d’un jour à venir", "official", ""),
    ("délai", "un soin se facture dans un délai, au-delà duquel la caisse ne paie plus", "inferred", ""),
    ("saisie", "le fichier du jour a une forme : une valeur manque, ou n’est pas celle attendue",
     "official", ""),
    ("OCT-X-1", "le contrat 99 (l’OCT éclate la facture) et la DRE (éclatement à la source) s’excluent",
     "official", ""),
    ("OCT-EF-2", "le contrat 99 demande un organisme complémentaire ouvert, que la caisse ne règle pas déjà",
     "official", ""),
    ("OCT-EF-3", "avec le contrat 99, le tiers payant de la part complémentaire se dit par sa propre clé",
     "official", ""),
)  # fmt: skip


def _texts(whose: Whose, rows: tuple[_Row, ...]) -> dict[str, RuleText]:
    return {
        name: RuleText(name, whose, says, certainty, tuple(sources.split(", ")) if sources else ())
        for name, says, certainty, sources in rows
    }


CATALOGUE: dict[str, RuleText] = {
    **_texts("IF", _NURSE),
    **_texts("MK", _PHYSIOTHERAPIST),
    **_texts("", _BOTH),
}
"""Every rule by its id."""
