"""A fitted stack as plain arrays: what it takes to answer, and nothing else.

A fitted stack is a few matrices, some training rows and many small trees. scikit-learn
and XGBoost are needed to find them; to ask them, arithmetic is enough, and importing the
two costs more than describing a recording and answering together. `copy` takes a fitted
stack apart, `steps`, `trees` and `pooling` are the arithmetic, `PlainStack` puts it
together.

It follows besides that a stored model holds numbers only: no types are constructed from a
stranger's file, and it answers the same under every version of scikit-learn.

What answers may import numpy only. Only `copy` knows scikit-learn, and nothing here
learns.
"""

from genre_audio.learning.plain.stack import Chain, PlainStack, Step

__all__ = ["Chain", "PlainStack", "Step"]
