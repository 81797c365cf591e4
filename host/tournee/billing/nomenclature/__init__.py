"""The nomenclature as data: acts, letters and amounts, each dated, each with how sure it is.

`table` holds a table and answers for a day; `reading` judges a file and makes one of it.
"""
