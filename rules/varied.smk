# Which hits and scores the table of variations is made of.
from showergrid.sources.showers.variation_settings import NOMINAL

VARIATIONS = [NOMINAL, *[readout.name for readout in STUDY.config.variations.readouts]]
VARIED = (
    f"{RESULTS}/variations/{{representation}}/c{{resolution}}/{{model}}/seed{{seed}}"
)


def varied_shards():
    """The shards whose showers are read out again."""
    return range(
        min(STUDY.config.variations.shards, STUDY.config.simulation.shards)
        if STUDY.config.ingest is None
        else 0
    )
