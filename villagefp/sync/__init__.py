"""The laptop's side of the exchange: one engine for every road; what the outside gives is passed in."""
