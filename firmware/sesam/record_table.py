"""The 128-byte records inside a lot, column by column (domain 2.2, profile open-1 "Records").

One line a field, fixed width, so that the reader walks it in place:

    start length name constraint need class        (columns 1-3, 5-7, 9-31, 33-42, 44, 45)

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

Constraint of D and I: `nnn-nnn` bounds, `>0` not zero. Of S: `start+length`. Of W: `start+length`, `x` and
how many slots. Of ?T: what encoding puts when the value is left out.
"""

# columns 2 to 38 of records 2, 2A, 4 and 5; 2 to 26 of 4E
PATIENT = b"""\
  2   9 emetteur                           !B
 11   1                                    !_
 12  13 nir                                !N
 25   2 cle                                !C
 27   3 rang                               !D
 30   9 facture                 >0         !D
"""

# 1: head of a lot
_RECORD_1 = b"""\
  1   1                         1          !K
  2   9 emetteur                           !B
 11   6                                    !_
 17   3 organisme                          !D
 20   3 lot                     001-999    !D
 23   3 categorie               FSEDRE     !E
 26   2 securisation            000-005    !D
 28   2 mode_tarif              00         !K
 30  40 nom                                !T
 70   2                         B2         !K
 72   6 date                               !J
 78   1                                    !_
 79   2 norme                   SV         !K
 81   1                                    !_
 82   6 version                 140700     !K
 88   1                         U          !K
 89  40 crf                                !T
"""

# 2: head of an invoice
_RECORD_2 = b"""\
  1   1                         2          !K
  2  37                                    !&
 39   1 nature                             !D
 40   9 entree                             ?D
 49   2 regime                             !D
 51   3 caisse                             !D
 54   4 centre                             !D
 58   1 nature_piece                       ?D
 59   6 etablissement                      ?J
 65   6 effet                              ?J
 71   3 delivree_par                       ?D
 74   3 regime_prestation                  ?D
 77   2 nature_assurance        1013304190 !E
 79   1 justif_exo              01345679C  ?E
 80   6 hospitalisation                    ?J
 86   9 accident                           ?D
 95   1 tiers_payant            000-003    !D
 96   6 naissance                          !D
102   1 rang_naissance                     !D
103   6 entree_le                          ?J
109   6 sortie_le                          ?J
115   2 heure                              ?D
117   2 type_contrat                       ?D
119  10 numero_amc                         ?D
"""

# 2A: complementary insurer of an invoice (open-1)
_RECORD_2A = b"""\
  1   1                         2          !K
  2  37                                    !&
 39   1                         A          !K
 40   2                         01         !K
 42  10 numero_amc              >0         !D
 52  15 adherent                           ?T
 67   1 tp_complementaire       000-001    ?D
 68   8 montant_complementaire             ?I
 76   2 routage                            ?T
 78   3 hote                               ?T
 81  48                                    !_
"""

# 4: an act
_RECORD_4 = b"""\
  1   1                         4          !K
  2  37                                    !&
 39   2 mode_traitement                    ?D
 41   3 discipline                         ?D
 44   9 prescripteur                       ?B
 53   1 origine                            ?T
 54   1 justif_exo              01345679C  ?E
 55   2 specialite_prescripteur            ?D
 57   9 executant                          !B
 66   2 zone_tarif                         ?D
 68   2 specialite                         !D
 70   6 date                               !J
 76   4 acte                               !T
 80   1 complement                         ?T
 81   2 quantite                001-099    !I
 83   6 coefficient                        !I
 89   2 denombrement                       ?I
 91   7 prix_unitaire                      !I
 98   7 base                               !I
105   3 taux                    000-100    !I
108   7 part_amo                           !I
115   7 honoraires                         !I
122   1 qualificatif                       ?T
123   6 part_amc                           !I
"""

# 4E: RPPS numbers of the act before; from 89 on (open-1, version 2) its prescription and prior agreement
_RECORD_4E = b"""\
  1   1                         4          !K
  2  25                                    !&
 27   9 facture                 >0         !D
 36   1                         E          !K
 37   2 sequence                001-099    !I
 39  11 rpps_prescripteur                  ?R
 50  14 structure_prescripteur             ?T
 64  11 rpps_executant                     ?R
 75  14 structure_executant                ?T
 89   6 date_prescription                  !j
 95   6 demande_accord                     !j
101   6 reponse_accord                     !j
107   1 accord                             ?T
108  14 numero_accord                      ?T
122   7                                    !_
"""

# 5: end of an invoice
_RECORD_5 = b"""\
  1   1                         5          !K
  2  37                                    !&
 39   3 lignes                  001-999    !I
 42   8                                    !0
 50   8                                    !0
 58   8 honoraires                         !I
 66   8 part_amo                           !I
 74   8 paye_assure                        !I
 82   8                                    !0
 90   8 part_amc                           !I
 98  17                                    !_
115   8                                    !0
123   4                                    !_
127   2                                    !_
"""

# 6: end of a lot
_RECORD_6 = b"""\
  1   1                         6          !K
  2   9 emetteur                           !B
 11   3 factures                001-100    !I
 14   4 actes                              !I
 18   4 factures_2              011+003    !S
 22   3 factures_3              011+003    !S
 25   9 total                              !I
 34   9 part_amo                           !I
 43   9 part_amc                           !I
 52   3 lot                     001-999    !D
 55  74                                    !_
"""

# 7: a piece of certificate (open-1)
_RECORD_7 = b"""\
  1   1                         7          !K
  2   9 emetteur                           !B
 11   9 facture                 >0         !D
 20   1 genre                   PVL        !E
 21   2 rang                    001-099    !I
 23   2 sur                     001-099    !I
 25   2 algorithme              01         !K
 27   6 cle_id                             !H
 33  96 signature                          !6
"""

KINDS = ("1", "2", "2A", "4", "4E", "5", "6", "7")
TABLES = (_RECORD_1, _RECORD_2, _RECORD_2A, _RECORD_4, _RECORD_4E, _RECORD_5, _RECORD_6, _RECORD_7)
