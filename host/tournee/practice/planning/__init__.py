"""Plans, their days, the visits and rounds that come of them."""
