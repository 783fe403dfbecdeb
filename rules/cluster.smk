# What each job asks a cluster for. A run on one machine ignores it.
from showergrid.plan import resources

try:
    CLUSTER = resources.read_cluster(ROOT / "slurm/site.yaml")
except InputError as error:
    refuse(error)


def ask(step):
    """The resources of a step: memory and time, more at each attempt, a GPU if there is one, and the site's options."""

    def needed(wildcards, attempt):
        told = resolved(step, **wildcards)
        return resources.need(STUDY.size, CLUSTER, step, told).at(attempt, CLUSTER)

    requested = {
        "mem_mb": lambda wildcards, attempt: needed(wildcards, attempt).memory,
        "runtime": lambda wildcards, attempt: needed(wildcards, attempt).minutes,
        "slurm_account": CLUSTER.account,
        "slurm_partition": CLUSTER.partition,
        "qos": CLUSTER.qos,
        "constraint": CLUSTER.constraint,
    }
    if CLUSTER.scratch:
        requested["tmpdir"] = lambda wildcards: resources.scratch(CLUSTER)
    if CLUSTER.gpu and steps.STEPS[step].environment == "torch":

        def on_gpu(there, elsewhere):
            return lambda wildcards: (
                there
                if resources.needs_gpu(CLUSTER, resolved(step, **wildcards))
                else elsewhere
            )

        requested["gpu"] = on_gpu(1, 0)
        requested["gpu_model"] = on_gpu(CLUSTER.gpu.type or "", "")
        requested["slurm_partition"] = on_gpu(
            CLUSTER.gpu.partition or CLUSTER.partition or "", CLUSTER.partition or ""
        )
    return {name: value for name, value in requested.items() if value is not None}
