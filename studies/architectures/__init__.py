"""Published architectures that are plain stacks of layers, a file for each field.

Each file ends in `MODELS`: functions that make a built model, by name. Such a name is a MODEL
argument, as in `seqbench export studies/architectures/digits.py:lenet5`, and
`python -m studies.architectures` exports and verifies them all.

The layers are the papers': every one, with its strides, padding, activation and normalization.
Each docstring says where the model is from, and what differs: mostly width and resolution.
"""
