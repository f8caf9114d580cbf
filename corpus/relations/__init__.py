"""Which documents belong together: near-duplicates, same event, and the components that these make.

Plain functions over numpy arrays, one bucket at a time: nothing here knows of files, shards or engines.
Exact copies are equal hashes of the text (the engine's); translations are in `corpus.pairs`.
"""
