"""The practice's file at work: patients, prescriptions, plans and rounds."""
