"""Pages in a real browser, walked by several people."""

import json
from pathlib import Path

from bench.process import run

WALK = Path(__file__).parents[2] / "web/e2e/walk.mjs"


def walk(folder, *steps):
    """What was looked at on a walk, in order. A step is `(who, verb, …)`, as walk.mjs knows them."""
    answer = json.loads(run(["node", WALK, json.dumps(steps)], folder))
    assert answer["faults"] == []
    return answer["seen"]
