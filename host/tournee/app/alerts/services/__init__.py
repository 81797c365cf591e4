"""Alerts of what stands around an invoice: pieces, prescriptions, insurers, requests that wait."""
