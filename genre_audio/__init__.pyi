from .audio import find_recordings as find_recordings
from .audio import open_recording as open_recording
from .config import AnalysisConfig as AnalysisConfig
from .config import Segmentation as Segmentation
from .errors import GenreAudioError as GenreAudioError
from .extraction import extract as extract
from .extraction import extract_recording as extract_recording
from .features import GTZAN57 as GTZAN57
from .features import feature_row as feature_row
from .segment import Segment as Segment
from .tables import FeatureTable as FeatureTable
from .tables import read_table as read_table

__version__: str
