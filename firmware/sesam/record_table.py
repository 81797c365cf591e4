"""The 128-byte records inside a lot, column by column (domain 2.2, profile open-1 "Records").

One line a field, which the reader walks in place:

    start length need class constraint name    (columns 1-3, 5-7, 9, 10, from 11 on; a space; to the end)

`start` is the 1-based column. need: `!` always there · `?` may be empty: zeros, or spaces for text. A field
without a name is filled by the table. Classes:

    K  the constraint itself               0  zeros                      _  spaces
    D  digits, an identifier               I  digits, a quantity         E  one of the constraint's pieces
    T  upper-case ASCII, left-justified    L  capital letters            J  date AAMMJJ, j that or spaces
    B  billing number with its key         R  RPPS number                N  NIR, 13 characters
    C  key of the NIR just before          P  participant's number of 14, after its type of 2
    H  upper-case hexadecimal              6  Base64, padded, then spaces
    S  the number at the constraint again  W  how many of the constraint's slots are filled, in order
    &  as the shared table (PATIENT here)

Constraint, without a space in it, of D and I: `nnn-nnn` bounds, `>0` not zero. Of S: `start+length`. Of W:
`start+length`, `x` and how many slots. Of ?T: what encoding puts when the value is left out.
"""

# columns 2 to 38 of records 2, 2R, 2A, 4 and 5; 2 to 26 of 4E
PATIENT = b"""\
  2   9 !B emetteur
 11   1 !_
 12  13 !N nir
 25   2 !C cle
 27   3 !D rang
 30   9 !D>0 facture
"""

KINDS = ("1", "2", "2R", "2A", "4", "4E", "5", "6", "7")
TABLES = (
    # 1: head of a lot
    b"""\
  1   1 !K1
  2   9 !B emetteur
 11   6 !_
 17   3 !D organisme
 20   3 !D001-999 lot
 23   3 !EFSEDRE categorie
 26   2 !D000-005 securisation
 28   2 !K00 mode_tarif
 30  40 !T nom
 70   2 !KB2
 72   6 !J date
 78   1 !_
 79   2 !KSV norme
 81   1 !_
 82   6 !K140700 version
 88   1 !KU
 89  40 !T crf
""",
    # 2: head of an invoice
    b"""\
  1   1 !K2
  2  37 !&
 39   1 !D nature
 40   9 ?D entree
 49   2 !D regime
 51   3 !D caisse
 54   4 !D centre
 58   1 ?D nature_piece
 59   6 ?J etablissement
 65   6 ?J effet
 71   3 ?D delivree_par
 74   3 ?D regime_prestation
 77   2 !E1013304190 nature_assurance
 79   1 ?E01345679C justif_exo
 80   6 ?J hospitalisation
 86   9 ?D accident
 95   1 !D000-003 tiers_payant
 96   6 !D naissance
102   1 !D rang_naissance
103   6 ?J entree_le
109   6 ?J sortie_le
115   2 ?D heure
117   2 ?D type_contrat
119  10 ?D numero_amc
""",
    # 2R: who replaces the issuer, and whether her card signs (open-1, group 1150)
    b"""\
  1   1 !K2
  2  37 !&
 39   1 !KR
 40   2 !K01
 42   9 !B remplacant
 51  11 !R rpps
 62  25 !T nom
 87  15 ?T prenom
102   1 !D000-001 signature
103  26 !_
""",
    # 2A: complementary insurer of an invoice; from 81 on (open-1, version 3) its engagement
    b"""\
  1   1 !K2
  2  37 !&
 39   1 !KA
 40   2 !K01
 42  10 !D>0 numero_amc
 52  15 ?T adherent
 67   1 ?D000-001 tp_complementaire
 68   8 ?I montant_complementaire
 76   2 ?T routage
 78   3 ?T hote
 81  16 ?T engagement
 97   6 !j engagement_fin
103  26 !_
""",
    # 4: an act
    b"""\
  1   1 !K4
  2  37 !&
 39   2 ?D mode_traitement
 41   3 ?D discipline
 44   9 ?B prescripteur
 53   1 ?T origine
 54   1 ?E01345679C justif_exo
 55   2 ?D specialite_prescripteur
 57   9 !B executant
 66   2 ?D zone_tarif
 68   2 !D specialite
 70   6 !J date
 76   4 !T acte
 80   1 ?T complement
 81   2 !I001-099 quantite
 83   6 !I coefficient
 89   2 ?I denombrement
 91   7 !I prix_unitaire
 98   7 !I base
105   3 !I000-100 taux
108   7 !I part_amo
115   7 !I honoraires
122   1 ?T qualificatif
123   6 !I part_amc
""",
    # 4E: RPPS numbers of the act before; from 89 on (open-1, version 2) its prescription and prior agreement
    b"""\
  1   1 !K4
  2  25 !&
 27   9 !D>0 facture
 36   1 !KE
 37   2 !I001-099 sequence
 39  11 ?R rpps_prescripteur
 50  14 ?T structure_prescripteur
 64  11 ?R rpps_executant
 75  14 ?T structure_executant
 89   6 !j date_prescription
 95   6 !j demande_accord
101   6 !j reponse_accord
107   1 ?T accord
108  14 ?T numero_accord
122   7 !_
""",
    # 5: end of an invoice
    b"""\
  1   1 !K5
  2  37 !&
 39   3 !I001-999 lignes
 42   8 !0
 50   8 !0
 58   8 !I honoraires
 66   8 !I part_amo
 74   8 !I paye_assure
 82   8 !0
 90   8 !I part_amc
 98  17 !_
115   8 !0
123   4 !_
127   2 !_
""",
    # 6: end of a lot
    b"""\
  1   1 !K6
  2   9 !B emetteur
 11   3 !I001-100 factures
 14   4 !I actes
 18   4 !S011+003 factures_2
 22   3 !S011+003 factures_3
 25   9 !I total
 34   9 !I part_amo
 43   9 !I part_amc
 52   3 !D001-999 lot
 55  74 !_
""",
    # 7: a piece of certificate (open-1)
    b"""\
  1   1 !K7
  2   9 !B emetteur
 11   9 !D>0 facture
 20   1 !EPVAL genre
 21   2 !I001-099 rang
 23   2 !I001-099 sur
 25   2 !E0102 algorithme
 27   6 !H cle_id
 33  96 !6 signature
""",
)
