"""`tournee.ssv` as a library of C, `libtournee_ssv`, which any program loads: C, Delphi, C#, WinDev.

`prototypes` is the one table of its functions; the header, the C code and what answers each call come of it.
Simulation, profile open-1: no library of the GIE, bills nobody.
"""
