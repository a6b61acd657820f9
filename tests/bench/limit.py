"""A share of one core, as Lambda gives it: a control group of this machine, where one can be made."""

from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
# The shortest time that the kernel grants. What fits into it is not held up.
GRANTED = 1_000


class Limit:
    """Limits processes to a percentage of a core; `why_not` says why it cannot."""

    def __init__(self, percent):
        self.why_not, self._folder = None, None
        period = round(GRANTED * 100 / percent)
        try:
            if (ROOT / "cgroup.controllers").exists():
                folder = ROOT / "curfew-bench"
                folder.mkdir(exist_ok=True)
                (folder / "cpu.max").write_text(f"{GRANTED} {period}")
            else:
                folder = ROOT / "cpu" / "curfew-bench"
                folder.mkdir(exist_ok=True)
                (folder / "cpu.cfs_period_us").write_text(str(period))
                (folder / "cpu.cfs_quota_us").write_text(str(GRANTED))
            self._folder = folder
        except OSError as error:
            self.why_not = str(error)

    def hold(self, process):
        """From now on this one, with all its threads."""
        (self._folder / "cgroup.procs").write_text(str(process))

    def close(self):
        if self._folder:
            self._folder.rmdir()
