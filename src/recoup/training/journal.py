"""What a run writes for people beside its checkpoints: a picture sheet, and TensorBoard files."""

from __future__ import annotations

import importlib
import platform
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from recoup.picture import Picture, save, shown
from recoup.training.progress import Progress

_EVERY = 50


class Journal:
    """``sheet.png`` at each validation, and ``events/`` for TensorBoard if tensorboardX is there.

    Parameters
    ----------
    folder
        Of the run.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     journal = Journal(Path(folder))
    ...     journal.tell(Progress(1, 2, loss=0.1, rate=1.0, waited=0.0, seconds=1.0))
    ...     journal.close()
    """

    def __init__(self, folder: Path) -> None:
        """Nothing is written before there is something to tell."""
        self._folder = folder
        self._file: _Events | None = None
        self.notice = ""
        """One line if there are no TensorBoard files, or none any more."""
        try:
            importlib.import_module("tensorboardX")
        except ModuleNotFoundError:
            self.notice = (
                "no TensorBoard files: tensorboardX is missing: pip install 'recoup[train]'"
            )

    def tell(self, progress: Progress) -> None:
        """Write what is worth it; without TensorBoard files if they cannot be written.

        Raises
        ------
        PictureError
            If the sheet cannot be written.
        """
        if progress.sheet is not None:
            save(Picture(progress.sheet), self._folder / "sheet.png")
        if self.notice or not (progress.scores or progress.step % _EVERY == 0):
            return
        try:
            if self._file is None:
                self._file = _Events(self._folder / "events", progress.step)
            self._file.write(progress)
        except OSError as error:
            self.close()
            folder = shown(self._folder / "events")
            self.notice = f"no more TensorBoard files: {folder}: {error.strerror}"

    def close(self) -> None:
        """Close the TensorBoard file, if there is one."""
        if self._file is not None:
            self._file.close()
            self._file = None


class _Events:
    """One file of events, written here and now.

    The thread of tensorboardX's own writer dies of a full disk, and who tells it more waits for
    ever.

    Raises
    ------
    OSError
        If it cannot be written.
    """

    def __init__(self, folder: Path, step: int) -> None:
        """Begin a file; what earlier ones say of this step and later ones is made void."""
        folder.mkdir(parents=True, exist_ok=True)
        names = ("record_writer", "proto.event_pb2", "summary")
        records, self._events, self._summary = (
            importlib.import_module(f"tensorboardX.{name}") for name in names
        )
        name = f"events.out.tfevents.{time.time():.0f}.{platform.node()}"
        self._file: Any = records.RecordWriter(str(folder / name))
        self._add(0, file_version="brain.Event:2")
        start = self._events.SessionLog(status=self._events.SessionLog.START)
        self._add(step, session_log=start)

    def write(self, progress: Progress) -> None:
        """Scalars, and the sheet, if any."""
        values = {
            "loss": progress.loss,
            "crops_a_second": progress.rate,
            "waiting": progress.waited,
        }
        if scores := progress.scores:
            values |= {"psnr": scores.psnr, "ssim": scores.ssim, "gain": scores.gain}
            values |= {f"gain_{kind}": gain for kind, gain in scores.gains}
            values |= {} if scores.lpips is None else {"lpips": scores.lpips}
        for name, value in values.items():
            self._add(progress.step, summary=self._summary.scalar(name, value))
        if progress.sheet is not None:
            sheet = self._summary.image("sheet", progress.sheet.samples, dataformats="HWC")
            self._add(progress.step, summary=sheet)
        self._file.flush()

    def close(self) -> None:
        """Close the file, whatever became of what is in it."""
        with suppress(OSError):
            self._file.close()

    def _add(self, step: int, **what: Any) -> None:  # noqa: ANN401  (parts of an event)
        """Add an event."""
        event = self._events.Event(step=step, wall_time=time.time(), **what)
        self._file.write(event.SerializeToString())
