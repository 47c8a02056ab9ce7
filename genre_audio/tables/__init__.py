"""Rows in files, and rows ready to learn from.

Feature tables are CSV files in the form of the published GTZAN table, with a manifest
beside them; annotation files say labels and groups of recordings by name; a `Dataset`
is what a learner gets. Reading is strict: what is not understood is refused with file,
row and column.

No audio and no learner may enter here. `genre_audio.tables.splits` is imported by its
own name, because it needs scikit-learn and most commands do not.
"""

from genre_audio.tables.annotations import Annotations, read_annotations, read_names
from genre_audio.tables.any_dataset import dataset_of_any
from genre_audio.tables.any_table import read_any_table
from genre_audio.tables.csv_text import csv_lines, escaped, table_text, unescaped
from genre_audio.tables.dataset import Dataset, dataset_of, regrouped, resolve_groups
from genre_audio.tables.feature_table import FeatureTable, read_table
from genre_audio.tables.gtzan_index import GtzanIndex, read_gtzan_index
from genre_audio.tables.joined import Joined, Side
from genre_audio.tables.manifest import Manifest, RecordingEntry, read_manifest
from genre_audio.tables.metric_table import Coercion, LeftOut, MetricTable
from genre_audio.tables.table_file import is_feature_table

__all__ = [
    "Annotations",
    "Coercion",
    "Dataset",
    "FeatureTable",
    "GtzanIndex",
    "Joined",
    "LeftOut",
    "Manifest",
    "MetricTable",
    "RecordingEntry",
    "Side",
    "csv_lines",
    "dataset_of",
    "dataset_of_any",
    "escaped",
    "is_feature_table",
    "read_annotations",
    "read_any_table",
    "read_gtzan_index",
    "read_manifest",
    "read_names",
    "read_table",
    "regrouped",
    "resolve_groups",
    "table_text",
    "unescaped",
]
