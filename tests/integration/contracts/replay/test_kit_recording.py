"""What the kit records inside of an application is what `--replay` reads."""

import shutil
import subprocess
from pathlib import Path

from contracts.plan import MEMORY
from contracts.replay.clock import Clock
from contracts.replay.found import Replayed
from contracts.replay.player import Player
from contracts.replay.reader import Recording
from harness.stack.npm import Npm

ROOT = Path(__file__).resolve().parents[4]
KIT = ROOT / "harness" / "adapters" / "bridge" / "kit" / "parity-bridge.mjs"
APPLICATION = Path(__file__).with_name("recorded_app.mjs")


def test_application_in_javascript_is_replayed_on_memory(tmp_path: Path) -> None:
    kit = shutil.copy(KIT, tmp_path)
    path = tmp_path / "calls.jsonl"
    done = subprocess.run(
        [str(Npm.find().node_dir / "node"), str(APPLICATION), str(kit), str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    recording = Recording.read(path)
    replayed = Replayed(adapter="memory", calls=len(recording))
    Player(recording, MEMORY.open(None), replayed, level="strict", pace=False, clock=Clock()).play()
    assert recording.missing == ()
    assert (replayed.passed, replayed.findings, replayed.doubtful, replayed.reasons) == (15, [], [], [])
