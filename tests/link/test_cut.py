"""How much goes into one message: more where all passes, less where it does not."""

from tournee.reader.cut import Cut


def test_first_message_carries_one_and_it_doubles_while_all_passes():
    cut = Cut()
    seen = []
    for _ in range(8):
        seen.append(cut.units(7))
        cut.answered(0, 7)
    assert seen == [1, 1, 2, 2, 4, 4, 7, 7]


def test_what_goes_wrong_costs_a_third_and_is_won_back_one_by_one():
    cut = Cut()
    for _ in range(8):
        cut.answered(0, 9)
    cut.answered(3, 9)
    seen = []
    for _ in range(7):
        seen.append(cut.units(9))
        cut.answered(3, 9)
    assert seen == [6, 6, 7, 7, 8, 8, 9]


def test_it_is_never_less_than_one_nor_more_than_the_reader_takes():
    cut = Cut()
    for troubles in range(1, 5):
        cut.answered(troubles, 8)
    assert cut.units(8) == 1
    for _ in range(60):
        cut.answered(4, 8)
    assert (cut.units(8), cut.units(3)) == (8, 3)


def test_link_that_was_bad_before_the_first_message_makes_it_careful():
    cut = Cut()
    for _ in range(5):
        cut.answered(5, 8)
    assert cut.units(8) == 3


def test_less_is_sent_ahead_where_a_loss_has_it_all_be_sent_again():
    cut = Cut()
    assert cut.ahead(8) == 8
    seen = []
    for troubles in range(1, 6):
        cut.answered(troubles, 8)
        seen.append(cut.ahead(8))
    assert seen == [5, 3, 2, 2, 2]
    for _ in range(8):
        cut.answered(5, 8)
    assert (cut.ahead(8), cut.ahead(1)) == (3, 1)


def test_reader_that_takes_one_at_a_time_is_never_sent_two():
    cut = Cut()
    cut.ahead(1)
    for troubles in (1, 2, *[2] * 20):
        cut.answered(troubles, 8)
        assert cut.ahead(1) == 1
