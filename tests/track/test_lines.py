"""What Snakemake prints, shortened for a terminal."""

import itertools

from showergrid.track.lines import shortened

CALL = """\
Using workflow specific profile profiles/default for setting default command line arguments.

SNAKEMAKE
=========
  Date: 2026-11-29 17:52:31
  Python version: 3.11.7 (main, May  9 2026, 07:35:25) [GCC 12.2.0]

Building DAG of jobs...
Job stats:
job           count
----------  -------
train             1
total             2

Select jobs to execute...
Execute 1 jobs...

[Sun Nov 29 17:52:33 2026]
localrule train:
    input: a, b
    jobid: 7
    wildcards: input=voxels/c100, model=simple, seed=19
    resources: tmpdir=/tmp
voxels/c100 simple seed 19: epoch 1/2: loss 0.7, accuracy 0.5, validation 0.7, 0.5
warning: 3 hits lie outside
[Sun Nov 29 17:52:37 2026]
Finished jobid: 7 (Rule: train)
3 of 12 steps (25%) done
rule split:
    jobid: 1
Error in rule split:
    message: None
split.py: error: no events
"""


def test_a_line_a_finished_job_and_what_is_not_usual():
    clock = itertools.count(0, 10)  # asked at the begin, at each job, and at each end for what is left and what it took
    assert list(shortened(CALL.splitlines(), lambda: next(clock))) == [
        "warning: 3 hits lie outside",
        " 3/12  train voxels/c100 simple 19  (20 s; 60 s left)",
        "Error in rule split:",
        "    message: None",
        "split.py: error: no events",
    ]


def test_a_refused_configuration_is_its_line():
    lines = ["Config file config/config.yaml is extended", "config: seed = -1: too small; valid: 0 or more"]
    assert list(shortened(lines)) == lines[1:]
