#!/bin/sh
# The environment of every command in the image.
export PATH=/opt/showergrid/bin:/usr/local/bin:/usr/bin:/bin
export LC_ALL=C.UTF-8
export PYTHONNOUSERSITE=1
export PYTHONDONTWRITEBYTECODE=1
# The home folder is the project's, and stays as it is
export MPLCONFIGDIR=/tmp/matplotlib
export XDG_CACHE_HOME=/tmp/cache
export XDG_CONFIG_HOME=/tmp/config
export TEXMFVAR=/tmp/texmf
