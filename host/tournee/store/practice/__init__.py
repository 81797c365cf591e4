"""The practice's file, kept sealed."""
