"""The words by which a carer knows what the journal follows; its own ids mean nothing to them."""

NAMES = {
    "visit": """SELECT 'visite ' || visit.rank || ' du '
        || substr(day.date, 7, 2) || '/' || substr(day.date, 5, 2) || '/' || substr(day.date, 1, 4)
        FROM visit JOIN day ON day.id = visit.day WHERE visit.id = ?""",
    "sheet": """SELECT sheet.kind || printf(' %09d', invoice.number)
        FROM sheet JOIN invoice ON invoice.id = sheet.invoice WHERE sheet.id = ?""",
    "lot": "SELECT printf('lot %03d', number) FROM lot WHERE id = ?",
    "file": "SELECT printf('fichier %06d', number) FROM file WHERE id = ?",
    "message": "SELECT 'message ' || compostage FROM message WHERE id = ?",
    "received": """SELECT CASE kind WHEN 'unknown' THEN 'retour' ELSE kind END || ' ' || id
        FROM received WHERE id = ?""",
}
"""By subject of the history, the query that names one of them (`FSE 000000001`, `lot 003`, `RSP 3`)."""
