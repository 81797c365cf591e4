"""The 27 NOEMIE entities, column by column (domain 2.4).

A line with three digits first starts an entity: type, length with its final `@`, title. The lines after it
are its fields:

    start length need-class name constraint title        (columns 1-3, 5-7, 9-10, 12-34, 36-39, 41 on)

need and class as in record_table, and besides:

    A  printable ASCII       d  digits, or blank when there are none       i  the same for a quantity
    G  sign: P, N or blank

Blank columns of a `?` field are zeros when numeric and spaces otherwise, as for the B2 records; blanks in
numeric ones are read as well and kept (value `""`). Columns 1-3 are the type; the last column is `@`, but
for 000 and 999.
"""

TABLE = """\
000 128 Début de fichier
  4   2 !A type_emetteur                Type d’émetteur
  6  14 !D numero_emetteur              Numéro d’émetteur
 20   6 ?A programme_emetteur           Programme émetteur
 26   2 !A type_destinataire            Type de destinataire
 28  14 !A numero_destinataire          Numéro de destinataire
 42   6 ?A programme_destinataire       Programme destinataire
 48   2 ?A application                  Application-type d’échange
 50   6 !A fichier                      Identification du fichier
 56   6 !D date                         Date de création du fichier
 62   4 !A reference                    Référence de l’échange
 66   2 ?A version                      Version
 68   1 ?A compactage                   Compactage
 69   1 ?A cryptage                     Cryptage
 70   1 ?A monnaie                 U    Monnaie
 71   1 ?A flux                         Type de flux
 72  11 !_
 83   3 !K                         128
 86   6 ?A mot_de_passe                 Mot de passe
 92  37 ?A message                      Message
010  14 Organisme complémentaire
  4   2 !K rupture                 01   Niveau de rupture
  6   7 !D numero_amc                   Numéro d’organisme complémentaire
 13   1 !D cle                          Clé du numéro d’organisme complémentaire
020  21 Mandataire
  4   2 !K rupture                 01   Niveau de rupture
  6  15 !D destinataire                 Numéro de destinataire de règlement
040  21 Destinataire de règlement
  4   2 !K rupture                 02   Niveau de rupture
  6  15 !D destinataire                 Numéro de destinataire de règlement
070  12 Date comptable
  4   2 !K rupture                 02   Niveau de rupture
  6   6 !D date                         Date de la journée comptable
071  86 Date comptable et référence du virement
  4   2 !K rupture                 02   Niveau de rupture
  6   6 !D date                         Date de la journée comptable ou date d’émission du virement
 12  32 !A libelle_1                    Libellé du virement - ligne 1
 44  32 ?A libelle_2                    Libellé du virement - ligne 2
 76  10 ?A organisme                    Organisme payeur
080  15 Lot
  4   2 ?D rupture                      Niveau de rupture
  6   6 !D date                         Date de constitution du lot
 12   3 !D lot                          Numéro de lot
081  22 Type de retour
  4   2 !K rupture                 02   Niveau de rupture
  6   2 !D type                         Code du type de retour
  8  14 ?A lieu                         Numéro du lieu d’éxecution de l’acte
100  15 Facture
  4   2 ?D rupture                      Niveau de rupture
  6   9 !D facture                      Numéro de facture
102  40 Facture
  4   2 ?D rupture                      Niveau de rupture
  6   9 !A facture                      N° de facture
 15   6 ?A complement                   Complément au n° de facture
 21   3 ?A lot                          N° de lot
 24   6 ?d date_lot                     Date de création du lot
 30   1 !A type                         Type de facture
 31   6 ?d date                         Date de facturation
 37   1 ?A traitement_amc               Traitement effectué sur la part AMC
 38   2 ?A nature_assurance             Nature d’assurance
103 152 Assuré et bénéficiaire
  4   2 ?D rupture                      Niveau de rupture
  6  13 !A nir                          N° immatriculation
 19   2 !D cle                          Clé du numéro d’immatriculation
 21  25 ?A nom                          Nom patronymique
 46  25 ?A nom_usage                    Nom d’usage
 71  15 ?A prenom                       Prénom
 86  13 ?A nir_individuel               N° immatriculation individuel
 99   2 ?d cle_individuelle             Clé du numéro d’immatriculation individuel
101   6 !D naissance                    Date de naissance
107   1 !D rang_naissance               Rang de naissance
108  25 ?A nom_beneficiaire             Nom
133  15 ?A prenom_beneficiaire          Prénom
148   4 ?d unite_gestion                Unité de gestion de rattachement
110  88 Assuré
  4   2 ?D rupture                      Niveau de rupture
  6  13 !A nir                          Numéro de sécurité sociale
 19   2 !D cle                          Clé du numéro de sécurité sociale
 21   1 !A nature_nom                   Nature du nom
 22  25 !A nom                          Nom du bénéficiaire
 47  26 ?A blanc                        Blanc
 73  15 !A prenom                       Prénom du bénéficiaire
120  57 Malade
  4   2 ?D rupture                      Niveau de rupture
  6   6 !D naissance                    Date de naissance du bénéficiaire
 12   1 !A rang                         Rang du bénéficiaire
 13  25 !A nom                          Nom du malade
 38  15 !A prenom                       Prénom du malade
 53   4 !A unite_gestion                Unité de gestion de rattachement
150   8 Nature d’assurance
  4   2 ?D rupture                      Niveau de rupture
  6   2 !A nature_assurance             Nature de l’assurance
160  23 Critère d’archivage
  4   2 ?D rupture                      Niveau de rupture
  6  17 !D archivage                    Numéro d’archivage
198  24 Part AMO
  4   2 ?D rupture                      Niveau de rupture
  6   8 !I demande                      Montant AMO demandé
 14   1 !A etat                         État paiement part AMO
 15   8 ?i paye                         Montant AMO payé
 23   1 !G signe                        Signe du montant AMO payé
199  49 Part AMC
  4   2 ?D rupture                      Niveau de rupture
  6   8 !I demande                      Montant AMC demandé
 14   1 !A etat                         État paiement part AMC
 15   8 ?i paye                         Montant AMC payé
 23   1 !G signe                        Signe du montant AMC payé
 24  10 !D numero_amc                   N° AMC destinataire
 34  15 ?A adherent                     N° identification AMC de l’adhérent
210 118 Acte professionnel
  4   2 ?D rupture                      Niveau de rupture
  6   2 !D ligne                        N° de ligne
  8   2 !D code_gestion                 Code gestion technique pour régime
 10   1 !A justif_exo                   Justification pour exonération
 11   2 !D mode_traitement              Mode de traitement
 13   3 !D discipline                   Discipline médico-tarifaire
 16   6 !D date_prescription            Date de prescription d’un acte
 22   6 !D date                         Date des soins ou date début
 28   6 !D date_fin                     Date de fin de soins
 34   8 !I prix_unitaire                Prix unitaire d’un acte
 42   8 !I base                         Base de remboursement d’un acte
 50   3 !I taux                         Taux de remboursement
 53   8 !I montant                      Montant remboursé
 61   1 !G signe                        Signe de l’acte
 62   3 !A nature                       Nature de la prestation
 65   2 !A complement                   Code complémentaire à la nature d’acte
 67   3 !I quantite                     Quantité d’actes
 70   5 !I coefficient                  Coefficient de l’acte
 75   3 !I denombrement                 Dénombrement des actes
 78   8 !I depense                      Montant de la dépense
 86   2 !A qualificatif                 Qualificatif de la dépense
 88   3 !I taux_alsace_moselle          Taux complémentaire Alsace/Moselle
 91   8 !I montant_alsace_moselle       Montant complémentaire Alsace/Moselle
 99   3 !I taux_amc                     Taux part complémentaire Mutuelle
102   8 !I montant_amc                  Montant part complémentaire
110   8 !I base_amc                     Base remboursement Mutuelle
220 118 Frais hospitaliers
  4   2 ?D rupture                      Niveau de rupture
  6   2 !D ligne                        N° de ligne
  8   2 !D code_gestion                 Code gestion technique pour régime
 10   1 !A justif_exo                   Justification pour exonération
 11   2 !D mode_traitement              Mode de traitement
 13   3 !D discipline                   Discipline médico-tarifaire
 16   6 !D date                         Date des soins ou date début
 22   6 !D date_fin                     Date de fin de soins
 28   8 !I prix_unitaire                Prix unitaire d’un acte
 36   8 !I base                         Base de remboursement d’un acte
 44   3 !I taux                         Taux de remboursement
 47   8 !I montant                      Montant remboursé
 55   1 !G signe                        Signe de l’acte
 56   3 !A nature                       Nature de la prestation
 59   2 !A complement                   Code complémentaire à la nature d’acte
 61   3 !I quantite                     Quantité d’actes
 64   5 !I coefficient                  Coefficient de l’acte
 69   3 !I denombrement                 Dénombrement des actes
 72   8 !I depense                      Montant de la dépense
 80   2 !A qualificatif                 Qualificatif de la dépense
 82   5 !I coefficient_global           Coefficient global pour hospitalisation
 87   1 !D forfait                      Code forfait à générer
 88   3 !I taux_alsace_moselle          Taux complémentaire Alsace/Moselle
 91   8 !I montant_alsace_moselle       Montant complémentaire Alsace/Moselle
 99   3 !I taux_amc                     Taux part complémentaire Mutuelle
102   8 !I montant_amc                  Montant part complémentaire
110   8 !I base_amc                     Base remboursement Mutuelle
250  47 Mouvement financier - retenue
  4   2 ?D rupture                      Niveau de rupture
  6   2 !D ligne                        Numéro de ligne pour noemie
  8  10 !A dette                        Référence de la dette
 18   6 !D date                         Date d’enregistrement de la dette
 24   3 !A nature                       Nature de la dette
 27   3 !A operation                    Nature des opérations de récupération
 30   8 !I montant                      Montant du mouvement financier
 38   1 !G signe                        Signe de l’acte
 39   8 ?i solde                        Montant du solde d’une dette
261  19 Paiements ponctuels ou forfaitaires
  4   2 ?D rupture                      Niveau de rupture
  6   5 !D code                         Code paiement ponctuel ou forfaitaire
 11   8 !I montant                      Montant paiment ponctuel ou forfaitaire
262 134 Détail paiement ponctuel ou forfaitaire
  4   2 ?D rupture                      Niveau de rupture
  6   5 ?A code                         Codification
 11  80 ?A libelle                      Libellé associé
 91  13 ?A nir                          N° d’immatriculation
104   2 ?d cle                          Clé du numéro d’immatriculation
106   6 ?d naissance                    Date de naissance
112   1 ?d rang_naissance               Rang de naissance
113   1 !A periode                      Période
114   6 ?d debut                        Date début période
120   6 ?d fin                          Date fin période
126   8 !I montant                      Montant
290  98 Rejet ou signalement
  4   2 ?D rupture                      Niveau de rupture
  6   2 !D ligne                        N° de ligne
  8  10 !A code                         Codification
 18  80 !A libelle                      Libellé
294 153 Ligne rejet
  4   2 ?D rupture                      Niveau de rupture
  6   4 !A code                         Codification du rejet
 10  86 !A libelle                      Libellé du rejet
 96   1 !A niveau                       Niveau de rejet
 97   1 !A part                         Part concerné
 98   5 ?A nature                       Nature de prestation concernée
103   6 ?d date                         Date des soins
109   9 ?d executant                    N° exécutant
118   3 ?d ligne                        N° de ligne
121   2 ?d rang                         Rang du rejet
123  30 ?A information                  Information complémentaire sur le rejet
295 135 Ligne commentaire
  4   2 ?D rupture                      Niveau de rupture
  6   1 ?A code                         Code commentaire
  7 128 !A libelle                      Commentaire
990  43 Entité de contrôle
  4   2 !K rupture                 99   Niveau de rupture
  6  17 ?A identification               Identification du niveau de rupture
 23   8 !I nombre                       Compteur du niveau inférieur dans la hierarchie
 31  11 !I cumul                        Cumul des montants de niveau inférieur
 42   1 !G signe                        Signe de l’acte
999 128 Fin de fichier
  4   2 !A type_emetteur                Type d’émetteur
  6  14 !D numero_emetteur              Numéro d’émetteur
 20   6 ?A programme_emetteur           Programme émetteur
 26   2 !A type_destinataire            Type de destinataire
 28  14 !A numero_destinataire          Numéro de destinataire
 42   6 ?A programme_destinataire       Programme destinataire
 48   2 ?A application                  Application-type d’échange
 50   6 !A fichier                      Identification du fichier
 56   8 !I enregistrements              Nombre d’enregistrements
 64   1 ?A flux                         Type de flux
 65  18 ?A blanc                        Blanc
 83   3 !I lots                         Nombre de lots
 86  11 !I cumul                        Cumul des montants du fichier
 97   1 !G signe                        Signe du montant du fichier
 98  11 ?i cumul_autre                  Cumul des montants du fichier dans l’autre monnaie
109  20 ?A blanc_fin                    Blanc
"""

#: What letters and codes stand for, by entity and field, to be shown (domain 2.4).
LABELS = {
    ("000", "flux"): {"": "réel", "R": "réel", "D": "démonstration", "T": "test"},
    ("081", "type"): {
        "01": "flux électroniques",
        "02": "flux papier",
        "03": "paiements ponctuels ou forfaitaires",
        "04": "rappels",
        "05": "retenues",
    },
    ("102", "type"): {
        "F": "FSE",
        "D": "DRE",
        "B": "B2 ou SESAM dégradé",
        "P": "papier AMO",
        "C": "papier AMC",
        "A": "flux AMC",
        "E": "rappel",
    },
    ("102", "traitement_amc"): {
        "": "aucun",
        "A": "éclatement par l’OCT",
        "F": "éclatement par l’OCT",
        "E": "éclatement au poste de travail",
        "C": "paiement coordonné",
        "N": "image seule",
        "V": "virement séparé",
    },
    ("150", "nature_assurance"): {"AS": "maladie", "AM": "maternité", "AT": "accident du travail"},
    ("198", "etat"): {"": "non traité", "P": "payé", "R": "rejeté", "D": "différé"},
    ("199", "etat"): {"": "non traité", "P": "payé", "R": "rejeté", "D": "différé"},
    ("294", "niveau"): {"F": "facture", "L": "ligne", "A": "code affiné"},
    ("294", "part"): {"O": "AMO", "C": "AMC"},
}
