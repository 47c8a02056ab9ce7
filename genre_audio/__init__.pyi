from .config import AnalysisConfig as AnalysisConfig
from .config import Segmentation as Segmentation
from .errors import GenreAudioError as GenreAudioError
from .features import GTZAN57 as GTZAN57
from .features import feature_row as feature_row
from .segment import Segment as Segment

__version__: str
