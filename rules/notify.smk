# One message at the end of a call of snakemake, to whom the study names.
from showergrid import notification


onsuccess:
    notification.send(STUDY.config.notify, notification.finished(RESULTS))


onerror:
    notification.send(STUDY.config.notify, notification.failed(RESULTS, log))
