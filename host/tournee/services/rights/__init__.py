"""Rights on line, ADRi-shaped, profile `open-2/droits`: a simulation."""
