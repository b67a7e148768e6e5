"""Other ways to the same figures, written apart from the product's code: what it answers is held against them."""
