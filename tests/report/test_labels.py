"""What tables and figures call things."""

from asked import question

from showergrid.events.questions import Question
from showergrid.report.settings.labels import HumanLabels

LABELS = HumanLabels(
    representations={"projection_y": "projection $y$"},
    models={"simple": "Simple"},
    classes={"electron": "$e^-$", "other": "cosmic"},
)


def test_variants_keep_their_mark():
    assert LABELS.representation("projection_y@axis-x") == "projection $y$@axis-x"
    assert LABELS.model("simple@tuned") == "Simple@tuned"
    assert LABELS.model("complex@tuned") == "complex@tuned"
    assert LABELS.sentence("projection_y", 500, "simple") == "Simple on projection $y$ at c 500"


def test_several_events_of_a_class():
    assert LABELS.several("photon") == "photons"
    assert LABELS.several("electron") == "$e^-$ events"


def test_the_rest_is_the_other_class_or_all_others():
    """A class of the name "other" is not all others."""
    assert LABELS.rest(Question(**question("photon", "electron")), 0) == ("$e^-$", "$e^-$ events")
    assert LABELS.rest(Question(**question("electron", "photon", "other")), 0) == ("other", "others")
