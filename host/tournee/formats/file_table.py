"""The 128-byte records around lots and in return files (domain 2.2, profile "Records", "Return files").

Lines as in record_table; the shared table of `&` is ENDS. The reader never meets these records: only the
host loads them.
"""

# columns 4 to 55 of 000 and 999
ENDS = b"""\
  4   2 type_emetteur                      !L
  6  14 numero_emetteur                    !P
 20   6 programme_emetteur      TOURNE     ?T
 26   2 type_destinataire                  !L
 28  14 numero_destinataire                !P
 42   6 programme_destinataire             ?T
 48   2 application             TOTRARDL   !E
 50   6 fichier                            !D
"""

# 000: head of a file
_RECORD_000 = b"""\
  1   3                         000        !K
  4  52                                    !&
 56   6 date                               !J
 62   4 norme                   SV14       !K
 66   2 version                 B2         !K
 68  15                                    !_
 83   3                         128        !K
 86   6                                    !_
 92  37 message                            ?T
"""

# 999: end of a file
_RECORD_999 = b"""\
  1   3                         999        !K
  4  52                                    !&
 56   8 enregistrements                    !I
 64  19                                    !_
 83   3 lots                               !I
 86  43                                    !_
"""

# A: acknowledgement of a file, lot or invoice (ARL)
_RECORD_A = b"""\
  1   1                         A          !K
  2  14 emetteur                           !D
 16   6 fichier                            !D
 22   3 lot                                !D
 25   6 date_lot                           ?J
 31   1 etat                    PN         !E
 32   4 code                               !D
 36  80 libelle                            ?T
116   9 facture                            ?D
125   4                                    !_
"""

# D: request for increments of the opposition list (dLOI)
_RECORD_D = b"""\
  1   1                         D          !K
  2   6 numero                             !D
  8 121                                    !_
"""

# I: head of an increment of the opposition list
_RECORD_I = b"""\
  1   1                         I          !K
  2   6 du_numero                          !D
  8   6 au_numero                          !D
 14   6 date                               !J
 20   7 ajouts                             !I
 27   7 retraits                           !I
 34  95                                    !_
"""

# L: additions or removals of an increment
_RECORD_L = b"""\
  1   1                         L          !K
  2   1 sens                    +-         !E
  3   2 nombre                  005+010x12 !W
  5  10 serie_01                           ?T
 15  10 serie_02                           ?T
 25  10 serie_03                           ?T
 35  10 serie_04                           ?T
 45  10 serie_05                           ?T
 55  10 serie_06                           ?T
 65  10 serie_07                           ?T
 75  10 serie_08                           ?T
 85  10 serie_09                           ?T
 95  10 serie_10                           ?T
105  10 serie_11                           ?T
115  10 serie_12                           ?T
125   4                                    !_
"""

KINDS = ("000", "999", "A", "D", "I", "L")
TABLES = (_RECORD_000, _RECORD_999, _RECORD_A, _RECORD_D, _RECORD_I, _RECORD_L)
