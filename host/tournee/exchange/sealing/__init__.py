"""CMS: recipients, sealing, unsealing."""
