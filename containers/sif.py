"""Make a squashfs file system that stands behind an empty header a SIF file, which Apptainer runs.

`apptainer build` writes times and a random identity; this writes the same layout without. Source of the format:
https://github.com/apptainer/sif (version 01). Without a file it prints how much room the header takes.
"""

import hashlib
import struct
import sys

LAUNCH = b"#!/usr/bin/env run-singularity\n"
VERSION, AMD64 = b"01", b"02"
DESCRIPTORS, DESCRIPTOR_SIZE, FIRST = 48, 585, 4096
END = FIRST + DESCRIPTORS * DESCRIPTOR_SIZE
DATA = 32768  # the next multiple of 4096
PARTITION, SQUASHFS, SYSTEM = 0x4004, 1, 2
GROUP = 0xF0000001


def finish(path: str) -> None:
    """Write the header of a SIF file with one partition, the file system behind it, whose digest is the identity."""
    with open(path, "r+b") as sif:
        size = sif.seek(0, 2) - DATA
        sif.seek(DATA)
        identity = hashlib.file_digest(sif, "sha256").digest()[:16]
        header = struct.pack(
            "<32s10s3s3s16s8q",
            *(LAUNCH, b"SIF_MAGIC", VERSION, AMD64, identity),
            *(0, 0),  # made, changed
            *(DESCRIPTORS - 1, DESCRIPTORS, FIRST, END - FIRST),  # descriptors: free, all, where, bytes
            *(END, DATA - END + size),
        )
        # Kind, used, number, group, link; where, size, size with padding, made, changed, owner, group of the owner
        descriptor = struct.pack("<i?III7q", PARTITION, True, 1, GROUP, 0, DATA, size, DATA - END + size, 0, 0, 0, 0)
        descriptor += struct.pack("<128sii3s", b"root.squashfs", SQUASHFS, SYSTEM, AMD64)
        sif.seek(0)
        sif.write(header)
        sif.seek(FIRST)
        sif.write(descriptor)


if __name__ == "__main__":
    if len(sys.argv) == 1:
        print(DATA)
    else:
        finish(sys.argv[1])
