# One message at the end of a call of snakemake, to whom the study names.
from showergrid.track import notices


onsuccess:
    notices.send(STUDY.config.notify, notices.finished(RESULTS))


onerror:
    notices.send(STUDY.config.notify, notices.failed(RESULTS, log))
