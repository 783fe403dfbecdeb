# Which hits and scores the table of variations is made of.
CAN_VARY = hasattr(STUDY.source, "varied")
VARIATIONS = list(STUDY.source.varied(STUDY.source_settings)) if CAN_VARY else []
VARIED = f"{RESULTS}/variations/{{input}}/{{model}}/seed{{seed}}"


def varied_shards():
    """The shards whose showers are read out again."""
    return range(
        min(STUDY.source_settings.variations.shards, STUDY.shards) if CAN_VARY else 0
    )
