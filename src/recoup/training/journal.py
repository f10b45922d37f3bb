"""What a run writes for people beside its checkpoints: a picture sheet, and TensorBoard files."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from recoup.picture import Picture, save
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
        self._events: Any = None
        self._writer: Any = None
        self.notice = ""
        """One line if there will be no TensorBoard files."""
        try:
            self._events = importlib.import_module("tensorboardX")
        except ModuleNotFoundError:
            self.notice = (
                "no TensorBoard files: tensorboardX is missing: pip install 'recoup[train]'"
            )

    def tell(self, progress: Progress) -> None:
        """Write what is worth it.

        Raises
        ------
        PictureError
            If the sheet cannot be written.
        """
        if progress.sheet is not None:
            save(Picture(progress.sheet), self._folder / "sheet.png")
        if self._events is not None and (progress.scores or progress.step % _EVERY == 0):
            self._tell_tensorboard(progress)

    def close(self) -> None:
        """Write what is still held back."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _tell_tensorboard(self, progress: Progress) -> None:
        """Scalars, and the sheet; events of steps that are done anew are made void."""
        step = progress.step
        if self._writer is None:
            self._writer = self._events.SummaryWriter(str(self._folder / "events"), purge_step=step)
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
            self._writer.add_scalar(name, value, step)
        if progress.sheet is not None:
            self._writer.add_image("sheet", progress.sheet.samples, step, dataformats="HWC")
