"""How a visit is certified where it is not both cards at once: a replacement, later, without the Vitale."""
