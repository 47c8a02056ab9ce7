"""Map a function over items: in this process, or in several that may die of them.

One interface for every backend: a function, items, what they cost; results come as they
are ready, in any order, so that finished work can be saved at once. A decoder is native
code that reads strangers' files: it may crash, never end, or ask for all the memory there
is. In a worker process that costs one item, which is tried once more, alone and in a
fresh worker, and then given up as `Lost`; what becomes of it is the caller's to say. No
item is missing among the results, none is there twice.

Each worker runs one thread, this process too: pools of BLAS or OpenMP threads inside
several processes slow each other down, and they divide sums by their number, so that
results would depend on the machine.

Nothing may enter here that knows what the work is.
"""

from genre_audio.execution.backend import count_workers, joblib_backend, on_scheduler
from genre_audio.execution.bounds import Bounds, Lost
from genre_audio.execution.jobs import resolve_jobs
from genre_audio.execution.mapping import map_unordered
from genre_audio.execution.starting import can_fork

__all__ = [
    "Bounds",
    "Lost",
    "can_fork",
    "count_workers",
    "joblib_backend",
    "map_unordered",
    "on_scheduler",
    "resolve_jobs",
]
