"""What muons are."""

MUON_MASS = 0.1056583755  # GeV; Particle Data Group, Prog. Theor. Exp. Phys. 2022, 083C01
