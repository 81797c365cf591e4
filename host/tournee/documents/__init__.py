"""Papers that the carer prints or hands over, as PDF."""
