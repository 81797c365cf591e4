"""Rights on line (ADRi-shaped, a simulation): asked, shown beside the card's, chosen by the carer."""
