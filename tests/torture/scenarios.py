"""All scenarios by name."""

from __future__ import annotations

from tests.torture.charts import CHARTS
from tests.torture.clients import CLIENTS
from tests.torture.damaged_files import FILES
from tests.torture.faults import Scenario
from tests.torture.fuzzing import Fuzz
from tests.torture.killing import KILLING
from tests.torture.sanitizers import SANITIZERS
from tests.torture.shortage import SHORTAGE

FUZZES: dict[str, Fuzz] = {fuzz.name: fuzz for fuzz in (CHARTS, *FILES)}
DEEDS: dict[str, Scenario] = {each.name: each for each in (*KILLING, *SHORTAGE, *CLIENTS, *SANITIZERS)}
