"""What ISO/IEC 7816-3 asks of who holds a card, judged on what a `card_line.CardLine` has written down. Each
function gives the faults, with clause and figure; times in etu and in cycles of the card's clock.
"""

from itertools import pairwise

from card_line import CardLine

CLOCK_MOST_KHZ = 5000  # classes A and B (5.2.3)
RESET_LEAST = 400  # cycles of the clock with RST low (6.2.2)
RESET_MOST = 40_000  # the answer has to come within these (6.2.2), and no card waits for longer in reset
GUARD = 12  # etu between two characters one way (7.2, 8.3)
GUARD_T1 = 11  # with N = 255 in T=1 (11.2)
TURN = {0: 16, 1: 22}  # etu between two characters of opposite directions: 10.2; 11.4.3, BGT
DRIFT = 0.2  # etu that the tenth moment of a character may be off (7.2)
_ROUNDING = 0.01  # etu: a baud rate is a whole number
_ON = ["VCC", "IO", "CLK", "RST"]  # 6.2.1, 6.2.2
_OFF = ["RST", "CLK", "IO", "VCC"]  # 6.4


def activation(line: CardLine, edges: list) -> list[str]:
    """6.2: RST low, VCC, I/O in reception, clock, then RST high after 400 cycles; nothing else meanwhile."""
    faults = []
    if [contact for _, contact, _ in edges] != _ON or not all(level for _, _, level in edges):
        faults.append(f"6.2.1 order {[(contact, level) for _, contact, level in edges]}")
    at = {contact: ns for ns, contact, level in edges if level}
    cycles = (at.get("RST", 0) - at.get("CLK", 0)) * line.clock_khz / 1e6
    if not RESET_LEAST <= cycles <= RESET_MOST:
        faults.append(f"6.2.2 RST low for {cycles:.0f} cycles")
    if not 1000 <= line.clock_khz <= CLOCK_MOST_KHZ:
        faults.append(f"5.2.3 clock of {line.clock_khz:.0f} kHz")
    return faults


def deactivation(edges: list) -> list[str]:
    """6.4: RST low, CLK low, I/O low, VCC off, each once; the last state is low all over."""
    down = [contact for _, contact, level in edges if not level]
    last = {contact: level for _, contact, level in edges}
    if down != _OFF or any(last.values()) or sorted(last) != sorted(_OFF):
        return [f"6.4 order {[(contact, level) for _, contact, level in edges]}"]
    return []


def characters(line: CardLine, protocol: int, n: int = 0, cwi: int = 13, wi: int = 10) -> list[str]:
    """7.2, 8.3, 10.2, 11.4.3: what we send keeps its distance from the character before, one way and the
    other, and none of us lets a block of T=1, or a command of T=0, break off. `n` is N of TC1."""
    faults = []
    least = GUARD + n if n < 255 else GUARD_T1 if protocol else GUARD
    rate = line.characters[0].etu / line.characters[-1].etu  # D
    for before, ours in pairwise(line.characters):
        if ours.sender != "reader":
            continue
        gap = (ours.at - before.at) / max(ours.etu, before.etu)
        drift = 10 * abs(ours.etu / ours.nominal - 1)
        if drift > DRIFT:
            faults.append(f"7.2 an etu off by {drift / 10:.3f}")
        if before.sender == "card":
            if gap < TURN[protocol] - _ROUNDING:
                faults.append(f"{'11.4.3' if protocol else '10.2'} turnaround of {gap:.1f} etu")
            continue
        if gap < least - _ROUNDING:
            faults.append(f"8.3 guard time of {gap:.1f} etu")
        longest = 11 + (1 << cwi) if protocol else wi * 960 * rate
        if gap > longest:
            faults.append(f"{'11.4.3 CWT' if protocol else '10.2 WT'} of {gap:.1f} etu")
    return faults
