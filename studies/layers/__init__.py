"""The walk through every layer and activation of Keras: is each right on every target?

`cases` holds the models, `listing` what is left out and why, `walk` runs them, `baseline` holds
what is known of them, `table` shows it.
"""
