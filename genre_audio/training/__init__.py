"""A table becomes a finished model, and a model becomes a folder and back.

`train` fits the stack, scores it on held-out folds and measures the training rows' own
distances; `save_bundle` and `load_bundle` move the result to and from a folder that says
everything about itself. Loading runs no code that a stranger could have put there.
"""

from genre_audio.training.bundle import BundleInfo, ModelBundle
from genre_audio.training.persistence import load_bundle, save_bundle
from genre_audio.training.refit import load_or_refit
from genre_audio.training.store import ModelEntry, activate, list_models, resolve_model
from genre_audio.training.train import train

__all__ = [
    "BundleInfo",
    "ModelBundle",
    "ModelEntry",
    "activate",
    "list_models",
    "load_bundle",
    "load_or_refit",
    "resolve_model",
    "save_bundle",
    "train",
]
