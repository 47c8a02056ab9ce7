from .audio import find_recordings as find_recordings
from .audio import open_recording as open_recording
from .config import AnalysisConfig as AnalysisConfig
from .config import Segmentation as Segmentation
from .errors import GenreAudioError as GenreAudioError
from .extraction import extract as extract
from .extraction import extract_recording as extract_recording
from .features import EXTENDED as EXTENDED
from .features import GTZAN57 as GTZAN57
from .features import feature_row as feature_row
from .prediction import Prediction as Prediction
from .prediction import predict_recording as predict_recording
from .prediction import predict_table as predict_table
from .segment import Segment as Segment
from .tables import FeatureTable as FeatureTable
from .tables import MetricTable as MetricTable
from .tables import dataset_of as dataset_of
from .tables import dataset_of_any as dataset_of_any
from .tables import read_annotations as read_annotations
from .tables import read_any_table as read_any_table
from .tables import read_table as read_table
from .training import ModelBundle as ModelBundle
from .training import load_bundle as load_bundle
from .training import resolve_model as resolve_model
from .training import save_bundle as save_bundle
from .training import train as train

__version__: str
