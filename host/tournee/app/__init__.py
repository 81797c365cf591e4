"""The use cases, one function each: what every face calls.

`office` holds what they work with; `care` happens at the patient's, `dispatch` sends, `mailroom` takes in.
"""
