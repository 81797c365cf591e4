"""The page: a carer's whole day in one hand, in French.

One face over `app`, by async handlers alone, so that it runs on a desk (uvicorn), in a tablet's page and
behind a practice's server. `ports` says what differs by where it stands, `screens` are the fragments, `watch`
follows the cards in the reader, `news` tells the page what happened by itself.
"""
