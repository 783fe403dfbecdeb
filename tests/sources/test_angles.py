"""The angle computed from the hits against that of the particle that started the shower."""

import numpy as np
import pytest

from showergrid.core.seeds import generator
from showergrid.events.directions import angles
from showergrid.events.hits import Hits
from showergrid.sources.lartpc.geant4 import Detector, Primaries, geant4_data
from showergrid.sources.lartpc.readout import read_out
from showergrid.sources.lartpc.settings import Readout


@pytest.mark.parametrize("pdg", [11, 22])
def test_angle_is_that_of_the_particle(pdg, detector_box, readout):
    truth = np.repeat([10.0, 30.0, 60.0], 20)
    around = generator(1, "azimuth").uniform(0, 2 * np.pi, truth.size)
    theta = np.radians(truth)
    direction = np.stack([np.sin(theta) * np.cos(around), np.sin(theta) * np.sin(around), np.cos(theta)], axis=1)
    vertex = np.tile([50.0, 0.0, 150.0], (truth.size, 1))
    primaries = Primaries(np.full(truth.size, pdg, np.int32), np.full(truth.size, 1.5), vertex, direction)
    with geant4_data(None):
        deposits = Detector(detector_box, "option1", 0.05, 7).run(primaries)
    made = read_out(deposits, vertex, detector_box, Readout(**readout), generator(2, "readout"))
    event, start = np.unique(made.event, return_index=True)
    measured = angles(Hits(event, np.append(start, made.event.size), made.position, made.charge))
    error = np.abs(measured - truth[event])
    assert event.size == truth.size
    assert np.median(error) < 3  # degrees; the axis of such showers scatters by about one
    assert np.mean(error < 10) > 0.9
