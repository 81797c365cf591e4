"""A card's groups and a sheet's: decoded into values, and made of them."""
