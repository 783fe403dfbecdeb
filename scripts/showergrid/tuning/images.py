"""Images whose parameters a search has chosen: calibration and image file in one step."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from showergrid.events.hits import read_hits
from showergrid.events.split import events_of
from showergrid.inputs.calibration import calibrate_images, hits_of_events, read_calibration, write_calibration
from showergrid.inputs.making import write_images
from showergrid.inputs.settings import ImageSettings


@dataclass(frozen=True)
class ImageData:
    """What images are made from: hits.parquet, split.parquet and the calibration of the data."""

    hits: Path
    split: Path
    calibration: Path

    def make(self, settings: ImageSettings, calibration: Path, images: Path) -> None:
        """Write the images of all events, and their own calibration."""
        training = hits_of_events(read_hits(self.hits), events_of(self.split, "train"))
        ranges = calibrate_images(training, read_calibration(self.calibration), settings)
        write_calibration(calibration, ranges)
        hits = read_hits(self.hits, time=settings.representation.order == "truth_time")
        write_images(images, hits, ranges, settings)
