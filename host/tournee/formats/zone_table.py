"""The groups of the data zones and their fields, in order (domain 1.3, profile open-1 "Zones").

A line that starts a group holds its number, how many fields it has at least, and its name; the indented
lines after it name its fields, the first being field 1. `*` marks a field of one binary byte; all others are
text.
"""

from tournee.formats.errors import ZoneError

TABLE = """
1 7 titulaire
    type_carte type_identifiant identifiant cle civilite nom prenom
2 21 situation
    *numero_logique mode_exercice statut_exercice secteur_activite type_structure structure cle_structure
    raison_sociale facturation cle_facturation remplacant cle_remplacant convention specialite zone_tarif
    zone_ik agrement_1 agrement_2 agrement_3 habilitation_facture habilitation_lot
12 8 fichier
    date fichier type_emetteur numero_emetteur application type_destinataire numero_destinataire crf
13 10 lot_fse
    lot date crf type_emetteur numero_emetteur factures version total total_amo securisation
14 3 fichier_suite
    lots taille message
60 1 versions
    ssv galss pss
61 1 lecteur
    constructeur type serie systeme logiciels logiciel version date somme
62 1 tables
    version_ssv libelle version fichiers_destinataires regime ruf
63 1 galss
    version_1 version_2 version_3 version_4
64 1 composant
    identifiant libelle version
93 10 lot_dre
    lot date crf type_emetteur numero_emetteur factures version total total_amo securisation
101 14 assure
    type_carte serie fin_validite ruf_1 ruf_2 ruf_administration type_porteur nir cle regime caisse centre
    code_gestion ruf_famille
102 3 service_amo
    code debut fin
103 9 accident
    organisme_0 bgdh_0 identifiant_0 organisme_1 bgdh_1 identifiant_1 organisme_2 bgdh_2 identifiant_2
104 18 beneficiaire
    nom_usuel nom prenom adresse_1 adresse_2 adresse_3 adresse_4 adresse_5 nir cle certification naissance
    rang qualite service_amo debut_service fin_service ruf
105 2 droits_amo
    debut fin
106 4 couverture
    debut fin ald situation
107 6 mutuelle
    identifiant garanties traitement type_services services aiguillage
108 2 droits_mutuelle
    debut fin
109 12 amc
    numero_amc edi adherent traitement debut fin routage hote domaine aiguillage type_services services
111 1 zone_commune
    ruf
1110 4 facture
    facture nature date situation facture_rectifiee date_rectifiee
1120 2 ps
    facturation cle nom prenom convention specialite zone_tarif zone_ik agrement_1 agrement_2 agrement_3
    conditions
1130 6 beneficiaire_facture
    type_identifiant nir cle naissance rang qualite couverture carnet
1140 3 structure
    type numero cle nom
1150 5 remplacant
    numero cle nom prenom signature
1160 2 individu
    nir cle
1220 2 arret
    jours fin
1310 3 amo
    regime caisse centre destinataire centre_informatique
1321 2 amc_facture
    type_contrat numero_amc adherent amc_1 amc_2 edi application routage domaine traitement hote assure_amc
    supplement
1410 1 cadre
    tiers_payant
1610 11 prestation
    rang date acte coefficient quantite prix_unitaire base taux part_amo honoraires part_amc complement
    qualificatif exoneration
1870 1 specialite_saisie
    specialite
9001 10 document
    categorie crf securisation organisme facture type_emetteur emetteur total total_amo total_amc
9002 1 enregistrements
    donnees
9003 2 lot_a_former
    lot date nom
9004 1 prescription
    date prescripteur specialite rpps origine demande_accord accord reponse_accord numero_accord
9005 1 circonstances
    nature_assurance ald accident date_accident rang_beneficiaire exoneration regime_local debut_maternite
    fin_maternite debut_ame fin_ame sortie urgence palliatif departement lieu
9006 2 fichier_forme
    entete fin
9007 4 arl
    fichier type_emetteur emetteur date
9008 8 arl_lot
    emetteur fichier lot date etat code libelle facture
"""


class Layout:
    """What the table says of a group: name, fields' names, how many there are at least, which are binary."""

    __slots__ = ("binary", "fields", "minimum", "name")

    def __init__(self, name: str, minimum: int) -> None:
        self.name = name
        self.minimum = minimum
        self.fields: list[str] = []
        self.binary: list[int] = []


def _parse(table: str) -> "dict[int, Layout]":
    groups: dict[int, Layout] = {}
    current = Layout("", 0)
    for line in table.strip().split("\n"):
        words = line.split()
        if line[0] != " ":
            current = groups[int(words[0])] = Layout(words[2], int(words[1]))
            continue
        for word in words:
            current.fields.append(word.lstrip("*"))
            if word[0] == "*":
                current.binary.append(len(current.fields))
    return groups


GROUPS = _parse(TABLE)


def name(group_id: int) -> str:
    """Name of a group; empty when the table does not know it."""
    return GROUPS[group_id].name if group_id in GROUPS else ""


def field_names(group_id: int) -> "tuple[str, ...]":
    """Names of a group's fields in order; empty when the table does not know it."""
    return tuple(GROUPS[group_id].fields) if group_id in GROUPS else ()


def minimum(group_id: int) -> int:
    """How many fields a group has at least; 0 when the table does not know it."""
    return GROUPS[group_id].minimum if group_id in GROUPS else 0


def rank(group_id: int, field: "int | str") -> int:
    """1-based rank of a field given by rank or by name; ZoneError when the group has none of that name."""
    if isinstance(field, int):
        return field
    names = field_names(group_id)
    if field not in names:
        raise ZoneError("no such field", record=str(group_id), field=field, expected=", ".join(names))
    return names.index(field) + 1


def is_binary(group_id: int, field: int) -> bool:
    """Whether the field of that rank is one binary byte."""
    return group_id in GROUPS and field in GROUPS[group_id].binary
