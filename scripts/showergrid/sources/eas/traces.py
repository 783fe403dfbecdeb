"""From traces of tanks to the variables of the study."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from showergrid.sources.eas.settings import Tanks
from showergrid.sources.eas.tanks import BIN

SEEN = 4  # standard deviations of the noise above which a bin counts, and
LEAST = 0.02  # VEM at least


@dataclass(frozen=True)
class Signals:
    """Variables of tanks, each (T,).

    signal [VEM] from the first to the last bin that counts; length: number of these bins; rise_time: from 10 to 50 % of
    the signal [ns]; fall_time: from 50 to 90 % [ns]; area_over_peak [ns]; start: first bin; saturated: a bin is.
    """

    signal: np.ndarray
    length: np.ndarray
    rise_time: np.ndarray
    fall_time: np.ndarray
    area_over_peak: np.ndarray
    start: np.ndarray
    saturated: np.ndarray


def recorded(arrived: np.ndarray, settings: Tanks, random: np.random.Generator) -> np.ndarray:
    """(T, B) [VEM]: what is read out of what arrives (T, B): light that fades, noise, saturation."""
    pulse = np.exp(-np.arange(int(10 * settings.decay / BIN) + 2) * BIN / settings.decay)
    size = arrived.shape[1] + pulse.size
    spread = np.fft.irfft(np.fft.rfft(arrived, size) * np.fft.rfft(pulse / pulse.sum(), size), size)[
        :, : arrived.shape[1]
    ]
    return np.minimum(spread, settings.saturation) + settings.noise * random.normal(size=arrived.shape)


def variables(traces: np.ndarray, settings: Tanks) -> Signals:
    """Of traces (T, B) [VEM]; a tank in which no bin counts has a signal of 0."""
    counts = traces > max(SEEN * settings.noise, LEAST)
    bins = traces.shape[1]
    any_counts = counts.any(axis=1)
    start = np.argmax(counts, axis=1)
    end = bins - np.argmax(counts[:, ::-1], axis=1)
    place = np.arange(bins)
    inside = (place >= start[:, None]) & (place < end[:, None]) & any_counts[:, None]
    gated = np.where(inside, traces, 0)
    summed = np.maximum.accumulate(np.cumsum(gated, axis=1), axis=1)
    signal = gated.sum(axis=1)
    times = {share: _time_at(summed, share) for share in (0.1, 0.5, 0.9)}
    peak = gated.max(axis=1, initial=0)
    return Signals(
        signal,
        np.where(any_counts, end - start, 0),
        times[0.5] - times[0.1],
        times[0.9] - times[0.5],
        signal / np.maximum(peak, 1e-9) * BIN,
        start,
        (traces > settings.saturation - max(SEEN * settings.noise, LEAST)).any(axis=1),
    )


def _time_at(summed: np.ndarray, share: float) -> np.ndarray:
    """(T,) [ns]: when a share of the last of the ascending sums (T, B) is reached, straight between bins."""
    wanted = share * summed[:, -1:]
    k = np.argmax(summed >= wanted, axis=1)
    rows = np.arange(len(summed))
    after = summed[rows, k]
    before = np.where(k > 0, summed[rows, np.maximum(k - 1, 0)], 0)
    return (k + (wanted[:, 0] - before) / np.maximum(after - before, 1e-12)) * BIN
