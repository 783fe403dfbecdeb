"""Columns of the tables of air showers, their tanks and traces."""

from __future__ import annotations

import pyarrow as pa

from showergrid.events.hits import ANY_EVENTS
from showergrid.sources.eas.settings import AirShowers


def _column(name: str, kind: pa.DataType) -> pa.Field:
    return pa.field(name, kind, nullable=False)


EVENT, SOURCE, NUMBER = (ANY_EVENTS.field(name) for name in ("event", "source", "number"))
OF_SHOWER = [
    _column("primary", pa.string()),
    _column("shower", pa.int64()),  # the same for tanks that share one
    _column("log_energy", pa.float32()),  # log10 EeV, as it is reconstructed
    _column("zenith", pa.float32()),  # deg, as it is reconstructed
    _column("true_log_energy", pa.float32()),
    _column("true_zenith", pa.float32()),
    _column("arrival", pa.float32()),  # deg, azimuth of where the shower comes from
    _column("xmax", pa.float32()),  # g/cm2, truth: depth of the most electrons
    _column("first_interaction", pa.float32()),  # g/cm2, truth
    _column("n_muons", pa.float32()),  # truth: at the ground
]
OF_TANK = [
    _column("distance", pa.float32()),  # m, from the axis
    _column("azimuth", pa.float32()),  # deg, about the axis: 0 where the shower comes from
    _column("signal", pa.float32()),  # VEM
    _column("length", pa.int32()),  # bins of 25 ns
    _column("rise_time", pa.float32()),  # ns, from 10 to 50 % of the signal
    _column("fall_time", pa.float32()),  # ns, from 50 to 90 %
    _column("area_over_peak", pa.float32()),  # ns
    _column("saturated", pa.bool_()),
    _column("muon_signal", pa.float32()),  # VEM, truth
]
KNOWN = OF_SHOWER[2:6]  # of the shower, which its tanks have too
TANK = _column("tank", pa.int32())  # its number in the shower, from 0 on
BINS = [_column("bin", pa.int32()), _column("signal", pa.float32())]  # 25 ns each from the start of the signal; VEM

SHOWERS = pa.schema([EVENT, *OF_SHOWER, _column("n_tanks", pa.int32()), SOURCE, NUMBER])
TANKS = pa.schema([EVENT, TANK, *KNOWN, *OF_TANK])
TRACES = pa.schema([EVENT, TANK, *BINS])
TANK_EVENTS = pa.schema([EVENT, *OF_SHOWER, *OF_TANK, TANK, SOURCE, NUMBER])
TANK_TRACES = pa.schema([EVENT, *BINS])


def collections(settings: AirShowers) -> dict[str, pa.Schema]:
    """The collections of an event."""
    return {"tanks": TANKS, "traces": TRACES} if settings.event == "shower" else {"traces": TANK_TRACES}


def columns(settings: AirShowers) -> pa.Schema:
    """The columns of the table of events."""
    return SHOWERS if settings.event == "shower" else TANK_EVENTS
