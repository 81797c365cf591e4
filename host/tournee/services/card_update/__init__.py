"""Updates of emulated Vitale cards, profile `open-2/maj`: a simulation, that no real card knows."""
