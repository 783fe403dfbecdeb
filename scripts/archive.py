"""Archive the study in one file: code, configuration, locks, results, records, and optionally data and images."""

import argparse
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.errors import run
from showergrid.rebuild import archive, repository
from showergrid.rebuild.settings import ArchiveJob


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    settings = ArchiveJob(**job.config)
    root = Path()
    job.reads(
        {
            "results": [root / name for name in settings.files],
            "images": a.images,
            "configs": a.configs,
        }
    )
    members = archive.collect(root, settings, a.images, a.configs)
    archive.write(a.archive, members, repository.state(root).time)
    job.finish(a.provenance, outputs={"archive": a.archive})
    print(f"{a.archive}: {len(members)} files, {a.archive.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of the archive")
    parser.add_argument("--images", type=Path, nargs="*", default=[], help="container images to archive")
    parser.add_argument("--configs", type=Path, nargs="*", default=[], help="configuration files as they were given")
    parser.add_argument("--archive", type=Path, required=True, help="archive to write (.tar.zst)")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
