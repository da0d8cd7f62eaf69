"""The card of a model: which artifact and runtime to choose at each place, at what cost, and why.

`candidates` says what is known of each artifact in each runtime, `places` chooses among them,
`budgets` holds them against limits, `view` makes blocks of a document, `values` JSON.
"""
