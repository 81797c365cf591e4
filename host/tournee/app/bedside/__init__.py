"""At the patient's, one visit at a time: which one a card opens, what it comes to, signed, undone.

A visit is in the round of a plan, or in the journal: `care_visit` makes them one thing with one key.
"""
