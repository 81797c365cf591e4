"""The description is what the server does: a stranger's program asks by it, and judges what is answered."""

import json
import subprocess
import sys

from editor import blood_taken, day

# what the description permits may still break a rule of billing: that one check does not apply
EXAMPLES = 5  # of each operation by chance, beside those of its coverage phase


def test_whatever_is_asked_is_answered_as_described(at_bedside, tmp_path):
    told = json.loads(json.dumps(day(blood_taken("a")), default=str))
    assert at_bedside.client.post("/v1/visits", json=told).status_code == 200
    token = at_bedside.client.headers["authorization"]
    options = [
        "--checks=all",
        "--exclude-checks=positive_data_acceptance",
        "--phases=examples,coverage,fuzzing",
        f"--max-examples={EXAMPLES}",
        "--seed=1",
    ]
    judge = [sys.executable, "-m", "schemathesis.cli", "run", f"{at_bedside.url}/openapi.json", *options]
    told = subprocess.run(
        [*judge, "-H", f"Authorization: {token}", "--no-color", "--workers=1", "--generation-database=none"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=110,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    described = at_bedside.client.get("/openapi.json").json()["paths"].values()
    operations = sum(len(path) for path in described)
    assert f"{operations} selected / {operations} total" in told.stdout, told.stdout
