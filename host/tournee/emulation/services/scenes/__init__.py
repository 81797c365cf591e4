"""The scenes of a day in which each service around the invoice does its work, and one of each goes wrong."""
