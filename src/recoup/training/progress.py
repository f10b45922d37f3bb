"""What is known of a run after each step."""

from __future__ import annotations

from dataclasses import dataclass

from recoup.image import Image
from recoup.training.validate import Scores


@dataclass(frozen=True)
class Progress:
    """What happened at one step.

    Attributes
    ----------
    step, steps
        Done, of all.
    loss
        Of this step.
    rate
        Crops in a second, since the run began or resumed.
    waited
        Share of the time spent waiting for data.
    seconds
        Since the run began or resumed.
    scores, sheet
        If the net was validated at this step: how good it is, and how it looks.
    taken
        Steps since the run began or resumed.
    """

    step: int
    steps: int
    loss: float
    rate: float
    waited: float
    seconds: float
    scores: Scores | None = None
    sheet: Image | None = None
    taken: int = 1

    @property
    def left(self) -> float:
        """Seconds until the end, at the rate so far."""
        return self.seconds * (self.steps - self.step) / max(1, self.taken)

    @property
    def line(self) -> str:
        """One line for people and logs.

        Examples
        --------
        >>> Progress(5, 9, 0.01, 80.0, 0.02, 5.0, Scores(30, 0.9, 28), taken=5).line
        'step 5/9  loss 0.01000  30.00 dB (+2.00)  SSIM 0.9000  80.0 crops/s  waiting 2 %  4 s left'
        """
        parts = [f"step {self.step}/{self.steps}", f"loss {self.loss:.5f}"]
        if scores := self.scores:
            parts += [f"{scores.psnr:.2f} dB ({scores.gain:+.2f})", f"SSIM {scores.ssim:.4f}"]
            parts += [f"{kind} {gain:+.2f}" for kind, gain in scores.gains]
            if scores.cost is not None and scores.saved is not None:
                parts.append(f"cost {scores.cost:.4f}  {-scores.saved:+.1%} of JPEG")
            parts += [] if scores.lpips is None else [f"LPIPS {scores.lpips:.4f}"]
        parts += [f"{self.rate:.1f} crops/s", f"waiting {self.waited:.0%}".replace("%", " %")]
        return "  ".join([*parts, f"{self.left:.0f} s left"])
