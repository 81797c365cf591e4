"""The 128-byte records around lots and in return files (domain 2.2, profile "Records", "Return files").

Lines as in record_table; the shared table of `&` is ENDS. The reader never meets these records: only the
host loads them.
"""

# columns 4 to 55 of 000 and 999
ENDS = b"""\
  4   2 !L type_emetteur
  6  14 !P numero_emetteur
 20   6 ?TTOURNE programme_emetteur
 26   2 !L type_destinataire
 28  14 !P numero_destinataire
 42   6 ?T programme_destinataire
 48   2 !ETOTRARDLSC application
 50   6 !D fichier
"""

# 000: head of a file
_RECORD_000 = b"""\
  1   3 !K000
  4  52 !&
 56   6 !J date
 62   4 !KSV14 norme
 66   2 !KB2 version
 68  15 !_
 83   3 !K128
 86   6 !_
 92  37 ?T message
"""

# 999: end of a file
_RECORD_999 = b"""\
  1   3 !K999
  4  52 !&
 56   8 !I enregistrements
 64  19 !_
 83   3 !I lots
 86  43 !_
"""

# A: acknowledgement of a file, lot, invoice or piece (ARL)
_RECORD_A = b"""\
  1   1 !KA
  2  14 !D emetteur
 16   6 !D fichier
 22   3 !D lot
 25   6 ?J date_lot
 31   1 !EPN etat
 32   4 !D code
 36  80 ?T libelle
116   9 ?D facture
125   1 ?T genre
126   3 ?T piece
"""

# P: a piece that proves an invoice (SCOR, open-2)
_RECORD_P = b"""\
  1   1 !KP
  2   9 !B emetteur
 11   3 !D001-999 lot
 14   6 !J date_lot
 20   9 !D>0 facture
 29   3 !I001-999 rang
 32   1 !EJR envoi
 33   1 !EOFD nature
 34   6 !J jour
 40   2 !I001-010 pages
 42   7 !I>0 longueur
 49  44 !6 empreinte
 93   9 ?B prescripteur
102  27 !_
"""

# D: request for increments of the opposition list (dLOI)
_RECORD_D = b"""\
  1   1 !KD
  2   6 !D numero
  8 121 !_
"""

# I: head of an increment of the opposition list
_RECORD_I = b"""\
  1   1 !KI
  2   6 !D du_numero
  8   6 !D au_numero
 14   6 !J date
 20   7 !I ajouts
 27   7 !I retraits
 34  95 !_
"""

# L: additions or removals of an increment
_RECORD_L = b"""\
  1   1 !KL
  2   1 !E+- sens
  3   2 !W005+010x12 nombre
  5  10 ?T serie_01
 15  10 ?T serie_02
 25  10 ?T serie_03
 35  10 ?T serie_04
 45  10 ?T serie_05
 55  10 ?T serie_06
 65  10 ?T serie_07
 75  10 ?T serie_08
 85  10 ?T serie_09
 95  10 ?T serie_10
105  10 ?T serie_11
115  10 ?T serie_12
125   4 !_
"""

KINDS = ("000", "999", "A", "P", "D", "I", "L")
TABLES = (_RECORD_000, _RECORD_999, _RECORD_A, _RECORD_P, _RECORD_D, _RECORD_I, _RECORD_L)
