"""Constants of particles and of the weak interaction: Particle Data Group, Review of Particle Physics 2022."""

from __future__ import annotations

FERMI = 1.1663787e-5  # GeV-2
HBARC2 = 0.389379e11  # 1e-38 cm2 GeV2: (hbar c)^2 = 0.389379e-27 cm2 GeV2
HBARC = 0.1973270  # GeV fm
COSINE2 = 0.9737**2  # of the Cabibbo angle, |V_ud|^2
SINE2 = 0.2243**2  # |V_us|^2
WEAK = 0.2312  # sin^2 of the weak mixing angle
W_BOSON, Z_BOSON = 80.38, 91.19  # GeV
PROTON, NEUTRON, NUCLEON = 0.938272, 0.939565, 0.938919  # GeV
PION, PION_0 = 0.139570, 0.134977  # GeV
LEPTONS = {11: 0.000511, 13: 0.105658}  # GeV
MASSES = {2212: PROTON, 2112: NEUTRON, 211: PION, -211: PION, 111: PION_0}
CHARGES = {2212: 1, 2112: 0, 211: 1, -211: -1, 111: 0}
ARGON = 37.215526  # GeV: nucleus of argon-40, 39.962383 u less 18 electrons
ARGON_Z, ARGON_A = 18, 40
